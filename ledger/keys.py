"""Key-encryption keys: they wrap the data keys, and never leave their provider.

The provider is an interface, so that a key service can stand behind it; the local file is the default.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
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

    def wrap(self, keys: Sequence[tuple[bytes, bytes]]) -> tuple[str, list[bytes]]:
        """Data keys, each given with its context, encrypted; and the id of the key-encryption key they are under."""

    def unwrap(self, kek_id: str, wrapped: bytes, context: bytes) -> bytes:
        """The data key; raises KeysUnavailableError when the key-encryption key is not to be had."""


class LocalKeyFile:
    """Key-encryption keys in one file that its owner alone may read (mode 0600), made at first use."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._keys = self._load()
        self._seen = self._state()

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the keys in the file, the newest last."""
        return tuple(self._keys)

    @property
    def changed_at(self) -> datetime:
        """When a key was added or dropped last."""
        return datetime.fromtimestamp(self._path.stat().st_mtime, UTC)

    def wrap(self, keys: Sequence[tuple[bytes, bytes]]) -> tuple[str, list[bytes]]:
        """For each key a nonce, followed by AES-256-GCM of the key, bound to its context."""
        self._look_again()
        # All at once: each draw lets go of the interpreter.
        drawn = secrets.token_bytes(_NONCE_BYTES * len(keys))
        nonces = [drawn[at : at + _NONCE_BYTES] for at in range(0, len(drawn), _NONCE_BYTES)]
        current = self.ids[-1]
        cipher = AESGCM(self._keys[current])
        return current, [
            nonce + cipher.encrypt(nonce, key, context) for nonce, (key, context) in zip(nonces, keys, strict=True)
        ]

    def unwrap(self, kek_id: str, wrapped: bytes, context: bytes) -> bytes:
        """The data key; raises KeysUnavailableError when this file cannot open it."""
        if kek_id not in self._keys:
            self._look_again()
        kek = self._keys.get(kek_id)
        if kek is None:
            raise KeysUnavailableError(f"the key file does not hold the key-encryption key {kek_id}")
        try:
            return AESGCM(kek).decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], context)
        except InvalidTag:
            raise KeysUnavailableError("a wrapped key does not belong to its place in the key store") from None

    def add(self) -> str:
        """Make a key that wraps from now on, in every process; returns its id."""
        with self._alone():
            return self._add()

    def _add(self) -> str:
        number = 1 + max((int(one.removeprefix("kek-")) for one in self._keys if one[4:].isdigit()), default=0)
        name = f"kek-{number}"
        self._write({**self._keys, name: secrets.token_bytes(_KEY_BYTES)})
        return name

    def drop(self, kek_ids: Collection[str]) -> None:
        """Take keys out of the file for good: what was wrapped under them, also in a backup, is opened never again.

        Raises ValueError for the newest.
        """
        with self._alone():
            if self.ids[-1] in kek_ids:
                raise ValueError("the key that wraps now cannot be dropped")
            self._write({name: kek for name, kek in self._keys.items() if name not in kek_ids})

    def _write(self, keys: Mapping[str, bytes]) -> None:
        """Put other keys in place of the file's, whole or not at all."""
        self._draft(keys).replace(self._path)
        _sync(self._path.parent)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let no other process change the file meanwhile, and see it as the last one left it."""
        with self._path.with_name(f"{self._path.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._look_again()
            yield
            self._look_again()

    def _look_again(self) -> None:
        """Read the file again where another process has changed it."""
        state = self._state()
        if state != self._seen:
            self._keys, self._seen = self._load(), state

    def _state(self) -> tuple[int, int]:
        try:
            found = self._path.stat()
        except OSError as error:
            raise KeysUnavailableError(f"the key file cannot be read: {type(error).__name__}") from None
        return found.st_ino, found.st_mtime_ns

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
        draft = self._draft({"kek-1": secrets.token_bytes(_KEY_BYTES)})
        try:
            os.link(draft, self._path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        _sync(self._path.parent)

    def _draft(self, keys: Mapping[str, bytes]) -> Path:
        """A file beside this one, on disk, that holds these keys and that nobody else may read."""
        draft = self._path.with_name(f"{self._path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        content = json.dumps({"keys": {name: base64.b64encode(kek).decode() for name, kek in keys.items()}})
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        return draft


def _sync(folder: Path) -> None:
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
