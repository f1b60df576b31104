"""Having the figures include what was just recorded, whether another process projects or nobody does."""

from __future__ import annotations

import logging
import multiprocessing
import signal
import threading
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Self
from uuid import UUID

import psycopg

from ledger.connections import PoolClosed
from ledger.database import Database
from projections.engine import Projector, parked
from projections.generations import RebuildFailed, RebuildOvertaken, outdated, rebuild
from projections.wait import reached

__all__ = ["ProjectionParked", "ProjectorBeside", "ProjectorThread", "bring_up", "renew"]

log = logging.getLogger("caseledger.project")

_LOOK_AGAIN_SECONDS = 0.01
# How long a projector beside an import lets events gather: a batch of many costs each of them less.
_GATHER_SECONDS = 0.25
# How many cases it keeps in memory: those that an import brings are seldom changed again.
_CASES_KEPT = 2_000


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


class ProjectorBeside:
    """A projector of one trust in a process of its own, while this process records much; it ends with this process.

    Nothing depends on it: what it leaves undone, `bring_up` does, and another projector may be at work too.
    """

    def __init__(self, url: str, trust_id: UUID) -> None:
        """`url` is the main database as the application's role; it travels through a pipe, never on a command line."""
        # A fresh interpreter: a forked one would share this one's connections, threads and locks.
        apart = multiprocessing.get_context("spawn")
        theirs, self._pipe = apart.Pipe(duplex=False)
        self._process = apart.Process(target=_project_beside, args=(theirs, url, trust_id), daemon=True)
        self._process.start()
        theirs.close()

    def finish(self) -> None:
        """Let it project what there is now, and wait until it has."""
        with suppress(OSError):  # it may have ended by itself
            self._pipe.send(None)
        self._process.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        # A batch cut short leaves nothing behind.
        self._process.kill()
        self._process.join()
        self._pipe.close()


def _project_beside(pipe: Connection, url: str, trust_id: UUID) -> None:
    # Ctrl-C goes to the whole group; this process ends when the one that started it does.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    projector = Projector(Database(url), capacity=_CASES_KEPT)
    # EOFError: the process at the other end has gone or given up.
    with suppress(EOFError, psycopg.OperationalError):
        while not pipe.poll(0 if projector.run_once(trust_id) else _GATHER_SECONDS):
            pass
        pipe.recv()
        projector.catch_up(trust_id)


def renew(database: Database, stop: threading.Event) -> None:
    """Rebuild beside the live ones the read tables that another release of the program wrote; ends early on `stop`.

    Duties, actions and counts are derived by the code, so that what was derived before an upgrade may be out of date.
    What is cut short is taken up where it stood, by the next start.
    """

    def go_on(_position: int, _end: int) -> None:
        if stop.is_set():
            raise _Stopped

    try:
        for trust_id in outdated(database):
            log.info("trust %s: rebuilding what another release derived", trust_id)
            try:
                done = rebuild(database, trust_id, progress=go_on)
            except RebuildOvertaken:
                continue
            except RebuildFailed as failed:
                log.warning("the read tables stay as another release derived them: %s", failed)
            else:
                log.info("trust %s: rebuilt to position %d", trust_id, done.position)
    except _Stopped:
        return
    except (PoolClosed, psycopg.OperationalError) as error:
        # The program or the database went away; the next start goes on.
        log.warning("the read tables are rebuilt at the next start: %s", type(error).__name__)


class _Stopped(Exception):
    """The program is ending."""


class ProjectorThread:
    """A projector within the server's process, and beside it the renewal of what another release derived."""

    def __init__(self, database: Database) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=Projector(database).run_forever, args=(self._stop,), name="projector", daemon=True
        )
        self._renewal = threading.Thread(target=renew, args=(database, self._stop), name="renewal", daemon=True)

    def start(self) -> None:
        """Begin to project."""
        self._thread.start()
        self._renewal.start()

    def stop(self) -> None:
        """Stop after the batch at hand."""
        self._stop.set()
        self._thread.join(timeout=10)
        self._renewal.join(timeout=10)

    def is_alive(self) -> bool:
        """Whether it still projects."""
        return self._thread.is_alive()
