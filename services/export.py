"""The bundle of a case: its whole history with the proofs, opened as far as the reader may see."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from domain.access import Visibility
from ledger.bundle import Bundle, BundledEvent, Notice, WithheldEvent, build
from ledger.entry import body_link
from services.checkpoints import at_checkpoint, handovers
from services.extracting import bundled, continued, declarations
from services.leaving import case_to_take, taken
from services.sealed_texts import SealedPlace
from services.store import TrustLedger


def export_case(
    ledger: TrustLedger,
    reader: Visibility,
    case_id: UUID,
    opened: set[SealedPlace] | None = None,
    *,
    since: Sequence[int] = (),
) -> bytes:
    """The bundle of a case, as `bundle_of_case` gives it, as one file."""
    return bundle_of_case(ledger, reader, case_id, opened, since=since).encode()


def bundle_of_case(
    ledger: TrustLedger,
    reader: Visibility,
    case_id: UUID,
    opened: set[SealedPlace] | None = None,
    *,
    since: Sequence[int] = (),
) -> Bundle:
    """The bundle of a case as it stands now; the sealed parts that it opens are added to `opened`.

    `since` are the sizes of checkpoints that its reader has kept: it is proven to continue them. An event that names a
    case which the reader may not know of is withheld as a whole (design D15), and what the rules for exports keep
    closed stays so. A checkpoint is made first, so that the bundle is complete up to this moment.
    Raises NotFound for a case that is not there for the reader, NotAllowed for one that is not the role's to take away,
    DeciderIsSubject for the target of an allegation, KeysUnavailableError when a text that the reader may open cannot
    be opened, and LedgerContradiction where what is stored is not what was signed.
    """
    case = case_to_take(ledger, reader, case_id)
    with at_checkpoint(ledger) as at:
        found = taken(ledger, reader, case, size=at.size)
        if opened is not None:
            opened |= found.opened
        rows, bodies = [one.row for one in found.events], [one.body for one in found.events]
        own = {row.position for row in rows}
        return build(
            trust=ledger.trust_id,
            stream=case.id,
            checkpoint=at.checkpoint.note,
            public_key=at.checkpoint.verifier_key,
            events=_withheld(
                bundled(rows, bodies, found.texts), [one.named not in found.hidden for one in found.events]
            ),
            head=at.heads.proof(case.id),
            prove=at.tree.set_proof,
            erasures=[event for event in found.erasures.events if event.position not in own],
            consistency=continued(at, since),
            notices=[Notice(one.law, one.since.isoformat()) for one in found.notices],
            declarations=declarations(at),
            handovers=handovers(at),
        )


def _withheld(events: Sequence[BundledEvent], shown: Sequence[bool]) -> list[BundledEvent | WithheldEvent]:
    """The events with the place alone of those that name a case which the reader may not know of."""
    found: list[BundledEvent | WithheldEvent] = []
    for event, is_shown, next_shown in zip(events, shown, [*shown[1:], False], strict=True):
        link = body_link(event.body) if next_shown else ""
        found.append(event if is_shown else WithheldEvent(event.position, event.leaf, link))
    return found
