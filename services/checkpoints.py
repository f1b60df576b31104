"""Checkpoints on demand: a signed note that fixes the whole ledger of a trust at its present size."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger import tree
from ledger.checkpoint import CheckpointSigner, VerifierKey, origin, sign
from ledger.heads import Head, Heads
from ledger.key_store import KeyOwner
from services.store import TrustLedger


class LedgerEmptyError(RuntimeError):
    """Nothing has been recorded yet, so there is nothing to fix."""


@dataclass(frozen=True, slots=True)
class LedgerState:
    """A ledger at one size: every leaf in order, and the head of every stream."""

    size: int
    recorded_at: datetime
    leaves: list[bytes]
    heads: Heads


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A signed note and what it fixes."""

    note: str
    verifier_key: VerifierKey
    state: LedgerState

    @property
    def root(self) -> bytes:
        """The root of the tree over all leaves (32 bytes)."""
        return tree.root(self.state.leaves)


def signer(ledger: TrustLedger) -> CheckpointSigner:
    """The trust's own signer; its seed is kept as data keys are, wrapped in the keys database."""
    owner = KeyOwner(uuid5(ledger.trust_id, "checkpoint-signer"))
    seed = ledger.keys.keys_for(ledger.trust_id, [owner])[owner].secret
    return CheckpointSigner(origin(ledger.trust_id), Ed25519PrivateKey.from_private_bytes(seed))


def make_checkpoint(ledger: TrustLedger) -> SignedCheckpoint:
    """Sign the ledger as it stands and keep the note. Raises LedgerEmptyError before the first event."""
    state = read_state(ledger)
    trust_signer = signer(ledger)
    note = sign(
        origin(ledger.trust_id),
        state.size,
        tree.root(state.leaves),
        len(state.heads),
        state.heads.root(),
        state.recorded_at,
        trust_signer,
    )
    with ledger.trust.connection() as connection:
        # The same size always gives the same note, so whoever came first has written what we would.
        connection.execute(
            "INSERT INTO checkpoint (trust_id, size, note) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            (ledger.trust_id, state.size, note),
        )
    return SignedCheckpoint(note, trust_signer.verifier_key, state)


def latest_checkpoint(ledger: TrustLedger) -> str | None:
    """The note of the largest checkpoint kept, if any was made."""
    with ledger.trust.connection() as connection:
        row = connection.execute(
            "SELECT note FROM checkpoint WHERE trust_id = %s ORDER BY size DESC LIMIT 1", (ledger.trust_id,)
        ).fetchone()
    return None if row is None else row[0]


def kept_sizes(ledger: TrustLedger, *, below: int, most: int) -> list[int]:
    """The sizes of the newest checkpoints kept that are smaller than a size."""
    with ledger.trust.connection() as connection:
        rows = connection.execute(
            "SELECT size FROM checkpoint WHERE trust_id = %s AND size < %s ORDER BY size DESC LIMIT %s",
            (ledger.trust_id, below, most),
        ).fetchall()
    return [size for (size,) in rows]


def read_state(ledger: TrustLedger) -> LedgerState:
    """Every leaf and every head at the present size, read in one statement so that they are of one moment."""
    leaves: list[bytes] = []
    last: dict[UUID, tuple[int, bytes]] = {}
    recorded_at: datetime | None = None
    with ledger.trust.connection() as connection, connection.cursor(binary=True) as cursor:
        cursor.execute(
            "SELECT position, stream_id, version, leaf, recorded_at FROM event WHERE trust_id = %s ORDER BY position",
            (ledger.trust_id,),
        )
        for position, stream_id, version, leaf, recorded_at in cursor:  # noqa: B007 - the last instant is wanted
            if position != len(leaves) + 1:
                raise RuntimeError(f"the ledger has a gap before position {position}")
            leaves.append(leaf)
            last[stream_id] = (version, leaf)
    if recorded_at is None:
        raise LedgerEmptyError("nothing has been recorded yet")
    heads = Heads(Head(stream_id, version, leaf) for stream_id, (version, leaf) in last.items())
    return LedgerState(len(leaves), recorded_at, leaves, heads)
