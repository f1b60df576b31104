"""A staff breach with every part that one can have, so that the API is asked for each of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from domain.sealed import Secret
from domain.staff_breach import StaffBreach
from tests.domain.incidents import TODAY
from tests.plan.world import World

_ON = date(2026, 4, 1)
_LATER = date(2026, 4, 9)
# What was done, by whom and how, but for the texts.
DETAILS: Mapping[str, Any] = {
    "intake": "PARENT",
    "breach_types": ("CONTACT_WITH_PUPIL", "GROOMING_RISK"),
    "subject_role": "EMPLOYEE",
    "targets": ("PUPIL",),
    "channel": "TEXT_MESSAGE",
    "on_duty": "OFF_DUTY",
    "capacity": "UNOFFICIAL",
    "direction": "INITIATED",
    "under18_at_contact": "YES",
    "contact_details": ("MOBILE_NUMBER",),
    "responded": True,
    "child_informed": False,
    "intent": "DELIBERATE",
    "published_by_third_party": False,
    "complaint_valid": True,
    "device": "MOBILE_PHONE",
    "school_equipment": False,
}


def go_through(world: World, breach: StaffBreach) -> None:
    """Take every step that a breach knows, with people whose names are open, erased and unknown."""
    _conduct(world, breach)
    _protection(world, breach)
    _procedure(world, breach)


def _notes(world: World) -> Any:
    return Secret(world.words())


def _conduct(world: World, breach: StaffBreach) -> None:
    breach.note_details(today=TODAY, other_policy=_notes(world), search_purpose=_notes(world), **DETAILS)
    breach.note_employment(schools=("900001", "900002"), is_central=True)
    breach.consult_exception(exception="FAMILY_LINK", found=False, consulted_on=_ON, today=TODAY, notes=_notes(world))
    breach.record_manager_report(reported_on=_ON, today=TODAY, manager=world.named("clerk"), notes=_notes(world))
    breach.inform_about_breach(role="DSL", informed_on=_ON, today=TODAY, person=world.named("gone"))
    advice, request = world.fresh_id(), world.fresh_id()
    breach.give_advice(
        advice_id=advice, kind="CONTACT", given_on=_ON, today=TODAY, given_by=world.named("clerk"), notes=_notes(world)
    )
    breach.record_later_contact(advice_id=advice, contact_on=_LATER, today=TODAY, notes=_notes(world))
    breach.ask_of_person(request_id=request, request="DELETE_MATERIAL", requested_on=_ON, today=TODAY)
    breach.record_compliance(request_id=request, done=False, answered_on=_LATER, today=TODAY)
    breach.ask_of_person(request_id=world.fresh_id(), request="LEAVE_PREMISES", requested_on=_ON, today=TODAY)
    breach.decide_no_action(decided_on=_ON, reasons=_notes(world), today=TODAY, decided_by=world.named("decider"))


def _protection(world: World, breach: StaffBreach) -> None:
    breach.record_disclosure(
        disclosure_id=world.fresh_id(),
        source="CHILD",
        received_on=_ON,
        words=Secret(world.words(), world.named("gone")),
        today=TODAY,
        received_by=world.named("clerk"),
        disclosed_by=world.named("gone"),
        policy_reference=_notes(world),
    )
    breach.flag_for_safeguarding(flagged_on=_ON, today=TODAY, notes=_notes(world))
    breach.assess_harm_threshold(
        level="MET",
        criteria=("SUITABILITY", "RISK_OF_HARM"),
        assessed_on=_ON,
        today=TODAY,
        assessed_by=world.named("decider"),
    )
    contact = world.fresh_id()
    breach.contact_body(
        contact_id=contact,
        body="LADO",
        contacted_on=_ON,
        today=TODAY,
        contacted_by=world.named("clerk"),
        body_name=_notes(world),
        reference=_notes(world),
        reasons=_notes(world),
    )
    breach.record_body_advice(
        contact_id=contact, advised_on=_LATER, advice=_notes(world), today=TODAY, suspension="SUSPEND"
    )
    breach.contact_body(contact_id=world.fresh_id(), body="POLICE", contacted_on=_ON, today=TODAY)
    breach.decide_not_to_refer(
        body="TRA", decided_on=_ON, reasons=_notes(world), today=TODAY, decided_by=world.named("decider")
    )
    breach.set_reporting_restriction(applies=True, from_on=_ON, today=TODAY, notes=_notes(world))
    suspension = world.fresh_id()
    breach.decide_on_suspension(
        suspension_id=suspension,
        suspended=True,
        decided_on=_ON,
        decided_by=world.named("decider"),
        reasons=_notes(world),
        today=TODAY,
        alternatives=("ASSISTANT_PRESENT",),
    )
    breach.confirm_suspension(
        suspension_id=suspension, confirmed_on=_ON, today=TODAY, contact_person=world.named("clerk")
    )
    breach.end_suspension(suspension_id=suspension, ended_on=_LATER, today=TODAY)


def _procedure(world: World, breach: StaffBreach) -> None:
    hold, investigation, sanction, appeal = (world.fresh_id() for _ in range(4))
    breach.hold_disciplinary_track(hold_id=hold, body="POLICE", from_on=_ON, today=TODAY, notes=_notes(world))
    breach.lift_disciplinary_hold(hold_id=hold, lifted_on=_LATER, today=TODAY)
    breach.open_investigation(
        investigation_id=investigation,
        investigator=world.named("investigator"),
        started_on=_ON,
        today=TODAY,
        notes=_notes(world),
    )
    breach.record_interview(
        investigation_id=investigation,
        side="WITNESS",
        held_on=_ON,
        today=TODAY,
        person=world.named("gone"),
        accompanied=True,
        notes=Secret(world.words(), world.named("gone")),
    )
    breach.complete_investigation(
        investigation_id=investigation, completed_on=_LATER, today=TODAY, report=_notes(world)
    )
    breach.record_finding(
        finding="SUBSTANTIATED",
        gross_misconduct=False,
        found_on=_LATER,
        found_by=world.named("decider"),
        today=TODAY,
        reasons=_notes(world),
    )
    breach.refer_to_disciplinary(referred_on=_LATER, today=TODAY, referred_by=world.named("decider"))
    breach.hold_hearing(
        held_on=_LATER, attended=True, today=TODAY, chaired_by=world.named("decider"), notes=_notes(world)
    )
    breach.impose_sanction(
        sanction_id=sanction,
        sanction="FINAL_WRITTEN_WARNING",
        decided_on=_LATER,
        decided_by=world.named("decider"),
        today=TODAY,
        spent_on=date(2027, 4, 9),
        reasons=_notes(world),
    )
    breach.lodge_appeal(appeal_id=appeal, sanction_id=sanction, lodged_on=_LATER, today=TODAY, grounds=_notes(world))
    breach.decide_appeal(
        appeal_id=appeal,
        result="VARIED",
        varied_to="FIRST_WRITTEN_WARNING",
        decided_on=_LATER,
        officer=world.named("appeal officer"),
        today=TODAY,
        reasons=_notes(world),
    )
    breach.set_track_state(track="CRIMINAL", state="CONCLUDED", set_on=_LATER, today=TODAY)
