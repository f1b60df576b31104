"""What comes of a complaint: heads decided or routed, withdrawn, acted upon, referred; and when it is closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import policies
from domain.complaint import Complaint
from domain.complaint_refusals import (
    ActionRecorded,
    HeadsUndecided,
    NotAboutPersonalData,
    ReviewMissing,
    RouteMissing,
    UnknownHead,
    WithdrawalAsked,
    WithdrawalNotAsked,
    WithdrawalUnconfirmed,
)
from domain.duties import Duty, duties
from domain.facts import holds
from domain.policy import parse_pack
from domain.refusals import (
    CaseClosed,
    DutiesOutstanding,
    IdentityTaken,
    LinkedToItself,
    PrerequisiteMissing,
    Refused,
    UnknownCode,
)
from tests.domain.complaints import (
    POLICY,
    TODAY,
    WORDS,
    answered,
    day,
    decided_on,
    head,
    in_stage,
    named,
    received,
    reported,
)
from tests.domain.recorded import recorded
from tests.support.scenario import Given

TRUST = parse_pack(policies.content("trust-standard"))


def closing(outcome: str, **given: Any) -> Callable[[Complaint], None]:
    return lambda one: one.close(**{"outcome": outcome, "closed_on": day(9), "today": TODAY, **given})


def routing(route: str, **given: Any) -> Callable[[Complaint], None]:
    return lambda one: one.route_to_procedure(**{"route": route, "routed_on": day(1), "today": TODAY, **given})


def acting(action: str) -> Callable[[Complaint], None]:
    return lambda one: one.record_action_taken(action=action, taken_on=day(5), today=TODAY)


def withdrawn(complaint: Complaint) -> Complaint:
    complaint.request_withdrawal(asked_on=day(1), today=TODAY)
    complaint.confirm_withdrawal(confirmed_on=day(2), today=TODAY)
    return complaint


# --- heads


@pytest.mark.obligation("S3-015")
def test_each_head_has_an_outcome_of_its_own_and_the_complaint_is_valid_when_one_was_found_justified() -> None:
    complaint = received(head(school=True), head("second", staff=True))
    Given(complaint).when(
        lambda one: one.decide_head(
            head_id=named("head"),
            outcome="NOT_UPHELD",
            decided_on=day(3),
            decided_by=named("chair"),
            reasons=WORDS,
            today=TODAY,
        )
    ).then(
        (
            "complaint.head_decided.v1",
            {
                "head_id": named("head"),
                "outcome": "NOT_UPHELD",
                "decided_on": day(3),
                "decided_by": named("chair"),
                "reasons": WORDS,
            },
        )
    )
    assert (complaint.is_found_valid, complaint.has_open_heads) == (False, True)

    complaint.decide_head(head_id=named("second"), outcome="PARTIALLY_UPHELD", decided_on=day(3), today=TODAY)

    assert (complaint.is_found_valid, complaint.has_open_heads) == (True, False)
    assert [one.outcome for one in recorded(complaint).heads.values()] == ["NOT_UPHELD", "PARTIALLY_UPHELD"]
    assert holds(complaint, "FOUND_VALID")
    breach = reported()
    breach.link(other=complaint.id, kind="AROSE_FROM")
    assert breach.arose_from == (complaint.id,)


@pytest.mark.parametrize(
    ("given", "refusal", "field"),
    [
        ({"head_id": named("none")}, UnknownHead, "head_id"),
        ({"outcome": "WITHDRAWN"}, UnknownCode, "outcome"),
    ],
)
def test_a_decision_that_breaks_a_rule_is_refused(given: dict[str, Any], refusal: type[Refused], field: str) -> None:
    values = {"head_id": named("head"), "outcome": "UPHELD", "decided_on": day(1), "today": TODAY}
    Given(received()).refuses(lambda one: one.decide_head(**{**values, **given}), refusal, field)


def test_a_complaint_is_not_closed_while_a_head_waits_unless_that_is_set_aside_with_a_reason() -> None:
    complaint = received(head(school=True), head("second", staff=True), policy=POLICY)
    complaint.decide_head(head_id=named("head"), outcome="UPHELD", decided_on=day(1), today=TODAY)

    refusal = Given(complaint).refuses(closing("UPHELD"), DutiesOutstanding)
    assert refusal.needs == ("DECIDE_HEADS",)
    closing("UPHELD", override=WORDS)(complaint)

    assert [one.requirement for one in complaint.overrides] == ["DECIDE_HEADS"]


def test_a_head_about_staff_conduct_goes_to_a_case_of_its_own() -> None:
    complaint = received(policy=POLICY)
    routing("STAFF_CONDUCT", head_id=named("head"))(complaint)
    assert duties(complaint) == (Duty("LINK_STAFF_CASE", item_id=named("head")),)
    Given(complaint).refuses(routing("STAFF_CONDUCT", other=complaint.id), LinkedToItself, "other")

    Given(complaint).when(routing("STAFF_CONDUCT", head_id=named("head"), other=named("breach"), notes=WORDS)).then(
        (
            "complaint.routed.v1",
            {
                "route": "STAFF_CONDUCT",
                "head_id": named("head"),
                "other": named("breach"),
                "routed_on": day(1),
                "notes": WORDS,
            },
        )
    )
    assert (duties(complaint), list(complaint.links)) == ((), [(named("breach"), "RELATED")])
    closing("NOT_UPHELD")(complaint)  # what is dealt with elsewhere is not decided here


@pytest.mark.parametrize("state", ["open", "closed", "marked"])
def test_what_concerns_a_childs_safety_is_routed_in_every_state(state: str) -> None:
    complaint = decided_on(received())
    if state == "closed":
        closing("NOT_UPHELD")(complaint)
        Given(complaint).refuses(routing("ADMISSIONS"), CaseClosed)
    elif state == "marked":
        complaint.mark_not_reportable(reason=WORDS)

    routing("CHILD_PROTECTION", head_id=named("head"))(complaint)
    complaint.refer_to_body(
        referral_id=named("referral"),
        body="CHILDRENS_SERVICES",
        grounds=("SAFEGUARDING",),
        referred_on=day(1),
        today=TODAY,
    )

    assert [one.route for one in complaint.routings] == ["CHILD_PROTECTION"]


# --- the end


def test_a_complaint_is_closed_as_withdrawn_once_that_is_confirmed_in_writing() -> None:
    complaint = received(policy=POLICY)
    given = Given(complaint)
    given.refuses(closing("WITHDRAWN"), WithdrawalUnconfirmed, "outcome")
    given.refuses(lambda one: one.confirm_withdrawal(confirmed_on=day(2), today=TODAY), WithdrawalNotAsked)
    complaint.request_withdrawal(asked_on=day(1), today=TODAY)
    assert "CONFIRM_WITHDRAWAL" in [duty.code for duty in duties(complaint)]
    Given(complaint).refuses(closing("WITHDRAWN"), WithdrawalUnconfirmed, "outcome")
    Given(complaint).refuses(lambda one: one.request_withdrawal(asked_on=day(1), today=TODAY), WithdrawalAsked)
    complaint.confirm_withdrawal(confirmed_on=day(2), today=TODAY, reference=WORDS)

    Given(complaint).refuses(closing("UPHELD"), HeadsUndecided, "outcome")
    closing("WITHDRAWN")(complaint)

    assert (complaint.outcome, duties(complaint)) == ("WITHDRAWN", ())


def test_a_complaint_is_closed_as_out_of_scope_once_its_route_is_recorded() -> None:
    complaint = received()
    Given(complaint).refuses(closing("OUT_OF_SCOPE"), RouteMissing, "outcome")
    routing("EXCLUSION", head_id=named("head"))(complaint)
    Given(complaint).refuses(closing("OUT_OF_SCOPE"), RouteMissing, "outcome")
    routing("EXCLUSION")(complaint)
    closing("OUT_OF_SCOPE")(complaint)
    assert complaint.is_closed


def test_what_the_school_did_is_recorded_before_a_formal_complaint_is_closed_even_that_it_did_nothing() -> None:
    informal = decided_on(answered(in_stage("INFORMAL")))
    closing("RESOLVED_INFORMALLY")(informal)

    formal = decided_on(answered(in_stage("FORMAL"), resolved=True))
    refusal = Given(formal).refuses(closing("NOT_UPHELD"), DutiesOutstanding)
    assert (refusal.needs, refusal.clause) == (
        ("RECORD_ACTION_TAKEN",),
        "SI 2014/3283, Schedule, paragraph 33(j)",
    )
    Given(formal).when(acting("NONE")).then(("complaint.action_taken.v1", {"action": "NONE", "taken_on": day(5)}))
    closing("NOT_UPHELD")(formal)
    acting("APOLOGY")(formal)  # also afterwards
    Given(formal).refuses(acting("NONE"), ActionRecorded, "action")


# --- conduct, tags, referral


def test_conduct_is_managed_step_by_step_in_this_matter() -> None:
    complaint = received()
    step: dict[str, Any] = {"taken_on": day(3), "today": TODAY, "policy": TRUST}

    Given(complaint).refuses(
        lambda one: one.manage_conduct(step="COMMUNICATION_PLAN", **step), ReviewMissing, "review_on"
    )
    Given(complaint).refuses(lambda one: one.manage_conduct(step="STOP_RESPONDING", **step), PrerequisiteMissing)
    complaint.manage_conduct(step="WARNING", person=named("parent"), notes=WORDS, **step)
    complaint.manage_conduct(step="COMMUNICATION_PLAN", review_on=day(180), **step)
    complaint.manage_conduct(step="STOP_RESPONDING", **step)

    assert [(one.step, one.review_on) for one in complaint.conduct_steps] == [
        ("WARNING", None),
        ("COMMUNICATION_PLAN", day(180)),
        ("STOP_RESPONDING", None),
    ]
    assert not complaint.is_closed


def test_tags_are_said_anew_and_recorded_when_they_change() -> None:
    Given(received()).when(
        lambda one: one.tag_complaint(tags=("CAMPAIGN", "ANONYMOUS")),
        lambda one: one.tag_complaint(tags=("CAMPAIGN", "ANONYMOUS")),
        lambda one: one.tag_complaint(tags=()),
    ).then(("complaint.tagged.v1", {"tags": ("CAMPAIGN", "ANONYMOUS")}), ("complaint.tagged.v1", {"tags": ()}))
    Given(received()).refuses(lambda one: one.tag_complaint(tags=("BORING",)), UnknownCode, "tags")


def test_the_department_for_education_is_told_on_the_grounds_that_it_looks_at() -> None:
    complaint = received()
    values: dict[str, Any] = {"referral_id": named("referral"), "body": "DFE", "referred_on": day(3), "today": TODAY}
    Given(complaint).refuses(lambda one: one.refer_to_body(grounds=("HATE",), **values), UnknownCode, "grounds")
    complaint.refer_to_body(grounds=("PROCEDURE_NOT_FOLLOWED",), **values)
    Given(complaint).refuses(lambda one: one.refer_to_body(grounds=(), **values), IdentityTaken, "referral_id")
    complaint.record_referral_answer(referral_id=named("referral"), result="ADVICE", answered_on=day(9), today=TODAY)

    [referral] = complaint.referrals.values()
    assert (referral.grounds, referral.result) == (("PROCEDURE_NOT_FOLLOWED",), "ADVICE")


@pytest.mark.parametrize(
    "step",
    [
        lambda one: one.record_enquiry(made_on=day(1), complainant_told=True, today=TODAY),
        lambda one: one.tell_outcome(told_on=day(1), commissioner_named=True, today=TODAY),
    ],
    ids=["enquiry", "outcome"],
)
def test_the_steps_of_a_complaint_about_personal_data_belong_to_no_other(step: Callable[[Complaint], None]) -> None:
    Given(received()).refuses(step, NotAboutPersonalData)


def test_the_trusts_own_policy_asks_for_an_answer_and_for_findings_before_closing() -> None:
    complaint = decided_on(in_stage("FORMAL", policy=TRUST))
    acting("NONE")(complaint)
    refusal = Given(complaint).refuses(closing("NOT_UPHELD", policy=TRUST), DutiesOutstanding)
    assert refusal.needs == ("RESPOND_TO_COMPLAINT",)
    closing("WITHDRAWN", policy=TRUST)(withdrawn(complaint))
