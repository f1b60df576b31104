"""Checkpoints as files of a folder, such as a share that only another department can write over."""

from __future__ import annotations

import json
import os
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from ledger.anchoring.deposits import Deposit, NotDeposited

__all__ = ["FolderSink"]


class FolderSink:
    """Writes `FOLDER/TRUST/SIZE.note`, each once; the folder itself has to be there, for a share may be away."""

    def __init__(self, folder: Path) -> None:
        self.name = f"folder:{folder}"
        self._folder = folder

    def deposit(self, deposit: Deposit) -> bytes:
        """Write the note, on disk before it is acknowledged; the receipt names the file and its SHA-256."""
        content = deposit.note.encode()
        file = self.file_of(deposit.trust_id, deposit.size)
        try:
            file.parent.mkdir(exist_ok=True)
            if file.exists():
                if file.read_bytes() != content:
                    raise NotDeposited(f"{self.name} holds another checkpoint of this size")
            else:
                _write_once(file, content)
        except OSError as error:
            raise NotDeposited(f"{self.name}: {type(error).__name__}") from None
        receipt = {"file": f"{deposit.trust_id}/{file.name}", "sha256": sha256(content).hexdigest()}
        return json.dumps(receipt, sort_keys=True).encode()

    def file_of(self, trust_id: UUID, size: int) -> Path:
        """Where the checkpoint of a size stands; names sort as sizes do."""
        return self._folder / str(trust_id) / f"{size:016}.note"


def _write_once(file: Path, content: bytes) -> None:
    draft = file.with_suffix(f".{os.getpid()}.draft")
    with draft.open("xb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    try:
        draft.rename(file)
    finally:
        draft.unlink(missing_ok=True)
    directory = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
