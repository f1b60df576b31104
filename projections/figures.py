"""The statements behind a monitoring report: one for all figures, one for what marks exclude."""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg

from domain.counting import CountSource, MonitoringCount
from domain.monitoring_counts import DEFINITIONS
from domain.values import Mark
from projections.monitoring_terms import (
    PERIODS,
    CountingUnit,
    DateBasis,
    ExcludedCount,
    MonitoringDimension,
    MonitoringQuery,
)
from projections.schools import VALID
from projections.snapshot import Moment
from projections.spans import Spans
from projections.visible import Reading

COUNT_OF_NUMBER: dict[int, MonitoringCount] = {definition.number: definition.count for definition in DEFINITIONS}
DATE_COLUMNS: dict[DateBasis, str] = {
    DateBasis.DISCOVERED: "discovered_on",
    DateBasis.POSTED: "posted_on",
    DateBasis.RECORDED: "recorded_on",
}
_COLUMNS: dict[MonitoringDimension, str] = {
    MonitoringDimension.COUNT: "count_number",
    MonitoringDimension.SCHOOL: "school_urn",
    MonitoringDimension.SOURCE: "source",
    MonitoringDimension.PLATFORM: "platform",
    MonitoringDimension.POSTER_ROLE: "poster_role",
    **dict.fromkeys(PERIODS, "period"),
}
_BY_MONTH = frozenset(
    {
        MonitoringDimension.COUNT,
        MonitoringDimension.SCHOOL,
        MonitoringDimension.SOURCE,
        MonitoringDimension.MONTH,
        MonitoringDimension.ACADEMIC_YEAR,
    }
)

# By dimension in the order of the question; a period by its label.
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """What one group of contributions adds up to; a group may exist and count nothing."""

    value: int
    withheld: int


def figures(
    connection: psycopg.Connection[Any],
    reading: Reading,
    query: MonitoringQuery,
    spans: Sequence[Spans],
    at: Moment,
    *,
    by_month: bool | None = None,
) -> dict[Key, Figure]:
    """The figures of the groups in which anything was recorded, even if it does not count.

    `by_month` says whether to take the monthly figures; None takes them where they answer the question exactly.
    """
    if not spans:
        return {}
    parameters = _parameters(reading, query, spans, at)
    if by_month is None:
        by_month = answers_by_month(reading, query, at)
    statement = _by_month(reading, query, spans) if by_month else _by_contribution(reading, query, spans, at)
    labels = _labels(spans)
    found: dict[Key, Figure] = {}
    for row in connection.execute(statement.encode(), parameters):
        *group, value, withheld = row
        key = tuple(_told(dimension, given, labels) for dimension, given in zip(query.group_by, group, strict=True))
        # Terms of one name come from several calendars; no item and no case is at two schools, so they add up.
        before = found.get(key, Figure(0, 0))
        found[key] = Figure(before.value + value, before.withheld + withheld)
    return found


def excluded(
    connection: psycopg.Connection[Any], reading: Reading, query: MonitoringQuery, spans: Sequence[Spans], at: Moment
) -> tuple[ExcludedCount, ...]:
    """How many different items or cases of the range each mark keeps out, in the order of the marks."""
    statement = (
        f"SELECT given.excluded_by, count(DISTINCT given.{_unit(query)}) FROM {reading.contributions()} AS given"
        f" WHERE given.excluded_by IS NOT NULL AND {_chosen(query, at)} AND {_of_sources(query)} GROUP BY 1"
    )
    counted = dict(connection.execute(statement.encode(), _parameters(reading, query, spans, at)).fetchall())
    return tuple(ExcludedCount(mark, counted[mark.value]) for mark in Mark if mark.value in counted)


def answers_by_month(reading: Reading, query: MonitoringQuery, at: Moment) -> bool:
    """Whether the monthly figures answer a question exactly."""
    return (
        at.is_live
        and reading.visibility.counts_everything
        and query.unit is CountingUnit.ITEMS
        and query.basis is DateBasis.DISCOVERED
        # Without the counts told apart an item that adds to two of them must be seen once.
        and MonitoringDimension.COUNT in query.group_by
        and _BY_MONTH.issuperset(query.group_by)
        and query.first.day == 1
        and (query.last + timedelta(days=1)).day == 1
    )


def chosen_at(at: Moment) -> str:
    """The condition that a contribution stood at a moment."""
    return "valid_to IS NULL" if at.is_live else VALID


