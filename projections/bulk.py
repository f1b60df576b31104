"""Writing many rows at once: new rows through COPY, and one statement for what is replaced, closed or added up."""

# ruff: noqa: S608 - the statements are put together from the names of our own tables and columns
from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql

from projections.changes import CASE_TABLE_NAMES, Changes, Key, Row
from projections.packing import BEGIN, END, PACKS, packed
from projections.tables import CASE_TABLES, TEMPORAL_TABLES

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call] # SQLAlchemy leaves it untyped

# PostgreSQL does not COPY into a table with row-level security, so rows go through a temporary one. Below this many the
# table is not worth its making.
_COPY_FROM = 200

# Rows handed to the driver in one piece: each call of it takes as long as packing a row.
_COPIED_AT_ONCE = 500

_MERGE_MONTHS = """
MERGE INTO count_month AS known
USING unnest(%(schools)s::text[], %(months)s::date[], %(counts)s::smallint[], %(sources)s::text[], %(epochs)s::int[],
             %(items)s::int[], %(excluded)s::int[])
      AS change (school_urn, month, count_number, source, epoch, items, excluded)
ON known.trust_id = %(trust)s AND known.generation = %(generation)s AND known.school_urn = change.school_urn
   AND known.month = change.month AND known.count_number = change.count_number AND known.source = change.source
   AND known.epoch = change.epoch
WHEN MATCHED AND known.items + change.items = 0 AND known.excluded + change.excluded = 0 THEN DELETE
WHEN MATCHED THEN UPDATE SET items = known.items + change.items, excluded = known.excluded + change.excluded
WHEN NOT MATCHED THEN
    INSERT (trust_id, generation, school_urn, month, count_number, source, epoch, items, excluded)
    VALUES (%(trust)s, %(generation)s, change.school_urn, change.month, change.count_number, change.source,
            change.epoch, change.items, change.excluded)
"""


class WrongRowCount(RuntimeError):
    """The read tables do not hold what the events before said they hold, so nothing more is written on top of them."""


def write(connection: psycopg.Connection[Any], trust_id: UUID, generation: int, changes: Changes) -> None:
    """Write a batch's changes into one generation; the caller's transaction makes them visible with the position.

    Raises WrongRowCount when a row to be closed is not there.
    """
    owner = (trust_id, generation)
    with connection.cursor() as cursor:
        if changes.replaced:
            gone: dict[str, Any] = {name: changes.replaced.get(name, []) for name in CASE_TABLE_NAMES}
            cursor.execute(_DELETE_CASES, {"trust": trust_id, "generation": generation, **gone})
        for name, rows in changes.cases.items():
            _TABLES[name].insert(cursor, owner, rows)
        for name, temporal in changes.temporal.items():
            _TABLES[name].close(cursor, owner, temporal.closed)
            _TABLES[name].insert(cursor, owner, temporal.new_rows())
        months = [(*key, *difference) for key, difference in changes.months.items() if any(difference)]
        if months:
            schools, firsts, counts, sources, epochs, items, excluded = map(list, zip(*months, strict=True))
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
                },
            )


class _WrittenTable:
    """A read table as it is written: its statements, derived once from its columns."""

    def __init__(self, table: Table) -> None:
        columns = [column.name for column in table.columns]
        types = [str(column.type.compile(_DIALECT)).lower().split(" collate")[0] for column in table.columns]
        names = ", ".join(columns)
        self._packs = [PACKS[name] for name in types]
        self._values = f"INSERT INTO {table.name} ({names}) VALUES ({', '.join(['%s'] * len(columns))})".encode()
        # As with the table of cases itself, nothing is compressed on the way.
        stage = f"CREATE TEMPORARY TABLE staged (LIKE {table.name})"
        self._stage = f"{stage} WITH (toast_tuple_target = 8160) ON COMMIT DROP".encode()
        self._copy = f"COPY staged ({names}) FROM STDIN (FORMAT BINARY)".encode()
        self._unload = f"INSERT INTO {table.name} ({names}) SELECT {names} FROM staged".encode()
        key = [
            (column.name, kind)
            for column, kind in zip(table.columns, types, strict=True)
            if column.primary_key and column.name not in {"trust_id", "generation", "valid_from"}
        ]
        same = " AND ".join(f"known.{name} = ended.{name}" for name, _ in key)
        self._close = (
            f"UPDATE {table.name} AS known SET valid_to = ended.at"
            f" FROM unnest({', '.join(f'%s::{kind}[]' for _, kind in key)}, %s::bigint[])"
            f" AS ended ({', '.join(name for name, _ in key)}, at)"
            f" WHERE known.trust_id = %s AND known.generation = %s AND known.valid_to IS NULL AND {same}"
        ).encode()

    def insert(self, cursor: psycopg.Cursor[Any], owner: tuple[UUID, int], rows: Sequence[Row]) -> None:
        if len(rows) < _COPY_FROM:
            if rows:
                cursor.executemany(self._values, [(*owner, *row) for row in rows])
            return
        cursor.execute(self._stage)
        with cursor.copy(self._copy) as copy:
            copy.write(BEGIN)
            for begin in range(0, len(rows), _COPIED_AT_ONCE):
                copy.write(packed(self._packs, owner, rows[begin : begin + _COPIED_AT_ONCE]))
            copy.write(END)
        cursor.execute(self._unload)
        cursor.execute(b"DROP TABLE staged")

    def close(self, cursor: psycopg.Cursor[Any], owner: tuple[UUID, int], ended: Sequence[tuple[Key, int]]) -> None:
        if not ended:
            return
        keys = [list(column) for column in zip(*(key for key, _ in ended), strict=True)]
        cursor.execute(self._close, [*keys, [position for _, position in ended], *owner])
        if cursor.rowcount != len(ended):
            raise WrongRowCount(f"{len(ended)} rows were to be closed, {cursor.rowcount} were found open")


_TABLES = {table.name: _WrittenTable(table) for table in (*CASE_TABLES, *TEMPORAL_TABLES)}
_DELETE_CASES = (
    "WITH "
    + ", ".join(
        f"gone_{table.name} AS (DELETE FROM {table.name} WHERE trust_id = %(trust)s AND generation = %(generation)s"
        f" AND case_id = ANY(%({table.name})s::uuid[]))"
        for table in CASE_TABLES
    )
    + " SELECT"
).encode()
