"""What verbs that take something away have in common: where it is written, whole or not at all."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from services.file_views import FileDamagedError

__all__ = ["write"]


def write(pieces: Iterable[bytes], output: Path | None) -> None:
    """Write to a file, which is whole or not there, or to standard output. Raises FileDamagedError as the pieces do."""
    if output is None:
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        return
    try:
        with output.open("wb") as file:
            file.writelines(pieces)
    except FileDamagedError:
        output.unlink()
        raise
