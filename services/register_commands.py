"""Commands on the registers: who holds which role, and by which account somebody signs in. Recorded like any command.

They are apart from the commands on cases, for who gives these sees no case.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, ClassVar
from uuid import UUID

from domain.aggregate import Recordable
from domain.api_keys import DEFAULT_DAYS
from domain.appointments import Appointing
from domain.permissions import Task
from domain.refusals import Refused
from domain.registers import TrustRegister, school_register_id, trust_register_id
from domain.roles import SCHOOL_ROLES, Role
from services import clock
from services.command_refusals import SchoolNotFound
from services.commands import Command, Described, Refusal, Services
from services.running_once import answered, run_once
from services.scope import Caller

Person = Annotated[UUID, Described("The person, by the id of the people registry.")]
RoleName = Annotated[str, Described("The role, such as trust-lead or headteacher.")]
SchoolUrn = Annotated[str | None, Described("The school, by URN, for a role that is held at one.")]


class SchoolNeeded(Refused):
    """This role is held at a school, which has to be named."""


class SchoolNotNeeded(Refused):
    """This role is held in the whole trust and takes no school."""


@dataclass(frozen=True, slots=True)
class RegisterRecorded:
    """A command on a register that was carried out, and where its last event stands (None: nothing changed)."""

    position: int | None
    replayed: bool


@dataclass(frozen=True, kw_only=True)
class RegisterCommand(Command, ABC):
    """A command on the register of the trust or of a school; `task` is what its caller must be allowed."""

    task: ClassVar[Task]

    @abstractmethod
    def register(self, trust_id: UUID) -> UUID:
        """The stream of the register that is changed."""

    @abstractmethod
    def decide(self, register: Any, caller: Caller, today: date) -> None:
        """Change the register, or raise Refused."""


@dataclass(frozen=True, kw_only=True)
class _RoleCommand(RegisterCommand):
    """A command about one role of one person."""

    task: ClassVar[Task] = Task.GIVE_ROLES

    person: Person
    role: RoleName
    school_urn: SchoolUrn = None

    def register(self, trust_id: UUID) -> UUID:
        """The school's register for a role at a school, else the trust's. Raises SchoolNeeded or SchoolNotNeeded."""
        if self.school_urn is None:
            if self.role in SCHOOL_ROLES:
                raise SchoolNeeded("school_urn")
            return trust_register_id(trust_id)
        if self.role in set(Role) - SCHOOL_ROLES:
            raise SchoolNotNeeded("school_urn")
        return school_register_id(trust_id, self.school_urn)


@dataclass(frozen=True, kw_only=True)
class AppointPerson(_RoleCommand):
    """Give a person a role, from a day on."""

    appointed_on: Annotated[date | None, Described("The first day of the role; today if left out.")] = None
    until: Annotated[date | None, Described("Its last day, if that is known.")] = None

    def decide(self, register: Appointing, caller: Caller, today: date) -> None:
        """Appoint; nobody appoints themselves."""
        on = self.appointed_on or today
        register.appoint(role=self.role, person=self.person, appointed_on=on, until=self.until, by=caller.person_id)


@dataclass(frozen=True, kw_only=True)
class EndRole(_RoleCommand):
    """Say which day is the last of a person's role."""

    ended_on: Annotated[date, Described("The last day of the role.")]

    def decide(self, register: Appointing, caller: Caller, today: date) -> None:  # noqa: ARG002 - as all commands do
        """End the role."""
        register.end_role(role=self.role, person=self.person, ended_on=self.ended_on)


@dataclass(frozen=True, kw_only=True)
class RevokeRole(_RoleCommand):
    """Take a role away from a person at once."""

    def decide(self, register: Appointing, caller: Caller, today: date) -> None:  # noqa: ARG002 - as all commands do
        """Revoke the role."""
        register.revoke_role(role=self.role, person=self.person, today=today)


@dataclass(frozen=True, kw_only=True)
class NoteAccount(RegisterCommand):
    """Put down that an account was bound to a person, or switched; `services.accounts` gives it."""

    task: ClassVar[Task] = Task.KEEP_ACCOUNTS

    account: UUID
    issuer: str
    person: UUID
    is_active: bool

    def register(self, trust_id: UUID) -> UUID:
        """The trust's own register."""
        return trust_register_id(trust_id)

    def decide(self, register: TrustRegister, caller: Caller, today: date) -> None:  # noqa: ARG002 - as all commands do
        """Note how the account stands from now on."""
        register.note_account(account=self.account, issuer=self.issuer, person=self.person, is_active=self.is_active)


@dataclass(frozen=True, kw_only=True)
class NoteKey(RegisterCommand):
    """Put down that a program was given a key; `services.api_keys` gives it. Without `expires_on`, for a year."""

    task: ClassVar[Task] = Task.KEEP_API_KEYS

    key: UUID
    person: UUID
    scopes: tuple[str, ...]
    schools: tuple[str, ...] | None = None
    expires_on: date | None = None

    def register(self, trust_id: UUID) -> UUID:
        """The trust's own register."""
        return trust_register_id(trust_id)

    def decide(self, register: TrustRegister, caller: Caller, today: date) -> None:  # noqa: ARG002 - as all commands do
        """Note the key."""
        register.issue_key(
            key=self.key,
            person=self.person,
            scopes=self.scopes,
            schools=self.schools,
            expires_on=self.expires_on or today + timedelta(days=DEFAULT_DAYS),
            today=today,
        )


@dataclass(frozen=True, kw_only=True)
class NoteSuccessor(RegisterCommand):
    """Put down that a key was followed by another; `services.api_keys` gives it."""

    task: ClassVar[Task] = Task.KEEP_API_KEYS

    key: UUID
    successor: UUID
    overlap_days: int
    expires_on: date | None = None

    def register(self, trust_id: UUID) -> UUID:
        """The trust's own register."""
        return trust_register_id(trust_id)

    def decide(self, register: TrustRegister, caller: Caller, today: date) -> None:  # noqa: ARG002 - as all commands do
        """Note the successor, and until when both work."""
        register.replace_key(
            key=self.key,
            successor=self.successor,
            expires_on=self.expires_on or today + timedelta(days=DEFAULT_DAYS),
            works_until=today + timedelta(days=self.overlap_days),
            today=today,
        )


@dataclass(frozen=True, kw_only=True)
class NoteRevocation(RegisterCommand):
    """Put down that a key was taken away; `services.api_keys` gives it."""

    task: ClassVar[Task] = Task.KEEP_API_KEYS

    key: UUID

    def register(self, trust_id: UUID) -> UUID:
        """The trust's own register."""
        return trust_register_id(trust_id)

    def decide(self, register: TrustRegister, caller: Caller, today: date) -> None:  # noqa: ARG002 - as all commands do
        """Note the revocation."""
        register.revoke_key(key=self.key)


def run_on_register(services: Services, caller: Caller, command: RegisterCommand) -> RegisterRecorded | Refusal:
    """Carry out a command on a register; the same command id with the same input gives the first answer again."""

    def decide() -> Sequence[Recordable]:
        register = services.ledger.load(command.register(caller.trust_id))
        if register is None:
            raise SchoolNotFound("school_urn")
        command.decide(register, caller, clock.london_date(services.now()))
        return (register,)

    def carry_out() -> RegisterRecorded:
        recorded = run_once(services, caller, command, command.task, decide)
        return RegisterRecorded(recorded.position, recorded.replayed)

    return answered(carry_out)


REGISTER_COMMANDS: Mapping[str, type[RegisterCommand]] = {
    command.__name__: command for command in (AppointPerson, EndRole, RevokeRole)
}
