"""Where stored names, sealing and the library's repository meet: one trust's cases and registers in its ledger."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError, Application, Repository
from eventsourcing.domain import DomainEventProtocol, OriginatorVersionError
from eventsourcing.persistence import (
    EventStore,
    InfrastructureFactory,
    JSONTranscoder,
    Mapper,
    Recording,
    StoredEvent,
)
from eventsourcing.popo import POPOFactory
from eventsourcing.utils import Environment

from domain.aggregate import Recordable
from domain.sealed import Secret
from domain.stored import decode, ready_payload
from ledger.appending import NewEvent, NewPart, NewReceipt, Receipt, read_carried_out, read_receipt
from ledger.database import TrustDatabase
from ledger.entry import body_link
from ledger.fast_canonical import SealedMembers, associated_data_fast, encode_body_fast
from ledger.key_store import KeyOwner, KeyStore
from ledger.reading import StoredRow, clear_part, head, read_streams
from ledger.recorder import LedgerRecorder
from ledger.sealing import FRESH_BYTES, seal
from ledger.stored_tree import LedgerContradiction

# The name of the sealed part in which an event carries the reason given for it in words.
REASON_PART = "reason"


@dataclass(frozen=True, slots=True)
class CommandContext:
    """What each event of a command carries beside its own fields."""

    command_id: UUID
    actor: UUID
    actor_role: str
    input_mac: bytes
    on_behalf_of: UUID | None = None
    reason: str | None = None
    causation: str | None = None
    correlation: str | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """A command decided and not yet recorded: the aggregates with their pending events, its own case first."""

    context: CommandContext
    aggregates: tuple[Recordable, ...]


@dataclass(frozen=True, slots=True)
class Appended:
    """Where a command's events stand in the ledger."""

    first_position: int
    last_position: int
    recorded_at: datetime


@dataclass(slots=True)
class _Envelopes:
    events: list[NewEvent] = field(default_factory=list)
    parts: list[NewPart] = field(default_factory=list)
    receipts: list[NewReceipt] = field(default_factory=list)


class _LedgerMapper(Mapper[UUID]):
    """Present because the library's event store has one; what it would do is done with the whole command in sight."""

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:  # noqa: ARG002 - the library's
        raise TypeError("events are read by LedgerEventStore, with their instant of recording")


