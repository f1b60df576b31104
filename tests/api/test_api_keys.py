"""Keys over HTTP and by command line: issued to administrators, known of programs, and nobody for all else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from api.authentication import Unauthenticated
from api.bootstrap import Runtime
from api.cli import main
from api.program_keys import ProgramKeys
from api.settings import DEMONSTRATION_TRUST
from services.api_key_text import KeyText, new_key_text, parse_key
from services.api_keys import KeyIdentity
from tests.api.client import Client, Json
from tests.support.postgres import DatabaseUrls

KEYS = "/v1/api-keys"


def post(demo: Client, address: str, role: str = "admin", **members: Any) -> httpx.Response:
    content = {"commandId": str(uuid4())} | members
    return demo.http.post(address, json=content, headers=demo.headers(role))


def issued(demo: Client, **members: Any) -> Json:
    answer = post(demo, KEYS, **({"name": "Arbor sync", "scopes": ["log:import"]} | members))
    assert answer.status_code == 201, answer.text
    found: Json = answer.json()
    return found


def identified(runtime: Runtime, *authorization: str, at: datetime | None = None) -> KeyIdentity | None:
    """Who sends these headers, asked as the server asks; None for nobody."""

    async def ask() -> KeyIdentity | None:
        connections = runtime.loop_connections()
        try:
            keys = ProgramKeys(connections) if at is None else ProgramKeys(connections, now=lambda: at)
            return await keys.identify(authorization)
        except Unauthenticated:
            return None
        finally:
            await connections.close()

    return asyncio.run(ask())


def test_an_administrator_issues_a_key_that_its_program_is_known_by(demo: Client, runtime: Runtime) -> None:
    answer = issued(demo, schools=["900003"], expiresOn=f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}")

    found = identified(runtime, f"Bearer {answer['text']}")

    assert found is not None
    key = answer["key"]
    assert (found.trust_id, str(found.key_id), str(found.person_id)) == (DEMONSTRATION_TRUST, key["id"], key["person"])
    assert (found.scopes, found.schools) == (frozenset({"log:import"}), ("900003",))
    assert found.expires_at == datetime.fromisoformat(key["endsAt"])
    listed = demo.http.get(KEYS, headers=demo.headers("admin")).json()["keys"]
    [again] = [one for one in listed if one["id"] == key["id"]]
    assert again["lastUsedAt"] is not None
    assert again | {"lastUsedAt": None} == key
    assert answer["text"] not in str(listed)


def test_the_same_command_shows_no_secret_again(demo: Client) -> None:
    command = str(uuid4())
    first = issued(demo, commandId=command)
    again = post(demo, KEYS, commandId=command, name="Arbor sync", scopes=["log:import"])
    other = post(demo, KEYS, commandId=command, name="Arbor sync", scopes=["cases:read"])

    assert (again.status_code, again.json()) == (200, first | {"text": None})
    assert (other.status_code, other.json()["code"]) == (409, "COMMAND_ID_REUSED")


def test_a_key_is_followed_by_another_and_revoked(demo: Client, runtime: Runtime) -> None:
    former = issued(demo)
    rotated = post(demo, f"{KEYS}/{former['key']['id']}/rotation", overlapDays=3)
    assert rotated.status_code == 201
    texts = [former["text"], rotated.json()["text"]]
    week = datetime.now(UTC) + timedelta(days=7)

    assert [identified(runtime, f"Bearer {text}") is not None for text in texts] == [True, True]
    assert [identified(runtime, f"Bearer {text}", at=week) is not None for text in texts] == [False, True]
    revoked = post(demo, f"{KEYS}/{rotated.json()['key']['id']}/revocation")
    assert (revoked.status_code, revoked.json()["isRevoked"]) == (200, True)
    assert [identified(runtime, f"Bearer {text}") is not None for text in texts] == [True, False]


def wrong(fault: Callable[[KeyText], str]) -> Callable[[str], tuple[str, ...]]:
    def sent(text: str) -> tuple[str, ...]:
        given = parse_key(text)
        assert given is not None
        return (f"Bearer {fault(given)}",)

    return sent


NOBODY: dict[str, Callable[[str], tuple[str, ...]]] = {
    "no header": lambda text: (),
    "two headers": lambda text: (f"Bearer {text}", f"Bearer {text}"),
    "another scheme": lambda text: (f"Basic {text}",),
    "no scheme": lambda text: (text,),
    "no credential": lambda text: ("Bearer",),
    "two spaces": lambda text: (f"Bearer  {text}",),
    "something after it": lambda text: (f"Bearer {text} ",),
    "another secret": wrong(lambda given: new_key_text(given.key_id).text),
    "an unknown id": wrong(lambda given: KeyText(uuid4(), given.secret).text),
    "a typing error": wrong(lambda given: given.text[:-1] + ("0" if given.text[-1] != "0" else "1")),
}


@pytest.mark.parametrize("sent", NOBODY.values(), ids=NOBODY)
def test_whatever_is_wrong_with_a_key_it_is_nobodys(
    demo: Client, runtime: Runtime, sent: Callable[[str], tuple[str, ...]]
) -> None:
    text = issued(demo)["text"]
    assert identified(runtime, f"bearer {text}") is not None
    assert identified(runtime, *sent(text)) is None


@pytest.mark.parametrize(
    ("members", "code", "fields"),
    [
        ({"scopes": []}, "INVALID_INPUT", ["scopes"]),
        ({"scopes": ["everything"]}, "INVALID_INPUT", ["scopes"]),
        ({"scopes": "log:import"}, "INVALID_INPUT", ["scopes"]),
        ({"name": 7}, "INVALID_INPUT", ["name"]),
        ({"commandId": "1"}, "INVALID_INPUT", ["commandId"]),
        ({"expiresOn": "soon"}, "INVALID_INPUT", ["expiresOn"]),
        ({"expiresOn": "2099-01-01"}, "INVALID_INPUT", ["expiresOn"]),
        ({"person": str(uuid4())}, "NOT_FOUND", ["person"]),
        ({"schools": ["999999"]}, "NOT_FOUND", ["schools"]),
        ({"secret": "mine"}, "INVALID_INPUT", None),
    ],
)
def test_a_key_that_breaks_a_rule_is_a_problem_that_names_it(
    demo: Client, members: dict[str, Any], code: str, fields: list[str] | None
) -> None:
    answer = post(demo, KEYS, **({"name": "Sync", "scopes": ["log:import"]} | members))
    found = answer.json()
    assert (found["code"], found.get("fields")) == (code, fields)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"name": 1, "name": 2}', "application/json", 400),
        (b'{"name": "\\u0000"}', "application/json", 400),
        (b'{"name": "\\ud800"}', "application/json", 400),
        (b'{"name": NaN}', "application/json", 400),
        (b'{"name":' + b"[" * 5000 + b"]" * 5000 + b"}", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"{}", "text/plain", 415),
    ],
)
def test_a_body_that_is_no_object_of_json_is_refused(demo: Client, content: bytes, kind: str, status: int) -> None:
    headers = demo.headers("admin") | {"Content-Type": kind}
    assert demo.http.post(KEYS, content=content, headers=headers).status_code == status


@pytest.mark.parametrize("name", ["none", str(UUID(int=7)), "A" * 36])
def test_a_key_that_there_is_not_is_neither_followed_nor_revoked(demo: Client, name: str) -> None:
    found = [post(demo, f"{KEYS}/{name}/{what}") for what in ("rotation", "revocation")]
    assert [(one.status_code, one.json()["code"]) for one in found] == [(404, "NOT_FOUND")] * 2


def test_only_administrators_see_or_keep_keys(demo: Client) -> None:
    key = issued(demo)["key"]["id"]
    for role in ("trust-lead", "headteacher:900003", "dpo", "auditor"):
        answers = [
            demo.http.get(KEYS, headers=demo.headers(role)),
            post(demo, KEYS, role, name="Sync", scopes=["log:import"]),
            post(demo, f"{KEYS}/{key}/rotation", role),
            post(demo, f"{KEYS}/{key}/revocation", role),
        ]
        assert [answer.status_code for answer in answers] == [403] * 4
    assert demo.http.get(KEYS).status_code == 401


@contextmanager
def logged() -> Iterator[list[str]]:
    lines: list[str] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            # The test's own client, and a line that the program switches off.
            if not record.name.startswith(("httpx", "httpcore", "uvicorn.access")):
                lines.append(record.getMessage())

    handler, root = Keeping(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def test_no_secret_goes_into_a_log(demo: Client, runtime: Runtime) -> None:
    with logged() as lines:
        text = issued(demo)["text"]
        identified(runtime, f"Bearer {text}")
        demo.http.get(KEYS, headers={"Authorization": f"Bearer {text}"})
    assert lines
    assert [line for line in lines if text[27:60] in line] == []


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    demo: Client, database_urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Run:
    variables = {"DATABASE_URL": database_urls.main, "KEYS_DATABASE_URL": database_urls.keys}
    for name, value in {"DATA_DIR": str(demo.runtime.settings.data_dir), **variables}.items():
        monkeypatch.setenv(f"CASELEDGER_{name}", value)

    def verb(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        status = main(["api-key", *arguments])
        printed = capfd.readouterr()
        return status, printed.out, printed.err

    return verb


def test_the_first_key_is_issued_on_the_machine_and_printed_alone(run: Run, runtime: Runtime) -> None:
    status, out, err = run("issue", "--name", "First", "--scope", "cases:read", "--scope", "log:import")

    found = identified(runtime, f"Bearer {out.strip()}")
    assert (status, out.count("\n")) == (0, 1)
    assert found is not None
    assert found.scopes == {"cases:read", "log:import"}
    assert str(found.key_id) in err
    assert str(found.person_id) in err
    status, successor, err = run("rotate", "--key", str(found.key_id), "--overlap-days", "1")
    assert (status, identified(runtime, f"Bearer {successor.strip()}") is not None) == (0, True)
    status, told, err = run("revoke", "--key", str(found.key_id))
    assert (status, "revoked" in told) == (0, True)
    assert identified(runtime, f"Bearer {out.strip()}") is None
    status, listed, err = run("list")
    assert (status, str(found.key_id) in listed, out.strip() in listed) == (0, True, False)


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("issue", "--name", "x", "--scope", "everything"), 2),
        (("issue", "--name", "x"), 2),
        ((), 2),
        (("issue", "--name", "x", "--scope", "scim"), 1),
        (("revoke", "--key", str(uuid4())), 1),
        (("rotate", "--key", str(uuid4())), 1),
    ],
)
def test_what_cannot_be_done_on_the_machine_prints_why(run: Run, arguments: tuple[str, ...], status: int) -> None:
    found, out, err = run(*arguments)
    assert (found, out) == (status, "")
    assert "api-key" in err
