"""The append: one statement that gives positions and times, hashes the leaves and keeps what belongs to the command.

Bodies are opaque bytes here. The client hashes nothing that the database assigns: position and `recorded_at` are given
under the lock of the trust's head, so that positions have no gap and an instant names exactly one position.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from eventsourcing.persistence import IntegrityError, OperationalError, PersistenceError

from ledger.packing import packed_columns

# The types of what `NewEvent`, `NewPart`, and `NewReceipt` with its first and last place, are made of.
_EVENT = ("uuid", "integer", "text", "text", "uuid", "integer", "bytea")
_PART = ("uuid", "integer", "text", "uuid", "bytea")
_RECEIPT = ("uuid", "uuid", "bytea", "uuid", "integer", "integer")

# Up to so many rows travel as plain values, prepared once for each number of them; more travel as arrays. For a single
# event arrays cost twice the time of the insert itself.
_FEW_EVENTS = 4
_FEW_PARTS = 8
_FEW_RECEIPTS = 4


class NewEvent(NamedTuple):
    """An event on its way into the ledger; `ordinal` is its place within its command, from 0."""

    stream_id: UUID
    version: int
    type: str
    school_urn: str | None
    command_id: UUID
    ordinal: int
    body: bytes


class NewPart(NamedTuple):
    """A sealed part on its way into the ledger."""

    stream_id: UUID
    version: int
    part: str
    key_id: UUID
    blob: bytes


class NewReceipt(NamedTuple):
    """That a command was carried out: by whom, with which input (as a keyed hash), on which case."""

    command_id: UUID
    actor_id: UUID
    input_mac: bytes
    case_id: UUID


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the ledger knows of a command carried out before."""

    actor_id: UUID
    input_mac: bytes
    case_id: UUID
    first_position: int
    last_position: int


def append(
    connection: psycopg.Connection[Any],
    trust_id: UUID,
    events: Sequence[NewEvent],
    parts: Sequence[NewPart] = (),
    receipts: Sequence[NewReceipt] = (),
) -> list[tuple[int, datetime]]:
    """Append events with their sealed parts and receipts in one statement; returns each event's position and instant.

    A receipt's command has events among these. Raises IntegrityError when a version, a position within a command or a
    receipt exists already, and PersistenceError when the trust has no head or is not the connection's.
    """
    if not events:
        return []
    few = len(events) <= _FEW_EVENTS and len(parts) <= _FEW_PARTS and len(receipts) <= _FEW_RECEIPTS
    statement, parameters = (_of_few if few else _of_many)(trust_id, events, parts, receipts)
    try:
        rows = connection.execute(statement, parameters, prepare=True, binary=True).fetchall()
    except psycopg.IntegrityError as error:
        raise IntegrityError(error.diag.constraint_name or "an event of this version exists already") from error
    except psycopg.OperationalError as error:
        raise OperationalError(type(error).__name__) from error
    if len(rows) != len(events):
        # Row-level security, or a missing head, lets the statement write nothing without an error.
        raise PersistenceError("nothing was appended: the trust has no ledger, or the connection belongs to another")
    return rows


def read_receipt(connection: psycopg.Connection[Any], trust_id: UUID, command_id: UUID) -> Receipt | None:
    """The receipt of a command, if it was carried out."""
    row = connection.execute(
        "SELECT actor_id, input_mac, case_id, first_position, last_position FROM command"
        " WHERE trust_id = %s AND command_id = %s",
        (trust_id, command_id),
        binary=True,
    ).fetchone()
    return None if row is None else Receipt(*row)


def read_carried_out(
    connection: psycopg.Connection[Any], trust_id: UUID, command_ids: Sequence[UUID]
) -> dict[UUID, Receipt]:
    """The receipts of those of some commands that were carried out."""
    rows = connection.execute(
        "SELECT command_id, actor_id, input_mac, case_id, first_position, last_position FROM command"
        " WHERE trust_id = %s AND command_id = ANY(%b)",
        (trust_id, list(command_ids)),
        binary=True,
    )
    return {row[0]: Receipt(*row[1:]) for row in rows}


def _of_few(
    trust_id: UUID, events: Sequence[NewEvent], parts: Sequence[NewPart], receipts: Sequence[NewReceipt]
) -> tuple[bytes, list[Any]]:
    parameters: list[Any] = [trust_id, trust_id]
    for event in events:
        parameters += event
    if parts:
        parameters.append(trust_id)
    for part in parts:
        parameters += part
    if receipts:
        parameters.append(trust_id)
        places = _places(events)
        for receipt in receipts:
            parameters += (*receipt, *places[receipt.command_id])
    return _few_statement(len(events), len(parts), len(receipts)), parameters