class LedgerEventStore(EventStore[UUID]):
    """Writes the pending events of commands with their envelopes and sealed parts, and reads streams back."""

    def __init__(self, mapper: Mapper[UUID], recorder: LedgerRecorder, trust: TrustDatabase, keys: KeyStore) -> None:
        super().__init__(mapper, recorder)
        self._trust = trust
        self._keys = keys

    def put(self, domain_events: Sequence[Any], **kwargs: Any) -> list[Recording[UUID]]:
        """Append the events in one statement; `works` says which command each stream belongs to."""
        works: Sequence[Work] = kwargs["works"]
        appended: list[tuple[int, datetime]] = kwargs["appended"]
        envelopes = self._envelopes(domain_events, works)
        recorder = self.recorder
        assert isinstance(recorder, LedgerRecorder)
        appended += recorder.append(envelopes.events, envelopes.parts, envelopes.receipts)
        return []

    def get(
        self,
        originator_id: UUID,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Iterator[Any]:
        """The events of a stream in order; each remembers the body it was read from, for the chain."""
        with self._trust.connection() as connection:
            rows = read_streams(connection, self._trust.trust_id, [originator_id])
        chosen = [row for row in rows if (gt is None or row.version > gt) and (lte is None or row.version <= lte)]
        return iter([event_of(row) for row in (reversed(chosen) if desc else chosen)][:limit])

    def _envelopes(self, domain_events: Sequence[Any], works: Sequence[Work]) -> _Envelopes:
        trust_id = self._trust.trust_id
        context_of = {aggregate.id: work.context for work in works for aggregate in work.aggregates}
        aggregate_of = {aggregate.id: aggregate for work in works for aggregate in work.aggregates}
        last_bodies: dict[UUID, bytes | None] = {
            stream_id: aggregate.__dict__.get("stored_body") for stream_id, aggregate in aggregate_of.items()
        }
        payloads = [ready_payload(event) for event in domain_events]
        for event, payload in zip(domain_events, payloads, strict=True):
            reason = context_of[event.originator_id].reason
            if reason is not None:
                payload.secrets.setdefault(REASON_PART, Secret(reason))
        keys = self._keys.keys_for(
            trust_id,
            {
                KeyOwner(event.originator_id, secret.about)
                for event, payload in zip(domain_events, payloads, strict=True)
                for secret in payload.secrets.values()
            },
        )
        # All at once: each draw lets go of the interpreter.
        randomness = os.urandom(FRESH_BYTES * sum(len(payload.secrets) for payload in payloads))
        drawn = 0
        written = _Envelopes()
        ordinals: dict[UUID, int] = {}
        for event, payload in zip(domain_events, payloads, strict=True):
            stream_id, version = event.originator_id, event.originator_version
            context = context_of[stream_id]
            ordinal = ordinals.get(context.command_id, 0)
            ordinals[context.command_id] = ordinal + 1
            members = []
            for part, secret in sorted(payload.secrets.items()):
                key = keys[KeyOwner(stream_id, secret.about)]
                aad = associated_data_fast(trust_id, stream_id, context.command_id, ordinal, part, key.key_id)
                sealed = seal(secret.text, key.secret, aad, fresh=randomness[drawn : drawn + FRESH_BYTES])
                drawn += FRESH_BYTES
                members.append(SealedMembers(sealed.commitment.hex(), key.key_id, part))
                written.parts.append(NewPart(stream_id, version, part, key.key_id, sealed.blob))
            school, before = school_of(aggregate_of[stream_id]), last_bodies[stream_id]
            body = encode_body_fast(
                actor=context.actor,
                actor_role=context.actor_role,
                causation=context.causation,
                command=context.command_id,
                correlation=context.correlation,
                data=payload.data,
                on_behalf_of=context.on_behalf_of,
                prev="" if before is None else body_link(before),
                reason=REASON_PART if REASON_PART in payload.secrets else None,
                school=school,
                sealed=members,
                stored_name=payload.name,
                stream=stream_id,
                trust=trust_id,
                version=version,
            )
            last_bodies[stream_id] = body
            written.events.append(NewEvent(stream_id, version, payload.name, school, context.command_id, ordinal, body))
        written.receipts = [
            NewReceipt(work.context.command_id, work.context.actor, work.context.input_mac, work.aggregates[0].id)
            for work in works
        ]
        return written


class LedgerApplication(Application[UUID]):
    """The library's application over the ledger of one trust."""

    name = "caseledger"

    def __init__(self, trust: TrustDatabase, keys: KeyStore) -> None:
        self._trust = trust
        self._keys = keys
        super().__init__()

    def construct_env(self, name: str, env: Mapping[str, str] | None = None) -> Environment:  # noqa: ARG002 - the library's signature
        """Nothing is read from the environment: the library's settings have no say here."""
        return Environment(name, {})

    def construct_factory(self, env: Environment) -> InfrastructureFactory[Any]:
        """A factory that owns nothing, so that closing an application never closes the pool."""
        return POPOFactory(env)

    def construct_mapper(self) -> Mapper[UUID]:
        """See _LedgerMapper."""
        return _LedgerMapper(JSONTranscoder())

    def construct_recorder(self) -> LedgerRecorder:
        """The recorder with the one-statement append."""
        return LedgerRecorder(self._trust)

    def construct_event_store(self) -> EventStore[UUID]:
        """The event store that writes envelopes and sealed parts."""
        recorder = self.recorder
        assert isinstance(recorder, LedgerRecorder)
        return LedgerEventStore(self.mapper, recorder, self._trust, self._keys)

    def construct_repository(self) -> Repository[UUID]:
        """A repository without a cache: a case is folded from its twenty-odd events each time."""
        return Repository(self.events)


def project(state: Any, events: Iterable[Any]) -> Any:
    """Fold events into a state that remembers the body it ends with; the library's projector costs ten times more."""
    last = None
    for last in events:
        state = last.mutate(state)
    if last is not None:
        state.__dict__["stored_body"] = last.__dict__["stored_body"]
    return state


def event_of(row: StoredRow) -> Any:
    """The domain event of a row."""
    data, parts = clear_part(row.body)
    event = decode(row.type, row.stream_id, row.version, row.recorded_at, data, parts)
    event.__dict__["stored_body"] = row.body
    return event


def school_of(aggregate: Recordable) -> str | None:
    """The school at which an aggregate's events are recorded: a case's present one, a school register's own."""
    urn: str | None = getattr(aggregate, "school_urn", None) or getattr(aggregate, "urn", None)
    return urn


class TrustLedger:
    """The ledger of one trust, for the services."""

    def __init__(self, trust: TrustDatabase, keys: KeyStore) -> None:
        self.trust = trust
        self.keys = keys
        self._application = LedgerApplication(trust, keys)

    @property
    def trust_id(self) -> UUID:
        """The trust whose ledger this is."""
        return self.trust.trust_id

    def load(self, stream_id: UUID) -> Any | None:
        """The aggregate of a stream as it stands, or None when there is no such stream.

        Raises LedgerContradiction where an event of it is missing.
        """
        try:
            return self._application.repository.get(stream_id, projector_func=project)
        except AggregateNotFoundError:
            return None
        except OriginatorVersionError:
            raise LedgerContradiction(f"stream {stream_id} lacks an event") from None

    def load_many(self, stream_ids: Sequence[UUID], *, up_to: int | None = None) -> dict[UUID, Any]:
        """The aggregates of streams, at a past position if one is given, in one statement."""
        with self.trust.connection() as connection:
            rows = read_streams(connection, self.trust_id, stream_ids, up_to=up_to)
        states: dict[UUID, Any] = {}
        for row in rows:
            states[row.stream_id] = project(states.get(row.stream_id), [event_of(row)])
        return states

    def append(self, works: Sequence[Work]) -> list[Appended]:
        """Record decided commands, all or none, in one statement; a command without pending events is left out.

        Raises eventsourcing.persistence.IntegrityError when another writer came first or a command was recorded before.
        """
        changed = [work for work in works if any(aggregate.pending_events for aggregate in work.aggregates)]
        if not changed:
            return []
        counts = [sum(len(aggregate.pending_events) for aggregate in work.aggregates) for work in changed]
        placed: list[tuple[int, datetime]] = []
        self._application.save(
            *(aggregate for work in changed for aggregate in work.aggregates), works=changed, appended=placed
        )
        appended, start = [], 0
        for count in counts:
            first, last = placed[start], placed[start + count - 1]
            appended.append(Appended(first[0], last[0], last[1]))
            start += count
        return appended

    def receipt(self, command_id: UUID) -> Receipt | None:
        """The receipt of a command, if it was carried out."""
        with self.trust.connection() as connection:
            return read_receipt(connection, self.trust_id, command_id)

    def receipts(self, command_ids: Sequence[UUID]) -> dict[UUID, Receipt]:
        """The receipts of those of some commands that were carried out, in one statement."""
        with self.trust.connection() as connection:
            return read_carried_out(connection, self.trust_id, command_ids)

    def head(self) -> tuple[int, datetime | None]:
        """The last position given and when."""
        with self.trust.connection() as connection:
            return head(connection, self.trust_id)

    def next_references(self, kind: str, year: int, count: int = 1) -> list[str]:
        """References such as INC-2026-000123: unique within the trust, not gap-free.

        Taken in a transaction of their own, so that the counter is never held under the head's lock.
        """
        with self.trust.connection() as connection:
            row = connection.execute(
                "INSERT INTO reference_counter (trust_id, kind, year, last) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT (trust_id, kind, year) DO UPDATE SET last = reference_counter.last + excluded.last"
                " RETURNING last",
                (self.trust_id, kind, year, count),
            ).fetchone()
        assert row is not None
        return [f"{kind}-{year}-{number:06d}" for number in range(row[0] - count + 1, row[0] + 1)]
