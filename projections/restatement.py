"""Restatements: what changed in the figures of a range of days between two positions, and which event changed it."""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from domain.access import Visibility
from domain.checks import require_order
from domain.counting import CountSource, MonitoringCount
from domain.periods import PeriodDimension, period_of
from domain.refusals import Refused
from ledger.database import TrustDatabase
from projections.figures import COUNT_OF_NUMBER, DATE_COLUMNS
from projections.monitoring_terms import DateBasis
from projections.snapshot import AsOf, moment, resolve, snapshot
from projections.visible import Reading


class MomentsOutOfOrder(Refused):
    """The second of the two moments lies before the first."""


@dataclass(frozen=True, slots=True)
class FigureChange:
    """How one count of one school moved in one month, by one source."""

    count: MonitoringCount
    school_urn: str
    month: str
    source: CountSource
    change: int


@dataclass(frozen=True, slots=True)
class Restatement:
    """One event that moved figures: where and when it was recorded, and on which case.

    `case_id` is None when the reader may not open the case of the event itself. `cases` are the cases whose figures it
    moved, as far as the reader may open them: they may be others, such as complaints that arose from it.
    """

    position: int
    recorded_at: datetime
    type: str
    case_id: UUID | None
    cases: tuple[UUID, ...]
    changes: tuple[FigureChange, ...]


def restatements(
    trust: TrustDatabase,
    visibility: Visibility,
    *,
    first: date,
    last: date,
    between: AsOf,
    and_: AsOf | None = None,
    schools: Sequence[str] | None = None,
    basis: DateBasis = DateBasis.DISCOVERED,
) -> list[Restatement]:
    """The events after `between` and up to `and_` (None: now) that moved figures of the range, in order of position.

    The changes of all of them together are the difference between the two reports. Changes that cancel out within one
    event are left out, and so is an event that only moved figures to and fro. Figures cover what a monitoring report
    covers for this reader.
    """
    require_order(first, last, "to")
    start, end = resolve(trust, between), resolve(trust, and_)
    reading = Reading(visibility)
    day = f"given.{DATE_COLUMNS[basis]}"
    chosen = (
        f"given.excluded_by IS NULL AND {day} BETWEEN %(first)s AND %(last)s"
        f" AND {'true' if schools is None else 'given.school_urn = ANY(%(schools)s)'}"
        f" AND given.school_urn IN (SELECT urn FROM {reading.schools()} AS school)"
    )
    columns = f"given.case_id, given.count_number, given.school_urn, {day} AS day, given.source, given.withheld"
    statement = (
        "WITH moved AS ("
        f" SELECT given.valid_from AS position, 1 AS change, {columns} FROM {reading.contributions()} AS given"
        f" WHERE given.valid_from > %(start)s AND given.valid_from <= %(end)s AND {chosen}"
        f" UNION ALL SELECT given.valid_to, -1, {columns} FROM {reading.contributions()} AS given"
        f" WHERE given.valid_to > %(start)s AND given.valid_to <= %(end)s AND {chosen})"
        " SELECT moved.position, happened.recorded_at, happened.type, opened.case_id,"
        " CASE WHEN moved.withheld THEN NULL ELSE moved.case_id END, moved.count_number, moved.school_urn, moved.day,"
        f" moved.source, moved.change FROM moved JOIN {reading.causes()} AS happened USING (position)"
        f" LEFT JOIN {reading.cases()} AS opened ON opened.case_id = happened.stream_id"
        " ORDER BY moved.position"
    )
    with snapshot(trust) as connection:
        begins, ends = moment(connection, reading, start), moment(connection, reading, end)
        if ends.position < begins.position:
            raise MomentsOutOfOrder("between", "and")
        rows = connection.execute(
            statement.encode(),
            {
                **reading.parameters,
                "first": first,
                "last": last,
                "start": begins.position,
                "end": ends.position,
                "schools": None if schools is None else list(schools),
            },
        ).fetchall()
    found = [_restatement(list(of_event)) for _, of_event in groupby(rows, key=lambda row: row[0])]
    return [restatement for restatement in found if restatement.changes]


def _restatement(
    rows: Sequence[tuple[int, datetime, str, UUID | None, UUID | None, int, str, date, str, int]],
) -> Restatement:
    position, recorded_at, name, case_id = rows[0][:4]
    moved: dict[tuple[int, str, str, str], int] = {}
    for row in rows:
        _, _, _, _, _, number, urn, day, source, change = row
        key = (number, urn, period_of(PeriodDimension.MONTH, day), source)
        moved[key] = moved.get(key, 0) + change
    changes = tuple(
        FigureChange(COUNT_OF_NUMBER[number], urn, month, CountSource(source), change)
        for (number, urn, month, source), change in sorted(moved.items())
        if change
    )
    cases = tuple(sorted({row[4] for row in rows if row[4] is not None}))
    return Restatement(position, recorded_at, name, case_id, cases, changes)
