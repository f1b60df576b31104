"""What can be done with a case now, measured by doing it."""

from __future__ import annotations

from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.case_actions import CaseAction
from domain.complaint import Complaint, HeadReceived
from domain.incident import Incident
from domain.offered import BITS, WORD, blocked, from_mask, offered, to_mask, words_of
from domain.policy import PolicyPack
from domain.refusals import RefusalCode, Refused
from domain.values import CaseKind
from tests.domain.histories import SEEDS, decisions, history
from tests.domain.incidents import AWARE, TODAY, WHY, closed, item, marked, named, reported, with_item
from tests.domain.test_duties import INVESTIGATE, SILENT

EVERY_STATE = frozenset(
    {
        CaseAction.ADD_ADDENDUM,
        CaseAction.LINK_CASE,
        CaseAction.CORRECT_SCHOOL,
        CaseAction.MARK_DUPLICATE,
        CaseAction.TRANSFER_CASE,
        CaseAction.REQUEST_CORRECTION,
        CaseAction.GRANT_ACCESS,
        CaseAction.PLACE_HOLD,
        CaseAction.CLASSIFY_FOR_RETENTION,
    }
)
# What protects somebody, or only says what is known of an incident, whatever became of it.
NEVER_REFUSED = frozenset(
    {
        CaseAction.SUPPORT_TARGET,
        CaseAction.INFORM_PERSON,
        CaseAction.REFER_TO_BODY,
        CaseAction.CONTACT_PROVIDER,
        CaseAction.NOTE_INTAKE,
    }
)


@settings(deadline=None)  # the first one loads every stored name
@given(SEEDS, st.sampled_from([None, SILENT, INVESTIGATE]))
def test_what_is_offered_succeeds_with_some_input_and_all_else_is_refused(seed: int, pack: PolicyPack | None) -> None:
    incident = history(seed, pack)
    incident.pending_events.clear()
    assert {action for action in BITS[CaseKind.INCIDENT] if _succeeds(action, incident, pack)} == offered(
        incident, pack
    )


def test_the_histories_reach_states_that_offer_each_action_and_states_that_do_not() -> None:
    reached = [offered(history(seed, INVESTIGATE), INVESTIGATE) for seed in range(300)]
    assert frozenset.union(*reached) == frozenset(BITS[CaseKind.INCIDENT])
    assert frozenset.intersection(*reached) == NEVER_REFUSED | {
        CaseAction.ADD_ADDENDUM,
        CaseAction.LINK_CASE,
        CaseAction.CORRECT_SCHOOL,
        CaseAction.REQUEST_CORRECTION,
        CaseAction.GRANT_ACCESS,
        CaseAction.PLACE_HOLD,
        CaseAction.CLASSIFY_FOR_RETENTION,
    }


def _succeeds(action: CaseAction, incident: Incident, pack: PolicyPack | None) -> bool:
    for decide in decisions(action, incident, pack, "fresh"):
        try:
            decide(deepcopy(incident))
        except Refused:
            continue
        return True
    return False


def test_a_new_incident_waits_for_its_items() -> None:
    assert offered(reported()) == EVERY_STATE | NEVER_REFUSED | {
        CaseAction.COMMUNICATE_OUTCOME,
        CaseAction.EXPLAIN_LEGAL_CONSEQUENCE,
        CaseAction.SEND_WARNING,
        CaseAction.RECORD_REFUSAL,
        CaseAction.RECORD_CONTINUATION,
        CaseAction.TAKE_LEGAL_ADVICE,
        CaseAction.TAKE_LEGAL_ACTION,
        CaseAction.RESTRICT_ACCESS,
        CaseAction.ASSESS_CONDUCT,
        CaseAction.DECIDE_ON_ACTION,
        CaseAction.CONVERT_TO_COMPLAINT,
        CaseAction.ASSIGN_CASE,
        CaseAction.MARK_NOT_REPORTABLE,
        CaseAction.MARK_RECORDED_IN_ERROR,
        CaseAction.RECORD_ITEM,
        CaseAction.NOTE_EVIDENCE,
        CaseAction.REPORT_TO_HEADTEACHER,
        CaseAction.HOLD_MEETING,
        CaseAction.RECORD_IMPACT,
        CaseAction.RECORD_INVESTIGATION,
        CaseAction.RECORD_ACCOUNT,
        CaseAction.DIRECT_TO_CHANNEL,
        CaseAction.CLOSE_INCIDENT,
    }


