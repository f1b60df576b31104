"""Faults that the comparison with the oracle once found, and the one place where the two differ on purpose."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.plan.agreement import Trial
from tests.plan.world import World

EMPTY = {
    "a sealed text": "{ cases { nodes { addenda { text { state @skip(if: true) } } } } }",
    "a change": '{ case(reference: "INC-2026-000001") { history { nodes { changes { field @skip(if: true) } } } } }',
}
HIDE = """
from random import Random
from projections.suppression import hidden
draw = Random(5)
for _ in range(30):
    figures = {(month, role): draw.choice((0, 0, 1, 2, 3, 5, 6)) for month in "abc" for role in "xyz"}
    print(sorted(hidden(figures, 3, [0, 1])))
"""

# Asked by the head of the school to which the case was moved; `IT` is the case, `THEN` a moment at its first school.
MOVED = {
    "after an event": '{ case(id: "IT") { history(first: 1) { nodes { caseAfter { school { urn } } } } } }',
    "in the past": '{ case(id: "IT", asOf: {position: THEN}) { school { urn } } }',
}
# Refusals within lists, of which some have entries and some have none: the path and what is null.
CELLS = """monitoring(from: "2026-09-01", to: "2026-09-30", groupBy: [SCHOOL]{}) {{
    cells {{ contributions(after: "nothing") {{ totalCount }} }} }}"""
REFUSED = {
    "in each cell": (CELLS.format(""), ["monitoring", "cells"]),
    "in no cell": (CELLS.format(", schools: []"), ["monitoring", "cells"]),
    "in each case": ('cases(first: 2) { nodes { history(after: "nothing") { totalCount } } }', ["cases", "nodes"]),
    "out of sight": ('case(reference: "INC-2026-9") { history(after: "nothing") { totalCount } }', ["case", "history"]),
}


@pytest.mark.parametrize("name", EMPTY)
def test_an_object_made_by_python_is_empty_when_nothing_of_it_is_included(
    trial: Trial, world: World, name: str
) -> None:
    assert not trial.differences(world.reader("trust-lead"), EMPTY[name], {})


def test_which_figures_are_hidden_is_the_same_in_every_process() -> None:
    told = {
        subprocess.run(
            [sys.executable, "-c", HIDE],
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in range(6)
    }
    assert len(told) == 1


@pytest.mark.parametrize("name", MOVED)
def test_a_case_that_was_moved_shows_the_school_at_which_it_was(trial: Trial, world: World, name: str) -> None:
    case = str(world.cases["moved"])
    first = trial.oracle.story.of_case[case][0].position
    query = MOVED[name].replace("IT", case).replace("THEN", str(first))
    assert not trial.differences(world.reader("headteacher:900001"), query, {})


@pytest.mark.parametrize("name", REFUSED)
def test_an_argument_is_refused_once_whatever_rows_there_are(trial: Trial, world: World, name: str) -> None:
    query, path = REFUSED[name]
    answer = trial.ask_product(world.reader("trust-lead"), f"{{ viewer {{ role }} {query} }}", {})

    [error] = answer["errors"]
    assert (error["path"], error["extensions"]) == (path, {"code": "INVALID_INPUT", "fields": ["after"]})
    # The nearest field that may be null is, and everything else is told.
    known: dict[str, dict[str, object]] = {
        "in each cell": {"monitoring": {"cells": [{"contributions": None}] * 5}},
        "in no cell": {"monitoring": {"cells": []}},
        "out of sight": {"case": None},
    }
    assert answer["data"] == ({"viewer": {"role": "trust-lead"}, **known[name]} if name in known else None)


def test_a_period_is_cut_by_the_range_whatever_schools_there_are(trial: Trial, world: World) -> None:
    query = """{ monitoring(from: "2025-08-31", to: "2025-12-31", groupBy: [MONTH], schools: []) {
        cells { period value partial } } }"""
    assert not trial.differences(world.reader("trust-lead"), query, {})
