"""Personal data goes where it may be read, and nowhere else: canaries in every sealed field, looked for everywhere."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from ledger.embedded import MAIN_DATABASE, EmbeddedPostgres
from services.catalogue import COMMANDS
from tests.e2e.canaries import Canaries, files_with, tables_with, write_all_to_disk
from tests.e2e.canary_access import give_access
from tests.e2e.canary_access_requests import ask_for_access
from tests.e2e.canary_breaches import give_breach
from tests.e2e.canary_commands import Giver, mutation, sealed_fields
from tests.e2e.canary_files import get_file, hand_in, refused_files
from tests.e2e.canary_requests import READERS, Answer, Asker, write
from tests.e2e.faulty import Fault
from tests.e2e.killing import Installation, Killed, faulty_serve, filled_folder, installation
from tests.support.logs import log_row, log_text

CASE = """
query ($id: ID!) {
  case(id: $id) {
    id
    ... on Incident {
      summary { state text }
      items { url { state text } handle { state text } narrative { state text } description { state text } }
      addenda { text { state text } }
    }
    history(first: 100) {
      nodes { type data reason { state text } changes { field before after } sealed { part content { state text } } }
    }
  }
}
"""
DASHBOARD = """
{
  cases(first: 100) { totalCount nodes { id reference ... on Incident { summary { state text } } } }
  monitoring(from: "2024-09-01", to: "2026-08-31", groupBy: [COUNT]) {
    cells { value contributions(first: 50) { nodes { case { id } } } cases(first: 50) { nodes { id reference } } }
  }
  restatements(from: "2024-09-01", to: "2026-08-31", between: {position: 0}) { type changes { count change } }
}
"""


@dataclass
class Planted:
    """An installation into which canaries were given, and all that came back."""

    installed: Installation
    texts: Canaries
    names: Canaries
    # What stands in files, and where those are given that were kept.
    contents: Canaries = field(default_factory=lambda: Canaries("bytes"))
    files: list[str] = field(default_factory=list)
    accepted: set[str] = field(default_factory=set)
    cases: list[str] = field(default_factory=list)
    refusals: list[Answer] = field(default_factory=list)
    # What the command line printed, by what was asked of it.
    printed: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, role: str) -> httpx.Response:
        shown = self.installed.shown
        token = {"Authorization": f"Bearer {shown.token(role)}"}
        return httpx.get(shown.address + path, headers=token, timeout=60)


@pytest.fixture(scope="module")
def pattern() -> Iterator[Path]:
    with filled_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def planted(pattern: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    folder = tmp_path_factory.mktemp("logs")
    loud = {"CASELEDGER_LOG_LEVEL": "DEBUG"}
    with installation(pattern, settings=loud) as installed:
        found = Planted(installed, Canaries("kanarie"), Canaries("persona"))
        givers = [Giver(installed.shown, found.texts, role) for role in ("trust-lead", "headteacher:900003")]
        givers[0].give_all("900003", "900002")
        give_breach(givers[0], "900003")
        give_access(givers[0], installed.shown, found.texts, "900003")
        givers[1].give_all("900003", "900003")
        import_good_logs(found, folder)
        imported = imported_cases(found)
        found.files = [hand_in(installed.shown, case, found.texts, found.contents) for case in imported[:3]]
        found.accepted = set(found.texts.planted)
        found.cases = [case for giver in givers for case in giver.cases] + imported
        ask_for_access(installed.shown, found.texts, imported[0])

        with Asker(installed.shown, found.texts) as asker:
            asker.refused_commands(givers[0].given)
            asker.refused_requests(found.cases[0])
            refused_files(asker, found.cases[0], found.contents)
            for number, log in enumerate(asker.refused_logs()):
                file = write(folder, f"bad-{number}.csv", log)
                found.printed[f"bad log {number}"] = said(installed.shown.run("import-log", str(file)))
            installed.kill(Killed.DATABASE)
            asker.commands_in_vain(givers[0].given)
            installed.start_database()
        found.refusals = asker.answers
        write_all_to_disk(installed.shown.folder)
        yield found


def import_good_logs(found: Planted, folder: Path) -> None:
    """Three logs that go in: by the API, in a form of the API, from the command line."""
    shown = found.installed.shown

    def log(name: str) -> bytes:
        rows = (
            log_row(
                reference=f"{name}-{number}",
                poster_name=found.names.plant(f"{name} {number}"),
                url=f"https://social.example/{found.texts.plant(f'{name}.url {number}')}",
                narrative=found.texts.plant(f"{name}.narrative {number}") + " and so on" * 500,
                evidence_note=found.texts.plant(f"{name}.evidence_note {number}"),
            )
            for number in (1, 2)
        )
        return log_text(*rows).encode()

    token = {"Authorization": f"Bearer {shown.token()}"}
    address = f"{shown.address}/v1/imports/e-safety-log"
    csv_type = {"Content-Type": "text/csv"}
    taken = httpx.post(address, content=log("GOOD"), headers=token | csv_type, timeout=60)
    form = {"file": (found.names.plant("the file's name"), log("FORM"), "text/csv")}
    in_form = httpx.post(address, files=form, headers=token, timeout=60)
    for answer in (taken, in_form):
        assert (answer.status_code, answer.json().get("badLines")) == (200, []), answer.text
    imported = shown.run("import-log", str(write(folder, "good.csv", log("LINE"))))
    assert imported.returncode == 0, imported.stderr
    found.printed["good log"] = said(imported)


def imported_cases(found: Planted) -> list[str]:
    query = "query ($x: String!) { cases(filter: {schoolReference: $x}) { nodes { id } } }"
    references = [f"{name}-{number}" for name in ("GOOD", "FORM", "LINE") for number in (1, 2)]
    answers = [found.installed.shown.ask(query, x=reference)["cases"]["nodes"] for reference in references]
    return [case["id"] for [case] in answers]


def said(done: Any) -> str:
    return f"{done.stdout}\n{done.stderr}"


def test_every_sealed_field_of_every_command_has_its_canary(planted: Planted) -> None:
    places = {place.partition(" ")[0] for place in planted.texts.planted.values()}
    every = {f"{name}.{one}" for name, command in COMMANDS.items() for one in sealed_fields(command)}
    # What sets nothing aside is not recorded, so an override stands for all where something is missing.
    assert {place for place in every if not place.endswith(".override")} | {"HoldMeeting.override"} <= places
    assert len(planted.accepted) >= 100


def test_the_trust_lead_reads_and_exports_all_that_was_accepted(planted: Planted) -> None:
    read = [planted.installed.shown.ask(CASE, id=case) for case in planted.cases]
    bundles = [planted.get(f"/v1/cases/{case}/bundle", "trust-lead") for case in planted.cases]
    assert planted.texts.texts_in(repr(read).encode()) == planted.accepted
    assert {bundle.status_code for bundle in bundles} == {200}
    assert planted.texts.texts_in(b"".join(bundle.content for bundle in bundles)) == planted.accepted
    for form in ("json", "csv"):
        histories = [planted.get(f"/v1/cases/{case}/history?format={form}", "trust-lead") for case in planted.cases]
        assert planted.texts.texts_in(b"".join(one.content for one in histories)) == planted.accepted


@pytest.mark.parametrize("role", READERS)
def test_nobody_reads_without_the_right(planted: Planted, role: str) -> None:
    shown = planted.installed.shown
    answers = [shown.answer(DASHBOARD, role), *(shown.answer(CASE, role, id=case) for case in planted.cases)]
    bundles = [
        planted.get(f"/v1/cases/{case}/{form}", role) for case in planted.cases for form in ("bundle", "history")
    ]
    seen = repr(answers) + "".join(bundle.text for bundle in bundles)
    assert planted.texts.places_in(seen) == []
    assert planted.names.places_in(seen) == []
    # These two see structure and proofs, and open no text.
    sees_structure = role in ("auditor", "dpo")
    assert ("WITHHELD" in seen) == sees_structure
    assert {bundle.status_code for bundle in bundles} == {200 if sees_structure else 404}


def test_a_file_is_given_to_whom_it_may_be_and_to_nobody_else(planted: Planted) -> None:
    shown = planted.installed.shown
    for path in planted.files:
        assert planted.contents.places_in(get_file(shown, path).content) == ["a file"]
        for role in READERS:
            answer = get_file(shown, path, role)
            assert (answer.status_code in (403, 404), planted.contents.places_in(answer.content)) == (True, [])


def test_a_bundle_without_texts_holds_none(planted: Planted) -> None:
    case = planted.cases[0]
    closed = planted.installed.shown.run("export-case", case, "--without-texts")
    opened = planted.installed.shown.run("export-case", case)
    assert (closed.returncode, opened.returncode) == (0, 0)
    assert planted.texts.places_in(said(closed)) == []
    replayed = planted.installed.shown.run("replay", case, "--without-texts")
    assert replayed.returncode == 0
    assert planted.texts.places_in(said(replayed)) + planted.names.places_in(said(replayed)) == []
    assert planted.texts.texts_in(said(opened).encode()) != set()


def test_no_refusal_repeats_what_was_sent(planted: Planted) -> None:
    repeated = {
        answer.place: answer.content
        for answer in planted.refusals
        if any(one.places_in(answer.content) for one in (planted.texts, planted.names, planted.contents))
    }
    assert repeated == {}
    assert len(planted.refusals) > 300


def test_nothing_that_was_refused_is_recorded(planted: Planted) -> None:
    assert [answer.place for answer in planted.refusals if '"Recorded"' in answer.content] == []


def test_the_command_line_repeats_nothing_of_a_log(planted: Planted) -> None:
    repeated = {asked for asked, text in planted.printed.items() if planted.texts.places_in(text)}
    repeated |= {asked for asked, text in planted.printed.items() if planted.names.places_in(text)}
    assert repeated == set()
    assert {asked for asked, text in planted.printed.items() if "line " in text} >= {"bad log 0", "bad log 1"}


def test_no_table_of_either_database_holds_a_text(planted: Planted) -> None:
    assert tables_with(planted.texts, planted.installed.shown.folder) == {}
    assert tables_with(planted.contents, planted.installed.shown.folder) == {}


def test_names_stand_in_the_people_registry_alone(planted: Planted) -> None:
    assert tables_with(planted.names, planted.installed.shown.folder).keys() == {f"{MAIN_DATABASE}.person_name"}


def test_no_file_holds_a_text(planted: Planted) -> None:
    """Tables, indexes, the log of changes and the server's log are files of the data folder."""
    for canaries in (planted.texts, planted.contents):
        assert files_with(canaries, planted.installed.shown.folder, planted.installed.temporary) == {}


