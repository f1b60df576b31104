"""Roles as words: what `caseledger token --role` takes, and what a token of the development issuer claims."""

from __future__ import annotations

import re
from uuid import UUID, uuid5

from domain.access import CASE_ROLES, SCHOOL_ROLES, Role

__all__ = ["RoleError", "default_person", "parse_role"]

SERVED_ROLES = tuple(role.value for role in Role if role is not Role.SYSTEM)
_URN = re.compile(r"[0-9]{6}")


class RoleError(ValueError):
    """The text is not a role that a token can carry."""


def parse_role(text: str) -> tuple[Role, str | None]:
    """Split `ROLE`, `ROLE:URN` or `ROLE:CASE` into its parts. Raise `RoleError` naming the rule that it breaks."""
    name, colon, place = text.partition(":")
    if name not in SERVED_ROLES:
        raise RoleError(f"there is no such role; served are: {', '.join(SERVED_ROLES)}")
    role = Role(name)
    if role in CASE_ROLES:
        return role, _case_of(name, place)
    if role not in SCHOOL_ROLES:
        if colon:
            raise RoleError(f"the role {name} is for the whole trust and takes no school")
        return role, None
    if not _URN.fullmatch(place):
        raise RoleError(f"the role {name} needs a school: write {name}:URN, a URN having six digits")
    return role, place


def _case_of(name: str, place: str) -> str:
    try:
        return str(UUID(place))
    except ValueError:
        raise RoleError(f"the role {name} needs a case: write {name}:CASE, the id of the case") from None


def default_person(trust_id: UUID, role: Role, place: str | None) -> UUID:
    """Return the person that a token names when none is given: always the same for one role at one school or case."""
    return uuid5(trust_id, f"development-person/{role}/{place or ''}")
