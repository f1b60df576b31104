"""Checkpoints and proofs for those who verify: they tell of nothing that they prove."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from domain.permissions import Task
from domain.refusals import RefusalCode, Refused
from ledger.reading import head
from ledger.stored_tree import TILE_HASHES, StoredTree
from services.checkpoints import LedgerEmptyError, SignedCheckpoint, latest_checkpoint, make_checkpoint, note_of_size
from services.command_refusals import NotAllowed
from services.scope import Caller
from services.store import TrustLedger

__all__ = [
    "ConsistencyProof",
    "InclusionProof",
    "NotInLedger",
    "checkpoint_of_size",
    "consistency_proof",
    "fresh_checkpoint",
    "hash_tile",
    "inclusion_proof",
    "latest_note",
]


class NotInLedger(Refused):
    """The ledger has no such position or size."""

    code = RefusalCode.NOT_FOUND


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """That an event, by its leaf, stands at a position of the ledger of a size and root (RFC 6962, 2.1.1)."""

    position: int
    size: int
    leaf: bytes
    root: bytes
    hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class ConsistencyProof:
    """That the ledger of one size and root begins the ledger of another (RFC 6962, 2.1.2)."""

    from_size: int
    from_root: bytes
    to_size: int
    to_root: bytes
    hashes: tuple[bytes, ...]


def latest_note(ledger: TrustLedger, caller: Caller) -> str:
    """The note of the largest checkpoint that was made; the first is made when it is asked for."""
    _require(caller)
    return latest_checkpoint(ledger) or fresh_checkpoint(ledger, caller).note


def checkpoint_of_size(ledger: TrustLedger, caller: Caller, size: int) -> str:
    """The note of any size that the ledger has had. Raises NotInLedger."""
    with _proving(ledger, caller) as connection:
        return note_of_size(ledger, _tree(connection, ledger, size, "size"), connection, size)


def fresh_checkpoint(ledger: TrustLedger, caller: Caller) -> SignedCheckpoint:
    """A checkpoint of the ledger as it stands, made now unless there is one. Raises as `make_checkpoint` does."""
    _require(caller)
    try:
        return make_checkpoint(ledger)
    except LedgerEmptyError:
        raise NotInLedger from None


def inclusion_proof(ledger: TrustLedger, caller: Caller, position: int, size: int | None = None) -> InclusionProof:
    """Prove an event in the ledger of a size, as it stands if none is named. Raises NotInLedger."""
    with _proving(ledger, caller) as connection:
        tree = _tree(connection, ledger, size, "size")
        if not 1 <= position <= tree.size:
            raise NotInLedger("position")
        hashes = tuple(tree.inclusion(position))
        return InclusionProof(position, tree.size, tree.leaf(position - 1), tree.root(), hashes)


def consistency_proof(
    ledger: TrustLedger, caller: Caller, from_size: int, to_size: int | None = None
) -> ConsistencyProof:
    """Prove that the ledger of one size begins that of another, as it stands if none is named. Raises NotInLedger."""
    with _proving(ledger, caller) as connection:
        tree = _tree(connection, ledger, to_size, "to")
        if not 1 <= from_size <= tree.size:
            raise NotInLedger("from")
        hashes = tuple(tree.consistency(from_size))
        return ConsistencyProof(from_size, tree.root(from_size), tree.size, tree.root(), hashes)


def hash_tile(ledger: TrustLedger, caller: Caller, level: int, number: int, width: int) -> bytes:
    """Hashes of a level of the tree side by side, `width` of at most 256, as `c2sp.org/tlog-tiles` has them.

    Raises NotInLedger where the ledger has not as many.
    """
    with _proving(ledger, caller) as connection:
        tree = _tree(connection, ledger, None, "tile")
        complete = (tree.size >> 8 * level) - number * TILE_HASHES
        if not 1 <= width <= min(TILE_HASHES, complete):
            raise NotInLedger("tile")
        return b"".join(tree.tile(level, number)[:width])


def _tree(connection: psycopg.Connection[Any], ledger: TrustLedger, size: int | None, field: str) -> StoredTree:
    position, _ = head(connection, ledger.trust_id)
    if not 1 <= (position if size is None else size) <= position:
        raise NotInLedger(field)
    return StoredTree(connection, ledger.trust_id, position if size is None else size)


@contextmanager
def _proving(ledger: TrustLedger, caller: Caller) -> Iterator[psycopg.Connection[Any]]:
    """A connection that sees one moment, for somebody who may see proofs. Raises NotAllowed."""
    _require(caller)
    with ledger.trust.transaction() as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield connection


def _require(caller: Caller) -> None:
    if not caller.decide(Task.SEE_PROOFS).allowed:
        raise NotAllowed
