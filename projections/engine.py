"""The engine: events in order of position into the read tables, each exactly once, by any number of workers.

A batch is one transaction: claim the trust's row in `projection`, read what follows its position, fold, write, advance.
Whoever finds the row claimed goes elsewhere; whoever dies leaves nothing behind. An event that cannot be folded parks
the projection of its trust, with its place and the class of the error, and nothing of its content.
"""

from __future__ import annotations

import gc
import logging
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from ledger.connections import NoConnectionFree
from ledger.database import Database, TrustDatabase
from ledger.garbage import garbage_kept
from ledger.reading import EventRow, read_page
from projections.bulk import count_rows, write
from projections.fingerprint import fingerprint
from projections.folding import CAPACITY, Folding
from projections.wait import announce

_log = logging.getLogger(__name__)

CORE = "core"
# As much as waits, up to so many events: a case that several of them change is written once.
BATCH = 10_000
# Events read at a time.
_PAGE = 5_000
# Faults that no event is to blame for: the server or the connection is gone, or busy.
_OF_THE_DATABASE = (psycopg.OperationalError, psycopg.InterfaceError)
# From so many events on it matters what a batch leaves in memory.
_LARGE = 1_000
# From so few on it matters how many rows the server thinks that there are: a plan made for one row looked through all
# cases once for each of them, which took half a minute where a hundred and forty cases were there.
_COUNTED = 64
# How long a worker without work waits before it looks again; a commit in the same process does not wake it.
_IDLE_SECONDS = 0.02
# How long a worker waits after the database failed it.
_FAULT_SECONDS = 1.0
# Trusts whose aggregates a worker keeps in memory.
_TRUSTS_IN_MEMORY = 8


@dataclass(frozen=True, slots=True)
class Parked:
    """Where and why a projection stands still: `failure` is the name of the error's class."""

    trust_id: UUID
    name: str
    generation: int
    position: int
    stream_id: UUID
    version: int
    failure: str


class BatchFailed(Exception):
    """A batch could not be folded or written; nothing of it may be committed."""

    def __init__(self, first: EventRow, last: EventRow, cause: Exception) -> None:
        self.first = first
        self.events = last.position - first.position + 1
        self.failure = type(cause).__qualname__
        super().__init__(f"{self.failure} between positions {first.position} and {last.position}")


class Projector:
    """One worker. Several may run at once, in this process and in others; each call is for one thread at a time."""

    def __init__(self, database: Database, *, batch: int = BATCH, capacity: int = CAPACITY) -> None:
        """Project at most `batch` events in a transaction, and keep at most `capacity` aggregates of a trust."""
        self._database = database
        self._batch = batch
        self._capacity = capacity
        self._folds: OrderedDict[UUID, Folding] = OrderedDict()

    def run_once(self, trust_id: UUID) -> int:
        """Project the next batch of a trust; returns how many events it had.

        0 when there is nothing to do, when another worker is at it, or when the projection is parked.
        """
        limit = self._batch
        while True:
            try:
                return self._advance(self._database.trust(trust_id), limit)
            except BatchFailed as failed:
                if failed.events <= 1:
                    self._park(trust_id, failed)
                    return 0
                # The events before the one at fault are projected; halving finds it whatever step it failed in.
                limit = failed.events // 2

    def catch_up(self, trust_id: UUID) -> int:
        """Project until nothing is left to do; returns how many events there were."""
        total = 0
        while done := self.run_once(trust_id):
            total += done
        return total

    def run_forever(self, stop: threading.Event) -> None:
        """Project whatever trust has new events, until told to stop; waits when there are none."""
        while not stop.is_set():
            try:
                done = [self.run_once(trust_id) for trust_id in waiting_trusts(self._database)]
            except (psycopg.Error, NoConnectionFree) as error:
                # Whatever the events were to blame for is parked by now: this is of the database, and passes.
                _log.warning("projecting is interrupted: %s", type(error).__name__)
                self._folds.clear()
                stop.wait(_FAULT_SECONDS)
                continue
            if not any(done):
                stop.wait(_IDLE_SECONDS)

    def _advance(self, trust: TrustDatabase, limit: int) -> int:
        done = self._claim_and_advance(trust, limit)
        if done is None and begin(trust):
            done = self._claim_and_advance(trust, limit)
        if done:
            announce(trust.trust_id)
        return done or 0

    def _claim_and_advance(self, trust: TrustDatabase, limit: int) -> int | None:
        with trust.transaction() as connection:
            claimed = claim(connection, trust.trust_id)
            if claimed is None:
                return None
            generation, position = claimed
            done = advance(connection, self._fold_at(trust.trust_id, generation, position), limit)
        count_grown(trust, position, position + done)
        return done

    def _fold_at(self, trust_id: UUID, generation: int, position: int) -> Folding:
        fold = self._folds.get(trust_id)
        if fold is None or fold.generation != generation:
            fold = self._folds[trust_id] = Folding(trust_id, generation, self._capacity)
        if fold.position != position:
            # Another worker was here meanwhile, or the last batch was not committed.
            fold.restart_at(position)
        self._folds.move_to_end(trust_id)
        if len(self._folds) > _TRUSTS_IN_MEMORY:
            self._folds.popitem(last=False)
        return fold

    def _park(self, trust_id: UUID, failed: BatchFailed) -> None:
        row = failed.first
        with self._database.trust(trust_id).connection() as connection:
            # Unless another worker, with other code, has got past the event meanwhile.
            connection.execute(
                _PARK, [row.position, row.stream_id, row.version, failed.failure, trust_id, CORE, row.position - 1]
            )
        _log.error(
            "the projection %s of trust %s is parked at position %d: %s", CORE, trust_id, row.position, failed.failure
        )


