"""Having the figures include what was just recorded, whether another process projects or nobody does."""

from __future__ import annotations

import threading
import time
from uuid import UUID

from ledger.database import Database
from projections.engine import Projector, parked
from projections.wait import reached

__all__ = ["ProjectionParked", "ProjectorThread", "bring_up"]

_LOOK_AGAIN_SECONDS = 0.01


class ProjectionParked(RuntimeError):
    """The projection of the trust stands still at an event that it cannot read."""


def bring_up(database: Database, trust_id: UUID, position: int) -> None:
    """Return once the figures of a trust include a position; project it here unless somebody else is at it."""
    projector = Projector(database)
    while reached(database.trust(trust_id)) < position:
        if projector.catch_up(trust_id) == 0:
            for stopped in parked(database):
                if stopped.trust_id == trust_id:
                    raise ProjectionParked(f"the figures stand still at position {stopped.position}: {stopped.failure}")
            time.sleep(_LOOK_AGAIN_SECONDS)


class ProjectorThread:
    """A projector within the server's process."""

    def __init__(self, database: Database) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=Projector(database).run_forever, args=(self._stop,), name="projector", daemon=True
        )

    def start(self) -> None:
        """Begin to project."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the batch at hand."""
        self._stop.set()
        self._thread.join(timeout=10)

    def is_alive(self) -> bool:
        """Whether it still projects."""
        return self._thread.is_alive()
