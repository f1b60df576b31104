"""A line of the log: one line, in UTC, by whom it was written, with nothing that a request put into it."""

from __future__ import annotations

import io
import logging
import re
import sys
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest

from api.logs import configure_logging
from tests.api.client import Client

LINE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) (DEBUG|INFO|WARNING|ERROR) (\S+) (.*)")


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the program writes to its log while a test runs."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logging("INFO")
    yield stream
    root.handlers[:], root.level = before[0], before[1]
    root.setLevel(before[1])


@pytest.mark.parametrize(
    "text",
    [
        "a\n2026-01-01T00:00:00Z ERROR caseledger.fault forged",
        *("a\r\nb", "a\rb", "a\x0bb\x0cc", "a\x85b\u2028c\u2029d", "a\x1cb\x1dc\x1ed"),
    ],
)
def test_no_text_makes_a_line_of_its_own(written: io.StringIO, text: str) -> None:
    logging.getLogger("caseledger.test").warning("it was %s", text)

    assert len(written.getvalue().splitlines()) == 1
    assert LINE.fullmatch(written.getvalue().removesuffix("\n"))


def test_what_steers_a_terminal_is_not_written(written: io.StringIO) -> None:
    logging.getLogger("caseledger.test").warning("it was %s", "\x1b[2Ja\x07\x00\x7f\x9b")

    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", written.getvalue())


def test_a_line_says_when_in_utc_whatever_the_clock_of_the_machine_shows(
    written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    time.tzset()
    try:
        before = time.time()
        logging.getLogger("caseledger.test").warning("now")
    finally:
        monkeypatch.undo()
        time.tzset()

    said = LINE.fullmatch(written.getvalue().strip())
    assert said is not None
    assert said[1] in {time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(before + later)) for later in (0, 1)}


def test_what_an_exception_carries_is_not_written(written: io.StringIO) -> None:
    error = ValueError("canary")
    logging.getLogger("caseledger.test").error("it failed", exc_info=error)

    assert written.getvalue().endswith(" ERROR caseledger.test it failed [ValueError]\n")


def test_who_signs_in_and_who_does_not_is_written_without_naming_anybody(
    demo: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "caseledger.identity")
    person = uuid4()
    genuine = demo.headers("trust-lead", person)

    for headers in (genuine, genuine, {"Authorization": "Bearer canary.canary.canary"}, {}):
        demo.http.get("/v1/me", headers=headers)

    lines = [record.getMessage() for record in caplog.records if record.name == "caseledger.identity"]
    assert len(lines) == 3
    assert lines[0].startswith("a bearer token was accepted: of the issuer urn:caseledger:development, by ")
    assert lines[1].startswith("a bearer token was refused: ")
    assert lines[2] == "nobody signed in: there is no bearer token, or more than one"
    assert not [line for line in lines if "canary" in line or str(person) in line]


def test_so_is_the_use_of_a_key_and_a_key_that_is_none(demo: Client, caplog: pytest.LogCaptureFixture) -> None:
    asked = {"commandId": str(uuid4()), "name": "Sync", "scopes": ["log:import"]}
    made = demo.http.post("/v1/api-keys", json=asked, headers=demo.headers("admin")).json()
    caplog.set_level(logging.INFO, "caseledger.identity")
    text = made["text"]

    for key in (text, text[:-1] + ("0" if text[-1] != "0" else "1")):
        demo.http.get("/v1/me", headers={"Authorization": f"Bearer {key}"})

    lines = [record.getMessage() for record in caplog.records if record.name == "caseledger.identity"]
    assert lines == [f"the API key {made['key']['id']} was used", "an API key was refused"]
