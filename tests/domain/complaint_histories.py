"""Random histories of a complaint: every action with inputs that could succeed, taken whether or not it is possible."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from domain.case_actions import CaseAction
from domain.complaint import Complaint
from domain.complaint_ladder import stages_of
from domain.offered import BITS
from domain.policy import PolicyPack
from domain.refusals import Refused
from domain.values import CaseKind
from tests.domain.complaints import TODAY, WORDS, head, members, named, received
from tests.domain.lifecycle_histories import LIFECYCLE, lifecycle

Decision = Callable[[Complaint], object]
ACTIONS = tuple(BITS[CaseKind.COMPLAINT])
_PEOPLE = ("teacher", "parent", "governor", "clerk", "stranger")


CLOSINGS = ("NOT_UPHELD", "UPHELD", "PARTIALLY_UPHELD", "WITHDRAWN", "OUT_OF_SCOPE")


def decisions(action: CaseAction, complaint: Complaint, pack: PolicyPack | None, fresh: str) -> list[Decision]:
    """Inputs with which the action succeeds if the state of the complaint allows it; `fresh` names new parts."""
    given = _GIVEN.get(action)
    if given is not None:
        return [lambda one: given(one, fresh, pack)]
    return list(_several(action, complaint, pack, fresh))


def _several(action: CaseAction, complaint: Complaint, pack: PolicyPack | None, fresh: str) -> Iterator[Decision]:
    match action:
        case CaseAction.MARK_DUPLICATE:
            yield lambda one: one.mark_duplicate(
                original=received(case_id=named(fresh)), former=_original(one), reason=WORDS
            )
        case CaseAction.ROUTE_TO_PROCEDURE:
            for route in ("CHILD_PROTECTION", "STAFF_CONDUCT", "ADMISSIONS"):
                yield _routing(route, None)
                yield _routing(route, next(iter(complaint.heads)))
        case CaseAction.DECIDE_HEAD:
            yield from (
                _deciding(head_id, outcome) for head_id in complaint.heads for outcome in ("UPHELD", "NO_FINDING")
            )
        case CaseAction.START_STAGE:
            yield from (_starting(stage.code, pack) for stage in stages_of(pack))
        case CaseAction.RESPOND_TO_STAGE:
            yield from (_responding(resolved) for resolved in (False, False, False, True))
        case CaseAction.CHOOSE_PROCESS:
            yield lambda one: one.choose_process(process="SCHOOL")
            yield lambda one: one.choose_process(process="DATA_PROTECTION")
        case CaseAction.REPLACE_PANEL_MEMBER:
            yield from (_replacing(member.person, fresh) for member in complaint.panel)
            yield _replacing(named("nobody"), fresh)
        case CaseAction.MANAGE_CONDUCT:
            yield from (_managing(step, pack) for step in ("WARNING", "COMMUNICATION_PLAN", "STOP_RESPONDING"))
        case CaseAction.RECORD_REFERRAL_ANSWER:
            for referral_id in (*complaint.referrals, named("none")):
                yield _referral_answered(referral_id)
        case CaseAction.CLOSE_COMPLAINT:
            yield from (_closing(outcome, pack) for outcome in CLOSINGS)
        case _ if action in LIFECYCLE:
            yield from lifecycle(action, complaint, named(fresh), TODAY)
        case _:
            raise AssertionError(f"{action} is not tried")


_GIVEN: dict[CaseAction, Callable[[Any, str, PolicyPack | None], object]] = {
    CaseAction.ASSIGN_CASE: lambda one, fresh, _pack: one.assign(owner=named(fresh)),
    CaseAction.ADD_ADDENDUM: lambda one, _fresh, _pack: one.add_addendum(text=WORDS),
    CaseAction.MARK_NOT_REPORTABLE: lambda one, _fresh, _pack: one.mark_not_reportable(reason=WORDS),
    CaseAction.MARK_RECORDED_IN_ERROR: lambda one, _fresh, _pack: one.mark_recorded_in_error(reason=WORDS),
    CaseAction.UNMARK: lambda one, _fresh, _pack: one.unmark(reason=WORDS, original=_original(one)),
    CaseAction.LINK_CASE: lambda one, _fresh, _pack: one.link(other=named("other"), kind="RELATED"),
    CaseAction.UNLINK_CASE: lambda one, _fresh, _pack: one.unlink(other=named("other"), kind="RELATED"),
    CaseAction.CORRECT_SCHOOL: lambda one, _fresh, _pack: one.correct_school(school_urn="900005", reason=WORDS),
    CaseAction.NAME_SUBJECT: lambda one, fresh, _pack: one.name_subject(
        head_id=next(iter(one.heads)), person=named(_PEOPLE[len(fresh) % 5])
    ),
    CaseAction.ADD_HEAD: lambda one, fresh, _pack: one.add_head(head=head(fresh, school=True)),
    CaseAction.RECORD_ACCOUNT: lambda one, fresh, _pack: one.record_account(
        side="WITNESS", given_on=TODAY, text=WORDS, person=named(f"witness {fresh}"), today=TODAY
    ),
    CaseAction.MEET_PARTIES: lambda one, _fresh, _pack: one.meet_parties(
        mode="ONLINE", held_on=TODAY, today=TODAY, attendees=(named("clerk"),)
    ),
    CaseAction.ACKNOWLEDGE_COMPLAINT: lambda one, _fresh, _pack: one.acknowledge_complaint(
        acknowledged_on=TODAY, means="LETTER", today=TODAY
    ),
    CaseAction.APPOINT_INVESTIGATOR: lambda one, fresh, _pack: one.appoint_investigator(
        investigator=named(f"investigator {fresh}"), appointed_on=TODAY, today=TODAY
    ),
    CaseAction.EXTEND_STAGE: lambda one, _fresh, _pack: one.extend_stage(
        until_on=TODAY, extended_on=TODAY, complainant_told=True, reason=WORDS, today=TODAY
    ),
    CaseAction.REQUEST_ESCALATION: lambda one, _fresh, _pack: one.request_escalation(requested_on=TODAY, today=TODAY),
    CaseAction.PAUSE_CLOCK: lambda one, _fresh, _pack: one.pause_clock(paused_on=TODAY, reason=WORDS, today=TODAY),
    CaseAction.RESUME_CLOCK: lambda one, _fresh, _pack: one.resume_clock(resumed_on=TODAY, reason=WORDS, today=TODAY),
    CaseAction.APPOINT_PANEL: lambda one, fresh, _pack: one.appoint_panel(
        members=members(*(f"{place} {fresh}" for place in "abc"), independent=f"c {fresh}"),
        appointed_on=TODAY,
        today=TODAY,
    ),
    CaseAction.HOLD_HEARING: lambda one, _fresh, _pack: one.hold_hearing(
        held_on=TODAY, complainant_attended=True, accompanied=True, today=TODAY
    ),
    CaseAction.ISSUE_FINDINGS: lambda one, _fresh, _pack: one.issue_findings(
        recipient_role="COMPLAINANT", issued_on=TODAY, findings=WORDS, remedies=("APOLOGY",), today=TODAY
    ),
    CaseAction.REQUEST_WITHDRAWAL: lambda one, _fresh, _pack: one.request_withdrawal(asked_on=TODAY, today=TODAY),
    CaseAction.CONFIRM_WITHDRAWAL: lambda one, _fresh, _pack: one.confirm_withdrawal(confirmed_on=TODAY, today=TODAY),
    CaseAction.TAG_COMPLAINT: lambda one, fresh, _pack: one.tag_complaint(
        tags=("CAMPAIGN",) if len(fresh) % 2 else ("ANONYMOUS",)
    ),
    CaseAction.RECORD_ACTION_TAKEN: lambda one, _fresh, _pack: one.record_action_taken(
        action="EXPLANATION", taken_on=TODAY, today=TODAY
    ),
    CaseAction.RECORD_ENQUIRY: lambda one, _fresh, _pack: one.record_enquiry(
        made_on=TODAY, complainant_told=True, today=TODAY
    ),
    CaseAction.TELL_OUTCOME: lambda one, fresh, _pack: one.tell_outcome(
        told_on=TODAY, commissioner_named=True, today=TODAY
    ),
    CaseAction.REOPEN_COMPLAINT: lambda one, _fresh, _pack: one.reopen(reopened_on=TODAY, reason=WORDS, today=TODAY),
    CaseAction.REFER_TO_BODY: lambda one, fresh, _pack: one.refer_to_body(
        referral_id=named(fresh), body="DFE", grounds=("NO_COPY",), referred_on=TODAY, today=TODAY
    ),
}


def _original(copy: Complaint) -> Complaint | None:
    return None if copy.duplicate_of is None else received(case_id=copy.duplicate_of)


def _routing(route: str, head_id: Any) -> Decision:
    return lambda one: one.route_to_procedure(route=route, head_id=head_id, routed_on=TODAY, today=TODAY)


def _deciding(head_id: Any, outcome: str) -> Decision:
    return lambda one: one.decide_head(head_id=head_id, outcome=outcome, decided_on=TODAY, today=TODAY)


def _starting(stage: str, pack: PolicyPack | None) -> Decision:
    return lambda one: one.start_stage(stage=stage, started_on=TODAY, today=TODAY, policy=pack)


def _responding(resolved: bool) -> Decision:
    return lambda one: one.respond_to_stage(resolved=resolved, in_writing=True, responded_on=TODAY, today=TODAY)


def _replacing(leaving: Any, fresh: str) -> Decision:
    [member] = members(fresh, independent=fresh)
    return lambda one: one.replace_panel_member(
        leaving=leaving, member=member, replaced_on=TODAY, reason=WORDS, today=TODAY
    )


def _managing(step: str, pack: PolicyPack | None) -> Decision:
    return lambda one: one.manage_conduct(step=step, taken_on=TODAY, review_on=TODAY, today=TODAY, policy=pack)


def _referral_answered(referral_id: Any) -> Decision:
    return lambda one: one.record_referral_answer(
        referral_id=referral_id, result="ADVICE", answered_on=TODAY, today=TODAY
    )


def _closing(outcome: str, pack: PolicyPack | None) -> Decision:
    return lambda one: one.close(outcome=outcome, closed_on=TODAY, today=TODAY, policy=pack)


# Stages are tried often, and what ends a complaint seldom: otherwise random histories end before they begin.
_STAGES = (
    CaseAction.START_STAGE,
    CaseAction.RESPOND_TO_STAGE,
    CaseAction.APPOINT_PANEL,
    CaseAction.HOLD_HEARING,
    CaseAction.UNMARK,
    CaseAction.REOPEN_COMPLAINT,
)
_TRIED = (*ACTIONS, *_STAGES * 12)


def history(seed: int, pack: PolicyPack | None = None) -> Complaint:
    """A complaint after up to eighty attempts, the same for the same seed; what was refused has left no trace."""
    chance = Random(seed)
    complaint = received(complainant=named("parent"), policy=None)
    for number in range(chance.randrange(80)):
        possible = decisions(chance.choice(_TRIED), complaint, pack, f"part {number}")
        before = (complaint.version, len(complaint.pending_events))
        try:
            chance.choice(possible)(complaint)
        except Refused:
            assert (complaint.version, len(complaint.pending_events)) == before
    return complaint
