"""Handing checkpoints to the sinks outside, and what they gave for them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger.anchoring.deposits import Deposit, NotDeposited, Sink
from ledger.stored_tree import StoredTree
from services.checkpoints import LedgerEmptyError, make_checkpoint
from services.store import TrustLedger

__all__ = ["Anchored", "Receipt", "anchor_ledger", "receipts"]

log = logging.getLogger("caseledger.anchoring")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a sink gave for the checkpoint of a size, and when."""

    size: int
    sink: str
    receipt: bytes
    anchored_at: datetime


@dataclass(frozen=True, slots=True)
class Anchored:
    """What came of handing out the checkpoint of one size: who took it, had it already, and who did not and why."""

    size: int
    taken: tuple[str, ...] = ()
    had: tuple[str, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()


def anchor_ledger(ledger: TrustLedger, sinks: Sequence[Sink]) -> Anchored | None:
    """Make a checkpoint of the ledger as it stands and hand it to every sink that has not had it; None of an empty one.

    One sink that fails does not keep the others from it; it is tried again the next time. Raises LedgerContradiction
    where nothing may be signed.
    """
    try:
        checkpoint = make_checkpoint(ledger)
    except LedgerEmptyError:
        return None
    taken, had, failed = [], [], []
    known = {one.sink for one in receipts(ledger, checkpoint.size)}
    for sink in sinks:
        if sink.name in known:
            had.append(sink.name)
            continue
        deposit = Deposit(ledger.trust_id, checkpoint.size, checkpoint.note, _proving(ledger, checkpoint.size))
        try:
            receipt = sink.deposit(deposit)
        except NotDeposited as error:
            log.warning("a checkpoint was not anchored: %s", error)
            failed.append((sink.name, str(error)))
            continue
        with ledger.trust.connection() as connection:
            connection.execute(
                "INSERT INTO checkpoint_anchor (trust_id, size, sink, receipt) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT DO NOTHING",
                (ledger.trust_id, checkpoint.size, sink.name, receipt),
            )
        taken.append(sink.name)
    return Anchored(checkpoint.size, tuple(taken), tuple(had), tuple(failed))


def receipts(ledger: TrustLedger, size: int | None = None) -> list[Receipt]:
    """The receipts for the checkpoint of a size, or the newest of each sink."""
    with ledger.trust.connection() as connection:
        rows = connection.execute(
            "SELECT DISTINCT ON (sink) size, sink, receipt, anchored_at FROM checkpoint_anchor"
            " WHERE trust_id = %s AND size = coalesce(%s, size) ORDER BY sink, size DESC",
            (ledger.trust_id, size),
            binary=True,
        ).fetchall()
    return [Receipt(*row) for row in rows]


def _proving(ledger: TrustLedger, size: int) -> Callable[[int], list[bytes]]:
    def consistency(known: int) -> list[bytes]:
        with ledger.trust.transaction() as connection:
            return StoredTree(connection, ledger.trust_id, size).consistency(known)

    return consistency
