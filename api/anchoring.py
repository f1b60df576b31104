"""Signing each ledger after a while and handing the checkpoints out, in a thread of the server."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Self
from uuid import UUID

import psycopg

from api.bootstrap import Runtime
from ledger.anchoring.deposits import Sink
from ledger.connections import NoConnectionFree, PoolClosed
from ledger.keys import KeysUnavailableError
from ledger.stored_tree import LedgerContradiction
from services.anchoring import anchor_ledger
from services.checkpoints import put_back

__all__ = ["AnchorThread", "refuse_put_back"]

log = logging.getLogger("caseledger.anchoring")


class AnchorThread:
    """Signs and hands out at once and then every so often; `contradicted` names the trusts whose ledger it cannot sign.

    Several processes may run one each: whoever comes second finds the receipts of the first.
    """

    def __init__(self, runtime: Runtime, sinks: Sequence[Sink]) -> None:
        self._runtime = runtime
        self._sinks = sinks
        self._every = runtime.settings.checkpoint_seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="anchoring", daemon=True)
        self.contradicted: frozenset[UUID] = frozenset()

    def __enter__(self) -> Self:
        if self._every:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop.set()
        if self._every:
            self._thread.join(timeout=10)

    def anchor_all(self) -> None:
        """Sign every ledger that has grown, and hand out what a sink has not had."""
        contradicted: set[UUID] = set()
        for trust_id in self._runtime.trust_ids():
            if self._stop.is_set():
                return
            try:
                anchor_ledger(self._runtime.services(trust_id).ledger, self._sinks)
            except LedgerContradiction as error:
                log.error("trust %s: %s", trust_id, error)  # noqa: TRY400 - the sentence says where, and all there is
                contradicted.add(trust_id)
        self.contradicted = frozenset(contradicted)

    def _run(self) -> None:
        # Not while the program starts: its first answers come before.
        while not self._stop.wait(self._every):
            try:
                self.anchor_all()
            except (psycopg.Error, NoConnectionFree, KeysUnavailableError) as error:
                log.warning("checkpoints are made the next time: %s", type(error).__name__)
            except PoolClosed:
                return


def refuse_put_back(runtime: Runtime) -> None:
    """Raise LedgerContradiction where the ledger of a trust was put back and nobody has declared it."""
    for trust_id in runtime.trust_ids():
        found = put_back(runtime.services(trust_id).ledger)
        if found is not None:
            raise LedgerContradiction(f"trust {trust_id}: {found}")
