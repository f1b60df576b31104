"""Checkpoints: signed notes that each fix the whole ledger of a trust at one size, and what is proven by them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from domain.ledger_register import FIRST, LedgerRegister
from ledger import checkpoint as notes
from ledger.checkpoint import CheckpointError, CheckpointSigner, VerifierKey, origin, sign
from ledger.heads import Heads
from ledger.key_store import KeyDestroyedError
from ledger.marks import Mark
from ledger.reading import head, read_range
from ledger.stored_tree import LedgerContradiction, StoredTree, heads_at, keep_heads, keep_tiles, kept_heads
from services.checkpoint_signers import ledger_register, private_key, signer_of, verify_own
from services.store import TrustLedger

__all__ = [
    "LedgerAt",
    "LedgerEmptyError",
    "LedgerPutBack",
    "SignedCheckpoint",
    "at_checkpoint",
    "consistency_sizes",
    "contains",
    "handovers",
    "latest_checkpoint",
    "make_checkpoint",
    "note_of_size",
    "put_back",
    "require_not_put_back",
]

# Earlier sizes that a bundle is proved to continue: the newest of those kept, and older ones further and further apart.
_NEWEST = 16


class LedgerEmptyError(RuntimeError):
    """Nothing has been recorded yet, so there is nothing to fix."""


class LedgerPutBack(LedgerContradiction):
    """The ledger does not contain what it was known to contain: it was put back, and that has not been declared."""


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A signed note, the key that verifies it, and the size and the time of what it fixes."""

    note: str
    verifier_key: VerifierKey
    size: int
    recorded_at: datetime

    @property
    def root(self) -> bytes:
        """The root of the tree over all that it fixes (32 bytes)."""
        return notes.parse(self.note)[0].root


@dataclass(frozen=True, slots=True)
class LedgerAt:
    """A ledger at its last checkpoint; it is asked through `connection`, which sees that one moment."""

    trust_id: UUID
    checkpoint: SignedCheckpoint
    tree: StoredTree
    heads: Heads
    register: LedgerRegister | None
    connection: psycopg.Connection[Any]

    @property
    def size(self) -> int:
        """How many events it has."""
        return self.checkpoint.size


def make_checkpoint(ledger: TrustLedger) -> SignedCheckpoint:
    """Sign the ledger as it stands and keep the note; where it stands as at the last one, that one is given.

    Raises LedgerEmptyError before the first event, LedgerPutBack where the ledger lacks what was signed before, and
    LedgerContradiction where what is stored contradicts the last checkpoint: nothing is signed then.
    """
    with ledger.trust.transaction() as connection:
        kept = _lock(connection, ledger)
        size, recorded_at = head(connection, ledger.trust_id)
        if size < kept:
            raise LedgerContradiction(f"the ledger ends at position {size}, before its checkpoint of size {kept}")
        if recorded_at is None:
            raise LedgerEmptyError("nothing has been recorded yet")
        register = ledger_register(ledger, connection, up_to=size)
        signer = signer_of(ledger, register)
        note = _note(connection, ledger, size)
        tree = StoredTree(connection, ledger.trust_id, size)
        require_not_put_back(ledger, tree, register)
        if note is None or size != kept:
            _require_continued(connection, ledger, kept, register)
            keep_tiles(connection, ledger.trust_id, size)
            keep_heads(connection, ledger.trust_id, after=kept, size=size)
            heads = kept_heads(connection, ledger.trust_id)
            _hand_over(connection, ledger, tree, heads, recorded_at, register)
            note = note or _figures(ledger, register, tree, size, heads, recorded_at, signer)
            connection.execute(
                "INSERT INTO checkpoint (trust_id, size, note) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                (ledger.trust_id, size, note),
            )
            connection.execute("UPDATE ledger_kept SET size = %s WHERE trust_id = %s", (size, ledger.trust_id))
    epoch = FIRST if register is None else register.epoch
    ledger.keys.marks.put(ledger.trust_id, Mark(epoch, size, note, signer.verifier_key.public))
    return SignedCheckpoint(note, signer.verifier_key, size, recorded_at)


