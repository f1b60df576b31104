"""When a length of time ends, by the school's clocks (design D13): one walk from day to day, in Europe/London.

The day on which it begins is day 0, and it ends with the last moment of its last day. A school day is one on which a
calendar of the school has pupils taught, less bank holidays.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from domain.bank_holidays import is_bank_holiday
from domain.calendars import CalendarMissing, Calendars, is_school_day
from domain.policy_rules import Clock, ClockUnit, SchoolDays
from domain.values import LONDON

__all__ = ["Deadline", "Due", "Extension", "NotComputable", "Pause", "Paused", "deadline", "midnight"]

_DAY = timedelta(days=1)
_FRIDAY = 5


@dataclass(frozen=True, slots=True)
class Due:
    """It falls due on this day in London; `ends` is the instant, in UTC, from which it is too late."""

    on: date
    ends: datetime


@dataclass(frozen=True, slots=True)
class Paused:
    """It has no due date, because time stands still since this day."""

    since: date


@dataclass(frozen=True, slots=True)
class NotComputable:
    """It has no due date, because the school has no calendar yet for these academic years."""

    years: tuple[str, ...]


Deadline = Due | Paused | NotComputable


@dataclass(frozen=True, slots=True)
class Pause:
    """A run of days that do not count, both ends included; without `last` it is still going on."""

    first: date
    last: date | None = None

    def holds(self, day: date) -> bool:
        """Whether time stands still on this day."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Extension:
    """That another day was agreed, and when it was."""

    extended_on: date
    until_on: date


class _StandsStill(Exception):
    """The walk came to a pause that is still going on."""

    def __init__(self, since: date) -> None:
        super().__init__()
        self.since = since


def deadline(
    since: date | datetime,
    clock: Clock,
    calendars: Calendars,
    *,
    pauses: Iterable[Pause] = (),
    extended_to: date | None = None,
    school_days: SchoolDays | None = None,
) -> Deadline:
    """Say when so much time after `since` has passed.

    An extension names the day itself, whatever the clock and the pauses before it say. A pause that begins after the
    due date changes nothing: what was missed is not moved. `school_days` is what the policy counts among them.
    """
    stops = sorted(pauses, key=lambda pause: pause.first)
    if extended_to is not None:
        going_on = next((pause for pause in stops if pause.last is None and pause.first <= extended_to), None)
        return Paused(going_on.first) if going_on else _by_the_end_of(extended_to)
    try:
        if clock.unit is ClockUnit.HOUR:
            return _after_hours(_instant(since), timedelta(hours=clock.amount), stops)
        return _by_the_end_of(_last_day(_day(since), clock, calendars, stops, school_days))
    except _StandsStill as still:
        return Paused(still.since)
    except CalendarMissing as missing:
        return NotComputable(missing.years)


def _last_day(start: date, clock: Clock, calendars: Calendars, stops: list[Pause], also: SchoolDays | None) -> date:
    if clock.unit is ClockUnit.SCHOOL_DAY:

        def is_taught(day: date) -> bool:
            inset, closures = (also.inset_days, also.closures) if also else (False, False)
            return is_school_day(calendars, day, inset=inset, closures=closures) and not is_bank_holiday(day)

        # Received on a day without school, it is as if received on the next one that has it.
        return _counted(next(filter(is_taught, _days_from(start))), clock.amount, is_taught, stops)
    if clock.unit is ClockUnit.WORKING_DAY:
        return _counted(
            start, clock.amount, lambda day: day.isoweekday() <= _FRIDAY and not is_bank_holiday(day), stops
        )
    amount = clock.amount
    if clock.unit is ClockUnit.CALENDAR_MONTH:
        # A month with pauses in it is as many days long as it would have been without.
        amount = (months_later(start, clock.amount) - start).days
    return _counted(start, amount, lambda _: True, stops)


def _counted(start: date, amount: int, counts: Callable[[date], bool], stops: list[Pause]) -> date:
    """The day that is the last of so many that count, after the day of the start."""
    for day in _days_from(start + _DAY):
        stop = next((stop for stop in stops if stop.holds(day)), None)
        if stop is not None:
            if stop.last is None:
                raise _StandsStill(stop.first)
            continue
        if counts(day):
            amount -= 1
            if amount == 0:
                return day
    raise AssertionError("days do not end")


def _days_from(day: date) -> Iterator[date]:
    while True:
        yield day
        day += _DAY


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _after_hours(start: datetime, length: timedelta, stops: list[Pause]) -> Due:
    """Hours are elapsed time, so a night on which the clocks change makes none longer or shorter."""
    at, left = start, length
    for stop in stops:
        begins = midnight(stop.first)
        if at + left <= begins:
            break
        left -= max(begins - at, timedelta())
        if stop.last is None:
            raise _StandsStill(stop.first)
        at = max(at, begins, midnight(stop.last + _DAY))
    ends = at + left
    # What ends at midnight was to be done on the day before.
    return Due(_day(ends - timedelta.resolution), ends)


def _by_the_end_of(day: date) -> Due:
    return Due(day, midnight(day + _DAY))


def midnight(day: date) -> datetime:
    """The first instant of a day in London."""
    return datetime.combine(day, time(), LONDON).astimezone(UTC)


def _day(since: date | datetime) -> date:
    return _aware(since).astimezone(LONDON).date() if isinstance(since, datetime) else since


def _instant(since: date | datetime) -> datetime:
    # Of a day alone the first moment is taken, so that what is said to be in time is in time.
    return _aware(since).astimezone(UTC) if isinstance(since, datetime) else midnight(since)


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant without a time zone is none")
    return instant