def test_a_closed_incident_can_be_put_right_marked_and_reopened() -> None:
    assert offered(closed()) == EVERY_STATE | NEVER_REFUSED | {
        CaseAction.COMMUNICATE_OUTCOME,
        CaseAction.TAG_ITEM,
        CaseAction.MARK_NOT_REPORTABLE,
        CaseAction.MARK_RECORDED_IN_ERROR,
        CaseAction.RECLASSIFY_ITEM,
        CaseAction.CORRECT_ITEM,
        CaseAction.EXCLUDE_ITEM,
        CaseAction.IDENTIFY_POSTER,
        CaseAction.REPORT_TO_HEADTEACHER,
        CaseAction.CONFIRM_REMOVAL,
        CaseAction.REPORT_TO_PLATFORM,
        CaseAction.REOPEN_INCIDENT,
        CaseAction.REVIEW_RETENTION,
    }


def test_an_original_of_others_cannot_be_marked_at_all() -> None:
    incident = with_item()
    reported(case_id=named("copy")).mark_duplicate(original=incident, reason=WHY)
    assert not offered(incident) & {
        CaseAction.MARK_DUPLICATE,
        CaseAction.MARK_NOT_REPORTABLE,
        CaseAction.MARK_RECORDED_IN_ERROR,
    }


def test_a_marked_incident_can_be_unmarked_and_not_closed() -> None:
    actions = offered(marked())
    assert CaseAction.UNMARK in actions
    assert not actions & {CaseAction.CLOSE_INCIDENT, CaseAction.MARK_DUPLICATE, CaseAction.RECORD_ITEM}


def test_closing_is_offered_once_an_allegation_was_investigated() -> None:
    incident = with_item("ALLEGATION:STAFF")
    assert CaseAction.CLOSE_INCIDENT not in offered(incident, INVESTIGATE)
    incident.record_investigation(investigation_id=named("investigation"), started_on=AWARE, today=TODAY)
    assert CaseAction.CLOSE_INCIDENT in offered(incident, INVESTIGATE)


def test_an_action_on_items_is_offered_when_one_of_them_allows_it() -> None:
    incident = with_item()
    item(incident, "excluded")
    incident.exclude_item(item_id=named("excluded"), mark="DUPLICATE", reason=WHY)
    assert {CaseAction.RESTORE_ITEM, CaseAction.RECLASSIFY_ITEM} <= offered(incident)
    assert CaseAction.CLASSIFY_ITEM not in offered(incident)


def test_a_new_complaint_waits_for_its_stages_and_its_heads() -> None:
    complaint = Complaint.receive(
        case_id=named("complaint"),
        reference="CMP-2026-000001",
        school_urn="900003",
        received_on=AWARE,
        received_by="HEADTEACHER",
        means="LETTER",
        heads=(HeadReceived(named("head"), about_school=True, about_staff=False, about=()),),
        today=TODAY,
    )
    assert offered(complaint) == EVERY_STATE | {
        CaseAction.ASSIGN_CASE,
        CaseAction.MARK_NOT_REPORTABLE,
        CaseAction.MARK_RECORDED_IN_ERROR,
        CaseAction.NAME_SUBJECT,
        CaseAction.ADD_HEAD,
        CaseAction.DECIDE_HEAD,
        CaseAction.ROUTE_TO_PROCEDURE,
        CaseAction.RECORD_ACCOUNT,
        CaseAction.MEET_PARTIES,
        CaseAction.CHOOSE_PROCESS,
        CaseAction.ACKNOWLEDGE_COMPLAINT,
        CaseAction.START_STAGE,
        CaseAction.PAUSE_CLOCK,
        CaseAction.REQUEST_WITHDRAWAL,
        CaseAction.MANAGE_CONDUCT,
        CaseAction.TAG_COMPLAINT,
        CaseAction.RECORD_ACTION_TAKEN,
        CaseAction.REFER_TO_BODY,
    }


