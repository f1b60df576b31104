"""What stands behind a monitoring report: the rows that figures are sums of, and what marks exclude.

The text of both depends on the shape of the question alone; what is asked for stands in parameters.
"""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import repeat
from typing import Any

from domain.counting import MonitoringCount
from domain.monitoring_counts import DEFINITIONS
from domain.periods import PeriodDimension
from projections.changes import SPANS, epoch_of, first_of_epoch, longer
from projections.monitoring_terms import (
    PERIODS,
    CountingUnit,
    DateBasis,
    MonitoringDimension,
    MonitoringQuery,
)
from projections.schools import VALID
from projections.spans import Spans
from projections.visible import Reading

COUNT_OF_NUMBER: dict[int, MonitoringCount] = {definition.number: definition.count for definition in DEFINITIONS}
DATE_COLUMNS: dict[DateBasis, str] = {
    DateBasis.DISCOVERED: "discovered_on",
    DateBasis.POSTED: "posted_on",
    DateBasis.RECORDED: "recorded_on",
}
FIGURE_COLUMNS: dict[MonitoringDimension, str] = {
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


def figure_rows(reading: Reading, query: MonitoringQuery, *, is_live: bool, by_month: bool | None = None) -> str:
    """What figures are sums of: the columns of the dimensions, with `value`, `withheld` and `recorded`.

    A period is its place among all labels. It binds the reader's parameters and those of `figure_parameters` and
    `position_parameters`; `by_month` says whether to take the monthly figures, None takes them where they answer the
    question exactly.
    """
    if by_month is None:
        by_month = answers_by_month(reading, query)
    return _by_month(reading, query, is_live) if by_month else _by_contribution(reading, query, is_live)


def excluded_statement(reading: Reading, query: MonitoringQuery, *, is_live: bool) -> str:
    """How many different items or cases of the range each mark keeps out: mark and number; it binds the same."""
    return (
        f"SELECT excluded_by, count(*) FROM (SELECT DISTINCT excluded_by, {_unit(query)} FROM"
        f" {reading.contributions()} AS given WHERE excluded_by IS NOT NULL AND {_chosen(reading, query, is_live)}"
        f" AND {_of_sources(query)}) AS different GROUP BY 1"
    )


def position_parameters(position: int | None) -> dict[str, Any]:
    """The parameters of both by which they stand at a position; None for the present."""
    epoch = 0 if position is None else epoch_of(position)
    return {
        "position": position,
        "epoch": epoch,
        "long_epoch": longer(epoch, 1),
        "long_epoch_begins": longer(epoch, 1) * (SPANS[1] or 0),
        "epoch_begins": first_of_epoch(epoch),
    }


def figure_parameters(query: MonitoringQuery, spans: Sequence[Spans]) -> dict[str, Any]:
    """The parameters of both that follow from the question."""
    asked = [urn for span in spans for urn in span.schools] if query.period is PeriodDimension.TERM else query.schools
    parameters: dict[str, Any] = {
        "first": query.first,
        "last": query.last,
        "schools": None if asked is None else list(asked),
        "sources": None if query.sources is None else [source.value for source in query.sources],
    }
    if query.period is not None:
        place_of = {label: place for place, label in enumerate(labels_of(spans))}
        parameters["places"] = [place for span in spans for place in _places(query, span, place_of)]
        parameters["days"] = (query.last - query.first).days + 1
        parameters["span_of"] = [number for number, span in enumerate(spans) for _ in span.schools]
    return parameters


def answers_by_month(reading: Reading, query: MonitoringQuery) -> bool:
    """Whether the monthly figures answer a question exactly."""
    return (
        reading.visibility.counts_everything
        and query.unit is CountingUnit.ITEMS
        and query.basis is DateBasis.DISCOVERED
        # Without the counts told apart an item that adds to two of them must be seen once.
        and MonitoringDimension.COUNT in query.group_by
        and _BY_MONTH.issuperset(query.group_by)
        and query.first.day == 1
        and (query.last + timedelta(days=1)).day == 1
    )


def _by_contribution(reading: Reading, query: MonitoringQuery, is_live: bool) -> str:
    given = f"FROM {reading.contributions()} AS given WHERE {_chosen(reading, query, is_live)}"
    counted = f"excluded_by IS NULL AND {_of_sources(query)}"
    if query.unit is CountingUnit.ITEMS and MonitoringDimension.COUNT in query.group_by:
        # By day first: periods are then worked out for a few sums, not for every contribution.
        columns = ", ".join(_columns_by_day(query))
        return _with_period(
            query,
            f"SELECT {columns}, count(*) FILTER (WHERE {counted}) AS value,"
            f" count(*) FILTER (WHERE {counted} AND withheld) AS withheld, count(*) AS recorded"
            f" FROM (SELECT *, {DATE_COLUMNS[query.basis]} AS day {given}) AS given GROUP BY {columns}",
        )
    # An item or case with several contributions in a group is one.
    groups = ", ".join(FIGURE_COLUMNS[dimension] for dimension in query.group_by)
    by_day = f"SELECT *, {DATE_COLUMNS[query.basis]} AS day {given}"
    each = f"SELECT *, {_period(query)} AS period FROM ({by_day}) AS by_day"
    once = (
        f"SELECT {groups}, bool_or({counted}) AS counted, bool_or({counted} AND withheld) AS withheld"
        f" FROM ({each}) AS each GROUP BY {groups}, {_unit(query)}"
    )
    return (
        f"SELECT {groups}, count(*) FILTER (WHERE counted) AS value, count(*) FILTER (WHERE withheld) AS withheld,"
        f" 1 AS recorded FROM ({once}) AS once GROUP BY {groups}"
    )


def _by_month(reading: Reading, query: MonitoringQuery, is_live: bool) -> str:
    """The monthly figures, or those of the epochs before the moment's and what its own brought until then."""
    columns = "count_number, school_urn, source"
    chosen = f"BETWEEN %(first)s AND %(last)s AND {_of_schools(reading, query)}"
    kept = f"SELECT {columns}, month AS day, items, items + excluded AS recorded, 0 AS hidden"
    kept += f" FROM {reading.months()} AS given WHERE month {chosen}"
    sums = [f"{kept} AND {epochs}" for epochs in (_EVERYTHING if is_live else _EARLIER)]
    if not is_live:
        sums += [
            f"SELECT {columns}, discovered_on, CASE WHEN excluded_by IS NULL THEN {sign}1 ELSE 0 END, {sign}1, 0"
            # Not by an index on days: the few rows of an epoch are found by their positions.
            f" FROM {reading.contributions()} AS given WHERE discovered_on + 0 {chosen}"
            f" AND {moved} BETWEEN %(epoch_begins)s AND %(position)s"
            for moved, sign in (("valid_from", ""), ("valid_to", "-"))
        ]
    if reading.visibility.lists_cases:
        sums.append(
            f"SELECT {columns}, discovered_on, 0, 0, 1 FROM {reading.withheld_contributions()} AS given"
            f" WHERE discovered_on {chosen} AND excluded_by IS NULL AND {_stood(is_live)}"
        )
    counted = _of_sources(query)
    return _with_period(
        query,
        f"SELECT {columns}, day, recorded, CASE WHEN {counted} THEN items ELSE 0 END AS value,"
        f" CASE WHEN {counted} THEN {'hidden' if reading.visibility.lists_cases else 'items'} ELSE 0 END AS withheld"
        f" FROM ({' UNION ALL '.join(sums)}) AS sums",
    )


# Which epochs make up the present, and which the past up to the epoch of a position.
_EVERYTHING = (f"span = {len(SPANS) - 1}",)
_EARLIER = (
    "span = 1 AND epoch < %(long_epoch)s",
    "span = 0 AND epoch >= %(long_epoch_begins)s AND epoch < %(epoch)s",
)


def _with_period(query: MonitoringQuery, sums: str) -> str:
    """Sums by day with the period of each."""
    groups = ", ".join(FIGURE_COLUMNS[dimension] for dimension in query.group_by)
    return (
        f"SELECT {groups}, value, withheld, recorded"
        f" FROM (SELECT *, {_period(query)} AS period FROM ({sums}) AS sums) AS sums"
    )


def _columns_by_day(query: MonitoringQuery) -> list[str]:
    columns = [FIGURE_COLUMNS[dimension] for dimension in query.group_by if dimension not in PERIODS]
    if query.period is not None:
        columns.append("day")
    if query.period is PeriodDimension.TERM and "school_urn" not in columns:
        columns.append("school_urn")
    return columns


def _chosen(reading: Reading, query: MonitoringQuery, is_live: bool) -> str:
    """The condition for contributions of the question's range and schools that stood at the moment."""
    conditions = [f"{DATE_COLUMNS[query.basis]} BETWEEN %(first)s AND %(last)s", _stood(is_live)]
    # Cases are at registered schools alone; a test on every row that leaves none out would take its time.
    if query.schools is not None or reading.visibility.schools is not None or query.period is PeriodDimension.TERM:
        conditions.append(_of_schools(reading, query))
    return " AND ".join(conditions)


def _of_schools(reading: Reading, query: MonitoringQuery) -> str:
    """The condition for the schools of the report: as an array, worked out once."""
    asked = "true" if query.schools is None and query.period is not PeriodDimension.TERM else "urn = ANY(%(schools)s)"
    return f"school_urn = ANY(ARRAY(SELECT DISTINCT urn FROM {reading.schools()} AS mine WHERE {asked}))"


def _stood(is_live: bool) -> str:
    """The condition that a contribution stood at a moment."""
    return "valid_to IS NULL" if is_live else VALID


def _of_sources(query: MonitoringQuery) -> str:
    return "true" if query.sources is None else "source = ANY(%(sources)s)"


def _unit(query: MonitoringQuery) -> str:
    return "case_id" if query.unit is CountingUnit.CASES else "item_id"


def _period(query: MonitoringQuery) -> str:
    """The place of the `day` among all labels, by its school where schools differ; null for a day without a period."""
    if query.period is None:
        return "0"
    place = "day - %(first)s::date + 1"
    if query.period is PeriodDimension.TERM:
        span = "(%(span_of)s::int[])[array_position(%(schools)s::text[], school_urn)]"
        place = f"{span} * %(days)s::int + {place}"
    return f"(%(places)s::int[])[{place}]"


def _places(query: MonitoringQuery, span: Spans, place_of: Mapping[str, int]) -> Iterator[int | None]:
    """For each day of the range the place of its period's label, or None."""
    day = query.first
    for period in span.periods:
        begins, ends = max(period.first, query.first), min(period.last, query.last)
        yield from repeat(None, (begins - day).days)
        yield from repeat(place_of[period.label], (ends - begins).days + 1)
        day = ends + timedelta(days=1)
    yield from repeat(None, (query.last - day).days + 1)


def labels_of(spans: Sequence[Spans]) -> list[str]:
    """The labels of all periods, each once."""
    return list(dict.fromkeys(period.label for span in spans for period in span.periods))
