"""The periods of a report for each school: terms differ from school to school, every other period does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from domain.calendars import CalendarMissing, Calendars, academic_year, first_day, last_day
from domain.periods import Period, PeriodDimension, periods
from domain.refusals import RefusalCode, Refused
from projections.schools import School


class SchoolCalendarMissing(Refused):
    """Terms are told apart by each school's calendar, and these schools have none for these academic years."""

    code = RefusalCode.CALENDAR_MISSING

    def __init__(self, missing: Mapping[str, Sequence[str]]) -> None:
        super().__init__("groupBy")
        self.missing = missing

    @property
    def message(self) -> str:
        """The sentence for the user, with the schools by URN and the academic years that they lack."""
        lacking = "; ".join(f"{urn}: {', '.join(years)}" for urn, years in self.missing.items())
        return f"{self.args[0]} ({lacking})"


@dataclass(frozen=True, slots=True)
class Spans:
    """Schools that have the same periods, in order of time."""

    schools: tuple[str, ...]
    periods: tuple[Period, ...]


def spans(
    dimension: PeriodDimension | None,
    first: date,
    last: date,
    schools: Sequence[School],
    calendars: Mapping[str, Calendars],
) -> list[Spans]:
    """The periods of each school from `first` to `last`, schools with the same ones together.

    Without a dimension the whole range is one period. A school needs calendars for the academic years in which it is a
    member; what it recorded outside these cannot be given to a term. Raises SchoolCalendarMissing for terms,
    DatesOutOfOrder and YearOutOfRange.
    """
    # Whatever the dimension: this refuses a range that ends before it begins.
    years = periods(PeriodDimension.ACADEMIC_YEAR, first, last)
    urns = tuple(school.urn for school in schools)
    if dimension is None:
        return [Spans(urns, (Period("", first, last, partial=False),))]
    if dimension is not PeriodDimension.TERM:
        return [Spans(urns, tuple(periods(dimension, first, last)))]
    grouped: dict[tuple[Period, ...], list[str]] = {}
    missing: dict[str, Sequence[str]] = {}
    for school in schools:
        begins, ends = _member_years(school, first, last) or (years[0].first, years[0].first - timedelta(days=1))
        if begins > ends:
            continue
        try:
            terms = tuple(periods(dimension, begins, ends, calendars.get(school.urn, {})))
        except CalendarMissing as error:
            missing[school.urn] = error.years
            continue
        grouped.setdefault(terms, []).append(school.urn)
    if missing:
        raise SchoolCalendarMissing(missing)
    return [Spans(tuple(urns), terms) for terms, urns in grouped.items()]


def _member_years(school: School, first: date, last: date) -> tuple[date, date] | None:
    """The part of the range in academic years in which the school is a member, from its first to its last."""
    within = [each for each in school.memberships if each.joined_on <= last and (each.left_on or last) >= first]
    if not within:
        return None
    begins = max(first, first_day(academic_year(within[0].joined_on)))
    left_on = within[-1].left_on
    return begins, last if left_on is None else min(last, last_day(academic_year(left_on)))
