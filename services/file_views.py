"""Giving out a file: to whom it may be given, that it is still what was handed in, and a record of it beforehand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID, uuid4

from domain.case import Case
from domain.case_files import CaseFile
from domain.export_rules import closed_persons
from domain.file_refusals import FileGone
from domain.permissions import CaseReading
from domain.sealed import SealedRef
from ledger.blob_store import BlobMissingError, BlobName, BlobStore
from ledger.key_store import KeyOwner
from ledger.sealed_files import FileOpener, SealedFileError, place_of_file
from services.command_refusals import NotAllowed, NotFound
from services.commands import Deciding, Described, Refusal, Services, UnseenCaseCommand
from services.extracting import restricted
from services.file_refusals import ImageNotReadable, ImageTooLarge
from services.image_copies import COPIED, without_metadata
from services.running_commands import require_allowed, run
from services.scope import Caller
from services.sealed_texts import SealedPlace, SealedState, open_texts
from services.sight import standing_to
from services.store import TrustLedger

__all__ = ["ExportFile", "FileDamagedError", "GivenFile", "ViewFile", "give_file", "read_file"]

# A file up to this length is checked to its end before any of it leaves; an image, at most so long, is copied.
CHECKED_BYTES = 25 * 1024 * 1024


class FileDamagedError(RuntimeError):
    """A file does not open as it was sealed, or is not there: somebody changed the store, or it lost something.

    The sentence names the file by its id, and nothing of it.
    """

    def __init__(self, file_id: UUID) -> None:
        super().__init__(f"the stored file {file_id} is not what was handed in")
        self.file_id = file_id


@dataclass(frozen=True, kw_only=True)
class _OneFile(UnseenCaseCommand):
    """A command by which a file is given out; it is decided by what may be read, not by what may be done."""

    case_id: Annotated[UUID, Described("The case, by its id.")]
    file_id: Annotated[UUID, Described("The file, by its id.")]

    def find(self, context: Deciding) -> Case:
        """The case, where the caller may be given the file."""
        case, _ = viewable(context.services.ledger, context.caller, self.case_id, self.file_id)
        return case


@dataclass(frozen=True, kw_only=True)
class ViewFile(_OneFile):
    """Record that somebody is given a file."""

    derivative: Annotated[bool, Described("Whether it is a copy without metadata.")] = False
    purpose: Annotated[str | None, Described("Why: a code of the list read_purposes.")] = None

    def decide(self, case: Any, context: Deciding) -> None:
        """One event for each look."""
        by = context.caller.person_id
        case.view_file(file_id=self.file_id, derivative=self.derivative, purpose=self.purpose, by=by)


@dataclass(frozen=True, kw_only=True)
class ExportFile(_OneFile):
    """Record that a file leaves the system with what is exported of its case."""

    def find(self, context: Deciding) -> Case:
        """The case, where the caller may also take it out."""
        case = super().find(context)
        seen = context.caller.visibility
        require_allowed(context.caller.decide(CaseReading.EXPORT, standing_to(context.services.ledger, seen, case)))
        return case

    def decide(self, case: Any, context: Deciding) -> None:
        """One event for each export."""
        case.export_file(file_id=self.file_id, by=context.caller.person_id)


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file on its way out: what it is called, as what it is given, how long it is if that is known, and its bytes.

    `parts` are the sealed parts that say what it is: (version, part), for the log of reads.
    """

    file: CaseFile
    name: str
    byte_length: int
    pieces: Iterator[bytes]
    parts: tuple[tuple[int, str], ...]


def viewable(ledger: TrustLedger, caller: Caller, case_id: UUID, file_id: UUID) -> tuple[Case, CaseFile]:
    """A file that the caller may be given, and its case. Raises NotFound, NotAllowed, UnknownFile or FileGone.

    Whoever opens the sealed words of a case opens its files, except those about persons whose own words stay closed
    when the case leaves the system.
    """
    case = ledger.load(case_id)
    if not isinstance(case, Case):
        raise NotFound("case_id")
    standing = standing_to(ledger, caller.visibility, case)
    for reading in (CaseReading.READ, CaseReading.OPEN_TEXTS):
        require_allowed(caller.decide(reading, standing))
    file = case.require_stored(file_id)
    if file.about is not None:
        teachers = restricted(ledger, ledger.head()[0]) if case.subjects else {}
        if file.about in closed_persons(case, caller.visibility, teachers):
            raise NotAllowed("file_id")
    return case, file


