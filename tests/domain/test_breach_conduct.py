"""What a staff breach says was done, by whom and how, and how the person was answered."""

from __future__ import annotations

from typing import Any

import pytest

import policies
from domain.duties import duties
from domain.policy import PolicyPack, parse_pack
from domain.refusals import DatesOutOfOrder, EmptyText, FutureDate, Refused, RepeatedValue, UnknownCode
from domain.sealed import SealedRef, Secret
from domain.staff_breach import StaffBreach
from domain.staff_breach_records import BreachDetails, Employment
from domain.staff_breach_refusals import (
    ActionMissing,
    NotAdvisedAgainstContact,
    OutcomeNotReached,
    UnknownAdvice,
    UnknownClause,
    UnknownRequest,
)
from domain.vocabulary import CODE_LISTS
from tests.domain.breaches import WHY, advised, with_details
from tests.domain.complaints import TODAY, day, named, reported
from tests.domain.recorded import recorded
from tests.support.scenario import Given

SHARP_LANE, WESTACRE, RIVINGTON, PARK_HALL = (
    parse_pack(policies.content(name), name) for name in ("sharp-lane", "westacre", "rivington", "park-hall")
)


def closed(breach: StaffBreach, outcome: str = "NO_CASE", **given: Any) -> None:
    breach.close(outcome=outcome, closed_on=day(9), today=TODAY, **given)


@pytest.mark.obligation("S1-008", "S1-014", "S3-009", "S3-010", "S3-011", "S3-030", "S3-031", "S3-033", "S4-012")
def test_a_breach_says_what_was_done_by_whom_and_in_which_circumstances() -> None:
    said: dict[str, Any] = {
        "intake": "PARENT",
        "breach_types": ("CONTACT_WITH_PUPIL", "OTHER_POLICY"),
        "clauses": ("PUPIL_CONTACT",),
        "subject_role": "CENTRAL_EMPLOYEE",
        "targets": ("PUPIL",),
        "channel": "PERSONAL_EMAIL",
        "on_duty": "OFF_DUTY",
        "capacity": "UNOFFICIAL",
        "direction": "ACCEPTED",
        "under18_at_contact": "YES",
        "contact_details": ("MOBILE_NUMBER",),
        "responded": False,
        "child_informed": True,
        "intent": "INADVERTENT",
        "published_by_third_party": True,
        "complaint_valid": True,
        "device": "MOBILE_PHONE",
        "school_equipment": False,
        "other_policy": Secret("the acceptable-use policy"),
        "search_purpose": Secret("to vet an applicant"),
    }
    breach = reported()
    Given(breach).when(lambda one: one.note_details(today=TODAY, policy=RIVINGTON, **{**said, "clauses": ()})).then(
        ("staff_breach.details_noted.v1", {**said, "clauses": ()})
    )
    breach.note_details(today=TODAY, policy=SHARP_LANE, **said)
    assert recorded(breach).details == BreachDetails(
        **{**said, "other_policy": SealedRef(3, "other_policy"), "search_purpose": SealedRef(3, "search_purpose")}
    )


@pytest.mark.parametrize(
    ("details", "refusal", "field"),
    [
        ({"breach_types": ("GOSSIP",)}, UnknownCode, "breach_types"),
        ({"breach_types": ("SECURITY", "SECURITY")}, RepeatedValue, "breach_types"),
        ({"channel": "PIGEON"}, UnknownCode, "channel"),
        ({"direction": "BOTH"}, UnknownCode, "direction"),
        ({"clauses": ("NO_SUCH_CLAUSE",), "policy": SHARP_LANE}, UnknownClause, "clauses"),
        ({"clauses": ("PUPIL_CONTACT",)}, UnknownClause, "clauses"),
    ],
)
def test_details_that_break_a_rule_are_refused_by_field(
    details: dict[str, Any], refusal: type[Refused], field: str
) -> None:
    Given(reported()).refuses(lambda one: one.note_details(today=TODAY, **details), refusal, field)


@pytest.mark.obligation("S3-006")
def test_somebody_employed_centrally_may_work_at_several_schools() -> None:
    breach = reported()
    Given(breach).when(lambda one: one.note_employment(schools=("900001", "900002"), is_central=True)).then(
        ("staff_breach.employment_noted.v1", {"schools": ("900001", "900002"), "is_central": True})
    )
    assert recorded(breach).employment == Employment(("900001", "900002"), is_central=True)


@pytest.mark.obligation("S0-045", "S1-006", "S1-007", "S3-006", "S4-002")
@pytest.mark.parametrize(
    ("role", "pack"),
    [
        pytest.param(role, pack, id=f"{pack.id}:{role}")
        for pack, roles in (
            (SHARP_LANE, "EMPLOYEE VOLUNTEER TRUSTEE FRIEND_OF_SCHOOL"),
            (WESTACRE, "GOVERNOR EMPLOYEE PARENT PUPIL VISITOR VOLUNTEER PTA_MEMBER"),
            (RIVINGTON, "EMPLOYEE CENTRAL_EMPLOYEE"),
            (PARK_HALL, "EMPLOYEE GOVERNOR THIRD_PARTY"),
        )
        for role in roles.split()
    ],
)
def test_each_code_binds_those_whom_the_school_names(role: str, pack: PolicyPack) -> None:
    assert role in pack.staff.subjects
    assert recorded(with_details(subject_role=role)).details == BreachDetails(subject_role=role)


