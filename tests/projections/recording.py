"""Recording decided events straight into a ledger, in any order of streams, as the projections then find them."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4, uuid5

from domain.aggregate import Recordable
from domain.stored import payload_of
from ledger.appending import NewEvent, append
from ledger.database import Database, TrustDatabase
from ledger.entry import Body, SealedEntry, encode_body
from tests.support.ledgers import open_ledger

_NAMESPACE = UUID("3bdfb5d5-3bd6-44f5-9f8c-0a6d5d4d9a01")


def named(name: str) -> UUID:
    """The same id for the same name, everywhere."""
    return uuid5(_NAMESPACE, name)


class Recording:
    """The ledger of one trust, and what has been recorded in it."""

    def __init__(self, database: Database, trust_id: UUID | None = None) -> None:
        self.database = database
        self.trust_id = trust_id or uuid4()
        self.trust: TrustDatabase = open_ledger(database, self.trust_id)
        self.position = 0

    def record(self, *aggregates: Recordable) -> int:
        """Append the pending events of the aggregates as one command; returns the last position."""
        return self.append([event for aggregate in aggregates for event in aggregate.collect_events()])

    def append(self, events: Sequence[Any]) -> int:
        """Append events in the order given; returns the last position."""
        command_id = uuid4()
        new = [self._new(event, command_id, ordinal) for ordinal, event in enumerate(events)]
        with self.trust.connection() as connection:
            placed = append(connection, self.trust_id, new)
        if placed:
            self.position = placed[-1][0]
        return self.position

    def _new(self, event: Any, command_id: UUID, ordinal: int) -> NewEvent:
        payload = payload_of(event)
        sealed = tuple(
            SealedEntry(part, named("key"), sha256(secret.text.encode()).digest())
            for part, secret in sorted(payload.secrets.items())
        )
        body = Body(
            trust=self.trust_id,
            stream=event.originator_id,
            version=event.originator_version,
            type=payload.name,
            command=command_id,
            actor=named("actor"),
            actor_role="headteacher",
            data=payload.data,
            # The chain is the ledger's affair; the projections do not read it.
            prev="" if event.originator_version == 1 else "0" * 64,
            sealed=sealed,
        )
        return NewEvent(
            event.originator_id, event.originator_version, payload.name, None, command_id, ordinal, encode_body(body)
        )