def give_file(
    services: Services, caller: Caller, store: BlobStore, *, case_id: UUID, file_id: UUID, derivative: bool = False
) -> GivenFile | Refusal:
    """A file, after it was recorded that the caller is given it.

    Raises Refused, FileDamagedError and KeysUnavailableError. The bytes of a long file raise FileDamagedError at their
    end, or before: whoever gives them out must not make it seem then that they came whole.
    """
    ledger = services.ledger
    case, file = viewable(ledger, caller, case_id, file_id)
    if derivative and file.kind not in COPIED:
        raise ImageNotReadable("file_id")
    if derivative and file.byte_length > CHECKED_BYTES:
        raise ImageTooLarge("file_id")
    name, digest = _words(ledger, caller, case, file)
    if file.byte_length <= CHECKED_BYTES:
        for _ in read_file(ledger, store, case_id, file, digest):
            pass
    elif not store.holds(BlobName(ledger.trust_id, file_id)):
        raise FileDamagedError(file_id)
    content = read_file(ledger, store, case_id, file, digest)
    length = file.byte_length
    if derivative:
        copied = without_metadata(b"".join(content), file.kind)
        content, length = iter((copied,)), len(copied)
    purpose = caller.purpose
    outcome = run(
        services,
        caller,
        ViewFile(command_id=uuid4(), case_id=case_id, file_id=file_id, derivative=derivative, purpose=purpose),
    )
    if isinstance(outcome, Refusal):
        return outcome
    return GivenFile(file, name, length, content, tuple((one.version, one.part) for one in _sealed(file)))


def read_file(ledger: TrustLedger, store: BlobStore, case_id: UUID, file: CaseFile, digest: str) -> Iterator[bytes]:
    """The bytes of a file, whose SHA-256 is `digest`; for whoever has made sure that they may be read.

    Raises FileGone where its key was destroyed, and FileDamagedError, at its end at the latest.
    """
    owner = KeyOwner(case_id, file.about)
    key_id = ledger.keys.keys_of_case(ledger.trust_id, case_id).get(owner)
    key = None if key_id is None else ledger.keys.open(ledger.trust_id, [key_id])[key_id]
    if key_id is None or key is None:
        raise FileGone("file_id")
    opener = FileOpener(key.secret, place_of_file(ledger.trust_id, case_id, file.file_id, key_id))
    return _opened(opener, store.read(BlobName(ledger.trust_id, file.file_id)), file, digest)


def _opened(opener: FileOpener, sealed: Iterator[bytes], file: CaseFile, digest: str) -> Iterator[bytes]:
    seen, length = sha256(), 0
    try:
        for piece in sealed:
            if opened := opener.update(piece):
                seen.update(opened)
                length += len(opened)
                yield opened
        last = opener.finish()
    except (SealedFileError, BlobMissingError):
        raise FileDamagedError(file.file_id) from None
    seen.update(last)
    # AES-GCM alone does not bind a file to one key; the hash that its event sealed does.
    if (length + len(last), seen.hexdigest()) != (file.byte_length, digest):
        raise FileDamagedError(file.file_id)
    if last:
        yield last


def _sealed(file: CaseFile) -> tuple[SealedRef, SealedRef]:
    """Where a file's name and its hash lie."""
    assert isinstance(file.file_name, SealedRef)
    assert isinstance(file.fingerprint, SealedRef)
    return file.file_name, file.fingerprint


def _words(ledger: TrustLedger, caller: Caller, case: Case, file: CaseFile) -> tuple[str, str]:
    """A file's name and its hash, which are sealed."""
    places = [SealedPlace(case.id, one.version, one.part) for one in _sealed(file)]
    texts = open_texts(ledger, caller.visibility, places)
    name, digest = (texts[place] for place in places)
    if name.state is SealedState.ERASED or digest.state is SealedState.ERASED:
        raise FileGone("file_id")
    if name.text is None or digest.text is None:
        raise NotAllowed("file_id")
    return name.text, digest.text
