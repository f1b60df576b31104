"""A correction of the record: one person asks for it, another decides, and both stand beside the record for ever."""

from __future__ import annotations

from typing import Any

import pytest

from domain.access import Role, may
from domain.case import Case
from domain.case_document import case_document
from domain.case_parts import Correction
from domain.complaint_refusals import DeciderIsComplainant
from domain.duties import Duty, duties
from domain.lifecycle_refusals import CorrectionDecided, DeciderIsRequester, UnknownCorrection, UnknownVersion
from domain.refusals import DatesOutOfOrder, DeciderIsSubject, EmptyText, FutureDate, IdentityTaken, UnknownItem
from domain.sealed import Secret
from tests.domain import complaints
from tests.domain.incidents import TODAY, WHY, closed, day, marked, named, with_item
from tests.domain.recorded import recorded
from tests.support.scenario import Given

TEXT = Secret("He was not there; it should read Tuesday.")
ASKED: dict[str, Any] = {"correction_id": named("correction"), "text": TEXT, "today": TODAY}
DECIDED: dict[str, Any] = {"correction_id": named("correction"), "today": TODAY}


def cases() -> list[Case]:
    """One case of each kind; of a complaint and a breach nobody is complained about."""
    return [
        with_item(),
        complaints.received(complaints.head(school=True)),
        complaints.reported(subject=None),
    ]


def asked(case: Any = None, **given: Any) -> Any:
    """A case of which a correction was asked for by a parent."""
    case = case or with_item()
    case.request_correction(**ASKED | {"requested_by": named("parent")} | given)
    return case


def owes(case: Case) -> bool:
    return "DECIDE_CORRECTION" in {duty.code for duty in duties(case)}


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.kind.value)
def test_a_request_is_recorded_and_owed_an_answer_until_somebody_else_approves_it(case: Any) -> None:
    kind = case.kind.lower()
    Given(case).when(lambda one: one.request_correction(**ASKED, version=1, by=named("clerk"))).then(
        (
            f"{kind}.correction_requested.v1",
            {
                "correction_id": named("correction"),
                "requested_on": TODAY,
                "requested_by": named("clerk"),
                "version": 1,
                "text": TEXT,
            },
        )
    )
    assert owes(case)
    Given(case).when(lambda one: one.approve_correction(**DECIDED, notes=WHY, by=named("head"))).then(
        (
            f"{kind}.correction_approved.v1",
            {
                "correction_id": named("correction"),
                "decided_on": TODAY,
                "decided_by": named("head"),
                "notes": WHY,
            },
        )
    )
    assert not owes(case)
    assert case.corrections == {
        named("correction"): Correction(
            named("correction"),
            TODAY,
            named("clerk"),
            item_id=None,
            version=1,
            text=TEXT,
            state="APPROVED",
            decided_on=TODAY,
            decided_by=named("head"),
            notes=WHY,
        )
    }


def test_a_rejected_request_stays_with_the_reason_and_both_days() -> None:
    incident = asked(item_id=named("item"), requested_on=day(2))
    assert Duty("DECIDE_CORRECTION", item_id=named("item")) in duties(incident)
    Given(incident).when(lambda one: one.reject_correction(**DECIDED, decided_on=day(5), reason=WHY)).then(
        (
            "incident.correction_rejected.v1",
            {"correction_id": named("correction"), "decided_on": day(5), "reason": WHY},
        )
    )
    [shown] = case_document(recorded(incident)).detail["corrections"]
    assert (shown["state"], shown["requested_on"], shown["decided_on"]) == ("REJECTED", str(day(2)), str(day(5)))
    assert not owes(incident)


def test_what_the_record_says_of_the_item_stands_whatever_is_decided_on_a_correction() -> None:
    incident = asked(item_id=named("item"))
    before = dict(incident.items)
    incident.approve_correction(**DECIDED)
    assert incident.items == before