@pytest.mark.obligation("S3-007", "S3-025", "S3-027", "S0-054", "S0-070")
def test_the_channels_are_more_than_networks() -> None:
    channels = {code.code for code in CODE_LISTS["breach_channels"]}
    assert channels >= {"PERSONAL_EMAIL", "TEXT_MESSAGE", "PRINT", "GOOGLE_CLASSROOM", "GAMING_SITE", "OTHER"}
    platforms = {code.code for code in CODE_LISTS["platforms"]}
    assert platforms >= {"FACEBOOK", "TWITTER", "TIKTOK", "INSTAGRAM", "YOUTUBE", "SNAPCHAT", "ONLYFANS"}


@pytest.mark.obligation("S3-032", "S4-014")
def test_a_person_who_tells_a_manager_leaves_a_record_even_where_nothing_is_found() -> None:
    breach = reported(source="SELF_REPORTED")
    Given(breach).when(
        lambda one: one.note_details(intake="SELF_REPORT", today=TODAY),
        lambda one: one.record_manager_report(manager=named("manager"), reported_on=day(0), today=TODAY),
        lambda one: one.decide_no_action(decided_on=day(1), reasons=WHY, today=TODAY),
        closed,
    )
    kept = recorded(breach)
    assert (kept.is_closed, kept.findings) == (True, ())
    assert [(one.manager, one.reported_on) for one in kept.manager_reports] == [(named("manager"), day(0))]


@pytest.mark.obligation("S3-013", "S3-023")
def test_contact_that_goes_on_after_advice_is_linked_to_the_advice() -> None:
    given = Given(advised())
    given.refuses(
        lambda one: one.record_later_contact(advice_id=named("none"), contact_on=day(2), today=TODAY),
        UnknownAdvice,
        "advice_id",
    )
    given.refuses(
        lambda one: one.record_later_contact(advice_id=named("advice"), contact_on=day(-1), today=TODAY),
        DatesOutOfOrder,
        "contact_on",
    )
    given.when(lambda one: one.record_later_contact(advice_id=named("advice"), contact_on=day(2), today=TODAY)).then(
        ("staff_breach.contact_went_on.v1", {"advice_id": named("advice"), "contact_on": day(2)})
    )


@pytest.mark.obligation("S3-023")
def test_contact_does_not_go_on_after_advice_on_something_else() -> None:
    breach = reported()
    breach.give_advice(advice_id=named("advice"), kind="PRIVACY_SETTINGS", given_on=day(0), today=TODAY)
    assert breach.bars_later_contact() is UnknownAdvice

    Given(breach).refuses(
        lambda one: one.record_later_contact(advice_id=named("advice"), contact_on=day(2), today=TODAY),
        NotAdvisedAgainstContact,
        "advice_id",
    )


@pytest.mark.obligation("S1-026", "S1-027")
@pytest.mark.parametrize("request_", ["DELETE_MATERIAL", "LEAVE_PREMISES"])
@pytest.mark.parametrize("done", [True, False])
def test_a_visitor_is_asked_to_delete_or_to_leave_and_does_it_or_not(request_: str, done: bool) -> None:
    given = Given(with_details(subject_role="VISITOR"))
    answer = {"request_id": named("request"), "done": done, "answered_on": day(2), "today": TODAY}
    given.refuses(lambda one: one.record_compliance(**answer), UnknownRequest, "request_id")
    given.when(
        lambda one: one.ask_of_person(request_id=named("request"), request=request_, requested_on=day(1), today=TODAY),
        lambda one: one.record_compliance(**answer),
    ).then(
        (
            "staff_breach.asked_of_person.v1",
            {"request_id": named("request"), "request": request_, "requested_on": day(1)},
        ),
        (
            "staff_breach.compliance_recorded.v1",
            {"request_id": named("request"), "done": done, "answered_on": day(2)},
        ),
    )
    again = Given(given.case)
    again.refuses(lambda one: one.record_compliance(**answer), UnknownRequest, "request_id")


@pytest.mark.obligation("S4-026")
def test_a_breach_ends_with_an_action_or_a_reasoned_none() -> None:
    given = Given(reported())
    given.refuses(closed, ActionMissing)
    given.refuses(
        lambda one: one.decide_no_action(decided_on=day(1), reasons=Secret(" "), today=TODAY), EmptyText, "reasons"
    )
    given.refuses(
        lambda one: one.decide_no_action(decided_on=day(99), reasons=WHY, today=TODAY), FutureDate, "decided_on"
    )
    given.when(lambda one: one.decide_no_action(decided_on=day(1), reasons=WHY, today=TODAY), closed)
    assert given.case.is_closed
    with_advice = advised()
    closed(with_advice, "ADVICE_GIVEN")
    assert with_advice.is_closed
    assert "DECIDE_ON_ACTION" in {duty.code for duty in duties(reported(), PARK_HALL)}
    assert "DECIDE_ON_ACTION" not in {duty.code for duty in duties(advised(), PARK_HALL)}


@pytest.mark.parametrize("outcome", ["GROSS_MISCONDUCT", "DISMISSAL"])
def test_no_breach_is_closed_with_an_outcome_that_nobody_found_or_decided(outcome: str) -> None:
    Given(advised()).refuses(lambda one: closed(one, outcome), OutcomeNotReached, "outcome")


@pytest.mark.obligation("S1-034")
def test_use_in_the_working_day_goes_to_the_designated_safeguarding_lead_before_closing() -> None:
    breach = advised()
    breach.note_details(today=TODAY, breach_types=("PERSONAL_USE_IN_WORKING_HOURS",))
    owed = {duty.code: duty for duty in duties(breach, WESTACRE)}
    assert (owed["INFORM_DSL"].before_closing, (owed["INFORM_DSL"].clause or "")[-3:]) == (True, "L75")

    breach.inform_about_breach(role="DSL", informed_on=day(1), today=TODAY)

    assert "INFORM_DSL" not in {duty.code for duty in duties(breach, WESTACRE)}
