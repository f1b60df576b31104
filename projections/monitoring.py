"""The monitoring report: the eleven counts by any of their dimensions, live or as at any past position.

Figures, position and instant are read in one snapshot, in a handful of statements whatever the report's size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from math import prod
from typing import Any

from domain.access import Visibility
from domain.checks import require_distinct
from domain.counting import CountSource, MonitoringCount
from domain.periods import Period
from ledger.database import TrustDatabase
from projections.figures import Figure, Key, excluded, figures
from projections.monitoring_terms import (
    PERIODS,
    SPARSE,
    Coverage,
    MonitoringCell,
    MonitoringDimension,
    MonitoringQuery,
    MonitoringReport,
    NoDimension,
    QueryTooLarge,
    ReportScope,
    SuppressionTooSmall,
    TwoPeriods,
)
from projections.schools import School, calendars_at, schools_at
from projections.snapshot import moment, resolve, snapshot
from projections.spans import Spans, spans
from projections.suppression import hidden
from projections.visible import Reading

# More than any screen or spreadsheet makes use of; a report by day for a year of twenty schools is within it.
LARGEST_REPORT = 100_000
_LARGEST_SUPPRESSION = 100


def report(trust: TrustDatabase, visibility: Visibility, query: MonitoringQuery) -> MonitoringReport:
    """Answer a monitoring question for a reader.

    Cells are dense over the counts, the schools asked for that the reader sees, the sources asked for and the periods;
    platforms and poster roles have cells where they occur in the report. They stand in the order of `group_by`,
    ascending: counts and sources in their own order, periods in time, None last. Raises a refusal when the question
    contradicts itself, needs a calendar that a school lacks, or has too many cells.
    """
    require_sound(query)
    position = resolve(trust, query.as_of)
    reading = Reading(visibility)
    with snapshot(trust) as connection:
        at = moment(connection, reading, position)
        schools = [
            school
            for school in schools_at(connection, reading, at.position)
            if query.schools is None or school.urn in query.schools
        ]
        calendars = (
            calendars_at(connection, reading, [school.urn for school in schools], at.position)
            if MonitoringDimension.TERM in query.group_by
            else {}
        )
        periods = spans(query.period, query.first, query.last, schools, calendars)
        _require_size(query, schools, periods, sparse=1)
        found = figures(connection, reading, query, periods, at)
        kept_out = excluded(connection, reading, query, periods, at)
    cells = _suppressed(query, _cells(query, schools, periods, found))
    return MonitoringReport(
        query=query,
        position=at.position,
        recorded_through=at.recorded_at,
        scope=ReportScope.ALL if visibility.counts_everything else ReportScope.VISIBLE,
        schools=tuple(school.urn for school in schools),
        cells=tuple(cells),
        excluded=kept_out,
        spans=tuple(periods),
    )


def require_sound(query: MonitoringQuery) -> None:
    """Refuse a question that contradicts itself."""
    if not query.group_by:
        raise NoDimension("groupBy")
    require_distinct(query.group_by, "groupBy")
    if sum(dimension in PERIODS for dimension in query.group_by) > 1:
        raise TwoPeriods("groupBy")
    if query.suppress_below is not None and not 1 <= query.suppress_below <= _LARGEST_SUPPRESSION:
        raise SuppressionTooSmall("suppressBelow")


def _require_size(query: MonitoringQuery, schools: Sequence[School], periods: Sequence[Spans], sparse: int) -> None:
    if prod(len(domain) for domain in _domains(query, schools, periods).values()) * sparse > LARGEST_REPORT:
        raise QueryTooLarge("groupBy")


def _domains(
    query: MonitoringQuery, schools: Sequence[School], periods: Sequence[Spans]
) -> dict[MonitoringDimension, Sequence[Any]]:
    """What each dense dimension of the report can be, ascending."""
    by_time = sorted({(period.first, period.label) for span in periods for period in span.periods})
    labels = list(dict.fromkeys(label for _, label in by_time))
    domains: dict[MonitoringDimension, Sequence[Any]] = {
        MonitoringDimension.COUNT: list(MonitoringCount),
        MonitoringDimension.SCHOOL: [school.urn for school in schools],
        MonitoringDimension.SOURCE: [
            source for source in CountSource if query.sources is None or source in query.sources
        ],
        **dict.fromkeys(PERIODS, labels),
    }
    return {dimension: domains[dimension] for dimension in query.group_by if dimension not in SPARSE}


def _cells(
    query: MonitoringQuery, schools: Sequence[School], periods: Sequence[Spans], found: Mapping[Key, Figure]
) -> list[MonitoringCell]:
    dimensions = query.group_by
    domains = _domains(query, schools, periods)
    sparse_places = [place for place, dimension in enumerate(dimensions) if dimension in SPARSE]
    occurring = {tuple(key[place] for place in sparse_places) for key, figure in found.items() if figure.value}
    if not sparse_places:
        keys: list[Key] = list(product(*(domains[dimension] for dimension in dimensions)))
    else:
        _require_size(query, schools, periods, sparse=len(occurring))
        keys = _sparse_keys(dimensions, domains, occurring)
    coverage = _Coverage(query, schools, periods, found)
    # Where each member of a cell stands in its key; one more place at the end is for what is not told apart.
    at = {_MEMBERS[dimension]: place for place, dimension in enumerate(dimensions)}
    count, school, source, period, platform, role = (
        at.get(member, len(dimensions))
        for member in ("count", "school_urn", "source", "period", "platform", "poster_role")
    )
    nothing = Figure(0, 0)
    cells = []
    for key in keys:
        value, withheld = found.get(key, nothing)
        told = (*key, None)
        covered, is_partial = coverage.of(told[school], told[period])
        cells.append(
            MonitoringCell(
                told[count],
                told[school],
                told[source],
                told[period],
                told[platform],
                told[role],
                None if covered is Coverage.NOT_A_MEMBER else value,
                withheld,
                is_partial,
                covered,
                False,
            )
        )
    return cells


def _sparse_keys(
    dimensions: Sequence[MonitoringDimension],
    domains: Mapping[MonitoringDimension, Sequence[Any]],
    occurring: set[tuple[str | None, ...]],
) -> list[Key]:
    """The keys of a report with sparse dimensions: each combination of them that occurs, with all of the others."""
    dense = [dimension for dimension in dimensions if dimension not in SPARSE]
    sparse = [dimension for dimension in dimensions if dimension in SPARSE]
    keys: list[tuple[Key, Key]] = []
    for ranked in product(*(enumerate(domains[dimension]) for dimension in dense)):
        for values in occurring:
            told: dict[MonitoringDimension, tuple[Any, Any]] = dict(zip(dense, ranked, strict=True))
            told |= {
                dimension: ((value is None, value or ""), value)
                for dimension, value in zip(sparse, values, strict=True)
            }
            ranks, key = zip(*(told[dimension] for dimension in dimensions), strict=True)
            keys.append((ranks, key))
    keys.sort(key=lambda each: each[0])
    return [key for _, key in keys]


class _Coverage:
    """What was recorded in each period, and which schools were in the trust then."""

    def __init__(
        self,
        query: MonitoringQuery,
        schools: Sequence[School],
        periods: Sequence[Spans],
        found: Mapping[Key, Figure],
    ) -> None:
        self._query = query
        self._schools = {school.urn: school for school in schools}
        self._periods: dict[str, dict[str, Period]] = {
            urn: {period.label: period for period in span.periods} for span in periods for urn in span.schools
        }
        # Those of a report without schools too.
        self._all_periods = [{period.label: period for period in span.periods} for span in periods]
        school_at = [place for place, each in enumerate(query.group_by) if each is MonitoringDimension.SCHOOL]
        period_at = [place for place, each in enumerate(query.group_by) if each in PERIODS]
        self._recorded = {tuple(key[place] for place in (*school_at, *period_at)) for key in found}
        self._known: dict[tuple[str | None, str | None], tuple[Coverage, bool]] = {}

    def of(self, urn: str | None, label: str | None) -> tuple[Coverage, bool]:
        """The coverage of a school (None: all together) in a period (None: the whole range), and whether it is cut."""
        known = self._known.get((urn, label))
        if known is None:
            known = self._known[urn, label] = (self._work_out(urn, label), self._is_partial(urn, label))
        return known

    def _is_partial(self, urn: str | None, label: str | None) -> bool:
        mine = self._all_periods if urn is None else [self._periods.get(urn, {})]
        return label is not None and any(labels[label].partial for labels in mine if label in labels)

    def _work_out(self, urn: str | None, label: str | None) -> Coverage:
        if tuple(part for part in (urn, label) if part is not None) in self._recorded:
            return Coverage.RECORDED
        urns = list(self._schools) if urn is None else [urn]
        return Coverage.NO_RETURN if any(self._was_member(each, label) for each in urns) else Coverage.NOT_A_MEMBER

    def _was_member(self, urn: str, label: str | None) -> bool:
        first, last = self._query.first, self._query.last
        if label is not None:
            period = self._periods.get(urn, {}).get(label)
            if period is None:
                return False
            first, last = max(first, period.first), min(last, period.last)
        return self._schools[urn].is_member_in(first, last)


def _suppressed(query: MonitoringQuery, cells: list[MonitoringCell]) -> list[MonitoringCell]:
    if query.suppress_below is None:
        return cells
    adding = [place for place, dimension in enumerate(query.group_by) if dimension is not MonitoringDimension.COUNT]
    keys = [tuple(getattr(cell, _MEMBERS[dimension]) for dimension in query.group_by) for cell in cells]
    shown = {key: cell.value for key, cell in zip(keys, cells, strict=True) if cell.value is not None}
    hiding = hidden(shown, query.suppress_below, adding)
    return [
        cell._replace(value=None, withheld=0, suppressed=True) if key in hiding else cell
        for key, cell in zip(keys, cells, strict=True)
    ]


_MEMBERS: dict[MonitoringDimension, str] = {
    MonitoringDimension.COUNT: "count",
    MonitoringDimension.SCHOOL: "school_urn",
    MonitoringDimension.SOURCE: "source",
    MonitoringDimension.PLATFORM: "platform",
    MonitoringDimension.POSTER_ROLE: "poster_role",
    **dict.fromkeys(PERIODS, "period"),
}
