"""`caseledger replay`: a case step by step on a terminal or in a file, and the counts then and now."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from pathlib import Path
from uuid import uuid4

import pytest
from pypdf import PdfReader

from tests.api.client import Client
from tests.api.reads import Json, Log
from tests.api.verbs import Run

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "replay-a-case.md").read_text()
YEARS = ("--from", "2024-09-01", "--to", "2026-08-31")


@pytest.fixture(scope="module")
def case(demo: Client) -> Json:
    """An imported case, to which a person has added something."""
    [found] = demo.ask("{ cases(first: 1, orderBy: REFERENCE) { nodes { id reference } } }")["cases"]["nodes"]
    demo.command("addAddendum", "trust-lead", commandId=str(uuid4()), caseId=found["id"], text="The parent rang.")
    return found  # type: ignore[no-any-return]  # JSON


@pytest.fixture
def log(demo: Client) -> Log:
    return Log(demo)


def test_a_case_is_replayed_by_its_reference_or_id_and_that_is_recorded(run: Run, case: Json, log: Log) -> None:
    before = log.position
    by_reference, by_id = (run("replay", case[name]) for name in ("reference", "id"))

    status, out, err = by_reference
    first, second = log.bodies(before)
    assert (status, err) == (0, "")
    # The first replay is itself a read that the second tells of.
    assert by_id[1].startswith(out.split("Came to know since:")[0])
    assert out.startswith(f"{case['reference']} INCIDENT at ")
    for said in ("incident.reported.v1", "incident.imported.v1", "text: The parent rang.", "status: nothing -> OPEN"):
        assert said in out, said
    for one in (first, second):
        assert (one["way"], one["cases"], one["asked"]) == ("export", [case["id"]], ["readers"])
        assert one["parts"]


def test_steps_are_kept_to_what_is_asked_for(run: Run, case: Json) -> None:
    def versions(*arguments: str) -> list[int]:
        status, out, err = run("replay", case["reference"], "--format", "json", *arguments)
        assert (status, err) == (0, "")
        return [step["version"] for step in json.loads(out)["steps"]]

    last = len(versions())
    assert versions("--by", "human") == [last]
    assert versions("--by", "system") == list(range(1, last))
    assert versions("--type", "incident.reported.v1", "incident.imported.v1") == [1, 2]
    assert versions("--until", "0") == []
    assert versions("--until", "2099-01-01T00:00:00Z") == versions()


def test_without_texts_nothing_sealed_is_opened(run: Run, case: Json, log: Log) -> None:
    before = log.position
    status, out, _ = run("replay", case["reference"], "--without-texts")
    [recorded] = log.bodies(before)

    assert status == 0
    assert "The parent rang." not in out
    assert "text: [withheld: this reader may not open it]" in out
    assert "parts" not in recorded


def test_a_file_is_written_in_the_form_that_is_asked_for(run: Run, case: Json, tmp_path: Path) -> None:
    table, pages = tmp_path / "case.csv", tmp_path / "case.pdf"
    for form, file in (("csv", table), ("pdf", pages)):
        assert run("replay", case["reference"], "--format", form, "--output", str(file)) == (0, "", "")

    rows = list(csv.DictReader(io.StringIO(table.read_bytes().decode(), newline="")))
    assert rows[-1]["texts"] == "text: The parent rang."
    last = PdfReader(pages).pages[-1].extract_text()
    assert f"caseledger export-case {case['reference']} --output {case['reference']}.bundle.json" in last


def test_the_printed_commands_check_the_printed_history(
    run: Run, demo: Client, case: Json, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever follows the last page arrives at a bundle that holds, with the leaves that are printed."""
    monkeypatch.chdir(tmp_path)
    run("replay", case["reference"], "--format", "pdf", "--output", "case.pdf")
    printed = "\n".join(page.extract_text() for page in PdfReader("case.pdf").pages).splitlines()
    ledger = demo.ask("{ ledger { publicKey checkpoint { note } } }")["ledger"]
    Path("key.txt").write_text(ledger["publicKey"] + "\n")
    Path("note.txt").write_text(ledger["checkpoint"]["note"])
    assert ledger["publicKey"] in printed
    assert [line for line in ledger["checkpoint"]["note"].splitlines() if line not in printed] == []

    commands = [line.split()[1:] for line in printed if line.startswith("caseledger ") and "/" not in line]
    assert [command[0] for command in commands] == ["export-case", "verify"]
    assert [run(*command)[0] for command in commands] == [0, 0]

    bundle = json.loads(Path(f"{case['reference']}.bundle.json").read_bytes())
    assert bundle["events"]
    assert sum(line.isalnum() and len(line) == 64 for line in printed) >= len(bundle["events"])


