"""Columns packed by hand are to the database what its driver would have sent."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from ledger.database import Database
from ledger.packing import COLUMN_TYPES, packed

ONE, OTHER = UUID(int=1), UUID(int=2**128 - 1)
VALUES: dict[str, list[Any]] = {
    "smallint": [-1, 2**15 - 1],
    "integer": [-(2**31), 2**31 - 1],
    "bigint": [-(2**63), 2**63 - 1],
    "date": [date(1999, 12, 31), date(2026, 9, 1)],
    "timestamp with time zone": [
        datetime(1999, 12, 31, 23, 59, 59, 999_999, UTC),
        datetime(2026, 9, 21, 23, tzinfo=UTC),
    ],
    "boolean": [True, False],
    "uuid": [ONE, OTHER],
    "text": ["", 'é\n"\\', "a"],
    "bytea": [b"", bytes(range(256))],
    "smallint[]": [[], [1, -2]],
    "date[]": [[date(2026, 9, 1)], []],
    "text[]": [["a", ""], [], ['"', "\\", "{é},", "null", " NULL "]],
    "uuid[]": [[ONE], [ONE, OTHER]],
}


@pytest.mark.parametrize("with_nulls", [False, True])
@pytest.mark.parametrize("name", COLUMN_TYPES)
def test_every_type_arrives_as_it_was(database: Database, name: str, with_nulls: bool) -> None:
    # given
    values = [*VALUES[name], None] if with_nulls else VALUES[name]
    kind = COLUMN_TYPES[name]

    # when
    with database.unscoped() as connection:
        found = connection.execute(
            f"SELECT given.value{kind.cast} FROM unnest(%b::{kind.sent}) AS given (value)".encode(),
            [packed(kind, values)],
        ).fetchall()

    # then
    assert found == [(value,) for value in values]


@pytest.mark.parametrize("name", COLUMN_TYPES)
def test_a_column_without_rows_is_an_empty_array(database: Database, name: str) -> None:
    kind = COLUMN_TYPES[name]

    with database.unscoped() as connection:
        found = connection.execute(f"SELECT %b::{kind.sent}".encode(), [packed(kind, [])]).fetchall()

    assert found == [([],)]
