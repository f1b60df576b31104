"""The check of a whole ledger by whoever holds it: all that is stored, against every checkpoint that is known.

A bundle lets others check one case. This goes through all events, their sealed texts and keys, and computes again what
is kept beside them; it is for the operator, and for an auditor who sits beside one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from domain.ledger_register import LedgerRegister
from ledger import tree
from ledger.canonical import CanonicalError
from ledger.checkpoint import Checkpoint, CheckpointError
from ledger.entry import Body, EntryError, body_link, decode_body, leaf_hash
from ledger.heads import Head, Heads
from ledger.meanings import destroyed_key, erased_part
from ledger.reading import StoredRow, head, read_range
from ledger.sealing import SealingError, associated_data, commitment, open_blob
from ledger.stored_tree import TILE_HASHES, kept_heads
from services.checkpoint_signers import ledger_register, verify_own
from services.store import TrustLedger

__all__ = ["LedgerFault", "audit_ledger"]

_PAGE = 2_000


@dataclass(frozen=True, slots=True)
class LedgerFault:
    """The first thing that is wrong with a ledger: where, and what."""

    place: str
    rule: str

    def __str__(self) -> str:
        return f"{self.place}: {self.rule}"


class _Found(Exception):
    def __init__(self, place: str, rule: str) -> None:
        super().__init__(place, rule)
        self.fault = LedgerFault(place, rule)


@dataclass(slots=True)
class _Stream:
    """How far a stream has come."""

    version: int = 0
    link: str = ""
    leaf: bytes = b""


@dataclass(slots=True)
class _Going:
    """What is known on the way through the events."""

    known: Mapping[int, list[tuple[str, Checkpoint]]]
    kept_size: int
    kept_heads: Heads | None = None
    size: int = 0
    recorded_at: datetime | None = None
    growing: tree.CompactRange = field(default_factory=tree.CompactRange)
    streams: dict[UUID, _Stream] = field(default_factory=dict)
    leaves: list[bytes] = field(default_factory=list)
    tiles: dict[tuple[int, int], bytes] = field(default_factory=dict)
    sealed: dict[tuple[UUID, int, str], UUID] = field(default_factory=dict)
    destroyed: set[UUID] = field(default_factory=set)
    erased: set[tuple[UUID, int, str]] = field(default_factory=set)


def audit_ledger(ledger: TrustLedger, kept: Iterable[str] = ()) -> LedgerFault | None:
    """Go through the whole ledger of a trust and return what is wrong first; None where all holds.

    `kept` are notes of checkpoints that were kept outside the database. Raises CheckpointError for one of them that is
    not the trust's, KeysUnavailableError where the keys cannot be had.
    """
    with ledger.trust.transaction() as connection:
        # One moment for all: others go on recording meanwhile.
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.execute("SET LOCAL statement_timeout = 0")
        register = ledger_register(ledger, connection)
        known = [("a checkpoint that was kept", verify_own(ledger, note, register)) for note in kept]
        known += [
            ("the checkpoint known to the keys database", verify_own(ledger, mark.note, register))
            for mark in ledger.keys.marks.all(ledger.trust_id)
        ]
        try:
            known += _stored(connection, ledger, register)
            going = _Going(_to_contain(known, register), _kept_size(connection, ledger))
            _go_through(connection, ledger, going)
            _compare_kept(connection, ledger, going)
            _compare_sealed(connection, ledger, going)
        except _Found as found:
            return found.fault
    return None


def _stored(
    connection: psycopg.Connection[Any], ledger: TrustLedger, register: LedgerRegister | None
) -> list[tuple[str, Checkpoint]]:
    found = []
    for size, note in connection.execute(
        "SELECT size, note FROM checkpoint WHERE trust_id = %s ORDER BY size", (ledger.trust_id,)
    ).fetchall():
        try:
            checkpoint = verify_own(ledger, note, register)
        except CheckpointError:
            raise _Found(f"checkpoint {size}", "is not what the trust signed") from None
        if checkpoint.size != size:
            raise _Found(f"checkpoint {size}", "is of another size than it is filed under")
        found.append(("the checkpoint stored", checkpoint))
    return found


def _to_contain(
    known: Iterable[tuple[str, Checkpoint]], register: LedgerRegister | None
) -> dict[int, list[tuple[str, Checkpoint]]]:
    """The checkpoints that the ledger has to contain: not those that a declared restore lost."""
    epochs = () if register is None else register.epochs
    wanted: dict[int, list[tuple[str, Checkpoint]]] = {}
    for said_by, checkpoint in known:
        if not any(checkpoint.epoch < one.number and checkpoint.size > one.agrees_through for one in epochs):
            wanted.setdefault(checkpoint.size, []).append((said_by, checkpoint))
    return wanted


def _kept_size(connection: psycopg.Connection[Any], ledger: TrustLedger) -> int:
    row = connection.execute("SELECT size FROM ledger_kept WHERE trust_id = %s", (ledger.trust_id,)).fetchone()
    return 0 if row is None else int(row[0])


def _go_through(connection: psycopg.Connection[Any], ledger: TrustLedger, going: _Going) -> None:
    for row in _pages(connection, ledger.trust_id):
        _look_at(row, going, ledger.trust_id)
        for said_by, checkpoint in going.known.get(going.size, ()):
            _compare(said_by, checkpoint, going)
        if going.size == going.kept_size:
            going.kept_heads = _heads(going)
    position, recorded_at = head(connection, ledger.trust_id)
    last = max(going.known, default=0)
    if going.size < last:
        [(said_by, _), *_] = going.known[last]
        raise _Found(f"position {going.size + 1}", f"is missing: {said_by} covers {last} events")
    if (position, recorded_at) != (going.size, going.recorded_at):
        raise _Found("head", f"stands at position {position} where the last event stands at {going.size}")


def _pages(connection: psycopg.Connection[Any], trust_id: UUID) -> Iterator[StoredRow]:
    after = 0
    while page := read_range(connection, trust_id, after + 1, after + _PAGE):
        yield from page
        after = page[-1].position


def _look_at(row: StoredRow, going: _Going, trust_id: UUID) -> None:
    place = f"position {row.position}"
    if row.position != going.size + 1:
        raise _Found(f"position {going.size + 1}", "is missing")
    if going.recorded_at is not None and row.recorded_at <= going.recorded_at:
        raise _Found(place, "is not later than the event before")
    if leaf_hash(row.position, row.recorded_at, row.body) != row.leaf:
        raise _Found(place, "is altered: position, time and body do not have the leaf hash stored")
    try:
        body = decode_body(row.body)
    except (CanonicalError, EntryError):
        raise _Found(place, "has a body that no program of ours writes") from None
    _compare_columns(row, body, trust_id, place)
    stream = going.streams.setdefault(row.stream_id, _Stream())
    if body.version != stream.version + 1 or body.prev != stream.link:
        raise _Found(place, f"does not follow from version {stream.version} of its stream")
    stream.version, stream.link, stream.leaf = body.version, body_link(row.body), row.leaf
    going.size, going.recorded_at = row.position, row.recorded_at
    going.growing.append(row.leaf)
    _keep_tile(row.leaf, going)
    going.sealed |= {(row.stream_id, row.version, entry.part): entry.key for entry in body.sealed}
    key, part = destroyed_key(body), erased_part(body)
    if key is not None:
        going.destroyed.add(key)
    if part is not None:
        going.erased.add((row.stream_id, *part))


def _compare_columns(row: StoredRow, body: Body, trust_id: UUID, place: str) -> None:
    if body.trust != trust_id:
        raise _Found(place, "is of another trust")
    filed = (row.stream_id, row.version, row.type, row.school_urn, row.command_id)
    if filed != (body.stream, body.version, body.type, body.school, body.command):
        raise _Found(place, "is filed under something else than its body says")


def _keep_tile(leaf: bytes, going: _Going) -> None:
    """Compute the hashes of complete subtrees, as they become complete."""
    going.leaves.append(leaf)
    if len(going.leaves) < TILE_HASHES:
        return
    going.tiles[1, going.size // TILE_HASHES - 1] = tree.root(going.leaves)
    going.leaves.clear()
    level, width = 2, TILE_HASHES**2
    while going.size % width == 0:
        place = going.size // width - 1
        below = range(place * TILE_HASHES, (place + 1) * TILE_HASHES)
        going.tiles[level, place] = tree.root([going.tiles[level - 1, one] for one in below])
        level, width = level + 1, width * TILE_HASHES


def _compare(said_by: str, checkpoint: Checkpoint, going: _Going) -> None:
    if (checkpoint.root, checkpoint.recorded_at) != (going.growing.root(), going.recorded_at):
        raise _Found(f"position {going.size} or one before it", f"is not what {said_by} of this size covers")
    heads = _heads(going)
    if (checkpoint.heads_count, checkpoint.heads_root) != (len(heads), heads.root()):
        raise _Found(f"checkpoint {going.size}", "does not name the last event of each stream")


def _heads(going: _Going) -> Heads:
    return Heads.of(Head(stream_id, stream.version, stream.leaf) for stream_id, stream in going.streams.items())


def _compare_kept(connection: psycopg.Connection[Any], ledger: TrustLedger, going: _Going) -> None:
    """What is kept so that signing costs less must be what the events give."""
    for level, place, hash_ in connection.execute(
        "SELECT level, place, hash FROM ledger_tile WHERE trust_id = %s ORDER BY level, place", (ledger.trust_id,)
    ):
        if going.tiles.get((level, place)) != hash_:
            raise _Found(f"hash {place} of level {level}", "is not that of the events beneath it")
    kept, found = kept_heads(connection, ledger.trust_id), going.kept_heads
    if found is not None and (len(kept), kept.root()) != (len(found), found.root()):
        raise _Found("heads", "kept are not the last events of their streams")


def _compare_sealed(connection: psycopg.Connection[Any], ledger: TrustLedger, going: _Going) -> None:
    """Every sealed text must be there and be the one that its event committed to, or be proven erased."""
    with connection.cursor(name="sealed", binary=True) as cursor:
        cursor.itersize = _PAGE
        cursor.execute(
            "SELECT p.stream_id, p.version, p.part, p.key_id, p.blob, e.command_id, e.ordinal, e.body, e.position"
            " FROM sealed_part p LEFT JOIN event e ON e.trust_id = p.trust_id AND e.stream_id = p.stream_id"
            " AND e.version = p.version WHERE p.trust_id = %s ORDER BY p.stream_id, p.version, p.part",
            (ledger.trust_id,),
        )
        remaining = dict(going.sealed)
        while rows := cursor.fetchmany(_PAGE):
            keys = ledger.keys.open(ledger.trust_id, {row[3] for row in rows})
            for stream_id, version, part, key_id, blob, command_id, ordinal, body, position in rows:
                place = f"part {part} of position {position}"
                if remaining.pop((stream_id, version, part), None) != key_id:
                    raise _Found(place, "is named by no event, or with another key")
                key = keys[key_id]
                if key is None:
                    if key_id not in going.destroyed:
                        raise _Found(place, f"cannot be opened: no event records that key {key_id} was destroyed")
                    continue
                if (stream_id, version, part) in going.erased:
                    continue
                if blob is None:
                    raise _Found(place, "is gone, and no event records that it was erased")
                aad = associated_data(ledger.trust_id, stream_id, command_id, ordinal, part, key_id)
                try:
                    text, salt = open_blob(blob, key.secret, aad)
                except SealingError:
                    raise _Found(place, "does not open: it was altered, or stands in another's place") from None
                committed = {entry.part: entry.commitment for entry in decode_body(body).sealed}
                if commitment(salt, aad, text) != committed[part]:
                    raise _Found(place, "is not the text that its event committed to")
    if remaining:
        (stream_id, version, part), *_ = sorted(remaining)
        raise _Found(f"part {part} of version {version} of stream {stream_id}", "is missing")
