"""The library's recorder over the ledger of one trust: appends, reads in order, and waits for what is appended next."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
from eventsourcing.persistence import (
    ApplicationRecorder,
    Notification,
    StoredEvent,
    Subscription,
)

from ledger.appending import NewEvent, NewPart, NewReceipt, append
from ledger.database import TrustDatabase

_SELECT_STREAM = """
SELECT stream_id, version, type, body FROM event
WHERE trust_id = %s AND stream_id = %s
  AND version > coalesce(%s, -2147483648) AND version <= coalesce(%s, 2147483647)
ORDER BY version LIMIT %s
"""
_SELECT_STREAM_BACKWARDS = _SELECT_STREAM.replace("ORDER BY version", "ORDER BY version DESC")


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
