"""The files of a case: that one was handed in, who looked at it and took it out, and that it was removed.

A file itself lies sealed outside the ledger; its name and its hash are sealed here, for the hash of a known picture
would tell what it is. Every look at a file is an event of the case, so that the chain of custody is its history.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from domain.aggregate import UNRECORDED, event
from domain.checks import refuse, require_not_future, require_text
from domain.file_refusals import FileGone, NotDeclared, TooManyFiles, UnknownEvidence, UnknownFile
from domain.impartial import Impartial
from domain.refusals import CaseMarked, IdentityTaken, Refused
from domain.sealed import Sealed
from domain.vocabulary import require_code
from domain.vocabulary_of_files import FILE_KINDS, REMOVED, STORED, FileKind

__all__ = ["MOST_FILES", "CaseFile", "CaseFiles"]

# As many as the Department for Education's service for referrals takes.
MOST_FILES = 40


@dataclass(frozen=True, slots=True)
class CaseFile:
    """One file: what it is, who handed it in, and how often it was looked at and taken out.

    `kind`, `scanned` and `state` are codes of the lists `file_kinds`, `scan_results` and `file_states`; `fingerprint`
    is the SHA-256 of the bytes as they were handed in, in hex. `about` is the
    person whom it concerns and under whose key it is sealed then; `evidence_id` the piece of evidence that it is.
    """

    file_id: UUID
    kind: str
    media_type: str
    byte_length: int
    scanned: str
    evidence_id: UUID | None
    about: UUID | None
    collected_on: date | None
    collected_by: UUID | None
    stored_at: datetime
    stored_by: UUID | None
    file_name: Sealed
    fingerprint: Sealed
    state: str = STORED
    view_count: int = 0
    export_count: int = 0
    last_viewed_at: datetime | None = None
    removed_at: datetime | None = None
    erasure_id: UUID | None = None

    @property
    def is_stored(self) -> bool:
        """Whether the file is still kept."""
        return self.state == STORED


class CaseFiles(Impartial):
    """The part of a case that says what files it has."""

    def _begin_files(self) -> None:
        self.files: dict[UUID, CaseFile] = {}

    # --- decisions

    def require_room(
        self, *, evidence_id: UUID | None, no_indecent_image_of_child: bool, most_files: int = MOST_FILES
    ) -> None:
        """Refuse a file before any of it is read: sexual imagery of children is never kept (UKCIS, 2024)."""
        refuse(self.bars_storing_file())
        if not no_indecent_image_of_child:
            raise NotDeclared("no_indecent_image_of_child")
        self._require_evidence(evidence_id)
        if sum(one.is_stored for one in self.files.values()) >= most_files:
            raise TooManyFiles

    def store_file(
        self,
        *,
        file_id: UUID,
        kind: str,
        byte_length: int,
        scanned: str,
        file_name: Sealed,
        fingerprint: Sealed,
        no_indecent_image_of_child: bool,
        today: date,
        evidence_id: UUID | None = None,
        about: UUID | None = None,
        collected_on: date | None = None,
        collected_by: UUID | None = None,
        most_files: int = MOST_FILES,
        by: UUID | None = None,
    ) -> None:
        """Take up a file that lies in the store already; `about` seals what is said of it under that person's key."""
        self.require_room(
            evidence_id=evidence_id, no_indecent_image_of_child=no_indecent_image_of_child, most_files=most_files
        )
        if file_id in self.files:
            raise IdentityTaken("file_id")
        # Both are found out on the day it is handed in, whenever it was collected.
        require_code("file_kinds", kind, "kind", today)
        require_code("scan_results", scanned, "scanned", today)
        self._require_keepable_file(FILE_KINDS[kind], evidence_id)
        require_not_future(today, collected_on=collected_on)
        require_text("file_name", file_name)
        require_text("fingerprint", fingerprint)
        self._file_stored(
            file_id=file_id,
            kind=kind,
            byte_length=byte_length,
            scanned=scanned,
            evidence_id=evidence_id,
            about=about,
            collected_on=collected_on,
            collected_by=collected_by,
            stored_by=by,
            file_name=file_name,
            fingerprint=fingerprint,
        )

    def view_file(
        self, *, file_id: UUID, derivative: bool = False, purpose: str | None = None, by: UUID | None = None
    ) -> None:
        """Record that somebody is given a file, or a copy without metadata; possible whatever became of the case."""
        self.require_stored(file_id)
        if purpose is not None:
            require_code("read_purposes", purpose, "purpose")
        self._file_viewed(file_id=file_id, derivative=derivative, purpose=purpose, viewed_by=by)

    def export_file(self, *, file_id: UUID, by: UUID | None = None) -> None:
        """Record that a file leaves the system with what is exported of the case."""
        self.require_stored(file_id)
        self._file_exported(file_id=file_id, exported_by=by)

    def remove_file(self, *, file_id: UUID, erasure_id: UUID | None = None) -> None:
        """Record that a file is no longer kept; one that was removed before stays as it is."""
        if self._file(file_id).is_stored:
            self._file_removed(file_id=file_id, erasure_id=erasure_id)

    def require_stored(self, file_id: UUID) -> CaseFile:
        """The file, if it is still kept. Raises UnknownFile or FileGone."""
        found = self._file(file_id)
        if not found.is_stored:
            raise FileGone("file_id")
        return found

    def _file(self, file_id: UUID) -> CaseFile:
        found = self.files.get(file_id)
        if found is None:
            raise UnknownFile("file_id")
        return found

    def _require_evidence(self, evidence_id: UUID | None) -> None:
        """Refuse evidence that was not noted; only incidents note any."""
        if evidence_id is not None:
            raise UnknownEvidence("evidence_id")

    def _require_keepable_file(self, kind: FileKind, evidence_id: UUID | None) -> None:
        """Refuse a file of a kind that may not be kept of what the case is about."""

    # --- guards

    def bars_storing_file(self) -> type[Refused] | None:
        """Why no file is taken up; one may come to light when the case is closed."""
        return CaseMarked if getattr(self, "mark", None) else None

    # --- changes

    @event("FileStored", topic="*.file_stored.v1")
    def _file_stored(
        self,
        file_id: UUID,
        kind: str,
        byte_length: int,
        scanned: str,
        evidence_id: UUID | None,
        about: UUID | None,
        collected_on: date | None,
        collected_by: UUID | None,
        stored_by: UUID | None,
        file_name: Sealed,
        fingerprint: Sealed,
        timestamp: datetime = UNRECORDED,
    ) -> None:
        """A file was handed in and kept, sealed."""
        self.files[file_id] = CaseFile(
            file_id=file_id,
            kind=kind,
            media_type=FILE_KINDS[kind].media_type if kind in FILE_KINDS else "application/octet-stream",
            byte_length=byte_length,
            scanned=scanned,
            evidence_id=evidence_id,
            about=about,
            collected_on=collected_on,
            collected_by=collected_by,
            stored_at=timestamp,
            stored_by=stored_by,
            file_name=file_name,
            fingerprint=fingerprint,
        )

    @event("FileViewed", topic="*.file_viewed.v1")
    def _file_viewed(
        self,
        file_id: UUID,
        derivative: bool,  # noqa: ARG002 - which of the two was given stands in the event
        purpose: str | None,  # noqa: ARG002 - as above
        viewed_by: UUID | None,  # noqa: ARG002 - as above
        timestamp: datetime = UNRECORDED,
    ) -> None:
        """Somebody was given a file, or a copy of it without metadata."""
        file = self.files[file_id]
        self.files[file_id] = replace(file, view_count=file.view_count + 1, last_viewed_at=timestamp)

    @event("FileExported", topic="*.file_exported.v1")
    def _file_exported(self, file_id: UUID, exported_by: UUID | None) -> None:  # noqa: ARG002 - as above
        """A file left the system with an export."""
        file = self.files[file_id]
        self.files[file_id] = replace(file, export_count=file.export_count + 1)

    @event("FileRemoved", topic="*.file_removed.v1")
    def _file_removed(self, file_id: UUID, erasure_id: UUID | None, timestamp: datetime = UNRECORDED) -> None:
        """A file is no longer kept; `erasure_id` names the erasure that asked for it."""
        file = self.files[file_id]
        self.files[file_id] = replace(file, state=REMOVED, removed_at=timestamp, erasure_id=erasure_id)
