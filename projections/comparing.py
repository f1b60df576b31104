"""Comparing two generations of a trust's read tables, row by row, whatever the order in which they were written."""

# ruff: noqa: S608 - the statements are put together from the names of our own tables and columns
from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import Table

from projections.tables import CORE_TABLES


@dataclass(frozen=True, slots=True)
class TableComparison:
    """How one table of the live generation agrees with the rebuilt one.

    `first_difference` is the key of the first row, in order of key, that only one of them has or that differs; None
    when they agree. Keys hold ids, dates and codes, no personal data.
    """

    table: str
    live_rows: int
    rebuilt_rows: int
    first_difference: str | None

    @property
    def agrees(self) -> bool:
        """Whether every row is the same in both."""
        return self.first_difference is None


def compare(
    connection: psycopg.Connection[Any], trust_id: UUID, live: int, rebuilt: int
) -> tuple[TableComparison, ...]:
    """Compare every table of two generations, as this transaction sees them."""
    return tuple(_compare(connection, table, trust_id, live, rebuilt) for table in CORE_TABLES)


def _compare(
    connection: psycopg.Connection[Any], table: Table, trust_id: UUID, live: int, rebuilt: int
) -> TableComparison:
    own = "trust_id = %(trust)s AND generation = %(generation)s"
    columns = ", ".join(column.name for column in table.columns if column.name not in {"trust_id", "generation"})
    digest = (
        # Two independent sums over the rows' hashes: no order matters, and no row can make up for another.
        f"SELECT count(*), coalesce(sum(hashtextextended(row::text, 0)), 0),"
        f" coalesce(sum(hashtextextended(row::text, 1)), 0)"
        f" FROM (SELECT ROW({columns}) AS row FROM {table.name} WHERE {own}) AS rows"
    ).encode()
    digests = [
        connection.execute(digest, {"trust": trust_id, "generation": generation}).fetchone()
        for generation in (live, rebuilt)
    ]
    assert digests[0] is not None
    assert digests[1] is not None
    if digests[0] == digests[1]:
        return TableComparison(table.name, digests[0][0], digests[1][0], None)
    key = ", ".join(column.name for column in table.primary_key if column.name not in {"trust_id", "generation"})
    rows = f"SELECT ROW({key})::text AS key, ROW({columns})::text AS content FROM {table.name}"
    first = connection.execute(
        (
            f"SELECT coalesce(live.key, rebuilt.key) FROM ({rows} WHERE trust_id = %(trust)s AND generation = %(live)s)"
            f" AS live FULL JOIN ({rows} WHERE trust_id = %(trust)s AND generation = %(rebuilt)s) AS rebuilt"
            " USING (key) WHERE live.content IS DISTINCT FROM rebuilt.content ORDER BY 1 LIMIT 1"
        ).encode(),
        {"trust": trust_id, "live": live, "rebuilt": rebuilt},
    ).fetchone()
    return TableComparison(table.name, digests[0][0], digests[1][0], "?" if first is None else first[0])
