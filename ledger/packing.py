"""Columns as PostgreSQL has arrays in binary, packed by hand: a driver takes several times as long.

Many rows travel as one array for each column. The formats are those of PostgreSQL's binary receive functions, for the
types that the tables have. A column of arrays travels as texts that PostgreSQL reads, for an array of arrays of
different lengths does not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from struct import Struct, pack
from typing import Any
from uuid import UUID

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

Members = Callable[[Sequence[Any]], bytes]

_NULL = bytes.fromhex("ffffffff")
_UUID_LENGTH = bytes.fromhex("00000010")
_DAY_ZERO = date(2000, 1, 1).toordinal()
_INSTANT_ZERO = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_length = Struct(">i").pack
# Of an array: one dimension, whether there are nulls, the type of the members, how many, the first is number 1.
_array = Struct(">iiIii").pack
# An array without members has no dimension and no nulls; the type of its members follows.
_EMPTY = bytes(8)


@dataclass(frozen=True, slots=True)
class ColumnType:
    """How columns of one type travel: as an array of which type, with what packs its members, and read as what."""

    sent: str
    oid: int
    members: Members
    cast: str = ""


@dataclass(frozen=True, slots=True)
class PackedColumn:
    """One column of some rows as a parameter of a statement that says of which type it is: `%b::uuid[]`."""

    content: bytes


class _PackedColumnDumper(Dumper):
    """Hands a packed column on as it is; its type is the one that the statement gives."""

    format = Format.BINARY

    def dump(self, obj: PackedColumn) -> bytes:
        return obj.content


psycopg.adapters.register_dumper(PackedColumn, _PackedColumnDumper)


def packed(kind: ColumnType, values: Sequence[Any]) -> PackedColumn:
    """The values of one column of some rows, None for null, as an array in binary."""
    header = _array(1, None in values, kind.oid, len(values), 1)
    return PackedColumn(header + kind.members(values) if values else _EMPTY + _length(kind.oid))


def packed_columns(kinds: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[PackedColumn]:
    """The columns of some rows, one at least, whose types have these names."""
    columns = zip(*rows, strict=True)
    return [packed(COLUMN_TYPES[kind], column) for kind, column in zip(kinds, columns, strict=True)]


def _numbers(code: str, size: int) -> Members:
    """Members of one size: packed all at once, unless one is missing."""
    one = Struct(f">i{code}").pack

    def members(values: Sequence[int | None]) -> bytes:
        if None in values:
            return b"".join([_NULL if value is None else one(size, value) for value in values])
        sized: list[Any] = [size] * (2 * len(values))
        sized[1::2] = values
        return pack(f">{f'i{code}' * len(values)}", *sized)

    return members


def _dates(values: Sequence[date | None]) -> bytes:
    return _integers([None if value is None else value.toordinal() - _DAY_ZERO for value in values])


def _instants(values: Sequence[datetime | None]) -> bytes:
    return _long_integers([None if value is None else (value - _INSTANT_ZERO) // _MICROSECOND for value in values])


def _uuids(values: Sequence[UUID | None]) -> bytes:
    return b"".join([_NULL if value is None else _UUID_LENGTH + value.bytes for value in values])


def _texts(values: Sequence[str | None]) -> bytes:
    members = []
    for value in values:
        if value is None:
            members.append(_NULL)
        else:
            text = value.encode()
            members += (_length(len(text)), text)
    return b"".join(members)


def _bytes(values: Sequence[bytes | None]) -> bytes:
    members: list[bytes] = []
    for value in values:
        members += (_NULL,) if value is None else (_length(len(value)), value)
    return b"".join(members)


def _lists(values: Sequence[Sequence[Any] | None]) -> bytes:
    return _texts([None if value is None else _list(value) for value in values])


def _list(values: Sequence[Any]) -> str:
    """A list as PostgreSQL reads it from a text: each member in quotes."""
    if not values:
        return "{}"
    members = [str(value) for value in values]
    if any('"' in member or "\\" in member for member in members):
        members = [member.replace("\\", "\\\\").replace('"', '\\"') for member in members]
    return '{"' + '","'.join(members) + '"}'


_integers = _numbers("i", 4)
_long_integers = _numbers("q", 8)

# By the name of a column's type.
COLUMN_TYPES: dict[str, ColumnType] = {
    "smallint": ColumnType("smallint[]", 21, _numbers("h", 2)),
    "integer": ColumnType("integer[]", 23, _integers),
    "bigint": ColumnType("bigint[]", 20, _long_integers),
    "date": ColumnType("date[]", 1082, _dates),
    "timestamp with time zone": ColumnType("timestamptz[]", 1184, _instants),
    "boolean": ColumnType("boolean[]", 16, _numbers("?", 1)),
    "uuid": ColumnType("uuid[]", 2950, _uuids),
    "text": ColumnType("text[]", 25, _texts),
    "bytea": ColumnType("bytea[]", 17, _bytes),
    **{
        name: ColumnType("text[]", 25, _lists, cast=f"::{name}")
        for name in ("smallint[]", "date[]", "text[]", "uuid[]")
    },
}
