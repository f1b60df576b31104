"""Keeps the embedded PostgreSQL up while this process is attached to it: a server that died is started again."""

from __future__ import annotations

import logging
import threading
from types import TracebackType
from typing import Self

from ledger.embedded import EmbeddedPostgres, EmbeddedPostgresError

__all__ = ["Watch"]

_log = logging.getLogger(__name__)

_SECONDS = 1.0


class Watch:
    """A thread that looks after the server once a second, from entering to leaving."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server = server
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look_after, name="database-watch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _look_after(self) -> None:
        while not self._stop.wait(_SECONDS):
            try:
                if self._server.revive():
                    _log.warning("the database had died and was started again")
            except (EmbeddedPostgresError, OSError) as error:
                _log.error("the database is down: %s", type(error).__name__)
