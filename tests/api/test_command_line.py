"""The command line: each verb's words, exit status and effect, on a database of this module."""

from __future__ import annotations

import asyncio
import io
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from api.cli import VERBS, main
from api.cli.progress import progress
from api.cli.serve import load_tokens
from api.identity.identities import Identities
from api.identity.signed_in import ClaimedRole
from api.settings import DEMONSTRATION_TRUST, load_settings
from tests.api.client import Client
from tests.api.uploads import PDF, files_of, new_incident, upload
from tests.api.verbs import Run

ROOT = Path(__file__).parents[2]


def test_help_lists_every_verb_and_each_verb_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.startswith("  ")] == list(VERBS)
    for verb in VERBS:
        assert main([verb, "--help"]) == 0
        assert f"usage: caseledger {verb}" in capsys.readouterr().out


def test_a_verb_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["frobnicate"]) == 2
    assert main([]) == 2
    assert "no such verb" in capsys.readouterr().err


def test_token_prints_a_token_and_nothing_else(run: Run, demo: Client) -> None:
    status, out, err = run("token", "--role", "headteacher:900003", "--person", "00000000-0000-0000-0000-00000000004d")

    found = asyncio.run(Identities(demo.tokens).identify([f"Bearer {out.strip()}"]))
    assert (status, out.count("\n"), err) == (0, 1, "")
    assert found.claimed == ClaimedRole(DEMONSTRATION_TRUST, UUID(int=77), "headteacher", "900003")
    assert found.expires_at - found.issued_at == 12 * 3600


@pytest.mark.parametrize("role", ["dsl", "investigator:900003", "headteacher", "emperor"])
def test_token_for_a_role_that_is_not_served_prints_why(run: Run, role: str) -> None:
    status, out, err = run("token", "--role", role)

    assert (status, out) == (2, "")
    assert err.startswith("caseledger token: ")


