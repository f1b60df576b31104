"""Days, months, terms and academic years (design, counting rule 9), worked out anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from tests.plan.oracle.facts import Refusal
from tests.plan.oracle.story import School

PERIODS = ("DAY", "MONTH", "TERM", "ACADEMIC_YEAR")
_DAY = timedelta(days=1)


class Period(NamedTuple):
    """One period, whole."""

    first: date
    last: date
    label: str


def year_of(day: date) -> int:
    """The calendar year in which the academic year of a day begins."""
    return day.year if day >= date(day.year, 9, 1) else day.year - 1


def periods(kind: str | None, first: date, last: date, school: School) -> list[Period]:
    """The periods that a range touches, at one school; without a kind the range itself is one."""
    if first > last or first.year < 1900 or last.year > 2999:
        raise Refusal
    if kind is None:
        return [Period(first, last, "")]
    if kind == "TERM":
        within = _years_in_trust(first, last, school)
        if within is None:
            return []
        first, last = within
    return [each for each in _all(kind, first, last, school) if each.first <= last and each.last >= first]


def _years_in_trust(first: date, last: date, school: School) -> tuple[date, date] | None:
    """The part of a range in the academic years of a school's membership; terms are known of those alone."""
    within = [(joined, left) for joined, left in school.memberships if joined <= last and (left or last) >= first]
    if not within:
        return None
    begins = max(first, date(year_of(within[0][0]), 9, 1))
    left = within[-1][1]
    ends = last if left is None else min(last, date(year_of(left) + 1, 8, 31))
    return (begins, ends) if begins <= ends else None


def _all(kind: str, first: date, last: date, school: School) -> Iterator[Period]:
    if kind == "DAY":
        for number in range((last - first).days + 1):
            day = first + number * _DAY
            yield Period(day, day, f"{day}")
    elif kind == "MONTH":
        begins = first.replace(day=1)
        while begins <= last:
            following = date(begins.year + begins.month // 12, begins.month % 12 + 1, 1)
            yield Period(begins, following - _DAY, f"{begins}"[:7])
            begins = following
    else:
        for year in range(year_of(first), year_of(last) + 1):
            begins, ends, label = date(year, 9, 1), date(year + 1, 8, 31), f"{year}-{(year + 1) % 100:02}"
            if kind == "ACADEMIC_YEAR":
                yield Period(begins, ends, label)
            elif label not in school.terms:
                raise Refusal("CALENDAR_MISSING")
            else:
                spring, summer = school.terms[label]
                yield Period(begins, spring - _DAY, f"{year}-autumn")
                yield Period(spring, summer - _DAY, f"{year + 1}-spring")
                yield Period(summer, ends, f"{year + 1}-summer")
