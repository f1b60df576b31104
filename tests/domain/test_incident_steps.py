"""What the school does about an incident: each step recorded, in an order that makes sense, on days that can be."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.incident import Incident
from domain.refusals import (
    AlreadyReported,
    CaseClosed,
    EmptyText,
    FutureDate,
    IdentityTaken,
    ItemExcluded,
    MalformedValue,
    MeetingNotAttended,
    PosterNotPupil,
    Refused,
    RepeatedValue,
    UnknownCode,
    UnknownItem,
)
from domain.sealed import Secret
from domain.steps import Impact
from tests.domain.incidents import (
    TODAY,
    WHY,
    closed,
    day,
    named,
    reported,
    with_item,
)
from tests.domain.recorded import recorded
from tests.support.scenario import Given, decided

ITEM = named("item")
TOMORROW = date(2026, 10, 31)


# --- evidence


@pytest.mark.obligation("S2-044")
def test_evidence_has_a_kind_a_digest_a_collector_a_day_and_a_place() -> None:
    noted: dict[str, Any] = {
        "evidence_id": named("evidence"),
        "kind": "SCREENSHOT",
        "item_id": ITEM,
        "sha256": "c4" * 32,
        "collected_by": named("coordinator"),
        "collected_on": day(1),
        "description": Secret("the page with the comments"),
        "custody": Secret("safe in the office"),
    }
    Given(with_item()).when(lambda one: one.note_evidence(today=TODAY, **noted)).then(
        ("incident.evidence_noted.v1", noted)
    )


@pytest.mark.parametrize(
    ("given", "because", "field"),
    [
        ({"kind": "RUMOUR"}, UnknownCode, "kind"),
        ({"sha256": "C4" * 32}, MalformedValue, "sha256"),
        ({"sha256": "c4"}, MalformedValue, "sha256"),
        ({"collected_on": TOMORROW}, FutureDate, "collected_on"),
        ({"item_id": named("nothing")}, UnknownItem, "item_id"),
        ({"evidence_id": named("evidence")}, IdentityTaken, "evidence_id"),
    ],
)
def test_evidence_that_cannot_be_is_refused(given: dict[str, Any], because: type[Refused], field: str) -> None:
    incident = with_item()
    incident.note_evidence(evidence_id=named("evidence"), kind="PHOTO", today=TODAY)
    Given(incident).refuses(
        lambda one: one.note_evidence(**{"evidence_id": named("e2"), "kind": "PHOTO", "today": TODAY, **given}),
        because,
        field,
    )


# --- the headteacher


@pytest.mark.obligation("S2-066")
@pytest.mark.parametrize("incident", [with_item(), closed()], ids=["open", "closed"])
def test_every_incident_can_be_reported_to_the_headteacher_once(incident: Incident) -> None:
    Given(incident).when(lambda one: one.report_to_headteacher(reported_on=day(1), today=TODAY)).then(
        ("incident.reported_to_headteacher.v1", {"reported_on": day(1)})
    )
    assert incident.reported_to_headteacher_on == day(1)
    Given(incident).refuses(lambda one: one.report_to_headteacher(reported_on=day(2), today=TODAY), AlreadyReported)


def test_the_headteacher_was_not_told_tomorrow() -> None:
    Given(with_item()).refuses(
        lambda one: one.report_to_headteacher(reported_on=TOMORROW, today=TODAY), FutureDate, "reported_on"
    )


# --- meetings


@pytest.mark.obligation("S0-032", "S2-045", "S2-046", "S2-049", "S2-052")
@pytest.mark.parametrize("mode", ["TELEPHONE", "IN_PERSON", "ONLINE"])
def test_a_meeting_keeps_how_it_was_held_who_came_why_they_posted_and_what_came_of_it(mode: str) -> None:
    held: dict[str, Any] = {
        "mode": mode,
        "held_on": day(5),
        "attended": True,
        "outcome": "RESOLVED",
        "roles": ("HEADTEACHER", "PARENT"),
        "attendees": (named("head"), named("parent")),
        "cause": Secret("He was angry about the queue."),
        "way_forward": Secret("He comes to the office first."),
        "notes": Secret("A calm talk."),
    }
    Given(with_item()).when(lambda one: one.hold_meeting(today=TODAY, **held)).then(("incident.meeting_held.v1", held))


@pytest.mark.obligation("S0-032")
def test_a_meeting_to_which_nobody_came_is_recorded_and_resolved_nothing() -> None:
    incident = with_item()
    incident.hold_meeting(mode="IN_PERSON", held_on=day(5), attended=False, outcome="NOT_RESOLVED", today=TODAY)
    Given(incident).refuses(
        lambda one: one.hold_meeting(mode="IN_PERSON", held_on=day(6), attended=False, outcome="RESOLVED", today=TODAY),
        MeetingNotAttended,
        "attended",
        "outcome",
    )
    assert [(meeting.attended, meeting.outcome) for meeting in incident.meetings] == [(False, "NOT_RESOLVED")]


@pytest.mark.obligation("S0-033")
@pytest.mark.parametrize("attended", [True, False])
def test_a_meeting_says_what_it_was_to_discuss_and_keeps_the_points_in_words(attended: bool) -> None:
    incident = with_item()
    incident.hold_meeting(mode="TELEPHONE", held_on=day(4), attended=True, today=TODAY)
    points = Secret("We spoke of a warning in writing.")

    Given(incident).when(
        lambda one: one.hold_meeting(
            mode="IN_PERSON",
            held_on=day(5),
            attended=attended,
            purposes=("REPERCUSSIONS", "WAY_FORWARD"),
            notes=points,
            today=TODAY,
        )
    ).then(
        (
            "incident.meeting_held.v1",
            {
                "mode": "IN_PERSON",
                "held_on": day(5),
                "attended": attended,
                "roles": (),
                "attendees": (),
                "notes": points,
            },
        ),
        ("incident.meeting_purposes_noted.v1", {"purposes": ("REPERCUSSIONS", "WAY_FORWARD")}),
    )
    kept = recorded(incident).meetings
    assert [(one.held_on, one.purposes) for one in kept] == [(day(4), ()), (day(5), ("REPERCUSSIONS", "WAY_FORWARD"))]
    assert kept[1].notes is not None


@pytest.mark.parametrize(
    ("given", "because", "field"),
    [
        ({"purposes": ("GOSSIP",)}, UnknownCode, "purposes"),
        ({"purposes": ("CAUSE", "CAUSE")}, RepeatedValue, "purposes"),
        ({"mode": "PIGEON"}, UnknownCode, "mode"),
        ({"outcome": "GOOD"}, UnknownCode, "outcome"),
        ({"roles": ("CLOWN",)}, UnknownCode, "roles"),
        ({"roles": ("PARENT", "PARENT")}, RepeatedValue, "roles"),
        ({"attendees": (named("head"), named("head"))}, RepeatedValue, "attendees"),
        ({"held_on": TOMORROW}, FutureDate, "held_on"),
    ],
)
def test_a_meeting_that_cannot_be_is_refused(given: dict[str, Any], because: type[Refused], field: str) -> None:
    Given(with_item()).refuses(
        lambda one: one.hold_meeting(
            **{"mode": "ONLINE", "held_on": day(5), "attended": True, "today": TODAY, **given}
        ),
        because,
        field,
    )


# --- impact


@pytest.mark.obligation("S0-006")
def test_an_incident_can_be_harassment_that_damages_the_reputation_of_the_school() -> None:
    incident = with_item("HARASSMENT:SCHOOL")
    incident.record_impact(target="SCHOOL", impact="REPUTATION", noted_on=day(1), today=TODAY)
    assert incident.items[ITEM].has_nature("HARASSMENT")
    assert [impact.impact for impact in incident.impacts] == ["REPUTATION"]


@pytest.mark.obligation("S0-009", "S0-013")
@pytest.mark.parametrize(
    "impact",
    [
        "EMOTIONAL",
        pytest.param("REPUTATION", marks=pytest.mark.obligation("S1-004")),
        "DETRIMENT",
        "PUPILS_LEARNING",
        pytest.param("LEGAL_RISK", marks=pytest.mark.obligation("S1-004", "S4-004")),
    ],
)
def test_harm_is_recorded_for_each_target_with_whether_the_school_had_been_told(impact: str) -> None:
    incident = with_item()
    harmed: dict[str, Any] = {
        "target": "STAFF",
        "impact": impact,
        "person": named("teacher"),
        "noted_on": day(1),
        "raised_before": False,
        "notes": Secret("cannot sleep"),
    }
    Given(incident).when(lambda one: one.record_impact(today=TODAY, **harmed)).then(
        ("incident.impact_recorded.v1", harmed)
    )
    incident.record_impact(target="PUPIL", impact=impact, noted_on=day(2), today=TODAY)
    assert incident.impacts == (
        Impact("STAFF", impact, named("teacher"), day(1), raised_before=False, notes=Secret("cannot sleep")),
        Impact("PUPIL", impact, None, day(2), raised_before=None, notes=None),
    )


@pytest.mark.parametrize(
    ("given", "because", "field"),
    [
        ({"target": "CAT"}, UnknownCode, "target"),
        ({"impact": "BOREDOM"}, UnknownCode, "impact"),
        ({"noted_on": TOMORROW}, FutureDate, "noted_on"),
    ],
)
def test_an_impact_that_cannot_be_is_refused(given: dict[str, Any], because: type[Refused], field: str) -> None:
    harmed = {"target": "STAFF", "impact": "EMOTIONAL", "noted_on": day(1), "today": TODAY}
    Given(with_item()).refuses(lambda one: one.record_impact(**{**harmed, **given}), because, field)


# --- both sides, the right channel, parents


@pytest.mark.obligation("S0-015")
def test_the_accounts_of_both_sides_are_recorded() -> None:
    incident = with_item()
    Given(incident).when(
        lambda one: one.record_account(
            side="POSTER", person=named("parent"), given_on=day(2), text=Secret("It is true."), today=TODAY
        ),
        lambda one: one.record_account(side="TARGET", given_on=day(3), text=Secret("It is not."), today=TODAY),
    ).then(
        (
            "incident.account_recorded.v1",
            {"side": "POSTER", "person": named("parent"), "given_on": day(2), "text": Secret("It is true.")},
        ),
        ("incident.account_recorded.v1", {"side": "TARGET", "given_on": day(3), "text": Secret("It is not.")}),
    )
    assert [account.side for account in incident.accounts] == ["POSTER", "TARGET"]


@pytest.mark.parametrize(
    ("given", "because", "field"),
    [
        ({"side": "AUNT"}, UnknownCode, "side"),
        ({"given_on": TOMORROW}, FutureDate, "given_on"),
        ({"text": Secret(" ")}, EmptyText, "text"),
    ],
)
def test_an_account_that_cannot_be_is_refused(given: dict[str, Any], because: type[Refused], field: str) -> None:
    account = {"side": "POSTER", "given_on": day(2), "text": WHY, "today": TODAY}
    Given(with_item()).refuses(lambda one: one.record_account(**{**account, **given}), because, field)


@pytest.mark.obligation("S0-007")
def test_a_poster_can_be_shown_the_channel_that_would_have_been_right() -> None:
    shown: dict[str, Any] = {
        "channel": "CLASS_TEACHER",
        "person": named("parent"),
        "directed_on": day(2),
        "notes": Secret("by telephone"),
    }
    given = Given(with_item())
    given.refuses(
        lambda one: one.direct_to_channel(today=TODAY, **{**shown, "channel": "PRESS"}), UnknownCode, "channel"
    )
    given.refuses(
        lambda one: one.direct_to_channel(today=TODAY, **{**shown, "directed_on": TOMORROW}), FutureDate, "directed_on"
    )
    given.when(lambda one: one.direct_to_channel(today=TODAY, **shown)).then(("incident.directed_to_channel.v1", shown))


@pytest.mark.obligation("S0-029")
def test_a_parent_is_advised_when_the_poster_is_a_pupil_and_only_then() -> None:
    advised: dict[str, Any] = {"item_id": ITEM, "parent": named("parent"), "advised_on": day(2)}
    given = Given(with_item(poster_role="PUPIL"))
    given.refuses(
        lambda one: one.advise_parent(today=TODAY, **{**advised, "advised_on": TOMORROW}), FutureDate, "advised_on"
    )
    given.when(lambda one: one.advise_parent(today=TODAY, **advised)).then(("incident.parent_advised.v1", advised))
    Given(with_item(poster_role="FORMER_PUPIL")).refuses(
        lambda one: one.advise_parent(today=TODAY, **advised), PosterNotPupil, "item_id"
    )


def test_a_report_without_items_takes_no_step_on_an_item() -> None:
    Given(reported()).refuses(
        lambda one: one.advise_parent(item_id=ITEM, advised_on=day(2), today=TODAY), UnknownItem, "item_id"
    )


@pytest.mark.parametrize(
    "step",
    [
        lambda one: one.note_evidence(evidence_id=named("e"), kind="PHOTO", today=TODAY),
        lambda one: one.hold_meeting(mode="ONLINE", held_on=day(2), attended=True, today=TODAY),
        lambda one: one.record_impact(target="STAFF", impact="EMOTIONAL", noted_on=day(2), today=TODAY),
        lambda one: one.record_investigation(investigation_id=named("i"), started_on=day(2), today=TODAY),
        lambda one: one.record_account(side="TARGET", given_on=day(2), text=WHY, today=TODAY),
        lambda one: one.direct_to_channel(channel="HEADTEACHER", directed_on=day(2), today=TODAY),
    ],
    ids=["evidence", "meeting", "impact", "investigation", "account", "channel"],
)
def test_a_closed_case_takes_no_further_steps(step: Any) -> None:
    incident = closed()
    before = decided(incident)
    Given(incident).refuses(step, CaseClosed)
    assert decided(incident) == before


def test_a_parent_is_advised_on_an_open_case_about_an_item_that_counts() -> None:
    advice: dict[str, Any] = {"item_id": ITEM, "advised_on": day(2), "today": TODAY}
    Given(closed(with_item(poster_role="PUPIL"))).refuses(
        lambda one: one.advise_parent(**advice), CaseClosed, "item_id"
    )
    incident = with_item(poster_role="PUPIL")
    incident.exclude_item(item_id=ITEM, mark="DUPLICATE", reason=WHY)
    Given(incident).refuses(lambda one: one.advise_parent(**advice), ItemExcluded, "item_id")
