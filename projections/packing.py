"""Rows as COPY BINARY has them, packed by hand: what a driver does for any value takes several times as long.

The formats are those of PostgreSQL's binary send and receive functions, for the types that read tables have.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from struct import Struct
from typing import Any
from uuid import UUID

Pack = Callable[[Any], bytes]

_NULL = bytes.fromhex("ffffffff")
# The signature, no flags, no extension; and the field count that ends the rows.
BEGIN = b"PGCOPY\n" + bytes.fromhex("ff0d0a00") + bytes(8)
END = bytes.fromhex("ffff")
_DAY_ZERO = date(2000, 1, 1).toordinal()

_int2 = Struct(">ih").pack
_int4 = Struct(">ii").pack
_int8 = Struct(">iq").pack
_length = Struct(">i").pack
_fields = Struct(">h").pack
# Of an array: its length in bytes, one dimension, no nulls, the type of the members, how many, the first is number 1.
_array = Struct(">iiiIii").pack
# An array without members has no dimension.
_empty_array = Struct(">iiiI").pack


def _pack_smallint(value: int) -> bytes:
    return _int2(2, value)


def _pack_integer(value: int) -> bytes:
    return _int4(4, value)


def _pack_bigint(value: int) -> bytes:
    return _int8(8, value)


def _pack_date(value: date) -> bytes:
    return _int4(4, value.toordinal() - _DAY_ZERO)


def _pack_uuid(value: UUID) -> bytes:
    return b"\x00\x00\x00\x10" + value.bytes


def _pack_text(value: str) -> bytes:
    text = value.encode()
    return _length(len(text)) + text


def _packs_array(pack: Pack, oid: int) -> Pack:
    empty = _empty_array(12, 0, 0, oid)

    def packed(values: Sequence[Any]) -> bytes:
        if not values:
            return empty
        members = b"".join([pack(value) for value in values])
        return _array(20 + len(members), 1, 0, oid, len(values), 1) + members

    return packed


# By the name of a column's type.
PACKS: dict[str, Pack] = {
    "smallint": _pack_smallint,
    "integer": _pack_integer,
    "bigint": _pack_bigint,
    "date": _pack_date,
    "uuid": _pack_uuid,
    "text": _pack_text,
    "smallint[]": _packs_array(_pack_smallint, 21),
    "date[]": _packs_array(_pack_date, 1082),
    "text[]": _packs_array(_pack_text, 25),
    "uuid[]": _packs_array(_pack_uuid, 2950),
}


def packed(packs: Sequence[Pack], owner: Sequence[Any], rows: Sequence[Sequence[Any]]) -> bytes:
    """Rows between BEGIN and END, all of which begin with `owner`; `packs` are those of all columns."""
    first, others = packs[: len(owner)], packs[len(owner) :]
    begin = _fields(len(packs)) + b"".join([pack(value) for pack, value in zip(first, owner, strict=True)])
    fields = []
    for row in rows:
        fields.append(begin)
        fields += [_NULL if value is None else pack(value) for pack, value in zip(others, row, strict=True)]
    return b"".join(fields)
