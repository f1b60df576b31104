"""Commands on any kind of case: assigned, added to, marked, linked, moved to its right school, reopened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, ClassVar
from uuid import UUID, uuid4

from domain.aggregate import Recordable
from services.commands import Deciding, Described, decided
from services.decisions import CaseDecision


@dataclass(frozen=True, kw_only=True)
class AssignCase(CaseDecision):
    """Give the case to the person who runs it."""

    decision: ClassVar[str] = "assign"

    owner: Annotated[UUID, Described("The person who runs the case from now on.")]


@dataclass(frozen=True, kw_only=True)
class AddAddendum(CaseDecision):
    """Add words to the record; what is recorded is never rewritten."""

    decision: ClassVar[str] = "add_addendum"

    text: Annotated[str, Described("The words to add; they are stored sealed.")]


@dataclass(frozen=True, kw_only=True)
class MarkDuplicate(CaseDecision):
    """Mark the case as a copy of another: it counts nothing from now on, and its past is restated."""

    decision: ClassVar[str] = "mark_duplicate"
    needs_reason: ClassVar[bool] = True

    original: Annotated[UUID, Described("The case of which this one is a copy.")]

    def decide(self, case: Any, context: Deciding) -> Sequence[Recordable]:
        """Both histories say so: the original must not be marked while copies point to it."""
        original = case if self.original == case.id else context.other(self.original, "original")
        former = None
        if case.duplicate_of is not None:
            former = original if case.duplicate_of == original.id else context.services.ledger.load(case.duplicate_of)
        return case.mark_duplicate(  # type: ignore[no-any-return]  # the cases that change with it
            original=original, former=former, reason=decided(self.reason), by=context.caller.person_id
        )


@dataclass(frozen=True, kw_only=True)
class MarkNotReportable(CaseDecision):
    """Mark the case as one that never belonged in this record: it counts nothing, its past included."""

    decision: ClassVar[str] = "mark_not_reportable"
    needs_reason: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class MarkRecordedInError(CaseDecision):
    """Mark the case as recorded by mistake: it counts nothing, its past included."""

    decision: ClassVar[str] = "mark_recorded_in_error"
    needs_reason: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class Unmark(CaseDecision):
    """Take the mark off again: the case counts as if it had never been marked."""

    decision: ClassVar[str] = "unmark"
    needs_reason: ClassVar[bool] = True

    def decide(self, case: Any, context: Deciding) -> Sequence[Recordable]:
        """The original, if there was one, has a copy less."""
        original = None if case.duplicate_of is None else context.services.ledger.load(case.duplicate_of)
        return case.unmark(  # type: ignore[no-any-return]  # the cases that change with it
            original=original, reason=decided(self.reason), by=context.caller.person_id
        )


@dataclass(frozen=True, kw_only=True)
class LinkCase(CaseDecision):
    """Link the case to another."""

    decision: ClassVar[str] = "link"

    other: Annotated[UUID, Described("The case to link to.")]
    kind: Annotated[str, Described("How they belong together: a code of the list link_kinds.")]

    def decide(self, case: Any, context: Deciding) -> None:
        """The chain of origins must not lead back to this case."""
        if self.other != case.id:
            context.other(self.other, "other")
        case.link(
            other=self.other,
            kind=self.kind,
            origins=context.origins(self.other),
            by=context.caller.person_id,
        )


@dataclass(frozen=True, kw_only=True)
class UnlinkCase(CaseDecision):
    """Take a link to another case away again."""

    decision: ClassVar[str] = "unlink"
    needs_reason: ClassVar[bool] = True

    other: Annotated[UUID, Described("The case that is linked.")]
    kind: Annotated[str, Described("How they were linked: a code of the list link_kinds.")]

    def decide(self, case: Any, context: Deciding) -> None:
        """The other case need not be in sight: the link is this case's own. One that is hidden is no link at all."""
        other = uuid4() if context.hides(self.other) else self.other
        case.unlink(other=other, kind=self.kind, reason=decided(self.reason), by=context.caller.person_id)


@dataclass(frozen=True, kw_only=True)
class CorrectSchool(CaseDecision):
    """Say that the case was recorded at the wrong school: its counts move, its past included."""

    decision: ClassVar[str] = "correct_school"
    needs_reason: ClassVar[bool] = True

    school_urn: Annotated[str, Described("The school the case always belonged to, by URN.")]

    def decide(self, case: Any, context: Deciding) -> None:
        """The right school was a member of the trust on the day of awareness."""
        context.school(self.school_urn, "school_urn", case.opened_on)
        case.correct_school(school_urn=self.school_urn, reason=decided(self.reason), by=context.caller.person_id)


@dataclass(frozen=True, kw_only=True)
class TransferCase(CaseDecision):
    """Move the case to another school with the pupil: it is there from now on, and what was counted stays."""

    decision: ClassVar[str] = "transfer"
    needs_reason: ClassVar[bool] = True

    school_urn: Annotated[str, Described("The school the case moves to, by URN.")]
    transferred_on: Annotated[date, Described("The day of the move.")]

    def decide(self, case: Any, context: Deciding) -> None:
        """The school that takes the case is a member of the trust on the day of the move."""
        context.school(self.school_urn, "school_urn", min(self.transferred_on, context.today))
        case.transfer(**self.arguments(case, context))


@dataclass(frozen=True, kw_only=True)
class RequestCorrection(CaseDecision):
    """Ask for the record to be put right; whoever asks does not decide, and both stand beside the record for ever."""

    decision: ClassVar[str] = "request_correction"
    new_id: ClassVar[str | None] = "correction_id"

    text: Annotated[str, Described("What is recorded wrongly, and how it should read; stored sealed.")]
    item_id: Annotated[UUID | None, Described("The item or head of which it speaks, by its id, if of one.")] = None
    version: Annotated[int | None, Described("The event of which it speaks, by its version, if of one.")] = None
    requested_on: Annotated[date | None, Described("The day it was asked for; today if left out.")] = None
    requested_by: Annotated[UUID | None, Described("The person who asks, if not the one who gives the command.")] = None


@dataclass(frozen=True, kw_only=True)
class _CorrectionDecision(CaseDecision):
    """A command that decides a request for correction."""

    correction_id: Annotated[UUID, Described("The request, by its id.")]
    decided_on: Annotated[date | None, Described("The day of the decision; today if left out.")] = None


@dataclass(frozen=True, kw_only=True)
class ApproveCorrection(_CorrectionDecision):
    """Agree that the record is wrong; it is put right by the commands that there are for that."""

    decision: ClassVar[str] = "approve_correction"

    notes: Annotated[str | None, Described("What there is to say about it; stored sealed.")] = None


@dataclass(frozen=True, kw_only=True)
class RejectCorrection(_CorrectionDecision):
    """Say that the record stands as it is, and why."""

    decision: ClassVar[str] = "reject_correction"
    needs_reason: ClassVar[bool] = True
