"""What the two containers of Office hold, read from the names inside them and without unpacking anything."""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple

__all__ = ["OLE_START", "ZIP_START", "OleWords", "ZipEnd", "ZipEntry"]

OLE_START = bytes.fromhex("d0cf11e0a1b11ae1")
ZIP_START = b"PK\x03\x04"

_NAMES = ("WordDocument", "__properties_version1.0", "_VBA_PROJECT", "EncryptedPackage")


class OleWords:
    """Looks for the names of the parts of a compound file, which stand in it in UTF-16, wherever they are."""

    def __init__(self) -> None:
        self.found: set[str] = set()
        self._sought = {name: name.encode("utf-16-le") for name in _NAMES}
        self._kept = b""
        self._overlap = max(map(len, self._sought.values())) - 1

    def update(self, data: bytes) -> None:
        """Look through more of the file."""
        looked_at = self._kept + data
        self.found |= {name for name, written in self._sought.items() if written in looked_at}
        self._kept = looked_at[-self._overlap :]


class ZipEntry(NamedTuple):
    """One file of an archive, as its list of entries has it."""

    name: str
    is_encrypted: bool


class ZipEnd:
    """Keeps the end of a file, where an archive lists its entries.

    A list that is longer than what is kept, as no document has one, is answered as if there were none.
    """

    _MOST = 1024 * 1024
    _END = Struct("<4s4H2LH")
    _ENTRY = Struct("<4s6H3L5H2L")
    _ENCRYPTED = 0x2041  # the whole entry, strongly, or its name

    def __init__(self) -> None:
        self._tail = bytearray()
        self._length = 0

    def update(self, data: bytes) -> None:
        """Take more of the file."""
        self._length += len(data)
        self._tail += data
        # Cut now and then, and not with every piece.
        if len(self._tail) > 2 * self._MOST:
            del self._tail[: len(self._tail) - self._MOST]

    @property
    def is_zip(self) -> bool:
        """Whether the file ends as an archive does, whatever stands before."""
        return self._place() is not None

    def entries(self) -> list[ZipEntry] | None:
        """The entries, None where the file is no archive from its first byte to its last."""
        place = self._place()
        if place is None:
            return None
        _, disk, first_disk, here, count, size, offset, _ = self._END.unpack_from(self._tail, place)
        start = place - size
        whole = disk == first_disk == 0 and here == count and start >= 0
        # Where the list ends its end stands, so that nothing stands before the archive.
        if not whole or offset + size != self._length - len(self._tail) + place:
            return None
        try:
            return list(self._listed(start, count, place))
        except (ValueError, IndexError):
            return None

    def _listed(self, at: int, count: int, end: int) -> Iterator[ZipEntry]:
        for _ in range(count):
            if at + self._ENTRY.size > end:
                raise IndexError
            found = self._ENTRY.unpack_from(self._tail, at)
            if found[0] != b"PK\x01\x02":
                raise ValueError
            flags, name, extra, comment = found[3], found[10], found[11], found[12]
            start = at + self._ENTRY.size
            yield ZipEntry(self._tail[start : start + name].decode("utf-8", "replace"), bool(flags & self._ENCRYPTED))
            at = start + name + extra + comment
        if at != end:
            raise ValueError

    def _place(self) -> int | None:
        """Where in what is kept the end of an archive stands; behind it nothing comes but its own comment."""
        at = len(self._tail)
        least = max(0, at - 65_535 - self._END.size)
        while (at := self._tail.rfind(b"PK\x05\x06", least, at)) >= 0:
            if at + self._END.size <= len(self._tail):
                comment = self._END.unpack_from(self._tail, at)[-1]
                if at + self._END.size + comment == len(self._tail):
                    return at
        return None
