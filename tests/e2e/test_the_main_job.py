"""From nothing to verifiable figures: the demonstration's counts equal an independent reading of the log it imports."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.e2e.demonstration import ROOT, Demonstration, demonstration
from tests.support.log_counter import COUNTS, count_log

LOG = ROOT / "examples" / "e_safety_log.csv"
SCHOOLS = ("900001", "900002", "900003", "900004", "900005")
RANGE = {"from": "2024-09-01", "to": "2026-08-31"}
TOTALS = dict(zip(COUNTS, (10, 11, 9, 15, 5, 15, 9, 12, 36, 12, 7), strict=True))

MONITORING = """
query ($from: Date!, $to: Date!, $by: [MonitoringDimension!]!, $unit: CountingUnit!, $basis: DateBasis!, $asOf: AsOf) {
  monitoring(from: $from, to: $to, groupBy: $by, unit: $unit, dateBasis: $basis, asOf: $asOf) {
    position scope cells { count school { urn } period value partial coverage }
  }
}
"""
BEHIND = """
query ($from: Date!, $to: Date!, $unit: CountingUnit!) {
  monitoring(from: $from, to: $to, groupBy: [COUNT, SCHOOL], unit: $unit) {
    cells {
      count school { urn } value withheld
      contributions(first: 100) { totalCount nodes { case { id reference } } }
      cases(first: 100) { totalCount nodes { id } }
    }
  }
}
"""


@pytest.fixture(scope="module")
def shown() -> Iterator[Demonstration]:
    with demonstration() as started:
        started.start()
        yield started


def figures(
    shown: Demonstration,
    by: tuple[str, ...] = ("COUNT",),
    unit: str = "ITEMS",
    basis: str = "DISCOVERED",
    as_of: dict[str, Any] | None = None,
) -> dict[tuple[str, ...], int]:
    """The cells that are not zero, keyed by the values of the dimensions."""
    report = shown.ask(MONITORING, by=list(by), unit=unit, basis=basis, asOf=as_of, **RANGE)["monitoring"]
    keys = {
        "COUNT": lambda cell: cell["count"],
        "SCHOOL": lambda cell: cell["school"]["urn"],
        "MONTH": lambda cell: cell["period"],
    }
    assert all(cell["value"] is not None for cell in report["cells"])
    return {tuple(keys[one](cell) for one in by): cell["value"] for cell in report["cells"] if cell["value"]}


def test_the_eleven_totals_are_those_of_the_log(shown: Demonstration) -> None:
    assert figures(shown) == {(count,): value for count, value in TOTALS.items()}


@pytest.mark.parametrize("unit", ["ITEMS", "CASES"])
@pytest.mark.parametrize("basis", ["DISCOVERED", "POSTED", "RECORDED"])
@pytest.mark.parametrize(
    "by", [by for size in (1, 2, 3) for by in itertools.combinations(("COUNT", "SCHOOL", "MONTH"), size)], ids="-".join
)
def test_every_grouping_equals_an_independent_count_of_the_csv(
    shown: Demonstration, by: tuple[Any, ...], unit: Any, basis: Any
) -> None:
    from datetime import date

    expected = count_log(LOG, group_by=by, unit=unit, basis=basis, first=date(2024, 9, 1), last=date(2026, 8, 31))
    assert figures(shown, by, unit, basis) == expected


def test_cells_are_dense_and_zero_is_zero(shown: Demonstration) -> None:
    report = shown.ask(MONITORING, by=["COUNT", "SCHOOL", "MONTH"], unit="ITEMS", basis="DISCOVERED", **RANGE)
    cells = report["monitoring"]["cells"]
    assert len(cells) == 11 * 5 * 24
    keys = [(COUNTS.index(cell["count"]), cell["school"]["urn"], cell["period"]) for cell in cells]
    assert keys == sorted(keys)
    assert report["monitoring"]["scope"] == "ALL"


@pytest.mark.parametrize("unit", ["ITEMS", "CASES"])
def test_every_figure_lists_what_stands_behind_it(shown: Demonstration, unit: str) -> None:
    cells = shown.ask(BEHIND, unit=unit, **RANGE)["monitoring"]["cells"]
    for cell in cells:
        listed = cell["contributions"] if unit == "ITEMS" else cell["cases"]
        assert listed["totalCount"] == len(listed["nodes"]) == cell["value"]
        assert {node["case"]["id"] for node in cell["contributions"]["nodes"]} == {
            node["id"] for node in cell["cases"]["nodes"]
        }


def test_roles_see_what_is_theirs(shown: Demonstration) -> None:
    counts = '{ monitoring(from: "2024-09-01", to: "2026-08-31") { scope cells { value cases { totalCount } } } }'
    dashboard = shown.ask(counts, "dashboard")["monitoring"]
    assert [cell["value"] for cell in dashboard["cells"]] == list(TOTALS.values())
    assert {cell["cases"] for cell in dashboard["cells"]} == {None}
    assert shown.ask("{ cases { totalCount nodes { id } } }", "dashboard")["cases"] == {"totalCount": 0, "nodes": []}
    head = shown.ask(
        "{ schools { urn } cases(first: 100) { totalCount nodes { school { urn } } } }", "headteacher:900002"
    )
    assert [school["urn"] for school in head["schools"]] == ["900002"]
    assert {node["school"]["urn"] for node in head["cases"]["nodes"]} == {"900002"}
    assert head["cases"]["totalCount"] == len(_cases_of("900002"))


def _cases_of(urn: str) -> set[str]:
    import csv

    with LOG.open(newline="", encoding="utf-8-sig") as file:
        return {row["reference"] for row in csv.DictReader(file) if row["school_urn"] == urn}


CASE_HISTORY = """
query ($id: ID!) {
  case(id: $id) {
    reference version
    history(first: 100) { nodes { position version type leafHash caseAfter { version status } } }
  }
}
"""


def test_a_case_replays_step_by_step(shown: Demonstration) -> None:
    [case] = shown.ask('{ cases(first: 1, filter: {schoolReference: "LOG-2-00014"}) { nodes { id } } }')["cases"][
        "nodes"
    ]
    history = shown.ask(CASE_HISTORY, id=case["id"])["case"]
    events = history["history"]["nodes"]
    assert [event["version"] for event in events] == list(range(1, history["version"] + 1))
    assert [event["caseAfter"]["version"] for event in events] == [event["version"] for event in events]
    assert events[0]["type"] == "incident.reported.v1"
    assert events[-1]["caseAfter"]["status"] == "CLOSED"


def test_a_bundle_verifies_and_fails_without_its_last_event(shown: Demonstration, tmp_path: Path) -> None:
    [case] = shown.ask('{ cases(first: 1, filter: {schoolReference: "LOG-2-00014"}) { nodes { id } } }')["cases"][
        "nodes"
    ]
    response = httpx.get(
        f"{shown.address}/v1/cases/{case['id']}/bundle",
        headers={"Authorization": f"Bearer {shown.token()}"},
        timeout=30,
    )
    assert response.status_code == 200
    bundle = tmp_path / "case.json"
    bundle.write_bytes(response.content)
    assert shown.run("verify", str(bundle)).returncode == 0

    content = json.loads(response.content)
    content["events"].pop()
    bundle.write_text(json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False))
    failed = shown.run("verify", str(bundle))
    assert failed.returncode == 1
    assert "head" in failed.stdout + failed.stderr or "inclusion" in failed.stdout + failed.stderr


RECLASSIFY = """
mutation ($input: ReclassifyItemInput!) {
  reclassifyItem(input: $input) {
    __typename
    ... on Recorded { position replayed events { id type } case { version } }
    ... on Refused { code message fields }
  }
}
"""
MARK = """
mutation ($input: MarkDuplicateInput!) {
  markDuplicate(input: $input) {
    __typename
    ... on Recorded { position events { position type } }
    ... on Refused { code message fields }
  }
}
"""
COUNTED = """
{ cases(first: 100, filter: {statuses: [CLOSED]}) {
    nodes { id reference ... on Incident { items { id classifications { nature target } } } } } }
