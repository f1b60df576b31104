"""By when a request for access is answered: one calendar month, without the days on which its clock stood still.

UK GDPR, Articles 12 and 12A: the corresponding day of the next month, or that month's last; where it is a Saturday, a
Sunday or a bank holiday, the next working day. School holidays count. The law lets the month begin anew once somebody
has shown who they are; here those days are left out as those of any other question are, which is never later.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from domain.bank_holidays import is_bank_holiday
from domain.deadlines import Due, Pause, deadline
from domain.policy_rules import Clock, ClockUnit

__all__ = ["AnswerDue", "answer_due"]

_FRIDAY = 5


@dataclass(frozen=True, slots=True)
class AnswerDue:
    """The day by which a request is answered, and everything that it follows from.

    `ends_on` is the day on which the months end, `due_on` the same or the next working day; both are None while the
    clock stands still, since `stopped_since`. `months` are one, and those by which the time was extended.
    """

    received_on: date
    months: int
    pauses: tuple[Pause, ...]
    ends_on: date | None
    due_on: date | None
    stopped_since: date | None

    def days_left(self, today: date) -> int | None:
        """The days until the last one, 0 on it and fewer after it; None while the clock stands still."""
        return None if self.due_on is None else (self.due_on - today).days

    def is_overdue(self, today: date) -> bool:
        """Whether its day has passed."""
        return self.due_on is not None and self.due_on < today


def answer_due(received_on: date, pauses: Iterable[Pause] = (), extended_by: int = 0) -> AnswerDue:
    """Say by when a request is answered that was received on a day, which is day 0."""
    stops = tuple(sorted(pauses, key=lambda pause: pause.first))
    clock = Clock(unit=ClockUnit.CALENDAR_MONTH, amount=1 + extended_by)
    found = deadline(received_on, clock, {}, pauses=stops)
    if isinstance(found, Due):
        return AnswerDue(received_on, clock.amount, stops, found.on, _working_day(found.on), None)
    [since] = [stop.first for stop in stops if stop.last is None]
    return AnswerDue(received_on, clock.amount, stops, None, None, since)


def _working_day(day: date) -> date:
    """The day, or the next one that is neither at a weekend nor a bank holiday."""
    while day.isoweekday() > _FRIDAY or is_bank_holiday(day):
        day += timedelta(days=1)
    return day