def _of_many(
    trust_id: UUID, events: Sequence[NewEvent], parts: Sequence[NewPart], receipts: Sequence[NewReceipt]
) -> tuple[bytes, list[Any]]:
    count, rest = len(events), len(events) - 1
    places = _places(events) if receipts else {}
    rows = [(*receipt, *places[receipt.command_id]) for receipt in receipts]
    return _many_statement(bool(parts), bool(receipts)), [
        *(count, rest, trust_id, count, rest, trust_id),
        *packed_columns(_EVENT, events),
        *([trust_id, *packed_columns(_PART, parts)] if parts else ()),
        *([trust_id, *packed_columns(_RECEIPT, rows)] if receipts else ()),
    ]


def _places(events: Sequence[NewEvent]) -> dict[UUID, tuple[int, int]]:
    """The first and the last place of each command's events within the append, from 1."""
    places: dict[UUID, tuple[int, int]] = {}
    for place, event in enumerate(events, start=1):
        places[event.command_id] = (places.get(event.command_id, (place, place))[0], place)
    return places


@lru_cache(maxsize=256)
def _few_statement(events: int, parts: int, receipts: int) -> bytes:
    event = "(%s::uuid, %s::int, %s::text, %s::text, %s::uuid, %s::int, %s::bytea, {place}::bigint)"
    part = "(%s::uuid, %s::int, %s::text, %s::uuid, %s::bytea)"
    receipt = "(%s::uuid, %s::uuid, %s::bytea, %s::uuid, %s::int, %s::int)"
    return _statement(
        count=str(events),
        rest=str(events - 1),
        events=f"(VALUES {', '.join(event.format(place=place) for place in range(1, events + 1))})",
        parts=f"(VALUES {', '.join([part] * parts)})" if parts else None,
        receipts=f"(VALUES {', '.join([receipt] * receipts)})" if receipts else None,
    )


@lru_cache(maxsize=4)
def _many_statement(has_parts: bool, has_receipts: bool) -> bytes:
    return _statement(
        count="%s::bigint",
        rest="%s::bigint",
        events="unnest(%b::uuid[], %b::int[], %b::text[], %b::text[], %b::uuid[], %b::int[], %b::bytea[])"
        " WITH ORDINALITY",
        parts="unnest(%b::uuid[], %b::int[], %b::text[], %b::uuid[], %b::bytea[])" if has_parts else None,
        receipts="unnest(%b::uuid[], %b::uuid[], %b::bytea[], %b::uuid[], %b::int[], %b::int[])"
        if has_receipts
        else None,
    )


def _statement(*, count: str, rest: str, events: str, parts: str | None, receipts: str | None) -> bytes:
    # The advanced head gives each event its own microsecond, later than any before it.
    text = f"""
WITH head AS (
    UPDATE ledger_head
    SET position = position + {count},
        recorded_at = greatest(clock_timestamp(), recorded_at + interval '1 microsecond')
                      + {rest} * interval '1 microsecond'
    WHERE trust_id = %s
    RETURNING position - {count} AS base, recorded_at - {rest} * interval '1 microsecond' AS first
), written AS (
    INSERT INTO event (trust_id, stream_id, version, position, recorded_at, type, school_urn, command_id, ordinal,
                       body, leaf)
    SELECT %s::uuid, stream_id, version, head.base + place, head.first + (place - 1) * interval '1 microsecond', type,
           school_urn, command_id, ordinal, body,
           sha256('\\x00'::bytea || convert_to('caseledger/1 ' || head.base + place || ' ' || to_char(
               (head.first + (place - 1) * interval '1 microsecond') AT TIME ZONE 'UTC',
               'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || E'\\n', 'UTF8') || body)
    FROM head, {events} AS e (stream_id, version, type, school_urn, command_id, ordinal, body, place)
    RETURNING position, recorded_at
)"""  # noqa: S608 - constant texts
    if parts is not None:
        text += f""", sealed AS (
    INSERT INTO sealed_part (trust_id, stream_id, version, part, key_id, blob)
    SELECT %s::uuid, p.* FROM {parts} AS p (stream_id, version, part, key_id, blob)
)"""  # noqa: S608 - constant texts
    if receipts is not None:
        text += f""", received AS (
    INSERT INTO command (trust_id, command_id, actor_id, input_mac, case_id, first_position, last_position)
    SELECT %s::uuid, r.command_id, r.actor_id, r.input_mac, r.case_id, head.base + r.first, head.base + r.last
    FROM head, {receipts} AS r (command_id, actor_id, input_mac, case_id, first, last)
)"""  # noqa: S608 - constant texts
    return (text + "\nSELECT position, recorded_at FROM written ORDER BY position").encode()
