"""What of a case leaves the system with a reader: its events, and its sealed texts opened as far as the rules allow.

Every form in which a case leaves is made of this: the bundle, and the printed or tabular history.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.access import Visibility
from domain.case import Case
from domain.export_rules import LawfulNotice, closed_persons, notices
from domain.permissions import CaseReading, decide
from domain.veil import named_in
from ledger.entry import Body, decode_body
from ledger.reading import StoredRow, read_streams
from services.command_refusals import NotFound
from services.extracting import Erasures, erasures_of, keys_of_persons, restricted, texts_of
from services.running_commands import require_allowed
from services.sealed_texts import SealedPlace, SealedState, SealedText
from services.sight import hidden_from, standing_to
from services.store import TrustLedger

__all__ = ["Leaving", "Taken", "case_to_take", "taken"]


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
    every sealed text of the events, opened or not, and `erasures` what was erased of them and the events that prove it.
    """

    case: Case
    events: Sequence[Leaving]
    hidden: frozenset[UUID]
    closed: frozenset[UUID]
    texts: Mapping[SealedPlace, SealedText]
    erasures: Erasures
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
    teachers = restricted(ledger, size) if case.subjects else {}
    closed = closed_persons(case, reader, teachers)
    erasures = erasures_of(ledger, size, bodies)
    return Taken(
        case=case,
        events=events,
        hidden=hidden_from(ledger, reader.person_id, {event.named for event in events if event.named is not None}),
        closed=closed,
        texts=texts_of(ledger, reader, rows, bodies, erasures, keys_of_persons(ledger, case.id, closed)),
        erasures=erasures,
        notices=notices(case, teachers),
    )
