"""The rulings on the day on which an item counts, and the school at which it does, by number."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from domain.counting import MonitoringCount
from tests.domain.countable_cases import Case, Head, breach, complaint, contributions_of, figures, incident, item, named


@pytest.mark.ruling(18)
def test_ruling_18_items_are_dated_by_their_own_discovery() -> None:
    found = contributions_of(
        incident(
            item("COMPLAINT:STAFF", "first", discovered_on=date(2026, 9, 30)),
            item("COMPLAINT:STAFF", "second", discovered_on=date(2026, 10, 2)),
        )
    )

    assert sorted(each.discovered_on for each in found) == [date(2026, 9, 30), date(2026, 10, 2)]


@pytest.mark.ruling(19)
def test_ruling_19_a_classification_given_later_counts_on_the_day_of_the_item() -> None:
    before = item("", discovered_on=date(2026, 10, 5), recorded_on=date(2026, 10, 5))
    after = replace(before, classifications=item("COMPLAINT:STAFF").classifications)

    assert contributions_of(incident(before)) == frozenset()
    (only,) = contributions_of(incident(after))
    assert (only.discovered_on, only.recorded_on) == (date(2026, 10, 5), date(2026, 10, 5))


@pytest.mark.ruling(25)
def test_ruling_25_one_case_reaches_into_two_months_by_the_days_of_posting() -> None:
    found = contributions_of(
        incident(
            item("COMPLAINT:STAFF", "first", posted_on=date(2026, 9, 30), discovered_on=date(2026, 10, 5)),
            item("COMPLAINT:STAFF", "second", posted_on=date(2026, 10, 1), discovered_on=date(2026, 10, 5)),
        )
    )

    assert sorted(each.posted_on for each in found) == [date(2026, 9, 30), date(2026, 10, 1)]


@pytest.mark.ruling(26)
def test_ruling_26_a_complaint_was_posted_on_the_day_of_receipt() -> None:
    (only,) = contributions_of(complaint("STAFF", received_on=date(2026, 9, 3)))

    assert only.posted_on == date(2026, 9, 3)


@pytest.mark.ruling(37)
def test_ruling_37_a_corrected_school_moves_all_contributions_of_the_case() -> None:
    recorded = incident("COMPLAINT:STAFF", "ALLEGATION:PUPIL", school_urn="900001")
    corrected = replace(recorded, school_urn="900002")

    assert {each.school_urn for each in contributions_of(recorded)} == {"900001"}
    assert {each.school_urn for each in contributions_of(corrected)} == {"900002"}
    assert figures(recorded) == figures(corrected)


@pytest.mark.parametrize(
    "case",
    [
        incident(item("ALLEGATION:PUPIL", counted_at="900001"), school_urn="900002"),
        replace(
            complaint(school_urn="900002"),
            heads={named("head"): Head(named("head"), about_school=True, counted_at="900001")},
        ),
        breach(school_urn="900002", counted_at="900001"),
    ],
    ids=lambda case: case.kind,
)
def test_ruling_37_what_was_counted_before_a_transfer_stays_at_the_school(case: Case) -> None:
    (only,) = contributions_of(case)

    assert only.school_urn == "900001"


@pytest.mark.obligation("S2-039")
@pytest.mark.ruling(46)
def test_ruling_46_a_poster_identified_next_term_brings_the_image_in_on_its_own_day() -> None:
    unknown = item("UNAUTHORISED_IMAGE:STAFF", poster_role="UNKNOWN", discovered_on=date(2026, 9, 14))

    assert contributions_of(incident(unknown)) == frozenset()
    (only,) = contributions_of(incident(replace(unknown, poster_role="PARENT")))
    assert (only.count, only.discovered_on) == (MonitoringCount.UNAUTHORISED_IMAGES_OF_STAFF, date(2026, 9, 14))


@pytest.mark.ruling(47)
def test_ruling_47_a_breach_at_a_unit_of_the_trust_counts_there() -> None:
    (only,) = contributions_of(breach(school_urn="CENTRAL"))

    assert only.school_urn == "CENTRAL"
