"""The archive of a case or of a period: its bundle, and beside it every file of evidence that its reader may have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4
from zlib import crc32

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
from ledger.bundle import Bundle, BundledEvent
from ledger.entry import Body, decode_body
from ledger.period import Period
from services.commands import Refusal, Services
from services.export import bundle_of_case
from services.export_period import bundle_of_period, require_room
from services.file_views import ExportFile, read_file
from services.running_commands import run
from services.scope import Caller
from services.sealed_texts import SealedPlace

__all__ = ["Archive", "ArchiveTooLarge", "export_archive", "export_period_archive"]


# More than a bundle grows by the event that a file leaves: what would not fit afterwards is refused before.
_ROOM = 4096


class ArchiveTooLarge(Refused):
    """The files are more than one archive holds; fetch them one by one."""

    code = RefusalCode.QUERY_TOO_LARGE


@dataclass(frozen=True, slots=True)
class Archive:
    """A case or a period on its way out with its files: how long the archive is, and its bytes."""

    byte_length: int
    pieces: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class _Enclosed:
    """A file that goes with the bundle, and the checksum of its bytes."""

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

    Each file is read to its end, and that it leaves is recorded in the history of its case, before the bundle is made:
    so the bundle tells of it. Raises what `export_case` raises, ArchiveTooLarge, and FileDamagedError, which the bytes
    raise as well where a file was damaged since.
    """
    return _archived(
        services,
        caller,
        store,
        lambda: bundle_of_case(services.ledger, caller.visibility, case_id, opened, since=since),
    )


def export_period_archive(
    services: Services,
    caller: Caller,
    store: BlobStore,
    since: datetime,
    until: datetime,
    opened: set[SealedPlace] | None = None,
    told: set[UUID] | None = None,
    *,
    kept: Sequence[int] = (),
) -> Archive | Refusal:
    """The bundle of a period as `export_period` gives it, with the files that were handed in within it.

    They leave as those of a case do; that they do is recorded now, which is within a period that reaches so far. Raises
    what `export_period` raises, and otherwise as `export_archive`.
    """
    return _archived(
        services,
        caller,
        store,
        lambda: bundle_of_period(services.ledger, caller, since, until, opened, told, kept=kept),
    )


def _archived(
    services: Services, caller: Caller, store: BlobStore, make: Callable[[], Bundle | Period]
) -> Archive | Refusal:
    """Make the bundle until every file that has to go with it was read and recorded."""
    enclosed: dict[UUID, _Enclosed] = {}
    while True:
        bundle = make()
        wanted = _wanted(bundle)
        missing = sorted(wanted.keys() - enclosed.keys())
        if not missing:
            break
        if isinstance(bundle, Period):
            require_room(bundle, len(missing))
        # A file that is handed in while another is recorded is in the next bundle, and is recorded then.
        cases = services.ledger.load_many(sorted({wanted[file_id].stream for file_id in missing}))
        for file_id in missing:
            told = wanted[file_id]
            enclosed[file_id] = _read_through(services, store, told, cases[told.stream].files[file_id])
        # Where one is damaged none leaves, so nothing is recorded before all were read.
        for file_id in missing:
            leaves = ExportFile(command_id=uuid4(), case_id=wanted[file_id].stream, file_id=file_id)
            outcome = run(services, caller, leaves)
            if isinstance(outcome, Refusal):
                return outcome
    content = bundle.encode()
    files_in_order = [enclosed[file_id] for file_id in sorted(wanted)]
    entries = [Entry(BUNDLE_NAME, len(content), crc32(content)), *(one.entry for one in files_in_order)]
    return Archive(_length(entries), _written(services, store, content, entries, files_in_order))


def _wanted(bundle: Bundle | Period) -> Mapping[UUID, FileTold]:
    """The files that have to go with a bundle, if an archive holds so much."""
    told = files_told(_with_bodies(bundle.shown), _with_bodies(bundle.erasures))
    wanted = {file_id: one for file_id, one in told.items() if one.is_enclosed}
    bundle_length = len(bundle.encode()) + _ROOM * len(wanted)
    files = [Entry(name_of_file(file_id), one.byte_length, 0) for file_id, one in wanted.items()]
    _length([Entry(BUNDLE_NAME, bundle_length, 0), *files])
    return wanted


def _with_bodies(events: Iterable[BundledEvent]) -> Iterator[tuple[BundledEvent, Body]]:
    return ((event, decode_body(event.body)) for event in events)


def _length(entries: Sequence[Entry]) -> int:
    try:
        return archive_length(entries)
    except ArchiveError:
        raise ArchiveTooLarge from None


def _read_through(services: Services, store: BlobStore, told: FileTold, file: CaseFile) -> _Enclosed:
    checksum = 0
    for piece in _content(services, store, told, file):
        checksum = crc32(piece, checksum)
    return _Enclosed(told, file, checksum)


def _content(services: Services, store: BlobStore, told: FileTold, file: CaseFile) -> Iterator[bytes]:
    assert told.fingerprint is not None
    return read_file(services.ledger, store, told.stream, file, told.fingerprint)


def _written(
    services: Services,
    store: BlobStore,
    bundle: bytes,
    entries: Sequence[Entry],
    files: Sequence[_Enclosed],
) -> Iterator[bytes]:
    yield header(entries[0])
    yield bundle
    for one in files:
        yield header(one.entry)
        yield from _content(services, store, one.told, one.file)
    yield directory(entries)
