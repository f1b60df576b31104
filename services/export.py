"""The bundle of a case: its whole history with the proofs, opened as far as the reader may see."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from domain.access import Visibility
from ledger import tree
from ledger.bundle import BundledEvent, ClosedPart, OpenedPart, Part, build
from ledger.entry import Body, decode_body
from ledger.reading import StoredRow, read_streams
from services.checkpoints import LedgerState, make_checkpoint
from services.command_refusals import NotFound
from services.commands import sees
from services.sealed_texts import SealedPlace, SealedState, open_texts
from services.store import TrustLedger


def export_case(ledger: TrustLedger, reader: Visibility, case_id: UUID) -> bytes:
    """The bundle of a case as it stands now, as one file.

    A checkpoint is made first, so that the bundle is complete up to this moment. Raises NotFound for a case that is
    not there for the reader, and KeysUnavailableError when a text that the reader may open cannot be opened.
    """
    if not sees(reader, ledger.load(case_id)):
        raise NotFound("case_id")
    checkpoint = make_checkpoint(ledger)
    state = checkpoint.state
    with ledger.trust.connection() as connection:
        rows = read_streams(connection, ledger.trust_id, [case_id], up_to=state.size)
    bodies = [decode_body(row.body) for row in rows]
    return build(
        trust=ledger.trust_id,
        stream=case_id,
        checkpoint=checkpoint.note,
        public_key=checkpoint.verifier_key,
        events=_events(ledger, reader, rows, bodies),
        head=state.heads.proof(case_id),
        prove=lambda indices: tree.set_proof(indices, state.size, _subtree(state)),
    ).encode()


def _subtree(state: LedgerState) -> Callable[[int, int], bytes]:
    return lambda first, last: tree.root(state.leaves[first:last])


def _events(ledger: TrustLedger, reader: Visibility, rows: list[StoredRow], bodies: list[Body]) -> list[BundledEvent]:
    places = {
        SealedPlace(row.stream_id, row.version, entry.part): entry.key
        for row, body in zip(rows, bodies, strict=True)
        for entry in body.sealed
    }
    texts = open_texts(ledger, reader, places)
    destroyed = {
        key for key, state in ledger.keys.states(ledger.trust_id, places.values()).items() if state != "ACTIVE"
    }

    def part(row: StoredRow, name: str) -> Part:
        place = SealedPlace(row.stream_id, row.version, name)
        text = texts[place]
        if text.state is SealedState.OPEN and text.text is not None and text.salt is not None:
            return OpenedPart(name, row.ordinal, text.salt, text.text)
        # What is erased is told apart from what is withheld also for a reader who opens nothing.
        return ClosedPart(name, "ERASED" if places[place] in destroyed else "WITHHELD")

    return [
        BundledEvent(
            row.position, row.recorded_at, row.body, row.leaf, tuple(part(row, entry.part) for entry in body.sealed)
        )
        for row, body in zip(rows, bodies, strict=True)
    ]