def _by_contribution(reading: Reading, query: MonitoringQuery, spans: Sequence[Spans], at: Moment) -> str:
    columns = [_COLUMNS[dimension] for dimension in query.group_by]
    groups = ", ".join(columns)
    each = (
        f"SELECT given.*, {_period(query, spans)} AS period,"
        f" given.excluded_by IS NULL AND {_of_sources(query)} AS counted"
        f" FROM {reading.contributions()} AS given WHERE {_chosen(query, at)}"
    )
    if query.unit is CountingUnit.CASES or MonitoringDimension.COUNT not in query.group_by:
        # An item or case with several contributions in a group is one.
        unit = _unit(query)
        each = (
            f"SELECT {groups}, bool_or(counted) AS counted, bool_or(counted AND withheld) AS withheld"
            f" FROM ({each}) AS each GROUP BY {groups}, {unit}"
        )
    return (
        f"SELECT {groups}, count(*) FILTER (WHERE counted), count(*) FILTER (WHERE counted AND withheld)"
        f" FROM ({each}) AS each GROUP BY {groups}"
    )


def _by_month(reading: Reading, query: MonitoringQuery, spans: Sequence[Spans]) -> str:
    columns = [_COLUMNS[dimension] for dimension in query.group_by]
    groups = ", ".join(columns)
    range_and_schools = "BETWEEN %(first)s AND %(last)s AND given.school_urn = ANY(%(schools)s)"
    months = (
        f"SELECT count_number, school_urn, source, month AS discovered_on, items,"
        f" {'0' if reading.visibility.lists_cases else 'items'} AS withheld"
        f" FROM {reading.months()} AS given WHERE given.month {range_and_schools}"
    )
    if reading.visibility.lists_cases:
        months += (
            f" UNION ALL SELECT count_number, school_urn, source, discovered_on, 0, 1"
            f" FROM {reading.withheld_contributions()} AS given WHERE given.discovered_on {range_and_schools}"
            " AND given.valid_to IS NULL AND given.excluded_by IS NULL"
        )
    each = (
        f"SELECT given.*, {_period(query, spans)} AS period, {_of_sources(query)} AS counted FROM ({months}) AS given"
    )
    return (
        f"SELECT {groups}, coalesce(sum(items) FILTER (WHERE counted), 0)::bigint,"
        f" coalesce(sum(withheld) FILTER (WHERE counted), 0)::bigint FROM ({each}) AS each GROUP BY {groups}"
    )


def _parameters(reading: Reading, query: MonitoringQuery, spans: Sequence[Spans], at: Moment) -> dict[str, Any]:
    parameters = {
        **reading.parameters,
        "first": query.first,
        "last": query.last,
        "position": at.position,
        "schools": [urn for span in spans for urn in span.schools],
        "sources": None if query.sources is None else [source.value for source in query.sources],
    }
    for number, span in enumerate(spans):
        parameters[f"schools_{number}"] = list(span.schools)
        parameters[f"thresholds_{number}"] = span.thresholds
    return parameters


def _chosen(query: MonitoringQuery, at: Moment) -> str:
    """The condition for contributions of the question's range and schools that stood at the moment."""
    return (
        f"given.{DATE_COLUMNS[query.basis]} BETWEEN %(first)s AND %(last)s"
        f" AND given.school_urn = ANY(%(schools)s) AND {chosen_at(at)}"
    )


def _of_sources(query: MonitoringQuery) -> str:
    return "true" if query.sources is None else "given.source = ANY(%(sources)s)"


def _unit(query: MonitoringQuery) -> str:
    return "case_id" if query.unit is CountingUnit.CASES else "item_id"


def _period(query: MonitoringQuery, spans: Sequence[Spans]) -> str:
    """The place of a date among the periods of its school; all schools' periods are numbered through."""
    if query.period is None:
        return "0"
    day = f"given.{DATE_COLUMNS[query.basis]}"
    places = [
        f"{begins} + width_bucket({day}, %(thresholds_{number})s::date[])"
        for number, begins in enumerate(_first_places(spans))
    ]
    if len(places) == 1:
        return places[0]
    of_schools = (
        f"WHEN given.school_urn = ANY(%(schools_{number})s) THEN {place}" for number, place in enumerate(places)
    )
    return f"CASE {' '.join(of_schools)} END"


def _first_places(spans: Sequence[Spans]) -> list[int]:
    """Where the places of each span begin: one below its periods, one for each, one above them."""
    places = [0]
    for span in spans:
        places.append(places[-1] + len(span.periods) + 2)
    return places[:-1]


def _labels(spans: Sequence[Spans]) -> dict[int, str]:
    """The labels of the periods by place; the places below and above the periods of a span have none."""
    return {
        begins + number: period.label
        for begins, span in zip(_first_places(spans), spans, strict=True)
        for number, period in enumerate(span.periods, 1)
    }


def _told(dimension: MonitoringDimension, given: Any, labels: dict[int, str]) -> Any:
    """A value of the database as the answer tells it; None for a day that is in no period."""
    if dimension is MonitoringDimension.COUNT:
        return COUNT_OF_NUMBER[given]
    if dimension is MonitoringDimension.SOURCE:
        return CountSource(given)
    return labels.get(given) if dimension in PERIODS else given
