"""Who signs a trust's checkpoints: its key of the time, kept as data keys are, wrapped in the keys database."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID, uuid5

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.ledger_register import FIRST, LedgerRegister, ledger_register_id
from ledger.checkpoint import Checkpoint as SignedFigures
from ledger.checkpoint import CheckpointError, CheckpointSigner, VerifierKey, origin, parse, verify
from ledger.key_store import KeyDestroyedError, KeyOwner
from ledger.reading import read_streams
from services.store import TrustLedger, event_of, project

__all__ = ["key_owner", "ledger_register", "own_keys", "private_key", "signer", "signer_of", "verify_own"]


def ledger_register(
    ledger: TrustLedger, connection: psycopg.Connection[Any] | None = None, *, up_to: int | None = None
) -> LedgerRegister | None:
    """What the trust has declared about its ledger, at a position if one is given; None where it declared nothing."""
    stream_id = ledger_register_id(ledger.trust_id)
    if connection is None:
        with ledger.trust.connection() as lent:
            return ledger_register(ledger, lent, up_to=up_to)
    rows = read_streams(connection, ledger.trust_id, [stream_id], up_to=up_to)
    register: LedgerRegister | None = project(None, map(event_of, rows))
    return register


def key_owner(trust_id: UUID, number: int) -> KeyOwner:
    """Under what the seed of a trust's signing key lies in the key store; the first is number 1."""
    return KeyOwner(uuid5(trust_id, "checkpoint-signer" if number == FIRST else f"checkpoint-signer/{number}"))


def private_key(ledger: TrustLedger, number: int) -> Ed25519PrivateKey:
    """The signing key with a number, made where there was none. Raises KeyDestroyedError for one that was followed."""
    owner = key_owner(ledger.trust_id, number)
    return Ed25519PrivateKey.from_private_bytes(ledger.keys.keys_for(ledger.trust_id, [owner])[owner].secret)


def signer_of(ledger: TrustLedger, register: LedgerRegister | None) -> CheckpointSigner:
    """The signer by which checkpoints of a ledger that declares this are signed."""
    number, epoch = (FIRST, FIRST) if register is None else (register.key_number, register.epoch)
    return CheckpointSigner(origin(ledger.trust_id, epoch), private_key(ledger, number))


def signer(ledger: TrustLedger) -> CheckpointSigner:
    """The trust's signer as its ledger stands."""
    return signer_of(ledger, ledger_register(ledger))


def own_keys(ledger: TrustLedger, register: LedgerRegister | None) -> list[bytes]:
    """The public keys (32 bytes each) by which the trust has signed, the present one last."""
    if register is None:
        try:
            return [private_key(ledger, FIRST).public_key().public_bytes_raw()]
        except KeyDestroyedError:
            # A restore took away the declaration of its successor.
            return [ledger.keys.marks.all(ledger.trust_id)[-1].public_key]
    return [bytes.fromhex(key) for key in (*register.former_keys, register.signed_by)]


def verify_own(ledger: TrustLedger, note: str, register: LedgerRegister | None) -> SignedFigures:
    """What a note says that one of the trust's own keys has signed, former ones included. Raises CheckpointError."""
    checkpoint, _ = parse(note)
    for public in own_keys(ledger, register):
        with suppress(CheckpointError):
            return verify(note, VerifierKey(checkpoint.origin, public))
    raise CheckpointError("note is not signed by a key of the trust")
