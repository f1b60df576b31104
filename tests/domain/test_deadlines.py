"""When something falls due: by school days, working days, calendar days and months, and hours, in London."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.bank_holidays import is_bank_holiday
from domain.calendars import Days, SchoolCalendar, Term, TermName, is_school_day
from domain.deadlines import Deadline, Due, NotComputable, Pause, Paused, deadline
from domain.policy_rules import Clock, ClockUnit


def calendar(year: int) -> SchoolCalendar:
    """A year much like those of any school: half-terms, two INSET days in autumn, snow in January."""
    return SchoolCalendar(
        academic_year=f"{year}-{(year + 1) % 100:02}",
        version=1,
        terms=(
            Term(TermName.AUTUMN, date(year, 9, 2), date(year, 12, 18)),
            Term(TermName.SPRING, date(year + 1, 1, 4), date(year + 1, 3, 25)),
            Term(TermName.SUMMER, date(year + 1, 4, 12), date(year + 1, 7, 21)),
        ),
        holidays=(
            Days(date(year, 10, 26), date(year, 10, 30), "half-term"),
            Days(date(year + 1, 2, 15), date(year + 1, 2, 19), "half-term"),
        ),
        closures=(Days(date(year + 1, 1, 12), date(year + 1, 1, 13), "snow"),),
        inset_days=(date(year, 9, 2), date(year, 9, 3), date(year + 1, 6, 14)),
    )


CALENDARS = {one.academic_year: one for one in map(calendar, range(2025, 2032))}
# What may begin in the first two years ends within all of them, pauses included.
STARTS = st.dates(date(2025, 9, 1), date(2027, 8, 31))
AMOUNTS = st.integers(1, 60)
DAYS = (ClockUnit.SCHOOL_DAY, ClockUnit.WORKING_DAY, ClockUnit.CALENDAR_DAY, ClockUnit.CALENDAR_MONTH)
LONDON = ZoneInfo("Europe/London")


def counts(unit: ClockUnit, day: date) -> bool:
    """What each clock counts, said again in the plainest way."""
    weekday = day.strftime("%a") not in ("Sat", "Sun")
    if unit is ClockUnit.SCHOOL_DAY:
        return weekday and is_school_day(CALENDARS, day) and not is_bank_holiday(day)
    return unit is not ClockUnit.WORKING_DAY or (weekday and not is_bank_holiday(day))


def after(
    since: date | datetime,
    amount: int,
    unit: ClockUnit,
    *pauses: Pause,
    calendars: dict[str, SchoolCalendar] = CALENDARS,
    extended_to: date | None = None,
) -> Deadline:
    return deadline(since, Clock(unit=unit, amount=amount), calendars, pauses=pauses, extended_to=extended_to)


def day(found: Deadline) -> date:
    assert isinstance(found, Due), found
    return found.on


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


SCHOOL, WORKING, CALENDAR, MONTH, HOUR = ClockUnit


@pytest.mark.parametrize(
    ("since", "amount", "unit", "expected"),
    [
        # The day of receipt is day 0.
        pytest.param("2026-11-02", 1, SCHOOL, "2026-11-03", id="Monday, one school day"),
        pytest.param("2026-11-06", 1, SCHOOL, "2026-11-09", id="Friday, one school day"),
        pytest.param("2026-11-06", 1, WORKING, "2026-11-09", id="Friday, one working day"),
        pytest.param("2026-11-02", 1, CALENDAR, "2026-11-03", id="Monday, one calendar day"),
        # A school-day clock starts on the next school day; the working-day clock does not shift.
        pytest.param("2026-11-07", 1, SCHOOL, "2026-11-10", id="Saturday: Monday is day 0"),
        pytest.param("2026-11-07", 1, WORKING, "2026-11-09", id="Saturday: Monday is day 1"),
        pytest.param(
            "2026-08-15", 5, SCHOOL, "2026-09-11", id="a Saturday in August: 4 September is day 0, after INSET"
        ),
        pytest.param("2026-08-15", 5, WORKING, "2026-08-21", id="a Saturday in August, working days"),
        # Half-term, Christmas, INSET, closures.
        pytest.param("2026-10-23", 1, SCHOOL, "2026-11-02", id="the Friday before half-term"),
        pytest.param("2026-10-28", 1, SCHOOL, "2026-11-03", id="received in half-term"),
        pytest.param("2026-10-23", 1, WORKING, "2026-10-26", id="half-term is working time"),
        pytest.param("2026-12-17", 3, SCHOOL, "2027-01-05", id="over Christmas, school days"),
        pytest.param("2026-12-24", 1, WORKING, "2026-12-29", id="Christmas Eve: the 28th stands in for Boxing Day"),
        pytest.param("2026-12-31", 1, WORKING, "2027-01-04", id="New Year's Eve"),
        pytest.param("2027-12-24", 1, WORKING, "2027-12-29", id="both days of Christmas at a weekend: two substitutes"),
        pytest.param("2026-09-01", 1, SCHOOL, "2026-09-07", id="two INSET days: Friday is day 0"),
        pytest.param("2027-01-11", 1, SCHOOL, "2027-01-14", id="the school was closed by snow"),
        pytest.param("2027-01-11", 1, WORKING, "2027-01-12", id="snow closes no office"),
        # A bank holiday in term, which a school need not enter.
        pytest.param("2027-04-30", 1, SCHOOL, "2027-05-04", id="before the May bank holiday, school days"),
        pytest.param("2027-04-30", 1, WORKING, "2027-05-04", id="before the May bank holiday, working days"),
        pytest.param("2027-05-03", 1, SCHOOL, "2027-05-05", id="received on it, school days"),
        pytest.param("2027-05-03", 1, WORKING, "2027-05-04", id="received on it, working days"),
        pytest.param("2027-04-30", 1, CALENDAR, "2027-05-01", id="calendar days go on"),
        # Months.
        pytest.param("2027-01-31", 1, MONTH, "2027-02-28", id="a month after 31 January"),
        pytest.param("2028-01-31", 1, MONTH, "2028-02-29", id="a month after 31 January of a leap year"),
        pytest.param("2028-02-29", 12, MONTH, "2029-02-28", id="a year after a leap day"),
        pytest.param("2028-02-28", 1, CALENDAR, "2028-02-29", id="the day before a leap day"),
        pytest.param("2026-11-30", 3, MONTH, "2027-02-28", id="three months, over the year's end"),
        pytest.param("2026-12-15", 1, MONTH, "2027-01-15", id="a month after December"),
    ],
)
def test_it_falls_due_at_the_end_of_a_day(since: str, amount: int, unit: ClockUnit, expected: str) -> None:
    assert day(after(date.fromisoformat(since), amount, unit)) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("on", "ends"),
    [
        ("2027-01-15", "2027-01-16T00:00:00+00:00"),
        ("2027-07-15", "2027-07-15T23:00:00+00:00"),
        # The clocks go forward in the night to 28 March 2027 and back in that to 31 October.
        ("2027-03-27", "2027-03-28T00:00:00+00:00"),
        ("2027-03-28", "2027-03-28T23:00:00+00:00"),
        ("2027-10-30", "2027-10-30T23:00:00+00:00"),
        ("2027-10-31", "2027-11-01T00:00:00+00:00"),
    ],
)
def test_a_day_ends_at_midnight_in_london(on: str, ends: str) -> None:
    last = date.fromisoformat(on)
    assert after(last - timedelta(days=1), 1, CALENDAR) == Due(last, instant(ends))
    assert after(last, 1, HOUR, extended_to=last) == Due(last, instant(ends))


@pytest.mark.parametrize(
    ("since", "amount", "on", "ends"),
    [
        ("2026-11-02T10:30:00+00:00", 48, "2026-11-04", "2026-11-04T10:30:00+00:00"),
        # Forward: half past ten in the evening of the third day, by the clock on the wall.
        ("2027-03-26T21:30:00+00:00", 72, "2027-03-29", "2027-03-29T21:30:00+00:00"),
        ("2027-03-28T00:30:00+00:00", 1, "2027-03-28", "2027-03-28T01:30:00+00:00"),
        # Back: 48 hours after noon in summer time are 11 in the morning in winter time.
        ("2027-10-30T12:00:00+01:00", 48, "2027-11-01", "2027-11-01T11:00:00+00:00"),
        # What ends with the day is of that day.
        ("2026-11-02T00:00:00+00:00", 48, "2026-11-03", "2026-11-04T00:00:00+00:00"),
        ("2026-12-24T23:59:00+00:00", 1, "2026-12-25", "2026-12-25T00:59:00+00:00"),
    ],
)
def test_hours_are_elapsed_time(since: str, amount: int, on: str, ends: str) -> None:
    assert after(instant(since), amount, HOUR) == Due(date.fromisoformat(on), instant(ends))


def test_hours_from_a_day_alone_run_from_its_first_moment() -> None:
    assert after(date(2027, 7, 1), 72, HOUR) == Due(date(2027, 7, 3), instant("2027-07-03T23:00:00+00:00"))
    # Over the night on which the clocks go forward the third day ends an hour too soon.
    assert after(date(2027, 3, 27), 72, HOUR) == Due(date(2027, 3, 30), instant("2027-03-30T00:00:00+00:00"))


def test_late_in_the_evening_in_utc_is_the_next_day_in_london() -> None:
    assert day(after(instant("2027-07-01T23:30:00+00:00"), 1, CALENDAR)) == date(2027, 7, 3)
    assert day(after(instant("2027-01-01T23:30:00+00:00"), 1, CALENDAR)) == date(2027, 1, 2)


def test_an_instant_without_a_time_zone_is_refused() -> None:
    for unit in ClockUnit:
        with pytest.raises(ValueError, match="time zone"):
            after(datetime(2027, 7, 1, 12, 0), 1, unit)  # noqa: DTZ001 - what is refused


# --- calendars that are not there


@pytest.mark.parametrize(
    ("since", "amount", "missing"),
    [
        ("2026-11-02", 5, "2026-27"),
        ("2026-07-20", 5, "2026-27"),  # the old year's last days are known, the next year's are not
        ("2026-08-01", 1, "2026-27"),
        ("2025-08-31", 1, "2024-25"),
    ],
)
def test_without_a_calendar_there_is_no_due_date_and_the_year_is_named(since: str, amount: int, missing: str) -> None:
    known = {"2025-26": CALENDARS["2025-26"]}
    start = date.fromisoformat(since)
    assert after(start, amount, SCHOOL, calendars=known) == NotComputable((missing,))
    # The other clocks ask no school.
    for unit in (WORKING, CALENDAR, MONTH, HOUR):
        assert after(start, amount, unit, calendars={}) == after(start, amount, unit)


def test_when_the_calendar_comes_the_due_date_is_there() -> None:
    assert day(after(date(2026, 7, 20), 5, SCHOOL)) == date(2026, 9, 9)


def test_what_ends_before_the_missing_year_is_computed() -> None:
    known = {"2025-26": CALENDARS["2025-26"]}
    assert day(after(date(2026, 7, 20), 1, SCHOOL, calendars=known)) == date(2026, 7, 21)


# --- pauses and extensions


@pytest.mark.parametrize(
    ("unit", "amount", "stop", "expected"),
    [
        (SCHOOL, 5, Pause(date(2026, 11, 4), date(2026, 11, 5)), "2026-11-11"),
        (WORKING, 5, Pause(date(2026, 11, 4), date(2026, 11, 8)), "2026-11-12"),
        (CALENDAR, 5, Pause(date(2026, 11, 4), date(2026, 11, 5)), "2026-11-09"),
        (MONTH, 1, Pause(date(2026, 11, 4), date(2026, 11, 5)), "2026-12-04"),
        # The day of the start is not counted in any case.
        (CALENDAR, 5, Pause(date(2026, 11, 2), date(2026, 11, 2)), "2026-11-07"),
        (CALENDAR, 5, Pause(date(2026, 10, 1), date(2026, 11, 3)), "2026-11-08"),
        # On the last day, and after it.
        (CALENDAR, 5, Pause(date(2026, 11, 7), date(2026, 11, 7)), "2026-11-08"),
        (CALENDAR, 5, Pause(date(2026, 11, 8), date(2026, 11, 9)), "2026-11-07"),
    ],
)
def test_the_days_of_a_pause_do_not_count(unit: ClockUnit, amount: int, stop: Pause, expected: str) -> None:
    assert day(after(date(2026, 11, 2), amount, unit, stop)) == date.fromisoformat(expected)


def test_hours_stand_still_from_the_first_moment_of_a_pause_to_its_last() -> None:
    since = instant("2027-03-26T12:00:00+00:00")
    weekend = Pause(date(2027, 3, 27), date(2027, 3, 28))  # 47 hours long: the clocks go forward
    assert after(since, 24, HOUR, weekend) == Due(date(2027, 3, 29), instant("2027-03-29T11:00:00+00:00"))
    assert after(since, 12, HOUR, weekend) == Due(date(2027, 3, 26), instant("2027-03-27T00:00:00+00:00"))
    assert after(since, 24, HOUR, Pause(date(2027, 3, 20), date(2027, 3, 21))) == after(since, 24, HOUR)


@pytest.mark.parametrize("unit", ClockUnit)
def test_a_pause_that_is_still_going_on_leaves_no_due_date(unit: ClockUnit) -> None:
    going_on = Pause(date(2026, 11, 3))
    start = date(2026, 11, 2)
    assert after(start, 30, unit, going_on) == Paused(date(2026, 11, 3))
    # Also before any calendar is missed, and after a pause that has ended.
    assert after(start, 30, unit, Pause(date(2026, 11, 4)), Pause(date(2026, 11, 3), date(2026, 11, 3))) == Paused(
        date(2026, 11, 4)
    )


@pytest.mark.parametrize("unit", ClockUnit)
def test_a_pause_after_the_due_date_moves_nothing(unit: ClockUnit) -> None:
    due = after(date(2026, 11, 2), 3, unit)
    late = Pause(day(due) + timedelta(days=1))
    assert after(date(2026, 11, 2), 3, unit, late) == due


def test_an_extension_replaces_the_due_date() -> None:
    until = date(2026, 12, 1)
    due = Due(until, instant("2026-12-02T00:00:00+00:00"))
    for unit in ClockUnit:
        assert after(date(2026, 11, 2), 5, unit, extended_to=until) == due
        # With nothing left to compute, no calendar is missed and no past pause matters.
        assert after(date(2026, 11, 2), 5, unit, Pause(until, until), calendars={}, extended_to=until) == due
        assert after(date(2026, 11, 2), 5, unit, Pause(until), extended_to=until) == Paused(until)
        assert after(date(2026, 11, 2), 5, unit, Pause(until + timedelta(days=1)), extended_to=until) == due


# --- whatever the start, the amount and the pauses


def pause(first: date, days: int) -> Pause:
    return Pause(first, first + timedelta(days=days))


PAUSES = st.lists(st.builds(pause, st.dates(date(2025, 9, 1), date(2027, 12, 31)), st.integers(0, 20)), max_size=4)


@given(STARTS, AMOUNTS, st.sampled_from([SCHOOL, WORKING, CALENDAR]), PAUSES)
def test_just_so_many_days_that_count_lie_between(
    start: date, amount: int, unit: ClockUnit, pauses: list[Pause]
) -> None:
    due = day(after(start, amount, unit, *pauses))
    first = start
    while unit is SCHOOL and not counts(SCHOOL, first):
        first += timedelta(days=1)
    between = [first + timedelta(days=n) for n in range(1, (due - first).days + 1)]
    counted = [one for one in between if counts(unit, one) and not any(stop.holds(one) for stop in pauses)]
    assert len(counted) == amount
    assert counted[-1] == due


@given(STARTS, st.integers(1, 24), st.sampled_from(ClockUnit), PAUSES)
def test_more_time_is_never_over_sooner(start: date, amount: int, unit: ClockUnit, pauses: list[Pause]) -> None:
    sooner, later = (after(start, n, unit, *pauses) for n in (amount, amount + 1))
    assert isinstance(sooner, Due)
    assert isinstance(later, Due)
    assert sooner.ends < later.ends


@given(STARTS, st.integers(1, 24), st.sampled_from(ClockUnit), PAUSES)
def test_what_begins_later_is_never_over_sooner(start: date, amount: int, unit: ClockUnit, pauses: list[Pause]) -> None:
    sooner, later = (after(start + timedelta(days=n), amount, unit) for n in (0, 1))
    assert isinstance(sooner, Due)
    assert isinstance(later, Due)
    assert sooner.ends <= later.ends


@given(
    st.datetimes(datetime(2025, 9, 1), datetime(2027, 8, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(-14 * 60, 14 * 60),
    AMOUNTS.filter(lambda amount: amount <= 24),
    st.sampled_from(ClockUnit),
    PAUSES,
)
def test_the_zone_in_which_an_instant_is_written_does_not_matter(
    since: datetime, offset: int, amount: int, unit: ClockUnit, pauses: list[Pause]
) -> None:
    elsewhere = since.astimezone(timezone(timedelta(minutes=offset)))
    assert after(elsewhere, amount, unit, *pauses) == after(since, amount, unit, *pauses)


@given(STARTS, AMOUNTS, st.sampled_from(DAYS))
def test_it_ends_just_before_the_next_day_in_london(start: date, amount: int, unit: ClockUnit) -> None:
    found = after(start, min(amount, 24), unit)
    assert isinstance(found, Due)
    last, next_day = ((found.ends - less).astimezone(LONDON) for less in (timedelta(seconds=1), timedelta()))
    assert (last.date(), next_day.date()) == (found.on, found.on + timedelta(days=1))
    assert (next_day.hour, next_day.minute) == (0, 0)


@given(STARTS, st.integers(1, 40), st.sampled_from(DAYS), PAUSES, st.integers(0, 40))
def test_a_due_date_is_either_there_or_says_what_is_missing(
    start: date, amount: int, unit: ClockUnit, pauses: list[Pause], reach: int
) -> None:
    known = {"2025-26": CALENDARS["2025-26"]} if reach % 2 else {}
    found = after(start, amount, unit, *pauses, calendars=known)
    if isinstance(found, NotComputable):
        assert unit is SCHOOL
        assert not set(found.years) & set(known)
    else:
        # Nothing is guessed: what is said without a calendar is what is said with it.
        assert found == after(start, amount, unit, *pauses)
