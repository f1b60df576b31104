"""Cosignatures of a witness (`c2sp.org/tlog-witness`), who signs only what continues all that it has signed before."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ledger.anchoring.deposits import Deposit, NotDeposited
from ledger.anchoring.posting import Answer, post
from ledger.canonical import INTEGER_LIMIT
from ledger.checkpoint import CheckpointError, read_note

__all__ = ["WitnessKey", "WitnessSink", "verify_cosignature"]

# The type of a cosignature (`c2sp.org/tlog-cosignature`): Ed25519 over the time and the note.
_COSIGNATURE = b"\x04"
_KEY_LINE = re.compile(r"([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})")
_SIZE = re.compile(r"[0-9]{1,16}\n?")
_PROOFS_AT_MOST = 63


@dataclass(frozen=True, slots=True)
class WitnessKey:
    """The public key of a witness, under the name by which it signs."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes by which a signature line names this key."""
        return sha256(self.name.encode() + b"\n" + _COSIGNATURE + self.public).digest()[:4]

    @classmethod
    def parse(cls, text: str) -> WitnessKey:
        """Read NAME+KEYID+BASE64 of a key for cosignatures. Raises ValueError."""
        match = _KEY_LINE.fullmatch(text)
        try:
            encoded = base64.b64decode(match[3], validate=True) if match else b""
        except binascii.Error:
            encoded = b""
        if match is None or len(encoded) != 33 or not encoded.startswith(_COSIGNATURE):
            raise ValueError("the key of a witness must read NAME+KEYID+BASE64, of the type for cosignatures")
        key = cls(match[1], encoded[1:])
        if key.key_id.hex() != match[2]:
            raise ValueError("the key of a witness does not have the key id it states")
        return key


class WitnessSink:
    """Submits each checkpoint to one witness; the receipt is the note with the witness's own line below it."""

    def __init__(self, address: str, key: WitnessKey) -> None:
        self.name = f"witness:{key.name}"
        self._address = f"{address.rstrip('/')}/add-checkpoint"
        self._key = key

    def deposit(self, deposit: Deposit) -> bytes:
        """Submit, from the size that the witness says it knows, and check its signature."""
        answer = self._submit(deposit, 0)
        if answer.status == 409:
            known = self._known(answer)
            if known > deposit.size:
                raise NotDeposited(f"{self.name} has seen {known} events of this ledger, which has {deposit.size}")
            answer = self._submit(deposit, known)
        if answer.status == 422:
            raise NotDeposited(f"{self.name} refuses it: this ledger does not continue the one that it has seen")
        if answer.status != 200:
            raise NotDeposited(f"{self.name} answered with status {answer.status}")
        try:
            receipt = deposit.note + answer.content.decode()
            verify_cosignature(receipt, self._key)
        except (UnicodeDecodeError, CheckpointError):
            raise NotDeposited(f"{self.name} gave no signature that holds") from None
        return receipt.encode()

    def _submit(self, deposit: Deposit, known: int) -> Answer:
        hashes = deposit.consistency(known) if 0 < known < deposit.size else []
        assert len(hashes) <= _PROOFS_AT_MOST
        proof = "".join(f"{base64.b64encode(one).decode()}\n" for one in hashes)
        return post(self._address, f"old {known}\n{proof}\n{deposit.note}".encode(), "text/plain; charset=utf-8")

    def _known(self, answer: Answer) -> int:
        text = answer.content.decode("ascii", "replace")
        if _SIZE.fullmatch(text) is None or int(text) > INTEGER_LIMIT:
            raise NotDeposited(f"{self.name} does not say which size it knows")
        return int(text)


def verify_cosignature(note: str, key: WitnessKey) -> int:
    """Check the line of a witness below a note and return when it signed, in seconds since 1970.

    Raises CheckpointError where the witness has not signed it, or wrongly.
    """
    text, signatures = read_note(note)
    for name, encoded in signatures:
        if name == key.name and encoded[:4] == key.key_id and len(encoded) == 4 + 8 + 64:
            seconds = int.from_bytes(encoded[4:12], "big")
            try:
                Ed25519PublicKey.from_public_bytes(key.public).verify(
                    encoded[12:], f"cosignature/v1\ntime {seconds}\n{text}".encode()
                )
            except (InvalidSignature, ValueError):
                raise CheckpointError("cosignature does not hold") from None
            return seconds
    raise CheckpointError("note is not signed by this witness")
