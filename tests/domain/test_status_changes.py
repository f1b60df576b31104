"""The table of how the status of a case changes is what really happens, for every kind."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from copy import deepcopy
from textwrap import dedent
from typing import Any

import pytest
from eventsourcing.domain import decorated_funcs
from hypothesis import given, settings

from domain.aggregate import Opening
from domain.case import Case
from domain.refusals import Refused
from domain.status_changes import STATUS_CHANGES
from domain.stored import fold, stored_names
from domain.values import CaseKind, CaseStatus
from tests.domain import complaints, incidents
from tests.domain.histories import SEEDS, history
from tests.domain.incidents import TODAY, WHY, named

Opened = Callable[..., Case]
OPENED: dict[CaseKind, Opened] = {
    CaseKind.INCIDENT: incidents.reported,
    CaseKind.COMPLAINT: complaints.received,
    CaseKind.STAFF_BREACH: complaints.reported,
}
DECLARED = {(name, *change) for name, changes in STATUS_CHANGES.items() for change in changes}


def happened(case: Any) -> set[tuple[str, CaseStatus, CaseStatus]]:
    """Each change of the status in the life of a case, with the name of the event that made it."""
    opening, *events = case.pending_events
    found: set[tuple[str, CaseStatus, CaseStatus]] = set()
    state: Any = fold(None, [opening])
    assert state.status is CaseStatus.OPEN
    for event in events:
        before = state.status
        state = fold(state, [event])
        if state.status is not before:
            found.add((type(event).__name__, before, state.status))
    return found


@settings(deadline=None)  # the first one loads every stored name
@given(SEEDS)
def test_no_status_of_an_incident_changes_in_another_way(seed: int) -> None:
    assert happened(history(seed)) <= DECLARED


@pytest.mark.parametrize("kind", CaseKind)
def test_each_change_happens_in_every_kind_of_case(kind: CaseKind) -> None:
    opened = OPENED[kind]
    original = opened(case_id=named("original"))

    def unmark(case: Case) -> None:
        case.unmark(reason=WHY, original=deepcopy(original) if case.duplicate_of else None)

    decisions: list[Callable[[Case], object]] = [
        lambda case: case.close_as_logged(outcome=None, closed_on=None, today=TODAY),
        lambda case: case.reopen(reopened_on=TODAY, reason=WHY, today=TODAY),
        lambda case: case.mark_duplicate(original=deepcopy(original), reason=WHY),
        lambda case: case.mark_not_reportable(reason=WHY),
        lambda case: case.mark_recorded_in_error(reason=WHY),
        unmark,
    ]
    found = set()
    # Four decisions reach every change: closed, marked and unmarked, each after the other.
    lives = [opened()]
    for _ in range(4):
        lives = [life for case in lives for decide in decisions for life in _after(case, decide)]
        found |= {change for case in lives for change in happened(case)}
    assert found == DECLARED


def _after(case: Case, decide: Callable[[Case], object]) -> list[Case]:
    case = deepcopy(case)
    try:
        decide(case)
    except Refused:
        return []
    return [case]


@pytest.mark.parametrize("kind", CaseKind)
def test_no_other_event_touches_what_the_status_is_made_of(kind: CaseKind) -> None:
    events = [entry.event_class for name, entry in stored_names().items() if name.startswith(f"{kind.value.lower()}.")]
    changes = [event for event in events if not issubclass(event, Opening)]
    assert len(changes) > 10
    assert {event.__name__ for event in changes if assigned(event) & {"mark", "is_closed"}} == set(STATUS_CHANGES)


def assigned(event: type[Any]) -> set[str]:
    """What a change assigns of the case itself."""
    source = ast.parse(dedent(inspect.getsource(decorated_funcs[event])))
    return {
        node.attr
        for node in ast.walk(source)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and ast.unparse(node.value) == "self"
    }
