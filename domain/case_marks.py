"""Marks, which say that a case does not count: a copy of another, not reportable, or recorded in error."""
# ruff: noqa: ARG002 - a change names every field of its event, also those that the present state does not keep

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from domain.aggregate import UNRECORDED, event
from domain.case_retention import CaseRetention
from domain.checks import refuse, require_text
from domain.refusals import (
    CaseMarked,
    CaseNotMarked,
    DuplicateOfAnotherKind,
    DuplicateOfItself,
    OriginalNotCounting,
    OthersAreCopies,
    Refused,
)
from domain.sealed import Sealed
from domain.values import Imported, Mark, london_date


class CaseMarks(CaseRetention):
    """The part of a case that says whether it counts, and which cases were marked as copies of it."""

    imported: Imported | None

    def _begin_marks(self) -> None:
        self.mark: Mark | None = None
        self.marked_on: date | None = None
        self.duplicate_of: UUID | None = None
        self.copies: dict[UUID, None] = {}  # in the order they were marked

    # --- decisions

    def mark_duplicate(
        self, *, original: CaseMarks, reason: Sealed | None, former: CaseMarks | None = None, by: UUID | None = None
    ) -> tuple[CaseMarks, ...]:
        """Mark the case as a copy of `original`; a copy may be pointed away from its `former` original.

        The originals change too and are returned: each knows its copies, so that it cannot be marked while it has any.
        Every mark takes a reason, unless the case was imported: then the school's log is the reason.
        """
        self._require_no_copies()
        refuse(self.bars_marking_duplicate())
        self.require_impartial(by)
        if original.id == self.id:
            raise DuplicateOfItself("original")
        if original.kind != self.kind:
            raise DuplicateOfAnotherKind("original")
        if original.mark is not None:
            raise OriginalNotCounting("original")
        self._require_reason_for_mark(reason)
        if original.id == self.duplicate_of:
            return ()
        changed = self._leave(former)
        self._marked_duplicate(of=original.id, reason=reason)
        original._copy_added(copy=self.id)
        return (original, *changed)

    def mark_not_reportable(self, *, reason: Sealed | None, by: UUID | None = None) -> None:
        """Mark the case as one that never belonged in this record."""
        self._require_markable(reason, by)
        self._marked_not_reportable(reason=reason)

    def mark_recorded_in_error(self, *, reason: Sealed | None, by: UUID | None = None) -> None:
        """Mark the case as recorded by mistake."""
        self._require_markable(reason, by)
        self._marked_recorded_in_error(reason=reason)

    def _require_markable(self, reason: Sealed | None, by: UUID | None) -> None:
        self._require_no_copies()
        refuse(self.bars_marking())
        self.require_impartial(by)
        self._require_reason_for_mark(reason)

    def _require_reason_for_mark(self, reason: Sealed | None) -> None:
        if reason is not None or self.imported is None:
            require_text("reason", reason)

    def _require_no_copies(self) -> None:
        if self.copies:
            raise OthersAreCopies(cases=tuple(self.copies))

    def unmark(
        self, *, reason: Sealed, original: CaseMarks | None = None, by: UUID | None = None
    ) -> tuple[CaseMarks, ...]:
        """Take the mark off again: the case counts as if it had never been marked.

        `original` is the case of which it was a copy, if it was one; it changes too and is returned.
        """
        refuse(self.bars_unmarking())
        self.require_impartial(by)
        require_text("reason", reason)
        changed = self._leave(original)
        self._unmarked(reason=reason)
        return changed

    def _leave(self, original: CaseMarks | None) -> tuple[CaseMarks, ...]:
        """Tell the case of which this one was a copy that it is no longer."""
        if (original and original.id) != self.duplicate_of:
            raise ValueError("the case of which this one is a copy has to be given, and no other")
        if original is None:
            return ()
        original._copy_removed(copy=self.id)
        return (original,)

    # --- guards

    def bars_marking(self) -> type[Refused] | None:
        """Why the case cannot be marked: a mark is removed before another is set, and copies are pointed elsewhere."""
        return CaseMarked if self.mark else OthersAreCopies if self.copies else None

    def bars_marking_duplicate(self) -> type[Refused] | None:
        """Why the case cannot be marked as a copy; a copy can be pointed elsewhere."""
        return None if self.mark is Mark.DUPLICATE else self.bars_marking()

    def bars_unmarking(self) -> type[Refused] | None:
        """Why there is no mark to remove."""
        return None if self.mark else CaseNotMarked

    # --- changes

    @event("MarkedDuplicate", topic="*.marked_duplicate.v1")
    def _marked_duplicate(self, of: UUID, reason: Sealed | None, timestamp: datetime = UNRECORDED) -> None:
        """The case was marked as a copy of another."""
        self.mark = Mark.DUPLICATE
        # A copy that is pointed elsewhere has been marked since the first time.
        self.marked_on = self.marked_on or london_date(timestamp)
        self.duplicate_of = of

    @event("CopyAdded", topic="*.copy_added.v1")
    def _copy_added(self, copy: UUID) -> None:
        """Another case was marked as a copy of this one."""
        self.copies[copy] = None

    @event("CopyRemoved", topic="*.copy_removed.v1")
    def _copy_removed(self, copy: UUID) -> None:
        """Another case is no longer marked as a copy of this one."""
        self.copies.pop(copy, None)

    @event("MarkedNotReportable", topic="*.marked_not_reportable.v1")
    def _marked_not_reportable(self, reason: Sealed | None, timestamp: datetime = UNRECORDED) -> None:
        """The case was marked as one that never belonged in this record."""
        self.mark = Mark.NOT_REPORTABLE
        self.marked_on = london_date(timestamp)

    @event("MarkedRecordedInError", topic="*.marked_recorded_in_error.v1")
    def _marked_recorded_in_error(self, reason: Sealed | None, timestamp: datetime = UNRECORDED) -> None:
        """The case was marked as recorded by mistake."""
        self.mark = Mark.RECORDED_IN_ERROR
        self.marked_on = london_date(timestamp)

    @event("Unmarked", topic="*.unmarked.v1")
    def _unmarked(self, reason: Sealed) -> None:
        """The mark was taken off."""
        self.mark = None
        self.marked_on = None
        self.duplicate_of = None
        self._end_retention_reviews()
