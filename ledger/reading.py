"""Reading the ledger in order or by stream, as rows whose bodies are left as they were hashed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import psycopg

_PAGE = b"""
SELECT position, recorded_at, stream_id, version, type, body FROM event WHERE trust_id = %s AND position > %s
ORDER BY position LIMIT %s
"""
_COLUMNS = "position, recorded_at, stream_id, version, type, school_urn, command_id, ordinal, body, leaf"


class StoredRow(NamedTuple):
    """One event as it stands in the ledger; `body` and `leaf` are the exact bytes."""

    position: int
    recorded_at: datetime
    stream_id: UUID
    version: int
    type: str
    school_urn: str | None
    command_id: UUID
    ordinal: int
    body: bytes
    leaf: bytes


class EventRow(NamedTuple):
    """What folding reads of an event, by the same names as in `StoredRow`."""

    position: int
    recorded_at: datetime
    stream_id: UUID
    version: int
    type: str
    body: bytes


class _Part(msgspec.Struct):
    part: str


class _ClearBody(msgspec.Struct):
    data: msgspec.Raw
    sealed: list[_Part]


_clear_body = msgspec.json.Decoder(_ClearBody)


def clear_part(body: bytes) -> tuple[msgspec.Raw, tuple[str, ...]]:
    """The JSON text of a body's `data` and the names of its sealed parts, without reading the rest."""
    clear = _clear_body.decode(body)
    return clear.data, tuple(entry.part for entry in clear.sealed)


def read_page(connection: psycopg.Connection[Any], trust_id: UUID, *, after: int, limit: int) -> list[EventRow]:
    """At most `limit` events with a position above `after`, in order of position, to be folded."""
    with connection.cursor(binary=True) as cursor:
        cursor.execute(_PAGE, (trust_id, after, limit))
        return [EventRow._make(row) for row in cursor.fetchall()]


def read_streams(
    connection: psycopg.Connection[Any], trust_id: UUID, stream_ids: Sequence[UUID], *, up_to: int | None = None
) -> list[StoredRow]:
    """All events of the streams up to a position, ordered by stream and version."""
    return _rows(
        connection,
        f"SELECT {_COLUMNS} FROM event WHERE trust_id = %s AND stream_id = ANY(%s)"  # noqa: S608 - constant columns
        " AND position <= coalesce(%s, 9223372036854775807) ORDER BY stream_id, version",
        (trust_id, list(stream_ids), up_to),
    )


def read_key_destructions(connection: psycopg.Connection[Any], trust_id: UUID, *, up_to: int) -> list[StoredRow]:
    """The events of a trust that record the destruction of a key (docs/formats.md says how they are named)."""
    return _rows(
        connection,
        f"SELECT {_COLUMNS} FROM event WHERE trust_id = %s AND position <= %s"  # noqa: S608 - constant columns
        r" AND type ~ '^[a-z0-9_.]*key_destroyed(\.v[0-9]+)?$' ORDER BY position",
        (trust_id, up_to),
    )


def read_part_erasures(
    connection: psycopg.Connection[Any], trust_id: UUID, stream_ids: Sequence[UUID], *, up_to: int
) -> list[StoredRow]:
    """The events of some streams that record the erasing of a single part of theirs."""
    return _rows_named(connection, trust_id, stream_ids, "part_erased", up_to)


def read_file_removals(
    connection: psycopg.Connection[Any], trust_id: UUID, stream_ids: Sequence[UUID], *, up_to: int
) -> list[StoredRow]:
    """The events of some streams that record that a file of theirs was removed."""
    return _rows_named(connection, trust_id, stream_ids, "file_removed", up_to)


def read_streams_with(connection: psycopg.Connection[Any], trust_id: UUID, type_: str, *, up_to: int) -> list[UUID]:
    """The streams of a trust in which events with a stored name were recorded by a position."""
    rows = connection.execute(
        "SELECT DISTINCT stream_id FROM event WHERE trust_id = %s AND position <= %s AND type = %s ORDER BY stream_id",
        (trust_id, up_to, type_),
        binary=True,
    )
    return [stream_id for (stream_id,) in rows]


