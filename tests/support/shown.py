"""What `pytest -m obligation` and `pytest -m ruling` say at their end: each row, and what came of its tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from typing import Any

import pytest

# The marks whose rows are kept beside the documents.
MARKS = ("obligation", "ruling")
# From worst to best; what is of no test's outcome, such as the reports of set-ups that went well, has no name.
_OUTCOMES = ("failed", "error", "skipped", "xfailed", "xpassed", "passed")


def asked_for(config: pytest.Config) -> list[str]:
    """The marks by which the tests were chosen."""
    return [mark for mark in MARKS if mark in str(config.option.markexpr)]


def rows(mark: str) -> list[str]:
    """Every row that a test is to be marked with, in order."""
    return list(import_module("docs.mark_tables").MARKS[mark]())


def note(items: Iterable[pytest.Item], mark: str) -> None:
    """Let the reports of each test carry its rows, from whichever process they come."""
    for item in items:
        item.user_properties.append((mark, [str(one) for found in item.iter_markers(mark) for one in found.args]))


def summary(mark: str, wanted: Iterable[str], reports: Mapping[str, Iterable[Any]]) -> Iterator[str]:
    """Tell of each row whether its tests passed, and name them; a row of which no test ran is told too.

    `reports` are by their outcome. Rows that are not among the wanted, such as obligations of other levels, come last.
    """
    found: dict[str, dict[str, str]] = {row: {} for row in wanted}
    expected = len(found)
    for outcome in reversed(_OUTCOMES):
        for report in reports.get(outcome, ()):
            test = report.nodeid.partition("[")[0]
            for name, named in report.user_properties:
                for row in named if name == mark else ():
                    # The worst comes last and stays.
                    found.setdefault(row, {})[test] = outcome
    for row, tests in [*list(found.items())[:expected], *sorted(list(found.items())[expected:])]:
        yield f"{row} {'shown' if _is_shown(tests) else 'NOT SHOWN'}"
        yield from (f"    {outcome} {test}" for test, outcome in sorted(tests.items()))
        if not tests:
            yield "    no test of it ran"
    yield f"{sum(map(_is_shown, found.values()))} of {len(found)} {mark}s shown by the tests that ran"


def _is_shown(tests: Mapping[str, str]) -> bool:
    return set(tests.values()) == {"passed"}
