"""The bundle of a case: its whole history with the proofs, opened as far as the reader may see."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from domain.access import Visibility
from domain.case import Case
from domain.export_rules import notices
from domain.permissions import CaseReading, decide
from domain.veil import named_in
from ledger.bundle import Bundle, BundledEvent, Notice, WithheldEvent, build
from ledger.entry import body_link, decode_body
from ledger.reading import read_streams
from services.checkpoints import LedgerAt, at_checkpoint, handovers
from services.command_refusals import NotFound
from services.extracting import closed_keys, continued, declarations, erasures_of, restricted, shown_events
from services.running_commands import require_allowed
from services.sealed_texts import SealedPlace
from services.sight import hidden_from, standing_to
from services.store import TrustLedger


def export_case(
    ledger: TrustLedger,
    reader: Visibility,
    case_id: UUID,
    opened: set[SealedPlace] | None = None,
    *,
    since: Sequence[int] = (),
) -> bytes:
    """The bundle of a case as it stands now, as one file; the sealed parts that it opens are added to `opened`.

    `since` are the sizes of checkpoints that its reader has kept: it is proven to continue them. An event that names a
    case which the reader may not know of is withheld as a whole (design D15), and what the rules for exports keep
    closed stays so. A checkpoint is made first, so that the bundle is complete up to this moment.
    Raises NotFound for a case that is not there for the reader, NotAllowed for one that is not the role's to take away,
    DeciderIsSubject for the target of an allegation, KeysUnavailableError when a text that the reader may open cannot
    be opened, and LedgerContradiction where what is stored is not what was signed.
    """
    case = ledger.load(case_id)
    if not isinstance(case, Case):
        raise NotFound("case_id")
    require_allowed(decide(reader.role, CaseReading.EXPORT, standing_to(ledger, reader, case)))
    with at_checkpoint(ledger) as at:
        return _bundle(ledger, reader, case, at, set() if opened is None else opened, since).encode()


def _bundle(
    ledger: TrustLedger, reader: Visibility, case: Case, at: LedgerAt, opened: set[SealedPlace], since: Sequence[int]
) -> Bundle:
    rows = read_streams(at.connection, ledger.trust_id, [case.id], up_to=at.size)
    bodies = [decode_body(row.body) for row in rows]
    named = [named_in(body.type, body.data) for body in bodies]
    hidden = hidden_from(ledger, reader.person_id, {one for one in named if one is not None})
    teachers = restricted(ledger, at) if case.subjects else {}
    erasures = erasures_of(ledger, at, bodies)
    closed = closed_keys(ledger, reader, case, teachers)
    events = shown_events(ledger, reader, rows, bodies, erasures, closed, opened)
    return build(
        trust=ledger.trust_id,
        stream=case.id,
        checkpoint=at.checkpoint.note,
        public_key=at.checkpoint.verifier_key,
        events=_withheld(events, [one not in hidden for one in named]),
        head=at.heads.proof(case.id),
        prove=at.tree.set_proof,
        erasures=[event for event in erasures.events if event.position not in {row.position for row in rows}],
        consistency=continued(at, since),
        notices=[Notice(one.law, one.since.isoformat()) for one in notices(case, teachers)],
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
