"""What can be done with a case now, by its state and policy alone: the same guards that decide, asked beforehand.

What the role of a person adds to this stands in `access`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from domain.case import CLOSE, Case
from domain.case_actions import CaseAction
from domain.complaint import Complaint
from domain.duties import bars_closing
from domain.incident import Incident
from domain.items import Item
from domain.policy import PolicyPack
from domain.refusals import DutiesOutstanding, PrerequisiteMissing, Refused, UnknownInvestigation, UnknownItem
from domain.staff_breach import StaffBreach
from domain.step_codes import STEPS
from domain.values import CaseKind

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


def _with_item(case: Incident) -> type[Refused] | None:
    return case.bars_step() or (None if case.items else UnknownItem)


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
    CaseAction.CLOSE_INCIDENT: Incident.bars_step,
    CaseAction.REOPEN_INCIDENT: Incident.bars_reopening,
    CaseAction.SUPPORT_TARGET: _always,
    CaseAction.INFORM_PERSON: _always,
    CaseAction.EXPLAIN_LEGAL_CONSEQUENCE: Incident.bars_step,
    CaseAction.SEND_WARNING: Incident.bars_step,
    CaseAction.RECORD_REFUSAL: Incident.bars_step,
    CaseAction.RECORD_CONTINUATION: Incident.bars_step,
    CaseAction.TAKE_LEGAL_ADVICE: Incident.bars_step,
    CaseAction.TAKE_LEGAL_ACTION: Incident.bars_step,
    CaseAction.RESTRICT_ACCESS: Incident.bars_step,
    CaseAction.LIFT_RESTRICTION: Incident.bars_lifting,
    CaseAction.REFER_TO_BODY: _always,
    CaseAction.RECORD_REFERRAL_ANSWER: Incident.bars_referral_answer,
    CaseAction.CONTACT_PROVIDER: _always,
    CaseAction.RECORD_PROVIDER_ANSWER: Incident.bars_provider_answer,
    CaseAction.NOTE_INTAKE: _always,
    CaseAction.TAG_ITEM: _some_item(Incident.bars_item_change),
    CaseAction.ASSESS_CONDUCT: Incident.bars_step,
    CaseAction.ASSESS_DEFAMATION: _with_item,
    CaseAction.DECIDE_ON_ACTION: Incident.bars_step,
    CaseAction.CONVERT_TO_COMPLAINT: Incident.bars_converting,
}

_OF_A_COMPLAINT: Mapping[CaseAction, Guard] = {
    CaseAction.NAME_SUBJECT: _always,
    CaseAction.ADD_HEAD: Complaint.bars_step,
    CaseAction.DECIDE_HEAD: Complaint.bars_step,
    CaseAction.ROUTE_TO_PROCEDURE: _always,
    CaseAction.MEET_PARTIES: Complaint.bars_step,
    CaseAction.CHOOSE_PROCESS: Complaint.bars_choosing_process,
    CaseAction.ACKNOWLEDGE_COMPLAINT: Complaint.bars_acknowledging,
    CaseAction.START_STAGE: Complaint.bars_starting_stage,
    CaseAction.APPOINT_INVESTIGATOR: Complaint.bars_stage_step,
    CaseAction.RESPOND_TO_STAGE: Complaint.bars_responding,
    CaseAction.EXTEND_STAGE: Complaint.bars_stage_step,
    CaseAction.REQUEST_ESCALATION: Complaint.bars_escalating,
    CaseAction.PAUSE_CLOCK: Complaint.bars_pausing,
    CaseAction.RESUME_CLOCK: Complaint.bars_resuming,
    CaseAction.APPOINT_PANEL: Complaint.bars_appointing_panel,
    CaseAction.REPLACE_PANEL_MEMBER: Complaint.bars_replacing_panel_member,
    CaseAction.HOLD_HEARING: Complaint.bars_hearing,
    CaseAction.ISSUE_FINDINGS: Complaint.bars_issuing_findings,
    CaseAction.REQUEST_WITHDRAWAL: Complaint.bars_asking_withdrawal,
    CaseAction.CONFIRM_WITHDRAWAL: Complaint.bars_confirming_withdrawal,
    CaseAction.MANAGE_CONDUCT: Complaint.bars_step,
    CaseAction.TAG_COMPLAINT: Complaint.bars_late_step,
    CaseAction.RECORD_ACTION_TAKEN: Complaint.bars_late_step,
    CaseAction.RECORD_ENQUIRY: Complaint.bars_data_step,
    CaseAction.TELL_OUTCOME: Complaint.bars_data_step,
    CaseAction.CLOSE_COMPLAINT: Complaint.bars_step,
    CaseAction.REOPEN_COMPLAINT: Complaint.bars_reopening,
    CaseAction.RECORD_ACCOUNT: Complaint.bars_step,
    CaseAction.REFER_TO_BODY: _always,
    CaseAction.RECORD_REFERRAL_ANSWER: Complaint.bars_referral_answer,
}

_OF_A_STAFF_BREACH: Mapping[CaseAction, Guard] = {
    CaseAction.NAME_BREACH_SUBJECT: StaffBreach.bars_naming_subject,
    CaseAction.NOTE_BREACH_DETAILS: StaffBreach.bars_step,
    CaseAction.NOTE_EMPLOYMENT: StaffBreach.bars_step,
    CaseAction.CONSULT_EXCEPTION: StaffBreach.bars_step,
    CaseAction.RECORD_MANAGER_REPORT: _always,
    CaseAction.INFORM_ABOUT_BREACH: _always,
    CaseAction.GIVE_BREACH_ADVICE: StaffBreach.bars_step,
    CaseAction.RECORD_LATER_CONTACT: StaffBreach.bars_later_contact,
    CaseAction.ASK_OF_PERSON: StaffBreach.bars_step,
    CaseAction.RECORD_COMPLIANCE: StaffBreach.bars_compliance,
    CaseAction.DECIDE_NO_ACTION: StaffBreach.bars_step,
    CaseAction.RECORD_DISCLOSURE: _always,
    CaseAction.FLAG_FOR_SAFEGUARDING: _always,
    CaseAction.ASSESS_HARM_THRESHOLD: _always,
    CaseAction.CONTACT_BODY: _always,
    CaseAction.RECORD_BODY_ADVICE: StaffBreach.bars_body_advice,
    CaseAction.DECIDE_NOT_TO_REFER: _always,
    CaseAction.SET_REPORTING_RESTRICTION: _always,
    CaseAction.SET_TRACK_STATE: _always,
    CaseAction.HOLD_DISCIPLINARY_TRACK: StaffBreach.bars_late_step,
    CaseAction.LIFT_DISCIPLINARY_HOLD: StaffBreach.bars_lifting_hold,
    CaseAction.DECIDE_ON_SUSPENSION: StaffBreach.bars_step,
    CaseAction.CONFIRM_SUSPENSION: StaffBreach.bars_confirming_suspension,
    CaseAction.END_SUSPENSION: StaffBreach.bars_ending_suspension,
    CaseAction.OPEN_BREACH_INVESTIGATION: StaffBreach.bars_disciplinary_step,
    CaseAction.RECORD_INTERVIEW: StaffBreach.bars_investigating,
    CaseAction.COMPLETE_BREACH_INVESTIGATION: StaffBreach.bars_investigating,
    CaseAction.RECORD_BREACH_FINDING: StaffBreach.bars_disciplinary_step,
    CaseAction.REFER_TO_DISCIPLINARY: StaffBreach.bars_after_finding,
    CaseAction.HOLD_DISCIPLINARY_HEARING: StaffBreach.bars_hearing,
    CaseAction.IMPOSE_SANCTION: StaffBreach.bars_after_finding,
    CaseAction.LODGE_APPEAL: StaffBreach.bars_appeal,
    CaseAction.DECIDE_APPEAL: StaffBreach.bars_deciding_appeal,
    CaseAction.CLOSE_STAFF_BREACH: StaffBreach.bars_closing_breach,
    CaseAction.REOPEN_STAFF_BREACH: StaffBreach.bars_reopening,
}

# What came to every kind when each had places of its own already.
_LATER_OF_EVERY_CASE: Mapping[CaseAction, Guard] = {
    CaseAction.TRANSFER_CASE: Case.bars_late_step,
    CaseAction.REQUEST_CORRECTION: _always,
    CaseAction.APPROVE_CORRECTION: Case.bars_deciding_correction,
    CaseAction.REJECT_CORRECTION: Case.bars_deciding_correction,
}
_LATER_OF_AN_INCIDENT: Mapping[CaseAction, Guard] = {
    CaseAction.MERGE_ITEMS: Incident.bars_merging,
    CaseAction.SPLIT_ITEM: _some_item(Incident.bars_splitting),
}
# Who is let into a case. With them the first word of an incident's mask is full: 63 places, which a bigint holds.
_OF_ACCESS: Mapping[CaseAction, Guard] = {
    CaseAction.GRANT_ACCESS: _always,
    CaseAction.END_ACCESS: Case.bars_ending_access,
    CaseAction.REVIEW_EMERGENCY_ACCESS: Case.bars_reviewing_emergency,
}

# How long the record is kept, and what holds it.
_OF_RETENTION: Mapping[CaseAction, Guard] = {
    CaseAction.PLACE_HOLD: _always,
    CaseAction.LIFT_HOLD: Case.bars_lifting_legal_hold,
    CaseAction.CLASSIFY_FOR_RETENTION: _always,
    CaseAction.REVIEW_RETENTION: Case.bars_reviewing,
}

# Each kind has places of its own after those of every case; an action's place in a kind is never given to another.
_OF_KIND: Mapping[CaseKind, Mapping[CaseAction, Guard]] = {
    CaseKind.INCIDENT: {
        **_OF_EVERY_CASE,
        **_OF_AN_INCIDENT,
        **_LATER_OF_EVERY_CASE,
        **_LATER_OF_AN_INCIDENT,
        **_OF_ACCESS,
        **_OF_RETENTION,
    },
    CaseKind.COMPLAINT: {
        **_OF_EVERY_CASE,
        **_OF_A_COMPLAINT,
        **_LATER_OF_EVERY_CASE,
        **_OF_ACCESS,
        **_OF_RETENTION,
    },
    CaseKind.STAFF_BREACH: {
        **_OF_EVERY_CASE,
        **_OF_A_STAFF_BREACH,
        **_LATER_OF_EVERY_CASE,
        **_OF_ACCESS,
        **_OF_RETENTION,
    },
}
# The step that an action is, where a policy may make something come before it and it is not called as the action is.
_STEP_OF = dict.fromkeys((CaseAction.CLOSE_INCIDENT, CaseAction.CLOSE_COMPLAINT, CaseAction.CLOSE_STAFF_BREACH), CLOSE)

BITS: Mapping[CaseKind, Mapping[CaseAction, int]] = {
    kind: {action: 1 << place for place, action in enumerate(guards)} for kind, guards in _OF_KIND.items()
}


# A document and a statement hold a mask as words of so many places, each of which a bigint of PostgreSQL takes.
WORD = 63


def words_of(mask: int) -> tuple[int, int]:
    """The first word of a mask and the second, as a document holds them."""
    return mask & ((1 << WORD) - 1), mask >> WORD


@dataclass(frozen=True, slots=True)
class _Guarded:
    """An action of a kind of case as its mask is worked out: its bit, its guard, and the step it is if a ruled one."""

    bit: int
    bars: Guard
    step: str | None


def _guarded(kind: CaseKind) -> tuple[_Guarded, ...]:
    steps = {action: _STEP_OF.get(action, action.value) for action in BITS[kind]}
    return tuple(
        _Guarded(bit, _OF_KIND[kind][action], steps[action] if steps[action] in STEPS[kind] else None)
        for action, bit in BITS[kind].items()
    )


_GUARDED = {kind: _guarded(kind) for kind in CaseKind}


def offered(case: Case, pack: PolicyPack | None = None) -> frozenset[CaseAction]:
    """Name what can be done with the case now; `pack` is the policy pinned to it.

    Each action named succeeds with some input, and each other one is refused whatever the input, unless a requirement
    of the policy is overridden.
    """
    return frozenset(from_mask(mask(case, pack), case.kind))


def mask(case: Case, pack: PolicyPack | None = None) -> int:
    """Give what is offered as a bit mask, which a read table keeps as `words_of` it."""
    found = 0
    for guarded in _GUARDED[case.kind]:
        if guarded.bars(case) is None and (guarded.step is None or _bars(case, guarded.step, pack) is None):
            found |= guarded.bit
    return found


def _bars(case: Case, step: str, pack: PolicyPack | None) -> Refused | None:
    """What the policy asks for before a step and is not there."""
    if step == CLOSE and (owed := bars_closing(case, pack)):
        return DutiesOutstanding.of(owed)
    return case.bars_by_policy(step, pack)


@dataclass(frozen=True, slots=True)
class Blocked:
    """An action that a case does not offer now, and why; `overridable`: a reason would set the requirement aside."""

    action: CaseAction
    refusal: Refused
    overridable: bool


def blocked(case: Case, pack: PolicyPack | None = None) -> tuple[Blocked, ...]:
    """Say of every action that the case does not offer now why not, in the order of its actions."""
    found = []
    for action, guarded in zip(BITS[case.kind], _GUARDED[case.kind], strict=True):
        refusal = guarded.bars(case)
        if refusal is not None:
            found.append(Blocked(action, refusal(), overridable=False))
        elif guarded.step is not None and (lacking := _bars(case, guarded.step, pack)) is not None:
            is_overridable = isinstance(lacking, PrerequisiteMissing | DutiesOutstanding)
            found.append(Blocked(action, lacking, overridable=is_overridable))
    return tuple(found)


def to_mask(actions: frozenset[CaseAction], kind: CaseKind) -> int:
    """Pack actions into the bit mask of a kind of case."""
    return sum(BITS[kind][action] for action in actions)


def from_mask(mask: int, kind: CaseKind) -> tuple[CaseAction, ...]:
    """Unpack the bit mask of a kind of case, in the order of its actions."""
    return tuple(action for action, bit in BITS[kind].items() if mask & bit)
