"""The answers that everybody's trees give: the reference vectors of Certificate Transparency for RFC 6962.

Eight entries, the root of every size, and the proofs by which its implementations are compared; asked of the tree in
memory, of the tree as it is stored, of the checks that a verifier makes, and of a second program.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from ledger import tree
from ledger.database import Database
from ledger.stored_tree import StoredTree, keep_tiles
from tests.ledger.test_stored_tree import record
from tests.ledger.test_vectors import second_program
from tests.support.ledgers import open_ledger
from tests.support.postgres import DatabaseUrls

_ENTRIES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
LEAVES = [sha256(b"\x00" + bytes.fromhex(one)).digest() for one in _ENTRIES]
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
_OF_1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
_OF_2_TO_3 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
_OF_4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
_OF_4_TO_5 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
_OF_6 = "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f"
_OF_6_TO_7 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
_OF_4_TO_7 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
# (index, size): the audit path.
INCLUSION = {
    (0, 1): (),
    (0, 8): (_OF_1, _OF_2_TO_3, _OF_4_TO_7),
    (5, 8): (_OF_4, _OF_6_TO_7, ROOTS[4]),
    (2, 3): (ROOTS[2],),
    (1, 5): (ROOTS[1], _OF_2_TO_3, _OF_4),
}
# (old size, size): the proof.
CONSISTENCY = {
    (1, 1): (),
    (1, 8): (_OF_1, _OF_2_TO_3, _OF_4_TO_7),
    (6, 8): (_OF_4_TO_5, _OF_6_TO_7, ROOTS[4]),
    (2, 5): (_OF_2_TO_3, _OF_4),
    (6, 7): (_OF_4_TO_5, _OF_6, ROOTS[4]),
}


@pytest.fixture(scope="module")
def stored(database: Database, database_urls: DatabaseUrls) -> Iterator[StoredTree]:
    """A ledger of eight events whose leaves are those of the vectors."""
    trust = open_ledger(database, uuid4())
    record(trust, len(LEAVES))
    with psycopg.connect(database_urls.admin_main) as admin:
        admin.execute("SET session_replication_role = replica")
        for at, leaf in enumerate(LEAVES):
            admin.execute(
                "UPDATE event SET leaf = %s WHERE trust_id = %s AND position = %s", (leaf, trust.trust_id, at + 1)
            )
    with trust.transaction() as found:
        keep_tiles(found, trust.trust_id, len(LEAVES))
        yield StoredTree(found, trust.trust_id, len(LEAVES))


def hexed(proof: list[bytes]) -> tuple[str, ...]:
    return tuple(one.hex() for one in proof)


def unhexed(proof: tuple[str, ...]) -> list[bytes]:
    return [bytes.fromhex(one) for one in proof]


def test_the_roots_of_every_size_are_those_of_certificate_transparency() -> None:
    growing = tree.CompactRange()
    grown = [growing.root().hex()]
    for leaf in LEAVES:
        growing.append(leaf)
        grown.append(growing.root().hex())

    assert tuple(tree.root(LEAVES[:size]).hex() for size in range(9)) == tuple(grown) == ROOTS


def test_the_proofs_are_those_of_certificate_transparency_and_the_checks_take_them() -> None:
    for (index, size), path in INCLUSION.items():
        assert hexed(tree.inclusion_proof(index, LEAVES[:size])) == path
        assert tree.verify_inclusion(LEAVES[index], index, size, unhexed(path), bytes.fromhex(ROOTS[size]))
    for (old, size), proof in CONSISTENCY.items():
        assert hexed(tree.consistency_proof(old, LEAVES[:size])) == proof
        roots = (bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[size]))
        assert tree.verify_consistency(old, roots[0], size, roots[1], unhexed(proof))


def test_the_tree_as_it_is_stored_gives_the_same(stored: StoredTree) -> None:
    assert tuple(stored.root(size).hex() for size in range(9)) == ROOTS
    for (index, size), path in INCLUSION.items():
        assert hexed(stored.inclusion(index + 1, size)) == path
    for (old, size), proof in CONSISTENCY.items():
        assert hexed(stored.consistency(old, size)) == proof


def test_a_second_program_gives_the_same(tmp_path: Path) -> None:
    vectors = [
        {
            "kind": "tree",
            "name": f"the first {size}",
            "leaves": hexed(LEAVES[:size]),
            "root": ROOTS[size],
            "inclusion": ["".join(hexed(tree.inclusion_proof(index, LEAVES[:size]))) for index in range(size)],
            "consistency": ["".join(hexed(tree.consistency_proof(old, LEAVES[:size]))) for old in range(1, size + 1)],
            "sets": [],
        }
        for size in range(1, 9)
    ]

    code, said, errors = second_program(vectors, tmp_path)

    assert (code, json.loads(said), errors) == (0, {"tree": 8}, "")
