"""Several files as one: a ZIP archive that is written as it is sent, the same bytes for the same members."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

__all__ = ["packed"]

# The earliest day that the format has: what a member says of itself is in it, and not in the archive.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o644 << 16
# What is written before it is handed on.
_PIECE = 64 * 1024


class _Outgoing(io.RawIOBase):
    """What was written and not handed on yet; it cannot be gone back in."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting = bytearray()

    def writable(self) -> bool:
        """It is for writing alone."""
        return True

    def write(self, data: object) -> int:
        """Take in more."""
        given = bytes(data)  # type: ignore[call-overload]  # what the archive writes are bytes
        self._waiting += given
        return len(given)

    def taken(self) -> bytes:
        """Hand on what waits."""
        found = bytes(self._waiting)
        self._waiting.clear()
        return found

    @property
    def is_full(self) -> bool:
        """Whether it is worth handing on."""
        return len(self._waiting) >= _PIECE


def packed(written: Sequence[tuple[str, bytes]], files: Iterable[tuple[str, Iterator[bytes]]]) -> Iterator[bytes]:
    """The archive in pieces: what was written for it, then files, which are packed no further.

    What a file raises while it is read ends the archive before its end, so that it does not open.
    """
    outgoing = _Outgoing()
    with ZipFile(outgoing, "w") as archive:
        for name, content in written:
            archive.writestr(_member(name, ZIP_DEFLATED), content)
            yield outgoing.taken()
        for name, pieces in files:
            with archive.open(_member(name, ZIP_STORED), "w") as member:
                for piece in pieces:
                    member.write(piece)
                    if outgoing.is_full:
                        yield outgoing.taken()
    yield outgoing.taken()


def _member(name: str, compression: int) -> ZipInfo:
    info = ZipInfo(name, _NO_TIME)
    info.compress_type = compression
    info.external_attr = _READABLE
    return info
