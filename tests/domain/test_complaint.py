"""A complaint in its first form: receipt by any of the channels, both sides heard, decided by somebody else."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from domain.complaint import HeadsMissing, UnknownHead
from domain.complaint_refusals import OutcomeContradictsHeads
from domain.open_complaints import posted_while_complaint_open
from domain.refusals import (
    CaseClosed,
    CaseMarked,
    DatesOutOfOrder,
    DeciderIsSubject,
    EmptyText,
    FutureDate,
    IdentityTaken,
    MalformedValue,
    Refused,
    RepeatedValue,
    UnknownCode,
)
from domain.sealed import SealedRef, Secret
from domain.values import CaseKind, CaseStatus, Mark
from tests.domain import incidents
from tests.domain.complaints import POLICY, TODAY, WORDS, day, decided_on, head, named, received
from tests.domain.recorded import recorded
from tests.support.scenario import Decision, Given, decided


def closing_by(person: UUID) -> Decision:
    return lambda one: one.close(outcome="NOT_UPHELD", closed_on=day(9), today=TODAY, by=person)


def assigning_to(person: UUID) -> Decision:
    return lambda one: one.assign(owner=person)


def marking_by(person: UUID) -> Decision:
    return lambda one: one.mark_not_reportable(reason=WORDS, by=person)


RECEIVED = {
    "reference": "CMP-2026-000001",
    "school_urn": "900001",
    "received_on": day(0),
    "received_by": "HEADTEACHER",
    "means": "LETTER",
    "heads": (head(staff=True, about=(named("teacher"),)),),
}


@pytest.mark.obligation("S0-014", "S0-016")
@pytest.mark.parametrize("receiver", ["CLASS_TEACHER", "HEADTEACHER", "CHAIR_OF_GOVERNORS"])
def test_a_complaint_says_which_of_the_channels_received_it_and_which_policy_it_is_held_to(receiver: str) -> None:
    complaint = received(
        received_by=receiver,
        policy=POLICY,
        complainant=named("parent"),
        reported_by=named("clerk"),
        school_reference="12/b",
        summary=WORDS,
    )

    assert decided(complaint) == [
        (
            "complaint.received.v1",
            RECEIVED
            | {
                "received_by": receiver,
                "policy": POLICY,
                "complainant": named("parent"),
                "reported_by": named("clerk"),
                "school_reference": "12/b",
                "summary": WORDS,
            },
        )
    ]
    kept = recorded(complaint)
    assert (kept.received_by, kept.policy, kept.complainant) == (receiver, POLICY, named("parent"))
    assert (kept.kind, kept.status, kept.opened_on) == (CaseKind.COMPLAINT, CaseStatus.OPEN, day(0))
    assert kept.summary == SealedRef(1, "summary")


@pytest.mark.obligation("S0-016")
def test_a_complaint_received_before_any_policy_was_adopted_carries_none() -> None:
    assert recorded(received(policy=None)).policy is None


@pytest.mark.parametrize(
    ("given", "refusal", "fields"),
    [
        ({"reference": " CMP"}, MalformedValue, ("reference",)),
        ({"school_urn": ""}, MalformedValue, ("school_urn",)),
        ({"school_reference": ""}, MalformedValue, ("school_reference",)),
        ({"received_on": day(47)}, FutureDate, ("received_on",)),
        ({"received_by": "CARETAKER"}, UnknownCode, ("received_by",)),
        ({"means": "PIGEON"}, UnknownCode, ("means",)),
        ({"heads": ()}, HeadsMissing, ("heads",)),
        ({"heads": (head(), head())}, RepeatedValue, ("heads",)),
        ({"heads": (head(about=(named("x"), named("x"))),)}, RepeatedValue, ("heads",)),
    ],
)
def test_a_complaint_that_breaks_a_rule_is_refused_by_field(
    given: dict[str, Any], refusal: type[Refused], fields: tuple[str, ...]
) -> None:
    assert day(47) > TODAY

    with pytest.raises(refusal) as found:
        received(**given)

    assert found.value.fields == fields


def test_a_complaint_of_today_is_taken_in() -> None:
    assert received(received_on=TODAY).received_on == TODAY


def test_heads_keep_the_london_date_on_which_each_was_recorded() -> None:
    complaint = received(head("first", school=True))
    complaint.add_head(head=head("second", staff=True))

    # half past eleven at night in UTC is already the next day in London in summer, and not in winter
    kept = recorded(complaint, datetime(2026, 9, 14, 23, 30, tzinfo=UTC), datetime(2026, 11, 14, 23, 30, tzinfo=UTC))

    assert [(one.head_id, one.about_school, one.about_staff, one.recorded_on) for one in kept.heads.values()] == [
        (named("first"), True, False, date(2026, 9, 15)),
        (named("second"), False, True, date(2026, 11, 14)),
    ]


def test_a_further_head_is_added_and_none_twice() -> None:
    given = Given(received())

    given.refuses(lambda one: one.add_head(head=head()), IdentityTaken, "head_id")
    given.refuses(lambda one: one.add_head(head=head("x", about=(named("x"), named("x")))), RepeatedValue, "about")
    given.when(lambda one: one.add_head(head=head("second", school=True))).then(
        ("complaint.head_added.v1", {"head": head("second", school=True)})
    )


@pytest.mark.obligation("S0-015")
def test_both_sides_are_heard() -> None:
    complaint = received()
    Given(complaint).when(
        lambda one: one.record_account(
            side="COMPLAINANT", given_on=day(1), text=WORDS, today=TODAY, person=named("parent")
        ),
        lambda one: one.record_account(
            side="SUBJECT", given_on=day(2), text=Secret("I did not"), today=TODAY, person=named("teacher")
        ),
    ).then(
        (
            "complaint.account_recorded.v1",
            {"side": "COMPLAINANT", "person": named("parent"), "given_on": day(1), "text": WORDS},
        ),
        (
            "complaint.account_recorded.v1",
            {"side": "SUBJECT", "person": named("teacher"), "given_on": day(2), "text": Secret("I did not")},
        ),
    )
    assert [(account.side, account.text) for account in recorded(complaint).accounts] == [
        ("COMPLAINANT", SealedRef(2, "text")),
        ("SUBJECT", SealedRef(3, "text")),
    ]


@pytest.mark.parametrize(
    ("given", "refusal", "field"),
    [
        ({"side": "NEIGHBOUR"}, UnknownCode, "side"),
        ({"given_on": day(47)}, FutureDate, "given_on"),
        ({"text": Secret("  ")}, EmptyText, "text"),
    ],
)
def test_an_account_that_breaks_a_rule_is_refused(given: dict[str, Any], refusal: type[Refused], field: str) -> None:
    account: dict[str, Any] = {"side": "WITNESS", "given_on": day(1), "text": WORDS, "today": TODAY}

    Given(received()).refuses(lambda one: one.record_account(**{**account, **given}), refusal, field)


@pytest.mark.obligation("S0-015")
def test_nobody_complained_about_decides_or_runs_the_complaint_or_sees_it() -> None:
    complaint = received(
        head(staff=True, about=(named("teacher"),)), head("other", school=True, about=(named("head"),))
    )
    decided_on(complaint)
    given = Given(complaint)

    assert complaint.subjects == complaint.barred == {named("teacher"), named("head")}
    for person in (named("teacher"), named("head")):
        given.refuses(closing_by(person), DeciderIsSubject)
        given.refuses(assigning_to(person), DeciderIsSubject)
        given.refuses(marking_by(person), DeciderIsSubject)
    given.when(
        lambda one: one.assign(owner=named("chair")),
        lambda one: one.close(outcome="NOT_UPHELD", closed_on=day(9), today=TODAY, by=named("chair"), notes=WORDS),
    ).then(
        ("complaint.assigned.v1", {"owner": named("chair")}),
        (
            "complaint.closed.v1",
            {"outcome": "NOT_UPHELD", "closed_on": day(9), "as_logged": False, "notes": WORDS},
        ),
    )


@pytest.mark.obligation("S0-015")
def test_whoever_is_named_later_is_barred_from_that_moment() -> None:
    complaint = received(head(staff=True))
    assert complaint.barred == frozenset()

    Given(complaint).when(
        lambda one: one.name_subject(head_id=named("head"), person=named("teacher")),
        lambda one: one.name_subject(head_id=named("head"), person=named("teacher")),  # said twice, recorded once
    ).then(("complaint.subject_named.v1", {"head_id": named("head"), "person": named("teacher")}))

    assert recorded(complaint).barred == {named("teacher")}
    assert recorded(received(head(about=(named("clerk"),)), reported_by=named("clerk"))).readers == frozenset()
    Given(complaint).refuses(
        lambda one: one.name_subject(head_id=named("x"), person=named("y")), UnknownHead, "head_id"
    )


@pytest.mark.parametrize("outcome", ["UPHELD", "PARTIALLY_UPHELD", "NOT_UPHELD", "WITHDRAWN", "OUT_OF_SCOPE"])
def test_a_complaint_is_closed_with_an_outcome_of_its_own_list(outcome: str) -> None:
    complaint = decided_on(received(), outcome if outcome.endswith("UPHELD") else "NO_FINDING")
    complaint.request_withdrawal(asked_on=day(0), today=TODAY)
    complaint.confirm_withdrawal(confirmed_on=day(0), today=TODAY)
    complaint.route_to_procedure(route="ADMISSIONS", routed_on=day(0), today=TODAY)
    complaint.close(outcome=outcome, closed_on=day(0), today=TODAY)  # withdrawn the same day is possible

    kept = recorded(complaint)
    assert (kept.status, kept.outcome, kept.closed_on) == (CaseStatus.CLOSED, outcome, day(0))


@pytest.mark.parametrize(
    ("heads", "outcome"),
    [
        (("UPHELD", "UPHELD"), "UPHELD"),
        (("UPHELD", "NOT_UPHELD"), "PARTIALLY_UPHELD"),
        (("UPHELD", "NO_FINDING"), "PARTIALLY_UPHELD"),
        (("PARTIALLY_UPHELD", "NOT_UPHELD"), "PARTIALLY_UPHELD"),
        (("NOT_UPHELD", "NO_FINDING"), "NOT_UPHELD"),
    ],
)
def test_a_complaint_is_upheld_as_far_as_its_heads_were(heads: tuple[str, str], outcome: str) -> None:
    complaint = received(head("one", school=True), head("two", staff=True))
    for name, found in zip(("one", "two"), heads, strict=True):
        complaint.decide_head(head_id=named(name), outcome=found, decided_on=day(1), today=TODAY)

    def closing(as_what: str) -> Decision:
        return lambda one: one.close(outcome=as_what, closed_on=day(2), today=TODAY)

    for other in {"UPHELD", "PARTIALLY_UPHELD", "NOT_UPHELD"} - {outcome}:
        Given(complaint).refuses(closing(other), OutcomeContradictsHeads, "outcome")
    complaint.record_action_taken(action="NONE", taken_on=day(2), today=TODAY)
    complaint.close(outcome=outcome, closed_on=day(2), today=TODAY)


def test_a_closing_that_breaks_a_rule_is_refused() -> None:
    given = Given(received())

    given.refuses(lambda one: one.close(outcome="POST_REMOVED", closed_on=day(1), today=TODAY), UnknownCode, "outcome")
    given.refuses(lambda one: one.close(outcome="UPHELD", closed_on=day(-1), today=TODAY), DatesOutOfOrder, "closed_on")
    given.refuses(lambda one: one.close(outcome="UPHELD", closed_on=day(47), today=TODAY), FutureDate, "closed_on")


def test_a_closed_complaint_takes_no_further_step_until_it_is_reopened() -> None:
    complaint = decided_on(received(), "UPHELD")
    complaint.close(outcome="UPHELD", closed_on=day(3), today=TODAY)
    given = Given(complaint)

    given.refuses(lambda one: one.add_head(head=head("late")), CaseClosed)
    given.refuses(lambda one: one.record_account(side="WITNESS", given_on=day(4), text=WORDS, today=TODAY), CaseClosed)
    given.refuses(lambda one: one.close(outcome="UPHELD", closed_on=day(4), today=TODAY), CaseClosed)

    complaint.reopen(reopened_on=day(5), reason=WORDS, today=TODAY)
    complaint.add_head(head=head("late"))
    kept = recorded(complaint)
    assert (kept.status, kept.closed_on, kept.outcome, len(kept.heads)) == (CaseStatus.OPEN, None, None, 2)


def test_a_marked_complaint_is_not_closed() -> None:
    complaint = received()
    complaint.mark_not_reportable(reason=WORDS)

    Given(complaint).refuses(lambda one: one.close(outcome="UPHELD", closed_on=day(1), today=TODAY), CaseMarked)
    assert recorded(complaint).mark is Mark.NOT_REPORTABLE


@pytest.mark.obligation("S0-010")
@pytest.mark.parametrize(
    ("closed_on", "mark", "expected"),
    [(None, False, True), (incidents.AWARE, False, True), (day(1), False, False), (None, True, False)],
)
def test_a_post_by_the_complainant_while_the_linked_complaint_is_open_is_flagged(
    closed_on: date | None, mark: bool, expected: bool
) -> None:
    complaint = received(complainant=named("parent"))
    if closed_on:
        decided_on(complaint, "UPHELD").close(outcome="UPHELD", closed_on=closed_on, today=TODAY)
    if mark:
        complaint.mark_recorded_in_error(reason=WORDS)
    incident = incidents.with_item("COMPLAINT:STAFF", poster=named("parent"))
    incident.link(other=complaint.id, kind="CONCERNS_COMPLAINT")

    flagged = posted_while_complaint_open(incident.items.values(), [complaint])

    assert flagged == (frozenset({incidents.named("item")}) if expected else frozenset())
