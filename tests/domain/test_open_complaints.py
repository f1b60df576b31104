"""Posting while the school deals with one's complaint (Sharp Lane L36)."""

from __future__ import annotations

from datetime import date

import pytest

from domain.complaint import Complaint, HeadReceived
from domain.incident import Incident
from domain.open_complaints import posted_while_complaint_open
from tests.domain.incidents import TODAY, WHY, classified, day, item, named, reported

RECEIVED, DECIDED = day(-20), day(-10)
PARENT = named("parent")


def complaint(complainant: str = "parent", *, decided: bool = True) -> Complaint:
    """A complaint received twenty days before the incident and decided ten days before it."""
    made = Complaint.receive(
        case_id=named("complaint"),
        reference="CMP-2026-000001",
        school_urn="900003",
        received_on=RECEIVED,
        received_by="HEADTEACHER",
        means="LETTER",
        heads=(HeadReceived(named("head"), about_school=True, about_staff=False, about=()),),
        complainant=named(complainant),
        today=TODAY,
    )
    if decided:
        made.decide_head(head_id=named("head"), outcome="NOT_UPHELD", decided_on=DECIDED, today=TODAY)
        made.close(outcome="NOT_UPHELD", closed_on=DECIDED, today=TODAY)
    return made


def posted(*days: date | None) -> Incident:
    """An incident with an item posted by the parent on each of the days."""
    incident = reported()
    for number, posted_on in enumerate(days):
        item(incident, f"item {number}", poster=PARENT, posted_on=posted_on, classifications=classified("OTHER:SCHOOL"))
    return incident


@pytest.mark.obligation("S0-010")
def test_only_what_the_complainant_posted_from_receipt_to_decision_is_flagged() -> None:
    incident = posted(day(-21), RECEIVED, day(-15), DECIDED, day(-9))
    assert posted_while_complaint_open(incident.items.values(), [complaint()]) == {
        named(f"item {number}") for number in (1, 2, 3)
    }


@pytest.mark.obligation("S0-010")
def test_a_complaint_without_decision_stays_open_and_an_unknown_day_of_posting_is_that_of_discovery() -> None:
    assert posted_while_complaint_open(posted(None).items.values(), [complaint(decided=False)]) == {named("item 0")}
    assert posted_while_complaint_open(posted(None).items.values(), [complaint()]) == frozenset()


@pytest.mark.obligation("S0-010")
def test_a_post_is_flagged_before_anybody_links_the_cases_and_after() -> None:
    incident, made = posted(day(-15)), complaint()
    assert posted_while_complaint_open(incident.items.values(), [made]) == {named("item 0")}
    incident.link(other=made.id, kind="CONCERNS_COMPLAINT")
    assert posted_while_complaint_open(incident.items.values(), [made]) == {named("item 0")}


def test_somebody_elses_complaint_is_no_matter() -> None:
    assert posted_while_complaint_open(posted(day(-15)).items.values(), [complaint("another")]) == frozenset()


def test_a_post_by_nobody_known_is_not_held_against_a_complainant_unknown_too() -> None:
    incident = reported()
    item(incident, posted_on=day(-15))
    made = Complaint.receive(
        case_id=named("complaint"),
        reference="CMP-2026-000001",
        school_urn="900003",
        received_on=RECEIVED,
        received_by="HEADTEACHER",
        means="LETTER",
        heads=(HeadReceived(named("head"), about_school=True, about_staff=False, about=()),),
        today=TODAY,
    )
    assert posted_while_complaint_open(incident.items.values(), [made]) == frozenset()


def test_what_is_marked_is_not_flagged() -> None:
    incident = posted(day(-15), day(-14))
    incident.exclude_item(item_id=named("item 0"), mark="DUPLICATE", reason=WHY)
    made = complaint()
    assert posted_while_complaint_open(incident.items.values(), [made]) == {named("item 1")}
    made.mark_not_reportable(reason=WHY)
    assert posted_while_complaint_open(incident.items.values(), [made]) == frozenset()