@pytest.mark.parametrize("incident", [reported(), closed(), marked()], ids=["new", "closed", "marked"])
def test_a_bit_mask_holds_the_actions(incident: Incident) -> None:
    assert frozenset(from_mask(to_mask(offered(incident), incident.kind), incident.kind)) == offered(incident)


def test_the_places_in_the_mask_are_never_given_to_another_action() -> None:
    # Read tables hold masks of this numbering: an action of a kind of case is added at the end.
    assert {kind: [action.name for action in bits] for kind, bits in BITS.items()} == {
        CaseKind.INCIDENT: [*COMMON, *INCIDENT, *LATER, "MERGE_ITEMS", "SPLIT_ITEM", *ACCESS, *RETENTION],
        CaseKind.COMPLAINT: [*COMMON, *COMPLAINT, *LATER, *ACCESS, *RETENTION],
        CaseKind.STAFF_BREACH: [*COMMON, *STAFF_BREACH, *LATER, *ACCESS, *RETENTION],
    }
    assert from_mask(1 << 33 | 1, CaseKind.INCIDENT) == (CaseAction.ASSIGN_CASE, CaseAction.REOPEN_INCIDENT)
    # A document holds two words of as many as a bigint of PostgreSQL takes.
    assert {len(bits) <= 2 * WORD for bits in BITS.values()} == {True}
    assert WORD == 63


def test_the_words_of_a_mask_are_the_mask() -> None:
    everything = sum(BITS[CaseKind.INCIDENT].values())

    first, second = words_of(everything)

    assert (first, second) == (2**63 - 1, 0b1111)
    assert first | second << WORD == everything


