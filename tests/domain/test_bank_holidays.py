"""Bank holidays are those of England, not of all the kingdom nor of its other parts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain.bank_holidays import is_bank_holiday


def test_the_bank_holidays_of_a_year_are_those_that_the_government_published() -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    # Boxing Day is a Saturday: the Monday stands in for it.
    assert [f"{day:%m-%d}" for day in days if is_bank_holiday(day) and day.isoweekday() <= 5] == [
        *("01-01", "04-03", "04-06", "05-04", "05-25", "08-31", "12-25", "12-28")
    ]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2022, 6, 3), True),  # the jubilee
        (date(2023, 5, 8), True),  # the coronation
        (date(2020, 5, 4), False),  # May Day moved to the 8th, for the end of the war in Europe
        (date(2020, 5, 8), True),
        (date(2026, 1, 2), False),  # Scotland
        (date(2026, 8, 3), False),  # Scotland
        (date(2026, 3, 17), False),  # Northern Ireland
    ],
)
def test_single_days_come_and_go(day: date, expected: bool) -> None:
    assert is_bank_holiday(day) is expected
