"""The protection of children in a staff breach: never refused, routed apart, and what each school asks for first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import policies
from domain.duties import duties
from domain.policy import parse_pack
from domain.refusals import DatesOutOfOrder, DeciderIsSubject, DutiesOutstanding, EmptyText, Refused, UnknownCode
from domain.sealed import Secret
from domain.staff_breach import StaffBreach
from domain.staff_breach_records import Track
from domain.staff_breach_refusals import (
    AlreadySuspended,
    CriteriaMismatch,
    SuspensionConfirmed,
    UnknownBodyContact,
    UnknownSuspension,
)
from tests.domain.breaches import DECIDER, WHY, advised, contacted, found, held, suspended, with_details
from tests.domain.complaints import TODAY, day, named, reported
from tests.domain.recorded import recorded
from tests.support.scenario import Given, decided

WESTACRE = parse_pack(policies.content("westacre"), "westacre")
PARK_HALL = parse_pack(policies.content("park-hall"), "park-hall")


def disclosed(breach: StaffBreach, source: str = "PARENT", **given: Any) -> None:
    breach.record_disclosure(
        **{
            "disclosure_id": named("disclosure"),
            "source": source,
            "received_on": day(0),
            "received_by": named("head"),
            "words": WHY,
            "today": TODAY,
            **given,
        }
    )


def assessed(breach: StaffBreach, level: str = "MET", *criteria: str) -> None:
    breach.assess_harm_threshold(level=level, criteria=criteria, assessed_on=day(1), today=TODAY)


def advised_by_body(breach: StaffBreach, name: str = "contact") -> None:
    breach.record_body_advice(contact_id=named(name), advised_on=day(2), suspension="SUSPEND", advice=WHY, today=TODAY)


def owed(breach: StaffBreach) -> set[str]:
    return {duty.code for duty in duties(breach, WESTACRE)} - {"NO_POLICY_IN_FORCE"}


PROTECTION: list[Callable[[StaffBreach], object]] = [
    disclosed,
    lambda one: one.flag_for_safeguarding(flagged_on=day(1), today=TODAY),
    lambda one: assessed(one, "MET", "RISK_OF_HARM"),
    lambda one: contacted(one, "POLICE"),
    lambda one: contacted(one, "LADO"),
    lambda one: one.decide_not_to_refer(body="LADO", decided_on=day(1), reasons=WHY, today=TODAY),
    lambda one: one.inform_about_breach(role="DSL", informed_on=day(1), today=TODAY),
    lambda one: one.set_track_state(track="SAFEGUARDING", state="CONCLUDED", set_on=day(1), today=TODAY),
    lambda one: one.set_track_state(track="CRIMINAL", state="WAITING", set_on=day(1), today=TODAY),
]


def closed(breach: StaffBreach) -> None:
    breach.close(outcome="NO_CASE", closed_on=day(9), today=TODAY)


@pytest.mark.parametrize("protect", PROTECTION, ids=range(len(PROTECTION)))
@pytest.mark.parametrize(
    "before", [closed, held, lambda one: one.mark_not_reportable(reason=WHY)], ids=["closed", "on hold", "marked"]
)
def test_no_state_of_the_case_stands_in_the_way_of_protecting_a_child(
    protect: Callable[[StaffBreach], object], before: Callable[[StaffBreach], object]
) -> None:
    breach = advised()
    before(breach)
    events = len(decided(breach))
    protect(breach)
    assert len(decided(breach)) == events + 1


@pytest.mark.obligation("S1-035")
def test_a_disclosure_says_who_received_what_from_whom_and_when() -> None:
    breach = reported()
    given = Given(breach)
    given.refuses(lambda one: disclosed(one, words=Secret("")), EmptyText, "words")
    given.refuses(lambda one: disclosed(one, "CAT"), UnknownCode, "source")
    assert "RECORD_DISCLOSURE" in owed(breach)
    given.when(lambda one: disclosed(one, policy_reference=Secret("section 4"))).then(
        (
            "staff_breach.disclosure_recorded.v1",
            {
                "disclosure_id": named("disclosure"),
                "source": "PARENT",
                "received_on": day(0),
                "received_by": named("head"),
                "words": WHY,
                "policy_reference": Secret("section 4"),
            },
        )
    )
    assert "RECORD_DISCLOSURE" not in owed(breach)


@pytest.mark.obligation("S1-040")
def test_what_a_child_discloses_goes_to_safeguarding_and_not_into_a_plain_breach() -> None:
    told_by_parent, told_by_child = reported(), reported()
    disclosed(told_by_parent)
    disclosed(told_by_child, "CHILD")
    assert [recorded(one).is_safeguarding_concern for one in (told_by_parent, told_by_child)] == [False, True]
    assert recorded(told_by_child).tracks["SAFEGUARDING"] == Track("SAFEGUARDING", "OPEN")
    assert "INFORM_DSL" in owed(told_by_child) - owed(told_by_parent)


@pytest.mark.parametrize(
    ("breach", "is_concern"),
    [
        (with_details(breach_types=("SECURITY",)), False),
        pytest.param(
            with_details(breach_types=("GROOMING_RISK",)), True, marks=pytest.mark.obligation("S3-029"), id="grooming"
        ),
        pytest.param(
            with_details(breach_types=("SUITABILITY",)), True, marks=pytest.mark.obligation("S3-018"), id="suitability"
        ),
        (with_details(intake="PUPIL_DISCLOSURE"), True),
    ],
)
def test_some_breaches_concern_the_safety_of_children_by_what_they_are(breach: StaffBreach, is_concern: bool) -> None:
    assert recorded(breach).is_safeguarding_concern is is_concern


@pytest.mark.obligation("S0-048")
def test_a_breach_can_be_flagged_for_safeguarding_once() -> None:
    breach = reported()
    flag = PROTECTION[1]
    Given(breach).when(flag, flag).then(("staff_breach.flagged_for_safeguarding.v1", {"flagged_on": day(1)}))
    assert recorded(breach).is_safeguarding_concern


@pytest.mark.obligation("S3-011")
@pytest.mark.parametrize("criterion", ["HARMED_CHILD", "CRIMINAL_OFFENCE", "RISK_OF_HARM", "SUITABILITY"])
def test_the_harm_threshold_may_be_met_by_each_of_four_criteria(criterion: str) -> None:
    breach = reported()
    assessed(breach, "MET", criterion)
    assert recorded(breach).is_safeguarding_concern
    assert breach.threshold_assessments[-1].criteria == (criterion,)


@pytest.mark.parametrize("level", ["NOT_MET", "LOW_LEVEL"])
def test_below_the_harm_threshold_there_is_no_criterion(level: str) -> None:
    given = Given(reported())
    given.refuses(lambda one: assessed(one, level, "SUITABILITY"), CriteriaMismatch, "criteria")
    given.refuses(lambda one: assessed(one, "MET"), CriteriaMismatch, "criteria")
    given.when(lambda one: assessed(one, level))
    assert not given.case.is_safeguarding_concern


@pytest.mark.obligation("S1-036")
def test_the_lado_is_told_or_it_is_decided_not_to_and_why() -> None:
    breach = reported()
    disclosed(breach)
    assert "REFER_TO_LADO" in owed(breach)
    given = Given(breach)
    given.refuses(
        lambda one: one.decide_not_to_refer(body="LADO", decided_on=day(1), reasons=Secret(" "), today=TODAY),
        EmptyText,
        "reasons",
    )
    given.refuses(
        lambda one: one.decide_not_to_refer(
            body="LADO", decided_on=day(1), reasons=WHY, decided_by=named("teacher"), today=TODAY
        ),
        DeciderIsSubject,
    )
    given.when(PROTECTION[5]).then(
        ("staff_breach.decided_not_to_refer.v1", {"body": "LADO", "decided_on": day(1), "reasons": WHY})
    )
    assert "REFER_TO_LADO" not in owed(breach)
    referred = reported()
    disclosed(referred)
    contacted(referred)
    assert "REFER_TO_LADO" not in owed(referred)


@pytest.mark.parametrize("body", ["DBS", "TRA"])
def test_a_referral_to_the_dbs_or_the_tra_says_on_what_it_rests(body: str) -> None:
    given = Given(reported())
    given.refuses(
        lambda one: one.contact_body(contact_id=named("contact"), body=body, contacted_on=day(1), today=TODAY),
        EmptyText,
        "reasons",
    )
    assert not given.case.has_considered(body)
    contacted(given.case, body)
    assert given.case.has_considered(body)


@pytest.mark.obligation("S1-038")
def test_a_decision_not_to_contact_the_police_settles_that_they_come_first() -> None:
    breach = reported()
    Given(breach).when(contacted, advised_by_body)
    assert "CONTACT_POLICE_FIRST" in owed(breach)

    breach.decide_not_to_refer(body="POLICE", decided_on=day(1), reasons=WHY, today=TODAY)

    assert "CONTACT_POLICE_FIRST" not in owed(breach)


@pytest.mark.obligation("S1-037", "S1-038")
def test_the_lado_advises_on_suspension_and_that_the_police_came_first_or_did_not_shows() -> None:
    breach = reported()
    given = Given(breach)
    given.refuses(advised_by_body, UnknownBodyContact, "contact_id")
    given.when(contacted, advised_by_body)
    assert "CONTACT_POLICE_FIRST" in owed(breach)
    contacted(breach, "POLICE", "police")
    assert "CONTACT_POLICE_FIRST" not in owed(breach)
    assert [name for name, _ in decided(breach)[1:]] == [
        "staff_breach.body_contacted.v1",
        "staff_breach.body_advised.v1",
        "staff_breach.body_contacted.v1",
    ]
    lado = recorded(breach).body_contacts[named("contact")]
    assert (lado.advised_on, lado.suspension, lado.advice is not None) == (day(2), "SUSPEND", True)


@pytest.mark.obligation("S1-039")
def test_a_suspension_is_decided_confirmed_and_ended_apart_from_any_finding() -> None:
    breach = reported()
    given = Given(breach)
    confirm: Any = {"suspension_id": named("suspension"), "confirmed_on": day(3), "today": TODAY}
    given.refuses(lambda one: one.confirm_suspension(**confirm), UnknownSuspension, "suspension_id")
    given.refuses(lambda one: suspended(one, decided_by=named("teacher")), DeciderIsSubject)
    given.refuses(lambda one: suspended(one, reasons=Secret("")), EmptyText, "reasons")
    given.refuses(lambda one: suspended(one, alternatives=("HOLIDAY",)), UnknownCode, "alternatives")
    given.when(
        lambda one: suspended(one, alternatives=("ASSISTANT_PRESENT",)),
        lambda one: one.confirm_suspension(**confirm, contact_person=named("contact")),
        lambda one: one.end_suspension(suspension_id=named("suspension"), ended_on=day(9), today=TODAY),
    ).then(
        (
            "staff_breach.suspension_decided.v1",
            {
                "suspension_id": named("suspension"),
                "suspended": True,
                "decided_on": day(2),
                "decided_by": DECIDER,
                "alternatives": ("ASSISTANT_PRESENT",),
                "reasons": WHY,
            },
        ),
        (
            "staff_breach.suspension_confirmed.v1",
            {
                "suspension_id": named("suspension"),
                "confirmed_on": day(3),
                "contact_person": named("contact"),
            },
        ),
        ("staff_breach.suspension_ended.v1", {"suspension_id": named("suspension"), "ended_on": day(9)}),
    )
    assert (recorded(breach).is_suspended, recorded(breach).findings) == (False, ())


@pytest.mark.parametrize(
    ("again", "refusal"),
    [
        (lambda one: suspended(one, "second"), AlreadySuspended),
        (
            lambda one: one.confirm_suspension(suspension_id=named("suspension"), confirmed_on=day(4), today=TODAY),
            SuspensionConfirmed,
        ),
        (
            lambda one: one.end_suspension(suspension_id=named("suspension"), ended_on=day(1), today=TODAY),
            DatesOutOfOrder,
        ),
    ],
    ids=["suspended", "confirmed", "ended before"],
)
def test_somebody_is_suspended_once_at_a_time(again: Callable[[StaffBreach], object], refusal: type[Refused]) -> None:
    breach = reported()
    suspended(breach)
    breach.confirm_suspension(suspension_id=named("suspension"), confirmed_on=day(3), today=TODAY)
    with pytest.raises(refusal):
        again(breach)


@pytest.mark.obligation("S1-037")
def test_a_suspension_before_the_advice_is_recorded_and_leaves_it_to_be_had() -> None:
    before, after = reported(), reported()
    suspended(before, policy=WESTACRE)
    contacted(after)
    advised_by_body(after)
    suspended(after, policy=WESTACRE)
    assert ("SEEK_LADO_ADVICE" in owed(before), "SEEK_LADO_ADVICE" in owed(after)) == (True, False)


def test_who_decides_with_reasons_not_to_ask_the_lado_is_not_asked_for_the_advice_again() -> None:
    breach = reported()
    suspended(breach, policy=WESTACRE)
    breach.decide_not_to_refer(body="LADO", decided_on=day(3), decided_by=DECIDER, reasons=WHY, today=TODAY)
    assert "SEEK_LADO_ADVICE" not in owed(breach)


def test_not_to_suspend_is_a_decision_too() -> None:
    breach = reported()
    suspended(breach, suspended=False, policy=WESTACRE)
    assert (breach.is_suspended, len(breach.suspensions)) == (False, 1)
    assert "SEEK_LADO_ADVICE" not in owed(breach)


def test_conduct_that_may_be_a_crime_is_reported_to_the_police_before_closing_at_park_hall() -> None:
    breach = advised()
    assessed(breach, "MET", "CRIMINAL_OFFENCE")
    closing: Any = {"outcome": "NO_CASE", "closed_on": day(9), "today": TODAY, "policy": PARK_HALL}
    refusal = Given(breach).refuses(lambda one: one.close(**closing), DutiesOutstanding)
    assert refusal.needs == ("REFER_TO_POLICE",)
    contacted(breach, "POLICE")
    breach.close(**closing)
    assert breach.is_closed


def test_whether_the_law_forbids_naming_the_teacher_is_said_and_may_change() -> None:
    breach = reported()
    for applies in (True, False):
        breach.set_reporting_restriction(applies=applies, from_on=day(1), today=TODAY)
        assert breach.reporting_restriction is not None
        assert breach.reporting_restriction.applies is applies


def test_a_suspension_and_a_finding_do_not_touch_each_other() -> None:
    breach = reported()
    suspended(breach)
    found(breach, "UNFOUNDED")
    assert (breach.is_suspended, breach.is_gross_misconduct) == (True, False)
