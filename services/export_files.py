"""The archive of a case: its bundle, and beside it every file of evidence that its reader may have, in one ZIP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4
from zlib import crc32

from domain.case import Case
from domain.case_files import CaseFile
from domain.refusals import RefusalCode, Refused
from ledger.archive import (
    BUNDLE_NAME,
    ArchiveError,
    Entry,
    FileTold,
    archive_length,
    directory,
    files_told,
    header,
    name_of_file,
)
from ledger.blob_store import BlobStore
from ledger.bundle import Bundle
from ledger.entry import decode_body
from services.commands import Refusal, Services
from services.export import bundle_of_case
from services.file_views import ExportFile, read_file
from services.running_commands import run
from services.scope import Caller
from services.sealed_texts import SealedPlace

__all__ = ["Archive", "ArchiveTooLarge", "export_archive"]


# More than a bundle grows by the event that a file leaves: what would not fit afterwards is refused before.
_ROOM = 4096


class ArchiveTooLarge(Refused):
    """The files of this case are more than one archive holds; fetch them one by one."""

    code = RefusalCode.QUERY_TOO_LARGE


@dataclass(frozen=True, slots=True)
class Archive:
    """A case on its way out with its files: how long the archive is, and its bytes."""

    byte_length: int
    pieces: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class _Enclosed:
    """A file that goes with the case, and the checksum of its bytes."""

    told: FileTold
    file: CaseFile
    checksum: int

    @property
    def entry(self) -> Entry:
        return Entry(name_of_file(self.told.file_id), self.told.byte_length, self.checksum)


def export_archive(
    services: Services,
    caller: Caller,
    store: BlobStore,
    case_id: UUID,
    opened: set[SealedPlace] | None = None,
    *,
    since: Sequence[int] = (),
) -> Archive | Refusal:
    """The bundle of a case as `export_case` gives it, with the files whose fingerprint it opens.

    Each file is read to its end, and that it leaves is recorded in the history of the case, before the bundle is made:
    so the bundle tells of it. Raises what `export_case` raises, ArchiveTooLarge, and FileDamagedError, which the bytes
    raise as well where a file was damaged since.
    """
    enclosed: dict[UUID, _Enclosed] = {}
    while True:
        bundle = bundle_of_case(services.ledger, caller.visibility, case_id, opened, since=since)
        wanted = _wanted(bundle)
        if wanted.keys() <= enclosed.keys():
            break
        # A file that is handed in while another is recorded is in the next bundle, and is recorded then.
        case = services.ledger.load(case_id)
        assert isinstance(case, Case)
        for file_id in sorted(wanted.keys() - enclosed.keys()):
            enclosed[file_id] = _read_through(services, store, case_id, wanted[file_id], case.files[file_id])
            outcome = run(services, caller, ExportFile(command_id=uuid4(), case_id=case_id, file_id=file_id))
            if isinstance(outcome, Refusal):
                return outcome
    content = bundle.encode()
    files_in_order = [enclosed[file_id] for file_id in sorted(wanted)]
    entries = [Entry(BUNDLE_NAME, len(content), crc32(content)), *(one.entry for one in files_in_order)]
    return Archive(_length(entries), _written(services, store, case_id, content, entries, files_in_order))


def _wanted(bundle: Bundle) -> Mapping[UUID, FileTold]:
    """The files that have to go with a bundle, if an archive holds so much."""
    told = files_told((event, decode_body(event.body)) for event in bundle.shown)
    wanted = {file_id: one for file_id, one in told.items() if one.is_enclosed}
    bundle_length = len(bundle.encode()) + _ROOM * len(wanted)
    files = [Entry(name_of_file(file_id), one.byte_length, 0) for file_id, one in wanted.items()]
    _length([Entry(BUNDLE_NAME, bundle_length, 0), *files])
    return wanted


def _length(entries: Sequence[Entry]) -> int:
    try:
        return archive_length(entries)
    except ArchiveError:
        raise ArchiveTooLarge from None


def _read_through(services: Services, store: BlobStore, case_id: UUID, told: FileTold, file: CaseFile) -> _Enclosed:
    checksum = 0
    for piece in _content(services, store, case_id, told, file):
        checksum = crc32(piece, checksum)
    return _Enclosed(told, file, checksum)


def _content(services: Services, store: BlobStore, case_id: UUID, told: FileTold, file: CaseFile) -> Iterator[bytes]:
    assert told.fingerprint is not None
    return read_file(services.ledger, store, case_id, file, told.fingerprint)


def _written(
    services: Services,
    store: BlobStore,
    case_id: UUID,
    bundle: bytes,
    entries: Sequence[Entry],
    files: Sequence[_Enclosed],
) -> Iterator[bytes]:
    yield header(entries[0])
    yield bundle
    for one in files:
        yield header(one.entry)
        yield from _content(services, store, case_id, one.told, one.file)
    yield directory(entries)
