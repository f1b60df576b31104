"""A school's calendar of one academic year: its terms, holidays, closures and INSET days, and what follows from them.

Terms as reported cover the academic year without gaps (design, counting rule 9); terms as taught are the days a school
enters. Both stand here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from domain.checks import require_distinct, require_order
from domain.refusals import RefusalCode, Refused

_ACADEMIC_YEAR = re.compile(r"([12]\d{3})-(\d{2})")
_FRIDAY = 5


class TermName(StrEnum):
    """The three terms, in their order in the academic year."""

    AUTUMN = "AUTUMN"
    SPRING = "SPRING"
    SUMMER = "SUMMER"


class CalendarMissing(Refused):
    """The school has no calendar for an academic year that the question reaches into."""

    code = RefusalCode.CALENDAR_MISSING

    def __init__(self, *years: str) -> None:
        super().__init__()
        self.years = years

    @property
    def message(self) -> str:
        """The sentence for the user, with the academic years that lack a calendar."""
        return f"{self.args[0]} (academic years: {', '.join(self.years)})"


class MalformedAcademicYear(Refused):
    """An academic year is written as its two calendar years, such as 2026-27."""


class TermsIncomplete(Refused):
    """A calendar names the autumn, spring and summer terms, each once and in that order."""


class TermsOverlap(Refused):
    """Each term begins after the one before it has ended."""


class OutsideAcademicYear(Refused):
    """The days of a calendar lie in its academic year, which ends on 31 August; the first term may begin in August."""


@dataclass(frozen=True, slots=True)
class Term:
    """A term as taught: its first and last day are both days of the term."""

    name: TermName
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Days:
    """A run of days, both ends included, with what the school calls it."""

    first: date
    last: date
    label: str | None = None


@dataclass(frozen=True, slots=True)
class SchoolCalendar:
    """One school's calendar for one academic year, such as 2026-27.

    `holidays` are half-terms and other days without school within or between terms; `closures` are unplanned. A later
    version replaces the earlier ones of the same year.
    """

    academic_year: str
    version: int
    terms: tuple[Term, ...]
    holidays: tuple[Days, ...] = ()
    closures: tuple[Days, ...] = ()
    inset_days: tuple[date, ...] = ()

    def is_school_day(self, day: date, *, inset: bool = False, closures: bool = False) -> bool:
        """Whether pupils are taught on this day; INSET days and closures are school days only where that is said."""
        without = self.holidays if closures else (*self.holidays, *self.closures)
        return (
            day.isoweekday() <= _FRIDAY
            and any(term.first <= day <= term.last for term in self.terms)
            and not any(days.first <= day <= days.last for days in without)
            and (inset or day not in self.inset_days)
        )

    def reported_terms(self) -> Iterator[Term]:
        """The terms as reported: without gaps from 1 September to 31 August, a holiday with the term before it."""
        begins = [first_day(self.academic_year), *(term.first for term in self.terms[1:])]
        ends = [*(later - timedelta(days=1) for later in begins[1:]), last_day(self.academic_year)]
        for term, first, last in zip(self.terms, begins, ends, strict=True):
            yield Term(term.name, first, last)


@dataclass(frozen=True, slots=True)
class CalendarSet:
    """That a school set a calendar, and the instant at which that was recorded."""

    set_at: datetime
    calendar: SchoolCalendar


# A school's calendars, by academic year.
Calendars = Mapping[str, SchoolCalendar]


def academic_year(day: date) -> str:
    """The academic year of a day, such as 2026-27: it begins on 1 September."""
    begins = day.year if day.month >= 9 else day.year - 1
    return f"{begins:04}-{(begins + 1) % 100:02}"


def first_day(year: str) -> date:
    """1 September of an academic year such as 2026-27; raises MalformedAcademicYear."""
    return date(_begins(year), 9, 1)


def last_day(year: str) -> date:
    """31 August of an academic year such as 2026-27; raises MalformedAcademicYear."""
    return date(_begins(year) + 1, 8, 31)


def _begins(year: str) -> int:
    match = _ACADEMIC_YEAR.fullmatch(year)
    if match is None or (int(match[1]) + 1) % 100 != int(match[2]):
        raise MalformedAcademicYear("academic_year")
    return int(match[1])


def calendar_of(calendars: Calendars, year: str) -> SchoolCalendar:
    """The calendar of an academic year; raises CalendarMissing naming it."""
    if year not in calendars:
        raise CalendarMissing(year)
    return calendars[year]


def is_school_day(calendars: Calendars, day: date, *, inset: bool = False, closures: bool = False) -> bool:
    """Whether a day is a school day of a school, by whichever of its calendars has it; raises CalendarMissing.

    `inset` and `closures`: whether such days are school days (design D13: where the policy says so).
    """
    # A school that opens in the last days of August enters them in the calendar of the year that they begin.
    following = calendars.get(academic_year(day + timedelta(days=31)))
    if following is not None and following.is_school_day(day, inset=inset, closures=closures):
        return True
    return calendar_of(calendars, academic_year(day)).is_school_day(day, inset=inset, closures=closures)


def require_sound(calendar: SchoolCalendar) -> None:
    """Refuse a calendar that contradicts itself, naming the field.

    Raises MalformedAcademicYear, TermsIncomplete, TermsOverlap, OutsideAcademicYear, DatesOutOfOrder, RepeatedValue.
    """
    opens, ends = first_day(calendar.academic_year) - timedelta(days=31), last_day(calendar.academic_year)
    if [term.name for term in calendar.terms] != list(TermName):
        raise TermsIncomplete("terms")
    for place, term in enumerate(calendar.terms):
        _require_run(term.first, term.last, opens, ends, f"terms[{place}]")
        if place > 0 and term.first <= calendar.terms[place - 1].last:
            raise TermsOverlap(f"terms[{place}].first")
    # Only the first term may reach back: 1 September is always in the autumn term.
    if calendar.terms[1].first <= first_day(calendar.academic_year):
        raise OutsideAcademicYear("terms[1].first")
    for field, runs in (("holidays", calendar.holidays), ("closures", calendar.closures)):
        for place, days in enumerate(runs):
            _require_run(days.first, days.last, opens, ends, f"{field}[{place}]")
        require_distinct(runs, field)
    for place, day in enumerate(calendar.inset_days):
        _require_run(day, day, opens, ends, f"inset_days[{place}]")
    require_distinct(calendar.inset_days, "inset_days")


def _require_run(first: date, last: date, opens: date, ends: date, field: str) -> None:
    require_order(first, last, f"{field}.last")
    if not opens <= first <= last <= ends:
        raise OutsideAcademicYear(field)
