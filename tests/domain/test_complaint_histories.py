"""Whatever happens to a complaint: it is recorded or refused, replays to the same state, and can always be closed."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import fields, is_dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import policies
from domain.case_actions import CaseAction
from domain.complaint import Complaint
from domain.offered import offered
from domain.policy import PolicyPack, parse_pack
from domain.refusals import Refused
from domain.sealed import SealedRef, Secret
from domain.values import CaseStatus
from tests.domain.complaint_histories import ACTIONS, decisions, history
from tests.domain.histories import SEEDS
from tests.domain.recorded import recorded

PARK_HALL, TRUST = (parse_pack(policies.content(name)) for name in ("park-hall", "trust-standard"))
PACKS = st.sampled_from([None, PARK_HALL, TRUST])
# What leads to the closing from anywhere, in the order in which it is looked for.
_TOWARDS_CLOSING = (
    CaseAction.CLOSE_COMPLAINT,
    CaseAction.UNMARK,
    CaseAction.REOPEN_COMPLAINT,
    CaseAction.RESPOND_TO_STAGE,
    CaseAction.APPOINT_PANEL,
    CaseAction.HOLD_HEARING,
)
_ANYWAY = (
    CaseAction.DECIDE_HEAD,
    CaseAction.RECORD_ACTION_TAKEN,
    CaseAction.ISSUE_FINDINGS,
    CaseAction.TELL_OUTCOME,
    CaseAction.REPLACE_PANEL_MEMBER,
)


_OF_RECORDING = {
    "marked_on",
    "_created_on",
    "created_on",
    "_modified_on",
    "modified_on",
    "_pending_events",
    "pending_events",
}


def succeeds(action: CaseAction, complaint: Complaint, pack: PolicyPack | None) -> bool:
    for decide in decisions(action, complaint, pack, "fresh"):
        try:
            decide(deepcopy(complaint))
        except Refused:
            continue
        return True
    return False


@settings(deadline=None)
@given(SEEDS, PACKS)
def test_what_is_offered_succeeds_with_some_input_and_all_else_is_refused(seed: int, pack: PolicyPack | None) -> None:
    complaint = history(seed, pack)
    complaint.pending_events.clear()
    assert {action for action in ACTIONS if succeeds(action, complaint, pack)} == offered(complaint, pack)


@settings(deadline=None)
@given(SEEDS, PACKS)
def test_a_complaint_replays_to_the_same_state(seed: int, pack: PolicyPack | None) -> None:
    complaint = history(seed, pack)
    kept = recorded(complaint)
    assert _clear(vars(kept)) == _clear(vars(complaint))
    assert offered(kept, pack) == offered(complaint, pack)


def _clear(value: Any) -> Any:
    """What a state says in clear: without texts, and without the time of recording, which an unrecorded one lacks."""
    if isinstance(value, Secret | SealedRef):
        return "sealed"
    if is_dataclass(value):
        return {
            field.name: _clear(getattr(value, field.name))
            for field in fields(value)
            if field.name not in ("recorded_on", "since", "ended_at", "reviewed_at", "placed_on")
        }
    if isinstance(value, dict):
        return [(key, _clear(each)) for key, each in value.items() if key not in _OF_RECORDING]
    return tuple(map(_clear, value)) if isinstance(value, tuple | list) else value


@settings(deadline=None)
@given(SEEDS, PACKS)
def test_from_any_state_some_sequence_closes_the_complaint(seed: int, pack: PolicyPack | None) -> None:
    complaint = history(seed, pack)
    if _is_closed(complaint):
        return
    for attempt in range(12):
        assert offered(complaint, pack)
        for number, action in enumerate((*_TOWARDS_CLOSING, *_ANYWAY)):
            if action in offered(complaint, pack):
                _take_all(action, complaint, pack, f"way {attempt} {number}")
            if _is_closed(complaint):
                return
    raise AssertionError(offered(complaint, pack))


def _is_closed(complaint: Complaint) -> bool:
    return complaint.status is CaseStatus.CLOSED


def _take_all(action: CaseAction, complaint: Complaint, pack: PolicyPack | None, fresh: str) -> None:
    for place, _ in enumerate(decisions(action, complaint, pack, fresh)):
        if action is CaseAction.CLOSE_COMPLAINT and _is_closed(complaint):
            return
        possible = decisions(action, complaint, pack, f"{fresh} {place}")
        try:
            possible[min(place, len(possible) - 1)](complaint)
        except Refused:
            continue


def test_the_histories_reach_each_action() -> None:
    reached = [offered(history(seed, TRUST), TRUST) for seed in range(400)]
    assert frozenset.union(*reached) == frozenset(ACTIONS)
