"""The periods that figures are given for: days, months, terms and academic years, in Europe/London."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from domain.calendars import CalendarMissing, Calendars, academic_year, calendar_of, first_day, last_day
from domain.checks import require_order
from domain.refusals import Refused

_ONE_DAY = timedelta(days=1)
_FIRST_YEAR, _LAST_YEAR = 1900, 2999


class YearOutOfRange(Refused):
    """Periods can be given for the years 1900 to 2999."""


class PeriodDimension(StrEnum):
    """A kind of period; a report has at most one."""

    DAY = "DAY"
    MONTH = "MONTH"
    TERM = "TERM"
    ACADEMIC_YEAR = "ACADEMIC_YEAR"


@dataclass(frozen=True, slots=True)
class Period:
    """One period, whole: `partial` says that the range asked for cuts it, so that its figure covers only a part."""

    label: str
    first: date
    last: date
    partial: bool


def periods(dimension: PeriodDimension, first: date, last: date, calendars: Calendars | None = None) -> list[Period]:
    """Every period that the range from `first` to `last` touches, both days included, in order of time.

    `calendars` are one school's, needed for terms alone. Raises CalendarMissing naming every academic year that has no
    calendar, DatesOutOfOrder when the range ends before it begins, YearOutOfRange.
    """
    require_order(first, last, "to")
    if first.year < _FIRST_YEAR or last.year > _LAST_YEAR:
        raise YearOutOfRange("from", "to")
    return [
        Period(label, begins, ends, partial=begins < first or ends > last)
        for label, begins, ends in _spans(dimension, first, last, calendars or {})
        if begins <= last and ends >= first
    ]


def period_of(dimension: PeriodDimension, day: date, calendars: Calendars | None = None) -> str:
    """The label of the period that a day lies in; `calendars` are needed for terms alone. Raises CalendarMissing."""
    match dimension:
        case PeriodDimension.DAY:
            return day.isoformat()
        case PeriodDimension.MONTH:
            return day.isoformat()[:7]
        case PeriodDimension.TERM:
            return term_of(day, calendars or {})
        case PeriodDimension.ACADEMIC_YEAR:
            return academic_year(day)


def term_of(day: date, calendars: Calendars) -> str:
    """The label of the term that a day lies in, such as 2027-spring, holidays included; raises CalendarMissing."""
    return next(label for label, _, last in _terms(academic_year(day), calendars) if day <= last)


def _spans(
    dimension: PeriodDimension, first: date, last: date, calendars: Calendars
) -> Iterator[tuple[str, date, date]]:
    match dimension:
        case PeriodDimension.DAY:
            for number in range((last - first).days + 1):
                day = first + timedelta(days=number)
                yield day.isoformat(), day, day
        case PeriodDimension.MONTH:
            begins = first.replace(day=1)
            while begins <= last:
                following = (begins + timedelta(days=31)).replace(day=1)
                yield begins.isoformat()[:7], begins, following - _ONE_DAY
                begins = following
        case PeriodDimension.TERM:
            years = list(_academic_years(first, last))
            if missing := [year for year in years if year not in calendars]:
                raise CalendarMissing(*missing)
            for year in years:
                yield from _terms(year, calendars)
        case PeriodDimension.ACADEMIC_YEAR:
            for year in _academic_years(first, last):
                yield year, first_day(year), last_day(year)


def _academic_years(first: date, last: date) -> Iterator[str]:
    begins = first_day(academic_year(first))
    while begins <= last:
        yield academic_year(begins)
        begins = begins.replace(year=begins.year + 1)


def _terms(year: str, calendars: Calendars) -> Iterator[tuple[str, date, date]]:
    for term in calendar_of(calendars, year).reported_terms():
        # The autumn term is called by the first calendar year of the academic year, the others by the second.
        named_by = first_day(year).year if term.first == first_day(year) else last_day(year).year
        yield f"{named_by}-{term.name.lower()}", term.first, term.last
