"""The heads of a ledger: which event is the last of each stream, committed to by one root in every checkpoint.

A case proves by its head that its last event is the last there was. docs/formats.md, section 8, is the specification.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
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

    def __init__(self, streams: Sequence[bytes], leaves: Sequence[bytes]) -> None:
        """Take the ids of the streams (16 bytes each), rising, and their leaves in that order.

        Raises ValueError for a stream that is named twice or stands where it does not belong.
        """
        if len(streams) != len(leaves) or any(one >= after for one, after in pairwise(streams)):
            raise ValueError("heads must name each stream once, in the order of their ids")
        self._streams = streams
        self._leaves = leaves

    @classmethod
    def of(cls, heads: Iterable[Head]) -> Heads:
        """Take the heads in any order; a stream given twice raises ValueError."""
        ordered = sorted(heads, key=lambda head: head.stream.bytes)
        return cls(
            [head.stream.bytes for head in ordered],
            [head_leaf(head.stream, head.version, head.leaf) for head in ordered],
        )

    def __len__(self) -> int:
        return len(self._leaves)

    def root(self) -> bytes:
        """Give the root that a checkpoint commits to."""
        return tree.root(self._leaves)

    def proof(self, stream: UUID) -> tuple[int, list[bytes]]:
        """Give the index of a stream's head and its audit path; KeyError for a stream that is not there."""
        index = bisect_left(self._streams, stream.bytes)
        if self._streams[index : index + 1] != [stream.bytes]:
            raise KeyError(stream)
        return index, tree.inclusion_proof(index, self._leaves)
