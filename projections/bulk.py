"""Writing many rows at once: one statement for the rows of a table that are new, replaced, closed or added up."""

# ruff: noqa: S608 - the statements are put together from the names of our own tables and columns
from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from operator import itemgetter
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql

from ledger.packing import COLUMN_TYPES, packed
from projections.changes import SPANS, Changes, Key, Row, longer
from projections.tables import CASE_TABLES, CORE_TABLES, TEMPORAL_TABLES, case_file

# The trust, the generation, the case.
_KEY_OF_A_CASE = 3
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call] # SQLAlchemy leaves it untyped

# Rows in one statement: more take no less time each, and the memory that the server needs for them grows.
_ROWS_AT_ONCE = 2_000

_MERGE_MONTHS = """
MERGE INTO count_month AS known
USING unnest(%(schools)s::text[], %(months)s::date[], %(counts)s::smallint[], %(sources)s::text[], %(epochs)s::int[],
             %(items)s::int[], %(excluded)s::int[], %(spans)s::smallint[])
      AS change (school_urn, month, count_number, source, epoch, items, excluded, span)
ON known.trust_id = %(trust)s AND known.generation = %(generation)s AND known.span = change.span
   AND known.school_urn = change.school_urn
   AND known.month = change.month AND known.count_number = change.count_number AND known.source = change.source
   AND known.epoch = change.epoch
WHEN MATCHED AND known.items + change.items = 0 AND known.excluded + change.excluded = 0 THEN DELETE
WHEN MATCHED THEN UPDATE SET items = known.items + change.items, excluded = known.excluded + change.excluded
WHEN NOT MATCHED THEN
    INSERT (trust_id, generation, school_urn, month, count_number, source, epoch, items, excluded, span)
    VALUES (%(trust)s, %(generation)s, change.school_urn, change.month, change.count_number, change.source,
            change.epoch, change.items, change.excluded, change.span)
"""
# Before the rows of cases are written: what they say now is taken away, what they will say is added.
_MERGE_TALLY = """
MERGE INTO case_tally AS known
USING (
    SELECT school_urn, kind, status, sum(cases)::int AS cases
    FROM (
        SELECT school_urn, kind, status, -1 AS cases FROM case_file
        WHERE trust_id = %(trust)s AND generation = %(generation)s AND case_id = ANY(%(replaced)s::uuid[])
        UNION ALL
        SELECT * FROM unnest(%(schools)s::text[], %(kinds)s::text[], %(statuses)s::text[], %(cases)s::int[])
    ) AS counted
    GROUP BY school_urn, kind, status HAVING sum(cases) <> 0
) AS change
ON known.trust_id = %(trust)s AND known.generation = %(generation)s AND known.school_urn = change.school_urn
   AND known.kind = change.kind AND known.status = change.status
WHEN MATCHED AND known.cases + change.cases = 0 THEN DELETE
WHEN MATCHED THEN UPDATE SET cases = known.cases + change.cases
WHEN NOT MATCHED THEN
    INSERT (trust_id, generation, school_urn, kind, status, cases)
    VALUES (%(trust)s, %(generation)s, change.school_urn, change.kind, change.status, change.cases)
"""


class WrongRowCount(RuntimeError):
    """The read tables do not hold what the events before said they hold, so nothing more is written on top of them."""


def write(connection: psycopg.Connection[Any], trust_id: UUID, generation: int, changes: Changes) -> None:
    """Write a batch's changes into one generation; the caller's transaction makes them visible with the position.

    Raises WrongRowCount when a row to be closed is not there.
    """
    owner = (trust_id, generation)
    with connection.cursor() as cursor:
        gone: dict[str, Any] = {name: changes.replaced.get(name, []) for name in _MANY_ROWS}
        if any(gone.values()):
            cursor.execute(_DELETE_CASES, {"trust": trust_id, "generation": generation, **gone})
        if "case_file" in changes.cases:
            replaced = changes.replaced.get("case_file", [])
            told = {"trust": trust_id, "generation": generation, "replaced": replaced}
            cursor.execute(_MERGE_TALLY, {**told, **_tally(changes.cases["case_file"])})
        for name, rows in changes.cases.items():
            _TABLES[name].insert(cursor, owner, rows, over=name not in _MANY_ROWS and name in changes.replaced)
        for name, temporal in changes.temporal.items():
            _TABLES[name].close(cursor, owner, temporal.closed)
            _TABLES[name].insert(cursor, owner, temporal.new_rows())
        months = _at_all_spans(changes)
        if months:
            schools, firsts, counts, sources, epochs, spans, items, excluded = map(list, zip(*months, strict=True))
            cursor.execute(
                _MERGE_MONTHS,
                {
                    "trust": trust_id,
                    "generation": generation,
                    "schools": schools,
                    "months": firsts,
                    "counts": counts,
                    "sources": sources,
                    "epochs": epochs,
                    "items": items,
                    "excluded": excluded,
                    "spans": spans,
                },
            )


