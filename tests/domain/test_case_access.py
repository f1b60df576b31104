"""Who is let into one case: granted and ended, opened in an emergency, and judged by somebody else (F057, F098)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from domain.access_refusals import (
    AccessOver,
    EmergencyReviewed,
    EndMissing,
    EndPassed,
    EndTooFar,
    GrantedToOneself,
    GrantedToSubject,
    GrantRunning,
    NobodyToAlert,
    NoPanelOfThisKind,
    NotAnEmergency,
    ReviewedByOpener,
    TooLong,
    UnknownGrant,
)
from domain.case import Case
from domain.case_document import case_document
from domain.case_parts import AccessGrant
from domain.complaint_refusals import DeciderIsComplainant, PanelMemberInvolved
from domain.duties import Duty, duties
from domain.involvement import involved_in
from domain.refusals import DeciderIsSubject, EmptyText, IdentityTaken, MalformedValue, UnknownCode
from domain.sealed import Secret
from tests.domain import complaints
from tests.domain.access import AT, GRANT, HOUR, OPENING, REVIEW, WHY, cases, granted, opened
from tests.domain.complaints import members, named
from tests.domain.incidents import closed, marked, with_item
from tests.domain.recorded import MORNING, recorded
from tests.support.scenario import Given

BLANK = Secret(" ")


def kind_of(case: Case) -> str:
    return case.kind.lower()


def _grant(given: dict[str, Any], case: Any) -> None:
    case.grant_access(**given)


def _judge(given: dict[str, Any], case: Any) -> None:
    case.review_emergency_access(**given)


def owed(case: Case) -> list[Duty]:
    return [duty for duty in duties(case) if duty.code == "REVIEW_EMERGENCY_ACCESS"]


# --- grants


@pytest.mark.parametrize("case", cases(), ids=kind_of)
def test_a_grant_and_its_end_are_history_and_stand_with_the_case(case: Any) -> None:
    kind, until = kind_of(case), AT + HOUR

    Given(case).when(lambda one: one.grant_access(**GRANT, until=until, by=named("head"))).then(
        (
            f"{kind}.access_granted.v1",
            {
                "grant_id": named("grant"),
                "person": named("deputy"),
                "role": "INVESTIGATOR",
                "until": until,
                "reason": WHY,
            },
        )
    )
    Given(case).when(lambda one: one.end_access(grant_id=named("grant"), reason=WHY, by=named("head"))).then(
        (f"{kind}.access_ended.v1", {"grant_id": named("grant"), "reason": WHY})
    )

    kept = recorded(case)
    [grant] = kept.access_grants.values()
    assert grant == AccessGrant(
        named("grant"),
        named("deputy"),
        "INVESTIGATOR",
        since=MORNING,
        until=until,
        reason=grant.reason,
        ended_at=MORNING,
        end_reason=grant.end_reason,
    )
    [shown] = case_document(kept).detail["access_grants"]
    assert (shown["person"], shown["role"], shown["until"]) == (
        str(named("deputy")),
        "INVESTIGATOR",
        "2026-10-30T10:30:00Z",
    )


@pytest.mark.parametrize("case", [closed(), marked()], ids=["closed", "marked"])
def test_people_are_let_in_whatever_state_the_case_is_in(case: Any) -> None:
    granted(case).end_access(grant_id=named("grant"), reason=WHY)
    assert [grant.runs(AT) for grant in case.access_grants.values()] == [False]


def test_an_instant_is_kept_in_utc_however_it_was_given() -> None:
    summer = timezone(timedelta(hours=1))
    case = granted(with_item(), until=datetime(2026, 10, 30, 12, tzinfo=summer))
    [grant] = recorded(case).access_grants.values()
    assert (grant.until, grant.until and grant.until.tzinfo) == (datetime(2026, 10, 30, 11, tzinfo=UTC), UTC)


@pytest.mark.parametrize(
    ("given", "because", "field"),
    [
        ({"role": "HEADTEACHER"}, UnknownCode, "role"),
        ({"role": "EMERGENCY"}, UnknownCode, "role"),
        ({"reason": BLANK}, EmptyText, "reason"),
        ({"until": AT}, EndPassed, "until"),
        ({"until": datetime(2026, 10, 31)}, MalformedValue, "until"),  # noqa: DTZ001 - what is refused
        ({"role": "EXAMINER"}, EndMissing, "until"),
        ({"role": "EXAMINER", "until": AT + timedelta(days=30, seconds=1)}, EndTooFar, "until"),
        ({"role": "EXAMINER", "until": AT + HOUR, "reason": BLANK}, EmptyText, "reason"),
        ({"role": "PANEL"}, NoPanelOfThisKind, "role"),
        ({"by": named("deputy")}, GrantedToOneself, "person"),
    ],
)
def test_what_cannot_be_granted_is_refused_by_its_field(given: dict[str, Any], because: Any, field: str) -> None:
    Given(with_item()).refuses(lambda one: one.grant_access(**GRANT | given), because, field)


def test_an_examination_of_thirty_days_is_the_longest() -> None:
    until = AT + timedelta(days=30)
    [grant] = granted(with_item(), role="EXAMINER", until=until).access_grants.values()
    assert grant.until == until


@pytest.mark.parametrize("role", ["INVESTIGATOR", "PANEL", "WITNESS", "EXAMINER"])
def test_whom_the_case_is_about_is_given_nothing(role: str) -> None:
    about = complaints.received()
    given = GRANT | {"person": named("teacher"), "role": role, "until": AT + HOUR}
    targeted = with_item("ALLEGATION:STAFF", about=(named("teacher"),))

    Given(about).refuses(lambda one: one.grant_access(**given), GrantedToSubject, "person")
    Given(complaints.reported()).refuses(lambda one: one.grant_access(**given), GrantedToSubject, "person")
    Given(targeted).refuses(lambda one: one.grant_access(**given), GrantedToSubject, "person")


def test_nor_do_they_say_who_is_let_in_or_whose_access_ends() -> None:
    case = granted(with_item("ALLEGATION:STAFF", about=(named("teacher"),)))
    teacher = {"by": named("teacher")}
    Given(case).refuses(
        lambda one: one.grant_access(**GRANT | teacher | {"grant_id": named("other")}), DeciderIsSubject
    )
    Given(case).refuses(
        lambda one: one.end_access(grant_id=named("grant"), reason=WHY, by=named("teacher")), DeciderIsSubject
    )


def test_who_complains_may_be_heard_and_looks_into_nothing() -> None:
    complaint = complaints.received(complainant=named("mother"))
    for role in ("INVESTIGATOR", "EXAMINER"):
        given = GRANT | {"person": named("mother"), "role": role, "until": AT + HOUR}
        Given(complaint).refuses(partial(_grant, given), DeciderIsComplainant)
    assert granted(complaint, person=named("mother"), role="WITNESS").access_grants


def test_nobody_sits_on_a_panel_who_had_to_do_with_the_matter() -> None:
    complaint = complaints.received()
    complaint.assign(owner=named("runs it"))
    for person, involved in ((named("runs it"), frozenset[UUID]()), (named("else"), frozenset({named("else")}))):
        given = GRANT | {"role": "PANEL", "person": person, "involved": involved}
        Given(complaint).refuses(partial(_grant, given), PanelMemberInvolved, "person")


@pytest.mark.parametrize("role", ["INVESTIGATOR", "WITNESS"])
def test_who_was_let_in_to_look_into_it_is_kept_off_the_panel_ever_after(role: str) -> None:
    complaint = granted(complaints.in_stage("PANEL"), role=role, person=named("director"))
    complaint.end_access(grant_id=named("grant"), reason=WHY)

    assert named("director") in involved_in(complaint)
    sits = GRANT | {"grant_id": named("other"), "role": "PANEL", "person": named("director")}
    Given(complaint).refuses(lambda one: one.grant_access(**sits), PanelMemberInvolved, "person")
    Given(complaint).refuses(
        lambda one: one.appoint_panel(
            members=members("governor", "director", "stranger"),
            appointed_on=complaints.day(2),
            today=complaints.TODAY,
        ),
        PanelMemberInvolved,
        "members",
    )


def test_who_hears_the_complaint_does_not_look_into_it_meanwhile() -> None:
    complaint = granted(complaints.received(), role="PANEL", until=AT + HOUR)
    other = GRANT | {"grant_id": named("other")}
    Given(complaint).refuses(lambda one: one.grant_access(**other), PanelMemberInvolved, "person")
    assert named("deputy") not in involved_in(complaint)


def test_what_runs_is_not_granted_twice_and_what_ran_out_or_was_ended_is_granted_anew() -> None:
    case = granted(with_item(), until=AT + HOUR)
    again = GRANT | {"grant_id": named("again")}
    Given(case).refuses(lambda one: one.grant_access(**again), GrantRunning, "person")
    Given(case).refuses(lambda one: one.grant_access(**GRANT), IdentityTaken, "grant_id")
    assert granted(case, grant_id=named("beside"), role="WITNESS").access_grants

    granted(case, grant_id=named("again"), now=AT + HOUR)
    case.end_access(grant_id=named("again"), reason=WHY)
    granted(case, grant_id=named("third"), now=AT + HOUR)
    assert [grant.runs(AT + HOUR) for grant in case.access_grants.values()] == [False, True, False, True]


def test_only_what_is_there_and_has_not_been_ended_is_ended() -> None:
    case = granted(with_item())
    Given(case).refuses(lambda one: one.end_access(grant_id=named("none"), reason=WHY), UnknownGrant, "grant_id")
    Given(case).refuses(lambda one: one.end_access(grant_id=named("grant"), reason=BLANK), EmptyText, "reason")
    case.end_access(grant_id=named("grant"), reason=WHY)
    Given(case).refuses(lambda one: one.end_access(grant_id=named("grant"), reason=WHY), AccessOver, "grant_id")


# --- emergencies


@pytest.mark.parametrize("case", cases(), ids=kind_of)
def test_an_emergency_is_recorded_with_its_reason_its_end_and_who_is_alerted_and_a_review_is_owed(case: Any) -> None:
    kind = kind_of(case)

    Given(case).when(lambda one: one.open_in_emergency(**OPENING)).then(
        (
            f"{kind}.access_opened.v1",
            {
                "grant_id": named("emergency"),
                "person": named("opener"),
                "role_held": "hr",
                "until": AT + HOUR,
                "alerted": (named("officer"),),
                "reason": OPENING["reason"],
            },
        )
    )
    assert owed(case) == [Duty("REVIEW_EMERGENCY_ACCESS", item_id=named("emergency"))]

    Given(case).when(
        lambda one: one.review_emergency_access(**REVIEW | {"was_justified": False}, notes=WHY, by=named("officer"))
    ).then(
        (
            f"{kind}.access_reviewed.v1",
            {"grant_id": named("emergency"), "was_justified": False, "notes": WHY},
        )
    )
    assert owed(case) == []


def test_a_review_ends_what_is_left_of_the_access() -> None:
    case = opened(with_item())
    now = AT + timedelta(minutes=5)

    Given(case).when(lambda one: one.review_emergency_access(**REVIEW | {"now": now})).then(
        ("incident.access_ended.v1", {"grant_id": named("emergency")}),
        ("incident.access_reviewed.v1", {"grant_id": named("emergency"), "was_justified": True}),
    )

    assert [grant.runs(now) for grant in case.access_grants.values()] == [False]


@pytest.mark.parametrize(
    ("given", "because", "fields"),
    [
        ({"reason": BLANK}, EmptyText, ("reason",)),
        ({"minutes": 0}, TooLong, ("minutes",)),
        ({"minutes": 61}, TooLong, ("minutes",)),
        ({"minutes": 10**30}, TooLong, ("minutes",)),
        ({"alerted": ()}, NobodyToAlert, ()),
        ({"alerted": (named("opener"),)}, NobodyToAlert, ()),
        ({"alerted": (named("officer"), named("teacher"))}, NobodyToAlert, ()),
        ({"person": named("teacher")}, GrantedToSubject, ("person",)),
    ],
)
def test_an_emergency_without_reason_end_or_judge_is_none(
    given: dict[str, Any], because: Any, fields: tuple[str, ...]
) -> None:
    Given(complaints.reported()).refuses(lambda one: one.open_in_emergency(**OPENING | given), because, *fields)


def test_an_emergency_is_opened_again_only_when_it_is_over_and_each_is_judged() -> None:
    case = opened(with_item())
    again = OPENING | {"grant_id": named("again")}
    Given(case).refuses(lambda one: one.open_in_emergency(**again), GrantRunning, "person")
    opened(case, grant_id=named("again"), now=AT + HOUR)
    assert [duty.item_id for duty in owed(case)] == [named("emergency"), named("again")]


def test_neither_who_opened_it_nor_whom_it_is_about_judges_and_nobody_judges_twice() -> None:
    case = opened(granted(complaints.received(complainant=named("mother"))))
    for person, because in (
        ("opener", ReviewedByOpener),
        ("teacher", DeciderIsSubject),
        ("mother", DeciderIsComplainant),
    ):
        Given(case).refuses(partial(_judge, REVIEW | {"by": named(person)}), because)
    Given(case).refuses(
        lambda one: one.review_emergency_access(**REVIEW | {"grant_id": named("none")}), UnknownGrant, "grant_id"
    )
    Given(case).refuses(
        lambda one: one.review_emergency_access(**REVIEW | {"grant_id": named("grant")}), NotAnEmergency, "grant_id"
    )
    Given(case).refuses(
        lambda one: one.review_emergency_access(**REVIEW | {"was_justified": False}), EmptyText, "notes"
    )
    case.review_emergency_access(**REVIEW, by=named("officer"))
    Given(case).refuses(lambda one: one.review_emergency_access(**REVIEW), EmergencyReviewed, "grant_id")


def test_the_review_is_owed_on_a_closed_case_and_on_one_that_was_marked_and_bars_no_closing() -> None:
    case = opened(with_item())
    closed(case)
    assert [duty.before_closing for duty in owed(case)] == [False]
    assert duties(marked(opened(with_item()))) == (Duty("REVIEW_EMERGENCY_ACCESS", item_id=named("emergency")),)
