"""Random histories of a staff breach: every action with inputs that could succeed, taken whether or not it can be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

from domain.case_actions import CaseAction
from domain.offered import BITS
from domain.policy import PolicyPack
from domain.refusals import Refused
from domain.staff_breach import StaffBreach
from domain.values import CaseKind
from tests.domain.breaches import INVESTIGATOR, WHY, contacted, found, held, investigated, sanctioned, suspended
from tests.domain.complaints import TODAY, day, named, reported
from tests.domain.lifecycle_histories import LIFECYCLE, lifecycle

Decision = Callable[[Any], object]
ACTIONS = tuple(BITS[CaseKind.STAFF_BREACH])
NOBODY = named("none")


def decisions(action: CaseAction, breach: StaffBreach, pack: PolicyPack | None, fresh: str) -> list[Decision]:
    """Inputs with which the action succeeds if the state of the breach allows it at all; `fresh` names new parts."""
    return list(_decisions(action, breach, pack, fresh))


def _decisions(action: CaseAction, breach: StaffBreach, pack: PolicyPack | None, fresh: str) -> Iterator[Decision]:
    if action in LIFECYCLE:
        yield from lifecycle(action, breach, named(fresh), TODAY)
        return
    if action in _ALIKE:
        decide = _ALIKE[action]
        yield lambda one: decide(one, fresh, pack)
        return
    for part in (*_parts(action, breach), NOBODY):
        yield _of_part(action, part, fresh, pack)


def _parts(action: CaseAction, breach: StaffBreach) -> Any:
    match action:
        case CaseAction.RECORD_LATER_CONTACT:
            return breach.advice
        case CaseAction.RECORD_COMPLIANCE:
            return breach.requests
        case CaseAction.RECORD_BODY_ADVICE:
            return breach.body_contacts
        case CaseAction.LIFT_DISCIPLINARY_HOLD:
            return breach.holds
        case CaseAction.CONFIRM_SUSPENSION | CaseAction.END_SUSPENSION:
            return breach.suspensions
        case CaseAction.RECORD_INTERVIEW | CaseAction.COMPLETE_BREACH_INVESTIGATION:
            return breach.investigations
        case CaseAction.LODGE_APPEAL:
            return breach.sanctions
        case _:
            return breach.appeals


def _of_part(action: CaseAction, part: Any, fresh: str, pack: PolicyPack | None) -> Decision:
    decide: dict[CaseAction, Decision] = {
        CaseAction.RECORD_LATER_CONTACT: lambda one: one.record_later_contact(
            advice_id=part, contact_on=TODAY, today=TODAY
        ),
        CaseAction.RECORD_COMPLIANCE: lambda one: one.record_compliance(
            request_id=part, done=True, answered_on=TODAY, today=TODAY
        ),
        CaseAction.RECORD_BODY_ADVICE: lambda one: one.record_body_advice(
            contact_id=part, advised_on=TODAY, advice=WHY, today=TODAY
        ),
        CaseAction.LIFT_DISCIPLINARY_HOLD: lambda one: one.lift_disciplinary_hold(
            hold_id=part, lifted_on=TODAY, today=TODAY
        ),
        CaseAction.CONFIRM_SUSPENSION: lambda one: one.confirm_suspension(
            suspension_id=part, confirmed_on=TODAY, today=TODAY
        ),
        CaseAction.END_SUSPENSION: lambda one: one.end_suspension(suspension_id=part, ended_on=TODAY, today=TODAY),
        CaseAction.RECORD_INTERVIEW: lambda one: one.record_interview(
            investigation_id=part, side="WITNESS", held_on=TODAY, today=TODAY
        ),
        CaseAction.COMPLETE_BREACH_INVESTIGATION: lambda one: one.complete_investigation(
            investigation_id=part, completed_on=TODAY, today=TODAY
        ),
        CaseAction.LODGE_APPEAL: lambda one: one.lodge_appeal(
            appeal_id=named(fresh), sanction_id=part, lodged_on=TODAY, today=TODAY
        ),
        CaseAction.DECIDE_APPEAL: lambda one: one.decide_appeal(
            appeal_id=part,
            result="UPHELD",
            decided_on=TODAY,
            officer=named("appeal officer"),
            today=TODAY,
            policy=pack,
        ),
    }
    return decide[action]


def _mark_copy(name: UUID, original: StaffBreach) -> None:
    reported(case_id=name).mark_duplicate(original=original, reason=WHY)


def _original(breach: StaffBreach) -> StaffBreach | None:
    return None if breach.duplicate_of is None else reported(case_id=breach.duplicate_of)


_ALIKE: dict[CaseAction, Callable[[Any, str, PolicyPack | None], object]] = {
    CaseAction.ASSIGN_CASE: lambda one, fresh, _: one.assign(owner=named(fresh)),
    CaseAction.ADD_ADDENDUM: lambda one, _f, _p: one.add_addendum(text=WHY),
    CaseAction.MARK_DUPLICATE: lambda one, fresh, _: one.mark_duplicate(
        original=reported(case_id=named(fresh)), former=_original(one), reason=WHY
    ),
    CaseAction.MARK_NOT_REPORTABLE: lambda one, _f, _p: one.mark_not_reportable(reason=WHY),
    CaseAction.MARK_RECORDED_IN_ERROR: lambda one, _f, _p: one.mark_recorded_in_error(reason=WHY),
    CaseAction.UNMARK: lambda one, _f, _p: one.unmark(reason=WHY, original=_original(one)),
    CaseAction.LINK_CASE: lambda one, _f, _p: one.link(other=named("other"), kind="RELATED"),
    CaseAction.UNLINK_CASE: lambda one, _f, _p: one.unlink(other=named("other"), kind="RELATED"),
    CaseAction.CORRECT_SCHOOL: lambda one, _f, _p: one.correct_school(school_urn="900005", reason=WHY),
    CaseAction.NAME_BREACH_SUBJECT: lambda one, fresh, _: one.name_subject(subject=named(f"subject {fresh}")),
    CaseAction.NOTE_BREACH_DETAILS: lambda one, _f, _p: one.note_details(
        today=TODAY, breach_types=("SUITABILITY",), subject_role="EMPLOYEE"
    ),
    CaseAction.NOTE_EMPLOYMENT: lambda one, _f, _p: one.note_employment(schools=("900001",), is_central=True),
    CaseAction.CONSULT_EXCEPTION: lambda one, _f, _p: one.consult_exception(
        exception="FAMILY_LINK", found=True, consulted_on=TODAY, today=TODAY
    ),
    CaseAction.RECORD_MANAGER_REPORT: lambda one, _f, _p: one.record_manager_report(reported_on=TODAY, today=TODAY),
    CaseAction.INFORM_ABOUT_BREACH: lambda one, _f, _p: one.inform_about_breach(
        role="DSL", informed_on=TODAY, today=TODAY
    ),
    CaseAction.GIVE_BREACH_ADVICE: lambda one, fresh, _: one.give_advice(
        advice_id=named(fresh), kind="CONTACT", given_on=day(1), today=TODAY
    ),
    CaseAction.ASK_OF_PERSON: lambda one, fresh, _: one.ask_of_person(
        request_id=named(fresh), request="DELETE_MATERIAL", requested_on=day(1), today=TODAY
    ),
    CaseAction.DECIDE_NO_ACTION: lambda one, _f, _p: one.decide_no_action(decided_on=TODAY, reasons=WHY, today=TODAY),
    CaseAction.RECORD_DISCLOSURE: lambda one, fresh, _: one.record_disclosure(
        disclosure_id=named(fresh), source="CHILD", received_on=TODAY, words=WHY, today=TODAY
    ),
    CaseAction.FLAG_FOR_SAFEGUARDING: lambda one, _f, _p: one.flag_for_safeguarding(flagged_on=TODAY, today=TODAY),
    CaseAction.ASSESS_HARM_THRESHOLD: lambda one, _f, _p: one.assess_harm_threshold(
        level="MET", criteria=("SUITABILITY",), assessed_on=TODAY, today=TODAY
    ),
    CaseAction.CONTACT_BODY: lambda one, fresh, _: contacted(one, "LADO", fresh),
    CaseAction.DECIDE_NOT_TO_REFER: lambda one, _f, _p: one.decide_not_to_refer(
        body="DBS", decided_on=TODAY, reasons=WHY, today=TODAY
    ),
    CaseAction.SET_REPORTING_RESTRICTION: lambda one, _f, _p: one.set_reporting_restriction(
        applies=True, from_on=TODAY, today=TODAY
    ),
    CaseAction.SET_TRACK_STATE: lambda one, _f, _p: one.set_track_state(
        track="CRIMINAL", state="CONCLUDED", set_on=TODAY, today=TODAY
    ),
    CaseAction.HOLD_DISCIPLINARY_TRACK: lambda one, fresh, _: held(one, fresh),
    CaseAction.DECIDE_ON_SUSPENSION: lambda one, fresh, pack: suspended(
        one, fresh, suspended=not one.is_suspended, policy=pack
    ),
    CaseAction.OPEN_BREACH_INVESTIGATION: lambda one, fresh, _: investigated(one, fresh, INVESTIGATOR),
    CaseAction.RECORD_BREACH_FINDING: lambda one, _f, pack: found(one, gross=True, policy=pack),
    CaseAction.REFER_TO_DISCIPLINARY: lambda one, _f, pack: one.refer_to_disciplinary(
        referred_on=day(4), today=TODAY, policy=pack
    ),
    CaseAction.HOLD_DISCIPLINARY_HEARING: lambda one, _f, pack: one.hold_hearing(
        held_on=TODAY, attended=True, today=TODAY, policy=pack
    ),
    CaseAction.IMPOSE_SANCTION: lambda one, fresh, pack: sanctioned(one, "SUMMARY_DISMISSAL", fresh, policy=pack),
    CaseAction.CLOSE_STAFF_BREACH: lambda one, _f, pack: one.close(
        outcome="ADVICE_GIVEN", closed_on=TODAY, today=TODAY, policy=pack
    ),
    CaseAction.REOPEN_STAFF_BREACH: lambda one, _f, _p: one.reopen(reopened_on=TODAY, reason=WHY, today=TODAY),
}


# Few cases are marked, closed or on hold at once: otherwise random histories end before they begin.
_TRIED = (
    *ACTIONS,
    *(CaseAction.UNMARK, CaseAction.UNMARK, CaseAction.REOPEN_STAFF_BREACH, CaseAction.LIFT_DISCIPLINARY_HOLD),
    *(CaseAction.RECORD_BREACH_FINDING, CaseAction.IMPOSE_SANCTION, CaseAction.OPEN_BREACH_INVESTIGATION),
    *(CaseAction.COMPLETE_BREACH_INVESTIGATION, CaseAction.LODGE_APPEAL, CaseAction.DECIDE_APPEAL),
)


def history(seed: int, pack: PolicyPack | None = None) -> StaffBreach:
    """A breach after up to sixty attempts, the same for the same seed; what was refused has left no trace."""
    chance = Random(seed)
    breach = reported(subject=None if chance.random() < 0.5 else named("teacher"))
    for number in range(chance.randrange(60)):
        possible = decisions(chance.choice(_TRIED), breach, pack, f"part {number}")
        before = (breach.version, len(breach.pending_events))
        if chance.random() < 0.01:
            copied = partial(_mark_copy, named(f"copy {number}"))
            possible = [copied]
        try:
            chance.choice(possible)(breach)
        except Refused:
            assert (breach.version, len(breach.pending_events)) == before
    return breach
