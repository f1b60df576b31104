"""Corrections that somebody asks for: requested, and approved or rejected by somebody else.

What is recorded is never rewritten. A request says what is wrong and how it should read; it stands beside the record
with its decision for ever, and whoever approves it puts the record right by the steps that there are for that.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date
from uuid import UUID

from domain.aggregate import event
from domain.case_parts import APPROVED, REJECTED, Correction
from domain.case_place import CasePlace
from domain.checks import present, require_not_future, require_order, require_text
from domain.duties import Duty, DutyCode
from domain.lifecycle_refusals import CorrectionDecided, DeciderIsRequester, UnknownCorrection, UnknownVersion
from domain.refusals import IdentityTaken, Refused, UnknownItem
from domain.sealed import Sealed


class CaseCorrections(CasePlace):
    """The part of a case that keeps what was said to be recorded wrongly; possible whatever state the case is in."""

    def _begin_corrections(self) -> None:
        self.corrections: dict[UUID, Correction] = {}

    # --- decisions

    def request_correction(
        self,
        *,
        correction_id: UUID,
        text: Sealed,
        today: date,
        item_id: UUID | None = None,
        version: int | None = None,
        requested_on: date | None = None,
        requested_by: UUID | None = None,
        by: UUID | None = None,
    ) -> None:
        """Ask for the record to be put right: what is wrong, and how it should read.

        `requested_by` is who asks, if not the person who records it (`by`); the day is today if none is given.
        """
        if correction_id in self.corrections:
            raise IdentityTaken("correction_id")
        require_text("text", text)
        if item_id is not None and item_id not in self.countable_ids:
            raise UnknownItem("item_id")
        if version is not None and not 1 <= version <= self.version:
            raise UnknownVersion("version")
        asked_on = requested_on or today
        require_not_future(today, requested_on=asked_on)
        require_order(self.opened_on, asked_on, "requested_on")
        self._correction_requested(
            correction_id=correction_id,
            requested_on=asked_on,
            requested_by=requested_by or by,
            item_id=item_id,
            version=version,
            text=text,
        )

    def approve_correction(
        self,
        *,
        correction_id: UUID,
        today: date,
        decided_on: date | None = None,
        notes: Sealed | None = None,
        by: UUID | None = None,
    ) -> None:
        """Agree that the record was wrong; the request stands beside it as what holds."""
        on = self._require_decidable(correction_id, decided_on, today, by)
        self._correction_approved(correction_id=correction_id, decided_on=on, decided_by=by, notes=present(notes))

    def reject_correction(
        self,
        *,
        correction_id: UUID,
        reason: Sealed,
        today: date,
        decided_on: date | None = None,
        by: UUID | None = None,
    ) -> None:
        """Say that the record stands as it is, and why."""
        on = self._require_decidable(correction_id, decided_on, today, by)
        require_text("reason", reason)
        self._correction_rejected(correction_id=correction_id, decided_on=on, decided_by=by, reason=reason)

    def _require_decidable(self, correction_id: UUID, decided_on: date | None, today: date, by: UUID | None) -> date:
        """Refuse a decision on nothing, or by whoever asked or is concerned; gives the day of the decision."""
        correction = self.corrections.get(correction_id)
        if correction is None:
            raise UnknownCorrection("correction_id")
        if not correction.is_open:
            raise CorrectionDecided("correction_id")
        if by is not None and by == correction.requested_by:
            raise DeciderIsRequester
        self.require_impartial(by)
        on = decided_on or today
        require_not_future(today, decided_on=on)
        require_order(correction.requested_on, on, "decided_on")
        return on

    # --- guards

    def bars_deciding_correction(self) -> type[Refused] | None:
        """Why no correction can be decided."""
        if any(correction.is_open for correction in self.corrections.values()):
            return None
        return CorrectionDecided if self.corrections else UnknownCorrection

    # --- changes

    @event("CorrectionRequested", topic="*.correction_requested.v1")
    def _correction_requested(
        self,
        correction_id: UUID,
        requested_on: date,
        requested_by: UUID | None,
        item_id: UUID | None,
        version: int | None,
        text: Sealed,
    ) -> None:
        """Somebody said that the record is wrong, and how it should read."""
        self.corrections[correction_id] = Correction(correction_id, requested_on, requested_by, item_id, version, text)

    @event("CorrectionApproved", topic="*.correction_approved.v1")
    def _correction_approved(
        self, correction_id: UUID, decided_on: date, decided_by: UUID | None, notes: Sealed | None
    ) -> None:
        """Somebody else agreed that the record was wrong."""
        self.corrections[correction_id] = replace(
            self.corrections[correction_id], state=APPROVED, decided_on=decided_on, decided_by=decided_by, notes=notes
        )

    @event("CorrectionRejected", topic="*.correction_rejected.v1")
    def _correction_rejected(
        self, correction_id: UUID, decided_on: date, decided_by: UUID | None, reason: Sealed
    ) -> None:
        """Somebody else found that the record stands as it is."""
        self.corrections[correction_id] = replace(
            self.corrections[correction_id], state=REJECTED, decided_on=decided_on, decided_by=decided_by, reason=reason
        )

    # --- questions

    @property
    @abstractmethod
    def countable_ids(self) -> Collection[UUID]:
        """What the case is made of and is counted piece by piece: its items, its heads, or itself."""

    def own_duties(self) -> Iterator[Duty]:
        """What is owed on every kind of case whatever a policy says: a correction that was asked for is decided."""
        for correction in self.corrections.values():
            if correction.is_open:
                yield Duty(DutyCode.DECIDE_CORRECTION, item_id=correction.item_id)
