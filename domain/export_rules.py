"""What stays closed when a case leaves the system, beyond what its reader opens within: rules on fields, as tables.

A teacher accused by or for a pupil may not be identified to the public (Education Act 2002, s. 141F), and whoever came
along with a complainant is a third party (Independent School Standards 2014, Schedule, para. 33(h)): what was sealed
under the keys of either leaves only for those whose work needs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.access import Visibility
from domain.case import Case
from domain.complaint import Complaint
from domain.involvement import with_a_task
from domain.roles import Role
from domain.routing import READS_ROUTED
from domain.staff_breach import StaffBreach

__all__ = ["TEACHER_ANONYMITY", "LawfulNotice", "closed_persons", "companions", "notices", "restriction_of"]

TEACHER_ANONYMITY = "Education Act 2002, section 141F"
# Who needs to know which teacher it is, whatever the case; whoever runs it does, too, and the role it was routed to.
_NEEDS_IDENTITY = frozenset({Role.TRUST_LEAD, Role.HR, Role.DSL, Role.SYSTEM})
# Who needs what a complainant's companion said: whoever runs the complaint, and the clerk who convenes its panel.
_NEEDS_COMPANION = frozenset({Role.CLERK, Role.SYSTEM})
_COMPANION = "REPRESENTATIVE"


@dataclass(frozen=True, slots=True)
class LawfulNotice:
    """A law that whoever takes a case away has to heed, and the day since when it applies."""

    law: str
    since: date


def restriction_of(case: Case) -> tuple[UUID, date] | None:
    """Whom a breach says that the law forbids naming, and since when; None while it says that of nobody."""
    if not isinstance(case, StaffBreach) or case.subject is None:
        return None
    restriction = case.reporting_restriction
    return (case.subject, restriction.from_on) if restriction is not None and restriction.applies else None


def notices(case: Case, restricted: Mapping[UUID, date]) -> tuple[LawfulNotice, ...]:
    """What has to be heeded about a case; `restricted` are the teachers who may not be named, and since when."""
    since = [restricted[person] for person in case.subjects & restricted.keys()]
    return (LawfulNotice(TEACHER_ANONYMITY, min(since)),) if since else ()


def companions(case: Case) -> frozenset[UUID]:
    """Who came along with a complainant, or may have: those at meetings with a representative who were no party.

    Meetings say which roles met and which persons, and not who was which; whoever has a task in the case is none.
    """
    if not isinstance(case, Complaint):
        return frozenset()
    met = {person for one in case.party_meetings if _COMPANION in one.roles for person in one.attendees}
    parties = {case.complainant, case.owner, case.reported_by, *case.subjects, *with_a_task(case)}
    return frozenset(met - parties)


def closed_persons(case: Case, reader: Visibility, restricted: Mapping[UUID, date]) -> frozenset[UUID]:
    """The persons whose own sealed texts stay closed in an export of a case by a reader."""
    runs = case.owner is not None and case.owner == reader.person_id
    routed_to = getattr(case, "routed_to", None)
    decides = routed_to is not None and READS_ROUTED[routed_to.role] in reader.reads_as
    closed: frozenset[UUID] = frozenset()
    if not (runs or decides or reader.role in _NEEDS_IDENTITY):
        closed |= case.subjects & restricted.keys()
    if not (runs or reader.role in _NEEDS_COMPANION):
        closed |= companions(case)
    return closed
