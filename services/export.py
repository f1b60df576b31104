"""The bundle of a case: its whole history with the proofs, opened as far as the reader may see."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from domain.access import Visibility
from ledger import tree
from ledger.bundle import BundledEvent, ClosedPart, Consistency, OpenedPart, Part, build
from ledger.entry import Body, decode_body
from ledger.reading import StoredRow, read_key_destructions, read_streams
from services.checkpoints import LedgerState, kept_sizes, make_checkpoint
from services.command_refusals import NotFound
from services.sealed_texts import SealedPlace, SealedState, open_texts
from services.sight import sees
from services.store import TrustLedger

# Earlier checkpoints that a bundle is proved to continue, the newest of those kept.
_CONSISTENT_WITH = 32


def export_case(ledger: TrustLedger, reader: Visibility, case_id: UUID) -> bytes:
    """The bundle of a case as it stands now, as one file.

    A checkpoint is made first, so that the bundle is complete up to this moment. Raises NotFound for a case that is
    not there for the reader, and KeysUnavailableError when a text that the reader may open cannot be opened.
    """
    if not sees(ledger, reader, ledger.load(case_id)):
        raise NotFound("case_id")
    checkpoint = make_checkpoint(ledger)
    state = checkpoint.state
    with ledger.trust.connection() as connection:
        rows = read_streams(connection, ledger.trust_id, [case_id], up_to=state.size)
    bodies = [decode_body(row.body) for row in rows]
    places = {
        SealedPlace(row.stream_id, row.version, entry.part): entry.key
        for row, body in zip(rows, bodies, strict=True)
        for entry in body.sealed
    }
    erasures = _erasures(ledger, set(places.values()), state.size)
    return build(
        trust=ledger.trust_id,
        stream=case_id,
        checkpoint=checkpoint.note,
        public_key=checkpoint.verifier_key,
        events=_events(ledger, reader, rows, bodies, places, erasures),
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
    ).encode()


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
    ledger: TrustLedger,
    reader: Visibility,
    rows: Sequence[StoredRow],
    bodies: Sequence[Body],
    places: Mapping[SealedPlace, UUID],
    erasures: Mapping[UUID, StoredRow],
) -> list[BundledEvent]:
    texts = open_texts(ledger, reader, places)

    def part(row: StoredRow, name: str) -> Part:
        place = SealedPlace(row.stream_id, row.version, name)
        text = texts[place]
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
