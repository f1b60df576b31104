"""Signing each ledger after a while and handing the checkpoints out, in a thread of the server."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from uuid import UUID

import psycopg

from api.bootstrap import Runtime
from api.rounds import Rounds
from ledger.anchoring.deposits import Sink
from ledger.connections import NoConnectionFree
from ledger.keys import KeysUnavailableError
from ledger.stored_tree import LedgerContradiction
from services.anchoring import anchor_ledger
from services.checkpoints import put_back

__all__ = ["AnchorThread", "refuse_put_back"]

log = logging.getLogger("caseledger.anchoring")


class AnchorThread(Rounds):
    """Signs and hands out every so often; `contradicted` names the trusts whose ledger it cannot sign.

    Several processes may run one each: whoever comes second finds the receipts of the first.
    """

    name = "anchoring"
    for_later = (psycopg.Error, NoConnectionFree, KeysUnavailableError)

    def __init__(self, runtime: Runtime, sinks: Sequence[Sink]) -> None:
        super().__init__(runtime.settings.checkpoint_seconds)
        self._runtime = runtime
        self._sinks = sinks
        self.contradicted: frozenset[UUID] = frozenset()

    def one_round(self) -> None:
        """Sign every ledger that has grown, and hand out what a sink has not had."""
        contradicted: set[UUID] = set()
        for trust_id in self._runtime.trust_ids():
            if self.is_ending:
                return
            try:
                anchor_ledger(self._runtime.services(trust_id).ledger, self._sinks)
            except LedgerContradiction as error:
                log.error("trust %s: %s", trust_id, error)  # noqa: TRY400 - the sentence says where, and all there is
                contradicted.add(trust_id)
        self.contradicted = frozenset(contradicted)


def refuse_put_back(runtime: Runtime) -> None:
    """Raise LedgerContradiction where the ledger of a trust was put back and nobody has declared it."""
    for trust_id in runtime.trust_ids():
        found = put_back(runtime.services(trust_id).ledger)
        if found is not None:
            raise LedgerContradiction(f"trust {trust_id}: {found}")
