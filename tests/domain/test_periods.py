"""The periods of a report: dense labels in order, whole or cut, and terms by each school's calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendars import CalendarMissing, SchoolCalendar
from domain.periods import Period, PeriodDimension, YearOutOfRange, period_of, periods, term_of
from domain.refusals import DatesOutOfOrder
from tests.domain.test_calendars import AUTUMN, CALENDAR, SPRING, SUMMER

DAY, MONTH, TERM, ACADEMIC_YEAR = PeriodDimension


def year_later(calendar: SchoolCalendar) -> SchoolCalendar:
    a_year = timedelta(days=364)
    terms = tuple(replace(term, first=term.first + a_year, last=term.last + a_year) for term in calendar.terms)
    return SchoolCalendar(academic_year="2027-28", version=1, terms=terms)


def year_earlier(calendar: SchoolCalendar) -> SchoolCalendar:
    a_year = timedelta(days=364)
    terms = tuple(replace(term, first=term.first - a_year, last=term.last - a_year) for term in calendar.terms)
    return SchoolCalendar(academic_year="2025-26", version=1, terms=terms)


CALENDARS = {one.academic_year: one for one in (year_earlier(CALENDAR), CALENDAR, year_later(CALENDAR))}


def test_days_are_listed_without_gaps_and_never_cut() -> None:
    assert periods(DAY, date(2026, 9, 29), date(2026, 10, 1)) == [
        Period("2026-09-29", date(2026, 9, 29), date(2026, 9, 29), partial=False),
        Period("2026-09-30", date(2026, 9, 30), date(2026, 9, 30), partial=False),
        Period("2026-10-01", date(2026, 10, 1), date(2026, 10, 1), partial=False),
    ]


def test_months_are_listed_whole_and_said_to_be_partial_where_the_range_cuts_them() -> None:
    assert periods(MONTH, date(2026, 12, 2), date(2027, 2, 28)) == [
        Period("2026-12", date(2026, 12, 1), date(2026, 12, 31), partial=True),
        Period("2027-01", date(2027, 1, 1), date(2027, 1, 31), partial=False),
        Period("2027-02", date(2027, 2, 1), date(2027, 2, 28), partial=False),
    ]


def test_academic_years_are_listed_from_september_to_august() -> None:
    assert periods(ACADEMIC_YEAR, date(2025, 9, 1), date(2026, 9, 1)) == [
        Period("2025-26", date(2025, 9, 1), date(2026, 8, 31), partial=False),
        Period("2026-27", date(2026, 9, 1), date(2027, 8, 31), partial=True),
    ]


def test_terms_are_listed_by_the_calendar_of_the_school() -> None:
    assert periods(TERM, date(2026, 9, 1), date(2027, 8, 31), CALENDARS) == [
        Period("2026-autumn", date(2026, 9, 1), date(2027, 1, 3), partial=False),
        Period("2027-spring", date(2027, 1, 4), date(2027, 4, 11), partial=False),
        Period("2027-summer", date(2027, 4, 12), date(2027, 8, 31), partial=False),
    ]


def test_only_the_terms_that_the_range_touches_are_listed() -> None:
    assert periods(TERM, date(2027, 1, 3), date(2027, 1, 4), CALENDARS) == [
        Period("2026-autumn", date(2026, 9, 1), date(2027, 1, 3), partial=True),
        Period("2027-spring", date(2027, 1, 4), date(2027, 4, 11), partial=True),
    ]


@pytest.mark.ruling(20)
def test_ruling_20_a_day_of_the_summer_holiday_is_in_the_summer_term() -> None:
    assert term_of(date(2026, 8, 5), CALENDARS) == "2026-summer"


@pytest.mark.ruling(21)
def test_ruling_21_the_first_of_september_is_in_the_autumn_term_although_term_starts_later() -> None:
    assert AUTUMN.first == date(2026, 9, 2)
    assert term_of(date(2026, 9, 1), CALENDARS) == "2026-autumn"


def test_a_last_day_of_august_on_which_school_has_begun_is_still_in_the_year_before() -> None:
    early = replace(CALENDAR, terms=(replace(AUTUMN, first=date(2026, 8, 27)), SPRING, SUMMER))

    assert term_of(date(2026, 8, 31), CALENDARS | {"2026-27": early}) == "2026-summer"
    assert period_of(ACADEMIC_YEAR, date(2026, 8, 31)) == "2025-26"


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 10, 28), "2026-autumn"),  # half-term
        (date(2026, 12, 31), "2026-autumn"),
        (date(2027, 1, 1), "2026-autumn"),
        (date(2027, 1, 4), "2027-spring"),
        (date(2027, 4, 11), "2027-spring"),
        (date(2027, 4, 12), "2027-summer"),
    ],
)
def test_a_holiday_belongs_to_the_term_before_it(day: date, expected: str) -> None:
    assert term_of(day, CALENDARS) == expected


@pytest.mark.ruling(22)
def test_ruling_22_both_ends_of_a_range_are_in_it() -> None:
    assert [period.label for period in periods(DAY, date(2026, 9, 30), date(2026, 9, 30))] == ["2026-09-30"]


@pytest.mark.ruling(23)
def test_ruling_23_the_second_half_of_a_month_is_partial() -> None:
    assert periods(MONTH, date(2026, 9, 15), date(2026, 9, 30)) == [
        Period("2026-09", date(2026, 9, 1), date(2026, 9, 30), partial=True)
    ]


def test_terms_without_a_calendar_are_refused_naming_every_missing_year() -> None:
    with pytest.raises(CalendarMissing) as refusal:
        periods(TERM, date(2026, 8, 31), date(2028, 9, 1), {"2026-27": CALENDAR})

    assert refusal.value.years == ("2025-26", "2027-28", "2028-29")
    with pytest.raises(CalendarMissing):
        periods(TERM, date(2026, 9, 1), date(2026, 9, 1))
    with pytest.raises(CalendarMissing):
        term_of(date(2029, 1, 1), CALENDARS)


def test_months_need_no_calendar() -> None:
    assert [period.label for period in periods(MONTH, date(2026, 8, 1), date(2026, 9, 30))] == ["2026-08", "2026-09"]


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(DatesOutOfOrder) as refusal:
        periods(MONTH, date(2026, 9, 2), date(2026, 9, 1))

    assert refusal.value.fields == ("to",)


@pytest.mark.parametrize(
    ("first", "last"), [(date(1899, 12, 31), date(1900, 1, 1)), (date(2999, 12, 31), date(3000, 1, 1))]
)
def test_a_range_outside_the_years_of_any_school_is_refused(first: date, last: date) -> None:
    with pytest.raises(YearOutOfRange) as refusal:
        periods(ACADEMIC_YEAR, first, last)

    assert refusal.value.fields == ("from", "to")


@pytest.mark.parametrize("dimension", [MONTH, ACADEMIC_YEAR])
def test_the_ends_of_the_range_of_years_are_answered(dimension: PeriodDimension) -> None:
    assert periods(dimension, date(1900, 1, 1), date(1900, 1, 1))[0].first <= date(1900, 1, 1)
    assert periods(dimension, date(2999, 12, 31), date(2999, 12, 31))[0].last >= date(2999, 12, 31)


@given(
    st.sampled_from(PeriodDimension),
    st.dates(min_value=date(2025, 9, 1), max_value=date(2028, 8, 31)),
    st.integers(min_value=0, max_value=600),
)
def test_every_day_of_a_range_lies_in_exactly_one_listed_period(
    dimension: PeriodDimension, first: date, length: int
) -> None:
    last = min(first + timedelta(days=length), date(2028, 8, 31))
    listed = periods(dimension, first, last, CALENDARS)

    # no gap, no overlap, and the label of each day is the label of the period it lies in
    assert all(later.first - earlier.last == timedelta(days=1) for earlier, later in pairwise(listed))
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        (holder,) = [period for period in listed if period.first <= day <= period.last]
        assert holder.label == period_of(dimension, day, CALENDARS)
    assert [period.partial for period in listed] == [period.first < first or period.last > last for period in listed]
