"""A school's calendar: which days are school days, and which calendars contradict themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendars import (
    CalendarMissing,
    Days,
    MalformedAcademicYear,
    OutsideAcademicYear,
    SchoolCalendar,
    Term,
    TermName,
    TermsIncomplete,
    TermsOverlap,
    academic_year,
    first_day,
    is_school_day,
    last_day,
    require_sound,
)
from domain.refusals import DatesOutOfOrder, RefusalCode, Refused, RepeatedValue

AUTUMN = Term(TermName.AUTUMN, date(2026, 9, 2), date(2026, 12, 18))
SPRING = Term(TermName.SPRING, date(2027, 1, 4), date(2027, 3, 25))
SUMMER = Term(TermName.SUMMER, date(2027, 4, 12), date(2027, 7, 21))
CALENDAR = SchoolCalendar(
    academic_year="2026-27",
    version=1,
    terms=(AUTUMN, SPRING, SUMMER),
    holidays=(Days(date(2026, 10, 26), date(2026, 10, 30), "half-term"), Days(date(2027, 5, 3), date(2027, 5, 3))),
    closures=(Days(date(2027, 1, 12), date(2027, 1, 13), "snow"),),
    inset_days=(date(2026, 9, 2), date(2026, 9, 3)),
)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 9, 1), "2026-27"),
        (date(2027, 8, 31), "2026-27"),
        (date(2026, 8, 31), "2025-26"),
        (date(1999, 10, 1), "1999-00"),
    ],
)
def test_the_academic_year_begins_on_the_first_of_september(day: date, expected: str) -> None:
    assert academic_year(day) == expected


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2900, 12, 31)))
def test_a_day_lies_between_the_ends_of_its_academic_year(day: date) -> None:
    year = academic_year(day)

    assert first_day(year) <= day <= last_day(year)
    assert academic_year(first_day(year) - timedelta(days=1)) != year
    assert academic_year(last_day(year) + timedelta(days=1)) != year


@pytest.mark.parametrize("year", ["2026", "2026-2027", "2026-28", "2026-26", "26-27", "2026/27", "", "0026-27"])
def test_an_academic_year_written_otherwise_is_refused(year: str) -> None:
    with pytest.raises(MalformedAcademicYear):
        first_day(year)
    with pytest.raises(MalformedAcademicYear) as refusal:
        require_sound(replace(CALENDAR, academic_year=year))
    assert refusal.value.fields == ("academic_year",)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 9, 1), False),  # before the term
        (date(2026, 9, 2), False),  # INSET
        (date(2026, 9, 4), True),
        (date(2026, 9, 5), False),  # Saturday
        (date(2026, 9, 6), False),  # Sunday
        (date(2026, 10, 23), True),
        (date(2026, 10, 26), False),  # half-term
        (date(2026, 10, 30), False),
        (date(2026, 11, 2), True),
        (date(2026, 12, 18), True),  # last day of term
        (date(2026, 12, 21), False),
        (date(2027, 1, 4), True),  # first day of term
        (date(2027, 1, 12), False),  # closure
        (date(2027, 1, 14), True),
        (date(2027, 5, 3), False),  # bank holiday
        (date(2027, 7, 21), True),
        (date(2027, 7, 22), False),
    ],
)
def test_a_school_day_is_a_weekday_of_term_without_holiday_closure_or_inset(day: date, expected: bool) -> None:
    assert is_school_day({"2026-27": CALENDAR}, day) is expected


def test_a_day_of_a_year_without_calendar_is_refused_by_the_name_of_the_year() -> None:
    with pytest.raises(CalendarMissing) as refusal:
        is_school_day({"2026-27": CALENDAR}, date(2027, 9, 6))

    assert refusal.value.code is RefusalCode.CALENDAR_MISSING
    assert refusal.value.years == ("2027-28",)
    assert refusal.value.message == (
        "The school has no calendar for an academic year that the question reaches into. (academic years: 2027-28)"
    )


def test_a_school_that_opens_in_august_has_school_days_there() -> None:
    opens_early = replace(CALENDAR, terms=(replace(AUTUMN, first=date(2026, 8, 27)), SPRING, SUMMER), inset_days=())
    require_sound(opens_early)

    assert is_school_day({"2026-27": opens_early}, date(2026, 8, 27))
    with pytest.raises(CalendarMissing) as refusal:
        is_school_day({"2026-27": opens_early}, date(2026, 8, 26))
    assert refusal.value.years == ("2025-26",)


def test_terms_are_reported_without_gaps_and_a_holiday_belongs_to_the_term_before_it() -> None:
    assert list(CALENDAR.reported_terms()) == [
        Term(TermName.AUTUMN, date(2026, 9, 1), date(2027, 1, 3)),
        Term(TermName.SPRING, date(2027, 1, 4), date(2027, 4, 11)),
        Term(TermName.SUMMER, date(2027, 4, 12), date(2027, 8, 31)),
    ]


def test_a_sound_calendar_is_accepted() -> None:
    require_sound(CALENDAR)


def test_a_calendar_may_reach_from_the_first_of_august_to_the_last() -> None:
    first, last = date(2026, 8, 1), date(2027, 8, 31)

    require_sound(
        replace(
            CALENDAR,
            terms=(replace(AUTUMN, first=first), SPRING, replace(SUMMER, last=last)),
            holidays=(Days(first, first), Days(last, last)),
        )
    )


@pytest.mark.parametrize(
    ("calendar", "refusal", "field"),
    [
        (replace(CALENDAR, terms=(AUTUMN, SPRING)), TermsIncomplete, "terms"),
        (replace(CALENDAR, terms=(AUTUMN, SUMMER, SPRING)), TermsIncomplete, "terms"),
        (replace(CALENDAR, terms=(AUTUMN, AUTUMN, SPRING, SUMMER)), TermsIncomplete, "terms"),
        (
            replace(CALENDAR, terms=(AUTUMN, replace(SPRING, first=date(2026, 12, 18)), SUMMER)),
            TermsOverlap,
            "terms[1].first",
        ),
        (
            replace(CALENDAR, terms=(AUTUMN, SPRING, replace(SUMMER, first=date(2027, 3, 25)))),
            TermsOverlap,
            "terms[2].first",
        ),
        (
            replace(CALENDAR, terms=(replace(AUTUMN, first=date(2026, 12, 19)), SPRING, SUMMER)),
            DatesOutOfOrder,
            "terms[0].last",
        ),
        (
            replace(CALENDAR, terms=(replace(AUTUMN, first=date(2026, 7, 31)), SPRING, SUMMER)),
            OutsideAcademicYear,
            "terms[0]",
        ),
        (
            replace(CALENDAR, terms=(AUTUMN, SPRING, replace(SUMMER, last=date(2027, 9, 1)))),
            OutsideAcademicYear,
            "terms[2]",
        ),
        (
            replace(
                CALENDAR,
                terms=(
                    Term(TermName.AUTUMN, date(2026, 8, 3), date(2026, 8, 10)),
                    replace(SPRING, first=date(2026, 9, 1)),
                    SUMMER,
                ),
            ),
            OutsideAcademicYear,
            "terms[1].first",
        ),
        (
            replace(CALENDAR, holidays=(Days(date(2026, 10, 30), date(2026, 10, 26)),)),
            DatesOutOfOrder,
            "holidays[0].last",
        ),
        (
            replace(CALENDAR, closures=(*CALENDAR.closures, Days(date(2027, 9, 1), date(2027, 9, 1)))),
            OutsideAcademicYear,
            "closures[1]",
        ),
        (replace(CALENDAR, holidays=CALENDAR.holidays * 2), RepeatedValue, "holidays"),
        (replace(CALENDAR, inset_days=(date(2026, 9, 2), date(2025, 9, 2))), OutsideAcademicYear, "inset_days[1]"),
        (replace(CALENDAR, inset_days=(date(2026, 9, 2), date(2026, 9, 2))), RepeatedValue, "inset_days"),
    ],
)
def test_a_calendar_that_contradicts_itself_is_refused_by_field(
    calendar: SchoolCalendar, refusal: type[Refused], field: str
) -> None:
    with pytest.raises(refusal) as found:
        require_sound(calendar)

    assert found.value.fields == (field,)
