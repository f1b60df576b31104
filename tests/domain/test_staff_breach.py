"""A staff breach in its first form: how the school learnt of it, whom it is about, and who decides it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.refusals import (
    DatesOutOfOrder,
    DeciderIsSubject,
    FutureDate,
    MalformedValue,
    Refused,
    UnknownCode,
)
from domain.sealed import SealedRef
from domain.staff_breach_refusals import SubjectKnown
from domain.values import CaseKind, CaseStatus
from tests.domain.breaches import advised
from tests.domain.complaints import POLICY, TODAY, WORDS, day, named, reported
from tests.domain.recorded import recorded
from tests.support.scenario import Given, decided


@pytest.mark.parametrize("source", ["ALLEGED", "OBSERVED", "SELF_REPORTED"])
def test_a_breach_says_how_the_school_learnt_of_it(source: str) -> None:
    breach = reported(source=source, policy=POLICY, reported_by=named("clerk"), summary=WORDS, concerns_post=True)

    assert decided(breach) == [
        (
            "staff_breach.reported.v1",
            {
                "reference": "SBR-2026-000001",
                "school_urn": "900001",
                "reported_on": day(0),
                "source": source,
                "subject": named("teacher"),
                "concerns_post": True,
                "policy": POLICY,
                "reported_by": named("clerk"),
                "summary": WORDS,
            },
        )
    ]
    kept = recorded(breach)
    assert (kept.kind, kept.source, kept.policy, kept.opened_on) == (CaseKind.STAFF_BREACH, source, POLICY, day(0))
    assert kept.summary == SealedRef(1, "summary")


def test_a_breach_keeps_the_london_date_on_which_it_was_recorded() -> None:
    assert recorded(reported(), datetime(2026, 9, 14, 23, 30, tzinfo=UTC)).recorded_on == date(2026, 9, 15)
    assert recorded(reported(), datetime(2026, 11, 14, 23, 30, tzinfo=UTC)).recorded_on == date(2026, 11, 14)


@pytest.mark.parametrize(
    ("given", "refusal", "field"),
    [
        ({"reference": ""}, MalformedValue, "reference"),
        ({"school_urn": " "}, MalformedValue, "school_urn"),
        ({"school_reference": "a\nb"}, MalformedValue, "school_reference"),
        ({"reported_on": day(47)}, FutureDate, "reported_on"),
        ({"source": "RUMOUR"}, UnknownCode, "source"),
    ],
)
def test_a_breach_that_breaks_a_rule_is_refused_by_field(
    given: dict[str, Any], refusal: type[Refused], field: str
) -> None:
    with pytest.raises(refusal) as found:
        reported(**given)

    assert found.value.fields == (field,)


def test_the_subject_neither_decides_nor_runs_nor_sees_the_case() -> None:
    given = Given(advised())

    assert given.case.subjects == given.case.barred == {named("teacher")}
    given.refuses(lambda one: one.assign(owner=named("teacher")), DeciderIsSubject)
    given.refuses(
        lambda one: one.close(outcome="NO_CASE", closed_on=day(1), today=TODAY, by=named("teacher")), DeciderIsSubject
    )
    given.when(
        lambda one: one.assign(owner=named("head")),
        lambda one: one.close(outcome="ADVICE_GIVEN", closed_on=day(1), today=TODAY, by=named("head")),
    ).then(
        ("staff_breach.assigned.v1", {"owner": named("head")}),
        ("staff_breach.closed.v1", {"outcome": "ADVICE_GIVEN", "closed_on": day(1), "as_logged": False}),
    )
    assert recorded(given.case).status == CaseStatus.CLOSED


def test_a_subject_who_is_named_later_is_barred_from_that_moment() -> None:
    given = Given(reported(subject=None))
    assert given.case.barred == frozenset()

    given.when(
        lambda one: one.name_subject(subject=named("teacher")),
        lambda one: one.name_subject(subject=named("teacher")),  # said twice, recorded once
    ).then(("staff_breach.subject_named.v1", {"subject": named("teacher")}))

    assert recorded(given.case).barred == {named("teacher")}
    given = Given(given.case)
    given.refuses(lambda one: one.name_subject(subject=named("somebody else")), SubjectKnown, "subject")


def test_who_reported_his_own_breach_or_ran_it_before_being_named_does_not_see_it() -> None:
    own = reported(source="SELF_REPORTED", reported_by=named("teacher"))
    assert own.readers == frozenset()

    run = reported(subject=None, reported_by=named("clerk"))
    run.assign(owner=named("teacher"))
    assert run.readers == {named("clerk"), named("teacher")}
    run.name_subject(subject=named("teacher"))
    assert recorded(run).readers == {named("clerk")}


def test_a_closing_that_breaks_a_rule_is_refused() -> None:
    given = Given(advised())

    given.refuses(lambda one: one.close(outcome="UPHELD", closed_on=day(1), today=TODAY), UnknownCode, "outcome")
    given.refuses(
        lambda one: one.close(outcome="NO_CASE", closed_on=day(-1), today=TODAY), DatesOutOfOrder, "closed_on"
    )
    given.refuses(lambda one: one.close(outcome="NO_CASE", closed_on=day(47), today=TODAY), FutureDate, "closed_on")


def test_a_breach_that_is_a_post_lacks_its_incident_until_it_is_linked_to_one() -> None:
    breach = reported(concerns_post=True)
    assert breach.lacks_incident

    breach.link(other=named("incident"), kind="AROSE_FROM")

    assert not recorded(breach).lacks_incident
    assert not reported(concerns_post=False).lacks_incident
