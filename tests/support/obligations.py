"""What `pytest -m obligation` says at its end: each obligation of the schools' policies, and what came of its tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest

_PROPERTY = "obligations"
# From worst to best; what is of no test's outcome, such as the reports of set-ups that went well, has no name.
_OUTCOMES = ("failed", "error", "skipped", "xfailed", "xpassed", "passed")


def are_asked_for(config: pytest.Config) -> bool:
    """Whether the tests were chosen by their obligations."""
    return "obligation" in str(config.option.markexpr)


def note(items: Iterable[pytest.Item]) -> None:
    """Let the reports of each test carry its obligations, from whichever process they come."""
    for item in items:
        ids = [str(one) for mark in item.iter_markers("obligation") for one in mark.args]
        item.user_properties.append((_PROPERTY, ids))


def summary(reports: Mapping[str, Iterable[Any]]) -> Iterator[str]:
    """Tell of each obligation, in order, whether its tests passed, and name them; `reports` are by their outcome."""
    found: dict[str, dict[str, str]] = {}
    for outcome in reversed(_OUTCOMES):
        for report in reports.get(outcome, ()):
            test = report.nodeid.partition("[")[0]
            for name, ids in report.user_properties:
                for obligation in ids if name == _PROPERTY else ():
                    # The worst comes last and stays.
                    found.setdefault(obligation, {})[test] = outcome
    for obligation, tests in sorted(found.items()):
        yield f"{obligation} {'shown' if set(tests.values()) == {'passed'} else 'NOT SHOWN'}"
        yield from (f"    {outcome} {test}" for test, outcome in sorted(tests.items()))
    shown = sum(set(tests.values()) == {"passed"} for tests in found.values())
    yield f"{shown} of {len(found)} obligations shown by the tests that ran"
