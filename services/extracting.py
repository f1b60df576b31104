"""What is taken out of a ledger for somebody: events with their sealed parts, opened as far as they may see.

Of a part that was erased the event that proves it goes with it, for erased is only what an event proves to be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.access import Visibility
from domain.case import Case
from domain.export_rules import closed_persons, restriction_of
from domain.ledger_register import ledger_register_id
from ledger.bundle import BundledEvent, ClosedPart, Consistency, OpenedPart, Part
from ledger.entry import Body, decode_body
from ledger.meanings import erased_part
from ledger.reading import (
    StoredRow,
    read_key_destructions,
    read_part_erasures,
    read_streams,
    read_streams_with,
)
from services.checkpoints import LedgerAt, consistency_sizes
from services.sealed_texts import WITHHELD, SealedPlace, SealedState, open_texts
from services.store import TrustLedger

__all__ = [
    "Erasures",
    "closed_keys",
    "continued",
    "declarations",
    "erasures_of",
    "restricted",
    "shown_events",
]

# By which it is said whether the law forbids naming the teacher whom a breach is about.
_RESTRICTING = "staff_breach.reporting_restriction_set.v1"


@dataclass(frozen=True, slots=True)
class Erasures:
    """What was erased of some events: keys, and single parts; and the events that say so, in order."""

    keys: frozenset[UUID]
    parts: frozenset[SealedPlace]
    events: tuple[BundledEvent, ...]


def restricted(ledger: TrustLedger, at: LedgerAt) -> dict[UUID, date]:
    """The teachers whom the law forbids naming, of every breach of the trust, and since when."""
    breaches = read_streams_with(at.connection, ledger.trust_id, _RESTRICTING, up_to=at.size)
    cases = ledger.load_many(breaches, up_to=at.size).values() if breaches else ()
    found: dict[UUID, date] = {}
    for person, since in filter(None, map(restriction_of, cases)):
        found[person] = min(since, found.get(person, since))
    return found


def closed_keys(ledger: TrustLedger, reader: Visibility, case: Case, teachers: Mapping[UUID, date]) -> frozenset[UUID]:
    """The keys of a case whose texts the rules for exports keep closed to a reader who might open the others."""
    persons = closed_persons(case, reader, teachers)
    owners = ledger.keys.keys_of_case(ledger.trust_id, case.id) if persons else {}
    return frozenset(key for owner, key in owners.items() if owner.person_id in persons)


def erasures_of(ledger: TrustLedger, at: LedgerAt, bodies: Sequence[Body]) -> Erasures:
    """What was erased of what some events sealed, and which events prove it; looked for only when something is gone."""
    keys = {entry.key for body in bodies for entry in body.sealed}
    streams = {body.stream for body in bodies if body.sealed}
    gone = {key for key, state in ledger.keys.states(ledger.trust_id, keys).items() if state != "ACTIVE"}
    rows: dict[int, StoredRow] = {}
    proven: set[UUID] = set()
    if gone:
        for row in read_key_destructions(at.connection, ledger.trust_id, up_to=at.size):
            key = str(decode_body(row.body).data.get("key"))
            if key in map(str, gone) and UUID(key) not in proven:
                proven.add(UUID(key))
                rows[row.position] = row
    parts: set[SealedPlace] = set()
    for row in read_part_erasures(at.connection, at.trust_id, list(streams), up_to=at.size):
        found = erased_part(decode_body(row.body))
        if found is not None:
            parts.add(SealedPlace(row.stream_id, *found))
            rows[row.position] = row
    events = tuple(_recorded(row) for _, row in sorted(rows.items()))
    return Erasures(frozenset(proven), frozenset(parts), events)


def shown_events(
    ledger: TrustLedger,
    reader: Visibility,
    rows: Sequence[StoredRow],
    bodies: Sequence[Body],
    erasures: Erasures,
    closed: frozenset[UUID],
    opened: set[SealedPlace],
) -> list[BundledEvent]:
    """Events with their sealed parts; those that are open to the reader are added to `opened`."""
    places = {
        SealedPlace(row.stream_id, row.version, entry.part): entry.key
        for row, body in zip(rows, bodies, strict=True)
        for entry in body.sealed
    }
    texts = open_texts(ledger, reader, [place for place, key in places.items() if key not in closed])
    opened.update(place for place, text in texts.items() if text.state is SealedState.OPEN)

    def part(row: StoredRow, name: str) -> Part:
        place = SealedPlace(row.stream_id, row.version, name)
        text = texts.get(place, WITHHELD)
        if text.state is SealedState.OPEN and text.text is not None and text.salt is not None:
            return OpenedPart(name, row.ordinal, text.salt, text.text)
        # That holds also for a reader who opens nothing.
        return ClosedPart(name, "ERASED" if places[place] in erasures.keys or place in erasures.parts else "WITHHELD")

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
