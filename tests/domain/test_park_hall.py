"""What Park Hall's policy asks of cases, as its pack says it."""

from __future__ import annotations

from typing import Any

import pytest

from domain.incident import Incident
from domain.policy_rules import StageForm
from domain.refusals import DutiesOutstanding, UnknownCode
from domain.values import CaseKind, CaseStatus
from domain.vocabulary import CODE_LISTS
from tests.domain import breaches, complaints
from tests.domain.incidents import TODAY, day, item, named, reported, with_item
from tests.domain.packs import owed, shipped
from tests.domain.recorded import recorded
from tests.support.scenario import Given

PARK_HALL = shipped("park-hall")
ITEM = named("item")
MEMBERS = [code.code for code in CODE_LISTS["targets"]]


def assessed(assessment: str, incident: Incident | None = None) -> Incident:
    """An incident whose conduct was assessed."""
    incident = incident or with_item("OTHER:COMMUNITY", poster_role="PUPIL")
    incident.assess_conduct(assessment=assessment, assessed_on=day(1), today=TODAY)
    return incident


def closing(incident: Incident, outcome: str = "NO_FURTHER_ACTION") -> None:
    incident.close(outcome=outcome, closed_on=day(9), today=TODAY, policy=PARK_HALL)


@pytest.mark.obligation("S4-003")
def test_an_incident_ends_with_legal_action_and_a_breach_with_disciplinary_action() -> None:
    incident = with_item("THREAT_OF_VIOLENCE:STAFF")
    incident.take_legal_action(taken_on=day(2), today=TODAY, policy=PARK_HALL)
    closing(incident, "LEGAL_ACTION_TAKEN")
    breach = complaints.reported()
    breaches.found(breach)
    breach.refer_to_disciplinary(
        referred_on=complaints.day(4), referred_by=breaches.DECIDER, today=complaints.TODAY, policy=PARK_HALL
    )
    breaches.sanctioned(breach, policy=PARK_HALL)
    breach.close(outcome="DISCIPLINARY_ACTION", closed_on=complaints.day(9), today=complaints.TODAY, policy=PARK_HALL)

    assert [(one.status, one.outcome) for one in (recorded(incident), recorded(breach))] == [
        (CaseStatus.CLOSED, "LEGAL_ACTION_TAKEN"),
        (CaseStatus.CLOSED, "DISCIPLINARY_ACTION"),
    ]


@pytest.mark.obligation("S4-005")
@pytest.mark.parametrize("platform", ["FACEBOOK", "TWITTER", "SNAPCHAT", "GAME", "YOUTUBE"])
def test_games_and_video_sites_are_places_where_something_is_posted(platform: str) -> None:
    assert recorded(with_item(platform=platform)).items[ITEM].platform == platform


@pytest.mark.obligation("S4-006")
def test_each_aspect_of_the_policy_is_answered_by_a_kind_of_case() -> None:
    of_pupils = reported()
    item(of_pupils, poster_role="PUPIL", platform="GAME")
    of_pupils.tag_item(item_id=ITEM, device="MOBILE_PHONE", teacher_directed=False)
    of_staff = breaches.with_details(subject_role="VOLUNTEER", breach_types=("PROFESSIONAL_BOUNDARY",))
    of_parents = complaints.received(complaints.head(school=True))
    not_kept_to = assessed("UNACCEPTABLE", with_item("NEGATIVE_COMMENT:SCHOOL", poster_role="PARENT"))

    assert [case.kind for case in (of_pupils, of_staff, of_parents, not_kept_to)] == [
        CaseKind.INCIDENT,
        CaseKind.STAFF_BREACH,
        CaseKind.COMPLAINT,
        CaseKind.INCIDENT,
    ]
    tags = recorded(of_pupils).item_tags[ITEM]
    assert (tags.device, tags.teacher_directed) == ("MOBILE_PHONE", False)
    assert "DECIDE_ON_ACTION" in owed(of_staff, PARK_HALL)
    assert [(stage.code, stage.form) for stage in PARK_HALL.complaints.stages] == [
        ("CLASS_TEACHER", StageForm.INFORMAL),
        ("PHASE_LEADER", StageForm.INFORMAL),
    ]
    assert {"DECIDE_ON_ACTION", "REQUEST_REMOVAL"} <= owed(not_kept_to, PARK_HALL).keys()


@pytest.mark.obligation("S4-017")
def test_a_post_by_another_member_of_the_family_is_recorded_and_dealt_with_like_any_other() -> None:
    incident = with_item("UNAUTHORISED_IMAGE:PUPIL", poster_role="FAMILY_MEMBER")

    assert recorded(incident).items[ITEM].poster_role == "FAMILY_MEMBER"
    assert owed(assessed("UNACCEPTABLE", incident), PARK_HALL)["DECIDE_ON_ACTION"].before_closing


@pytest.mark.obligation("S4-018")
@pytest.mark.parametrize("target", MEMBERS)
def test_a_comment_by_a_parent_on_any_member_of_the_academys_family_is_to_be_taken_down(target: str) -> None:
    incident = with_item(f"NEGATIVE_COMMENT:{target}", poster_role="PARENT")

    assert [one.target for one in recorded(incident).items[ITEM].classifications] == [target]
    assert "REQUEST_REMOVAL" in owed(incident, PARK_HALL)


@pytest.mark.obligation("S4-025")
@pytest.mark.parametrize("role", ["STAFF", "VOLUNTEER", "PUPIL", "PARENT", "CARER", "GOVERNOR"])
def test_whoever_is_expected_to_behave_can_be_the_one_who_posted(role: str) -> None:
    incident = assessed("UNACCEPTABLE", with_item(poster_role=role))

    assert recorded(incident).items[ITEM].poster_role == role
    assert "DECIDE_ON_ACTION" in owed(incident, PARK_HALL)


