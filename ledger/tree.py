"""The RFC 6962 hash tree over 32-byte leaf hashes: roots, proofs, and the checks of proofs.

docs/formats.md, section 7, is the specification. Positions start at 1, indices here at 0.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import pairwise

__all__ = [
    "EMPTY_ROOT",
    "CompactRange",
    "Subtree",
    "consistency_path",
    "consistency_proof",
    "inclusion_path",
    "inclusion_proof",
    "node_hash",
    "root",
    "root_from_set",
    "set_proof",
    "split",
    "subtrees_of",
    "verify_consistency",
    "verify_inclusion",
]

EMPTY_ROOT = sha256(b"").digest()

# Gives the root of the leaves from the first index up to, without, the last.
Subtree = Callable[[int, int], bytes]


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into the node above them."""
    return sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Hash all leaves into the root; no leaves give the hash of nothing, one leaf is its own root."""
    level = list(leaves)
    if not level:
        return EMPTY_ROOT
    while len(level) > 1:
        above = [node_hash(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
        if len(level) % 2:
            above.append(level[-1])  # a node without a sibling stands unchanged one level up
        level = above
    return level[0]


def subtrees_of(leaves: Sequence[bytes]) -> Subtree:
    """Give the subtrees of leaves that are all at hand."""
    return lambda first, last: root(leaves[first:last])


def inclusion_proof(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Give the audit path of one leaf, from the leaf's sibling up (RFC 6962, 2.1.1)."""
    return inclusion_path(index, len(leaves), subtrees_of(leaves))


def inclusion_path(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """Give the audit path of one leaf of a tree whose subtrees are asked for as they are needed."""
    if not 0 <= index < size:
        raise ValueError("index must be that of a leaf")
    first, last, path = 0, size, []
    while last - first > 1:
        middle = first + split(last - first)
        if index < middle:
            path.append(subtree(middle, last))
            last = middle
        else:
            path.append(subtree(first, middle))
            first = middle
    return path[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected_root: bytes) -> bool:
    """Tell whether the proof shows this leaf at this index of the tree of this size and root."""
    if not 0 <= index < size:
        return False
    node, last = index, size - 1
    computed = leaf
    for sibling in proof:
        if last == 0:
            return False
        if node % 2 or node == last:
            computed = node_hash(sibling, computed)
            while node % 2 == 0 and node:
                node, last = node >> 1, last >> 1
        else:
            computed = node_hash(computed, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and computed == expected_root


def consistency_proof(old_size: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Prove that the first `old_size` leaves begin the tree of all (RFC 6962, 2.1.2); empty when the sizes agree."""
    return consistency_path(old_size, len(leaves), subtrees_of(leaves))


def consistency_path(old_size: int, size: int, subtree: Subtree) -> list[bytes]:
    """Prove the same of a tree whose subtrees are asked for as they are needed."""
    if not 0 < old_size <= size:
        raise ValueError("old size must be from 1 to the number of leaves")
    first, last, path = 0, size, []
    whole = True  # the part of the old tree in view is the old tree itself, whose root the checker knows
    while old_size < last:
        middle = first + split(last - first)
        if old_size <= middle:
            path.append(subtree(middle, last))
            last = middle
        else:
            path.append(subtree(first, middle))
            first = middle
            whole = False
    if not whole:
        path.append(subtree(first, last))
    return path[::-1]


def verify_consistency(old_size: int, old_root: bytes, size: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether the proof shows that the tree of `old_size` is the beginning of the tree of `size`."""
    if not 0 < old_size <= size:
        return False
    if old_size == size:
        return not proof and old_root == new_root
    path = list(proof)
    node, last = old_size - 1, size - 1
    while node % 2:
        node, last = node >> 1, last >> 1
    if node == 0:
        path.insert(0, old_root)  # the old tree is a complete subtree, so the proof leaves it out
    if not path:
        return False
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node % 2 or node == last:
            old = node_hash(sibling, old)
            new = node_hash(sibling, new)
            while node % 2 == 0 and node:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root


def set_proof(indices: Sequence[int], size: int, subtree: Subtree) -> list[bytes]:
    """Prove many leaves at once: the roots of the largest subtrees that hold none of them, from left to right.

    `indices` rise strictly.
    """
    _check_indices(indices, size)
    proof: list[bytes] = []

    def visit(first: int, last: int, low: int, high: int) -> None:
        if low == high:
            proof.append(subtree(first, last))
        elif last - first > 1:
            middle = first + split(last - first)
            cut = bisect_left(indices, middle, low, high)
            visit(first, middle, low, cut)
            visit(middle, last, cut, high)

    visit(0, size, 0, len(indices))
    return proof


def root_from_set(leaves: Mapping[int, bytes], size: int, proof: Sequence[bytes]) -> bytes | None:
    """Compute the root that leaves, by index, and a `set_proof` lead to; None when the proof does not fit them."""
    indices = sorted(leaves)
    if not indices or indices[0] < 0 or indices[-1] >= size:
        return None
    remaining: Iterator[bytes] = iter(proof)

    def visit(first: int, last: int, low: int, high: int) -> bytes:
        if low == high:
            return next(remaining)
        if last - first == 1:
            return leaves[first]
        middle = first + split(last - first)
        cut = bisect_left(indices, middle, low, high)
        left = visit(first, middle, low, cut)
        return node_hash(left, visit(middle, last, cut, high))

    try:
        computed = visit(0, size, 0, len(indices))
    except StopIteration:
        return None
    return computed if next(remaining, None) is None else None


class CompactRange:
    """The right edge of a growing tree: it takes leaves one by one and gives the root at any time."""

    def __init__(self, size: int = 0, edge: Sequence[bytes] = ()) -> None:
        """Begin with nothing, or go on from the `edge` of a tree of this size; one that does not fit is refused."""
        if size < 0 or len(edge) != size.bit_count():
            raise ValueError("edge must have one root for each complete subtree")
        self.size = size
        self._edge = list(edge)  # roots of complete subtrees, the largest first

    @property
    def edge(self) -> tuple[bytes, ...]:
        """The roots of the complete subtrees, the largest first."""
        return tuple(self._edge)

    def append(self, leaf: bytes) -> None:
        """Add the next leaf hash."""
        node, rest = leaf, self.size
        while rest % 2:
            node = node_hash(self._edge.pop(), node)
            rest >>= 1
        self._edge.append(node)
        self.size += 1

    def root(self) -> bytes:
        """Give the root over all leaves so far."""
        if not self._edge:
            return EMPTY_ROOT
        computed = self._edge[-1]
        for complete in self._edge[-2::-1]:
            computed = node_hash(complete, computed)
        return computed


def split(size: int) -> int:
    """Give the largest power of two smaller than a size of at least 2: how many leaves lie left of the root."""
    return int(1 << ((size - 1).bit_length() - 1))


def _check_indices(indices: Sequence[int], size: int) -> None:
    if not indices or indices[0] < 0 or indices[-1] >= size:
        raise ValueError("indices must be those of leaves, at least one")
    if any(one >= next_one for one, next_one in pairwise(indices)):
        raise ValueError("indices must rise strictly")
