"""Proofs of a ledger as RFC 6962 defines them, section 2.1, from all its leaves and by nothing of the program."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from tests.plan.oracle.story import Story

# Who may hand a case to others, and who administers.
SEE_PROOFS = frozenset(
    {
        *("trust-lead", "alternate", "headteacher", "chair", "dsl", "clerk", "hr", "dpo", "auditor", "examiner"),
        *("admin", "system"),
    }
)


def inclusion(story: Story, role: str, position: int | None, size: int | None) -> dict[str, Any] | None:
    """What `Ledger.proof` is for a role."""
    leaves = _leaves(story, size)
    at = len(leaves) if position is None else position
    if role not in SEE_PROOFS or not 1 <= at <= len(leaves):
        return None
    return {
        "position": at,
        "size": len(leaves),
        "leafHash": leaves[at - 1].hex(),
        "root": _tree_hash(leaves).hex(),
        "hashes": [one.hex() for one in _path(at - 1, leaves)],
    }


def consistency(story: Story, role: str, from_: int | None, to: int | None) -> dict[str, Any] | None:
    """What `Ledger.consistency` is for a role."""
    leaves = _leaves(story, to)
    smaller = 1 if from_ is None else from_
    if role not in SEE_PROOFS or not 1 <= smaller <= len(leaves):
        return None
    proof = [] if smaller == len(leaves) else _subproof(smaller, leaves, complete=True)
    return {
        "from": smaller,
        "fromRoot": _tree_hash(leaves[:smaller]).hex(),
        "to": len(leaves),
        "toRoot": _tree_hash(leaves).hex(),
        "hashes": [one.hex() for one in proof],
    }


def _leaves(story: Story, size: int | None) -> list[bytes]:
    leaves = [bytes.fromhex(event.leaf) for event in story.events]
    return leaves if size is None else leaves[:size] if 0 < size <= len(leaves) else []


def _split(count: int) -> int:
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def _tree_hash(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    middle = _split(len(leaves))
    return sha256(b"\x01" + _tree_hash(leaves[:middle]) + _tree_hash(leaves[middle:])).digest()


def _path(index: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    middle = _split(len(leaves))
    if index < middle:
        return [*_path(index, leaves[:middle]), _tree_hash(leaves[middle:])]
    return [*_path(index - middle, leaves[middle:]), _tree_hash(leaves[:middle])]


def _subproof(smaller: int, leaves: list[bytes], *, complete: bool) -> list[bytes]:
    if smaller == len(leaves):
        return [] if complete else [_tree_hash(leaves)]
    middle = _split(len(leaves))
    if smaller <= middle:
        return [*_subproof(smaller, leaves[:middle], complete=complete), _tree_hash(leaves[middle:])]
    return [*_subproof(smaller - middle, leaves[middle:], complete=False), _tree_hash(leaves[:middle])]
