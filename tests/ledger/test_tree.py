"""The hash tree: RFC 6962's roots and proofs, with another library and plain mutation as judges."""

from __future__ import annotations

import random
from hashlib import sha256

import pytest
from pymerkle import InmemoryTree

from ledger import tree

_oracle = InmemoryTree(algorithm="sha256")
for _number in range(70):
    _oracle.append_entry(b"entry %d" % _number)

LEAVES = [sha256(b"\x00entry %d" % number).digest() for number in range(70)]
ROOTS = [tree.root(LEAVES[:size]) for size in range(71)]
OTHER = sha256(b"other").digest()


def test_an_empty_tree_has_the_hash_of_nothing_and_one_leaf_is_its_own_root() -> None:
    assert ROOTS[0].hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert ROOTS[1] == LEAVES[0]
    assert ROOTS[3] == tree.node_hash(tree.node_hash(LEAVES[0], LEAVES[1]), LEAVES[2])
    assert tree.node_hash(b"a", b"b") == sha256(b"\x01ab").digest()


@pytest.mark.parametrize("size", range(1, 71))
def test_roots_and_audit_paths_are_those_of_pymerkle(size: int) -> None:
    assert ROOTS[size] == _oracle.get_root(size)
    for index in range(size):
        path = _oracle.prove_inclusion(index + 1, size).path
        assert tree.inclusion_proof(index, LEAVES[:size]) == [node for node in path if node != LEAVES[index]]


def test_a_growing_tree_has_at_each_size_the_root_of_the_whole() -> None:
    growing = tree.CompactRange()
    roots = [growing.root()]
    for leaf in LEAVES:
        growing.append(leaf)
        roots.append(growing.root())

    assert roots == ROOTS
    assert growing.size == 70


@pytest.mark.parametrize("size", range(1, 34))
def test_an_audit_path_holds_for_its_leaf_place_size_and_root_alone(size: int) -> None:
    for index in range(size):
        proof = tree.inclusion_proof(index, LEAVES[:size])
        root = ROOTS[size]

        assert tree.verify_inclusion(LEAVES[index], index, size, proof, root)
        assert not tree.verify_inclusion(OTHER, index, size, proof, root)
        assert not tree.verify_inclusion(LEAVES[index], index, size, proof, OTHER)
        assert not tree.verify_inclusion(LEAVES[index], index, size, [*proof, OTHER], root)
        assert not tree.verify_inclusion(LEAVES[index], index, size, [OTHER, *proof], root)
        assert not tree.verify_inclusion(LEAVES[index], index, size, [*proof, root], root)
        if proof:
            assert not tree.verify_inclusion(LEAVES[index], index, size, proof[:-1], root)
            assert not tree.verify_inclusion(LEAVES[index], index, size, proof[1:], root)
        for at in range(len(proof)):
            assert not tree.verify_inclusion(LEAVES[index], index, size, [*proof[:at], OTHER, *proof[at + 1 :]], root)
        for elsewhere in {-1, index - 1, index + 1, index ^ 2, size} - {index}:
            assert not tree.verify_inclusion(LEAVES[index], elsewhere, size, proof, root)


@pytest.mark.parametrize("size", range(1, 34))
def test_a_consistency_proof_holds_for_its_two_trees_alone(size: int) -> None:
    for old_size in range(1, size + 1):
        proof = tree.consistency_proof(old_size, LEAVES[:size])
        old_root, root = ROOTS[old_size], ROOTS[size]

        assert tree.verify_consistency(old_size, old_root, size, root, proof)
        assert not tree.verify_consistency(old_size, OTHER, size, root, proof)
        assert not tree.verify_consistency(old_size, old_root, size, OTHER, proof)
        assert not tree.verify_consistency(old_size, old_root, size, root, [*proof, OTHER])
        assert not tree.verify_consistency(old_size, old_root, size, root, [OTHER, *proof])
        for at in range(len(proof)):
            changed = [*proof[:at], OTHER, *proof[at + 1 :]]
            assert not tree.verify_consistency(old_size, old_root, size, root, changed)
        if old_size < size:
            assert not tree.verify_consistency(old_size, root, size, old_root, proof)
            assert not tree.verify_consistency(old_size, old_root, size, root, proof[:-1])
            assert not tree.verify_consistency(size, old_root, old_size, root, proof)
            assert not tree.verify_consistency(old_size - 1, old_root, size, root, proof)


def test_consistency_with_an_empty_tree_says_nothing_and_is_refused() -> None:
    assert not tree.verify_consistency(0, ROOTS[0], 0, ROOTS[0], [])
    assert not tree.verify_consistency(0, ROOTS[0], 5, ROOTS[5], [])
    assert not tree.verify_inclusion(LEAVES[0], 0, 0, [], ROOTS[0])


def test_a_proof_of_many_leaves_leads_to_the_root_and_bears_no_change() -> None:
    chance = random.Random(6962)
    for size in range(1, 71):
        for _ in range(6):
            indices = sorted(chance.sample(range(size), chance.randint(1, size)))
            leaves = {index: LEAVES[index] for index in indices}
            proof = tree.set_proof(indices, size, lambda first, last: tree.root(LEAVES[first:last]))

            assert tree.root_from_set(leaves, size, proof) == ROOTS[size]
            changed = {**leaves, chance.choice(indices): OTHER}
            assert tree.root_from_set(changed, size, proof) != ROOTS[size]
            assert tree.root_from_set(leaves, size, [*proof, OTHER]) is None
            assert tree.root_from_set({**leaves, size: OTHER}, size, proof) is None
            if proof:
                at = chance.randrange(len(proof))
                assert tree.root_from_set(leaves, size, proof[:-1]) is None
                assert tree.root_from_set(leaves, size, [*proof[:at], OTHER, *proof[at + 1 :]]) != ROOTS[size]


def test_a_proof_of_one_leaf_among_many_holds_its_audit_path_from_left_to_right() -> None:
    for index in range(13):
        proof = tree.set_proof([index], 13, lambda first, last: tree.root(LEAVES[first:last]))

        assert sorted(proof) == sorted(tree.inclusion_proof(index, LEAVES[:13]))


def test_places_that_are_none_are_refused() -> None:
    def never(first: int, last: int) -> bytes:
        raise AssertionError

    for indices in ([], [-1], [5], [1, 1], [2, 1]):
        with pytest.raises(ValueError, match=r"^indices must"):
            tree.set_proof(indices, 5, never)
    for index in (-1, 5):
        with pytest.raises(ValueError, match=r"^index must be that of a leaf$"):
            tree.inclusion_proof(index, LEAVES[:5])
    for old_size in (0, 6):
        with pytest.raises(ValueError, match=r"^old size must be from 1"):
            tree.consistency_proof(old_size, LEAVES[:5])
    assert tree.root_from_set({}, 5, []) is None
    assert tree.root_from_set({-1: OTHER}, 5, []) is None
