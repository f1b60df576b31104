"""What lies behind a figure: the contributions and the cases of a cell, for many cells in one statement.

They are read as at the report's position, so that what is listed and what is withheld add up to the figure however far
the projection has moved on since.
"""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from domain.access import Visibility
from domain.counting import CountSource, MonitoringCount
from ledger.database import TrustDatabase
from projections.cases import CASE_COLUMNS, CaseRow, case_row
from projections.core import COUNT_NUMBERS
from projections.figures import COUNT_OF_NUMBER, DATE_COLUMNS
from projections.monitoring_terms import MonitoringCell, MonitoringDimension, MonitoringReport
from projections.pages import Page, cursor_of, page_of, place_of, require_page
from projections.schools import VALID
from projections.visible import Reading


@dataclass(frozen=True, slots=True)
class ContributionRow:
    """One addition to a count, with the case it comes from."""

    case_id: UUID
    item_id: UUID
    count: MonitoringCount
    source: CountSource
    school_urn: str
    discovered_on: date
    posted_on: date
    recorded_on: date
    platform: str | None
    poster_role: str | None


def cell_contributions(
    trust: TrustDatabase,
    visibility: Visibility,
    report: MonitoringReport,
    cells: Sequence[MonitoringCell],
    *,
    first: int = 50,
    after: str | None = None,
) -> list[Page[ContributionRow]]:
    """A page of the contributions behind each cell that the reader may open, oldest first; nothing where suppressed.

    Where counts are not told apart, an item that adds to several has one row for each.
    """
    require_page(first)
    reading = Reading(visibility)
    column = DATE_COLUMNS[report.query.basis]
    parameters = _parameters(reading, report, cells)
    later = ""
    if after is not None:
        names = ("after_day", "after_case", "after_item", "after_count")
        parameters.update(zip(names, place_of(after, date, UUID, UUID, int), strict=True))
        later = (
            f" AND (given.{column}, given.case_id, given.item_id, given.count_number)"
            " > (%(after_day)s, %(after_case)s, %(after_item)s, %(after_count)s)"
        )
    statement = (
        f"SELECT cell.number, listed.* FROM {_CELLS} CROSS JOIN LATERAL ("
        f"SELECT given.case_id, given.item_id, given.count_number, given.source, given.school_urn,"
        " given.discovered_on, given.posted_on, given.recorded_on, given.platform, given.poster_role"
        f" FROM {_behind(reading, report)}{later}"
        f" ORDER BY given.{column}, given.case_id, given.item_id, given.count_number LIMIT %(limit)s) AS listed"
        f" ORDER BY cell.number, listed.{column}, listed.case_id, listed.item_id, listed.count_number"
    )
    found: list[list[ContributionRow]] = [[] for _ in cells]
    with trust.connection() as connection:
        for number, *row in connection.execute(statement.encode(), {**parameters, "limit": first + 1}):
            row[2], row[3] = COUNT_OF_NUMBER[row[2]], CountSource(row[3])
            found[number].append(ContributionRow(*row))
    return [page_of(rows, first, lambda row: _cursor(row, column)) for rows in found]


def cell_cases(
    trust: TrustDatabase,
    visibility: Visibility,
    report: MonitoringReport,
    cells: Sequence[MonitoringCell],
    *,
    first: int = 50,
    after: str | None = None,
) -> list[Page[CaseRow]]:
    """A page of the cases behind each cell that the reader may open, in order of their ids, as they stand now."""
    require_page(first)
    reading = Reading(visibility)
    parameters = _parameters(reading, report, cells)
    later = ""
    if after is not None:
        (parameters["after_case"],) = place_of(after, UUID)
        later = " AND opened.case_id > %(after_case)s"
    statement = (
        f"SELECT cell.number, listed.* FROM {_CELLS} CROSS JOIN LATERAL ("
        # The few cases of a cell are found first: a semi-join would look through the contributions for every case.
        f"SELECT {CASE_COLUMNS} FROM (SELECT DISTINCT given.case_id FROM {_behind(reading, report)}) AS behind"
        f" JOIN {reading.documents()} AS opened USING (case_id) WHERE true{later}"
        " ORDER BY case_id LIMIT %(limit)s) AS listed ORDER BY cell.number, listed.case_id"
    )
    found: list[list[CaseRow]] = [[] for _ in cells]
    with trust.connection() as connection:
        for number, *row in connection.execute(statement.encode(), {**parameters, "limit": first + 1}):
            found[number].append(case_row(row))
    return [page_of(rows, first, lambda case: cursor_of(case.case_id)) for rows in found]


