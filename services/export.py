"""The bundle of a case: its whole history with the proofs, opened as far as the reader may see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from domain.access import Visibility
from ledger import tree
from ledger.bundle import BundledEvent, ClosedPart, Consistency, Notice, OpenedPart, Part, WithheldEvent, build
from ledger.entry import body_link
from ledger.reading import StoredRow
from services.checkpoints import LedgerState, kept_sizes, make_checkpoint
from services.leaving import ERASED, Taken, case_to_take, taken
from services.sealed_texts import SealedPlace
from services.store import TrustLedger

# Earlier checkpoints that a bundle is proved to continue, the newest of those kept.
_CONSISTENT_WITH = 32


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
    case = case_to_take(ledger, reader, case_id)
    checkpoint = make_checkpoint(ledger)
    state = checkpoint.state
    found = taken(ledger, reader, case, size=state.size)
    if opened is not None:
        opened.update(found.opened)
    return build(
        trust=ledger.trust_id,
        stream=case_id,
        checkpoint=checkpoint.note,
        public_key=checkpoint.verifier_key,
        events=_withheld(_events(found), [event.named not in found.hidden for event in found.events]),
        head=state.heads.proof(case_id),
        prove=lambda indices: tree.set_proof(indices, state.size, _subtree(state)),
        erasures=[
            BundledEvent(row.position, row.recorded_at, row.body, row.leaf)
            for row in {row.position: row for row in found.erasures.values()}.values()
        ],
        consistency=[
            Consistency(size, tree.root(state.leaves[:size]), tuple(tree.consistency_proof(size, state.leaves)))
            for size in kept_sizes(ledger, below=state.size, most=_CONSISTENT_WITH)
        ],
        notices=[Notice(one.law, one.since.isoformat()) for one in found.notices],
    ).encode()


def _withheld(events: Sequence[BundledEvent], shown: Sequence[bool]) -> list[BundledEvent | WithheldEvent]:
    """The events with the place alone of those that name a case which the reader may not know of."""
    found: list[BundledEvent | WithheldEvent] = []
    for event, is_shown, next_shown in zip(events, shown, [*shown[1:], False], strict=True):
        link = body_link(event.body) if next_shown else ""
        found.append(event if is_shown else WithheldEvent(event.position, event.leaf, link))
    return found


def _subtree(state: LedgerState) -> Callable[[int, int], bytes]:
    return lambda first, last: tree.root(state.leaves[first:last])


def _events(found: Taken) -> list[BundledEvent]:
    def part(row: StoredRow, name: str) -> Part:
        text = found.texts[SealedPlace(row.stream_id, row.version, name)]
        if text.text is not None and text.salt is not None:
            return OpenedPart(name, row.ordinal, text.salt, text.text)
        return ClosedPart(name, "ERASED" if text is ERASED else "WITHHELD")

    return [
        BundledEvent(
            row.position, row.recorded_at, row.body, row.leaf, tuple(part(row, entry.part) for entry in body.sealed)
        )
        for row, body in ((event.row, event.body) for event in found.events)
    ]