@pytest.mark.obligation("S4-025")
def test_staff_volunteers_and_governors_are_bound_by_the_code() -> None:
    assert {"EMPLOYEE", "VOLUNTEER", "GOVERNOR"} <= set(PARK_HALL.staff.subjects)


@pytest.mark.obligation("S4-027")
@pytest.mark.parametrize("taken", [True, False])
def test_what_is_unacceptable_is_dealt_with_by_the_academy_before_the_case_is_closed(taken: bool) -> None:
    incident = assessed("UNACCEPTABLE")
    duty = owed(incident, PARK_HALL)["DECIDE_ON_ACTION"]
    assert (duty.before_closing, duty.clause) == (True, PARK_HALL.clause("L68"))
    assert Given(incident).refuses(closing, DutiesOutstanding).needs == ("DECIDE_ON_ACTION",)

    incident.decide_on_action(
        decision_id=named("decision"),
        action="INTERNAL",
        taken=taken,
        decided_on=day(2),
        reasons=complaints.WORDS,
        today=TODAY,
    )

    closing(incident)
    assert incident.status is CaseStatus.CLOSED


@pytest.mark.obligation("S4-028")
def test_what_is_considered_illegal_is_reported_to_the_police_before_the_case_is_closed() -> None:
    incident = assessed("ILLEGAL")
    assert owed(incident, PARK_HALL)["REFER_TO_POLICE"].clause == PARK_HALL.clause("L68")
    # That it was decided not to is no answer here, and a body of another kind is not the police.
    incident.decide_on_action(
        decision_id=named("decision"),
        action="POLICE",
        taken=False,
        decided_on=day(2),
        reasons=complaints.WORDS,
        today=TODAY,
    )
    refer: dict[str, Any] = {"grounds": ("ILLEGAL_CONDUCT",), "referred_on": day(2), "today": TODAY}
    incident.refer_to_body(referral_id=named("council"), body="LOCAL_AUTHORITY", **refer)
    assert Given(incident).refuses(closing, DutiesOutstanding).needs == ("REFER_TO_POLICE",)

    incident.refer_to_body(referral_id=named("police"), body="POLICE", **refer)

    assert "REFER_TO_POLICE" not in owed(incident, PARK_HALL)
    closing(incident)
    assert incident.status is CaseStatus.CLOSED


@pytest.mark.obligation("S4-028")
@pytest.mark.parametrize("assessment", ["ACCEPTABLE", "UNACCEPTABLE"])
def test_what_is_not_considered_illegal_goes_to_no_police(assessment: str) -> None:
    assert "REFER_TO_POLICE" not in owed(assessed(assessment), PARK_HALL)


@pytest.mark.obligation("S4-031")
@pytest.mark.parametrize("poster", ["PARENT", "CARER"])
def test_it_is_the_local_governing_body_that_directs_a_parent_to_take_comments_down(poster: str) -> None:
    incident = with_item("NEGATIVE_COMMENT:SCHOOL", poster_role=poster)
    asking: dict[str, Any] = {"item_id": ITEM, "person": named("parent"), "today": TODAY}
    assert PARK_HALL.words.governing_body.word == "Local Governing Body"

    incident.request_removal(requested_on=day(1), asked_by="CLASS_TEACHER", **asking)
    assert owed(incident, PARK_HALL)["REQUEST_REMOVAL"].clause == PARK_HALL.clause("L70")
    Given(incident).when(
        lambda one: one.request_removal(requested_on=day(2), asked_by="GOVERNING_BODY", **asking)
    ).then(
        ("incident.removal_requested.v1", {"item_id": ITEM, "requested_on": day(2), "person": named("parent")}),
        ("incident.removal_asker_noted.v1", {"item_id": ITEM, "asked_by": "GOVERNING_BODY"}),
    )

    kept = recorded(incident)
    assert kept.items[ITEM].removal_asked_by == "GOVERNING_BODY"
    assert "REQUEST_REMOVAL" not in owed(kept, PARK_HALL)


def test_who_asked_is_said_in_a_code_and_later_too_and_a_new_request_says_it_anew() -> None:
    given = Given(with_item())
    asking: dict[str, Any] = {"item_id": ITEM, "today": TODAY}
    given.refuses(
        lambda one: one.request_removal(requested_on=day(1), asked_by="NEIGHBOUR", **asking), UnknownCode, "asked_by"
    )
    asked = ("incident.removal_requested.v1", {"item_id": ITEM, "requested_on": day(1)})
    given.when(
        lambda one: one.request_removal(requested_on=day(1), **asking),
        lambda one: one.request_removal(requested_on=day(1), asked_by="HEADTEACHER", **asking),
        lambda one: one.request_removal(requested_on=day(1), asked_by="HEADTEACHER", **asking),
    ).then(asked, ("incident.removal_asker_noted.v1", {"item_id": ITEM, "asked_by": "HEADTEACHER"}))

    given.case.request_removal(requested_on=day(3), **asking)

    assert given.case.items[ITEM].removal_asked_by is None


def test_a_post_put_up_again_has_been_asked_about_by_nobody() -> None:
    incident = with_item("NEGATIVE_COMMENT:SCHOOL")
    incident.request_removal(item_id=ITEM, requested_on=day(1), asked_by="GOVERNING_BODY", today=TODAY)
    incident.confirm_removal(item_id=ITEM, checked_on=day(3), today=TODAY)
    incident.record_repost(item_id=named("again"), repost_of=ITEM, discovered_on=day(9), today=TODAY)

    again = recorded(incident).items[named("again")]

    assert (again.removal, again.removal_on, again.removal_asked_by) == (None, None, None)
