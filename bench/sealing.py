"""What the recording path computes for each event: payload, sealed part, body and leaf."""

from __future__ import annotations

from datetime import date
from functools import partial
from statistics import median
from time import thread_time_ns
from typing import Any
from uuid import UUID, uuid4

from eventsourcing.cipher import AESCipher
from eventsourcing.domain import Aggregate
from eventsourcing.persistence import DatetimeAsISO, JSONTranscoder, Mapper, UUIDAsHex
from eventsourcing.utils import Environment

from bench.histories import TODAY
from bench.peers import Note
from bench.results import Result, in_words, interleaved, paired
from bench.sizes import Sizes
from domain.incident import Incident
from domain.items import Classification
from domain.sealed import Secret
from domain.stored import ready_payload
from ledger.embedded import EmbeddedPostgres
from ledger.entry import leaf_hash
from ledger.fast_canonical import SealedMembers, associated_data_fast, encode_body_fast
from ledger.sealing import seal
from services.clock import now

_WORDS = "The post says that marking was unfair, and names a teacher."


def measure(_server: EmbeddedPostgres, sizes: Sizes) -> list[Result]:
    """Make the same event ready many times, in turn with the library's mapper, which encrypts the whole of it."""
    times = interleaved(
        sizes.rounds,
        {
            "ours": partial(_make_ready, _item_recorded(), sizes.sealed_events),
            "library": partial(_map, sizes.sealed_events),
        },
    )
    return [
        Result(
            "encode, seal one part and hash the leaf, for an event",
            f"{in_words(median(times['ours']))} µs",
            f"the library's mapper with its cipher {in_words(median(times['library']))} µs",
            median(times["ours"]),
            "µs",
            at_most=10,
        ),
        Result(
            "the same, as a ratio",
            f"{in_words(median(times['ours']))} µs",
            f"the library's mapper with its cipher {in_words(median(times['library']))} µs",
            paired(times["library"], times["ours"]),
            "x",
        ),
    ]


def _item_recorded() -> Any:
    case = Incident.report(
        case_id=uuid4(),
        reference="INC-2026-000001",
        school_urn="900003",
        opened_on=date(2026, 9, 14),
        today=TODAY,
    )
    case.record_item(
        item_id=uuid4(),
        platform="FACEBOOK",
        poster_role="PARENT",
        discovered_on=date(2026, 9, 14),
        today=TODAY,
        classifications=(Classification("ALLEGATION", "STAFF"),),
        narrative=Secret(_WORDS),
    )
    return case.pending_events[-1]


def _make_ready(event: Any, times: int) -> float:
    """Microseconds of the processor for each event, by the same steps in the same order as the event store takes."""
    trust, command, actor, key_id, key = uuid4(), uuid4(), uuid4(), uuid4(), bytes(32)
    stream: UUID = event.originator_id
    recorded_at = now()
    previous = "0" * 64
    begun = thread_time_ns()
    for _ in range(times):
        payload = ready_payload(event)
        members = []
        for part, secret in sorted(payload.secrets.items()):
            sealed = seal(secret.text, key, associated_data_fast(trust, stream, command, 0, part, key_id))
            members.append(SealedMembers(sealed.commitment.hex(), key_id, part))
        body = encode_body_fast(
            actor=actor,
            actor_role="trust-lead",
            causation=None,
            command=command,
            correlation=None,
            data=payload.data,
            on_behalf_of=None,
            prev=previous,
            reason="reason" if "reason" in payload.secrets else None,
            school="900003",
            sealed=members,
            stored_name=payload.name,
            stream=stream,
            trust=trust,
            version=2,
        )
        leaf_hash(17, recorded_at, body)
    return (thread_time_ns() - begun) / times / 1_000


def _map(times: int) -> float:
    """Microseconds of the processor for each event by the library's mapper, with its cipher over the whole event."""
    note = Note(school_urn="900003", opened_on="2026-09-14")
    note.record_item(platform="FACEBOOK", nature="ALLEGATION", target="STAFF", words=_WORDS)
    event: Aggregate.Event = note.pending_events[-1]  # type: ignore[assignment]
    transcoder = JSONTranscoder()
    transcoder.register(UUIDAsHex())
    transcoder.register(DatetimeAsISO())
    environment = Environment("", {"CIPHER_KEY": AESCipher.create_key(32)})
    mapper: Mapper[UUID] = Mapper(transcoder, cipher=AESCipher(environment))
    begun = thread_time_ns()
    for _ in range(times):
        mapper.to_stored_event(event)
    return (thread_time_ns() - begun) / times / 1_000
