"""Checkpoints: a C2SP signed note, Ed25519, that fixes a trust's ledger at one size.

docs/formats.md, section 9, is the specification. Formats of others: c2sp.org/signed-note, c2sp.org/tlog-checkpoint.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger.canonical import INTEGER_LIMIT
from ledger.entry import EntryError, format_instant, parse_instant, parse_uuid

__all__ = [
    "LEDGER_PREFIX",
    "Checkpoint",
    "CheckpointError",
    "CheckpointSigner",
    "VerifierKey",
    "check_signatures",
    "origin",
    "parse",
    "parse_origin",
    "parse_root",
    "parse_size",
    "read_note",
    "sign",
    "verify",
]

LEDGER_PREFIX = "caseledger/"
_ED25519 = b"\x01"  # the type of signature in C2SP signed notes
_NOTE_LIMIT = 100_000  # characters: room for far more cosignatures than the sixteen a reader must take
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_DECIMAL = re.compile(r"[1-9][0-9]{0,15}")
_SIGNATURE_LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_KEY_LINE = re.compile(r"([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})")


class CheckpointError(ValueError):
    """A note that is no checkpoint of ours, or a signature that does not hold."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A ledger at one size: `recorded_at` is that of the event at this position; both roots are 32 bytes."""

    origin: str
    size: int
    root: bytes
    heads_count: int
    heads_root: bytes
    recorded_at: datetime

    @property
    def epoch(self) -> int:
        """Which stretch of the trust's ledger it is of, from 1: each restore begins another."""
        return parse_origin(self.origin)[1]

    @property
    def text(self) -> str:
        """The signed text: five lines, each ended by a newline."""
        return (
            f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"
            f"heads {self.heads_count} {_base64(self.heads_root)}\n"
            f"time {format_instant(self.recorded_at)}\n"
        )


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key under the name it signs by; `text` is the one-line form that note tools exchange."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes by which a signature line names this key."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:4]

    @property
    def text(self) -> str:
        """Write the key as NAME+KEYID+BASE64."""
        return f"{self.name}+{self.key_id.hex()}+{_base64(_ED25519 + self.public)}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Read what `text` writes, and no other spelling; otherwise raises CheckpointError."""
        match = _KEY_LINE.fullmatch(text)
        encoded = _unbase64(match[3]) if match else None
        if match is None or encoded is None or len(encoded) != 33 or not encoded.startswith(_ED25519):
            raise CheckpointError("public key must read NAME+KEYID+BASE64, of type Ed25519")
        key = cls(_utf8(match[1]), encoded[1:])
        if key.key_id.hex() != match[2]:
            raise CheckpointError("public key does not have the key id it states")
        return key


class CheckpointSigner:
    """The private key by which a trust's checkpoints are signed; `name` is the origin it signs for."""

    def __init__(self, name: str, private_key: Ed25519PrivateKey) -> None:
        self._private_key = private_key
        self.verifier_key = VerifierKey(name, private_key.public_key().public_bytes_raw())

    def signature_line(self, text: str) -> str:
        """Sign a note's text and give the line to put below it, newline included."""
        signature = self.verifier_key.key_id + self._private_key.sign(text.encode())
        return f"— {self.verifier_key.name} {_base64(signature)}\n"


def origin(trust: UUID, epoch: int = 1, prefix: str = LEDGER_PREFIX) -> str:
    """Name the ledger of a trust, as the first line of its checkpoints does.

    A ledger that was put back to an earlier state does not continue what was signed before, so it bears another name
    from then on: that of its next epoch. Other logs of the trust have another prefix.
    """
    return f"{prefix}{trust}" + (f"/{epoch}" if epoch > 1 else "")


def parse_origin(text: str, prefix: str = LEDGER_PREFIX) -> tuple[UUID, int]:
    """Give the trust and the epoch of an origin; CheckpointError for a text that is none."""
    trust, _, number = text.removeprefix(prefix).partition("/")
    epoch = int(number) if _DECIMAL.fullmatch(number) else 1
    try:
        trust_id = parse_uuid(trust)
    except ValueError:
        trust_id = None
    if trust_id is None or text != origin(trust_id, epoch, prefix):
        raise CheckpointError(f"origin must be {prefix} and the id of a trust, with / and the number of a later epoch")
    return trust_id, epoch


