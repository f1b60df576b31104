"""By when a request for access is answered: by examples, and by an oracle that counts the days one by one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.access_request_clock import AnswerDue, answer_due
from domain.deadlines import Pause
from domain.values import london_date

RECEIVED, TODAY = date(2026, 3, 2), date(2026, 12, 1)
# Of England and Wales, as the government lists them (gov.uk/bank-holidays).
BANK_HOLIDAYS = {
    date.fromisoformat(day)
    for day in [
        "2026-01-01",
        "2026-04-03",
        "2026-04-06",
        "2026-05-04",
        "2026-05-25",
        "2026-08-31",
        "2026-12-25",
        "2026-12-28",
        "2027-01-01",
        "2027-03-26",
        "2027-03-29",
        "2027-05-03",
        "2027-05-31",
        "2027-08-30",
        "2027-12-27",
        "2027-12-28",
    ]
}
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("received_on", "months", "ends_on", "due_on"),
    [
        (date(2026, 3, 2), 0, date(2026, 4, 2), date(2026, 4, 2)),
        # There is no 31 September.
        (date(2026, 8, 31), 0, date(2026, 9, 30), date(2026, 9, 30)),
        # February ends on the 28th, a Saturday in 2026, and in a leap year on the 29th.
        (date(2026, 1, 31), 0, date(2026, 2, 28), date(2026, 3, 2)),
        (date(2028, 1, 31), 0, date(2028, 2, 29), date(2028, 2, 29)),
        (date(2028, 2, 29), 0, date(2028, 3, 29), date(2028, 3, 29)),
        # Good Friday, the weekend, and Easter Monday.
        (date(2026, 3, 3), 0, date(2026, 4, 3), date(2026, 4, 7)),
        # Christmas Day; Boxing Day is a Saturday, so that Monday the 28th stands for it.
        (date(2026, 11, 25), 0, date(2026, 12, 25), date(2026, 12, 29)),
        # Extended by one month and by two: counted from the day of receipt, not from the last day.
        (date(2026, 1, 31), 1, date(2026, 3, 31), date(2026, 3, 31)),
        (date(2025, 12, 31), 2, date(2026, 3, 31), date(2026, 3, 31)),
        # A request in the summer holidays is due in them.
        (date(2026, 7, 22), 0, date(2026, 8, 22), date(2026, 8, 24)),
    ],
)
def test_a_request_is_answered_by_the_same_day_of_a_later_month_or_the_next_working_day(
    received_on: date, months: int, ends_on: date, due_on: date
) -> None:
    assert answer_due(received_on, (), months) == AnswerDue(received_on, 1 + months, (), ends_on, due_on, None)


@pytest.mark.parametrize(
    ("pauses", "due_on"),
    [
        # From the day of asking to that of the answer, both left out: 10 days.
        ((Pause(date(2026, 3, 9), date(2026, 3, 18)),), date(2026, 4, 13)),
        # Asked and answered on one day.
        ((Pause(date(2026, 3, 9), date(2026, 3, 9)),), date(2026, 4, 7)),
        # On the day of receipt itself, which is not counted anyway, nothing is left out but the days after it.
        ((Pause(date(2026, 3, 2), date(2026, 3, 4)),), date(2026, 4, 7)),
        # Twice.
        ((Pause(date(2026, 3, 9), date(2026, 3, 10)), Pause(date(2026, 3, 30), date(2026, 4, 8))), date(2026, 4, 14)),
        # What was missed is not moved.
        ((Pause(date(2026, 4, 3), date(2026, 5, 1)),), date(2026, 4, 2)),
    ],
)
def test_the_days_on_which_the_clock_stood_still_are_added(pauses: tuple[Pause, ...], due_on: date) -> None:
    assert answer_due(RECEIVED, pauses).due_on == due_on


def test_while_the_clock_stands_still_there_is_no_day_and_nothing_is_overdue() -> None:
    due = answer_due(RECEIVED, [Pause(date(2026, 3, 9))])

    assert (due.ends_on, due.due_on, due.stopped_since) == (None, None, date(2026, 3, 9))
    assert (due.days_left(TODAY), due.is_overdue(TODAY)) == (None, False)


def test_its_last_day_is_in_time_in_london_and_the_next_is_not() -> None:
    due = answer_due(RECEIVED)
    # In April London is an hour ahead of UTC.
    last = london_date(datetime(2026, 4, 2, 22, 59, tzinfo=UTC))
    late = london_date(datetime(2026, 4, 2, 23, 0, tzinfo=UTC))

    assert [(due.days_left(day), due.is_overdue(day)) for day in (last, late)] == [(0, False), (-1, True)]


def days_of_month(year: int, month: int) -> int:
    return 29 if month == 2 and year % 4 == 0 else {2: 28, 4: 30, 6: 30, 9: 30, 11: 30}.get(month, 31)


def oracle(received_on: date, stops: list[tuple[date, date]], months: int) -> date:
    """The months without stops are so many days; each is counted in turn, and the last one moved to a day of work."""
    year, month = divmod(received_on.year * 12 + received_on.month - 1 + months, 12)
    last = date(year, month + 1, min(received_on.day, days_of_month(year, month + 1)))
    left, day = (last - received_on).days, received_on
    while left:
        day += DAY
        if not any(first <= day <= last for first, last in stops):
            left -= 1
    while day.weekday() in (5, 6) or day in BANK_HOLIDAYS:
        day += DAY
    return day


@st.composite
def stops(draw: st.DrawFn) -> tuple[date, list[tuple[date, date]]]:
    """A day of receipt, and up to three stops after it that do not overlap."""
    received_on = day = draw(st.dates(date(2026, 1, 1), date(2027, 7, 31)))
    found = []
    for _ in range(draw(st.integers(0, 3))):
        first = day + DAY * draw(st.integers(0, 12))
        day = first + DAY * draw(st.integers(0, 9))
        found.append((first, day))
        day += DAY
    return received_on, found


@given(given=stops(), extended_by=st.integers(0, 2))
def test_the_day_is_that_of_an_oracle_whatever_the_stops(
    given: tuple[date, list[tuple[date, date]]], extended_by: int
) -> None:
    received_on, found = given

    due = answer_due(received_on, [Pause(first, last) for first, last in found], extended_by)

    assert due.due_on == oracle(received_on, found, 1 + extended_by)
