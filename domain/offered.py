"""What can be done with a case now, by its state and policy alone: the same guards that decide, asked beforehand.

What the role of a person adds to this stands in `access`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from domain.case import Case
from domain.incident import Incident
from domain.items import Item
from domain.policy import PolicyPack
from domain.refusals import Refused, UnknownInvestigation, UnknownItem


class CaseAction(StrEnum):
    """One action for each command on an existing case; a place in the bit mask is never given to another."""

    ASSIGN_CASE = "ASSIGN_CASE"
    ADD_ADDENDUM = "ADD_ADDENDUM"
    MARK_DUPLICATE = "MARK_DUPLICATE"
    MARK_NOT_REPORTABLE = "MARK_NOT_REPORTABLE"
    MARK_RECORDED_IN_ERROR = "MARK_RECORDED_IN_ERROR"
    UNMARK = "UNMARK"
    LINK_CASE = "LINK_CASE"
    UNLINK_CASE = "UNLINK_CASE"
    CORRECT_SCHOOL = "CORRECT_SCHOOL"
    RECORD_ITEM = "RECORD_ITEM"
    CLASSIFY_ITEM = "CLASSIFY_ITEM"
    RECLASSIFY_ITEM = "RECLASSIFY_ITEM"
    CORRECT_ITEM = "CORRECT_ITEM"
    EXCLUDE_ITEM = "EXCLUDE_ITEM"
    RESTORE_ITEM = "RESTORE_ITEM"
    IDENTIFY_POSTER = "IDENTIFY_POSTER"
    NOTE_EVIDENCE = "NOTE_EVIDENCE"
    REPORT_TO_HEADTEACHER = "REPORT_TO_HEADTEACHER"
    REQUEST_REMOVAL = "REQUEST_REMOVAL"
    CONFIRM_REMOVAL = "CONFIRM_REMOVAL"
    REFUSE_REMOVAL = "REFUSE_REMOVAL"
    RECORD_REPOST = "RECORD_REPOST"
    REPORT_TO_PLATFORM = "REPORT_TO_PLATFORM"
    RECORD_PLATFORM_ANSWER = "RECORD_PLATFORM_ANSWER"
    HOLD_MEETING = "HOLD_MEETING"
    RECORD_IMPACT = "RECORD_IMPACT"
    RECORD_INVESTIGATION = "RECORD_INVESTIGATION"
    COMPLETE_INVESTIGATION = "COMPLETE_INVESTIGATION"
    COMMUNICATE_OUTCOME = "COMMUNICATE_OUTCOME"
    RECORD_ACCOUNT = "RECORD_ACCOUNT"
    DIRECT_TO_CHANNEL = "DIRECT_TO_CHANNEL"
    ADVISE_PARENT = "ADVISE_PARENT"
    CLOSE_INCIDENT = "CLOSE_INCIDENT"
    REOPEN_INCIDENT = "REOPEN_INCIDENT"


Guard = Callable[[Any], type[Refused] | None]


def _always(case: Case) -> None:
    """Nothing about a case stands in the way."""


def _some_item(guard: Callable[[Any, Item], type[Refused] | None]) -> Guard:
    """Ask about every item: the action is open when one of them allows it."""

    def ask(case: Incident) -> type[Refused] | None:
        refusal: type[Refused] | None = UnknownItem
        for item in case.items.values():
            refusal = guard(case, item)
            if refusal is None:
                break
        return refusal

    return ask


def _some_investigation(case: Incident) -> type[Refused] | None:
    refusal: type[Refused] | None = UnknownInvestigation
    for investigation in case.investigations.values():
        refusal = case.bars_step() or case.bars_completing(investigation)
        if refusal is None:
            break
    return refusal


def _any_item(case: Incident, item: Item) -> None:
    """Nothing about an item stands in the way."""


_OF_EVERY_CASE: Mapping[CaseAction, Guard] = {
    CaseAction.ASSIGN_CASE: Case.bars_step,
    CaseAction.ADD_ADDENDUM: _always,
    CaseAction.MARK_DUPLICATE: Case.bars_marking_duplicate,
    CaseAction.MARK_NOT_REPORTABLE: Case.bars_marking,
    CaseAction.MARK_RECORDED_IN_ERROR: Case.bars_marking,
    CaseAction.UNMARK: Case.bars_unmarking,
    CaseAction.LINK_CASE: _always,
    CaseAction.UNLINK_CASE: Case.bars_unlinking,
    CaseAction.CORRECT_SCHOOL: _always,
}

_OF_AN_INCIDENT: Mapping[CaseAction, Guard] = {
    CaseAction.RECORD_ITEM: Incident.bars_step,
    CaseAction.CLASSIFY_ITEM: _some_item(Incident.bars_classifying),
    CaseAction.RECLASSIFY_ITEM: _some_item(Incident.bars_reclassifying),
    CaseAction.CORRECT_ITEM: _some_item(Incident.bars_item_change),
    CaseAction.EXCLUDE_ITEM: _some_item(Incident.bars_item_change),
    CaseAction.RESTORE_ITEM: _some_item(Incident.bars_restoring),
    CaseAction.IDENTIFY_POSTER: _some_item(Incident.bars_item_change),
    CaseAction.NOTE_EVIDENCE: Incident.bars_step,
    CaseAction.REPORT_TO_HEADTEACHER: Incident.bars_report_to_headteacher,
    CaseAction.REQUEST_REMOVAL: _some_item(Incident.bars_removal_request),
    CaseAction.CONFIRM_REMOVAL: _some_item(Incident.bars_removal_confirmation),
    CaseAction.REFUSE_REMOVAL: _some_item(Incident.bars_removal_refusal),
    CaseAction.RECORD_REPOST: _some_item(Incident.bars_repost),
    CaseAction.REPORT_TO_PLATFORM: _some_item(_any_item),
    CaseAction.RECORD_PLATFORM_ANSWER: Incident.bars_platform_answer,
    CaseAction.HOLD_MEETING: Incident.bars_step,
    CaseAction.RECORD_IMPACT: Incident.bars_step,
    CaseAction.RECORD_INVESTIGATION: Incident.bars_step,
    CaseAction.COMPLETE_INVESTIGATION: _some_investigation,
    CaseAction.COMMUNICATE_OUTCOME: Incident.bars_communicating_outcome,
    CaseAction.RECORD_ACCOUNT: Incident.bars_step,
    CaseAction.DIRECT_TO_CHANNEL: Incident.bars_step,
    CaseAction.ADVISE_PARENT: _some_item(Incident.bars_advising_parent),
    CaseAction.REOPEN_INCIDENT: Incident.bars_reopening,
}

_BIT = {action: 1 << place for place, action in enumerate(CaseAction)}


def _guarded(guards: Mapping[CaseAction, Guard]) -> tuple[tuple[int, Guard], ...]:
    return tuple((_BIT[action], bars) for action, bars in guards.items())


_CASE_BITS = _guarded(_OF_EVERY_CASE)
_INCIDENT_BITS = _guarded({**_OF_EVERY_CASE, **_OF_AN_INCIDENT})
_CLOSE_BIT = _BIT[CaseAction.CLOSE_INCIDENT]


def offered(case: Case, pack: PolicyPack | None = None) -> frozenset[CaseAction]:
    """Name what can be done with the case now; `pack` is the policy pinned to it.

    Each action named succeeds with some input, and each other one is refused whatever the input.
    """
    return frozenset(from_mask(mask(case, pack)))


def mask(case: Case, pack: PolicyPack | None = None) -> int:
    """Give what is offered as a bit mask, as a read table keeps it."""
    found = 0
    for bit, bars in _INCIDENT_BITS if isinstance(case, Incident) else _CASE_BITS:
        if bars(case) is None:
            found |= bit
    if isinstance(case, Incident) and case.bars_closing(pack.closing_rules if pack else None) is None:
        found |= _CLOSE_BIT
    return found


def to_mask(actions: frozenset[CaseAction]) -> int:
    """Pack actions into a bit mask, as a read table keeps them."""
    return sum(_BIT[action] for action in actions)


def from_mask(mask: int) -> tuple[CaseAction, ...]:
    """Unpack a bit mask, in the order of the actions."""
    return tuple(action for action, bit in _BIT.items() if mask & bit)