def test_the_duty_does_not_stand_in_the_way_of_closing() -> None:
    incident = asked()
    incident.close(outcome="WARNING_ISSUED", closed_on=day(10), today=TODAY)
    assert owes(incident)
    assert not next(one for one in duties(incident) if one.code == "DECIDE_CORRECTION").before_closing


@pytest.mark.parametrize("case", [closed(), marked()], ids=["closed", "marked"])
def test_a_correction_is_asked_for_and_decided_whatever_state_the_case_is_in(case: Any) -> None:
    asked(case).approve_correction(**DECIDED)
    assert [one.state for one in case.corrections.values()] == ["APPROVED"]


@pytest.mark.parametrize("decide", ["approve", "reject"])
def test_neither_who_asked_nor_whom_the_case_is_about_decides(decide: str) -> None:
    reason = {"reason": WHY} if decide == "reject" else {}

    def decided_by(person: str) -> Any:
        return lambda one: getattr(one, f"{decide}_correction")(**DECIDED, **reason, by=named(person))

    incident = with_item("ALLEGATION:STAFF", about=(named("teacher"),))
    complaint = complaints.received(complaints.head(school=True), complainant=named("mother"))
    Given(asked(incident)).refuses(decided_by("parent"), DeciderIsRequester)
    Given(incident).refuses(decided_by("teacher"), DeciderIsSubject)
    Given(asked(complaint)).refuses(decided_by("mother"), DeciderIsComplainant)
    Given(asked(requested_by=None, by=named("clerk"))).refuses(decided_by("clerk"), DeciderIsRequester)


def test_whom_the_case_is_about_may_ask() -> None:
    incident = with_item("ALLEGATION:STAFF", about=(named("teacher"),))
    assert asked(incident, requested_by=None, by=named("teacher")).corrections


@pytest.mark.parametrize(
    ("given", "because", "field"),
    [
        ({"text": Secret(" ")}, EmptyText, "text"),
        ({"item_id": named("none")}, UnknownItem, "item_id"),
        ({"version": 0}, UnknownVersion, "version"),
        ({"version": 3}, UnknownVersion, "version"),
        ({"requested_on": TODAY.replace(year=2027)}, FutureDate, "requested_on"),
        ({"requested_on": day(-1)}, DatesOutOfOrder, "requested_on"),
    ],
)
def test_a_request_says_what_is_wrong_and_speaks_of_what_there_is(
    given: dict[str, Any], because: Any, field: str
) -> None:
    Given(with_item()).refuses(lambda one: one.request_correction(**ASKED | given), because, field)


def test_a_request_speaks_of_a_head_or_of_the_breach_too() -> None:
    complaint, breach = complaints.received(complaints.head(school=True)), complaints.reported()
    asked(complaint, item_id=complaints.named("head"))
    asked(breach, item_id=breach.id)
    assert owes(complaint)
    assert owes(breach)


def test_a_decision_is_taken_once_and_not_before_it_was_asked_for() -> None:
    Given(with_item()).refuses(lambda one: one.approve_correction(**DECIDED), UnknownCorrection, "correction_id")
    incident = asked(requested_on=day(3))
    Given(incident).refuses(lambda one: one.request_correction(**ASKED), IdentityTaken, "correction_id")
    Given(incident).refuses(
        lambda one: one.approve_correction(**DECIDED, decided_on=day(2)), DatesOutOfOrder, "decided_on"
    )
    Given(incident).refuses(
        lambda one: one.approve_correction(**DECIDED, decided_on=TODAY.replace(year=2027)), FutureDate, "decided_on"
    )
    Given(incident).refuses(lambda one: one.reject_correction(**DECIDED, reason=Secret("")), EmptyText, "reason")
    incident.approve_correction(**DECIDED)
    Given(incident).refuses(
        lambda one: one.reject_correction(**DECIDED, reason=WHY), CorrectionDecided, "correction_id"
    )


def test_staff_who_see_the_case_may_ask_and_not_decide() -> None:
    commands = ("RequestCorrection", "ApproveCorrection", "RejectCorrection")
    assert [may(Role.STAFF, command, "INCIDENT") for command in commands] == [True, False, False]