def _tally(case_files: Sequence[Row]) -> dict[str, list[Any]]:
    """How many of these rows there are of each school, kind and status."""
    tally = Counter(map(itemgetter(*_TALLIED), case_files))
    schools, kinds, statuses = map(list, zip(*tally, strict=True))
    return {"schools": schools, "kinds": kinds, "statuses": statuses, "cases": list(tally.values())}


def _at_all_spans(changes: Changes) -> list[tuple[Any, ...]]:
    """The differences to the monthly figures, with their epoch in each span."""
    months: dict[tuple[Any, ...], list[int]] = {}
    for (*key, epoch), (items, excluded) in changes.months.items():
        for span in range(len(SPANS)):
            difference = months.setdefault((*key, longer(epoch, span), span), [0, 0])
            difference[0] += items
            difference[1] += excluded
    return [(*key, *difference) for key, difference in months.items() if any(difference)]


def count_rows(connection: psycopg.Connection[Any]) -> None:
    """Let the server count the rows of the read tables, so that it plans for as many as there are; not what is busy.

    It does so by itself, but a minute late: until then a table that has just been filled is read as an empty one would
    be, which takes hundreds of times as long.
    """
    connection.execute(_COUNT_ROWS)


class _WrittenTable:
    """A read table as it is written: its statements, derived once from its columns."""

    def __init__(self, table: Table) -> None:
        names = [column.name for column in table.columns]
        types = [str(column.type.compile(_DIALECT)).lower().split(" collate")[0] for column in table.columns]
        # The first two columns are of the owner, the same in all rows.
        self._types = [COLUMN_TYPES[kind] for kind in types[2:]]
        given = ", ".join(f"given.{name}{kind.cast}" for name, kind in zip(names[2:], self._types, strict=True))
        self._insert = (
            f"INSERT INTO {table.name} ({', '.join(names)}) SELECT %s, %s, {given}"
            f" FROM unnest({', '.join(f'%b::{kind.sent}' for kind in self._types)}) AS given ({', '.join(names[2:])})"
        ).encode()
        key = [column.name for column in table.primary_key]
        replaced = ", ".join(f"{name} = EXCLUDED.{name}" for name in names if name not in key)
        self._insert_over = self._insert + f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {replaced}".encode()
        self._key = [
            (name, kind)
            for name, kind in zip(names[2:], self._types, strict=True)
            if name in key and name != "valid_from"
        ]
        same = " AND ".join(f"known.{name} = ended.{name}" for name, _ in self._key)
        self._close = (
            f"UPDATE {table.name} AS known SET valid_to = ended.at"
            f" FROM unnest({', '.join(f'%b::{kind.sent}' for _, kind in self._key)}, %b::bigint[])"
            f" AS ended ({', '.join(name for name, _ in self._key)}, at)"
            f" WHERE known.trust_id = %s AND known.generation = %s AND known.valid_to IS NULL AND {same}"
        ).encode()

    def insert(
        self, cursor: psycopg.Cursor[Any], owner: tuple[UUID, int], rows: Sequence[Row], *, over: bool = False
    ) -> None:
        """Insert rows; `over` those with the same key, where they are known to be there."""
        statement = self._insert_over if over else self._insert
        for begin in range(0, len(rows), _ROWS_AT_ONCE):
            columns = zip(*rows[begin : begin + _ROWS_AT_ONCE], strict=True)
            given = [packed(kind, column) for kind, column in zip(self._types, columns, strict=True)]
            cursor.execute(statement, [*owner, *given])

    def close(self, cursor: psycopg.Cursor[Any], owner: tuple[UUID, int], ended: Sequence[tuple[Key, int]]) -> None:
        if not ended:
            return
        columns = zip(*(key for key, _ in ended), strict=True)
        keys = [packed(kind, column) for (_, kind), column in zip(self._key, columns, strict=True)]
        positions = packed(COLUMN_TYPES["bigint"], [position for _, position in ended])
        cursor.execute(self._close, [*keys, positions, *owner])
        if cursor.rowcount != len(ended):
            raise WrongRowCount(f"{len(ended)} rows were to be closed, {cursor.rowcount} were found open")


# Where these stand in a row of case_file, which begins after the owner's columns.
_TALLIED = [list(case_file.columns.keys())[2:].index(name) for name in ("school_urn", "kind", "status")]
_TABLES = {table.name: _WrittenTable(table) for table in (*CASE_TABLES, *TEMPORAL_TABLES)}
# The tables with any number of rows for a case: those it has are deleted first. The others are written over.
_MANY_ROWS = [table.name for table in CASE_TABLES if len(table.primary_key) > _KEY_OF_A_CASE]
_DELETE_CASES = (
    "WITH "
    + ", ".join(
        f"gone_{name} AS (DELETE FROM {name} WHERE trust_id = %(trust)s AND generation = %(generation)s"
        f" AND case_id = ANY(%({name})s::uuid[]))"
        for name in _MANY_ROWS
    )
    + " SELECT"
).encode()
_COUNT_ROWS = f"ANALYZE (SKIP_LOCKED) {', '.join(table.name for table in CORE_TABLES)}".encode()