def sign(
    origin: str,
    size: int,
    root: bytes,
    heads_count: int,
    heads_root: bytes,
    recorded_at: datetime,
    signer: CheckpointSigner,
) -> str:
    """Make the signed note of a ledger at this size. Raises CheckpointError for figures that no ledger has."""
    checkpoint = Checkpoint(origin, size, root, heads_count, heads_root, recorded_at)
    if len(root) != 32 or len(heads_root) != 32:
        raise CheckpointError("roots must be 32 bytes")
    if signer.verifier_key.name != origin:
        raise CheckpointError("signer must bear the name of the origin it signs for")
    _parse_text(checkpoint.text)  # what no reader would take is not signed
    return f"{checkpoint.text}\n{signer.signature_line(checkpoint.text)}"


def parse(note: str) -> tuple[Checkpoint, tuple[tuple[str, bytes], ...]]:
    """Read a note and give the checkpoint and each signature as (key name, key id and signature), none of them checked.

    Cosignatures of witnesses may stand beside the trust's own. Raises CheckpointError.
    """
    text, signatures = read_note(note)
    return _parse_text(text), signatures


def read_note(note: str) -> tuple[str, tuple[tuple[str, bytes], ...]]:
    """Read a signed note of any kind: its text, and each signature as in `parse`. Raises CheckpointError."""
    if len(note) > _NOTE_LIMIT:
        raise CheckpointError("note is too long")
    if _CONTROL.search(_utf8(note)):
        raise CheckpointError("note must hold no control character but newlines")
    text, separator, below = note.rpartition("\n\n")
    if not separator or not below.endswith("\n"):
        raise CheckpointError("note must have a text, an empty line and signature lines, each ended by a newline")
    signatures = []
    for line in below[:-1].split("\n"):
        match = _SIGNATURE_LINE.fullmatch(line)
        encoded = _unbase64(match[2]) if match else None
        if match is None or encoded is None or len(encoded) <= 4:
            raise CheckpointError("signature line must read: em dash, key name, base64, with one space between")
        signatures.append((match[1], encoded))
    return text + "\n", tuple(signatures)


def verify(note: str, key: VerifierKey) -> Checkpoint:
    """Give the checkpoint of a note that this key has signed; CheckpointError when it has not, or wrongly."""
    checkpoint, signatures = parse(note)
    if key.name != checkpoint.origin:
        raise CheckpointError("public key must bear the name of the checkpoint's origin")
    check_signatures(checkpoint.text, signatures, key)
    return checkpoint


def check_signatures(text: str, signatures: Iterable[tuple[str, bytes]], key: VerifierKey) -> None:
    """Raise CheckpointError unless this key has signed the text, and signed it rightly each time."""
    own = [encoded[4:] for name, encoded in signatures if name == key.name and encoded[:4] == key.key_id]
    if not own:
        raise CheckpointError("note is not signed with this public key")
    try:
        public_key = Ed25519PublicKey.from_public_bytes(key.public)
        for signature in own:
            public_key.verify(signature, text.encode())
    except (InvalidSignature, ValueError):
        raise CheckpointError("signature does not hold") from None


def _parse_text(text: str) -> Checkpoint:
    lines = text.split("\n")
    if len(lines) != 6 or lines[5] != "":
        raise CheckpointError("checkpoint must have five lines: origin, size, root, heads and time")
    heads, time = lines[3].split(" "), lines[4].removeprefix("time ")
    parse_origin(lines[0])
    if len(heads) != 3 or heads[0] != "heads":
        raise CheckpointError('fourth line must be "heads", their number and their root')
    if time == lines[4]:
        raise CheckpointError('fifth line must be "time" and an instant')
    size, heads_count = parse_size(lines[1], "size"), parse_size(heads[1], "number of heads")
    if heads_count > size:
        raise CheckpointError("number of heads must not exceed the size")
    try:
        recorded_at = parse_instant(time)
    except EntryError as error:
        raise CheckpointError(f"time {error.rule}") from None
    return Checkpoint(
        lines[0], size, parse_root(lines[2], "root"), heads_count, parse_root(heads[2], "heads"), recorded_at
    )


def parse_size(text: str, name: str) -> int:
    """Read a number of a note; otherwise raises CheckpointError naming it."""
    if _DECIMAL.fullmatch(text) is None or int(text) > INTEGER_LIMIT:
        raise CheckpointError(f"{name} must be a decimal from 1 to 2^53 without leading zeros")
    return int(text)


def parse_root(text: str, name: str) -> bytes:
    """Read a root of a note (32 bytes); otherwise raises CheckpointError naming it."""
    decoded = _unbase64(text)
    if decoded is None or len(decoded) != 32:
        raise CheckpointError(f"{name} must be the base64 of 32 bytes")
    return decoded


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _unbase64(text: str) -> bytes | None:
    # Only the one spelling of each value: bits that the last character leaves over must be zero.
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return decoded if _base64(decoded) == text else None


def _utf8(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise CheckpointError("text must be UTF-8") from None
    return text
