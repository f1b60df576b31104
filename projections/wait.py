"""Waiting until the figures include a position: how a reader sees what has just been recorded."""

from __future__ import annotations

import threading
import time
from uuid import UUID

from domain.refusals import RefusalCode, Refused
from ledger.database import TrustDatabase

_LIMIT_SECONDS = 2.0
# Between two looks at the database: projectors of other processes announce nothing here.
_POLL_SECONDS = 0.01

_moved = threading.Condition()


class ProjectionBehind(Refused):
    """The figures do not include the position yet; ask again."""

    code = RefusalCode.PROJECTION_BEHIND

    def __init__(self, reached: int) -> None:
        super().__init__("atLeast")
        self.reached = reached

    @property
    def message(self) -> str:
        """The sentence for the user, with the position that the figures include."""
        return f"{self.args[0]} (reached: {self.reached})"


def announce(trust_id: UUID) -> None:  # noqa: ARG001 - who waits for another trust looks once too often, no more
    """Wake those in this process who wait for a projection to move."""
    with _moved:
        _moved.notify_all()


def reached(trust: TrustDatabase) -> int:
    """The position that the core projection has reached; 0 before its first event."""
    with trust.connection() as connection:
        row = connection.execute(
            "SELECT position FROM projection WHERE trust_id = %s AND name = 'core' AND live", (trust.trust_id,)
        ).fetchone()
    return 0 if row is None else int(row[0])


def wait_until(trust: TrustDatabase, position: int, *, seconds: float = _LIMIT_SECONDS) -> None:
    """Return when the core projection has reached a position; raises ProjectionBehind when it takes too long."""
    deadline = time.monotonic() + seconds
    while (now := reached(trust)) < position:
        if time.monotonic() >= deadline:
            raise ProjectionBehind(now)
        with _moved:
            _moved.wait(_POLL_SECONDS)
