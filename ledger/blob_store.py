"""Where sealed files lie: under ids alone, written once, and there in full or not at all.

A store is a folder on this machine, which is the default, or a bucket that speaks S3 (`ledger.blob_bucket`). Neither is
trusted with more than keeping bytes: what it gives back is opened by `ledger.sealed_files`, which finds every change.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, Protocol
from uuid import UUID

__all__ = [
    "PIECE_BYTES",
    "BlobExistsError",
    "BlobMissingError",
    "BlobName",
    "BlobStore",
    "BlobStoreUnavailableError",
    "BlobWriter",
    "FolderBlobs",
    "StoredBlob",
]

# How many bytes are read at once.
PIECE_BYTES = 64 * 1024


class BlobMissingError(RuntimeError):
    """The store has no such file, although the ledger says that it was stored: a fault of operation."""


class BlobExistsError(RuntimeError):
    """There is a file under this name already, and what was written is never written over."""


class BlobStoreUnavailableError(RuntimeError):
    """The store cannot be reached, or cannot keep anything at the moment."""


class BlobName(NamedTuple):
    """A sealed file by its trust and its id."""

    trust_id: UUID
    file_id: UUID


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """A file that lies in a store, and since when."""

    name: BlobName
    stored_at: datetime


class BlobWriter(Protocol):
    """One file on its way into a store; nobody finds it there before `commit` has returned."""

    def write(self, data: bytes) -> None:
        """Add bytes. Raises BlobStoreUnavailableError."""

    def commit(self) -> None:
        """Keep the file: when this returns it outlives a loss of power. Raises BlobExistsError besides."""

    def discard(self) -> None:
        """Leave nothing behind; does nothing to a file that was committed."""


class BlobStore(Protocol):
    """Keeps sealed files. Every method raises BlobStoreUnavailableError where the store does not do it."""

    def begin(self, name: BlobName) -> BlobWriter:
        """Begin to write a file."""

    def read(self, name: BlobName) -> Iterator[bytes]:
        """The bytes of a file, from its first; it is opened when that is asked for. Raises BlobMissingError then."""

    def holds(self, name: BlobName) -> bool:
        """Whether there is such a file."""

    def delete(self, name: BlobName) -> None:
        """Delete a file; one that is not there is deleted already."""

    def stored(self, trust_id: UUID) -> Iterator[StoredBlob]:
        """The files of a trust, in no order."""

    def drop_drafts(self, trust_id: UUID, before: datetime) -> None:
        """Delete what was begun before an instant and never committed."""


class FolderBlobs:
    """Files in a folder that its owner alone may enter (mode 0700): one folder for each trust, ids for names."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self, name: BlobName) -> BlobWriter:
        """See BlobStore."""
        return _FileWriter(self._path(name))

    def read(self, name: BlobName) -> Iterator[bytes]:
        """See BlobStore."""
        with _available():
            try:
                file = self._path(name).open("rb")
            except FileNotFoundError:
                raise BlobMissingError("a sealed file is not in its store") from None
            with file:
                while piece := file.read(PIECE_BYTES):
                    yield piece

    def holds(self, name: BlobName) -> bool:
        """See BlobStore."""
        with _available():
            return self._path(name).is_file()

    def delete(self, name: BlobName) -> None:
        """See BlobStore."""
        path = self._path(name)
        with _available(), suppress(FileNotFoundError):
            path.unlink()
            _flush(path.parent)

    def stored(self, trust_id: UUID) -> Iterator[StoredBlob]:
        """See BlobStore."""
        for path, changed in self._files(trust_id):
            with suppress(ValueError):
                yield StoredBlob(BlobName(trust_id, UUID(path.name)), changed)

    def drop_drafts(self, trust_id: UUID, before: datetime) -> None:
        """See BlobStore."""
        for path, changed in self._files(trust_id):
            if path.suffix == _DRAFT and changed < before:
                with _available():
                    path.unlink(missing_ok=True)

    def _path(self, name: BlobName) -> Path:
        return self._folder / str(name.trust_id) / str(name.file_id)

    def _files(self, trust_id: UUID) -> Iterator[tuple[Path, datetime]]:
        folder = self._folder / str(trust_id)
        with _available():
            paths = list(folder.iterdir()) if folder.is_dir() else []
        for path in paths:
            # One may be gone since: whoever wrote a draft has finished it.
            with _available(), suppress(FileNotFoundError):
                yield path, datetime.fromtimestamp(path.stat().st_mtime, UTC)


_DRAFT = ".draft"


class _FileWriter:
    """Writes a draft beside the place of the file, and links it there when it is whole."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._draft = path.with_name(f"{path.name}.{secrets.token_hex(16)}{_DRAFT}")
        with _available():
            _make_folder(path.parent)
            descriptor = os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            self._file = os.fdopen(descriptor, "wb", buffering=0)

    def write(self, data: bytes) -> None:
        rest = memoryview(data)
        with _available():
            while rest:
                rest = rest[self._file.write(rest) or 0 :]

    def commit(self) -> None:
        try:
            with _available():
                os.fsync(self._file.fileno())
                self._file.close()
                try:
                    # Unlike a renaming, a link never takes the place of a file that is there.
                    os.link(self._draft, self._path)
                except FileExistsError:
                    raise BlobExistsError("there is a file under this name already") from None
        finally:
            self.discard()
        with _available():
            _flush(self._path.parent)

    def discard(self) -> None:
        self._file.close()
        with _available():
            self._draft.unlink(missing_ok=True)


@contextmanager
def _available() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        # The message of an error of the system names the path.
        raise BlobStoreUnavailableError(f"the folder of sealed files: {type(error).__name__}") from None


def _make_folder(folder: Path) -> None:
    for one in (folder.parent, folder):
        if not one.is_dir():
            one.mkdir(mode=0o700, parents=True, exist_ok=True)
            _flush(one.parent)


def _flush(folder: Path) -> None:
    """Have the names in a folder outlive a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
