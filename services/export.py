"""The bundle of a case: its whole history with the proofs, opened as far as the reader may see."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from uuid import UUID

from domain.access import Visibility
from domain.case import Case
from domain.export_rules import closed_persons, notices, restriction_of
from domain.permissions import CaseReading, decide
from domain.veil import named_in
from ledger import tree
from ledger.bundle import BundledEvent, ClosedPart, Consistency, Notice, OpenedPart, Part, WithheldEvent, build
from ledger.entry import Body, body_link, decode_body
from ledger.reading import StoredRow, read_key_destructions, read_streams, read_streams_with
from services.checkpoints import LedgerState, kept_sizes, make_checkpoint
from services.command_refusals import NotFound
from services.running_commands import require_allowed
from services.sealed_texts import WITHHELD, SealedPlace, SealedState, SealedText, open_texts
from services.sight import hidden_from, standing_to
from services.store import TrustLedger

# Earlier checkpoints that a bundle is proved to continue, the newest of those kept.
_CONSISTENT_WITH = 32
# By which it is said whether the law forbids naming the teacher whom a breach is about.
_RESTRICTING = "staff_breach.reporting_restriction_set.v1"


def export_case(
    ledger: TrustLedger, reader: Visibility, case_id: UUID, opened: set[SealedPlace] | None = None
) -> bytes:
    """The bundle of a case as it stands now, as one file; the sealed parts that it opens are added to `opened`.

    An event that names a case which the reader may not know of is withheld as a whole (design D15), and what the rules
    for exports keep closed stays so. A checkpoint is made first, so that the bundle is complete up to this moment.
    Raises NotFound for a case that is not there for the reader, NotAllowed for one that is not the role's to take away,
    DeciderIsSubject for the target of an allegation, and KeysUnavailableError when a text that the reader may open
    cannot be opened.
    """
    case = ledger.load(case_id)
    if not isinstance(case, Case):
        raise NotFound("case_id")
    require_allowed(decide(reader.role, CaseReading.EXPORT, standing_to(ledger, reader, case)))
    checkpoint = make_checkpoint(ledger)
    state = checkpoint.state
    with ledger.trust.connection() as connection:
        rows = read_streams(connection, ledger.trust_id, [case_id], up_to=state.size)
    bodies = [decode_body(row.body) for row in rows]
    named = [named_in(body.type, body.data) for body in bodies]
    hidden = hidden_from(ledger, reader.person_id, {one for one in named if one is not None})
    restricted = restricted_teachers(ledger, state.size) if case.subjects else {}
    places = {
        SealedPlace(row.stream_id, row.version, entry.part): entry.key
        for row, body in zip(rows, bodies, strict=True)
        for entry in body.sealed
    }
    erasures = _erasures(ledger, set(places.values()), state.size)
    persons = closed_persons(case, reader, restricted)
    owners = ledger.keys.keys_of_case(ledger.trust_id, case_id) if persons else {}
    closed = frozenset(key for owner, key in owners.items() if owner.person_id in persons)
    shown = [one not in hidden for one in named]
    texts = open_texts(ledger, reader, [place for place, key in places.items() if key not in closed])
    if opened is not None:
        opened.update(place for place, text in texts.items() if text.state is SealedState.OPEN)
    return build(
        trust=ledger.trust_id,
        stream=case_id,
        checkpoint=checkpoint.note,
        public_key=checkpoint.verifier_key,
        events=_withheld(_events(texts, rows, bodies, places, erasures), shown),
        head=state.heads.proof(case_id),
        prove=lambda indices: tree.set_proof(indices, state.size, _subtree(state)),
        erasures=[
            BundledEvent(row.position, row.recorded_at, row.body, row.leaf)
            for row in {row.position: row for row in erasures.values()}.values()
        ],
        consistency=[
            Consistency(size, tree.root(state.leaves[:size]), tuple(tree.consistency_proof(size, state.leaves)))
            for size in kept_sizes(ledger, below=state.size, most=_CONSISTENT_WITH)
        ],
        notices=[Notice(one.law, one.since.isoformat()) for one in notices(case, restricted)],
    ).encode()


def restricted_teachers(ledger: TrustLedger, size: int) -> dict[UUID, date]:
    """The teachers whom the law forbids naming, of every breach of the trust, and since when."""
    with ledger.trust.connection() as connection:
        breaches = read_streams_with(connection, ledger.trust_id, _RESTRICTING, up_to=size)
    cases = ledger.load_many(breaches, up_to=size).values() if breaches else ()
    found: dict[UUID, date] = {}
    for person, since in filter(None, map(restriction_of, cases)):
        found[person] = min(since, found.get(person, since))
    return found


def _withheld(events: Sequence[BundledEvent], shown: Sequence[bool]) -> list[BundledEvent | WithheldEvent]:
    """The events with the place alone of those that name a case which the reader may not know of."""
    found: list[BundledEvent | WithheldEvent] = []
    for event, is_shown, next_shown in zip(events, shown, [*shown[1:], False], strict=True):
        link = body_link(event.body) if next_shown else ""
        found.append(event if is_shown else WithheldEvent(event.position, event.leaf, link))
    return found


def _subtree(state: LedgerState) -> Callable[[int, int], bytes]:
    return lambda first, last: tree.root(state.leaves[first:last])


def _erasures(ledger: TrustLedger, keys: set[UUID], size: int) -> dict[UUID, StoredRow]:
    """The events that record the destruction of these keys, by key; looked for only when a key is gone."""
    if all(state == "ACTIVE" for state in ledger.keys.states(ledger.trust_id, keys).values()):
        return {}
    with ledger.trust.connection() as connection:
        rows = read_key_destructions(connection, ledger.trust_id, up_to=size)
    recorded = {str(decode_body(row.body).data.get("key")): row for row in rows}
    return {key: recorded[str(key)] for key in keys if str(key) in recorded}


def _events(
    texts: Mapping[SealedPlace, SealedText],
    rows: Sequence[StoredRow],
    bodies: Sequence[Body],
    places: Mapping[SealedPlace, UUID],
    erasures: Mapping[UUID, StoredRow],
) -> list[BundledEvent]:
    def part(row: StoredRow, name: str) -> Part:
        place = SealedPlace(row.stream_id, row.version, name)
        text = texts.get(place, WITHHELD)
        if text.state is SealedState.OPEN and text.text is not None and text.salt is not None:
            return OpenedPart(name, row.ordinal, text.salt, text.text)
        # Erased is only what an event proves to be; that holds also for a reader who opens nothing.
        return ClosedPart(name, "ERASED" if places[place] in erasures else "WITHHELD")

    return [
        BundledEvent(
            row.position, row.recorded_at, row.body, row.leaf, tuple(part(row, entry.part) for entry in body.sealed)
        )
        for row, body in zip(rows, bodies, strict=True)
    ]
