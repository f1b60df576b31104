"""Sealed files: a file of any length encrypted in chunks, so that it is sealed and opened in constant memory.

What was cut off, added, put in another order or taken from another file does not open. docs/formats.md, section 14, is
the specification.
"""

from __future__ import annotations

import os
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ledger import canonical

__all__ = [
    "CHUNK_BYTES",
    "HEADER_BYTES",
    "SALT_BYTES",
    "FileOpener",
    "FileSealer",
    "SealedFileError",
    "place_of_file",
    "sealed_length",
]

CHUNK_BYTES = 64 * 1024
TAG_BYTES = 16
SALT_BYTES = 32
_KEY_BYTES = 32
_MAGIC = b"caseledger-file/1\n"
HEADER_BYTES = len(_MAGIC) + SALT_BYTES
_SEALED_CHUNK = CHUNK_BYTES + TAG_BYTES
_LABEL = b"caseledger/file/1\n"
# The last byte of a nonce: whether another chunk follows.
_MORE, _LAST = b"\x00", b"\x01"


class SealedFileError(ValueError):
    """A file that cannot be sealed or does not open. The sentence never repeats anything of the file."""


def place_of_file(trust: UUID, stream: UUID, file: UUID, key: UUID) -> bytes:
    """Name the one place where a file may stand: as which file of which case, under which key."""
    return canonical.encode([str(trust), str(stream), str(file), str(key)])


def sealed_length(byte_length: int) -> int:
    """How many bytes a file of so many bytes has when it is sealed."""
    chunks = max(1, -(-byte_length // CHUNK_BYTES))
    return HEADER_BYTES + byte_length + chunks * TAG_BYTES


class FileSealer:
    """Seals one file: `update` takes its bytes as they come, and each call gives sealed bytes to be kept in order.

    What is kept before `finish` gave its bytes does not open.
    """

    def __init__(self, secret: bytes, place: bytes, *, salt: bytes | None = None) -> None:
        """Seal under a data key of 32 bytes; `salt` is random and used once, and is drawn here unless given."""
        salt = os.urandom(SALT_BYTES) if salt is None else salt
        self._chunks = _Chunks(secret, place, salt)
        self._waiting = bytearray()
        self._begun = _MAGIC + salt

    def update(self, data: bytes) -> bytes:
        """Seal more of the file."""
        self._waiting += data
        sealed, self._begun = [self._begun], b""
        # A whole chunk waits until more comes: only then it is not the last.
        while len(self._waiting) > CHUNK_BYTES:
            sealed.append(self._chunks.seal(bytes(self._waiting[:CHUNK_BYTES]), _MORE))
            del self._waiting[:CHUNK_BYTES]
        return b"".join(sealed)

    def finish(self) -> bytes:
        """Seal the end of the file."""
        return self._begun + self._chunks.seal(bytes(self._waiting), _LAST)


class FileOpener:
    """Opens one file: `update` takes its sealed bytes as they come, and gives what they hold.

    Each piece that is given was sealed at its place in this file; that nothing is missing is sure only when `finish`
    has not raised.
    """

    def __init__(self, secret: bytes, place: bytes) -> None:
        """Open with the data key (32 bytes) and in the place with which the file was sealed."""
        self._secret = secret
        self._place = place
        self._chunks: _Chunks | None = None
        self._waiting = bytearray()

    def update(self, data: bytes) -> bytes:
        """Open more of the file; raises SealedFileError."""
        self._waiting += data
        if self._chunks is None:
            if len(self._waiting) < HEADER_BYTES:
                return b""
            self._chunks = self._opened_header()
        opened = []
        while len(self._waiting) > _SEALED_CHUNK:
            opened.append(self._chunks.open(bytes(self._waiting[:_SEALED_CHUNK]), _MORE))
            del self._waiting[:_SEALED_CHUNK]
        return b"".join(opened)

    def finish(self) -> bytes:
        """Open the end of the file; raises SealedFileError where something is missing or was added."""
        if self._chunks is None:
            raise SealedFileError("sealed file is too short")
        opened = self._chunks.open(bytes(self._waiting), _LAST)
        if not opened and self._chunks.number > 1:
            # There is one way to seal a file: a last chunk is empty only where the file is.
            raise SealedFileError("sealed file ends with an empty chunk")
        return opened

    def _opened_header(self) -> _Chunks:
        if not self._waiting.startswith(_MAGIC):
            raise SealedFileError("sealed file is of an unknown format")
        salt = bytes(self._waiting[len(_MAGIC) : HEADER_BYTES])
        del self._waiting[:HEADER_BYTES]
        return _Chunks(self._secret, self._place, salt)


class _Chunks:
    """The chunks of one file, under a key that belongs to it alone; `number` counts those that were done."""

    def __init__(self, secret: bytes, place: bytes, salt: bytes) -> None:
        if len(secret) != _KEY_BYTES:
            raise SealedFileError(f"key must be {_KEY_BYTES} bytes")
        if len(salt) != SALT_BYTES:
            raise SealedFileError(f"salt must be {SALT_BYTES} bytes")
        derived = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=salt, info=_LABEL + place).derive(secret)
        self._cipher: Final = AESGCM(derived)
        self.number = 0

    def seal(self, chunk: bytes, last: bytes) -> bytes:
        return self._cipher.encrypt(self._nonce(last), chunk, None)

    def open(self, chunk: bytes, last: bytes) -> bytes:
        try:
            return self._cipher.decrypt(self._nonce(last), chunk, None)
        except InvalidTag:
            raise SealedFileError("sealed file does not open with this key in this place") from None

    def _nonce(self, last: bytes) -> bytes:
        nonce = self.number.to_bytes(11, "big") + last
        self.number += 1
        return nonce