COMMON = (
    *("ASSIGN_CASE", "ADD_ADDENDUM", "MARK_DUPLICATE", "MARK_NOT_REPORTABLE", "MARK_RECORDED_IN_ERROR", "UNMARK"),
    *("LINK_CASE", "UNLINK_CASE", "CORRECT_SCHOOL"),
)
ACCESS = ("GRANT_ACCESS", "END_ACCESS", "REVIEW_EMERGENCY_ACCESS")
RETENTION = ("PLACE_HOLD", "LIFT_HOLD", "CLASSIFY_FOR_RETENTION", "REVIEW_RETENTION")
LATER = ("TRANSFER_CASE", "REQUEST_CORRECTION", "APPROVE_CORRECTION", "REJECT_CORRECTION")
INCIDENT = (
    *("RECORD_ITEM", "CLASSIFY_ITEM", "RECLASSIFY_ITEM"),
    *("CORRECT_ITEM", "EXCLUDE_ITEM", "RESTORE_ITEM", "IDENTIFY_POSTER", "NOTE_EVIDENCE", "REPORT_TO_HEADTEACHER"),
    *("REQUEST_REMOVAL", "CONFIRM_REMOVAL", "REFUSE_REMOVAL", "RECORD_REPOST", "REPORT_TO_PLATFORM"),
    *("RECORD_PLATFORM_ANSWER", "HOLD_MEETING", "RECORD_IMPACT", "RECORD_INVESTIGATION", "COMPLETE_INVESTIGATION"),
    *("COMMUNICATE_OUTCOME", "RECORD_ACCOUNT", "DIRECT_TO_CHANNEL", "ADVISE_PARENT", "CLOSE_INCIDENT"),
    *("REOPEN_INCIDENT", "SUPPORT_TARGET", "INFORM_PERSON", "EXPLAIN_LEGAL_CONSEQUENCE", "SEND_WARNING"),
    *("RECORD_REFUSAL", "RECORD_CONTINUATION", "TAKE_LEGAL_ADVICE", "TAKE_LEGAL_ACTION", "RESTRICT_ACCESS"),
    *("LIFT_RESTRICTION", "REFER_TO_BODY", "RECORD_REFERRAL_ANSWER", "CONTACT_PROVIDER", "RECORD_PROVIDER_ANSWER"),
    *("NOTE_INTAKE", "TAG_ITEM", "ASSESS_CONDUCT", "ASSESS_DEFAMATION", "DECIDE_ON_ACTION"),
    "CONVERT_TO_COMPLAINT",
)
COMPLAINT = (
    *("NAME_SUBJECT", "ADD_HEAD", "DECIDE_HEAD", "ROUTE_TO_PROCEDURE", "MEET_PARTIES", "CHOOSE_PROCESS"),
    *("ACKNOWLEDGE_COMPLAINT", "START_STAGE", "APPOINT_INVESTIGATOR", "RESPOND_TO_STAGE", "EXTEND_STAGE"),
    *("REQUEST_ESCALATION", "PAUSE_CLOCK", "RESUME_CLOCK", "APPOINT_PANEL", "REPLACE_PANEL_MEMBER", "HOLD_HEARING"),
    *("ISSUE_FINDINGS", "REQUEST_WITHDRAWAL", "CONFIRM_WITHDRAWAL", "MANAGE_CONDUCT", "TAG_COMPLAINT"),
    *("RECORD_ACTION_TAKEN", "RECORD_ENQUIRY", "TELL_OUTCOME", "CLOSE_COMPLAINT", "REOPEN_COMPLAINT"),
    *("RECORD_ACCOUNT", "REFER_TO_BODY", "RECORD_REFERRAL_ANSWER"),
)
STAFF_BREACH = (
    *("NAME_BREACH_SUBJECT", "NOTE_BREACH_DETAILS", "NOTE_EMPLOYMENT", "CONSULT_EXCEPTION", "RECORD_MANAGER_REPORT"),
    *("INFORM_ABOUT_BREACH", "GIVE_BREACH_ADVICE", "RECORD_LATER_CONTACT", "ASK_OF_PERSON", "RECORD_COMPLIANCE"),
    *("DECIDE_NO_ACTION", "RECORD_DISCLOSURE", "FLAG_FOR_SAFEGUARDING", "ASSESS_HARM_THRESHOLD", "CONTACT_BODY"),
    *("RECORD_BODY_ADVICE", "DECIDE_NOT_TO_REFER", "SET_REPORTING_RESTRICTION", "SET_TRACK_STATE"),
    *("HOLD_DISCIPLINARY_TRACK", "LIFT_DISCIPLINARY_HOLD", "DECIDE_ON_SUSPENSION", "CONFIRM_SUSPENSION"),
    *("END_SUSPENSION", "OPEN_BREACH_INVESTIGATION", "RECORD_INTERVIEW", "COMPLETE_BREACH_INVESTIGATION"),
    *("RECORD_BREACH_FINDING", "REFER_TO_DISCIPLINARY", "HOLD_DISCIPLINARY_HEARING", "IMPOSE_SANCTION", "LODGE_APPEAL"),
    *("DECIDE_APPEAL", "CLOSE_STAFF_BREACH", "REOPEN_STAFF_BREACH"),
)


# --- why not


def test_what_is_not_offered_is_told_with_the_rule_and_whether_it_can_be_set_aside() -> None:
    incident = with_item("ALLEGATION:STAFF")

    told = {one.action: one for one in blocked(incident, INVESTIGATE)}

    assert told.keys() == frozenset(BITS[incident.kind]) - offered(incident, INVESTIGATE)
    closing, reopening = told[CaseAction.CLOSE_INCIDENT], told[CaseAction.REOPEN_INCIDENT]
    assert (closing.refusal.code, closing.refusal.clause, closing.refusal.needs, closing.overridable) == (
        RefusalCode.DUTIES_OUTSTANDING,
        "Made Up, Online safety (1), L36",
        ("INVESTIGATE_ALLEGATION",),
        True,
    )
    assert (reopening.refusal.message, reopening.overridable) == ("The case is not closed.", False)


@given(SEEDS, st.sampled_from([None, SILENT, INVESTIGATE]))
def test_every_action_is_either_offered_or_told_why_not(seed: int, pack: PolicyPack | None) -> None:
    incident = history(seed, pack)

    told = [one.action for one in blocked(incident, pack)]

    assert frozenset(told) | offered(incident, pack) == frozenset(BITS[incident.kind])
    assert not frozenset(told) & offered(incident, pack)