def test_every_command_of_the_page_does_what_the_page_says(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"^caseledger (.*)$", PAGE, re.M)
    assert len(commands) == 6

    for command in commands:
        assert run(*command.split())[::2] == (0, ""), command

    assert {file.name for file in tmp_path.iterdir()} == {"case.csv", "case.pdf"}


def test_the_question_of_the_page_explains_each_difference(demo: Client) -> None:
    [question] = [query for query in re.findall(r"```graphql\n(.*?)```", PAGE, re.S) if "restatements" in query]
    data = demo.ask(question, asOf={"position": 100})
    then, now = (
        {cell["count"]: cell["value"] for cell in data[name]["cells"]} for name in ("asReported", "asNowKnown")
    )
    moved = Counter[str]()
    for event in data["explainedBy"]:
        for change in event["changes"]:
            moved[change["count"]] += change["change"]

    assert sum(moved.values()) > 50
    assert {name: value - then[name] for name, value in now.items()} == {name: moved[name] for name in now}


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("INC-1999-000001",), 1, "There is no such case."),
        ((str(uuid4()),), 1, "There is no such case."),
        ((), 2, "say which CASE, or --counts"),
        (("INC-1", "--counts", *YEARS), 2, "--counts goes without a CASE, --type, --by and --until"),
        (("INC-1", "--from", "2024-09-01"), 2, "--from, --to, --schools and --as-of go with --counts"),
        (("--counts", "--from", "2024-09-01"), 2, "--counts needs --from and --to"),
        (("--counts", *YEARS, "--format", "pdf"), 2, "counts are given as text, JSON or CSV"),
        (("--counts", *YEARS, "--as-of", "then"), 2, "A past moment is given either as a position"),
    ],
)
def test_what_is_asked_wrongly_is_refused_in_a_sentence(
    run: Run, log: Log, arguments: tuple[str, ...], status: int, said: str
) -> None:
    before = log.position
    found, out, err = run("replay", *arguments)

    assert (found, out) == (status, "")
    assert err.startswith(f"caseledger replay: {said}")
    assert log.position == before


def test_an_unknown_type_or_a_moment_that_is_none_is_named(run: Run, case: Json) -> None:
    for arguments, field in ((("--type", "incident.dreamt.v1"), "type"), (("--until", "soon"), "until")):
        status, out, err = run("replay", case["reference"], *arguments)
        assert (status, out) == (2, "")
        assert err.endswith(f"(fields: {field})\n")
        assert "dreamt" not in err
        assert "soon" not in err


def test_the_counts_stand_as_reported_and_as_now_known(run: Run, demo: Client, log: Log) -> None:
    now = {
        cell["count"]: cell["value"]
        for cell in demo.ask('{ monitoring(from: "2024-09-01", to: "2026-08-31") { cells { count value } } }')[
            "monitoring"
        ]["cells"]
    }
    before = log.position

    status, out, err = run("replay", "--counts", *YEARS, "--as-of", "0", "--format", "json")
    told = json.loads(out)["counts"]
    [recorded] = log.bodies(before)

    assert (status, err) == (0, "")
    assert {one["count"]: one["asNowKnown"] for one in told} == now
    for one in told:
        assert one["change"] == sum(each["change"] for each in one["explainedBy"])
        assert (one["asReported"] or 0) + one["change"] == one["asNowKnown"]
    # The cases behind the difference are told, and that is a read; figures alone are none.
    assert (recorded["way"], bool(recorded["cases"])) == ("query", True)
    assert run("replay", "--counts", *YEARS, "--as-of", "2099-01-01T00:00:00Z")[0] == 0
    assert log.position == before + 1
