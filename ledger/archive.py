"""The archive: the bundle of a case or a period and its files of evidence in one ZIP, of which there is one spelling.

Nothing is compressed, and nothing stands in it but what its reader checks: so no reader unpacks more than the file has
bytes, and two programs that read it find the same. docs/formats.md, section 16, is the specification.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final, Literal
from uuid import UUID

from ledger.bundle import BundledEvent, OpenedPart
from ledger.entry import Body, parse_uuid
from ledger.meanings import FINGERPRINT, removed_file, stored_file

__all__ = [
    "BUNDLE_NAME",
    "MOST_ENTRIES",
    "ArchiveError",
    "Entry",
    "FileTold",
    "Placed",
    "archive_length",
    "directory",
    "file_of",
    "files_told",
    "header",
    "layout",
    "name_of_file",
    "pieces",
]

BUNDLE_NAME: Final = "bundle.json"
# What a ZIP without its extension for large ones can hold, less the places that are reserved for that.
MOST_ENTRIES: Final = 0xFFFF - 1
_MOST_BYTES: Final = 0xFFFF_FFFF - 1

_FOLDER = "files/"
_PIECE = 1024 * 1024
_HEADER, _DIRECTORY_ENTRY, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
# Version 2.0, no flags, stored; no hour is told, and the day is the first that a ZIP can name.
_VERSION, _MIDNIGHT, _FIRST_DAY = 20, 0, 0x21
_NAME_LIMIT = 64


class ArchiveError(ValueError):
    """A file that is no archive, or cannot become one; `place` is where, `rule` what is wrong there."""

    def __init__(self, place: str, rule: str) -> None:
        self.place = place
        self.rule = rule
        super().__init__(f"{place} {rule}")


@dataclass(frozen=True, slots=True)
class Entry:
    """What an archive says of one thing in it; `checksum` is ZIP's CRC-32, which guards against mishaps alone."""

    name: str
    byte_length: int
    checksum: int


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry and where its bytes begin in the archive."""

    entry: Entry
    start: int


@dataclass(frozen=True, slots=True)
class FileTold:
    """What the events shown say of one file: its length, where that is recorded, and what became of it.

    `stream` is the case that it was handed in to; `fingerprint` the SHA-256 of its bytes in hex, where it is shown;
    `ended_at` the position that says that it was removed.
    """

    file_id: UUID
    stream: UUID
    byte_length: int
    position: int
    fingerprint: str | None
    state: Literal["KEPT", "REMOVED", "ERASED", "WITHHELD"]
    ended_at: int | None = None

    @property
    def is_enclosed(self) -> bool:
        """Whether an archive has to hold it: it is kept, and its fingerprint is shown."""
        return self.state == "KEPT"


def files_told(
    shown: Iterable[tuple[BundledEvent, Body]], erasures: Iterable[tuple[BundledEvent, Body]] = ()
) -> dict[UUID, FileTold]:
    """What the events that are shown say of the files that they hand in, in their order.

    A file is removed also where one of `erasures` says so, which lie outside of a period; always in its own case. The
    exporter encloses by it, and the check asks by it.
    """
    shown = list(shown)
    ended: dict[tuple[UUID, UUID], int] = {}
    for event, body in (*shown, *erasures):
        if (removed := removed_file(body)) is not None:
            ended.setdefault((body.stream, removed), event.position)
    told: dict[UUID, FileTold] = {}
    for event, body in shown:
        stored = stored_file(body)
        if stored is None or stored.file_id in told:
            continue
        part = next((one for one in event.parts if one.part == FINGERPRINT), None)
        at = ended.get((body.stream, stored.file_id))
        fingerprint = part.text if isinstance(part, OpenedPart) else None
        state: Literal["KEPT", "REMOVED", "ERASED", "WITHHELD"] = "WITHHELD" if at is None else "REMOVED"
        if at is None and part is not None:
            state = "KEPT" if isinstance(part, OpenedPart) else part.state
        told[stored.file_id] = FileTold(
            stored.file_id, body.stream, stored.byte_length, event.position, fingerprint, state, at
        )
    return told


def name_of_file(file_id: UUID) -> str:
    """What a file of evidence is called in an archive: by its id alone."""
    return f"{_FOLDER}{file_id}"


def file_of(name: str) -> UUID | None:
    """The file that is called so; None for any other name."""
    try:
        return parse_uuid(name.removeprefix(_FOLDER)) if name.startswith(_FOLDER) else None
    except ValueError:
        return None


def header(entry: Entry) -> bytes:
    """What stands before the bytes of an entry."""
    return _HEADER + struct.pack("<H", _VERSION) + _told(entry) + entry.name.encode("ascii")


def directory(entries: Sequence[Entry]) -> bytes:
    """What stands after the bytes of the last entry, and ends the archive."""
    written: list[bytes] = []
    start = 0
    for entry in entries:
        # No comment, no disk, no attributes.
        written.append(_DIRECTORY_ENTRY + struct.pack("<HH", _VERSION, _VERSION) + _told(entry))
        written.append(struct.pack("<HHHII", 0, 0, 0, 0, start) + entry.name.encode("ascii"))
        start += _enclosed_length(entry)
    length = sum(map(len, written))
    count = len(entries)
    return b"".join([*written, _END, struct.pack("<HHHHIIH", 0, 0, count, count, length, start, 0)])


def archive_length(entries: Sequence[Entry]) -> int:
    """How many bytes the archive has. Raises ArchiveError for what none can hold."""
    length = sum(map(_enclosed_length, entries))
    if length > _MOST_BYTES or len(entries) > MOST_ENTRIES:
        raise ArchiveError("archive", "is too large: it holds up to 65,534 files in 4 GiB")
    return length + len(directory(entries))


def layout(archive: BinaryIO) -> list[Placed]:
    """Find what an archive holds and where; the bytes themselves are not read. Raises ArchiveError.

    It has to be written exactly as `header` and `directory` do: the bundle first, and the files in the order of their
    ids, so that nothing can stand between, before, after or twice.
    """
    length = archive.seek(0, 2)
    found: list[Placed] = []
    at = 0
    while True:
        archive.seek(at)
        begun = archive.read(len(_HEADER) + 26 + _NAME_LIMIT)
        if found and not begun.startswith(_HEADER):
            break
        entry = _entry(begun, found[-1].entry.name if found else None)
        found.append(Placed(entry, at + len(header(entry))))
        at += _enclosed_length(entry)
        if at > length:
            raise ArchiveError(entry.name, "is cut off")
    archive.seek(at)
    expected = directory([one.entry for one in found])
    if archive.read(len(expected) + 1) != expected:
        raise ArchiveError("archive", "does not end with the list of what it holds, written in the one way there is")
    return found


def pieces(archive: BinaryIO, placed: Placed) -> Iterator[bytes]:
    """The bytes of an entry, as they are read."""
    left = placed.entry.byte_length
    archive.seek(placed.start)
    while left:
        piece = archive.read(min(left, _PIECE))
        if not piece:
            raise ArchiveError(placed.entry.name, "is cut off")
        left -= len(piece)
        yield piece


def _told(entry: Entry) -> bytes:
    """What an entry's header and the directory say alike, from its flags to the length of its extra field."""
    size = entry.byte_length
    return struct.pack("<HHHHIIIHH", 0, 0, _MIDNIGHT, _FIRST_DAY, entry.checksum, size, size, len(entry.name), 0)


def _enclosed_length(entry: Entry) -> int:
    return len(header(entry)) + entry.byte_length


def _entry(begun: bytes, before: str | None) -> Entry:
    """Read a header that follows that of the name `before`, and see that it is the one that would be written."""
    place = "archive" if before is None else f"what follows {before}"
    if len(begun) < len(_HEADER) + 26:
        raise ArchiveError(place, "is cut off")
    _, _, _, _, checksum, size, _, name_length, _ = struct.unpack_from("<HHHHIIIHH", begun, len(_HEADER) + 2)
    name = begun[len(_HEADER) + 26 :][:name_length].decode("latin-1")
    wanted = name == BUNDLE_NAME if before is None else file_of(name) is not None
    if not wanted:
        raise ArchiveError(place, f"must be {BUNDLE_NAME if before is None else 'a file, called files/ and its id'}")
    if before not in (None, BUNDLE_NAME) and name <= str(before):
        raise ArchiveError(name, f"must not follow {before}: files stand in the order of their ids, each once")
    entry = Entry(name, size, checksum)
    if not begun.startswith(header(entry)):
        raise ArchiveError(name, "has a header that is not written in the one way there is")
    return entry
