"""What the server does by itself besides answering: bringing erasures to their end, disposing, and sweeping files.

It disposes only of what a trust lets go by itself, and of files that nobody keeps.
"""

from __future__ import annotations

import logging
from datetime import date
from uuid import UUID

import psycopg

from api.bootstrap import Runtime
from api.rounds import Rounds
from ledger.blob_store import BlobStore, BlobStoreUnavailableError
from ledger.connections import NoConnectionFree
from ledger.keys import KeysUnavailableError
from services import clock
from services.commands import Services
from services.disposing import dispose_of_what_is_due
from services.erasing import carry_out_all
from services.evidence import sweep_orphans

__all__ = ["UpkeepThread", "carry_out_erasures"]

# So many cases of a trust go by themselves in one round, so that other trusts have their turn.
_MOST_DISPOSED = 100

log = logging.getLogger("caseledger.upkeep")

# What may be done again later: it is not lost, for the ledger says what is to be done.
_FOR_LATER = (psycopg.Error, NoConnectionFree, KeysUnavailableError, BlobStoreUnavailableError, OSError)


def carry_out_erasures(runtime: Runtime, trust_id: UUID) -> int:
    """Bring a trust's approved erasures to their end; return how many there were.

    What cannot be reached now is left for the next time, with a line in the log that names no person.
    """
    days = runtime.settings.backup_days
    try:
        return carry_out_all(runtime.services(trust_id), runtime.evidence.store, backup_days=days)
    except _FOR_LATER as error:
        log.warning("trust %s: erasures are carried out the next time: %s", trust_id, type(error).__name__)
        return 0


class UpkeepThread(Rounds):
    """Does it all every so often. Several processes may run one each: every step can be done twice."""

    name = "upkeep"
    for_later = _FOR_LATER

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime.settings.upkeep_seconds)
        self._runtime = runtime
        # The last day on which all went that goes by itself, by trust: what is due is worked out once a day.
        self._disposed: dict[UUID, date] = {}

    def one_round(self) -> None:
        """Do everything once, for every trust."""
        for trust_id in self._runtime.trust_ids():
            if self.is_ending:
                return
            carry_out_erasures(self._runtime, trust_id)
            services, store = self._runtime.services(trust_id), self._runtime.evidence.store
            try:
                self._dispose(services, store)
                sweep_orphans(services.ledger, store, clock.now())
            except _FOR_LATER as error:
                log.warning(
                    "trust %s: the rest of the upkeep is done the next time: %s", trust_id, type(error).__name__
                )

    def _dispose(self, services: Services, store: BlobStore) -> None:
        trust_id, today = services.ledger.trust_id, clock.london_date(services.now())
        if self._disposed.get(trust_id) == today:
            return
        days = self._runtime.settings.backup_days
        if dispose_of_what_is_due(services, store, backup_days=days, most=_MOST_DISPOSED) < _MOST_DISPOSED:
            self._disposed[trust_id] = today
