"""Sealed parts: a text bound by a salted commitment in the event's body and held, encrypted, outside it.

docs/formats.md, section 6, is the specification.
"""

from __future__ import annotations

import os
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger import canonical

__all__ = [
    "FRESH_BYTES",
    "KEY_BYTES",
    "SALT_BYTES",
    "Sealed",
    "SealingError",
    "associated_data",
    "commitment",
    "open_blob",
    "seal",
]

KEY_BYTES = 32
SALT_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
FRESH_BYTES = SALT_BYTES + NONCE_BYTES
AES_256_GCM = b"\x01"  # the first byte of a blob: the one algorithm there is

_LABEL = b"caseledger/part/1\n"
_SHORTEST_BLOB = 1 + NONCE_BYTES + SALT_BYTES + TAG_BYTES


class SealingError(ValueError):
    """A part that cannot be sealed or opened. The sentence never repeats the text."""


class Sealed(NamedTuple):
    """The two results of sealing: `blob` for the table of sealed parts, `commitment` (32 bytes) for the body."""

    blob: bytes
    commitment: bytes


def associated_data(trust: UUID, stream: UUID, command: UUID, ordinal: int, part: str, key: UUID) -> bytes:
    """Name the one place where a part may stand. `ordinal` is the event's index within its command's append, from 0."""
    number, name = _as_json(ordinal), _as_json(part)
    ids = f'["{_written(trust.int)}","{_written(stream.int)}","{_written(command.int)}"'
    return f'{ids},{number},{name},"{_written(key.int)}"]'.encode()


def commitment(salt: bytes, aad: bytes, text: str) -> bytes:
    """Bind a text to its place: 32 bytes that say nothing about the text to whoever lacks the salt (32 bytes)."""
    if len(salt) != SALT_BYTES:
        raise SealingError(f"salt must be {SALT_BYTES} bytes")
    return _commit(salt, aad, _plain(text))


def seal(text: str, key: bytes, aad: bytes, *, fresh: bytes | None = None) -> Sealed:
    """Seal a text under a 256-bit key. `fresh` is random and used once: FRESH_BYTES, the salt and then the nonce.

    Whoever seals many texts draws it for all of them at once; else it is drawn here.
    """
    if len(key) != KEY_BYTES:
        raise SealingError(f"key must be {KEY_BYTES} bytes")
    if fresh is None:
        fresh = os.urandom(FRESH_BYTES)
    elif len(fresh) != FRESH_BYTES:
        raise SealingError(f"fresh must be {FRESH_BYTES} bytes")
    salt, nonce = fresh[:SALT_BYTES], fresh[SALT_BYTES:]
    plain = _plain(text)
    blob = AES_256_GCM + nonce + AESGCM(key).encrypt(nonce, salt + plain, aad)
    return Sealed(blob, _commit(salt, aad, plain))


def open_blob(blob: bytes, key: bytes, aad: bytes) -> tuple[str, bytes]:
    """Open a sealed part and give its text and its salt; another key, another place or a changed byte raises."""
    if len(key) != KEY_BYTES:
        raise SealingError(f"key must be {KEY_BYTES} bytes")
    if len(blob) < _SHORTEST_BLOB:
        raise SealingError("sealed part is too short")
    if not blob.startswith(AES_256_GCM):
        raise SealingError("sealed part names an unknown algorithm")
    nonce, ciphertext = blob[1 : 1 + NONCE_BYTES], blob[1 + NONCE_BYTES :]
    try:
        opened = AESGCM(key).decrypt(nonce, ciphertext, aad)
        return opened[SALT_BYTES:].decode(), opened[:SALT_BYTES]
    except InvalidTag:
        raise SealingError("sealed part does not open with this key in this place") from None
    except UnicodeDecodeError:
        raise SealingError("sealed part does not hold UTF-8 text") from None


# A check asks for the same few ids, parts and ordinals again and again.


@lru_cache(maxsize=1024)
def _written(number: int) -> str:
    return str(UUID(int=number))


@lru_cache(maxsize=256, typed=True)
def _as_json(value: int | str) -> str:
    return canonical.encode(value).decode()


def _plain(text: str) -> bytes:
    # A text that JSON could not carry could never be shown in a bundle, so it is refused before it is stored.
    if "\0" in text:
        raise SealingError("text to seal must not hold the character NUL")
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise SealingError("text to seal must not hold a lone surrogate") from None


def _commit(salt: bytes, aad: bytes, plain: bytes) -> bytes:
    return sha256(b"".join((_LABEL, salt, len(aad).to_bytes(4, "big"), aad, plain))).digest()
