"""A complaint goes by the stages of its policy in their order, and of the law where the policy has none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import policies
from domain.case_actions import CaseAction
from domain.complaint import Complaint
from domain.complaint_ladder import stages_of
from domain.complaint_refusals import (
    AlreadyAcknowledged,
    AnswerNotInWriting,
    ClockRunning,
    ClockStopped,
    DeciderIsComplainant,
    NoStagesInProcess,
    NothingToEscalate,
    ProcessUnderWay,
    StageNotInProcedure,
    StageNotOpen,
    StagePassed,
    StageStillOpen,
)
from domain.duties import duties
from domain.offered import offered
from domain.policy import PolicyPack, parse_pack
from domain.refusals import (
    DatesOutOfOrder,
    DeciderIsSubject,
    EmptyText,
    FutureDate,
    PrerequisiteMissing,
    RefusalCode,
    Refused,
    UnknownCode,
)
from domain.sealed import Secret
from domain.values import Override
from tests.domain.complaints import TODAY, WORDS, answered, day, in_stage, named, received
from tests.support.scenario import Given

PARK_HALL = parse_pack(policies.content("park-hall"))
LAW = "SI 2014/3283, Schedule, paragraph 33"
L63 = f"{PARK_HALL.school}, {PARK_HALL.name} ({PARK_HALL.version}), L63"


def starting(stage: str, policy: PolicyPack | None = None, **given: Any) -> Callable[[Complaint], None]:
    return lambda one: one.start_stage(
        **{"stage": stage, "started_on": day(3), "today": TODAY, "policy": policy, **given}
    )


# --- the stages of a procedure


@pytest.mark.parametrize(
    ("pack", "stages"),
    [
        (None, ["INFORMAL", "FORMAL", "PANEL"]),
        ("libra", ["INFORMAL", "FORMAL", "PANEL"]),
        ("park-hall", ["CLASS_TEACHER", "PHASE_LEADER", "FORMAL", "PANEL"]),
        ("trust-standard", ["INFORMAL", "FORMAL", "PANEL"]),
    ],
)
def test_the_laws_own_stages_follow_where_a_policy_has_none_of_a_form(pack: str | None, stages: list[str]) -> None:
    listed = stages_of(parse_pack(policies.content(pack)) if pack else None)
    assert [stage.code for stage in listed] == stages
    assert [stage.form.value for stage in listed][-2:] == ["FORMAL", "PANEL"]


@pytest.mark.obligation("S4-023", "S4-024")
def test_the_phase_leader_comes_after_the_class_teacher_did_not_resolve_it() -> None:
    complaint = received()
    given = Given(complaint)

    refusal = given.refuses(starting("PHASE_LEADER", PARK_HALL), PrerequisiteMissing)
    assert (refusal.code, refusal.clause, refusal.needs) == (
        RefusalCode.STEP_PREREQUISITE,
        L63,
        ("STAGE_UNRESOLVED:CLASS_TEACHER",),
    )
    complaint.start_stage(stage="CLASS_TEACHER", started_on=day(0), today=TODAY, policy=PARK_HALL)
    Given(complaint).refuses(starting("PHASE_LEADER", PARK_HALL), StageStillOpen)
    answered(complaint)
    assert [duty.code for duty in duties(complaint, PARK_HALL)][-1] == "START_STAGE"

    Given(complaint).when(starting("PHASE_LEADER", PARK_HALL)).then(
        ("complaint.stage_started.v1", {"stage": "PHASE_LEADER", "form": "INFORMAL", "started_on": day(3)})
    )
    assert "START_STAGE" not in [duty.code for duty in duties(complaint, PARK_HALL)]


@pytest.mark.obligation("S4-024")
def test_a_concern_that_the_class_teacher_resolved_goes_no_further_unless_the_complainant_asks() -> None:
    complaint = received()
    complaint.start_stage(stage="CLASS_TEACHER", started_on=day(0), today=TODAY, policy=PARK_HALL)
    answered(complaint, resolved=True)

    Given(complaint).refuses(starting("PHASE_LEADER", PARK_HALL), PrerequisiteMissing)
    assert CaseAction.START_STAGE not in offered(complaint, PARK_HALL)
    complaint.request_escalation(requested_on=day(2), today=TODAY)

    assert CaseAction.START_STAGE in offered(complaint, PARK_HALL)
    starting("PHASE_LEADER", PARK_HALL)(complaint)


def test_a_stage_is_skipped_with_a_reason_and_the_record_says_so() -> None:
    Given(received()).when(starting("PHASE_LEADER", PARK_HALL, override=WORDS)).then(
        (
            "complaint.requirement_overridden.v1",
            {
                "step": "START_STAGE",
                "requirement": "STAGE_UNRESOLVED:CLASS_TEACHER",
                "clause": L63,
                "override": WORDS,
            },
        ),
        ("complaint.stage_started.v1", {"stage": "PHASE_LEADER", "form": "INFORMAL", "started_on": day(3)}),
    )
    Given(received()).refuses(starting("PHASE_LEADER", PARK_HALL, override=Secret(" ")), EmptyText, "override")


def test_a_stage_that_was_skipped_is_not_gone_back_to() -> None:
    complaint = received()
    starting("PHASE_LEADER", PARK_HALL, override=WORDS)(complaint)
    answered(complaint, responded_on=day(4))

    Given(complaint).refuses(starting("CLASS_TEACHER", PARK_HALL, started_on=day(5)), StagePassed, "stage")
    assert complaint.overrides == (Override("START_STAGE", "STAGE_UNRESOLVED:CLASS_TEACHER", L63, WORDS),)


def test_without_a_policy_the_law_says_what_comes_first() -> None:
    refusal = Given(received()).refuses(starting("FORMAL"), PrerequisiteMissing)
    assert (refusal.clause, refusal.needs) == (f"{LAW}(e)", ("STAGE_UNRESOLVED:INFORMAL",))
    refusal = Given(answered(in_stage("INFORMAL"))).refuses(starting("PANEL", PARK_HALL), PrerequisiteMissing)
    assert (refusal.clause, refusal.needs) == (f"{LAW}(f)", ("STAGE_UNRESOLVED:FORMAL",))


@pytest.mark.parametrize(
    ("given", "refusal", "field"),
    [
        ({"stage": "TRIBUNAL"}, UnknownCode, "stage"),
        ({"stage": "PHASE_LEADER"}, StageNotInProcedure, "stage"),
        ({"started_on": day(47)}, FutureDate, "started_on"),
        ({"started_on": day(-1)}, DatesOutOfOrder, "started_on"),
    ],
)
def test_a_stage_that_breaks_a_rule_is_refused(given: dict[str, Any], refusal: type[Refused], field: str) -> None:
    Given(received()).refuses(starting(**{"stage": "INFORMAL", **given}), refusal, field)


def test_a_stage_begins_after_the_one_before_it_was_answered() -> None:
    complaint = answered(in_stage("INFORMAL"), responded_on=day(4))
    Given(complaint).refuses(starting("FORMAL"), DatesOutOfOrder, "started_on")


# --- within a stage


def test_a_formal_stage_is_answered_in_writing_and_an_informal_one_need_not_be() -> None:
    complaint = answered(in_stage("INFORMAL"), in_writing=False)
    starting("FORMAL")(complaint)
    Given(complaint).refuses(
        lambda one: answered(one, in_writing=False, responded_on=day(4)), AnswerNotInWriting, "in_writing"
    )

    Given(complaint).when(
        lambda one: answered(one, responded_on=day(4), responded_by=named("head"), response=WORDS)
    ).then(
        (
            "complaint.stage_answered.v1",
            {
                "stage": "FORMAL",
                "resolved": False,
                "in_writing": True,
                "responded_on": day(4),
                "responded_by": named("head"),
                "response": WORDS,
            },
        )
    )


@pytest.mark.obligation("S0-015")
@pytest.mark.parametrize(("person", "refusal"), [("teacher", DeciderIsSubject), ("parent", DeciderIsComplainant)])
def test_nobody_whom_it_is_about_and_nobody_who_complains_investigates_answers_or_decides(
    person: str, refusal: type[Refused]
) -> None:
    complaint = in_stage("FORMAL", received(complainant=named("parent")))
    given, who = Given(complaint), named(person)

    given.refuses(
        lambda one: one.appoint_investigator(investigator=who, appointed_on=day(2), today=TODAY),
        refusal,
        "investigator",
    )
    given.refuses(lambda one: answered(one, responded_by=who), refusal, "responded_by")
    given.refuses(lambda one: answered(one, by=who), refusal)
    decision = {"head_id": named("head"), "outcome": "UPHELD", "decided_on": day(3), "today": TODAY}
    given.refuses(lambda one: one.decide_head(**decision, decided_by=who), refusal, "decided_by")
    given.refuses(lambda one: one.decide_head(**decision, by=who), refusal)
    given.refuses(lambda one: one.assign(owner=who), refusal)
    given.refuses(
        lambda one: one.close(outcome="UPHELD", closed_on=day(3), today=TODAY, by=who, override=WORDS), refusal
    )


def test_investigators_are_appointed_for_the_open_stage_once_each() -> None:
    complaint = in_stage("FORMAL")
    appoint: dict[str, Any] = {"investigator": named("deputy"), "appointed_on": day(2), "today": TODAY}

    Given(complaint).when(
        lambda one: one.appoint_investigator(**appoint), lambda one: one.appoint_investigator(**appoint)
    ).then(
        (
            "complaint.investigator_appointed.v1",
            {"stage": "FORMAL", "investigator": named("deputy"), "appointed_on": day(2)},
        )
    )
    Given(received()).refuses(lambda one: one.appoint_investigator(**appoint), StageNotOpen)


def test_a_stage_is_extended_to_a_later_day_with_a_reason() -> None:
    extension: dict[str, Any] = {
        "until_on": day(30),
        "extended_on": day(3),
        "complainant_told": True,
        "reason": WORDS,
        "today": TODAY,
    }
    Given(received()).refuses(lambda one: one.extend_stage(**extension), StageNotOpen)
    given = Given(in_stage("FORMAL"))
    given.refuses(lambda one: one.extend_stage(**extension | {"until_on": day(2)}), DatesOutOfOrder, "until_on")
    given.refuses(lambda one: one.extend_stage(**extension | {"reason": Secret("")}), EmptyText, "reason")
    given.when(lambda one: one.extend_stage(**extension)).then(
        (
            "complaint.stage_extended.v1",
            {"stage": "FORMAL", "until_on": day(30), "extended_on": day(3), "complainant_told": True, "reason": WORDS},
        )
    )


def test_the_clock_is_stopped_and_set_running_in_turn() -> None:
    complaint = received()
    given = Given(complaint)
    pause: dict[str, Any] = {"paused_on": day(2), "reason": WORDS, "today": TODAY}
    resume: dict[str, Any] = {"resumed_on": day(5), "reason": WORDS, "today": TODAY}

    given.refuses(lambda one: one.resume_clock(**resume), ClockRunning)
    complaint.pause_clock(**pause)
    Given(complaint).refuses(lambda one: one.pause_clock(**pause), ClockStopped)
    Given(complaint).refuses(
        lambda one: one.resume_clock(**resume | {"resumed_on": day(1)}), DatesOutOfOrder, "resumed_on"
    )
    complaint.resume_clock(**resume)

    assert [(one.paused_on, one.resumed_on) for one in complaint.pauses] == [(day(2), day(5))]
    Given(complaint).refuses(lambda one: one.pause_clock(**pause), DatesOutOfOrder, "paused_on")


def test_the_next_stage_is_asked_for_once_after_an_answer() -> None:
    complaint = in_stage("INFORMAL")
    asked: dict[str, Any] = {"requested_on": day(2), "today": TODAY}
    Given(complaint).refuses(lambda one: one.request_escalation(**asked), NothingToEscalate)
    answered(complaint)

    Given(complaint).when(lambda one: one.request_escalation(**asked)).then(
        ("complaint.escalation_requested.v1", {"stage": "INFORMAL", "requested_on": day(2)})
    )
    Given(complaint).refuses(lambda one: one.request_escalation(**asked), NothingToEscalate)


def test_a_complaint_is_acknowledged_once() -> None:
    complaint = received()
    told: dict[str, Any] = {"acknowledged_on": day(1), "means": "EMAIL", "today": TODAY}
    Given(complaint).when(lambda one: one.acknowledge_complaint(**told, notes=WORDS)).then(
        ("complaint.acknowledged.v1", {"acknowledged_on": day(1), "means": "EMAIL", "notes": WORDS})
    )
    Given(complaint).refuses(lambda one: one.acknowledge_complaint(**told), AlreadyAcknowledged)


# --- personal data


def test_a_complaint_about_personal_data_has_no_stages_and_ends_with_the_commissioner_named() -> None:
    complaint = received(policy=None)
    complaint.choose_process(process="DATA_PROTECTION")
    Given(complaint).refuses(starting("INFORMAL"), NoStagesInProcess)
    assert CaseAction.START_STAGE not in offered(complaint)
    assert {"COMMUNICATE_OUTCOME"} <= {duty.code for duty in duties(complaint) if duty.before_closing}

    complaint.record_enquiry(made_on=day(3), complainant_told=True, today=TODAY)
    complaint.tell_outcome(told_on=day(9), commissioner_named=False, today=TODAY)
    assert "SIGNPOST_COMMISSIONER" in [duty.code for duty in duties(complaint)]
    complaint.tell_outcome(told_on=day(10), commissioner_named=True, today=TODAY)
    complaint.decide_head(head_id=named("head"), outcome="NOT_UPHELD", decided_on=day(9), today=TODAY)

    Given(complaint).refuses(lambda one: one.choose_process(process="SCHOOL"), ProcessUnderWay)
    complaint.close(outcome="NOT_UPHELD", closed_on=day(11), today=TODAY)
    assert complaint.is_closed
