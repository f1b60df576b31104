"""The tree as it is stored: roots and proofs from tiles are those of all the leaves, judged by another library."""

from __future__ import annotations

import random
from collections.abc import Iterator
from hashlib import sha256
from uuid import UUID, uuid4

import psycopg
import pytest
from pymerkle import InmemoryTree, verify_consistency

from ledger import tree
from ledger.appending import NewEvent, append
from ledger.database import Database, TrustDatabase
from ledger.heads import Head, Heads
from ledger.stored_tree import LedgerContradiction, StoredTree, heads_at, keep_heads, keep_tiles, kept_heads
from tests.support.ledgers import open_ledger
from tests.support.postgres import DatabaseUrls

# Two complete tiles of level 1 beside one that is not, and no tile of level 2.
SIZE = 700
STREAMS = 40


@pytest.fixture(scope="module")
def recorded(database: Database) -> TrustDatabase:
    """A trust with events of several streams, by turns."""
    trust = open_ledger(database, uuid4())
    record(trust, SIZE)
    return trust


def record(trust: TrustDatabase, count: int, first: int = 0) -> None:
    streams = [UUID(int=number + 1) for number in range(STREAMS)]
    events = [
        NewEvent(streams[at % STREAMS], at // STREAMS + 1, "a.thing.v1", None, uuid4(), 0, b"body %d" % at)
        for at in range(first, first + count)
    ]
    with trust.connection() as connection:
        append(connection, trust.trust_id, events)


def leaves_of(trust: TrustDatabase) -> list[bytes]:
    with trust.connection() as connection:
        rows = connection.execute("SELECT leaf FROM event WHERE trust_id = %s ORDER BY position", (trust.trust_id,))
        return [leaf for (leaf,) in rows]


@pytest.fixture
def stored(recorded: TrustDatabase) -> Iterator[StoredTree]:
    with recorded.transaction() as connection:
        keep_tiles(connection, recorded.trust_id, SIZE)
        yield StoredTree(connection, recorded.trust_id, SIZE)


def test_every_root_and_proof_is_that_of_the_leaves(recorded: TrustDatabase, stored: StoredTree) -> None:
    leaves = leaves_of(recorded)
    chance = random.Random(2)

    assert [stored.root(size) for size in range(SIZE + 1)] == [tree.root(leaves[:size]) for size in range(SIZE + 1)]
    for _ in range(500):
        size = chance.randint(1, SIZE)
        position, old = chance.randint(1, size), chance.randint(1, size)
        assert stored.inclusion(position, size) == tree.inclusion_proof(position - 1, leaves[:size])
        assert stored.consistency(old, size) == tree.consistency_proof(old, leaves[:size])
    for count in (1, 2, 90, SIZE):
        indices = sorted(chance.sample(range(SIZE), count))
        assert stored.set_proof(indices) == tree.set_proof(indices, SIZE, tree.subtrees_of(leaves))
    assert [stored.leaf(index) for index in (0, 255, 256, SIZE - 1)] == [leaves[at] for at in (0, 255, 256, SIZE - 1)]


def test_ten_thousand_random_proofs_are_those_of_another_library(recorded: TrustDatabase, stored: StoredTree) -> None:
    """Its leaves are hashes of bytes; ours are what it is told that the bytes hash to."""
    leaves = leaves_of(recorded)
    oracle = InmemoryTree(algorithm="sha256")
    for at in range(SIZE):
        with recorded.connection() as connection:
            row = connection.execute(
                "SELECT convert_to('caseledger/1 ' || position || ' ' || to_char(recorded_at AT TIME ZONE 'UTC',"
                " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') || E'\\n', 'UTF8') || body FROM event"
                " WHERE trust_id = %s AND position = %s",
                (recorded.trust_id, at + 1),
            ).fetchone()
        assert row is not None
        oracle.append_entry(row[0])
    chance = random.Random(6962)

    for _ in range(10_000):
        size = chance.randint(1, SIZE)
        position, old = chance.randint(1, size), chance.randint(1, size)
        root, leaf = oracle.get_root(size), leaves[position - 1]
        proof = stored.inclusion(position, size)
        path = oracle.prove_inclusion(position, size).path
        assert proof == [node for node in path if node != leaf]
        assert tree.verify_inclusion(leaf, position - 1, size, proof, root)
        consistency = stored.consistency(old, size)
        assert tree.verify_consistency(old, oracle.get_root(old), size, root, consistency)
        # Its own proof has other hashes, for it takes the new leaves apart; to its check our two roots are consistent.
        verify_consistency(stored.root(old), stored.root(size), oracle.prove_consistency(old, size))
        if consistency:
            at = chance.randrange(len(consistency))
            changed = [*consistency[:at], sha256(consistency[at]).digest(), *consistency[at + 1 :]]
            assert not tree.verify_consistency(old, oracle.get_root(old), size, root, changed)


def test_tiles_are_kept_once_each_and_the_same_whenever_they_are_kept(database: Database) -> None:
    at_once, by_and_by = open_ledger(database, uuid4()), open_ledger(database, uuid4())
    record(at_once, 66_000)
    for first in range(0, 66_000, 22_000):
        record(by_and_by, 22_000, first)
        with by_and_by.transaction() as connection:
            keep_tiles(connection, by_and_by.trust_id, first + 22_000)
            keep_tiles(connection, by_and_by.trust_id, first + 22_000)
    for trust in (at_once, by_and_by):
        leaves = leaves_of(trust)
        with trust.transaction() as connection:
            keep_tiles(connection, trust.trust_id, 66_000)
            counts = connection.execute(
                "SELECT level, count(*) FROM ledger_tile WHERE trust_id = %s GROUP BY level ORDER BY level",
                (trust.trust_id,),
            ).fetchall()
            stored = StoredTree(connection, trust.trust_id, 66_000)

            assert counts == [(1, 257), (2, 1)]
            assert stored.root() == tree.root(leaves)
            assert stored.inclusion(65_537) == tree.inclusion_proof(65_536, leaves)
            assert stored.consistency(65_536) == tree.consistency_proof(65_536, leaves)


def test_the_heads_kept_are_those_of_the_events_at_every_size(database: Database) -> None:
    trust = open_ledger(database, uuid4())
    record(trust, 3 * STREAMS)
    before = 0
    for size in (1, 7, STREAMS, STREAMS + 3, 3 * STREAMS):
        with trust.transaction() as connection:
            keep_heads(connection, trust.trust_id, after=before, size=size)
            kept, counted = kept_heads(connection, trust.trust_id), heads_at(connection, trust.trust_id, size)
            rows = connection.execute(
                "SELECT stream_id, version, leaf FROM event WHERE trust_id = %s AND position <= %s ORDER BY position",
                (trust.trust_id, size),
            ).fetchall()
        last = {stream: Head(stream, version, leaf) for stream, version, leaf in rows}
        whole = Heads.of(last.values())
        assert (len(kept), kept.root()) == (len(counted), counted.root()) == (len(whole), whole.root())
        before = size


def test_an_event_that_is_missing_is_named_and_a_hash_that_is_missing_is_computed(
    database: Database, database_urls: DatabaseUrls
) -> None:
    trust = open_ledger(database, uuid4())
    record(trust, SIZE)
    leaves = leaves_of(trust)
    with trust.transaction() as connection:
        assert StoredTree(connection, trust.trust_id, SIZE).root() == tree.root(leaves)
        keep_tiles(connection, trust.trust_id, SIZE)

    planted(database_urls, "DELETE FROM ledger_tile WHERE trust_id = %s AND place = 1", trust)
    with trust.transaction() as connection:
        assert StoredTree(connection, trust.trust_id, SIZE).root() == tree.root(leaves)

    planted(database_urls, "DELETE FROM event WHERE trust_id = %s AND position = 650", trust)
    with (
        trust.transaction() as connection,
        pytest.raises(LedgerContradiction, match="the ledger lacks an event from 513 to 700"),
    ):
        StoredTree(connection, trust.trust_id, SIZE).root()


def planted(urls: DatabaseUrls, fault: str, trust: TrustDatabase) -> None:
    """Do what only a superuser can do, with the triggers switched off."""
    with psycopg.connect(urls.admin_main) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute(fault.encode(), (trust.trust_id,))


def test_sizes_that_the_tree_never_had_are_refused(stored: StoredTree) -> None:
    for wrong in (0, SIZE + 1):
        with pytest.raises(ValueError, match="size must be one that the tree has had"):
            stored.inclusion(1, wrong)
    with pytest.raises(ValueError, match="index must be that of a leaf"):
        stored.inclusion(SIZE + 1)
