"""The checkpoints that a trust has signed, and where outside each of them, or a later one, was received."""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg

from domain.ledger_register import FIRST, ledger_register_id
from ledger.anchoring.deposits import AnchorState
from projections.pages import CursorMalformed, place_of
from projections.plan.moments import instant
from projections.plan.pages import Listing, connection, placed
from projections.plan.reads import number, words
from projections.plan.selections import Selected
from projections.plan.text import NULL, array_of, bare, quoted, string
from projections.plan.writer import Arguments, Read, Row, Writer
from projections.visible import Reading

__all__ = ["checkpoint_list"]


def checkpoint_list(writer: Writer, selected: Selected, _row: Row) -> str:
    """The connection of the checkpoints, the largest first; null for who sees no proofs."""
    if not writer.visibility.sees_proofs:
        return NULL
    given, prefix = writer.given(selected), writer.bind_reading(selected, _bound)
    row = Row(writer.alias("k"))
    earlier = "" if given["after"] is None else f" WHERE {row.alias}.size < %({prefix}before)s::bigint"
    reads: Mapping[str, Read] = {
        **_OF_NOTE,
        "keyNumber": lambda one_writer, _selected, one: bare(
            _key_number(one_writer, one, f"%({prefix}register)s::uuid")
        ),
        "anchors": _anchors,
    }
    listing = Listing(
        type_name="SignedCheckpointConnection",
        node_name="SignedCheckpoint",
        node=lambda one_writer, one, of: one_writer.shown("SignedCheckpoint", reads, one, of),
        row=row,
        source=lambda _used: f"{writer.reading.checkpoints()} AS {row.alias}{earlier}",
        order=f"{row.alias}.size DESC",
        place=placed("'\"checkpoints\"'", bare(f"{row.alias}.size")),
        total=f"SELECT count(*) FROM {writer.reading.checkpoints()} AS all_of_them",
        first=given["first"],
        after=f"%({prefix}has_after)s::boolean",
    )
    return connection(writer, selected, listing)


def _bound(given: Arguments, _connection: psycopg.Connection[Any], reading: Reading) -> Mapping[str, Any]:
    after = given["after"]
    return {
        "has_after": after is not None,
        "before": None if after is None else _size(after),
        "register": ledger_register_id(reading.visibility.trust_id),
    }


def _size(after: str) -> int:
    of, size = place_of(after, str, int)
    if of != "checkpoints":
        raise CursorMalformed("after")
    return int(size)


def _line(row: Row, number_of_line: int) -> str:
    return f"split_part({row.alias}.note, E'\\n', {number_of_line})"


def _key_number(writer: Writer, row: Row, register: str) -> str:
    """Which of the trust's keys signed: that which the last declaration up to there named, else the first."""
    changed = (
        "SELECT (convert_from(declared.body, 'UTF8')::jsonb #>> '{data,number}')::int"
        f" FROM {writer.reading.key_changes(register)} AS declared WHERE declared.position <= {row.alias}.size"
        " ORDER BY declared.position DESC LIMIT 1"
    )
    return f"coalesce(({changed}), {FIRST})"


def _anchors(writer: Writer, selected: Selected, row: Row) -> str:
    """Each place outside that has received any checkpoint, with the first receipt for this one or a later one."""
    alias = writer.alias("a")
    shown = writer.shown("CheckpointAnchor", _OF_ANCHOR, selected, Row(alias))
    first = (
        f"SELECT size, anchored_at FROM {writer.reading.anchors()} AS receipt"
        f" WHERE receipt.sink = place.sink AND receipt.size >= {row.alias}.size ORDER BY receipt.size LIMIT 1"
    )
    received = (
        f"SELECT place.sink, {row.alias}.size AS wanted, receipt.size AS received, receipt.anchored_at"
        f" FROM {writer.reading.anchor_places()} AS place LEFT JOIN LATERAL ({first}) AS receipt ON true"
    )
    return array_of(f"(SELECT string_agg({shown}, ',' ORDER BY {alias}.sink) FROM ({received}) AS {alias})")


_OF_NOTE: Mapping[str, Read] = {
    "origin": lambda _writer, _selected, row: quoted(_line(row, 1)),
    "size": number("size"),
    "root": lambda _writer, _selected, row: quoted(f"encode(decode({_line(row, 3)}, 'base64'), 'hex')"),
    "recordedAt": lambda _writer, _selected, row: instant(f"substr({_line(row, 5)}, 6)::timestamptz"),
    "epoch": lambda _writer, _selected, row: bare(f"coalesce(nullif(split_part({_line(row, 1)}, '/', 3), ''), '1')"),
    "note": words("note"),
}
# What stands before the @ of an address, or behind its ? or #, may be a secret: it is left out, though the settings let
# no place in with such a thing before its @.
_ADDRESS = (
    "regexp_replace(regexp_replace(CASE WHEN {0}.sink LIKE 's3:%%' THEN {0}.sink"
    " ELSE substr({0}.sink, strpos({0}.sink, ':') + 1) END, '//[^/?#]*@', '//'), '[?#].*$', '')"
)
_OF_ANCHOR: Mapping[str, Read] = {
    "sink": lambda _writer, _selected, row: string(f"split_part({row.alias}.sink, ':', 1)"),
    "address": lambda _writer, _selected, row: string(_ADDRESS.format(row.alias)),
    "state": lambda _writer, _selected, row: quoted(
        f"CASE WHEN {row.alias}.received = {row.alias}.wanted THEN '{AnchorState.RECEIVED}'"
        f" WHEN {row.alias}.received IS NULL THEN '{AnchorState.WAITING}' ELSE '{AnchorState.COVERED}' END"
    ),
    "receiptAt": lambda _writer, _selected, row: instant(f"{row.alias}.anchored_at"),
}
