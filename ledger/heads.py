"""The heads of a ledger: which event is the last of each stream, committed to by one root in every checkpoint.

A case proves by its head that its last event is the last there was. docs/formats.md, section 8, is the specification.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from ledger import tree

__all__ = ["Head", "Heads", "head_leaf"]


@dataclass(frozen=True, slots=True)
class Head:
    """The last event of one stream: its version and its leaf hash (32 bytes)."""

    stream: UUID
    version: int
    leaf: bytes


def head_leaf(stream: UUID, version: int, leaf: bytes) -> bytes:
    """Hash the head of a stream into its leaf (32 bytes) of the tree of heads."""
    return sha256(b"\x00" + stream.bytes + version.to_bytes(4, "big") + leaf).digest()


class Heads:
    """All heads of a ledger at one size, in the order of their stream ids' bytes."""

    def __init__(self, heads: Iterable[Head]) -> None:
        """Take the heads in any order; a stream given twice raises ValueError."""
        ordered = sorted(heads, key=lambda head: head.stream.bytes)
        self._indices = {head.stream: index for index, head in enumerate(ordered)}
        if len(self._indices) != len(ordered):
            raise ValueError("heads must name each stream once")
        self._leaves = [head_leaf(head.stream, head.version, head.leaf) for head in ordered]

    def __len__(self) -> int:
        return len(self._leaves)

    def root(self) -> bytes:
        """Give the root that a checkpoint commits to."""
        return tree.root(self._leaves)

    def proof(self, stream: UUID) -> tuple[int, list[bytes]]:
        """Give the index of a stream's head and its audit path; KeyError for a stream that is not there."""
        index = self._indices[stream]
        return index, tree.inclusion_proof(index, self._leaves)