"""


def test_a_reclassification_and_a_duplicate_move_the_figures_and_are_named(shown: Demonstration) -> None:
    before = figures(shown)
    position = shown.ask("{ ledger { position } }")["ledger"]["position"]
    cases = shown.ask(COUNTED)["cases"]["nodes"]

    def one_item(nature: str, target: str) -> dict[str, Any]:
        """A case of one item that is this and nothing else."""
        wanted = [[{"nature": nature, "target": target}]]
        return next(case for case in cases if [item["classifications"] for item in case["items"]] == wanted)

    moved, copy = one_item("ALLEGATION", "STAFF"), one_item("DEFAMATORY_STATEMENT", "STAFF")
    reclassified = shown.ask(
        RECLASSIFY,
        input={
            "commandId": str(uuid4()),
            "caseId": moved["id"],
            "itemId": moved["items"][0]["id"],
            "classifications": [{"nature": "ALLEGATION", "target": "PUPIL"}],
            "reason": "It speaks of a pupil.",
        },
    )["reclassifyItem"]
    assert reclassified["__typename"] == "Recorded", reclassified
    marked = shown.ask(
        MARK,
        input={"commandId": str(uuid4()), "caseId": copy["id"], "original": moved["id"], "reason": "The same post."},
    )["markDuplicate"]
    assert marked["__typename"] == "Recorded", marked

    after_query = MONITORING.replace("asOf: $asOf)", f"asOf: $asOf, atLeast: {marked['position']})")
    report = shown.ask(after_query, by=["COUNT"], unit="ITEMS", basis="DISCOVERED", **RANGE)["monitoring"]
    after = {(cell["count"],): cell["value"] for cell in report["cells"]}
    expected = dict(before)
    expected["ALLEGATIONS_ABOUT_STAFF",] -= 1
    expected["ALLEGATIONS_ABOUT_PUPILS",] += 1
    expected["DEFAMATION_OF_STAFF",] -= 1
    assert after == expected
    assert figures(shown, as_of={"position": position}) == before

    restated = shown.ask(
        "query ($from: Date!, $to: Date!, $between: AsOf!) {"
        " restatements(from: $from, to: $to, between: $between) { position type changes { count change } } }",
        between={"position": position},
        **RANGE,
    )["restatements"]
    assert [(entry["position"], entry["type"]) for entry in restated] == [
        (reclassified["position"], "incident.item_reclassified.v1"),
        (marked["events"][0]["position"], "incident.marked_duplicate.v1"),
    ]
    assert [{change["count"]: change["change"] for change in entry["changes"]} for entry in restated] == [
        {"ALLEGATIONS_ABOUT_STAFF": -1, "ALLEGATIONS_ABOUT_PUPILS": 1},
        {"DEFAMATION_OF_STAFF": -1},
    ]


def test_a_second_run_finds_what_is_there(shown: Demonstration) -> None:
    position = shown.ask("{ ledger { position } }")["ledger"]["position"]
    totals = figures(shown)
    shown.stop()
    shown.start()
    assert shown.ask("{ ledger { position } }")["ledger"]["position"] == position
    assert figures(shown) == totals
    imported = shown.run("import-log", str(LOG))
    assert imported.returncode == 0, imported.stderr
    assert shown.ask("{ ledger { position } }")["ledger"]["position"] == position