@contextmanager
def at_checkpoint(ledger: TrustLedger) -> Iterator[LedgerAt]:
    """The ledger at a checkpoint that is made for it, read at one moment; raises as `make_checkpoint` does."""
    make_checkpoint(ledger)
    with ledger.trust.transaction() as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        # Another one may have been made since: what is kept belongs together.
        row = connection.execute(
            "SELECT k.size, c.note, e.recorded_at FROM ledger_kept k"
            " JOIN checkpoint c ON c.trust_id = k.trust_id AND c.size = k.size"
            " JOIN event e ON e.trust_id = k.trust_id AND e.position = k.size WHERE k.trust_id = %s",
            (ledger.trust_id,),
        ).fetchone()
        if row is None:
            raise LedgerContradiction("the last checkpoint is not of the ledger that is stored")
        size, note, recorded_at = row
        register = ledger_register(ledger, connection, up_to=size)
        key = signer_of(ledger, register).verifier_key
        tree, heads = StoredTree(connection, ledger.trust_id, size), kept_heads(connection, ledger.trust_id)
        _require_same(note, key, tree, heads)
        checkpoint = SignedCheckpoint(note, key, size, recorded_at)
        yield LedgerAt(ledger.trust_id, checkpoint, tree, heads, register, connection)


def note_of_size(ledger: TrustLedger, tree: StoredTree, connection: psycopg.Connection[Any], size: int) -> str:
    """The note of any size that a ledger has had: the one that was kept, or one that says the same, signed now.

    A ledger has one text for each size, so that signing a former one says nothing new.
    """
    kept = _note(connection, ledger, size)
    if kept is not None:
        return kept
    register = ledger_register(ledger, connection)
    [row] = read_range(connection, ledger.trust_id, size, size)
    return _figures(ledger, register, tree, size, heads_at(connection, ledger.trust_id, size), row.recorded_at)


def latest_checkpoint(ledger: TrustLedger) -> str | None:
    """The note of the largest checkpoint kept, if any was made."""
    with ledger.trust.connection() as connection:
        row = connection.execute(
            "SELECT note FROM checkpoint WHERE trust_id = %s ORDER BY size DESC LIMIT 1", (ledger.trust_id,)
        ).fetchone()
    return None if row is None else row[0]


def consistency_sizes(at: LedgerAt, wanted: Sequence[int] = ()) -> list[int]:
    """The earlier sizes whose ledger a bundle is proved to continue, rising: those wanted, and some of those kept."""
    rows = at.connection.execute(
        "SELECT size FROM checkpoint WHERE trust_id = %s AND size < %s ORDER BY size DESC",
        (at.trust_id, at.size),
    ).fetchall()
    kept = [size for (size,) in rows]
    chosen = {size for place, size in enumerate(kept) if place < _NEWEST or place & (place - 1) == 0}
    handed = {size for (size,) in _handover_rows(at, "size") if size < at.size}
    return sorted(chosen | handed | {size for size in wanted if 0 < size < at.size})


def handovers(at: LedgerAt) -> list[str]:
    """The notes by which each former key handed over to the next, in order."""
    return [note for (note,) in _handover_rows(at, "note")]


def put_back(ledger: TrustLedger) -> str | None:
    """Say what the ledger lacks of what it was known to contain, where nobody has declared that; None where nothing."""
    with ledger.trust.transaction() as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        size, _ = head(connection, ledger.trust_id)
        register = ledger_register(ledger, connection, up_to=size)
        try:
            require_not_put_back(ledger, StoredTree(connection, ledger.trust_id, size), register)
        except LedgerPutBack as error:
            return str(error)
    return None


def require_not_put_back(ledger: TrustLedger, tree: StoredTree, register: LedgerRegister | None) -> None:
    """Compare the ledger with the newest mark that is kept apart from it. Raises LedgerPutBack."""
    mark = ledger.keys.marks.newest(ledger.trust_id)
    epoch = FIRST if register is None else register.epoch
    if mark is None or mark.epoch < epoch:
        return
    if mark.epoch == epoch and contains(tree, mark.note):
        return
    if mark.size > tree.size or mark.epoch > epoch:
        found = f"the ledger was known to reach position {mark.size} and does not contain what it contained then"
    else:
        found = f"the events up to position {mark.size} are not those that were signed"
    raise LedgerPutBack(
        f"{found}; nothing is signed. If it was put back to an earlier state, `caseledger begin-epoch` declares that"
    )


