"""Whether the process lives, and whether it can serve: for load balancers, containers and people who wait."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from uuid import UUID

import psycopg

from api.anchoring import AnchorThread
from api.bootstrap import Runtime
from api.projecting import ProjectorThread
from ledger.connections import NoConnectionFree
from projections.wait import reached

__all__ = ["Readiness", "Report"]

log = logging.getLogger("caseledger.health")


@dataclass(frozen=True, slots=True)
class Report:
    """What is ready and what is not; each value is a word or a number, and no tenant's data."""

    ready: bool
    checks: dict[str, object]


@dataclass(slots=True)
class Readiness:
    """Answers readiness; `demonstration` is the trust that has to be filled before the demo is ready."""

    runtime: Runtime
    projector: ProjectorThread | None = None
    anchoring: AnchorThread | None = None
    demonstration: UUID | None = None
    demonstration_filled: threading.Event = field(default_factory=threading.Event)

    def report(self) -> Report:
        """Ask the database: reachable and migrated, demonstration data in, nothing left to project for it."""
        checks: dict[str, object] = {}
        ready = True
        try:
            with self.runtime.database.unscoped() as connection:
                connection.execute("SELECT 1 FROM ledger_head LIMIT 1")
            checks["database"] = "ok"
            if self.projector is not None:
                alive = self.projector.is_alive()
                checks["projector"] = "ok" if alive else "stopped"
                ready = ready and alive
            if self.anchoring is not None:
                whole = not self.anchoring.contradicted
                checks["ledger"] = "ok" if whole else "contradicts what was signed"
                ready = ready and whole
            if self.demonstration is not None:
                filled = self.demonstration_filled.is_set()
                behind = self._lag(self.demonstration)
                checks["demonstration"] = "ok" if filled else "not yet filled"
                checks["lag"] = behind
                ready = ready and filled and behind == 0
        except (psycopg.Error, NoConnectionFree) as error:
            log.warning("not ready: %s", type(error).__name__)
            checks["database"] = "unavailable"
            ready = False
        return Report(ready, checks)

    def _lag(self, trust_id: UUID) -> int:
        """How many events of a trust the figures do not include."""
        position, _ = self.runtime.services(trust_id).ledger.head()
        return position - reached(self.runtime.database.trust(trust_id))
