"""Figures that move, told with the events that moved them; and a second run that finds everything as it was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.e2e.demonstration import Demonstration, demonstration
from tests.e2e.figures import LOG, MONITORING, RANGE, figures


@pytest.fixture
def shown() -> Iterator[Demonstration]:
    with demonstration() as started:
        started.start()
        yield started


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


def _move_two_cases(shown: Demonstration) -> None:
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


def _find_what_is_there_again(shown: Demonstration) -> None:
    position = shown.ask("{ ledger { position } }")["ledger"]["position"]
    totals = figures(shown)
    shown.stop()
    shown.start()
    assert shown.ask("{ ledger { position } }")["ledger"]["position"] == position
    assert figures(shown) == totals
    imported = shown.run("import-log", str(LOG))
    assert imported.returncode == 0, imported.stderr
    assert shown.ask("{ ledger { position } }")["ledger"]["position"] == position


def test_moved_figures_are_named_and_found_again_by_a_second_run(shown: Demonstration) -> None:
    _move_two_cases(shown)
    _find_what_is_there_again(shown)
