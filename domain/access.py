"""Who may do and see what: a plain table over roles, with no exception hidden in code elsewhere.

A token says who; what a role may do stands here. Need-to-know by case (readers, barred persons) is bound into every
read through `Visibility`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from uuid import UUID


class Role(StrEnum):
    """A role in which a person acts, as a token and the envelope of each event name it."""

    TRUST_LEAD = "trust-lead"
    DASHBOARD = "dashboard"
    HEADTEACHER = "headteacher"
    COORDINATOR = "coordinator"
    AUDITOR = "auditor"
    STAFF = "staff"
    MIS = "mis"
    SYSTEM = "system"


# Roles that act at one school, which their token must name.
SCHOOL_ROLES = frozenset({Role.HEADTEACHER, Role.COORDINATOR, Role.STAFF, Role.MIS})


@dataclass(frozen=True, slots=True)
class Reach:
    """What a role reads: which kinds of case, whether cases at all, whether sealed text opens, whether only its own."""

    kinds: tuple[str, ...]
    lists_cases: bool
    opens_sealed: bool
    own_only: bool = False


_ALL_KINDS = ("COMPLAINT", "INCIDENT", "STAFF_BREACH")
# A breach by a member of staff is need-to-know: until people can be named on it, the trust lead alone reads it.
_SCHOOL_KINDS = ("COMPLAINT", "INCIDENT")

REACH: dict[Role, Reach] = {
    Role.TRUST_LEAD: Reach(_ALL_KINDS, lists_cases=True, opens_sealed=True),
    Role.DASHBOARD: Reach(_ALL_KINDS, lists_cases=False, opens_sealed=False),
    Role.HEADTEACHER: Reach(_SCHOOL_KINDS, lists_cases=True, opens_sealed=True),
    Role.COORDINATOR: Reach(_SCHOOL_KINDS, lists_cases=True, opens_sealed=True),
    Role.AUDITOR: Reach(_ALL_KINDS, lists_cases=True, opens_sealed=False),
    Role.STAFF: Reach(("INCIDENT",), lists_cases=True, opens_sealed=True, own_only=True),
    Role.MIS: Reach((), lists_cases=False, opens_sealed=False),
    Role.SYSTEM: Reach(_ALL_KINDS, lists_cases=True, opens_sealed=True),
}

# Figures for these roles cover the whole trust, whatever cases stand behind them (design, counting rule 11).
COUNTS_EVERYTHING = frozenset({Role.TRUST_LEAD, Role.DASHBOARD, Role.AUDITOR, Role.SYSTEM})

# What staff and integrations may do; heads, coordinators, the trust lead and the system may do every command of an
# incident; the dashboard and the auditor write nothing.
_EVERY_COMMAND = frozenset({Role.TRUST_LEAD, Role.HEADTEACHER, Role.COORDINATOR, Role.SYSTEM})
# Who may set aside what a policy requires before a step, with a reason (design D14).
MAY_OVERRIDE = frozenset({Role.TRUST_LEAD, Role.HEADTEACHER})
_LIMITED: dict[Role, frozenset[str]] = {
    Role.STAFF: frozenset(
        {"ReportIncident", "RecordItem", "NoteEvidence", "AddAddendum", "ReportToHeadteacher", "RequestCorrection"}
    ),
    Role.MIS: frozenset({"ReportIncident"}),
}


@dataclass(frozen=True, slots=True)
class Visibility:
    """What a reader may see; every read of cases or figures takes one, and none has a default.

    `schools` None means every school of the trust. `counts_everything` says that figures cover all cases of those
    schools, also the ones that cannot be opened (they are then reported as withheld).
    """

    trust_id: UUID
    person_id: UUID
    schools: tuple[str, ...] | None
    kinds: tuple[str, ...]
    lists_cases: bool
    opens_sealed: bool
    own_only: bool
    counts_everything: bool


@lru_cache(maxsize=10_000)
def visibility(trust_id: UUID, person_id: UUID, role: Role, school_urn: str | None) -> Visibility:
    """What a person sees in a role; a school role sees its own school alone. Raises ValueError when it names none."""
    if role in SCHOOL_ROLES and school_urn is None:
        raise ValueError(f"the role {role} needs a school")
    reach = REACH[role]
    return Visibility(
        trust_id=trust_id,
        person_id=person_id,
        schools=(school_urn,) if role in SCHOOL_ROLES and school_urn is not None else None,
        kinds=reach.kinds,
        lists_cases=reach.lists_cases,
        opens_sealed=reach.opens_sealed,
        own_only=reach.own_only,
        counts_everything=role in COUNTS_EVERYTHING,
    )


def may(role: Role, command: str) -> bool:
    """Whether a role may give a command, by the command's name such as `CloseIncident`; who sees the case is apart."""
    return role in _EVERY_COMMAND or command in _LIMITED.get(role, frozenset())
