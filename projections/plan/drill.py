"""What lies behind the cell of a monitoring report: its contributions and its cases, as far as the reader opens them.

They are read as at the report's position, so that what is listed and what is withheld add up to the figure.
"""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from projections.core import COUNT_NUMBERS
from projections.figures import DATE_COLUMNS
from projections.monitoring_terms import PERIODS, MonitoringDimension
from projections.pages import place_of
from projections.plan.cases import case_by_id, case_node, case_row, case_source, school_of
from projections.plan.moments import stood
from projections.plan.pages import Listing, connection, placed
from projections.plan.reads import column, words
from projections.plan.report import Report
from projections.plan.selections import Selected
from projections.plan.text import NULL, bare, quoted
from projections.plan.writer import Arguments, Read, Row, Writer

__all__ = ["CONTRIBUTION", "behind_cases", "behind_contributions"]

_COUNT_NAMES = "ARRAY[" + ", ".join(f"'{count.value}'" for count in COUNT_NUMBERS) + "]"

CONTRIBUTION: dict[str, Read] = {
    "count": lambda _writer, _selected, row: quoted(f"({_COUNT_NAMES})[{row.alias}.count_number]"),
    "source": column("source"),
    "itemId": column("item_id"),
    "caseId": column("case_id"),
    "discoveredOn": column("discovered_on"),
    "postedOn": column("posted_on"),
    "recordedOn": column("recorded_on"),
    "platform": words("platform"),
    "posterRole": words("poster_role"),
    "school": lambda writer, selected, row: school_of(writer, selected, f"{row.alias}.school_urn"),
    "case": lambda writer, selected, row: case_by_id(writer, selected, f"{row.alias}.case_id"),
}


def behind_contributions(report: Report, selected: Selected) -> str:
    """The connection of contributions, the oldest first; null for a reader who lists no cases."""
    writer = report.writer
    if not writer.visibility.lists_cases:
        return NULL
    given = writer.alias("b")
    day = f"{given}.{DATE_COLUMNS[report.query.basis]}"
    order = f"{day}, {given}.case_id, {given}.item_id, {given}.count_number"

    def bound(arguments: Arguments) -> Mapping[str, Any]:
        after = arguments["after"]
        values = (None,) * 4 if after is None else place_of(after, date, UUID, UUID, int)
        return {**_page(arguments), **dict(zip(("day", "case", "item", "count"), values, strict=True))}

    prefix = writer.bind(selected, bound)
    later = ""
    if writer.given(selected)["after"] is not None:
        kinds = {"day": "date", "case": "uuid", "item": "uuid", "count": "smallint"}
        after = ", ".join(f"%({prefix}{name})s::{kind}" for name, kind in kinds.items())
        later = f" AND ({order}) > ({after})"
    source = _behind(report, given)
    pieces = (quoted(day), quoted(f"{given}.case_id"), quoted(f"{given}.item_id"), bare(f"{given}.count_number"))
    listing = Listing(
        type_name="ContributionConnection",
        node_name="Contribution",
        node=_contribution,
        row=Row(given, f"{given}.case_id"),
        source=lambda _used: source + later,
        order=order,
        place=placed(*pieces),
        total=f"SELECT count(*) FROM {source}",
        first=writer.given(selected)["first"],
        after=f"%({prefix}has_after)s::boolean",
    )
    return connection(writer, selected, listing)


def behind_cases(report: Report, selected: Selected) -> str:
    """The connection of cases, in order of their ids; null for a reader who lists no cases."""
    writer = report.writer
    if not writer.visibility.lists_cases:
        return NULL
    given = writer.alias("b")

    def bound(arguments: Arguments) -> Mapping[str, Any]:
        after = arguments["after"]
        return {**_page(arguments), "case": None if after is None else place_of(after, UUID)[0]}

    prefix = writer.bind(selected, bound)
    row = case_row(writer)
    later = "" if writer.given(selected)["after"] is None else f" AND {row.case_id} > %({prefix}case)s::uuid"
    # The few cases of a cell are found first: a semi-join would look through the contributions for every case.
    behind = f"(SELECT DISTINCT {given}.case_id FROM {_behind(report, given)} OFFSET 0) AS {given}c"
    listing = Listing(
        type_name="CaseConnection",
        node_name="Case",
        node=case_node,
        row=row,
        source=lambda used: (
            f"{case_source(writer, row, used)} JOIN {behind} ON {given}c.case_id = {row.case_id} WHERE true{later}"
        ),
        order=row.case_id,
        place=placed(quoted(row.case_id)),
        total=f"SELECT count(DISTINCT {given}.case_id) FROM {_behind(report, given)}",
        first=writer.given(selected)["first"],
        after=f"%({prefix}has_after)s::boolean",
    )
    return connection(writer, selected, listing)


def _page(arguments: Arguments) -> dict[str, Any]:
    return {"has_after": arguments["after"] is not None}


def _contribution(writer: Writer, selected: Selected, row: Row) -> str:
    return writer.object("Contribution", selected, row)


def _behind(report: Report, given: str) -> str:
    """The contributions that the cell counted, called `given`, with the condition that they are of it."""
    query = report.query
    day = f"{given}.{DATE_COLUMNS[query.basis]}"
    source = f"{report.writer.reading.openable_contributions()} AS {given}"
    conditions = [f"{given}.excluded_by IS NULL", stood(report.position)]
    if report.tells(MonitoringDimension.TERM):
        source += f" JOIN {report.spans()} AS days ON days.urn = {given}.school_urn AND days.place = cell.period"
        conditions.append(f"{day} BETWEEN days.first AND days.last")
    elif report.tells(*PERIODS):
        first, last = (
            f"({report.parameter(name, 'date[]')})[cell.period + 1]" for name in ("span_firsts", "span_lasts")
        )
        conditions.append(f"{day} BETWEEN {first} AND {last}")
    else:
        conditions.append(f"{day} BETWEEN {report.parameter('first', 'date')} AND {report.parameter('last', 'date')}")
    if report.tells(MonitoringDimension.SCHOOL):
        conditions.append(f"{given}.school_urn = ({report.urns})[cell.school_urn]")
    else:
        conditions.append(f"{given}.school_urn IN (SELECT urn FROM listed_school)")
    if query.sources is not None:
        conditions.append(f"{given}.source = ANY({report.parameter('sources', 'text[]')})")
    cell = {
        MonitoringDimension.COUNT: f"{given}.count_number = cell.count_number",
        MonitoringDimension.SOURCE: f"{given}.source = cell.source",
        MonitoringDimension.PLATFORM: f"{given}.platform IS NOT DISTINCT FROM cell.platform",
        MonitoringDimension.POSTER_ROLE: f"{given}.poster_role IS NOT DISTINCT FROM cell.poster_role",
    }
    conditions += [condition for dimension, condition in cell.items() if report.tells(dimension)]
    return f"{source} WHERE {' AND '.join(conditions)}"
