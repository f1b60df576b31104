"""The disciplinary track of a staff breach: it follows a finding, waits on a hold, and nobody acts in it twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import policies
from domain.duties import duties
from domain.policy import parse_pack
from domain.refusals import (
    DatesOutOfOrder,
    DeciderIsSubject,
    DutiesOutstanding,
    MalformedValue,
    PrerequisiteMissing,
    RefusalCode,
    Refused,
)
from domain.sealed import Secret
from domain.staff_breach import StaffBreach
from domain.staff_breach_refusals import (
    AppealPending,
    BreachNotSubstantiated,
    FindingMissing,
    NotAWarning,
    NotGrossMisconduct,
    NotReferredToDisciplinary,
    SamePersonTwice,
    TrackOnHold,
    UnknownAppeal,
    UnknownBreachInvestigation,
    UnknownHold,
    UnknownSanction,
    WaitsByHoldAlone,
)
from domain.values import Override
from tests.domain.breaches import (
    DECIDER,
    INVESTIGATOR,
    OFFICER,
    advised,
    contacted,
    found,
    held,
    investigated,
    sanctioned,
    suspended,
)
from tests.domain.complaints import TODAY, day, named, reported
from tests.domain.recorded import recorded
from tests.support.scenario import Given

SHARP_LANE, WESTACRE, RIVINGTON = (
    parse_pack(policies.content(name), name) for name in ("sharp-lane", "westacre", "rivington")
)
SUBJECT = named("teacher")


def referred(breach: StaffBreach, **given: Any) -> None:
    breach.refer_to_disciplinary(referred_on=day(4), today=TODAY, **given)


def heard(breach: StaffBreach, **given: Any) -> None:
    breach.hold_hearing(held_on=day(5), attended=True, today=TODAY, **given)


def appealed(breach: StaffBreach, name: str = "appeal") -> None:
    breach.lodge_appeal(appeal_id=named(name), sanction_id=named("sanction"), lodged_on=day(6), today=TODAY)


def appeal_decided(breach: StaffBreach, result: str = "DISMISSED", **given: Any) -> None:
    breach.decide_appeal(
        **{
            "appeal_id": named("appeal"),
            "result": result,
            "decided_on": day(8),
            "officer": OFFICER,
            "today": TODAY,
            **given,
        }
    )


def completed(breach: StaffBreach, name: str = "investigation") -> None:
    breach.complete_investigation(investigation_id=named(name), completed_on=day(3), today=TODAY)


def through_appeal() -> StaffBreach:
    breach = reported()
    for step in (investigated, found, sanctioned, appealed):
        step(breach)
    return breach


@pytest.mark.obligation("S0-072")
def test_sharp_lane_closes_no_breach_that_was_not_fully_investigated() -> None:
    breach = advised()
    closing: Any = {"outcome": "NO_CASE", "closed_on": day(9), "today": TODAY, "policy": SHARP_LANE}
    given = Given(breach)
    refusal = given.refuses(lambda one: one.close(**closing), DutiesOutstanding)
    assert (refusal.needs, (refusal.clause or "")[-4:]) == (("INVESTIGATE_BREACH",), "L125")
    given.when(investigated)
    Given(breach).refuses(lambda one: one.close(**closing), DutiesOutstanding)
    completed(breach)
    breach.close(**closing)
    assert breach.is_closed


def test_an_investigation_hears_people_and_ends() -> None:
    breach = reported()
    given = Given(breach)
    interview: Any = {"investigation_id": named("investigation"), "side": "WITNESS", "today": TODAY}
    given.refuses(
        lambda one: one.record_interview(held_on=day(2), **interview), UnknownBreachInvestigation, "investigation_id"
    )
    investigated(breach)
    Given(breach).refuses(lambda one: one.record_interview(held_on=day(0), **interview), DatesOutOfOrder, "held_on")
    breach.record_interview(held_on=day(2), accompanied=True, person=named("witness"), **interview)
    completed(breach)
    Given(breach).refuses(completed, UnknownBreachInvestigation, "investigation_id")
    kept = recorded(breach)
    assert [(one.side, one.person, one.accompanied) for one in kept.interviews] == [("WITNESS", named("witness"), True)]
    assert kept.investigations[named("investigation")].completed_on == day(3)
    assert kept.tracks["DISCIPLINARY"].state == "OPEN"


@pytest.mark.obligation("S0-073", "S1-021", "S4-030", "S3-047")
@pytest.mark.parametrize("step", [referred, sanctioned, heard])
def test_the_procedure_and_its_sanctions_follow_a_finding(step: Callable[[StaffBreach], object]) -> None:
    refusal = Given(reported()).refuses(step, FindingMissing)
    assert refusal.code == RefusalCode.STEP_PREREQUISITE
    breach = reported()
    found(breach)
    referred(breach)
    step(breach)


@pytest.mark.obligation("S0-073")
def test_at_sharp_lane_the_procedure_is_for_where_a_breach_was_investigated_and_found() -> None:
    breach = reported()

    def lacking() -> tuple[str, ...]:
        return Given(breach).refuses(lambda one: referred(one, policy=SHARP_LANE), PrerequisiteMissing).needs

    found(breach, "UNFOUNDED")
    assert lacking() == ("INVESTIGATION_COMPLETE", "FINDING:SUBSTANTIATED")
    found(breach)
    assert lacking() == ("INVESTIGATION_COMPLETE",)
    investigated(breach)
    assert lacking() == ("INVESTIGATION_COMPLETE",)
    completed(breach)
    referred(breach, policy=SHARP_LANE)
    assert breach.disciplinary_referral is not None


def test_a_hearing_follows_the_referral() -> None:
    breach = reported()
    found(breach)
    Given(breach).refuses(heard, NotReferredToDisciplinary)


@pytest.mark.parametrize("finding", ["MALICIOUS", "FALSE", "UNSUBSTANTIATED", "UNFOUNDED"])
def test_gross_misconduct_is_found_only_where_the_allegation_is_substantiated(finding: str) -> None:
    given = Given(reported())
    given.refuses(lambda one: found(one, finding, gross=True), NotGrossMisconduct, "gross_misconduct")
    given.when(lambda one: found(one, finding)).then(
        (
            "staff_breach.finding_recorded.v1",
            {"finding": finding, "gross_misconduct": False, "found_on": day(3), "found_by": DECIDER},
        )
    )


@pytest.mark.obligation("S3-046", "S3-047")
@pytest.mark.parametrize("dismissal", ["DISMISSAL_WITH_NOTICE", "SUMMARY_DISMISSAL"])
def test_rivington_dismisses_nobody_before_a_finding_of_gross_misconduct(dismissal: str) -> None:
    breach = reported()
    found(breach)
    refusal = Given(breach).refuses(lambda one: sanctioned(one, dismissal, policy=RIVINGTON), PrerequisiteMissing)
    assert (refusal.needs, (refusal.clause or "")[-3:]) == (("GROSS_MISCONDUCT_FOUND",), "L80")
    sanctioned(breach, "FINAL_WRITTEN_WARNING", "warning", policy=RIVINGTON)
    found(breach, gross=True)
    sanctioned(breach, dismissal, policy=RIVINGTON)
    breach.close(outcome="DISMISSAL", closed_on=day(9), today=TODAY, policy=RIVINGTON)
    assert recorded(breach).is_dismissed


def test_an_override_of_that_is_kept_with_its_reason() -> None:
    breach = reported()
    found(breach)
    sanctioned(breach, "SUMMARY_DISMISSAL", policy=RIVINGTON, override=Secret("the trust decided"))
    [override] = breach.overrides
    assert override == Override("DISMISS", "GROSS_MISCONDUCT_FOUND", override.clause, Secret("the trust decided"))


@pytest.mark.obligation("S1-023")
@pytest.mark.parametrize(
    "sanction",
    [
        "NO_ACTION",
        "INFORMAL_ADVICE",
        "FIRST_WRITTEN_WARNING",
        "FINAL_WRITTEN_WARNING",
        "DISMISSAL_WITH_NOTICE",
        "SUMMARY_DISMISSAL",
        "OTHER",
    ],
)
def test_the_sanctions_reach_dismissal(sanction: str) -> None:
    breach = reported()
    found(breach)
    sanctioned(breach, sanction, policy=WESTACRE)
    assert recorded(breach).sanctions[named("sanction")].sanction == sanction
    assert recorded(breach).is_dismissed is ("DISMISSAL" in sanction)


def test_a_warning_becomes_spent_on_its_day_and_nothing_else_does() -> None:
    breach = reported()
    found(breach)
    given = Given(breach)
    given.refuses(lambda one: sanctioned(one, "NO_ACTION", spent_on=day(100)), NotAWarning, "spent_on")
    given.refuses(lambda one: sanctioned(one, spent_on=day(4)), DatesOutOfOrder, "spent_on")
    sanctioned(breach, spent_on=day(100))
    live = [len(recorded(breach).live_warnings(day(after))) for after in (5, 99, 100, 101)]
    assert live == [1, 1, 0, 0]


# --- appeals


def test_an_appeal_may_come_and_be_decided_after_the_case_is_closed() -> None:
    breach = reported()
    found(breach)
    sanctioned(breach, "DISMISSAL_WITH_NOTICE")
    breach.close(outcome="DISMISSAL", closed_on=day(6), today=TODAY)
    appealed(breach)
    Given(breach).refuses(lambda one: appealed(one, "second"), AppealPending, "sanction_id")
    appeal_decided(breach, "UPHELD")
    assert (recorded(breach).is_dismissed, recorded(breach).sanctions[named("sanction")].set_aside) == (False, True)
    Given(breach).refuses(lambda one: appealed(one, "third"), UnknownSanction, "sanction_id")
    Given(breach).refuses(appeal_decided, UnknownAppeal, "appeal_id")


def test_an_appeal_may_put_a_lesser_sanction_in_the_place_of_the_first() -> None:
    given = Given(through_appeal())
    given.refuses(lambda one: appeal_decided(one, "VARIED"), MalformedValue, "varied_to")
    given.refuses(lambda one: appeal_decided(one, "UPHELD", varied_to="NO_ACTION"), MalformedValue, "varied_to")
    given.refuses(
        lambda one: appeal_decided(one, "VARIED", varied_to="SUMMARY_DISMISSAL", policy=RIVINGTON), PrerequisiteMissing
    )
    given.when(lambda one: appeal_decided(one, "VARIED", varied_to="INFORMAL_ADVICE"))
    assert recorded(given.case).sanctions[named("sanction")].sanction == "INFORMAL_ADVICE"


# --- conflicts of interest


@pytest.mark.parametrize(
    ("decide", "refusal"),
    [
        (lambda one: investigated(one, "second", SUBJECT), DeciderIsSubject),
        (lambda one: investigated(one, "second", DECIDER), SamePersonTwice),
        (lambda one: sanctioned(one, name="second", decided_by=SUBJECT), DeciderIsSubject),
        (lambda one: sanctioned(one, name="second", decided_by=INVESTIGATOR), SamePersonTwice),
        (lambda one: appeal_decided(one, officer=SUBJECT), DeciderIsSubject),
        (lambda one: appeal_decided(one, officer=INVESTIGATOR), SamePersonTwice),
        (lambda one: appeal_decided(one, officer=DECIDER), SamePersonTwice),
        (lambda one: found(one, by=SUBJECT), DeciderIsSubject),
        (lambda one: sanctioned(one, name="second", by=SUBJECT), DeciderIsSubject),
    ],
    ids=range(9),
)
def test_investigator_decider_and_appeal_officer_are_different_people_and_none_the_subject(
    decide: Callable[[StaffBreach], object], refusal: type[Refused]
) -> None:
    breach = through_appeal()
    with pytest.raises(refusal) as found_:
        decide(breach)
    assert found_.value.code == RefusalCode.CONFLICT_OF_INTEREST


@pytest.mark.parametrize(
    "decide",
    [
        lambda one: investigated(one, "second", OFFICER),
        lambda one: sanctioned(one, name="second", decided_by=OFFICER),
    ],
    ids=["investigates", "decides"],
)
def test_who_decided_an_appeal_takes_no_other_part(decide: Callable[[StaffBreach], object]) -> None:
    breach = through_appeal()
    appeal_decided(breach)
    with pytest.raises(SamePersonTwice):
        decide(breach)


# --- the hold

DISCIPLINARY: list[Callable[[StaffBreach], object]] = [
    lambda one: investigated(one, "second"),
    lambda one: one.record_interview(
        investigation_id=named("investigation"), side="SUBJECT", held_on=day(2), today=TODAY
    ),
    completed,
    found,
    referred,
    heard,
    lambda one: sanctioned(one, name="second"),
    lambda one: appealed(one, "second"),
    appeal_decided,
    lambda one: one.set_track_state(track="DISCIPLINARY", state="CONCLUDED", set_on=day(1), today=TODAY),
]


@pytest.mark.parametrize("step", DISCIPLINARY, ids=range(len(DISCIPLINARY)))
def test_the_disciplinary_track_waits_where_a_body_says_so_until_the_hold_is_lifted(
    step: Callable[[StaffBreach], object],
) -> None:
    breach = through_appeal()
    referred(breach)
    held(breach)
    assert breach.tracks["DISCIPLINARY"].state == "WAITING"
    refusal = Given(breach).refuses(step, TrackOnHold)
    assert refusal.code == RefusalCode.ON_HOLD
    breach.lift_disciplinary_hold(hold_id=named("hold"), lifted_on=day(7), today=TODAY)
    assert breach.tracks["DISCIPLINARY"].state == "OPEN"
    if step is not DISCIPLINARY[7]:  # one appeal waits already
        step(breach)


def test_a_hold_does_not_keep_the_school_from_protecting_or_suspending() -> None:
    breach = reported()
    held(breach)
    contacted(breach, "LADO")
    suspended(breach)
    breach.set_track_state(track="SAFEGUARDING", state="WAITING", set_on=day(1), today=TODAY)
    assert [(one.track, one.state) for one in recorded(breach).tracks.values()] == [
        ("SAFEGUARDING", "WAITING"),
        ("DISCIPLINARY", "WAITING"),
        ("CRIMINAL", "NOT_STARTED"),
    ]


def test_the_track_waits_until_the_last_of_several_holds_is_lifted() -> None:
    breach = reported()
    held(breach)
    held(breach, "second")
    lift: Any = {"lifted_on": day(7), "today": TODAY}
    breach.lift_disciplinary_hold(hold_id=named("hold"), **lift)
    assert breach.is_on_hold
    Given(breach).refuses(lambda one: one.lift_disciplinary_hold(hold_id=named("hold"), **lift), UnknownHold, "hold_id")
    breach.lift_disciplinary_hold(hold_id=named("second"), **lift)
    assert recorded(breach).tracks["DISCIPLINARY"].state == "NOT_STARTED"


def test_the_disciplinary_track_is_said_to_wait_by_a_hold_alone() -> None:
    Given(reported()).refuses(
        lambda one: one.set_track_state(track="DISCIPLINARY", state="WAITING", set_on=day(1), today=TODAY),
        WaitsByHoldAlone,
        "state",
    )


def test_nothing_of_the_policy_is_owed_that_it_does_not_say() -> None:
    assert {duty.code for duty in duties(advised(), RIVINGTON)} == {"NO_POLICY_IN_FORCE"}


@pytest.mark.parametrize("finding", ["FALSE", "MALICIOUS", "UNFOUNDED", "UNSUBSTANTIATED"])
def test_whoever_was_not_found_to_have_done_it_is_advised_at_most(finding: str) -> None:
    # given
    breach = reported()
    investigated(breach)
    breach.complete_investigation(investigation_id=named("investigation"), completed_on=day(2), today=TODAY)
    found(breach, finding)

    # then
    for sanction in ("FINAL_WRITTEN_WARNING", "SUMMARY_DISMISSAL", "OTHER"):
        with pytest.raises(BreachNotSubstantiated):
            sanctioned(breach, sanction)

    # when
    sanctioned(breach, "INFORMAL_ADVICE")

    # then
    assert [one.sanction for one in breach.sanctions.values()] == ["INFORMAL_ADVICE"]
