"""The caller: who acts, for which trust, in which role. Every service takes one, and none has a default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

from domain.access import CASE_ROLES, SCHOOL_ROLES, Role, Visibility, visibility
from domain.permissions import Decision, Resource
from domain.scopes import decide_within

_OUTSIDE: Final = Resource()


@dataclass(frozen=True, slots=True)
class Caller:
    """A person or program acting for a trust in a role; a school role names its school, a case role its case.

    `on_behalf_of` is the person for whom the caller acts, if another; `client` the program that asks, by the id it is
    known under; `scopes` what a program may do at most, None for a person, and `schools` those that it is kept to;
    `withheld` are the kinds of case for which a stronger sign-in is asked; `purpose` why the caller reads, as a code.
    """

    trust_id: UUID
    person_id: UUID
    role: Role
    school_urn: str | None = None
    on_behalf_of: UUID | None = None
    case_id: UUID | None = None
    client: str | None = None
    scopes: frozenset[str] | None = None
    schools: tuple[str, ...] | None = None
    withheld: tuple[str, ...] = ()
    purpose: str | None = None

    def __post_init__(self) -> None:
        if (self.role in SCHOOL_ROLES) != (self.school_urn is not None):
            raise ValueError(f"the role {self.role} {'needs' if self.role in SCHOOL_ROLES else 'has no'} school")
        if (self.role in CASE_ROLES) != (self.case_id is not None):
            raise ValueError(f"the role {self.role} {'needs' if self.role in CASE_ROLES else 'has no'} case")

    @property
    def visibility(self) -> Visibility:
        """What the caller may see."""
        return visibility(
            self.trust_id,
            self.person_id,
            self.role,
            self.school_urn,
            self.case_id,
            withheld=self.withheld,
            schools=self.schools,
            scopes=self.scopes,
        )

    def decide(self, action: str, resource: Resource = _OUTSIDE) -> Decision:
        """Whether the caller may do something, by role and, for a program, by scopes; unset, outside of any case."""
        return decide_within(self.scopes, self.role, action, resource)


def system_caller(trust_id: UUID) -> Caller:
    """The program itself, for what it does of its own accord, such as setting up the demonstration."""
    return Caller(trust_id, uuid5(trust_id, "system"), Role.SYSTEM)
