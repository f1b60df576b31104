"""Who belongs to the demonstration trust, on which policy, and when its schools are open. All of it is invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from domain.calendars import Days, Term, TermName

__all__ = ["ADOPTED_ON", "CALENDARS", "JOINED_ON", "SCHOOLS", "TRUST_NAME", "DemoCalendar", "DemoSchool"]

TRUST_NAME = "Harebell Learning Trust (demonstration)"
JOINED_ON = date(2022, 9, 1)
# Before the first entry of the example log, so that every case has a policy.
ADOPTED_ON = date(2023, 9, 1)


@dataclass(frozen=True, slots=True)
class DemoSchool:
    """A school: its URN, its invented name with the pack's in brackets, the pack, and how its calendar differs."""

    urn: str
    name: str
    pack: str
    inset_shift: int


SCHOOLS = (
    DemoSchool("900001", "Alderwick Primary School (Sharp Lane)", "sharp-lane", 0),
    DemoSchool("900002", "Whinmoor Vale Academy (Westacre)", "westacre", 0),
    DemoSchool("900003", "Candlemere School (Libra)", "libra", 1),
    DemoSchool("900004", "Tarnbrook High School (Rivington)", "rivington", 0),
    DemoSchool("900005", "Foxley Green Primary School (Park Hall)", "park-hall", 1),
)


@dataclass(frozen=True, slots=True)
class DemoCalendar:
    """One academic year: three terms, half-terms and public holidays, and the INSET days of one school."""

    academic_year: str
    terms: tuple[Term, ...]
    holidays: tuple[Days, ...]
    inset_days: tuple[date, ...]

    def shifted_by(self, days: int) -> tuple[date, ...]:
        """Return the INSET days of a school that holds the first of them later."""
        first, *rest = self.inset_days
        return (first + timedelta(days=days), *rest)


def _year(
    academic_year: str, *bounds: str, half_terms: tuple[str, str, str], may_day: str, inset: tuple[str, ...]
) -> DemoCalendar:
    autumn, spring, summer = (
        Term(name, date.fromisoformat(bounds[2 * place]), date.fromisoformat(bounds[2 * place + 1]))
        for place, name in enumerate((TermName.AUTUMN, TermName.SPRING, TermName.SUMMER))
    )
    mondays = [date.fromisoformat(monday) for monday in half_terms]
    holidays = [Days(monday, monday + timedelta(days=4), "half-term") for monday in mondays]
    bank_holiday = date.fromisoformat(may_day)
    holidays.append(Days(bank_holiday, bank_holiday, "May Day"))
    return DemoCalendar(
        academic_year,
        (autumn, spring, summer),
        tuple(sorted(holidays, key=lambda days: days.first)),
        tuple(date.fromisoformat(day) for day in inset),
    )


CALENDARS = (
    _year(
        "2024-25",
        *("2024-09-02", "2024-12-20", "2025-01-06", "2025-04-04", "2025-04-22", "2025-07-22"),
        half_terms=("2024-10-28", "2025-02-17", "2025-05-26"),
        may_day="2025-05-05",
        inset=("2024-09-02", "2025-01-06"),
    ),
    _year(
        "2025-26",
        *("2025-09-01", "2025-12-19", "2026-01-05", "2026-03-27", "2026-04-13", "2026-07-21"),
        half_terms=("2025-10-27", "2026-02-16", "2026-05-25"),
        may_day="2026-05-04",
        inset=("2025-09-01", "2026-01-05"),
    ),
    _year(
        "2026-27",
        *("2026-09-01", "2026-12-18", "2027-01-04", "2027-03-25", "2027-04-12", "2027-07-21"),
        half_terms=("2026-10-26", "2027-02-15", "2027-05-31"),
        may_day="2027-05-03",
        inset=("2026-09-01", "2027-01-04"),
    ),
)
