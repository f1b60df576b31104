"""What of a case leaves the system with a reader: its events, and its sealed texts opened as far as the rules allow.

Every form in which a case leaves is made of this: the bundle, and the printed or tabular history.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.access import Visibility
from domain.case import Case
from domain.export_rules import LawfulNotice, closed_persons, notices, restriction_of
from domain.permissions import CaseReading, decide
from domain.veil import named_in
from ledger.entry import Body, decode_body
from ledger.reading import StoredRow, read_key_destructions, read_streams, read_streams_with
from services.command_refusals import NotFound
from services.running_commands import require_allowed
from services.sealed_texts import WITHHELD, SealedPlace, SealedState, SealedText, open_texts
from services.sight import hidden_from, standing_to
from services.store import TrustLedger

__all__ = ["ERASED", "Leaving", "Taken", "case_to_take", "taken"]

# By which it is said whether the law forbids naming the teacher whom a breach is about.
_RESTRICTING = "staff_breach.reporting_restriction_set.v1"
ERASED = SealedText(SealedState.ERASED)


@dataclass(frozen=True, slots=True)
class Leaving:
    """One event: as stored, taken apart, and the case that it names, if the event is about naming one."""

    row: StoredRow
    body: Body
    named: UUID | None


@dataclass(frozen=True, slots=True)
class Taken:
    """A case on its way out, for one reader.

    `hidden` are the cases that the reader may not know of, `closed` the persons whose own texts stay closed, `texts`
    every sealed text of the events, opened or not, and `erasures` the events that record the destruction of a key.
    """

    case: Case
    events: Sequence[Leaving]
    hidden: frozenset[UUID]
    closed: frozenset[UUID]
    texts: Mapping[SealedPlace, SealedText]
    erasures: Mapping[UUID, StoredRow]
    notices: Sequence[LawfulNotice]

    @property
    def opened(self) -> frozenset[SealedPlace]:
        """The places of the texts that leave opened."""
        return frozenset(place for place, text in self.texts.items() if text.state is SealedState.OPEN)


def case_to_take(ledger: TrustLedger, reader: Visibility, case_id: UUID) -> Case:
    """A case that a reader may take away, as it stands.

    Raises NotFound for a case that is not there for the reader, NotAllowed for one that is not the role's to take away,
    and DeciderIsSubject for the target of an allegation.
    """
    case = ledger.load(case_id)
    if not isinstance(case, Case):
        raise NotFound("case_id")
    require_allowed(decide(reader.role, CaseReading.EXPORT, standing_to(ledger, reader, case)))
    return case


def taken(ledger: TrustLedger, reader: Visibility, case: Case, *, size: int, until: int | None = None) -> Taken:
    """What leaves of a case that the reader may take away, by a ledger of this size.

    `until` is the position of the last event that is wanted; what the reader may not know of and what stays closed is
    decided by what is known at the ledger's size all the same. Raises KeysUnavailableError when a text that the reader
    may open cannot be opened.
    """
    with ledger.trust.connection() as connection:
        rows = read_streams(connection, ledger.trust_id, [case.id], up_to=size if until is None else min(until, size))
    bodies = [decode_body(row.body) for row in rows]
    events = [Leaving(row, body, named_in(body.type, body.data)) for row, body in zip(rows, bodies, strict=True)]
    restricted = _restricted(ledger, size) if case.subjects else {}
    closed = closed_persons(case, reader, restricted)
    keys = {
        SealedPlace(event.row.stream_id, event.row.version, entry.part): entry.key
        for event in events
        for entry in event.body.sealed
    }
    erasures = _erasures(ledger, set(keys.values()), size)
    owners = ledger.keys.keys_of_case(ledger.trust_id, case.id) if closed else {}
    shut = frozenset(key for owner, key in owners.items() if owner.person_id in closed)
    found = open_texts(ledger, reader, [place for place, key in keys.items() if key not in shut])
    return Taken(
        case=case,
        events=events,
        hidden=hidden_from(ledger, reader.person_id, {event.named for event in events if event.named is not None}),
        closed=closed,
        texts={place: _told(found.get(place, WITHHELD), is_erased=key in erasures) for place, key in keys.items()},
        erasures=erasures,
        notices=notices(case, restricted),
    )


def _told(text: SealedText, *, is_erased: bool) -> SealedText:
    # Erased is only what an event proves to be; that holds also for a reader who opens nothing.
    if text.state is SealedState.OPEN and text.text is not None and text.salt is not None:
        return text
    return ERASED if is_erased else WITHHELD


def _restricted(ledger: TrustLedger, size: int) -> dict[UUID, date]:
    """The teachers whom the law forbids naming, of every breach of the trust, and since when."""
    with ledger.trust.connection() as connection:
        breaches = read_streams_with(connection, ledger.trust_id, _RESTRICTING, up_to=size)
    cases = ledger.load_many(breaches, up_to=size).values() if breaches else ()
    found: dict[UUID, date] = {}
    for person, since in filter(None, map(restriction_of, cases)):
        found[person] = min(since, found.get(person, since))
    return found


def _erasures(ledger: TrustLedger, keys: set[UUID], size: int) -> dict[UUID, StoredRow]:
    """The events that record the destruction of these keys, by key; looked for only when a key is gone."""
    if all(state == "ACTIVE" for state in ledger.keys.states(ledger.trust_id, keys).values()):
        return {}
    with ledger.trust.connection() as connection:
        rows = read_key_destructions(connection, ledger.trust_id, up_to=size)
    recorded = {str(decode_body(row.body).data.get("key")): row for row in rows}
    return {key: recorded[str(key)] for key in keys if str(key) in recorded}
