"""The words of a monitoring question and of its answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from domain.counting import CountSource, MonitoringCount
from domain.periods import PeriodDimension
from domain.refusals import RefusalCode, Refused
from domain.values import Mark
from projections.snapshot import AsOf
from projections.spans import Spans


class MonitoringDimension(StrEnum):
    """By what figures can be told apart. At most one is a period."""

    COUNT = "COUNT"
    SCHOOL = "SCHOOL"
    SOURCE = "SOURCE"
    DAY = "DAY"
    MONTH = "MONTH"
    TERM = "TERM"
    ACADEMIC_YEAR = "ACADEMIC_YEAR"
    PLATFORM = "PLATFORM"
    POSTER_ROLE = "POSTER_ROLE"


PERIODS: dict[MonitoringDimension, PeriodDimension] = {
    MonitoringDimension(period.value): period for period in PeriodDimension
}
# Dimensions without a fixed or given domain: only the values that occur have cells.
SPARSE = (MonitoringDimension.PLATFORM, MonitoringDimension.POSTER_ROLE)


class CountingUnit(StrEnum):
    """What is counted: contributions (different items, where counts are not told apart), or different cases."""

    ITEMS = "ITEMS"
    CASES = "CASES"


class DateBasis(StrEnum):
    """Which date of an item decides the period: discovered, posted, or recorded (design, counting rule 5)."""

    DISCOVERED = "DISCOVERED"
    POSTED = "POSTED"
    RECORDED = "RECORDED"


class Coverage(StrEnum):
    """What a school recorded in the period of a cell, so that a zero can be told from silence.

    RECORDED: at least one thing that concerns the eleven counts, of any source, excluded since or not. NO_RETURN:
    nothing, and no statement that there was nothing. NIL_RETURN: that statement. NOT_A_MEMBER: nothing, and the school
    was not in the trust on any day of the period. A cell of several schools has the first of these that one of them
    has, in this order.
    """

    RECORDED = "RECORDED"
    NIL_RETURN = "NIL_RETURN"
    NO_RETURN = "NO_RETURN"
    NOT_A_MEMBER = "NOT_A_MEMBER"


class ReportScope(StrEnum):
    """Whether figures cover every case of the schools asked for, or the cases that the viewer may see."""

    ALL = "ALL"
    VISIBLE = "VISIBLE"


class QueryTooLarge(Refused):
    """The report would have too many cells; ask for fewer dimensions, schools or periods."""

    code = RefusalCode.QUERY_TOO_LARGE


class TwoPeriods(Refused):
    """A report is told apart by at most one kind of period."""


class NoDimension(Refused):
    """A report is told apart by at least one dimension."""


class SuppressionTooSmall(Refused):
    """Small figures are suppressed below a number from 1 to 100."""


@dataclass(frozen=True, kw_only=True)
class MonitoringQuery:
    """What is asked: both days are included; `schools` and `sources` None mean all.

    A school that does not exist, or that the reader does not see, has no cells. `suppress_below` n hides figures from 1
    to n - 1.
    """

    first: date
    last: date
    schools: tuple[str, ...] | None = None
    group_by: tuple[MonitoringDimension, ...] = (MonitoringDimension.COUNT,)
    unit: CountingUnit = CountingUnit.ITEMS
    basis: DateBasis = DateBasis.DISCOVERED
    sources: tuple[CountSource, ...] | None = None
    as_of: AsOf | None = None
    suppress_below: int | None = None

    @property
    def period(self) -> PeriodDimension | None:
        """The kind of period that figures are told apart by, if any."""
        return next((PERIODS[dimension] for dimension in self.group_by if dimension in PERIODS), None)


class MonitoringCell(NamedTuple):
    """One figure. What it is not told apart by is None; for a platform or role, None also means that there is none.

    `value` is None where the school was no member, and where it is suppressed. `withheld` are those of the figure that
    lie in cases the reader may not open.
    """

    count: MonitoringCount | None  # type: ignore[assignment] # a tuple's count() is of no use here
    school_urn: str | None
    source: CountSource | None
    period: str | None
    platform: str | None
    poster_role: str | None
    value: int | None
    withheld: int
    partial: bool
    coverage: Coverage
    suppressed: bool


@dataclass(frozen=True, slots=True)
class ExcludedCount:
    """How many different items or cases of the range a mark keeps out of the figures."""

    mark: Mark
    value: int


@dataclass(frozen=True, slots=True)
class MonitoringReport:
    """The answer: the figures as at `position`, whose event was recorded at `recorded_through`.

    `spans` are the periods of each school, by which the contributions behind a cell are found again.
    """

    query: MonitoringQuery
    position: int
    recorded_through: datetime | None
    scope: ReportScope
    schools: tuple[str, ...]
    cells: tuple[MonitoringCell, ...]
    excluded: tuple[ExcludedCount, ...]
    spans: tuple[Spans, ...] = field(repr=False)
