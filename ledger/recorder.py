"""The append: one statement that gives positions and times, hashes the leaves and keeps what belongs to the command.

Bodies are opaque bytes here. The client hashes nothing that the database assigns: position and `recorded_at` are given
under the lock of the trust's head, so that positions have no gap and an instant names exactly one position.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
from eventsourcing.persistence import (
    ApplicationRecorder,
    IntegrityError,
    Notification,
    OperationalError,
    PersistenceError,
    StoredEvent,
    Subscription,
)

from ledger.database import TrustDatabase

# Arrays travel in binary (%b): as text they cost a fifth of an import's time.
# The advanced head gives each event of the append its own microsecond, later than any before it.
_APPEND = """
WITH head AS (
    UPDATE ledger_head
    SET position = position + %(count)s,
        recorded_at = greatest(clock_timestamp(), recorded_at + interval '1 microsecond')
                      + (%(count)s - 1) * interval '1 microsecond'
    WHERE trust_id = %(trust)s
    RETURNING position - %(count)s AS base, recorded_at - (%(count)s - 1) * interval '1 microsecond' AS first
), placed AS (
    SELECT stream_id, version, type, school_urn, command_id, ordinal, body, n,
           head.base + n AS position, head.first + (n - 1) * interval '1 microsecond' AS recorded_at
    FROM head, unnest(%(streams)b::uuid[], %(versions)b::int[], %(types)b::text[], %(schools)b::text[],
                      %(commands)b::uuid[], %(ordinals)b::int[], %(bodies)b::bytea[])
         WITH ORDINALITY AS e (stream_id, version, type, school_urn, command_id, ordinal, body, n)
), written AS (
    INSERT INTO event (trust_id, stream_id, version, position, recorded_at, type, school_urn, command_id, ordinal,
                       body, leaf)
    SELECT %(trust)s, stream_id, version, position, recorded_at, type, school_urn, command_id, ordinal, body,
           sha256('\\x00'::bytea || convert_to('caseledger/1 ' || position || ' ' || to_char(
               recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || E'\\n', 'UTF8') || body)
    FROM placed
    RETURNING position, recorded_at
)
"""

_PARTS = """, sealed AS (
    INSERT INTO sealed_part (trust_id, stream_id, version, part, key_id, blob)
    SELECT %(trust)s, * FROM unnest(%(part_streams)b::uuid[], %(part_versions)b::int[], %(parts)b::text[],
                                    %(part_keys)b::uuid[], %(part_blobs)b::bytea[])
)
"""

_RECEIPTS = """, received AS (
    INSERT INTO command (trust_id, command_id, actor_id, input_mac, case_id, first_position, last_position)
    SELECT %(trust)s, r.command_id, r.actor_id, r.input_mac, r.case_id,
           (SELECT min(position) FROM placed WHERE placed.command_id = r.command_id),
           (SELECT max(position) FROM placed WHERE placed.command_id = r.command_id)
    FROM unnest(%(receipt_ids)b::uuid[], %(receipt_actors)b::uuid[], %(receipt_macs)b::bytea[],
                %(receipt_cases)b::uuid[]) AS r (command_id, actor_id, input_mac, case_id)
)
"""

_SELECT_STREAM = """
SELECT stream_id, version, type, body FROM event
WHERE trust_id = %s AND stream_id = %s
  AND version > coalesce(%s, -2147483648) AND version <= coalesce(%s, 2147483647)
ORDER BY version LIMIT %s
"""
_SELECT_STREAM_BACKWARDS = _SELECT_STREAM.replace("ORDER BY version", "ORDER BY version DESC")

_RESULT = "SELECT position, recorded_at FROM written ORDER BY position"


@dataclass(frozen=True, slots=True)
class NewPart:
    """A sealed part on its way into the ledger."""

    stream_id: UUID
    version: int
    part: str
    key_id: UUID
    blob: bytes


@dataclass(frozen=True, slots=True)
class NewReceipt:
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


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event on its way into the ledger; `ordinal` is its place within its command, from 0."""

    stream_id: UUID
    version: int
    type: str
    school_urn: str | None
    command_id: UUID
    ordinal: int
    body: bytes


def append(
    connection: psycopg.Connection[Any],
    trust_id: UUID,
    events: Sequence[NewEvent],
    parts: Sequence[NewPart] = (),
    receipts: Sequence[NewReceipt] = (),
) -> list[tuple[int, datetime]]:
    """Append events with their sealed parts and receipts in one statement; returns each event's position and instant.

    Raises IntegrityError when a version, a position within a command or a receipt exists already, and
    PersistenceError when the trust has no head or is not the connection's.
    """
    if not events:
        return []
    parameters: dict[str, Any] = {
        "trust": trust_id,
        "count": len(events),
        "streams": [event.stream_id for event in events],
        "versions": [event.version for event in events],
        "types": [event.type for event in events],
        "schools": [event.school_urn for event in events],
        "commands": [event.command_id for event in events],
        "ordinals": [event.ordinal for event in events],
        "bodies": [event.body for event in events],
    }
    statement = _APPEND
    if parts:
        statement += _PARTS
        parameters |= {
            "part_streams": [part.stream_id for part in parts],
            "part_versions": [part.version for part in parts],
            "parts": [part.part for part in parts],
            "part_keys": [part.key_id for part in parts],
            "part_blobs": [part.blob for part in parts],
        }
    if receipts:
        statement += _RECEIPTS
        parameters |= {
            "receipt_ids": [receipt.command_id for receipt in receipts],
            "receipt_actors": [receipt.actor_id for receipt in receipts],
            "receipt_macs": [receipt.input_mac for receipt in receipts],
            "receipt_cases": [receipt.case_id for receipt in receipts],
        }
    try:
        rows = connection.execute((statement + _RESULT).encode(), parameters, prepare=True, binary=True).fetchall()
    except psycopg.IntegrityError as error:
        raise IntegrityError(error.diag.constraint_name or "an event of this version exists already") from error
    except psycopg.OperationalError as error:
        raise OperationalError(type(error).__name__) from error
    if len(rows) != len(events):
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


class LedgerRecorder(ApplicationRecorder):
    """The library's recorder over the ledger of one trust; positions are its notification ids."""

    def __init__(self, trust: TrustDatabase) -> None:
        self._trust = trust
        # Wakes subscriptions of this process; others notice by polling. Nothing depends on it.
        self._appended = threading.Condition()

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection[Any]]:
        with self._trust.connection() as connection:
            yield connection

    def append(
        self, events: Sequence[NewEvent], parts: Sequence[NewPart] = (), receipts: Sequence[NewReceipt] = ()
    ) -> list[tuple[int, datetime]]:
        """Append events with what belongs to their commands; see the function of the same name."""
        with self._connection() as connection:
            rows = append(connection, self._trust.trust_id, events, parts, receipts)
        with self._appended:
            self._appended.notify_all()
        return rows

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:  # noqa: ARG002 - the library's signature
        """Append the library's own events, as one command without a receipt; their bodies are opaque bytes."""
        command_id = uuid4()
        rows = self.append(
            [
                NewEvent(
                    _uuid(event.originator_id), event.originator_version, event.topic, None, command_id, n, event.state
                )
                for n, event in enumerate(stored_events)
            ]
        )
        return [position for position, _ in rows] or None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """The events of one stream, by version."""
        with self._connection() as connection, connection.cursor(binary=True) as cursor:
            cursor.execute(
                _SELECT_STREAM_BACKWARDS if desc else _SELECT_STREAM,
                (self._trust.trust_id, _uuid(originator_id), gt, lte, limit),
            )
            return [StoredEvent(*row) for row in cursor]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Events in order of position, from `start` to `stop`, of the given stored names if any are given."""
        first = (start if start is not None else 1) if inclusive_of_start else (start or 0) + 1
        query = (
            "SELECT stream_id, version, type, body, position FROM event WHERE trust_id = %s AND position >= %s"
            " AND position <= coalesce(%s, 9223372036854775807) AND (%s::text[] IS NULL OR type = ANY(%s))"
            " ORDER BY position LIMIT %s"
        )
        names = list(topics) or None
        with self._connection() as connection, connection.cursor(binary=True) as cursor:
            cursor.execute(query.encode(), (self._trust.trust_id, first, stop, names, names, limit))
            return [Notification(*row) for row in cursor]

    def max_notification_id(self) -> int | None:
        """The last position, or None for an empty ledger."""
        with self._connection() as connection:
            row = connection.execute(
                "SELECT max(position) FROM event WHERE trust_id = %s", (self._trust.trust_id,)
            ).fetchone()
        return None if row is None else row[0]

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        """Events after a position, in order, waiting for new ones until stopped."""
        return LedgerSubscription(self, gt, topics)

    def wait_for_append(self, seconds: float) -> None:
        """Wait until something was appended by this process, at most so long."""
        with self._appended:
            self._appended.wait(seconds)


class LedgerSubscription(Subscription[ApplicationRecorder]):
    """Polls the ledger: no notification inside the append, no thread of its own."""

    _POLL_SECONDS = 0.05
    _PAGE = 500

    def __init__(self, recorder: LedgerRecorder, gt: int | None = None, topics: Sequence[str] = ()) -> None:
        super().__init__(recorder, gt, topics)
        self._ledger = recorder
        self._after = gt or 0
        self._page: Iterator[Notification] = iter(())

    def __next__(self) -> Notification:
        """The next event; raises StopIteration once stopped."""
        while not self._has_been_stopped:
            for notification in self._page:
                self._after = notification.id
                return notification
            page = self._ledger.select_notifications(
                self._after, self._PAGE, topics=self._topics, inclusive_of_start=False
            )
            self._page = iter(page)
            if not page:
                self._ledger.wait_for_append(self._POLL_SECONDS)
        raise StopIteration


def _uuid(stream_id: UUID | str) -> UUID:
    return stream_id if isinstance(stream_id, UUID) else UUID(stream_id)
