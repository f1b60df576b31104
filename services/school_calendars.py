"""Reads a school's calendar of one academic year from TOML, or from iCalendar as schools publish their term dates.

In iCalendar only the title of an entry says what it is. Whole days with a title that is understood are taken, and every
other entry of the year is passed over and named. Whether what was taken makes a calendar is for the register to say.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import icalendar
import msgspec

from domain.bank_holidays import is_bank_holiday
from domain.calendars import Days, SchoolCalendar, Term, TermName, first_day, last_day
from services.registers import set_calendar
from services.scope import Caller
from services.store import TrustLedger

__all__ = ["CalendarFileError", "CalendarRead", "enter", "read_icalendar", "read_toml", "with_bank_holidays"]

_DAY = timedelta(days=1)
_FRIDAY = 5

_HALF_TERM = re.compile(r"\bhalf[ -]?term\b")
_TERM = re.compile(r"\b(autumn|spring|summer)\s+term\b|\bterm\b.*\b(autumn|spring|summer)\b")
_BEGINS = re.compile(r"\b(begins?|starts?|opens?|first day)\b")
_ENDS = re.compile(r"\b(ends?|closes?|finish(es)?|last day)\b")
_INSET = re.compile(r"\binset\b|\b(staff )?training days?\b|\bnon[ -]pupil\b|\bstaff development\b")
_HOLIDAY = re.compile(r"\b(holidays?|break|vacation)\b")
_CLOSURE = re.compile(r"\bclos(ed|ure)\b")


class CalendarFileError(ValueError):
    """A file cannot be read as a calendar; the words say why."""


@dataclass(frozen=True, slots=True)
class CalendarRead:
    """What a file says of one academic year; `passed_over` are the titles of entries that were not understood."""

    academic_year: str
    terms: tuple[Term, ...]
    holidays: tuple[Days, ...] = ()
    closures: tuple[Days, ...] = ()
    inset_days: tuple[date, ...] = ()
    passed_over: tuple[str, ...] = ()


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A calendar as TOML: `terms`, `holidays` and `closures` are arrays of tables with `first` and `last`."""

    academic_year: str
    terms: tuple[Term, ...]
    holidays: tuple[Days, ...] = ()
    closures: tuple[Days, ...] = ()
    inset_days: tuple[date, ...] = ()


def read_toml(content: str) -> CalendarRead:
    """Read a calendar that somebody wrote down; raises CalendarFileError."""
    try:
        read = msgspec.convert(tomllib.loads(content), _File)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise CalendarFileError(str(error)) from None
    return CalendarRead(read.academic_year, read.terms, read.holidays, read.closures, read.inset_days)


@dataclass(slots=True)
class _Taken:
    """What has been taken from a file so far."""

    begins: dict[TermName, date] = field(default_factory=dict)
    ends: dict[TermName, date] = field(default_factory=dict)
    holidays: list[Days] = field(default_factory=list)
    closures: list[Days] = field(default_factory=list)
    inset_days: list[date] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)


def read_icalendar(content: bytes, academic_year: str) -> CalendarRead:
    """Read one academic year out of a published calendar, which may hold several.

    Raises CalendarFileError, and MalformedAcademicYear for a year that is none.
    """
    # A first term may begin in August; what lies there at the year's end is of the next year.
    opens, closes = (day - timedelta(days=31) for day in (first_day(academic_year), last_day(academic_year)))
    taken = _Taken()
    for title, days in _entries(content):
        if days is None:
            taken.passed_over.append(title)
        elif opens <= days.last and days.first <= closes:
            _take(taken, title, days, academic_year)
    terms = tuple(
        Term(name, taken.begins[name], taken.ends[name])
        for name in TermName
        if name in taken.begins and name in taken.ends
    )
    return CalendarRead(
        academic_year,
        terms,
        _in_order(taken.holidays),
        _in_order(taken.closures),
        tuple(sorted(set(taken.inset_days))),
        tuple(taken.passed_over),
    )


def with_bank_holidays(read: CalendarRead) -> CalendarRead:
    """The calendar with the bank holidays of England in its terms, as far as it does not have them."""
    calendar = SchoolCalendar(read.academic_year, 1, read.terms, read.holidays, read.closures, read.inset_days)
    days = (day for term in read.terms for day in _days(Days(term.first, term.last)))
    added = (Days(day, day, "bank holiday") for day in days if calendar.is_school_day(day) and is_bank_holiday(day))
    return replace(read, holidays=_in_order((*read.holidays, *added)))


def enter(ledger: TrustLedger, caller: Caller, *, urn: str, read: CalendarRead) -> None:
    """Set a school's calendar to what was read; raises what the register refuses."""
    set_calendar(
        ledger,
        caller,
        urn=urn,
        academic_year=read.academic_year,
        terms=read.terms,
        holidays=read.holidays,
        closures=read.closures,
        inset_days=read.inset_days,
    )


def _entries(content: bytes) -> Iterable[tuple[str, Days | None]]:
    """The entries by their titles, with their days, both ends included; None for what is no run of whole days."""
    try:
        calendars = icalendar.Calendar.from_ical(content, multiple=True)
        events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
        found = [(str(event.get("SUMMARY", "")).strip() or "(no title)", _run(event)) for event in events]
    except ValueError as error:
        raise CalendarFileError(f"is no iCalendar: {error}") from None
    if not found:
        raise CalendarFileError("has no entry of a calendar in it")
    return found


def _run(event: Any) -> Days | None:
    if "RRULE" in event or str(event.get("STATUS", "")) == "CANCELLED":
        return None
    first, after = event.start, event.end
    if isinstance(first, datetime) or isinstance(after, datetime) or after <= first:
        return None
    # The end that iCalendar gives is the first day that no longer belongs to it.
    return Days(first, after - _DAY)


def _take(taken: _Taken, title: str, days: Days, academic_year: str) -> None:
    """Take an entry for what its title says, if it says one thing only."""
    words = title.casefold()
    begins, ends = _BEGINS.search(words) is not None, _ENDS.search(words) is not None
    is_inset, is_holiday = _INSET.search(words), _HALF_TERM.search(words) or _HOLIDAY.search(words)
    term = _TERM.search(words)
    if is_inset:
        taken.inset_days += [day for day in _days(days) if day.isoweekday() <= _FRIDAY]
    elif term and not is_holiday and not (begins and ends):
        _take_term(taken, TermName((term[1] or term[2]).upper()), days, title, begins=begins, ends=ends)
    elif is_holiday and days.last < first_day(academic_year):
        pass  # the end of the summer before
    elif begins or ends or not (is_holiday or _CLOSURE.search(words)):
        taken.passed_over.append(title)
    else:
        cut = Days(max(days.first, first_day(academic_year)), min(days.last, last_day(academic_year)), title)
        (taken.holidays if is_holiday else taken.closures).append(cut)


def _take_term(taken: _Taken, name: TermName, days: Days, title: str, *, begins: bool, ends: bool) -> None:
    """A term stands in one entry from end to end, or its beginning and its end in one each."""
    for wanted, known, day in ((not ends, taken.begins, days.first), (not begins, taken.ends, days.last)):
        if wanted and known.setdefault(name, day) != day:
            raise CalendarFileError(f"{title}: another entry has this on {known[name]}, and this one on {day}")


def _in_order(runs: Iterable[Days]) -> tuple[Days, ...]:
    return tuple(sorted(dict.fromkeys(runs), key=lambda days: (days.first, days.last)))


def _days(days: Days) -> Iterable[date]:
    return (days.first + n * _DAY for n in range((days.last - days.first).days + 1))
