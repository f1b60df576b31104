"""The tree of a trust's ledger as it is stored: roots and proofs without reading every leaf.

The leaves stand with their events. Above them the roots of complete subtrees are kept: at level 1 of 256 leaves, at
level 2 of 256 of those, and so on, as tiles of `c2sp.org/tlog-tiles` have them. They and the heads save work and prove
nothing: before anything further is signed, the last signed checkpoint is computed again from them.
"""

# ruff: noqa: S608 - statements are put together from constants alone
from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

import psycopg

from ledger import tree
from ledger.heads import Heads

__all__ = ["TILE_HASHES", "LedgerContradiction", "StoredTree", "heads_at", "keep_heads", "keep_tiles", "kept_heads"]

# How many hashes of one level lie under one of the next.
TILE_HASHES = 256
_TILE_BITS = 8
_READ_AT_ONCE = 65_536

_HASHES = (
    "SELECT place, hash FROM ledger_tile WHERE trust_id = %s AND level = %s AND place >= %s AND place < %s"
    " ORDER BY place"
)


class LedgerContradiction(RuntimeError):
    """What is stored contradicts itself or what was signed before; the sentence says where, and nothing is signed."""


class StoredTree:
    """The tree over the first `size` leaves of a trust's ledger; `connection` is in use for as long as it is asked."""

    def __init__(self, connection: psycopg.Connection[Any], trust_id: UUID, size: int) -> None:
        self.size = size
        self._connection = connection
        self._trust_id = trust_id
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    def root(self, size: int | None = None) -> bytes:
        """Give the root of the first `size` leaves, of all that it has if none is named."""
        return self.subtree(0, self.size if size is None else size)

    def leaf(self, index: int) -> bytes:
        """Give the hash of one leaf, by its index from 0."""
        return self.tile(0, index // TILE_HASHES)[index % TILE_HASHES]

    def subtree(self, first: int, last: int) -> bytes:
        """Give the root of the leaves from `first` up to, without, `last`."""
        count = last - first
        if count == 0:
            return tree.EMPTY_ROOT
        if count & (count - 1) or first % count:
            middle = first + tree.split(count)
            return tree.node_hash(self.subtree(first, middle), self.subtree(middle, last))
        level = (count.bit_length() - 1) // _TILE_BITS
        place, width = first >> _TILE_BITS * level, count >> _TILE_BITS * level
        start = place % TILE_HASHES
        return tree.root(self.tile(level, place // TILE_HASHES)[start : start + width])

    def inclusion(self, position: int, size: int | None = None) -> list[bytes]:
        """Prove the event at a position, from 1, in the tree of a size; ValueError for one that is not in it."""
        return tree.inclusion_path(position - 1, self._within(size), self.subtree)

    def consistency(self, old_size: int, size: int | None = None) -> list[bytes]:
        """Prove that the tree of `old_size` begins that of a size; ValueError for sizes that it does not have."""
        return tree.consistency_path(old_size, self._within(size), self.subtree)

    def set_proof(self, indices: Sequence[int]) -> list[bytes]:
        """Prove many leaves at once, by their rising indices."""
        self._fetch_leaves({index // TILE_HASHES for index in indices})
        return tree.set_proof(indices, self.size, self.subtree)

    def tile(self, level: int, number: int) -> list[bytes]:
        """Give at most 256 hashes of a level side by side: those from `number` times 256 on.

        Raises LedgerContradiction where one of them is missing.
        """
        known = self._tiles.get((level, number))
        if known is not None:
            return known
        first = number * TILE_HASHES
        count = max(0, min(TILE_HASHES, (self.size >> _TILE_BITS * level) - first))
        if level == 0:
            rows = dict(_leaves(self._connection, self._trust_id, first, first + count))
            if len(rows) != count:
                raise LedgerContradiction(f"the ledger lacks an event from {first + 1} to {first + count}")
        else:
            parameters = (self._trust_id, level, first, first + count)
            rows = dict(self._connection.execute(_HASHES, parameters, binary=True).fetchall())
        # What has not been kept yet is computed.
        places = range(first, first + count)
        found = [rows[place] if place in rows else tree.root(self.tile(level - 1, place)) for place in places]
        self._tiles[level, number] = found
        return found

    def _within(self, size: int | None) -> int:
        if size is None:
            return self.size
        if not 0 < size <= self.size:
            raise ValueError("size must be one that the tree has had")
        return size

    def _fetch_leaves(self, numbers: set[int]) -> None:
        """Read the tiles of leaves that a proof of many will ask for, in one statement."""
        wanted = sorted(number for number in numbers if (0, number) not in self._tiles)
        if len(wanted) < 2:
            return
        rows = self._connection.execute(
            "SELECT e.position - 1, e.leaf FROM unnest(%s::bigint[]) AS wanted (first)"
            " JOIN event e ON e.trust_id = %s AND e.position > wanted.first"
            " AND e.position <= least(wanted.first + %s, %s) ORDER BY e.position",
            ([number * TILE_HASHES for number in wanted], self._trust_id, TILE_HASHES, self.size),
            binary=True,
        ).fetchall()
        found: dict[int, list[bytes]] = {}
        for index, leaf in rows:
            found.setdefault(index // TILE_HASHES, []).append(leaf)
        for number, leaves in found.items():
            # A tile that lacks a leaf is read again by itself, and refused.
            if len(leaves) == min(TILE_HASHES, self.size - number * TILE_HASHES):
                self._tiles[0, number] = leaves


def _leaves(connection: psycopg.Connection[Any], trust_id: UUID, first: int, last: int) -> list[tuple[int, bytes]]:
    return connection.execute(
        "SELECT position - 1, leaf FROM event WHERE trust_id = %s AND position > %s AND position <= %s"
        " ORDER BY position",
        (trust_id, first, last),
        binary=True,
    ).fetchall()


def keep_tiles(connection: psycopg.Connection[Any], trust_id: UUID, size: int) -> None:
    """Keep the roots of the subtrees that are complete at a size and were not before, within a transaction."""
    known = dict(
        connection.execute(
            "SELECT level, max(place) + 1 FROM ledger_tile WHERE trust_id = %s GROUP BY level", (trust_id,)
        ).fetchall()
    )
    level, complete = 1, size >> _TILE_BITS
    while complete:
        first = known.get(level, 0)
        below = _hashes_below(connection, trust_id, level, first * TILE_HASHES, complete * TILE_HASHES)
        place = first
        while group := list(islice(below, TILE_HASHES)):
            if len(group) < TILE_HASHES:
                raise LedgerContradiction(f"the ledger lacks hashes below place {place} of level {level}")
            connection.execute(
                "INSERT INTO ledger_tile (trust_id, level, place, hash) VALUES (%s, %s, %s, %s)",
                (trust_id, level, place, tree.root(group)),
            )
            place += 1
        level, complete = level + 1, complete >> _TILE_BITS


def _hashes_below(
    connection: psycopg.Connection[Any], trust_id: UUID, level: int, first: int, last: int
) -> Iterator[bytes]:
    """The hashes of the level below, from a place up to another, read as they are needed."""
    while first < last:
        end = min(last, first + _READ_AT_ONCE)
        if level == 1:
            rows = _leaves(connection, trust_id, first, end)
        else:
            rows = connection.execute(_HASHES, (trust_id, level - 1, first, end), binary=True).fetchall()
        if [place for place, _ in rows] != list(range(first, end)):
            raise LedgerContradiction(f"the ledger lacks hashes of level {level - 1} from {first + 1} to {end}")
        yield from (hash_ for _, hash_ in rows)
        first = end


def keep_heads(connection: psycopg.Connection[Any], trust_id: UUID, *, after: int, size: int) -> None:
    """Keep the heads of the streams that events after a position up to a size belong to."""
    connection.execute(
        "INSERT INTO stream_head (trust_id, stream_id, version, leaf)"
        " SELECT DISTINCT ON (stream_id) trust_id, stream_id, version, leaf FROM event"
        " WHERE trust_id = %s AND position > %s AND position <= %s ORDER BY stream_id, version DESC"
        " ON CONFLICT (trust_id, stream_id) DO UPDATE SET version = excluded.version, leaf = excluded.leaf",
        (trust_id, after, size),
    )


def kept_heads(connection: psycopg.Connection[Any], trust_id: UUID) -> Heads:
    """Give the heads that are kept."""
    return _heads(connection, "SELECT stream_id, version, leaf FROM stream_head WHERE trust_id = %s", (trust_id,))


def heads_at(connection: psycopg.Connection[Any], trust_id: UUID, size: int) -> Heads:
    """Give the heads as they were at a size, from the events."""
    latest = (
        "SELECT DISTINCT ON (stream_id) stream_id, version, leaf FROM event"
        " WHERE trust_id = %s AND position <= %s ORDER BY stream_id, version DESC"
    )
    return _heads(connection, latest, (trust_id, size))


def _heads(connection: psycopg.Connection[Any], latest: str, parameters: Sequence[object]) -> Heads:
    """The heads of streams, hashed and put in order where they lie: there may be a hundred thousand of them."""
    row = connection.execute(
        "SELECT string_agg(uuid_send(stream_id), ''::bytea ORDER BY stream_id),"
        " string_agg(sha256('\\x00'::bytea || uuid_send(stream_id) || int4send(version) || leaf), ''::bytea"
        f" ORDER BY stream_id) FROM ({latest}) AS latest".encode(),
        parameters,
        binary=True,
    ).fetchone()
    streams, leaves = (b"", b"") if row is None or row[0] is None else row
    return Heads(_pieces(streams, 16), _pieces(leaves, 32))


def _pieces(packed: bytes, length: int) -> list[bytes]:
    return [packed[at : at + length] for at in range(0, len(packed), length)]
