"""Heads: the last event of every stream, in one order and under one root."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

import pytest

from ledger import tree
from ledger.heads import Head, Heads, head_leaf

STREAMS = [UUID(int=number << 64) for number in (3, 1, 2)]
HEADS = [Head(stream, version, bytes([version]) * 32) for version, stream in enumerate(STREAMS, 1)]


def test_a_head_is_hashed_from_stream_version_and_leaf() -> None:
    stream = UUID("00112233-4455-6677-8899-aabbccddeeff")
    written = b"\x00" + bytes.fromhex("00112233445566778899aabbccddeeff") + b"\x00\x00\x01\x02" + b"\x07" * 32

    assert head_leaf(stream, 258, b"\x07" * 32) == sha256(written).digest()


def test_heads_stand_in_the_order_of_their_stream_ids_whatever_order_they_come_in() -> None:
    ordered = [head_leaf(head.stream, head.version, head.leaf) for head in (HEADS[1], HEADS[2], HEADS[0])]

    assert Heads.of(HEADS).root() == Heads.of(HEADS[::-1]).root() == tree.root(ordered)
    assert len(Heads.of(HEADS)) == 3


@pytest.mark.parametrize("head", HEADS, ids=["third", "first", "second"])
def test_a_head_is_proven_by_its_index_and_path(head: Head) -> None:
    heads = Heads.of(HEADS)
    index, proof = heads.proof(head.stream)
    leaf = head_leaf(head.stream, head.version, head.leaf)

    assert index == sorted(STREAMS).index(head.stream)
    assert tree.verify_inclusion(leaf, index, 3, proof, heads.root())
    older = head_leaf(head.stream, head.version + 1, head.leaf)
    assert not tree.verify_inclusion(older, index, 3, proof, heads.root())


def test_a_stream_has_one_head() -> None:
    with pytest.raises(ValueError, match=r"^heads must name each stream once, in the order of their ids$"):
        Heads.of([*HEADS, HEADS[0]])


def test_a_stream_that_is_not_there_has_no_proof() -> None:
    with pytest.raises(KeyError):
        Heads.of(HEADS).proof(UUID(int=7))
