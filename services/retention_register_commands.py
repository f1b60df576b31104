"""Commands on the trust's register about keeping records: the table adopted, disposal confirmed, holds of the trust."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID, uuid5

from domain.permissions import Task
from domain.registers import TrustRegister, trust_register_id
from domain.sealed import Secret
from services.commands import Described
from services.register_commands import RegisterCommand
from services.scope import Caller

__all__ = ["AdoptRetention", "ConfirmAutomaticDisposal", "LiftTrustHold", "PlaceTrustHold"]


@dataclass(frozen=True, kw_only=True)
class _OfRetention(RegisterCommand):
    """A command on how the trust keeps records."""

    task: ClassVar[Task] = Task.KEEP_RETENTION

    def register(self, trust_id: UUID) -> UUID:
        """The trust's own register."""
        return trust_register_id(trust_id)


@dataclass(frozen=True, kw_only=True)
class AdoptRetention(_OfRetention):
    """Adopt a retention table for the trust."""

    content: Annotated[str, Described("The table, as TOML.")]
    adopted_on: Annotated[date | None, Described("The day from which it is in force; today if left out.")] = None
    disposal: Annotated[str, Described("REVIEW_ONLY, or AUTOMATIC once another person confirms.")] = "REVIEW_ONLY"

    def decide(self, register: TrustRegister, caller: Caller, today: date) -> None:
        """Adopt the table."""
        register.adopt_retention(
            content=self.content,
            adopted_on=self.adopted_on or today,
            disposal=self.disposal,
            by=caller.person_id,
        )


@dataclass(frozen=True, kw_only=True)
class ConfirmAutomaticDisposal(_OfRetention):
    """Confirm, as another person than who adopted it, that the table in force disposes without a person deciding."""

    def decide(self, register: TrustRegister, caller: Caller, today: date) -> None:
        """Confirm it."""
        register.confirm_automatic_disposal(on=today, by=caller.person_id)


@dataclass(frozen=True, kw_only=True)
class PlaceTrustHold(_OfRetention):
    """Hold every record within a scope, those to come included."""

    needs_reason: ClassVar[bool] = True

    authority: Annotated[str, Described("By which authority: a code of the list hold_grounds.")]
    review_on: Annotated[date, Described("The day on which it is asked whether the records still have to be held.")]
    schools: Annotated[tuple[str, ...], Described("The schools, by URN; none for any.")] = ()
    kinds: Annotated[tuple[str, ...], Described("The kinds of case; none for any.")] = ()
    persons: Annotated[tuple[UUID, ...], Described("People who stand in the case, by id; none for anybody.")] = ()
    aware_from: Annotated[date | None, Described("The first day of awareness.")] = None
    aware_to: Annotated[date | None, Described("The last day of awareness.")] = None

    @property
    def hold_id(self) -> UUID:
        """The id of the hold: a retry cannot place two."""
        return uuid5(self.command_id, "hold_id")

    def decide(self, register: TrustRegister, caller: Caller, today: date) -> None:  # noqa: ARG002 - as all commands do
        """Place the hold."""
        register.place_hold(
            hold_id=self.hold_id,
            authority=self.authority,
            review_on=self.review_on,
            reason=Secret(self.reason or ""),
            today=today,
            schools=self.schools,
            kinds=self.kinds,
            persons=self.persons,
            aware_from=self.aware_from,
            aware_to=self.aware_to,
        )


@dataclass(frozen=True, kw_only=True)
class LiftTrustHold(_OfRetention):
    """Lift a hold of the trust."""

    needs_reason: ClassVar[bool] = True

    hold_id: Annotated[UUID, Described("The hold, by its id.")]

    def decide(self, register: TrustRegister, caller: Caller, today: date) -> None:  # noqa: ARG002 - as all commands do
        """Lift the hold."""
        register.lift_hold(hold_id=self.hold_id, reason=Secret(self.reason or ""))
