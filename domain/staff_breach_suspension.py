"""Suspension during the investigation of a staff breach: a decision apart from every finding, with its alternatives."""
# ruff: noqa: ARG002 - a change names every field of its event, also those that the present state does not keep

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from domain.aggregate import event
from domain.checks import present, refuse, require_codes, require_not_future, require_order, require_text
from domain.policy import PolicyPack
from domain.refusals import IdentityTaken, Refused
from domain.sealed import Sealed
from domain.staff_breach_records import SuspensionDecision
from domain.staff_breach_refusals import AlreadySuspended, SuspensionConfirmed, UnknownSuspension
from domain.staff_breach_safeguarding import BreachSafeguarding


class BreachSuspension(BreachSafeguarding):
    """The part of a staff breach that says whether the person is suspended; a hold does not stand in its way."""

    def _begin_suspension(self) -> None:
        self.suspensions: dict[UUID, SuspensionDecision] = {}

    # --- decisions

    def decide_on_suspension(
        self,
        *,
        suspension_id: UUID,
        suspended: bool,
        decided_on: date,
        decided_by: UUID,
        reasons: Sealed,
        today: date,
        alternatives: tuple[str, ...] = (),
        policy: PolicyPack | None = None,
        override: Sealed | None = None,
        by: UUID | None = None,
    ) -> None:
        """Decide whether to suspend pending the investigation, with the alternatives considered (Westacre L85)."""
        refuse(self.bars_step())
        self.require_impartial(by)
        self.require_impartial(decided_by)
        if suspension_id in self.suspensions:
            raise IdentityTaken("suspension_id")
        refuse(AlreadySuspended if suspended and self.is_suspended else None)
        require_codes("suspension_alternatives", alternatives, "alternatives", decided_on)
        require_not_future(today, decided_on=decided_on)
        require_text("reasons", reasons)
        if suspended:
            self.require_step("SUSPEND", policy, override)
        self._suspension_decided(
            suspension_id=suspension_id,
            suspended=suspended,
            decided_on=decided_on,
            decided_by=decided_by,
            alternatives=tuple(alternatives),
            reasons=reasons,
        )

    def confirm_suspension(
        self,
        *,
        suspension_id: UUID,
        confirmed_on: date,
        today: date,
        contact_person: UUID | None = None,
        notes: Sealed | None = None,
    ) -> None:
        """Record that the suspension was confirmed in writing, with its reasons and a contact for the person."""
        refuse(self.bars_late_step())
        suspension = self._suspension(suspension_id)
        refuse(SuspensionConfirmed if suspension.confirmed_on else None, "suspension_id")
        require_not_future(today, confirmed_on=confirmed_on)
        require_order(suspension.decided_on, confirmed_on, "confirmed_on")
        self._suspension_confirmed(
            suspension_id=suspension_id,
            confirmed_on=confirmed_on,
            contact_person=contact_person,
            notes=present(notes),
        )

    def end_suspension(self, *, suspension_id: UUID, ended_on: date, today: date, notes: Sealed | None = None) -> None:
        """Record that the suspension ended; possible on a closed case too."""
        refuse(self.bars_late_step())
        suspension = self._suspension(suspension_id)
        require_not_future(today, ended_on=ended_on)
        require_order(suspension.decided_on, ended_on, "ended_on")
        self._suspension_ended(suspension_id=suspension_id, ended_on=ended_on, notes=present(notes))

    def _suspension(self, suspension_id: UUID) -> SuspensionDecision:
        suspension = self.suspensions.get(suspension_id)
        if suspension is None or not suspension.suspended or suspension.ended_on is not None:
            raise UnknownSuspension("suspension_id")
        return suspension

    # --- guards

    def bars_confirming_suspension(self) -> type[Refused] | None:
        """Why no suspension waits to be confirmed."""
        waits = any(one.confirmed_on is None for one in self._in_force)
        return self.bars_late_step() or (None if waits else UnknownSuspension)

    def bars_ending_suspension(self) -> type[Refused] | None:
        """Why there is no suspension to end."""
        return self.bars_late_step() or (None if self.is_suspended else UnknownSuspension)

    # --- changes

    @event("SuspensionDecided", topic="staff_breach.suspension_decided.v1")
    def _suspension_decided(
        self,
        suspension_id: UUID,
        suspended: bool,
        decided_on: date,
        decided_by: UUID,
        alternatives: tuple[str, ...],
        reasons: Sealed,
    ) -> None:
        """It was decided whether to suspend the person."""
        self.suspensions[suspension_id] = SuspensionDecision(
            suspension_id, suspended, decided_on, decided_by, alternatives, reasons
        )

    @event("SuspensionConfirmed", topic="staff_breach.suspension_confirmed.v1")
    def _suspension_confirmed(
        self, suspension_id: UUID, confirmed_on: date, contact_person: UUID | None, notes: Sealed | None
    ) -> None:
        """The suspension was confirmed in writing."""
        self.suspensions[suspension_id] = replace(
            self.suspensions[suspension_id], confirmed_on=confirmed_on, contact_person=contact_person
        )

    @event("SuspensionEnded", topic="staff_breach.suspension_ended.v1")
    def _suspension_ended(self, suspension_id: UUID, ended_on: date, notes: Sealed | None) -> None:
        """The suspension ended."""
        self.suspensions[suspension_id] = replace(self.suspensions[suspension_id], ended_on=ended_on)

    # --- questions

    @property
    def _in_force(self) -> tuple[SuspensionDecision, ...]:
        return tuple(one for one in self.suspensions.values() if one.suspended and one.ended_on is None)

    @property
    def is_suspended(self) -> bool:
        """Whether the person is suspended now."""
        return bool(self._in_force)
