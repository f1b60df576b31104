"""What an operator does for the ledger on the command line: sign, hand out, check, change the signing key."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from api.anchoring import AnchorThread
from api.anchors import sinks_of
from api.settings import SettingsError, load_settings
from ledger.anchoring.folder import FolderSink
from ledger.verify import verify
from services.anchoring import receipts
from tests.api.client import Client
from tests.api.verbs import Run, verbs
from tests.ledger.anchoring_servers import Authority, Witness
from tests.support.postgres import DatabaseUrls


@pytest.fixture
def run(
    demo: Client, database_urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    yield from verbs(demo, database_urls, monkeypatch, capfd)


def test_a_checkpoint_is_printed_and_handed_out_and_the_ledger_checked_against_it(
    run: Run, demo: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASELEDGER_ANCHORS", f"file:{tmp_path}")

    status, note, told = run("checkpoint")
    again = run("checkpoint", "--output", str(tmp_path / "kept.note"))

    assert (status, told) == (0, f"taken   folder:{tmp_path}\n")
    assert again == (0, "", f"had it  folder:{tmp_path}\n")
    [file] = (tmp_path / str(demo.trust_id)).iterdir()
    assert file.read_text() == note == (tmp_path / "kept.note").read_text()
    status, out, _ = run("check", "--ledger", "--checkpoint", str(file))
    assert status == 0
    assert "ok    ledgers: every event, text and hash" in out.splitlines()
    (tmp_path / str(demo.trust_id)).rename(tmp_path / "elsewhere")
    (tmp_path / str(demo.trust_id)).write_text("no folder")
    status, _, told = run("checkpoint")
    assert (status, told) == (0, f"had it  folder:{tmp_path}\n")


def test_a_place_that_does_not_take_it_is_told_and_the_status_says_so(
    run: Run, demo: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASELEDGER_ANCHORS", f"file:{tmp_path}")
    (tmp_path / str(demo.trust_id)).write_text("no folder")

    status, _, told = run("checkpoint")

    assert status == 1
    assert told.splitlines()[-1] == f"FAILED  folder:{tmp_path}: folder:{tmp_path}: FileExistsError"


def test_a_case_and_a_period_verify_with_the_one_file_alone_after_the_key_was_changed(
    run: Run, demo: Client, tmp_path: Path
) -> None:
    reference = demo.ask("{ cases(first: 1) { nodes { reference } } }")["cases"]["nodes"][0]["reference"]
    key, note = tmp_path / "trust.key", tmp_path / "kept.note"
    assert run("checkpoint", "--public-key", "--output", str(key))[0] == 0
    assert run("checkpoint", "--output", str(note))[0] == 0
    size = note.read_text().splitlines()[1]

    status, present, _ = run("change-signing-key", "--cause", "SCHEDULED", "--reason", "Two years have passed.")
    assert (status, present.strip() != key.read_text().strip()) == (0, True)
    case, period = tmp_path / "case.json", tmp_path / "period.json"
    assert run("export-case", reference, "--output", str(case), "--continues", size)[0] == 0
    bounds = ("--since", "2020-01-01", "--until", "2100-01-01", "--without-texts")
    assert run("export-period", *bounds, "--output", str(period), "--continues", size)[0] == 0

    program = tmp_path / "caseledger_verify.py"
    assert run("verify", "--write-program", str(program))[0] == 0
    for file in (case, period):
        assert verify(file.read_bytes(), known_checkpoint=note.read_text()).ok
        # Isolated from everything but the standard library and what is installed beside it.
        done = subprocess.run(
            [sys.executable, "-I", program, file, "--key", key, "--checkpoint", note],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )
        assert (done.returncode, done.stdout.splitlines()[-1], done.stderr) == (0, "The bundle holds.", "")
    altered = case.read_bytes().replace(b"FACEBOOK", b"FACEBOOL", 1) + b"\n"
    case.write_bytes(altered)
    done = subprocess.run([sys.executable, "-I", program, case], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()[0][:11]) == (1, "WRONG file:")


def test_nothing_is_declared_without_a_loss(run: Run) -> None:
    run("checkpoint")
    status, out, said = run("begin-epoch", "--cause", "RESTORED_FROM_BACKUP", "--reason", "The disk failed.")
    assert (status, out) == (1, "")
    assert said == (
        "caseledger begin-epoch: The ledger was not put back: it contains everything that it was known to contain.\n"
    )


def test_the_server_signs_and_hands_out_after_a_while(demo: Client, tmp_path: Path) -> None:
    sink = FolderSink(tmp_path)
    settings = demo.runtime.settings
    demo.runtime.settings = settings.model_copy(update={"checkpoint_seconds": 1})
    ledger = demo.runtime.services(demo.trust_id).ledger
    try:
        with AnchorThread(demo.runtime, [sink]) as thread:
            deadline = time.monotonic() + 60
            while not any(one.sink == sink.name for one in receipts(ledger)):
                assert thread.contradicted == frozenset()
                assert time.monotonic() < deadline
                time.sleep(0.05)
    finally:
        demo.runtime.settings = settings
    assert [one.sink for one in receipts(ledger) if one.sink == sink.name] == [sink.name]


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"ANCHORS": "canary:x"}, "ANCHORS: each has to begin with file:, mailto:, s3://, rfc3161: or witness:"),
        ({"ANCHORS": "file:relative/canary"}, "ANCHORS: file: has to name a folder that is there, from the root on"),
        ({"ANCHORS": "mailto:canary@x.example"}, "MAIL_SERVER and CASELEDGER_MAIL_FROM are needed for"),
        (
            {"ANCHORS": "mailto:canary@x.example", "MAIL_SERVER": "canary", "MAIL_FROM": "a@b"},
            "MAIL_SERVER: must be smtp:// or smtps:// and a host",
        ),
        ({"ANCHORS": "s3://"}, "ANCHORS: s3:// has to name a bucket, and a prefix if any"),
        ({"ANCHORS": "rfc3161:http://canary.example"}, "ANCHORS: rfc3161: has to name an address on https"),
        ({"ANCHORS": "rfc3161:https://canary.example"}, "TIMESTAMP_CERTIFICATES is needed for"),
        ({"ANCHORS": "witness:https://canary.example"}, "ANCHORS: the key of a witness must read NAME+KEYID+BASE64"),
        ({"ANCHORS": "witness:ftp://canary.example#x"}, "ANCHORS: witness: has to name an address on https, # and"),
    ],
)
def test_a_place_that_cannot_be_used_is_refused_by_the_setting_and_not_by_its_value(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], said: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"CASELEDGER_{name}", value)

    with pytest.raises(SettingsError) as refused:
        sinks_of(load_settings())

    assert str(refused.value).startswith(f"CASELEDGER_{said}")
    assert "canary" not in str(refused.value)


def test_each_form_makes_its_sink(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    certificates = tmp_path / "roots.pem"
    certificates.write_bytes(Authority().root_pem)
    witness = Witness("witness.example/one", {}).key_line
    anchors = (
        *(f"file:{tmp_path}", "mailto:dpo@trust.example", "s3://bucket/prefix"),
        *("rfc3161:https://authority.example/tsa", f"witness:https://witness.example#{witness}"),
    )
    for name, value in {
        "CASELEDGER_ANCHORS": ", ".join(anchors),
        "CASELEDGER_MAIL_SERVER": "smtps://user:secret@mail.example",
        "CASELEDGER_MAIL_FROM": "ledger@trust.example",
        "CASELEDGER_TIMESTAMP_CERTIFICATES": str(certificates),
        "AWS_DEFAULT_REGION": "eu-west-2",
    }.items():
        monkeypatch.setenv(name, value)

    names = [sink.name for sink in sinks_of(load_settings())]

    assert [name.partition(":")[0] for name in names] == ["folder", "mail", "s3", "rfc3161", "witness"]
    assert not any("dpo" in name or "secret" in name for name in names)


def test_keys_are_rotated_and_the_former_dropped_an_hour_later(
    run: Run, demo: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = "{ cases(first: 1) { nodes { ... on Incident { summary { state } } } } }"
    before = demo.ask(reading)

    status, out, _ = run("rotate-keys")

    assert status == 0
    assert " keys are wrapped under kek-2 now" in out
    demo.runtime.key_store.forget(demo.trust_id)
    assert demo.ask(reading) == before
    status, _, told = run("rotate-keys", "--drop-former")
    assert (status, told) == (1, "caseledger rotate-keys: the last rotation was less than an hour ago\n")
    monkeypatch.setattr("api.cli.rotate_keys._REST", timedelta(0))
    status, out, _ = run("rotate-keys", "--drop-former")
    assert (status, out) == (0, "1 former keys dropped\n")
    demo.runtime.key_store.forget(demo.trust_id)
    assert demo.ask(reading) == before
    assert demo.runtime.key_store.wrapped_under(demo.trust_id) == {"kek-2"}
