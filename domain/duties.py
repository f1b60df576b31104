"""What is left to do on a case: a pure function of its state and of the policy pinned to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from domain.case_deadlines import CaseDeadline, missing_years
from domain.facts import all_hold
from domain.policy_rules import Strength
from domain.step_codes import STEPS

if TYPE_CHECKING:
    from domain.case import Case
    from domain.policy import PolicyPack


class DutyCode(StrEnum):
    """What is owed whatever a policy says; packs add codes of the list `duties`."""

    NO_POLICY_IN_FORCE = "NO_POLICY_IN_FORCE"
    CLASSIFY_ITEM = "CLASSIFY_ITEM"
    RECORD_POST_AS_INCIDENT = "RECORD_POST_AS_INCIDENT"
    CONFIRM_WITHDRAWAL = "CONFIRM_WITHDRAWAL"
    DECIDE_HEADS = "DECIDE_HEADS"
    RECORD_ACTION_TAKEN = "RECORD_ACTION_TAKEN"
    COMMUNICATE_OUTCOME = "COMMUNICATE_OUTCOME"
    SET_CALENDAR = "SET_CALENDAR"
    SIGNPOST_COMMISSIONER = "SIGNPOST_COMMISSIONER"
    LINK_STAFF_CASE = "LINK_STAFF_CASE"
    DECIDE_CORRECTION = "DECIDE_CORRECTION"
    ASSIGN_CASE = "ASSIGN_CASE"
    REVIEW_EMERGENCY_ACCESS = "REVIEW_EMERGENCY_ACCESS"


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing that is outstanding: a code of the list `duties`, and on which item, if on one.

    `clause` and `wording` are those of the policy that asks for it, if one does. `before_closing`: the case is not
    closed while it is owed.
    """

    code: str
    clause: str | None = None
    item_id: UUID | None = None
    wording: str | None = None
    before_closing: bool = False


def duties(case: Case, pack: PolicyPack | None = None, due: Sequence[CaseDeadline] = ()) -> tuple[Duty, ...]:
    """List what is outstanding on a case; one that is marked owes nothing but the review of an emergency.

    `pack` is the policy pinned to the case, `due` its deadlines. That no policy was in force on the day the school
    became aware, or that a deadline waits for a calendar, is itself something for the administrator to put right.
    """
    if case.mark:
        # That somebody opened it in an emergency is not settled by saying that it never belonged in the record.
        return tuple(case.access_duties())
    return (*_outstanding(case, pack), *_calendars_wanted(due), *case.access_duties())


def bars_closing(case: Case, pack: PolicyPack | None) -> tuple[Duty, ...]:
    """What the policy asks for before the case is closed, and is still owed."""
    return tuple(duty for duty in duties(case, pack) if duty.before_closing)


def _calendars_wanted(due: Sequence[CaseDeadline]) -> Iterator[Duty]:
    if years := missing_years(due):
        yield Duty(DutyCode.SET_CALENDAR, wording=f"A deadline waits for the calendar of {', '.join(years)}.")


def _outstanding(case: Case, pack: PolicyPack | None) -> Iterator[Duty]:
    if case.policy is None:
        yield Duty(DutyCode.NO_POLICY_IN_FORCE)
    yield from case.own_duties()
    if pack is None:
        return
    owed = set()
    for rule in pack.duties_of(case.kind):
        # A closing taken over from a school's log is not measured by rules that the log did not know.
        if rule.before_closing and case.closed_as_logged:
            continue
        if all_hold(case, rule.when) and not all_hold(case, rule.until):
            owed.add(rule.code)
            yield Duty(rule.code, pack.clause(rule.source), wording=rule.text, before_closing=rule.before_closing)
    for expected in pack.rules:
        if (
            expected.strength is Strength.EXPECTED
            and expected.kind == case.kind
            # What is owed in any case is not owed once more for having been left out before a step.
            and expected.duty not in owed
            and STEPS[case.kind][expected.step].taken(case)
            and not all_hold(case, expected.needs)
        ):
            assert expected.duty is not None
            yield Duty(expected.duty, pack.clause(expected.source), wording=expected.text)