def contains(tree: StoredTree, note: str) -> bool:
    """Whether a ledger contains what a note is of; the signature is not looked at."""
    checkpoint, _ = notes.parse(note)
    return checkpoint.size <= tree.size and tree.root(checkpoint.size) == checkpoint.root


def _lock(connection: psycopg.Connection[Any], ledger: TrustLedger) -> int:
    """Take the turn of whoever signs next, and say up to which size tiles and heads are kept."""
    connection.execute(
        "INSERT INTO ledger_kept (trust_id, size) VALUES (%s, 0) ON CONFLICT DO NOTHING", (ledger.trust_id,)
    )
    row = connection.execute(
        "SELECT size FROM ledger_kept WHERE trust_id = %s FOR UPDATE", (ledger.trust_id,)
    ).fetchone()
    assert row is not None
    return int(row[0])


def _note(connection: psycopg.Connection[Any], ledger: TrustLedger, size: int) -> str | None:
    row = connection.execute(
        "SELECT note FROM checkpoint WHERE trust_id = %s AND size = %s", (ledger.trust_id, size)
    ).fetchone()
    return None if row is None else str(row[0])


def _require_continued(
    connection: psycopg.Connection[Any], ledger: TrustLedger, kept: int, register: LedgerRegister | None
) -> None:
    """Compute the last checkpoint again from what is kept: whatever was altered beneath it is not signed for."""
    if kept == 0:
        return
    note = _note(connection, ledger, kept)
    if note is None:
        raise LedgerContradiction(f"the checkpoint of size {kept} is missing")
    try:
        signed = verify_own(ledger, note, register)
    except CheckpointError as error:
        raise LedgerContradiction(f"the checkpoint of size {kept} is not what was signed: {error}") from None
    tree, heads = StoredTree(connection, ledger.trust_id, kept), kept_heads(connection, ledger.trust_id)
    _require_figures(signed, tree, heads)


def _require_same(note: str, key: VerifierKey, tree: StoredTree, heads: Heads) -> None:
    try:
        signed = notes.verify(note, key)
    except CheckpointError as error:
        raise LedgerContradiction(f"the checkpoint of size {tree.size} is not what was signed: {error}") from None
    _require_figures(signed, tree, heads)


def _require_figures(signed: notes.Checkpoint, tree: StoredTree, heads: Heads) -> None:
    if (signed.size, signed.root) != (tree.size, tree.root()):
        raise LedgerContradiction(f"the events up to position {tree.size} are not those that were signed")
    if (signed.heads_count, signed.heads_root) != (len(heads), heads.root()):
        raise LedgerContradiction(f"the heads kept at size {tree.size} are not those that were signed")


def _hand_over(
    connection: psycopg.Connection[Any],
    ledger: TrustLedger,
    tree: StoredTree,
    heads: Heads,
    recorded_at: datetime,
    register: LedgerRegister | None,
) -> None:
    """Have the former key sign a ledger that names its successor, before the successor signs anything."""
    if register is None or register.key_number == FIRST:
        return
    former = register.key_number - 1
    known = connection.execute(
        "SELECT FROM checkpoint_handover WHERE trust_id = %s AND number = %s", (ledger.trust_id, former)
    ).fetchone()
    if known is not None:
        return
    try:
        signer = CheckpointSigner(origin(ledger.trust_id, register.epoch), private_key(ledger, former))
    except KeyDestroyedError:
        return  # it handed over before a restore; what proves that was lost with the events after it
    connection.execute(
        "INSERT INTO checkpoint_handover (trust_id, number, size, note) VALUES (%s, %s, %s, %s)",
        (ledger.trust_id, former, tree.size, _figures(ledger, register, tree, tree.size, heads, recorded_at, signer)),
    )


def _figures(
    ledger: TrustLedger,
    register: LedgerRegister | None,
    tree: StoredTree,
    size: int,
    heads: Heads,
    recorded_at: datetime,
    signer: CheckpointSigner | None = None,
) -> str:
    signer = signer or signer_of(ledger, register)
    return sign(signer.verifier_key.name, size, tree.root(size), len(heads), heads.root(), recorded_at, signer)


def _handover_rows(at: LedgerAt, column: str) -> list[tuple[Any, ...]]:
    return at.connection.execute(
        f"SELECT {column} FROM checkpoint_handover WHERE trust_id = %s ORDER BY number".encode(),  # noqa: S608 - a constant
        (at.trust_id,),
    ).fetchall()
