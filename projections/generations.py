"""Rebuilding the read tables of a trust beside the live ones, comparing, and going live.

A rebuild fills the next generation of the same tables from the first event on, in large batches that each commit, while
the live generation is read and kept up to date. Killed at any point it is taken up where it stood, by the same code;
what other code began is thrown away and begun anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from ledger.database import Database, TrustDatabase
from ledger.reading import head
from projections.comparing import TableComparison, compare
from projections.engine import CORE, BatchFailed, advance, count_grown
from projections.fingerprint import fingerprint
from projections.folding import Folding
from projections.tables import CORE_TABLES
from projections.wait import announce

# Large enough that a case is mostly written once, small enough to be lost to a kill. What it holds in memory is bounded
# by the number of its cases besides.
REBUILD_BATCH = 100_000
# With so few events to go the live generation is held still for the last of them.
_CLOSE_ENOUGH = 2_000
# Rows taken away at a time, so that no statement runs for long.
_SWEEP = 20_000

Progress = Callable[[int, int], None]


class RebuildFailed(RuntimeError):
    """Events cannot be folded or written, so the rebuild stands still; the live generation is untouched."""

    def __init__(self, trust_id: UUID, failed: BatchFailed) -> None:
        super().__init__(f"trust {trust_id}: {failed}")


class RebuildOvertaken(RuntimeError):
    """Another rebuild of the same trust went live while this one was under way."""


class UnknownProjection(ValueError):
    """There is no projection of this name."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The outcome of a rebuild: where it stands and, if asked for, how it compares with what was live before.

    `is_live` is false when the two differ: the live generation is then left as it was, and the new one dropped.
    """

    trust_id: UUID
    position: int
    is_live: bool
    comparison: tuple[TableComparison, ...] = ()

    @property
    def differences(self) -> tuple[TableComparison, ...]:
        """The tables that differ."""
        return tuple(table for table in self.comparison if not table.agrees)


def rebuild(
    database: Database,
    trust_id: UUID,
    name: str = CORE,
    *,
    verify: bool = False,
    progress: Progress | None = None,
    batch: int = REBUILD_BATCH,
) -> Rebuilt:
    """Rebuild the read tables of a trust from its events, and go live.

    With `verify` the two generations are compared at the same position first, and the new one goes live only if they
    agree in every row: a difference is either a fault of the code that wrote the live rows or of the present code, and
    is for a person to look at. `progress` is told the position and where the rebuild ends after each batch. Raises
    UnknownProjection, RebuildFailed naming the event that cannot be folded, and RebuildOvertaken.
    """
    if name != CORE:
        raise UnknownProjection(f"there is no projection {name!r}: it is {CORE!r}")
    trust = database.trust(trust_id)
    generation, position = _begin(trust, verify=verify)
    fold = Folding(trust_id, generation)
    fold.restart_at(position)
    while True:
        end = _end(trust, verify=verify)
        if progress is not None:
            progress(fold.position, end)
        if end - fold.position <= _CLOSE_ENOUGH:
            break
        before = fold.position
        with trust.transaction() as connection:
            _fill(connection, fold, batch, end)
        count_grown(trust, before, fold.position)
    with trust.transaction() as connection:
        live = connection.execute(_HOLD_LIVE, [trust_id, CORE]).fetchone()
        end = live[1] if live is not None and verify else head(connection, trust_id)[0]
        while fold.position < end:
            _fill(connection, fold, batch, end)
        comparison = compare(connection, trust_id, live[0], fold.generation) if live is not None and verify else ()
        agrees = all(table.agrees for table in comparison)
        if agrees:
            connection.execute(_RETIRE, [trust_id, CORE])
            connection.execute(_GO_LIVE, [trust_id, CORE, fold.generation])
    if progress is not None:
        progress(fold.position, end)
    announce(trust_id)
    sweep(trust)
    return Rebuilt(trust_id, fold.position, agrees, comparison)


def outdated(database: Database) -> tuple[UUID, ...]:
    """The trusts whose live read tables were begun by other code: what it derived may not be what this code derives."""
    with database.unscoped() as connection:
        return tuple(trust_id for (trust_id,) in connection.execute(_OUTDATED, [CORE, fingerprint()]))


def sweep(trust: TrustDatabase) -> None:
    """Take away every generation of a trust that is not live, rows first, so that it can be done again after a kill."""
    with trust.connection() as connection:
        for (generation,) in connection.execute(_NOT_LIVE, [trust.trust_id, CORE]).fetchall():
            for table in CORE_TABLES:
                taken = _SWEEP
                while taken == _SWEEP:
                    taken = connection.execute(_TAKE[table.name], [trust.trust_id, generation, _SWEEP]).rowcount
            connection.execute(_FORGET, [trust.trust_id, CORE, generation])


def _begin(trust: TrustDatabase, *, verify: bool) -> tuple[int, int]:
    """The generation to fill and how far it is filled: one that this code has begun, else a new one."""
    with trust.connection() as connection:
        unfinished = connection.execute(_UNFINISHED, [trust.trust_id, CORE, fingerprint(), verify]).fetchone()
    if unfinished is not None:
        return unfinished[0], unfinished[1]
    sweep(trust)
    with trust.connection() as connection:
        begun = connection.execute(_BEGIN, [trust.trust_id, CORE, fingerprint(), trust.trust_id, CORE]).fetchone()
    assert begun is not None
    return begun[0], 0


def _end(trust: TrustDatabase, *, verify: bool) -> int:
    """Where the rebuild is to end as things stand: at the head, or where the live generation is."""
    with trust.connection() as connection:
        if verify:
            live = connection.execute(_LIVE_POSITION, [trust.trust_id, CORE]).fetchone()
            if live is not None:
                return int(live[0])
        return head(connection, trust.trust_id)[0]


def _fill(connection: psycopg.Connection[Any], fold: Folding, batch: int, end: int) -> None:
    """Write the next events, none after the position `end`, into the generation under construction."""
    standing = connection.execute(_HOLD, [fold.trust_id, CORE, fold.generation]).fetchone()
    if standing is None:
        raise RebuildOvertaken(f"trust {fold.trust_id}: another rebuild has finished meanwhile")
    if standing[0] != fold.position:
        fold.restart_at(standing[0])
    try:
        advance(connection, fold, min(batch, end - fold.position))
    except BatchFailed as failed:
        raise RebuildFailed(fold.trust_id, failed) from failed


# Long statements are in order here, and the projector may hold the live generation for the length of a batch.
_HOLD_LIVE = b"""
SELECT generation, position, set_config('statement_timeout', '0', true)
FROM projection WHERE trust_id = %s AND name = %s AND live FOR UPDATE
"""
_HOLD = b"""
SELECT position, set_config('statement_timeout', '0', true), set_config('synchronous_commit', 'off', true)
FROM projection WHERE trust_id = %s AND name = %s AND generation = %s AND NOT live FOR UPDATE
"""
_LIVE_POSITION = b"SELECT position FROM projection WHERE trust_id = %s AND name = %s AND live"
# One that is ahead of the live generation cannot be compared with it any more.
_UNFINISHED = b"""
SELECT new.generation, new.position FROM projection AS new
LEFT JOIN projection AS live ON live.trust_id = new.trust_id AND live.name = new.name AND live.live
WHERE new.trust_id = %s AND new.name = %s AND NOT new.live AND new.built_by = %s
  AND new.generation > coalesce(live.generation, 0)
  AND NOT (%s AND new.position > coalesce(live.position, new.position))
"""
_BEGIN = b"""
INSERT INTO projection (trust_id, name, generation, live, position, built_by)
SELECT %s, %s, coalesce(max(generation), 0) + 1, false, 0, %s FROM projection WHERE trust_id = %s AND name = %s
RETURNING generation
"""
_OUTDATED = b"SELECT trust_id FROM projection WHERE name = %s AND live AND built_by <> %s ORDER BY trust_id"
_RETIRE = b"UPDATE projection SET live = false WHERE trust_id = %s AND name = %s AND live"
_GO_LIVE = b"UPDATE projection SET live = true WHERE trust_id = %s AND name = %s AND generation = %s"
_NOT_LIVE = b"SELECT generation FROM projection WHERE trust_id = %s AND name = %s AND NOT live ORDER BY generation"
_FORGET = b"DELETE FROM projection WHERE trust_id = %s AND name = %s AND generation = %s AND NOT live"
_TAKE = {
    table.name: (
        f"DELETE FROM {table.name} WHERE ctid = ANY(ARRAY("  # noqa: S608 - our own tables
        f"SELECT ctid FROM {table.name} WHERE trust_id = %s AND generation = %s LIMIT %s))"
    ).encode()
    for table in CORE_TABLES
}
