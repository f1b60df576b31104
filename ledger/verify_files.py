"""The checks of an archive: that it holds what its bundle says was handed in, byte for byte, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import BinaryIO
from uuid import UUID
from zlib import crc32

from ledger.archive import (
    BUNDLE_NAME,
    ArchiveError,
    FileTold,
    Placed,
    file_of,
    files_told,
    layout,
    name_of_file,
    pieces,
)
from ledger.verifying import Examination, Wrong

__all__ = ["bundle_within", "check_files", "found_within"]


def found_within(archive: BinaryIO) -> list[Placed]:
    """What the archive holds; raises Wrong where it is not written as an archive is."""
    try:
        return layout(archive)
    except ArchiveError as error:
        raise Wrong(error.place, error.rule) from None


def bundle_within(archive: BinaryIO, placed: Placed) -> bytes:
    """The bundle of the archive; raises Wrong where it was damaged."""
    content = b"".join(pieces(archive, placed))
    if crc32(content) != placed.entry.checksum:
        raise Wrong(BUNDLE_NAME, "does not have the checksum that the archive states")
    return content


def check_files(examination: Examination, archive: BinaryIO, enclosed: Sequence[Placed]) -> tuple[str, list[FileTold]]:
    """Every file that is kept and may be seen is there as it was handed in, and no other is; with what was found."""
    told = files_told(examination.shown, examination.erasures)
    by_id = {file_of(one.entry.name): one for one in enclosed}
    for file_id, placed in by_id.items():
        name = placed.entry.name
        file = None if file_id is None else told.get(file_id)
        if file is None:
            raise Wrong(name, "was added: no event that is shown says that it was handed in")
        if not file.is_enclosed:
            raise Wrong(name, f"was added: {_why_not(file)}, so that nothing shows what it must be")
        _check_content(file, archive, placed, told)
    for file in told.values():
        if file.is_enclosed and file.file_id not in by_id:
            raise Wrong(
                name_of_file(file.file_id),
                f"is missing: it was handed in at position {file.position}, and no event says that it was removed",
            )
    counts = {state: sum(one.state == state for one in told.values()) for state in ("REMOVED", "ERASED", "WITHHELD")}
    others = [f"{count} {state.lower()}" for state, count in counts.items() if count]
    return ", ".join([f"{len(by_id)} as handed in", *others]), list(told.values())


def _check_content(file: FileTold, archive: BinaryIO, placed: Placed, told: Mapping[UUID, FileTold]) -> None:
    name = placed.entry.name
    seen, checksum = sha256(), 0
    for piece in pieces(archive, placed):
        seen.update(piece)
        checksum = crc32(piece, checksum)
    computed = seen.hexdigest()
    if computed != file.fingerprint:
        other = next((one for one in told.values() if one.fingerprint == computed), None)
        if other is not None:
            where = "" if other.stream == file.stream else ", which is of another case"
            raise Wrong(name, f"holds the bytes of {name_of_file(other.file_id)}{where}")
        if placed.entry.byte_length != file.byte_length:
            length = placed.entry.byte_length
            raise Wrong(name, f"has {length} bytes, and {file.byte_length} were handed in at position {file.position}")
        raise Wrong(name, f"was changed: its bytes are not those that were handed in at position {file.position}")
    if placed.entry.byte_length != file.byte_length:
        raise Wrong(name, f"does not have the length that position {file.position} states")
    if checksum != placed.entry.checksum:
        raise Wrong(name, "does not have the checksum that the archive states")


def _why_not(file: FileTold) -> str:
    if file.state == "REMOVED":
        return f"position {file.ended_at} says that it was removed"
    return f"its fingerprint is {file.state.lower()}"