def test_no_token_is_printed_for_a_server_that_others_can_reach(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASELEDGER_HOST", "0.0.0.0")

    status, out, err = run("token", "--role", "trust-lead")

    assert (status, out) == (2, "")
    assert "loopback" in err


def test_a_server_that_others_can_reach_accepts_no_development_token(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert load_tokens(load_settings(data_dir=tmp_path, host="0.0.0.0")) is None
    assert "401" in caplog.text


def test_check_says_that_everything_is_in_order(run: Run) -> None:
    status, out, _ = run("check")

    assert status == 0
    assert [line.split()[0] for line in out.splitlines()] == ["ok"] * 5


def test_check_names_what_is_wrong_in_the_file_of_issuers(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "issuers.toml"
    file.write_text('[[issuer]]\nname = "google"\nkind = "google"\naudiences = ["app"]\nclients = ["app"]\n')
    monkeypatch.setenv("CASELEDGER_ISSUERS", str(file))

    status, _, err = run("check")

    assert (status, err) == (1, "caseledger check: CASELEDGER_ISSUERS: issuer[0].domains: Field required\n")


def test_a_database_that_was_not_migrated_is_refused_in_words(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    # The database of keys stands where the ledger's should: it is at another chain's revision.
    monkeypatch.setenv("CASELEDGER_DATABASE_URL", load_settings().keys_database_url.get_secret_value())  # type: ignore[union-attr]

    status, out, err = run("check", "--projections")

    assert (status, out) == (1, "")
    assert err.startswith("caseledger check: ")


def test_a_wrong_setting_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASELEDGER_POOL_SIZE", "canary")

    status, _, err = run("check")

    assert status == 1
    assert "CASELEDGER_POOL_SIZE" in err
    assert "canary" not in err


def test_migrating_again_changes_nothing(run: Run) -> None:
    assert run("migrate") == run("migrate")


def test_importing_the_example_log_again_adds_nothing(run: Run) -> None:
    status, out, _ = run("import-log", str(ROOT / "examples" / "e_safety_log.csv"))

    assert status == 0
    assert out == "160 rows: 0 recorded in 0 cases, 160 known from before, 0 changed since, 0 not taken\n"


def test_a_large_log_is_projected_beside_its_recording(
    run: Run, demo: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.cli.import_log._LARGE", 0)
    header, first, *_ = (ROOT / "examples" / "e_safety_log.csv").read_text().splitlines()
    log = tmp_path / "log.csv"
    log.write_text("\n".join([header, *(f"LARGE-{n}," + first.partition(",")[2] for n in range(3))]) + "\n")

    status, out, _ = run("import-log", str(log))

    assert (status, out.splitlines()[0]) == (
        0,
        "3 rows: 3 recorded in 3 cases, 0 known from before, 0 changed since, 0 not taken",
    )
    assert demo.ask('{ cases(filter: { schoolReference: "LARGE-2" }) { nodes { id } } }')["cases"]["nodes"]


def test_a_log_with_a_bad_line_says_which(run: Run, tmp_path: Path) -> None:
    header, first, *_ = (ROOT / "examples" / "e_safety_log.csv").read_text().splitlines()
    log = tmp_path / "log.csv"
    log.write_text("\n".join([header, first.replace("900003", "999999")]) + "\n")

    status, out, _ = run("import-log", str(log))

    assert status == 1
    assert "line 2, school_urn: is no school of this trust" in out


def test_a_file_that_is_not_there_is_named(run: Run) -> None:
    status, _, err = run("import-log", "/nowhere/log.csv")

    assert (status, err) == (2, "caseledger import-log: /nowhere/log.csv: No such file or directory\n")


def test_a_rebuild_agrees_with_what_is_live(run: Run, demo: Client) -> None:
    query = '{ monitoring(from: "2024-09-01", to: "2026-08-31", groupBy: [COUNT, MONTH]) { cells { value } } }'
    before = demo.ask(query)

    status, out, err = run("rebuild", "--all", "--verify")

    # Of this trust alone, whatever others there are.
    own = [line for line in out.splitlines() if str(DEMONSTRATION_TRUST) in line]
    assert (status, len(own)) == (0, 1), err
    assert own[0].endswith("tables compared: live")
    assert f"core of trust {DEMONSTRATION_TRUST}: " in err
    assert demo.ask(query) == before


def test_a_rebuild_of_what_there_is_not_is_refused(run: Run) -> None:
    status, _, err = run("rebuild", "shell")

    assert status == 2
    assert "there is no projection" in err


def test_an_exported_case_verifies_and_fails_when_its_last_event_is_cut_off(
    run: Run, demo: Client, tmp_path: Path
) -> None:
    import json

    [node] = demo.ask("{ cases(first: 1) { nodes { reference } } }")["cases"]["nodes"]
    bundle = tmp_path / "case.json"

    assert run("export-case", node["reference"], "--output", str(bundle))[0] == 0
    assert run("verify", str(bundle))[0] == 0
    content = json.loads(bundle.read_bytes())
    content["events"].pop()
    bundle.write_text(json.dumps(content, separators=(",", ":"), ensure_ascii=False, sort_keys=True))
    status, out, _ = run("verify", str(bundle))

    assert status == 1
    assert "does not hold" in out


def test_a_case_is_exported_with_its_files_and_the_check_names_each(run: Run, demo: Client, tmp_path: Path) -> None:
    case_id = new_incident(demo)
    kept = upload(demo, case_id)
    archive = tmp_path / "case.zip"

    assert run("export-case", case_id, "--files", "--output", str(archive))[0] == 0
    status, out, _ = run("verify", str(archive))

    assert (status, out.splitlines()[-3:]) == (
        0,
        ["ok    files: 1 as handed in", f"file  {kept['fileId']}: as it was handed in", "The bundle holds."],
    )
    assert [file["exportCount"] for file in files_of(demo, case_id)] == [1]
    archive.write_bytes(archive.read_bytes().replace(PDF, PDF[::-1]))
    status, out, _ = run("verify", str(archive))
    assert (status, out.splitlines()[-2].partition(kept["fileId"])[0]) == (1, "WRONG files: files/")


def test_a_period_is_exported_with_its_files_and_the_program_for_itself_checks_them(
    run: Run, demo: Client, tmp_path: Path
) -> None:
    period = ("--since", datetime.now(UTC).isoformat(), "--until", "2100-01-01")
    kept = upload(demo, new_incident(demo))
    archive, program = tmp_path / "period.zip", tmp_path / "caseledger_verify.py"

    assert run("export-period", *period, "--files", "--output", str(archive))[0] == 0
    assert run("verify", "--write-program", str(program))[0] == 0
    status, out, _ = run("verify", str(archive))
    done = subprocess.run(
        [sys.executable, "-I", program, archive], capture_output=True, text=True, check=False, cwd=tmp_path
    )

    assert (status, out.splitlines()[-1]) == (0, "The bundle holds.")
    assert f"file  {kept['fileId']}: as it was handed in" in out.splitlines()
    assert (done.returncode, done.stdout, done.stderr) == (0, out, "")
    archive.write_bytes(archive.read_bytes().replace(PDF, PDF[::-1]))
    status, out, _ = run("verify", str(archive))
    assert (status, out.splitlines()[-2].partition(kept["fileId"])[0]) == (1, "WRONG files: files/")


def test_a_damaged_file_leaves_no_archive_behind(run: Run, demo: Client, tmp_path: Path) -> None:
    period = ("export-period", "--since", datetime.now(UTC).isoformat(), "--until", "2100-01-01")
    case_id = new_incident(demo)
    kept = upload(demo, case_id)
    (demo.runtime.settings.data_dir / "evidence" / str(demo.trust_id) / kept["fileId"]).unlink()

    for verb in (("export-case", case_id), period):
        status, out, err = run(*verb, "--files", "--output", str(tmp_path / "taken.zip"))

        assert (status, out) == (1, "")
        assert err == f"caseledger {verb[0]}: the stored file {kept['fileId']} is not what was handed in\n"
        assert list(tmp_path.glob("*.zip")) == []


def test_a_case_that_there_is_not_is_not_exported(run: Run) -> None:
    status, out, err = run("export-case", "INC-1999-000001")

    assert (status, out) == (1, "")
    assert err == "caseledger export-case: There is no such case.\n"


def test_project_once_projects_what_is_there(run: Run) -> None:
    assert run("project", "--once")[0] == 0


def test_a_read_model_that_stands_still_is_told_and_tried_again_when_asked(run: Run, demo: Client) -> None:
    position = demo.ask("{ ledger { position } }")["ledger"]["position"]
    with demo.runtime.database.trust(DEMONSTRATION_TRUST).connection() as connection:
        connection.execute(
            "UPDATE projection SET failed_position = %s, failed_stream = gen_random_uuid(), failed_version = 1,"
            " failure = 'ValueError' WHERE trust_id = %s AND live",
            (position + 1, DEMONSTRATION_TRUST),
        )
    status, told, _ = run("check", "--projections")
    assert status == 1
    assert f"stands still before position {position + 1}: ValueError" in told
    assert run("project", "--once")[0] == 0
    assert run("check", "--projections")[0] == 1
    assert run("project", "--once", "--retry")[0] == 0
    assert run("check", "--projections")[0] == 0


def test_progress_in_a_log_is_plain_lines() -> None:
    log = io.StringIO()

    with progress("log.csv", stream=log) as advance:
        for done in range(1, 1001):
            advance(done, 1000, "recording")

    assert log.getvalue() == "log.csv, recording: 1 of 1000\nlog.csv, recording: 1000 of 1000\n"


def test_progress_on_a_terminal_is_a_bar() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    with progress("log.csv", stream=terminal) as advance:
        advance(5, 10, "reading")
        advance(10, 10, "recording")

    assert "log.csv, recording" in terminal.getvalue()
    assert "10/10" in terminal.getvalue()


def test_a_schools_calendar_is_set_from_a_file(run: Run, demo: Client, tmp_path: Path) -> None:
    file = tmp_path / "calendar.toml"
    file.write_text(CALENDAR)
    position = demo.ask("{ ledger { position } }")["ledger"]["position"]

    status, out, _ = run("set-calendar", str(file), "--school", "900003", "--dry-run")
    assert (status, out.splitlines()) == (
        0,
        [
            "academic year 2031-32",
            "  autumn term  2031-09-02 to 2031-12-19",
            "  spring term  2032-01-05 to 2032-03-25",
            "  summer term  2032-04-12 to 2032-07-21",
            "  holiday  2032-05-03 to 2032-05-03  bank holiday",
            "  holiday  2032-05-31 to 2032-05-31  bank holiday",
            "  INSET day  2031-09-02",
        ],
    )
    assert demo.ask("{ ledger { position } }")["ledger"]["position"] == position
    assert run("set-calendar", str(file), "--school", "900003") == (0, out, "")
    assert run("set-calendar", str(file), "--school", "900003")[0] == 0
    assert demo.ask("{ ledger { position } }")["ledger"]["position"] == position + 1
    status, _, err = run("set-calendar", str(file), "--school", "999999")
    assert (status, err) == (1, "caseledger set-calendar: There is no such school. (fields: urn)\n")


@pytest.mark.parametrize(
    ("name", "text", "status", "told"),
    [
        ("calendar.toml", "academic_year = 1", 1, "Expected `str`, got `int` - at `$.academic_year`"),
        ("calendar.ics", "", 1, "holds several years: --year says which one to take"),
        ("calendar.toml", None, 2, "No such file or directory"),
    ],
)
def test_a_calendar_that_cannot_be_read_is_refused(
    name: str, text: str | None, status: int, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / name
    if text is not None:
        file.write_text(text)

    assert main(["set-calendar", str(file), "--school", "900003"]) == status
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", f"caseledger set-calendar: {file}: {told}\n")


CALENDAR = """
academic_year = "2031-32"
inset_days = [2031-09-02]
terms = [
  { name = "AUTUMN", first = 2031-09-02, last = 2031-12-19 },
  { name = "SPRING", first = 2032-01-05, last = 2032-03-25 },
  { name = "SUMMER", first = 2032-04-12, last = 2032-07-21 },
]
"""