def claim(connection: psycopg.Connection[Any], trust_id: UUID) -> tuple[int, int] | None:
    """Claim the live generation of a trust for this transaction; returns it and its position.

    None when another worker has it, when it is parked, and when there is none yet.
    """
    claimed = connection.execute(_CLAIM, [trust_id, CORE]).fetchone()
    return None if claimed is None else (claimed[0], claimed[1])


def begin(trust: TrustDatabase) -> bool:
    """Begin the core projection of a trust, empty; False when it has begun.

    On its own, for a claim that had yet to be committed would keep other workers waiting.
    """
    with trust.connection() as connection:
        return connection.execute(_BEGIN, [trust.trust_id, CORE, fingerprint()]).rowcount > 0


def advance(connection: psycopg.Connection[Any], fold: Folding, limit: int) -> int:
    """Fold and write the next events of a generation whose row this transaction has locked; returns how many.

    Raises BatchFailed when they cannot be folded or written, after which neither the transaction nor the fold is of
    any use. Faults of the database itself are raised as they are.
    """
    with garbage_kept():
        first = last = None
        began = fold.position
        batch = fold.begin(connection)
        try:
            # In pages, for the bodies of a large batch would take more memory than the cases that they are of.
            while batch.position - began < limit and batch.cases < CAPACITY:
                asked = min(_PAGE, limit - (batch.position - began))
                page = read_page(connection, fold.trust_id, after=batch.position, limit=asked)
                if page:
                    first, last = first or page[0], page[-1]
                    batch.fold(page)
                if len(page) < asked:
                    break
            if first is None or last is None:
                return 0
            write(connection, fold.trust_id, fold.generation, batch.finish())
            if batch.position - began >= _LARGE:
                # What such a batch leaves it leaves for long, so that it is not searched as new afterwards either:
                # frozen and thawed, all objects count as old.
                gc.freeze()
                gc.unfreeze()
            connection.execute(_ADVANCE, [last.position, last.recorded_at, fold.trust_id, CORE, fold.generation])
        except BaseException as error:
            # Aggregates may be ahead of the position by now.
            fold.restart_at(began)
            if not isinstance(error, Exception) or isinstance(error, _OF_THE_DATABASE):
                raise
            if first is None or last is None:
                raise
            raise BatchFailed(first, last, error) from error
    return last.position - first.position + 1


def count_grown(trust: TrustDatabase, before: int, after: int) -> None:
    """Have the rows of the read tables counted whenever a trust's events have become four times as many."""
    if after >= _COUNTED and after.bit_length() // 2 > before.bit_length() // 2:
        with trust.connection() as connection:
            count_rows(connection)


def waiting_trusts(database: Database) -> list[UUID]:
    """The trusts that have events which their core projection has not seen, parked ones left out."""
    with database.unscoped() as connection:
        return [trust_id for (trust_id,) in connection.execute(_WAITING, [CORE])]


def parked(database: Database) -> list[Parked]:
    """The projections that stand still, of all trusts."""
    with database.unscoped() as connection:
        return [Parked(*row) for row in connection.execute(_PARKED)]


def unpark(database: Database, trust_id: UUID) -> bool:
    """Let a parked projection be tried again, from the event it stood still at; says whether it was parked."""
    with database.trust(trust_id).connection() as connection:
        return connection.execute(_UNPARK, [trust_id, CORE]).rowcount > 0


# The projection loses nothing by a late flush: what a crash takes away is projected again, position and all.
_CLAIM = b"""
SELECT generation, position, set_config('synchronous_commit', 'off', true)
FROM projection WHERE trust_id = %s AND name = %s AND live AND failure IS NULL FOR UPDATE SKIP LOCKED
"""
_BEGIN = b"""
INSERT INTO projection (trust_id, name, generation, live, position, built_by) VALUES (%s, %s, 1, true, 0, %s)
ON CONFLICT DO NOTHING
"""
_ADVANCE = b"""
UPDATE projection SET position = %s, recorded_at = %s WHERE trust_id = %s AND name = %s AND generation = %s
"""
_PARK = b"""
UPDATE projection SET failed_position = %s, failed_stream = %s, failed_version = %s, failure = %s
WHERE trust_id = %s AND name = %s AND live AND position = %s
"""
_UNPARK = b"""
UPDATE projection SET failed_position = NULL, failed_stream = NULL, failed_version = NULL, failure = NULL
WHERE trust_id = %s AND name = %s AND live AND failure IS NOT NULL
"""
_WAITING = b"""
SELECT head.trust_id FROM ledger_head AS head
LEFT JOIN projection ON projection.trust_id = head.trust_id AND projection.name = %s AND projection.live
WHERE head.position > coalesce(projection.position, 0) AND projection.failure IS NULL ORDER BY head.trust_id
"""
_PARKED = b"""
SELECT trust_id, name, generation, failed_position, failed_stream, failed_version, failure
FROM projection WHERE live AND failure IS NOT NULL ORDER BY trust_id, name
"""
