"""At which school a case is: recorded at the wrong one and corrected, or moved to another with the pupil.

A correction says that the case always belonged to the other school, so what it adds to the counts moves, past
included. A transfer is an event in the life of the pupil: the case is at the other school from then on, and what was
recorded before goes on counting where it was counted (design section 4, rule 7; ruling 37).
"""

from __future__ import annotations

from abc import abstractmethod
from datetime import date
from uuid import UUID

from domain.aggregate import event
from domain.case_parts import Transfer
from domain.checks import refuse, require_not_future, require_order, require_text, require_word
from domain.impartial import Impartial
from domain.lifecycle_refusals import TransferredToItsSchool
from domain.refusals import Refused
from domain.sealed import Sealed


class CasePlace(Impartial):
    """The part of a case that says at which school it is, and where it was before."""

    opened_on: date

    def _begin_at(self, school_urn: str) -> None:
        self.school_urn = school_urn
        self.opened_at = school_urn
        self.transfers: tuple[Transfer, ...] = ()

    # --- decisions

    def correct_school(self, *, school_urn: str, reason: Sealed, by: UUID | None = None) -> None:
        """Say that the case was recorded at the wrong school: its counts move, past included.

        Of a case that was transferred it is the present school that was wrong: what was counted before stays.
        """
        self.require_impartial(by)
        require_word("school_urn", school_urn)
        require_text("reason", reason)
        if school_urn != self.school_urn:
            self._school_corrected(school_urn=school_urn, reason=reason)

    def transfer(
        self, *, school_urn: str, transferred_on: date, reason: Sealed, today: date, by: UUID | None = None
    ) -> None:
        """Move the case to another school with the pupil; what it has added to the counts stays where it was counted.

        The policy stays the one that was in force when the first school became aware.
        """
        refuse(self.bars_late_step())
        self.require_impartial(by)
        require_word("school_urn", school_urn)
        if school_urn == self.school_urn:
            raise TransferredToItsSchool("school_urn")
        require_not_future(today, transferred_on=transferred_on)
        before = self.transfers[-1].transferred_on if self.transfers else self.opened_on
        require_order(before, transferred_on, "transferred_on")
        require_text("reason", reason)
        self._transferred(
            from_school=self.school_urn, to_school=school_urn, transferred_on=transferred_on, reason=reason
        )

    # --- guards

    @abstractmethod
    def bars_late_step(self) -> type[Refused] | None:
        """Why a step cannot be taken that makes sense on a closed case too."""

    # --- changes

    @event("SchoolCorrected", topic="*.school_corrected.v1")
    def _school_corrected(self, school_urn: str, reason: Sealed) -> None:  # noqa: ARG002 - a field of the event
        """The case turned out to belong to another school, and always did."""
        self.school_urn = school_urn

    @event("Transferred", topic="*.transferred.v1")
    def _transferred(self, from_school: str, to_school: str, transferred_on: date, reason: Sealed) -> None:
        """The case moved to another school with the pupil; what was counted stays where it was."""
        self._count_at(from_school)
        self.school_urn = to_school
        self.transfers = (*self.transfers, Transfer(from_school, to_school, transferred_on, reason))

    @abstractmethod
    def _count_at(self, school_urn: str) -> None:
        """Have everything that was recorded so far count at a school, unless it counts at an earlier one already."""
