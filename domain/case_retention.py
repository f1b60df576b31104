"""Keeping a case: what holds it, which classes of record it belongs to, and what was decided when its time was over.

How long it is kept stands in no event: that follows from the table in force (`domain.retention`). A review keeps what
it was decided on, so that the decision can be understood when the table has changed.
"""
# ruff: noqa: ARG002 - a change names every field of its event, also those that the present state does not keep

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from domain.aggregate import UNRECORDED, event
from domain.checks import present, refuse, require_codes, require_text
from domain.impartial import Impartial
from domain.refusals import IdentityTaken, Refused
from domain.retention import PERSONAL, RetentionDue, inputs_of
from domain.retention_parts import DISPOSE, KEEP, LegalHold, RetentionInput, RetentionReview
from domain.retention_refusals import (
    DueNotKnown,
    KeepingNotBegun,
    KeepUntilMissing,
    KeepUntilNotWanted,
    KeepUntilPassed,
    LegalHoldOver,
    LinkedCaseOpen,
    NotDueYet,
    OnHold,
    ReviewPassed,
    UnknownLegalHold,
)
from domain.sealed import Sealed
from domain.values import Mark, PolicyRef, london_date
from domain.vocabulary import require_code

__all__ = ["CaseRetention"]


class CaseRetention(Impartial):
    """The part of a case that says how it is kept; possible whatever state the case is in, but for the review."""

    is_closed: bool
    mark: Mark | None
    marked_on: date | None

    def _begin_retention(self) -> None:
        self.legal_holds: dict[UUID, LegalHold] = {}
        # What somebody said the case is; None while it follows from what was recorded.
        self.retention_classes: tuple[str, ...] | None = None
        self.retention_reviews: tuple[RetentionReview, ...] = ()

    # --- decisions

    def place_hold(
        self, *, hold_id: UUID, authority: str, review_on: date, reason: Sealed, today: date, by: UUID | None = None
    ) -> None:
        """Hold the record: nothing of it is disposed of until the hold is lifted, whatever its table says."""
        if hold_id in self.legal_holds:
            raise IdentityTaken("hold_id")
        self.require_impartial(by)
        require_code("hold_grounds", authority, "authority", today)
        if review_on <= today:
            raise ReviewPassed("review_on")
        require_text("reason", reason)
        self._legal_hold_placed(hold_id=hold_id, authority=authority, review_on=review_on, reason=reason)

    def lift_hold(self, *, hold_id: UUID, reason: Sealed, by: UUID | None = None) -> None:
        """Lift a hold: from now on the record is kept as long as its table says."""
        hold = self.legal_holds.get(hold_id)
        if hold is None:
            raise UnknownLegalHold("hold_id")
        if hold.is_lifted:
            raise LegalHoldOver("hold_id")
        self.require_impartial(by)
        require_text("reason", reason)
        self._legal_hold_lifted(hold_id=hold_id, reason=reason)

    def classify_for_retention(
        self, *, classes: tuple[str, ...], reason: Sealed, today: date, by: UUID | None = None
    ) -> None:
        """Say which classes of record the case belongs to, in place of those that follow from what was recorded."""
        self.require_impartial(by)
        require_codes("retention_classes", classes, "classes", today)
        require_text("reason", reason)
        named = tuple(sorted(classes))
        if self.retention_classes != named:
            self._retention_classified(classes=named, reason=reason)

    def review_retention(
        self,
        *,
        choice: str,
        table: PolicyRef,
        due: RetentionDue | None,
        is_held: bool,
        has_open_link: bool,
        today: date,
        keep_until: date | None = None,
        notes: Sealed | None = None,
        by: UUID | None = None,
    ) -> None:
        """Decide about the record when its time is over; KEEP is possible before, and takes a day and a reason.

        `due` is how long it is kept by `table` as of today; `is_held` says that a hold of the trust covers it,
        `has_open_link` that a case linked with it is open.
        """
        self.require_impartial(by)
        require_code("retention_decisions", choice, "choice", today)
        refuse(self.bars_reviewing())
        if choice == KEEP:
            if keep_until is None:
                raise KeepUntilMissing("keep_until")
            if keep_until <= today:
                raise KeepUntilPassed("keep_until")
            require_text("notes", notes)
        elif keep_until is not None:
            raise KeepUntilNotWanted("keep_until")
        if choice == DISPOSE:
            self.require_disposable(due, today, is_held=is_held, has_open_link=has_open_link)
        rule = due.longest if due is not None else None
        is_personal = rule is not None and rule.input in PERSONAL
        self._retention_reviewed(
            decision=choice,
            keep_until=keep_until,
            table=table,
            rule=None if rule is None else rule.rule.id,
            due_on=None if rule is None or is_personal else rule.on,
            inputs=() if due is None else tuple(_told(*one) for one in inputs_of(due)),
            decided_on=today,
            notes=present(notes),
        )

    def require_disposable(self, due: RetentionDue | None, today: date, *, is_held: bool, has_open_link: bool) -> None:
        """Refuse to dispose of what is held, is linked with an open case, or is to be kept longer."""
        refuse(self.bars_reviewing())
        if self.is_on_legal_hold or is_held:
            raise OnHold
        if has_open_link:
            raise LinkedCaseOpen
        if due is None:
            # A copy is kept as its original, which is open.
            raise KeepingNotBegun
        if due.on is None:
            raise DueNotKnown(needs=due.missing)
        if due.on > today:
            raise NotDueYet

    # --- guards

    def bars_lifting_legal_hold(self) -> type[Refused] | None:
        """Why there is no hold to lift."""
        if self.is_on_legal_hold:
            return None
        return LegalHoldOver if self.legal_holds else UnknownLegalHold

    def bars_reviewing(self) -> type[Refused] | None:
        """Why nothing is decided about keeping the record: its time has not begun."""
        return None if self.is_closed or self.mark is not None else KeepingNotBegun

    # --- changes

    @event("LegalHoldPlaced", topic="*.hold_placed.v1")
    def _legal_hold_placed(
        self, hold_id: UUID, authority: str, review_on: date, reason: Sealed, timestamp: datetime = UNRECORDED
    ) -> None:
        """The record was held: nothing of it is disposed of until the hold is lifted."""
        self.legal_holds[hold_id] = LegalHold(hold_id, london_date(timestamp), authority, review_on, reason)

    @event("LegalHoldLifted", topic="*.hold_lifted.v1")
    def _legal_hold_lifted(self, hold_id: UUID, reason: Sealed) -> None:
        """A hold on the record was lifted."""
        self.legal_holds[hold_id] = replace(self.legal_holds[hold_id], is_lifted=True, lifted_because=reason)

    @event("RetentionClassified", topic="*.retention_classified.v1")
    def _retention_classified(self, classes: tuple[str, ...], reason: Sealed) -> None:
        """Somebody said which classes of record the case belongs to, which decide how long it is kept."""
        self.retention_classes = classes

    @event("RetentionReviewed", topic="*.retention_reviewed.v1")
    def _retention_reviewed(
        self,
        decision: str,
        keep_until: date | None,
        table: PolicyRef,
        rule: str | None,
        due_on: date | None,
        inputs: tuple[RetentionInput, ...],
        decided_on: date,
        notes: Sealed | None,
    ) -> None:
        """It was decided what becomes of the record; the day is left out where it is one of a person's own."""
        review = RetentionReview(decision, keep_until, table, rule, due_on, inputs, decided_on, notes)
        self.retention_reviews = (*self.retention_reviews, review)

    def _end_retention_reviews(self) -> None:
        """The case goes on: what was decided about keeping it is over."""
        self.retention_reviews = tuple(replace(one, is_over=True) for one in self.retention_reviews)

    # --- questions

    @property
    def is_on_legal_hold(self) -> bool:
        """Whether a hold of its own holds the record."""
        return any(not hold.is_lifted for hold in self.legal_holds.values())

    @property
    def retention_decision(self) -> RetentionReview | None:
        """The decision that stands: the last, unless the case was opened again since or its mark was taken off."""
        last = self.retention_reviews[-1] if self.retention_reviews else None
        return None if last is None or last.is_over else last


def _told(given: str, day: date | None) -> RetentionInput:
    """An input as the event keeps it: of a person's own days, that they were asked for and no more."""
    return RetentionInput(given, None if given in PERSONAL else day)
