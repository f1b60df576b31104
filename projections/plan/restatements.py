"""Restatements: which events moved the figures of past days between two moments, and by how much."""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.checks import require_order
from projections.monitoring_terms import NoFigures
from projections.plan.cases import case_by_id, case_node, case_row, case_source, school_of
from projections.plan.drill import CONTRIBUTION
from projections.plan.moments import instant
from projections.plan.reads import column, number
from projections.plan.selections import Selected
from projections.plan.text import array_of, bare, quoted
from projections.plan.writer import Arguments, Read, Row, Writer, hole

__all__ = ["restatement_list"]


def restatement_list(writer: Writer, selected: Selected, _row: Row) -> str:
    """The list as `Query.restatements` is asked for it."""
    if not writer.visibility.sees_figures:
        raise NoFigures
    prefix = writer.bind(selected, _bound)
    given = writer.given(selected)
    reached = f"coalesce((SELECT position FROM {writer.reading.position()} AS latest), 0)"
    begins = f"least(%({prefix}begins)s::bigint, {reached})"
    ends = reached if given["and"] is None else f"least(%({prefix}ends)s::bigint, {reached})"
    moved = _moved(writer, prefix, asked=given["schools"] is not None)
    alias = writer.alias("r")
    columns = {one.key: place for place, one in enumerate(selected.of("Restatement")) if one.name == "changes"}
    reads: Mapping[str, Read] = {
        "position": number("position"),
        "type": column("type"),
        "recordedAt": lambda _writer, _one, row: instant(f"{row.alias}.recorded_at"),
        "changes": lambda _writer, one, row: array_of(f"{row.alias}.changes{columns[one.key]}"),
        "case": lambda one_writer, one, row: case_by_id(one_writer, one, f"{row.alias}.stream_id"),
        "cases": _cases,
    }
    shown = writer.shown("Restatement", reads, selected, Row(alias))
    changes = "".join(
        f", string_agg({_change(writer, one)}, ',' ORDER BY count_number, school_urn, month, source)"
        f" AS changes{columns[one.key]}"
        for one in selected.of("Restatement")
        if one.key in columns
    )
    rows = (
        f"(SELECT net.*, of_event.case_ids, happened.recorded_at, happened.type, happened.stream_id"
        f" FROM (SELECT position{changes} FROM net AS moved GROUP BY position) AS net"
        f" JOIN (SELECT position, array_agg(DISTINCT case_id) FILTER (WHERE NOT withheld) AS case_ids FROM moved"
        f" GROUP BY position) AS of_event USING (position)"
        f" JOIN {writer.reading.causes()} AS happened USING (position)) AS {alias}"
    )
    refusal = hole("refused", "'MomentsOutOfOrder'", f"'{selected.arguments}'")
    found = array_of(f"(SELECT string_agg({shown}, ',' ORDER BY {alias}.position) FROM {rows})")
    return (
        f"(WITH bounds AS MATERIALIZED (SELECT {begins} AS begins, {ends} AS ends),"
        f" moved AS MATERIALIZED ({moved}),"
        " net AS (SELECT position, count_number, school_urn, to_char(day, 'YYYY-MM') AS month, source,"
        " sum(change) AS change FROM moved GROUP BY 1, 2, 3, 4, 5 HAVING sum(change) <> 0)"
        f" SELECT CASE WHEN (SELECT ends < begins FROM bounds) THEN {refusal} ELSE {found} END)"
    )


def _bound(given: Arguments) -> Mapping[str, Any]:
    require_order(given["from"], given["to"], "to")
    return {
        "first": given["from"],
        "last": given["to"],
        "schools": given["schools"],
        "begins": given["between"]["position"],
        "ends": None if given["and"] is None else given["and"]["position"],
    }


def _moved(writer: Writer, prefix: str, *, asked: bool) -> str:
    """What each event added to the figures of the days and schools asked for, and what it took away."""
    reading = writer.reading
    schools = f" AND given.school_urn = ANY(%({prefix}schools)s::text[])" if asked else ""
    chosen = (
        f"given.excluded_by IS NULL AND given.discovered_on BETWEEN %({prefix}first)s::date AND %({prefix}last)s::date"
        f" AND given.school_urn IN (SELECT urn FROM {reading.schools()} AS school){schools}"
    )
    columns = "given.case_id, given.count_number, given.school_urn, given.discovered_on AS day, given.source"
    return " UNION ALL ".join(
        f"SELECT given.{at} AS position, {change} AS change, given.withheld, {columns}"
        f" FROM {reading.contributions()} AS given WHERE given.{at} > (SELECT begins FROM bounds)"
        f" AND given.{at} <= (SELECT ends FROM bounds) AND {chosen}"
        for at, change in (("valid_from", 1), ("valid_to", -1))
    )


def _change(writer: Writer, selected: Selected) -> str:
    reads: Mapping[str, Read] = {
        "count": CONTRIBUTION["count"],
        "source": column("source"),
        "month": lambda _writer, _one, row: quoted(f"{row.alias}.month"),
        "change": lambda _writer, _one, row: bare(f"{row.alias}.change"),
        "school": lambda one_writer, one, row: school_of(one_writer, one, f"{row.alias}.school_urn"),
    }
    return writer.shown("FigureChange", reads, selected, Row("moved"))


def _cases(writer: Writer, selected: Selected, row: Row) -> str:
    case = case_row(writer)
    shown = case_node(writer, selected, case)
    source = case_source(writer, case, shown)
    return array_of(
        f"(SELECT string_agg({shown}, ',' ORDER BY {case.case_id}) FROM {source}"
        f" WHERE {case.case_id} = ANY({row.alias}.case_ids))"
    )
