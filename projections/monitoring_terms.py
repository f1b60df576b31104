"""The words of a monitoring question and of its answer, and when a question contradicts itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.checks import require_distinct
from domain.counting import CountSource
from domain.periods import PeriodDimension
from domain.refusals import RefusalCode, Refused


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
# More than any screen or spreadsheet makes use of; a report by day for a year of twenty schools is within it.
LARGEST_REPORT = 100_000
_LARGEST_SUPPRESSION = 100
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


class NoFigures(Refused):
    """This role reads no figures, or the key that this program asks with reads none in it."""

    code = RefusalCode.NOT_ALLOWED


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
    suppress_below: int | None = None

    @property
    def period(self) -> PeriodDimension | None:
        """The kind of period that figures are told apart by, if any."""
        return next((PERIODS[dimension] for dimension in self.group_by if dimension in PERIODS), None)


def require_sound(query: MonitoringQuery) -> None:
    """Refuse a question that contradicts itself."""
    if not query.group_by:
        raise NoDimension("groupBy")
    require_distinct(query.group_by, "groupBy")
    if sum(dimension in PERIODS for dimension in query.group_by) > 1:
        raise TwoPeriods("groupBy")
    if query.suppress_below is not None and not 1 <= query.suppress_below <= _LARGEST_SUPPRESSION:
        raise SuppressionTooSmall("suppressBelow")
