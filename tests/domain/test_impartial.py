"""Nobody decides a case about himself: the target of an allegation, who complains, and who gave evidence (D15)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from domain.complaint import Complaint
from domain.complaint_refusals import DeciderIsComplainant
from domain.incident import Incident
from domain.involvement import involved_in
from domain.refusals import DeciderIsSubject, RefusalCode
from domain.staff_breach import StaffBreach
from domain.staff_breach_refusals import SamePersonTwice, WitnessDecides
from tests.domain import complaints, incidents
from tests.domain.breaches import DECIDER, INVESTIGATOR, OFFICER, found, investigated, sanctioned
from tests.domain.complaints import heard, in_stage, received
from tests.domain.incidents import TODAY, WHY, classified, day, item, named
from tests.support.scenario import Given

TARGET = named("target")

OF_AN_INCIDENT: dict[str, Callable[[Incident], object]] = {
    "classifies": lambda one: one.classify_item(
        item_id=named("unclassified"), classifications=classified("NEGATIVE_COMMENT:STAFF"), by=TARGET
    ),
    "reclassifies": lambda one: one.reclassify_item(
        item_id=named("item"), classifications=classified("NEGATIVE_COMMENT:STAFF"), reason=WHY, by=TARGET
    ),
    "corrects": lambda one: one.correct_item(
        item_id=named("item"), platform="EMAIL", reason=WHY, today=TODAY, by=TARGET
    ),
    "excludes": lambda one: one.exclude_item(item_id=named("item"), mark="NOT_REPORTABLE", reason=WHY, by=TARGET),
    "restores": lambda one: one.restore_item(item_id=named("excluded"), reason=WHY, by=TARGET),
    "closes": lambda one: one.close(outcome="NO_FURTHER_ACTION", closed_on=day(1), today=TODAY, by=TARGET),
    "marks": lambda one: one.mark_not_reportable(reason=WHY, by=TARGET),
    "marks as an error": lambda one: one.mark_recorded_in_error(reason=WHY, by=TARGET),
    "moves to another school": lambda one: one.correct_school(school_urn="900002", reason=WHY, by=TARGET),
    "assigns": lambda one: one.assign(owner=named("friend"), by=TARGET),
    "runs": lambda one: one.assign(owner=TARGET),
    "links": lambda one: one.link(other=named("complaint"), kind="AROSE_FROM", by=TARGET),
    "unlinks": lambda one: one.unlink(other=named("other"), kind="RELATED", by=TARGET),
    "decides on action": lambda one: one.decide_on_action(
        decision_id=named("decision"), action="POLICE", taken=True, decided_on=day(1), today=TODAY, by=TARGET
    ),
    "assesses": lambda one: one.assess_conduct(assessment="MISJUDGEMENT", assessed_on=day(1), today=TODAY, by=TARGET),
    "assesses defamation": lambda one: one.assess_defamation(
        item_id=named("item"), tests=(), assessed_on=day(1), today=TODAY, by=TARGET
    ),
    "converts": lambda one: one.convert_to_complaint(
        complaint=named("complaint"), converted_on=day(1), today=TODAY, by=TARGET
    ),
    "has investigated": lambda one: one.record_investigation(
        investigation_id=named("own"), started_on=day(1), today=TODAY, by=TARGET
    ),
    "investigates": lambda one: one.record_investigation(
        investigation_id=named("own"), started_on=day(1), investigator=TARGET, today=TODAY
    ),
    "finds": lambda one: one.complete_investigation(
        investigation_id=named("investigation"), completed_on=day(2), finding="FALSE", today=TODAY, by=TARGET
    ),
    "tells the outcome": lambda one: one.communicate_outcome(
        recipient_role="COMPLAINANT", communicated_on=day(2), today=TODAY, by=TARGET
    ),
    "warns": lambda one: one.send_warning(sent_on=day(1), asks_removal=True, today=TODAY, by=TARGET),
    "takes legal advice": lambda one: one.take_legal_advice(advised_on=day(1), today=TODAY, by=TARGET),
    "takes legal action": lambda one: one.take_legal_action(taken_on=day(1), today=TODAY, by=TARGET),
    "restricts": lambda one: one.restrict_access(
        restriction_id=named("restriction"), scope="PREMISES", from_on=day(1), consulted=True, today=TODAY, by=TARGET
    ),
}


def about_target() -> Incident:
    """An incident with an allegation about somebody, an item not yet classified and one that is excluded."""
    incident = incidents.reported()
    item(incident, classifications=classified("ALLEGATION:STAFF"), about=(TARGET,))
    item(incident, "unclassified")
    item(incident, "excluded", classifications=classified("NEGATIVE_COMMENT:STAFF"))
    incident.exclude_item(item_id=named("excluded"), mark="NOT_REPORTABLE", reason=WHY)
    incident.link(other=named("other"), kind="RELATED")
    return incident


@pytest.mark.obligation("S0-015")
@pytest.mark.parametrize("decide", OF_AN_INCIDENT.values(), ids=OF_AN_INCIDENT)
def test_the_target_of_an_allegation_decides_nothing_of_the_incident(decide: Callable[[Incident], object]) -> None:
    incident = about_target()
    if decide in (OF_AN_INCIDENT["finds"],):
        incident.record_investigation(investigation_id=named("investigation"), started_on=day(1), today=TODAY)

    refusal = Given(incident).refuses(decide, DeciderIsSubject)

    assert refusal.code is RefusalCode.CONFLICT_OF_INTEREST


def test_the_target_is_supported_reads_and_adds_to_the_incident() -> None:
    incident = about_target()
    assert TARGET not in (incident.barred | incident.readers)

    incident.support_target(target="STAFF", kind="REASSURANCE", supported_on=day(1), person=TARGET, today=TODAY)
    incident.add_addendum(text=WHY)

    assert [one.person for one in incident.supports] == [TARGET]
    assert TARGET in incident.readers


def test_reopening_is_no_decision_of_the_target_either() -> None:
    incident = about_target()
    incident.close(outcome="NO_FURTHER_ACTION", closed_on=day(1), today=TODAY, override=WHY)
    Given(incident).refuses(
        lambda one: one.reopen(reopened_on=day(2), reason=WHY, today=TODAY, by=TARGET), DeciderIsSubject
    )


# --- a complaint: whoever is complained about does not see it, and who complains does not decide it

PARENT = complaints.named("parent")
ON = complaints.day(3)


def _in(stage: str) -> Callable[[], Complaint]:
    return lambda: in_stage(stage, received(complainant=PARENT))


def _paused() -> Complaint:
    complaint = received(complainant=PARENT)
    complaint.pause_clock(paused_on=ON, reason=WHY, today=TODAY)
    return complaint


def _new() -> Complaint:
    return received(complainant=PARENT)


OF_A_COMPLAINT: dict[str, tuple[Callable[[], Complaint], Callable[[Any, Any], object]]] = {
    "chooses the process": (_new, lambda one, by: one.choose_process(process="DATA_PROTECTION", by=by)),
    "begins a stage": (_new, lambda one, by: one.start_stage(stage="INFORMAL", started_on=ON, today=TODAY, by=by)),
    "assigns": (_new, lambda one, by: one.assign(owner=named("friend"), by=by)),
    "appoints an investigator": (
        _in("FORMAL"),
        lambda one, by: one.appoint_investigator(investigator=named("friend"), appointed_on=ON, today=TODAY, by=by),
    ),
    "extends": (
        _in("FORMAL"),
        lambda one, by: one.extend_stage(
            until_on=complaints.day(9), extended_on=ON, complainant_told=True, reason=WHY, today=TODAY, by=by
        ),
    ),
    "pauses": (_new, lambda one, by: one.pause_clock(paused_on=ON, reason=WHY, today=TODAY, by=by)),
    "resumes": (_paused, lambda one, by: one.resume_clock(resumed_on=ON, reason=WHY, today=TODAY, by=by)),
    "routes": (
        _new,
        lambda one, by: one.route_to_procedure(route="ADMISSIONS", routed_on=ON, today=TODAY, by=by),
    ),
    "has the panel hear": (
        lambda: complaints.before_panel(received(complainant=PARENT)),
        lambda one, by: one.hold_hearing(held_on=ON, complainant_attended=False, accompanied=False, today=TODAY, by=by),
    ),
    "gives the findings": (
        lambda: heard(received(complainant=PARENT)),
        lambda one, by: one.issue_findings(
            recipient_role="COMPLAINANT", issued_on=ON, findings=WHY, today=TODAY, by=by
        ),
    ),
    "manages conduct": (
        _new,
        lambda one, by: one.manage_conduct(step="COMMUNICATION_PLAN", taken_on=ON, review_on=ON, today=TODAY, by=by),
    ),
    "records what was done": (
        _new,
        lambda one, by: one.record_action_taken(action="NONE", taken_on=ON, today=TODAY, by=by),
    ),
}


@pytest.mark.obligation("S0-015")
@pytest.mark.parametrize("name", OF_A_COMPLAINT)
def test_neither_who_complains_nor_who_is_complained_about_decides_the_complaint(name: str) -> None:
    given, decide = OF_A_COMPLAINT[name]
    for person, because in ((PARENT, DeciderIsComplainant), (complaints.named("teacher"), DeciderIsSubject)):
        case, by = given(), person
        refusal = Given(case).refuses(lambda one, by=by: decide(one, by), because)  # type: ignore[misc]
        assert refusal.code is RefusalCode.CONFLICT_OF_INTEREST


def test_a_complaint_goes_to_child_protection_whoever_says_so() -> None:
    complaint = _new()
    complaint.route_to_procedure(route="CHILD_PROTECTION", routed_on=ON, today=TODAY, by=PARENT)
    assert len(complaint.routings) == 1


# --- a breach: different people


def _hearing(breach: StaffBreach, chaired_by: Any) -> None:
    on = complaints.day(4)
    breach.refer_to_disciplinary(referred_on=on, today=complaints.TODAY)
    breach.hold_hearing(held_on=on, attended=True, chaired_by=chaired_by, today=complaints.TODAY)


def _appeal(breach: StaffBreach, officer: Any) -> None:
    on = complaints.day(7)
    breach.lodge_appeal(
        appeal_id=named("appeal"), sanction_id=complaints.named("sanction"), lodged_on=on, today=complaints.TODAY
    )
    breach.decide_appeal(
        appeal_id=named("appeal"), result="DISMISSED", decided_on=on, officer=officer, today=complaints.TODAY
    )


CHAIR = named("chair of the hearing")


def _through_hearing() -> StaffBreach:
    breach = complaints.reported()
    investigated(breach)
    found(breach)
    _hearing(breach, CHAIR)
    sanctioned(breach, decided_by=named("panel of governors"))
    return breach


def _heard_as_witness(breach: StaffBreach, person: Any) -> None:
    breach.record_interview(
        investigation_id=complaints.named("investigation"),
        side="WITNESS",
        person=person,
        held_on=complaints.day(2),
        today=complaints.TODAY,
    )


WITNESS = named("witness")


@pytest.mark.parametrize(
    ("decide", "because"),
    [
        (lambda one: investigated(one, "second", CHAIR), SamePersonTwice),
        (lambda one: _appeal(one, CHAIR), SamePersonTwice),
        (lambda one: _appeal(one, DECIDER), SamePersonTwice),  # who found what the sanction rests on
        (lambda one: _heard_as_witness(one, INVESTIGATOR), WitnessDecides),
        (lambda one: _heard_as_witness(one, CHAIR), WitnessDecides),
        (lambda one: investigated(one, "second", WITNESS), WitnessDecides),
        (lambda one: sanctioned(one, name="second", decided_by=WITNESS), WitnessDecides),
        (lambda one: _appeal(one, WITNESS), WitnessDecides),
        (
            lambda one: one.hold_hearing(
                held_on=complaints.day(5), attended=True, chaired_by=WITNESS, today=complaints.TODAY
            ),
            WitnessDecides,
        ),
    ],
    ids=range(9),
)
def test_who_hears_finds_or_gives_evidence_in_a_breach_takes_no_other_part(
    decide: Callable[[StaffBreach], object], because: type[Exception]
) -> None:
    breach = _through_hearing()
    _heard_as_witness(breach, WITNESS)
    with pytest.raises(because) as refused:
        decide(breach)
    assert refused.value.code is RefusalCode.CONFLICT_OF_INTEREST  # type: ignore[attr-defined]


def test_who_decided_an_appeal_makes_no_finding_after_it() -> None:
    breach = _through_hearing()
    _appeal(breach, OFFICER)
    with pytest.raises(SamePersonTwice):
        breach.record_finding(
            finding="SUBSTANTIATED",
            gross_misconduct=False,
            found_on=complaints.day(9),
            found_by=OFFICER,
            today=complaints.TODAY,
        )


def test_everybody_who_took_part_in_a_breach_is_kept_off_the_panel_of_a_complaint_that_arose_from_it() -> None:
    breach = _through_hearing()
    _heard_as_witness(breach, WITNESS)
    _appeal(breach, OFFICER)
    breach.contact_body(
        contact_id=named("contact"), body="LADO", contacted_on=day(0), contacted_by=named("dsl"), today=TODAY
    )
    involved = involved_in(breach)
    people = (complaints.named("teacher"), INVESTIGATOR, DECIDER, CHAIR, WITNESS, OFFICER, named("dsl"))
    assert involved == {*people, named("panel of governors")}
