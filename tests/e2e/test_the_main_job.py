"""From nothing to verifiable figures: the demonstration's counts equal an independent reading of the log it imports."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.demonstration import Demonstration, demonstration
from tests.e2e.figures import LOG, MONITORING, RANGE, figures
from tests.support.log_counter import COUNTS, count_log

SCHOOLS = ("900001", "900002", "900003", "900004", "900005")
TOTALS = dict(zip(COUNTS, (10, 11, 9, 15, 5, 15, 9, 12, 36, 12, 7), strict=True))

BEHIND = """
query ($from: Date!, $to: Date!, $unit: CountingUnit!, $schools: [ID!]!) {
  monitoring(from: $from, to: $to, groupBy: [COUNT, SCHOOL], unit: $unit, schools: $schools) {
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
    # School by school: the lists behind every figure of a trust at once go beyond the limit of one question.
    cells = [
        cell
        for school in shown.ask("{ schools { urn } }")["schools"]
        for cell in shown.ask(BEHIND, unit=unit, schools=[school["urn"]], **RANGE)["monitoring"]["cells"]
    ]
    assert len(cells) == 11 * 5
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