def test_no_log_line_holds_a_text_or_a_name(planted: Planted) -> None:
    logs = planted.installed.said.read_bytes(), (planted.installed.shown.folder / "pg" / "server.log").read_bytes()
    every = (planted.texts, planted.names, planted.contents)
    assert [[one.places_in(log) for one in every] for log in logs] == [[[], [], []]] * 2
    assert b"POST /graphql" in logs[0]


# --- What the search must find


@pytest.mark.parametrize("form", ["plain", "hex", "base64", "utf-16-le", "upper case", "reversed"])
def test_a_canary_is_found_in_any_form(form: str) -> None:
    import base64

    canaries = Canaries("kanarie")
    canary = canaries.plant("here")
    plain = f"and {canary} then".encode()
    changed = {
        "plain": plain,
        "hex": plain.hex().encode(),
        "base64": base64.b64encode(secrets.token_bytes(secrets.randbelow(9)) + plain),
        "utf-16-le": plain.decode().encode("utf-16-le"),
        "upper case": plain.upper(),
        "reversed": plain[::-1],
    }
    assert canaries.places_in(changed[form]) != []
    assert Canaries("kanarie").places_in(changed[form]) == []


def test_a_canary_in_a_table_and_in_its_files_is_found(planted: Planted) -> None:
    canaries = Canaries("planted")
    data_dir = planted.installed.shown.folder
    long = (canaries.plant("a long text") + " and so on" * 5000).encode()
    with EmbeddedPostgres.attach(data_dir) as server:
        url = server.admin_url(MAIN_DATABASE)
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute("CREATE TABLE leak (content bytea, name text)")
            admin.execute("INSERT INTO leak VALUES (%s, %s)", (long, canaries.plant("a name")))
            admin.execute("CREATE INDEX leak_name ON leak (name)")
        write_all_to_disk(data_dir)
        try:
            assert tables_with(canaries, data_dir) == {f"{MAIN_DATABASE}.leak": ["a long text", "a name"]}
            found = files_with(canaries, data_dir)
            assert any("/base/" in file for file in found)
            assert any("/pg_wal/" in file for file in found)
        finally:
            with psycopg.connect(url, autocommit=True) as admin:
                admin.execute("DROP TABLE leak")


def test_a_server_that_writes_down_and_stores_what_it_is_told_is_found(pattern: Path) -> None:
    with installation(pattern, faulty_serve(Fault.LEAKS)) as installed:
        canaries = Canaries("leaked")
        report = {"schoolUrn": "900003", "openedOn": "2026-03-02", "summary": canaries.plant("a summary")}
        installed.shown.answer(mutation("ReportIncident"), input={"commandId": str(uuid4()), **report})
        write_all_to_disk(installed.shown.folder)
        assert canaries.places_in(installed.said.read_bytes()) == ["a summary"]
        assert f"{MAIN_DATABASE}.sealed_part" in tables_with(canaries, installed.shown.folder)
        assert files_with(canaries, installed.shown.folder) != {}
