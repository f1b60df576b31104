"""Key-encryption keys: they wrap the data keys, and never leave their provider.

The provider is an interface, so that a key service can stand behind it; the local file is the default.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12
_KEY_BYTES = 32


class KeysUnavailableError(RuntimeError):
    """The key provider cannot be reached or does not hold the key that is asked for."""


class KeyProvider(Protocol):
    """Wraps and unwraps data keys of 32 bytes; `context` binds a wrapped key to its place."""

    @property
    def current(self) -> str:
        """The id of the key-encryption key that wraps from now on."""

    def wrap(self, keys: Sequence[tuple[bytes, bytes]]) -> list[bytes]:
        """Data keys, each given with its context, encrypted under the current key-encryption key."""

    def unwrap(self, kek_id: str, wrapped: bytes, context: bytes) -> bytes:
        """The data key; raises KeysUnavailableError when the key-encryption key is not to be had."""


class LocalKeyFile:
    """Key-encryption keys in one file that its owner alone may read (mode 0600), made at first use."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._keys = self._load()

    @property
    def current(self) -> str:
        """The id of the newest key in the file."""
        return list(self._keys)[-1]

    def wrap(self, keys: Sequence[tuple[bytes, bytes]]) -> list[bytes]:
        """For each key a nonce, followed by AES-256-GCM of the key, bound to its context."""
        # All at once: each draw lets go of the interpreter.
        drawn = secrets.token_bytes(_NONCE_BYTES * len(keys))
        nonces = [drawn[at : at + _NONCE_BYTES] for at in range(0, len(drawn), _NONCE_BYTES)]
        cipher = AESGCM(self._keys[self.current])
        return [nonce + cipher.encrypt(nonce, key, context) for nonce, (key, context) in zip(nonces, keys, strict=True)]

    def unwrap(self, kek_id: str, wrapped: bytes, context: bytes) -> bytes:
        """The data key; raises KeysUnavailableError when this file cannot open it."""
        kek = self._keys.get(kek_id)
        if kek is None:
            raise KeysUnavailableError(f"the key file does not hold the key-encryption key {kek_id}")
        try:
            return AESGCM(kek).decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], context)
        except InvalidTag:
            raise KeysUnavailableError("a wrapped key does not belong to its place in the key store") from None

    def _load(self) -> dict[str, bytes]:
        self._create()
        try:
            mode = self._path.stat().st_mode & 0o777
            keys = {kek_id: base64.b64decode(kek) for kek_id, kek in json.loads(self._path.read_text())["keys"].items()}
        except (OSError, ValueError, LookupError, AttributeError, TypeError) as error:
            raise KeysUnavailableError(f"the key file cannot be read: {type(error).__name__}") from None
        if mode & 0o077:
            raise KeysUnavailableError(f"the key file may be read by others (mode {mode:04o}); make it 0600")
        if not keys or any(len(kek) != _KEY_BYTES for kek in keys.values()):
            raise KeysUnavailableError("the key file holds no key-encryption key of 32 bytes")
        return keys

    def _create(self) -> None:
        """Write the first key whole or not at all; of several processes that start at once, one wins."""
        if self._path.exists():
            return
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self._path.with_name(f"{self._path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        content = json.dumps({"keys": {"kek-1": base64.b64encode(secrets.token_bytes(32)).decode()}})
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, self._path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        directory = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