def read_range(connection: psycopg.Connection[Any], trust_id: UUID, first: int, last: int) -> list[StoredRow]:
    """The events at the positions from `first` to `last`, both included, in order."""
    return _rows(
        connection,
        f"SELECT {_COLUMNS} FROM event WHERE trust_id = %s AND position BETWEEN %s AND %s ORDER BY position",  # noqa: S608 - constant columns
        (trust_id, first, last),
    )


def stored_bodies(connection: psycopg.Connection[Any], trust_id: UUID) -> Iterator[tuple[UUID, bytes]]:
    """The stream and the body of every event of a trust, in no order; within a transaction, in little memory."""
    with connection.cursor(name="bodies", binary=True) as cursor:
        cursor.itersize = 2_000
        cursor.execute("SELECT stream_id, body FROM event WHERE trust_id = %s", (trust_id,))
        yield from cursor


def positions_between(
    connection: psycopg.Connection[Any], trust_id: UUID, since: datetime, until: datetime, *, up_to: int
) -> tuple[int, int]:
    """The first and the last position recorded from one instant on and before another; (n + 1, n) for none after n."""
    row = connection.execute(
        "SELECT coalesce(max(position) FILTER (WHERE recorded_at < %s), 0) + 1, coalesce(max(position), 0) FROM event"
        " WHERE trust_id = %s AND recorded_at < %s AND position <= %s",
        (since, trust_id, until, up_to),
        binary=True,
    ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def head(connection: psycopg.Connection[Any], trust_id: UUID) -> tuple[int, datetime | None]:
    """The last position given and when; (0, None) before the first event."""
    row = connection.execute(
        "SELECT position, recorded_at FROM ledger_head WHERE trust_id = %s", (trust_id,), binary=True
    ).fetchone()
    return (0, None) if row is None or row[0] == 0 else (row[0], row[1])


def position_at(connection: psycopg.Connection[Any], trust_id: UUID, instant: datetime) -> int:
    """The last position recorded at or before an instant; 0 when nothing was.

    Waits for an append in flight, so that the answer for an instant that has passed never changes afterwards.
    """
    connection.execute("SELECT 1 FROM ledger_head WHERE trust_id = %s FOR SHARE", (trust_id,))
    row = connection.execute(
        "SELECT coalesce(max(position), 0) FROM event WHERE trust_id = %s AND recorded_at <= %s",
        (trust_id, instant),
        binary=True,
    ).fetchone()
    assert row is not None
    return int(row[0])


def recorded_at(connection: psycopg.Connection[Any], trust_id: UUID, position: int) -> datetime | None:
    """When a position was recorded; None for one that was not given yet, and for 0."""
    row = connection.execute(
        "SELECT recorded_at FROM event WHERE trust_id = %s AND position = %s", (trust_id, position), binary=True
    ).fetchone()
    return None if row is None else row[0]


def _rows_named(
    connection: psycopg.Connection[Any], trust_id: UUID, stream_ids: Sequence[UUID], name: str, up_to: int
) -> list[StoredRow]:
    """The events of some streams whose stored name ends so (docs/formats.md, section 10), in order."""
    return _rows(
        connection,
        f"SELECT {_COLUMNS} FROM event WHERE trust_id = %s AND stream_id = ANY(%s) AND position <= %s"  # noqa: S608 - constant columns
        " AND type ~ %s ORDER BY position",
        (trust_id, list(stream_ids), up_to, rf"^[a-z0-9_.]*{name}(\.v[0-9]+)?$"),
    )


def _rows(connection: psycopg.Connection[Any], query: str, parameters: tuple[Any, ...]) -> list[StoredRow]:
    with connection.cursor(binary=True) as cursor:
        return [StoredRow._make(row) for row in cursor.execute(query.encode(), parameters).fetchall()]