@dataclass(frozen=True, slots=True)
class Behind:
    """How many contributions and how many cases lie behind a cell that the reader may open."""

    contributions: int
    cases: int


def count_behind(
    trust: TrustDatabase, visibility: Visibility, report: MonitoringReport, cells: Sequence[MonitoringCell]
) -> list[Behind]:
    """The totals of what `cell_contributions` and `cell_cases` list for each cell."""
    reading = Reading(visibility)
    statement = (
        f"SELECT cell.number, counted.* FROM {_CELLS} CROSS JOIN LATERAL ("
        f"SELECT count(*), count(DISTINCT given.case_id) FROM {_behind(reading, report)}) AS counted"
    )
    with trust.connection() as connection:
        rows = connection.execute(statement.encode(), _parameters(reading, report, cells)).fetchall()
    counted = {number: Behind(contributions, cases) for number, contributions, cases in rows}
    return [counted.get(number, Behind(0, 0)) for number in range(len(cells))]


# One row for each cell; what it is not told apart by is null.
_CELLS = (
    "unnest(%(numbers)s::int[], %(counts)s::smallint[], %(sources)s::text[], %(platforms)s::text[], %(roles)s::text[])"
    " AS cell (number, count_number, source, platform, role)"
)
# The days of each cell, school by school: terms differ.
_DAYS = (
    "unnest(%(day_numbers)s::int[], %(day_urns)s::text[], %(firsts)s::date[], %(lasts)s::date[])"
    " AS days (number, urn, first, last)"
)
_IS_TOLD = {
    MonitoringDimension.COUNT: "given.count_number = cell.count_number",
    MonitoringDimension.SOURCE: "given.source = cell.source",
    MonitoringDimension.PLATFORM: "given.platform IS NOT DISTINCT FROM cell.platform",
    MonitoringDimension.POSTER_ROLE: "given.poster_role IS NOT DISTINCT FROM cell.role",
}


def _behind(reading: Reading, report: MonitoringReport) -> str:
    """The contributions `given` that `cell` counted at the report's position, as far as the reader may open them."""
    query = report.query
    conditions = ["days.number = cell.number", "given.excluded_by IS NULL", VALID]
    conditions += [_IS_TOLD[dimension] for dimension in query.group_by if dimension in _IS_TOLD]
    if query.sources is not None:
        conditions.append("given.source = ANY(%(asked_sources)s)")
    return (
        f"{_DAYS} JOIN {reading.openable_contributions()} AS given ON given.school_urn = days.urn"
        f" AND given.{DATE_COLUMNS[query.basis]} BETWEEN days.first AND days.last WHERE {' AND '.join(conditions)}"
    )


def _parameters(reading: Reading, report: MonitoringReport, cells: Sequence[MonitoringCell]) -> dict[str, Any]:
    shown = [(number, cell) for number, cell in enumerate(cells) if not cell.suppressed]
    days = [(number, *span) for number, cell in shown for span in _days(report, cell)]
    sources = report.query.sources
    return {
        **reading.parameters,
        "position": report.position,
        "numbers": [number for number, _ in shown],
        "counts": [None if cell.count is None else COUNT_NUMBERS[cell.count] for _, cell in shown],
        "sources": [None if cell.source is None else cell.source.value for _, cell in shown],
        "platforms": [cell.platform for _, cell in shown],
        "roles": [cell.poster_role for _, cell in shown],
        "asked_sources": None if sources is None else [source.value for source in sources],
        "day_numbers": [day[0] for day in days],
        "day_urns": [day[1] for day in days],
        "firsts": [day[2] for day in days],
        "lasts": [day[3] for day in days],
    }


def _days(report: MonitoringReport, cell: MonitoringCell) -> Iterator[tuple[str, date, date]]:
    """The days that a cell covers at each of its schools."""
    query = report.query
    for span in report.spans:
        for urn in span.schools:
            if cell.school_urn is not None and cell.school_urn != urn:
                continue
            for period in span.periods:
                if cell.period is None or cell.period == period.label:
                    yield urn, max(query.first, period.first), min(query.last, period.last)


def _cursor(row: ContributionRow, column: str) -> str:
    return cursor_of(getattr(row, column), row.case_id, row.item_id, COUNT_NUMBERS[row.count])
