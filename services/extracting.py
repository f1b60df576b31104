"""What is taken out of a ledger for somebody: events with their sealed parts, opened as far as they may see.

Of a part that was erased the event that proves it goes with it, for erased is only what an event proves to be.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.access import Visibility
from domain.export_rules import restriction_of
from domain.ledger_register import ledger_register_id
from ledger.bundle import BundledEvent, ClosedPart, Consistency, OpenedPart, Part
from ledger.entry import Body, decode_body
from ledger.meanings import destroyed_key, erased_part, removed_file
from ledger.reading import (
    StoredRow,
    read_file_removals,
    read_key_destructions,
    read_part_erasures,
    read_streams,
    read_streams_with,
)
from services.checkpoints import LedgerAt, consistency_sizes
from services.sealed_texts import WITHHELD, SealedPlace, SealedState, SealedText, open_texts
from services.store import TrustLedger

__all__ = [
    "ERASED",
    "Erasures",
    "bundled",
    "continued",
    "declarations",
    "erasures_of",
    "keys_of_persons",
    "removals_of",
    "restricted",
    "texts_of",
]

# By which it is said whether the law forbids naming the teacher whom a breach is about.
_RESTRICTING = "staff_breach.reporting_restriction_set.v1"
ERASED = SealedText(SealedState.ERASED)


@dataclass(frozen=True, slots=True)
class Erasures:
    """What was erased of some events: keys, and single parts; and the events that say so, in order."""

    keys: frozenset[UUID]
    parts: frozenset[SealedPlace]
    events: tuple[BundledEvent, ...]


def restricted(ledger: TrustLedger, size: int) -> dict[UUID, date]:
    """The teachers whom the law forbids naming, of every breach of a ledger of this size, and since when."""
    with ledger.trust.connection() as connection:
        breaches = read_streams_with(connection, ledger.trust_id, _RESTRICTING, up_to=size)
    cases = ledger.load_many(breaches, up_to=size).values() if breaches else ()
    found: dict[UUID, date] = {}
    for person, since in filter(None, map(restriction_of, cases)):
        found[person] = min(since, found.get(person, since))
    return found


def keys_of_persons(ledger: TrustLedger, case_id: UUID, persons: frozenset[UUID]) -> frozenset[UUID]:
    """The keys of a case under which what concerns one of these persons is sealed."""
    owners = ledger.keys.keys_of_case(ledger.trust_id, case_id) if persons else {}
    return frozenset(key for owner, key in owners.items() if owner.person_id in persons)


def erasures_of(ledger: TrustLedger, size: int, bodies: Sequence[Body]) -> Erasures:
    """What was erased of what some events sealed, and which events prove it; looked for only where one is gone."""
    keys = {entry.key for body in bodies for entry in body.sealed}
    streams = {body.stream for body in bodies if body.sealed}
    gone = {key for key, state in ledger.keys.states(ledger.trust_id, keys).items() if state != "ACTIVE"}
    proven: set[UUID] = set()
    parts: set[SealedPlace] = set()
    rows: dict[int, StoredRow] = {}
    with ledger.trust.connection() as connection:
        destructions = read_key_destructions(connection, ledger.trust_id, up_to=size) if gone else []
        part_erasures = read_part_erasures(connection, ledger.trust_id, list(streams), up_to=size)
    for row in destructions:
        key = destroyed_key(decode_body(row.body))
        if key in gone and key not in proven:
            proven.add(key)
            rows[row.position] = row
    for row in part_erasures:
        found = erased_part(decode_body(row.body))
        if found is not None:
            parts.add(SealedPlace(row.stream_id, *found))
            rows[row.position] = row
    events = tuple(_recorded(row) for _, row in sorted(rows.items()))
    return Erasures(frozenset(proven), frozenset(parts), events)


def removals_of(ledger: TrustLedger, size: int, files: Collection[tuple[UUID, UUID]]) -> list[BundledEvent]:
    """The events that say that some files, each by its case and id, were removed."""
    if not files:
        return []
    with ledger.trust.connection() as connection:
        rows = read_file_removals(connection, ledger.trust_id, list({case_id for case_id, _ in files}), up_to=size)
    return [_recorded(row) for row in rows if (row.stream_id, removed_file(decode_body(row.body))) in files]


def texts_of(
    ledger: TrustLedger,
    reader: Visibility,
    rows: Sequence[StoredRow],
    bodies: Sequence[Body],
    erasures: Erasures,
    closed: frozenset[UUID],
) -> dict[SealedPlace, SealedText]:
    """Every sealed text of some events, opened as far as the reader may; those under `closed` keys stay shut.

    Raises KeysUnavailableError when a text that the reader may open cannot be opened.
    """
    places = {
        SealedPlace(row.stream_id, row.version, entry.part): entry.key
        for row, body in zip(rows, bodies, strict=True)
        for entry in body.sealed
    }
    found = open_texts(ledger, reader, [place for place, key in places.items() if key not in closed])

    def told(place: SealedPlace, key: UUID) -> SealedText:
        text = found.get(place, WITHHELD)
        if text.state is SealedState.OPEN and text.text is not None and text.salt is not None:
            return text
        # Erased is only what an event proves to be; that holds also for a reader who opens nothing.
        return ERASED if key in erasures.keys or place in erasures.parts else WITHHELD

    return {place: told(place, key) for place, key in places.items()}


def bundled(
    rows: Sequence[StoredRow], bodies: Sequence[Body], texts: Mapping[SealedPlace, SealedText]
) -> list[BundledEvent]:
    """Events as a bundle holds them, with their sealed parts."""

    def part(row: StoredRow, name: str) -> Part:
        text = texts[SealedPlace(row.stream_id, row.version, name)]
        if text.text is not None and text.salt is not None:
            return OpenedPart(name, row.ordinal, text.salt, text.text)
        return ClosedPart(name, "ERASED" if text.state is SealedState.ERASED else "WITHHELD")

    return [
        BundledEvent(
            row.position, row.recorded_at, row.body, row.leaf, tuple(part(row, entry.part) for entry in body.sealed)
        )
        for row, body in zip(rows, bodies, strict=True)
    ]


def declarations(at: LedgerAt) -> list[BundledEvent]:
    """All that the trust has declared about its ledger."""
    rows = read_streams(at.connection, at.trust_id, [ledger_register_id(at.trust_id)], up_to=at.size)
    return [_recorded(row) for row in rows]


def continued(at: LedgerAt, since: Sequence[int] = ()) -> list[Consistency]:
    """That the checkpoint continues earlier ones: those that a reader has kept, and some of those kept here."""
    return [
        Consistency(size, at.tree.root(size), tuple(at.tree.consistency(size))) for size in consistency_sizes(at, since)
    ]


def _recorded(row: StoredRow) -> BundledEvent:
    return BundledEvent(row.position, row.recorded_at, row.body, row.leaf)
