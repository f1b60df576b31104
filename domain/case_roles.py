"""In which roles of one case a person may act at an instant: a pure function of the case.

The case itself names its investigators and its panel; everybody else is let in by a grant that runs.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from domain.roles import CASE_ROLES, Role

if TYPE_CHECKING:
    from domain.case import Case


def case_roles_of(case: Case, person: UUID, at: datetime) -> frozenset[Role]:
    """The roles of the case in which a person may act at an instant; none for somebody whom the case bars."""
    return frozenset(role for role in CASE_ROLES if holds_role(case, person, role, at))


def holds_role(case: Case, person: UUID, role: Role, at: datetime) -> bool:
    """Whether a person may act in a role of the case at an instant; deny beats allow: nobody does whom it bars."""
    if role not in CASE_ROLES or person in case.barred:
        return False
    if person in _named(case, role):
        return True
    code = role.name
    return any(
        grant.person == person and grant.role == code and grant.runs(at) for grant in case.access_grants.values()
    )


def _named(case: Any, role: Role) -> Iterable[UUID]:
    """Whom the case names for a role now: who looks into it or a stage of it, and who sits on its panel."""
    if role is Role.INVESTIGATOR:
        stages: dict[Any, Any] = getattr(case, "stages", {})
        yield from (person for stage in stages.values() for person in stage.investigators)
        investigations: dict[Any, Any] = getattr(case, "investigations", {})
        yield from (one.investigator for one in investigations.values() if one.investigator is not None)
    elif role is Role.PANEL:
        yield from (member.person for member in getattr(case, "panel", ()))
