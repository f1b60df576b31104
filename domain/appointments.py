"""Who holds which role in a trust or at a school, from when to when: appointments, kept as events by the registers."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import ClassVar
from uuid import UUID

from domain.aggregate import Recordable
from domain.checks import require_order
from domain.refusals import RefusalCode, Refused, UnknownCode


class NotAppointed(Refused):
    """The person does not have this role."""

    code = RefusalCode.ILLEGAL_STATE


class OwnAppointment(Refused):
    """Nobody gives a role to themselves: another person has to."""

    code = RefusalCode.CONFLICT_OF_INTEREST


@dataclass(frozen=True, slots=True)
class Appointment:
    """A person's role from one day to another, both included; None while it has not ended."""

    role: str
    person: UUID
    appointed_on: date
    ended_on: date | None = None

    def holds(self, on: date) -> bool:
        """Whether the person has the role on a day."""
        return self.appointed_on <= on and (self.ended_on is None or on <= self.ended_on)

    def lasts(self, on: date) -> bool:
        """Whether the person has the role on a day or will have it later."""
        return self.ended_on is None or on <= self.ended_on


Appointments = tuple[Appointment, ...]


def given(known: Appointments, role: str, person: UUID, appointed_on: date) -> Appointments:
    """The appointments after a person was given a role."""
    return (*known, Appointment(role, person, appointed_on))


def ended(known: Appointments, role: str, person: UUID, ended_on: date) -> Appointments:
    """The appointments after the open one of a person was given its last day."""
    current = _open(known, role, person)
    return tuple(replace(one, ended_on=ended_on) if one is current else one for one in known)


def revoked(known: Appointments, role: str, person: UUID, revoked_on: date) -> Appointments:
    """The appointments with a role of a person ended the day before; what was held until then stays known."""
    last = revoked_on - timedelta(days=1)
    return tuple(
        replace(one, ended_on=last) if (one.role, one.person) == (role, person) and one.lasts(revoked_on) else one
        for one in known
    )


def _open(known: Appointments, role: str, person: UUID) -> Appointment | None:
    return next((one for one in known if (one.role, one.person, one.ended_on) == (role, person, None)), None)


class Appointing(Recordable):
    """What the registers of trust and school share: persons named for roles."""

    # The roles that this register gives, as tokens name them.
    ROLES: ClassVar[frozenset[str]]

    appointments: Appointments

    # --- decisions

    def appoint(
        self, *, role: str, person: UUID, appointed_on: date, until: date | None = None, by: UUID | None = None
    ) -> None:
        """Give a person a role from a day on, `until` another one if that is known; whoever has it already keeps it."""
        if role not in self.ROLES:
            raise UnknownCode("role")
        if by == person:
            raise OwnAppointment("person")
        if until is not None:
            require_order(appointed_on, until, "until")
        if _open(self.appointments, role, person) is None:
            self._role_appointed(role=role, person=person, appointed_on=appointed_on)
        if until is not None:
            self._role_ended(role=role, person=person, ended_on=until)

    def end_role(self, *, role: str, person: UUID, ended_on: date) -> None:
        """End a person's role; `ended_on` is the last day of it."""
        appointment = _open(self.appointments, role, person)
        if appointment is None:
            raise NotAppointed("role", "person")
        require_order(appointment.appointed_on, ended_on, "ended_on")
        self._role_ended(role=role, person=person, ended_on=ended_on)

    def revoke_role(self, *, role: str, person: UUID, today: date) -> None:
        """Take a role away at once, with whatever of it is still to come."""
        if not any((one.role, one.person) == (role, person) and one.lasts(today) for one in self.appointments):
            raise NotAppointed("role", "person")
        self._role_revoked(role=role, person=person, revoked_on=today)

    # --- changes, which each register records under names of its own

    @abstractmethod
    def _role_appointed(self, role: str, person: UUID, appointed_on: date) -> None: ...

    @abstractmethod
    def _role_ended(self, role: str, person: UUID, ended_on: date) -> None: ...

    @abstractmethod
    def _role_revoked(self, role: str, person: UUID, revoked_on: date) -> None: ...

    # --- questions

    def holders(self, role: str, on: date) -> tuple[UUID, ...]:
        """The persons who have a role on a day, in the order of their appointment."""
        return tuple(one.person for one in self.appointments if one.role == role and one.holds(on))

    def roles_of(self, person: UUID, on: date) -> frozenset[str]:
        """The roles that a person has on a day."""
        return frozenset(one.role for one in self.appointments if one.person == person and one.holds(on))
