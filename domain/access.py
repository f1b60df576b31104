"""Who may do and see what: a plain table over roles, with no exception hidden in code elsewhere.

A token says who; what a role may do stands here. Need-to-know by case (readers, barred persons) is bound into every
read through `Visibility`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

from domain.role_commands import EVERY, OUTSIDE, ROLE_COMMANDS
from domain.routing import ALTERNATE, CHAIR, READS_ROUTED


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
    ALTERNATE = "alternate"
    ADMIN = "admin"
    DSL = "dsl"
    EQUALITIES = "equalities"
    CHAIR = "chair"
    GOVERNOR = "governor"
    CLERK = "clerk"
    HR = "hr"
    INVESTIGATOR = "investigator"
    PANEL = "panel"
    DPO = "dpo"


# Roles that act at one school, which their token must name.
SCHOOL_ROLES = frozenset(
    {
        Role.HEADTEACHER,
        Role.COORDINATOR,
        Role.STAFF,
        Role.MIS,
        Role.DSL,
        Role.EQUALITIES,
        Role.CHAIR,
        Role.GOVERNOR,
        Role.CLERK,
    }
)
# Roles that act in one case, which their token must name.
CASE_ROLES = frozenset({Role.INVESTIGATOR, Role.PANEL})


@dataclass(frozen=True, slots=True)
class Reach:
    """What a role reads of cases.

    `kinds` are seen whole, `own_kinds` only where the case names the person or was routed to `routed`; without
    `lists_cases` there are figures at most, and without `opens_sealed` no words and names.
    """

    kinds: tuple[str, ...] = ()
    own_kinds: tuple[str, ...] = ()
    lists_cases: bool = True
    opens_sealed: bool = True
    routed: str | None = None


_ALL_KINDS = ("COMPLAINT", "INCIDENT", "STAFF_BREACH")
# A breach by a member of staff is need-to-know: at its school those read it who are named on it.
_SCHOOL_KINDS = ("COMPLAINT", "INCIDENT")
_BREACHES = ("STAFF_BREACH",)

REACH: dict[Role, Reach] = {
    Role.TRUST_LEAD: Reach(_ALL_KINDS),
    Role.DASHBOARD: Reach(_ALL_KINDS, lists_cases=False, opens_sealed=False),
    Role.HEADTEACHER: Reach(_SCHOOL_KINDS, _BREACHES),
    Role.COORDINATOR: Reach(_SCHOOL_KINDS, _BREACHES),
    Role.AUDITOR: Reach(_ALL_KINDS, opens_sealed=False),
    Role.STAFF: Reach(own_kinds=("INCIDENT",)),
    Role.MIS: Reach(lists_cases=False, opens_sealed=False),
    Role.SYSTEM: Reach(_ALL_KINDS),
    Role.ALTERNATE: Reach(own_kinds=_ALL_KINDS, routed=ALTERNATE),
    Role.ADMIN: Reach(lists_cases=False, opens_sealed=False),
    Role.DSL: Reach(_SCHOOL_KINDS, _BREACHES),
    Role.EQUALITIES: Reach(("INCIDENT",)),
    Role.CHAIR: Reach(_SCHOOL_KINDS, _BREACHES, routed=CHAIR),
    Role.GOVERNOR: Reach(own_kinds=_ALL_KINDS),
    Role.CLERK: Reach(("COMPLAINT",)),
    Role.HR: Reach(_BREACHES),
    Role.INVESTIGATOR: Reach(own_kinds=_ALL_KINDS),
    Role.PANEL: Reach(own_kinds=("COMPLAINT",)),
    Role.DPO: Reach(_ALL_KINDS, opens_sealed=False),
}

# Figures for these roles cover the whole trust, whatever cases stand behind them (design, counting rule 11).
COUNTS_EVERYTHING = frozenset({Role.TRUST_LEAD, Role.DASHBOARD, Role.AUDITOR, Role.SYSTEM})

# Who may set aside what a policy requires before a step, with a reason (design D14); the alternate is in the trust
# lead's place.
MAY_OVERRIDE = frozenset({Role.TRUST_LEAD, Role.HEADTEACHER, Role.ALTERNATE})


@dataclass(frozen=True, slots=True)
class Visibility:
    """What a reader may see; every read of cases or figures takes one, and none has a default.

    `schools` None means every school of the trust, `cases` None any case there. Cases of `kinds` are seen whole, those
    of `own_kinds` where they are open to one of `reads_as`: the person, or a role that cases are routed to.
    `counts_everything` says that figures cover all cases of those schools, also the ones that cannot be opened (they
    are then reported as withheld).
    """

    trust_id: UUID
    person_id: UUID
    schools: tuple[str, ...] | None
    kinds: tuple[str, ...]
    own_kinds: tuple[str, ...]
    reads_as: tuple[UUID, ...]
    cases: tuple[UUID, ...] | None
    lists_cases: bool
    opens_sealed: bool
    counts_everything: bool

    @property
    def seen_kinds(self) -> tuple[str, ...]:
        """The kinds of which the reader may see cases, all of them or some."""
        return tuple(sorted({*self.kinds, *self.own_kinds}))

    @property
    def own_only(self) -> bool:
        """Whether the reader sees such cases alone as name the person."""
        return bool(self.own_kinds) and not self.kinds


@lru_cache(maxsize=10_000)
def visibility(
    trust_id: UUID, person_id: UUID, role: Role, school_urn: str | None, case_id: UUID | None = None
) -> Visibility:
    """What a person sees in a role; a school role sees its own school alone, and a case role its own case.

    Raises ValueError when it names none.
    """
    if role in SCHOOL_ROLES and school_urn is None:
        raise ValueError(f"the role {role} needs a school")
    if role in CASE_ROLES and case_id is None:
        raise ValueError(f"the role {role} needs a case")
    reach = REACH[role]
    return Visibility(
        trust_id=trust_id,
        person_id=person_id,
        schools=(school_urn,) if role in SCHOOL_ROLES and school_urn is not None else None,
        kinds=reach.kinds,
        own_kinds=reach.own_kinds,
        reads_as=(person_id,) if reach.routed is None else (person_id, READS_ROUTED[reach.routed]),
        cases=(case_id,) if role in CASE_ROLES and case_id is not None else None,
        lists_cases=reach.lists_cases,
        opens_sealed=reach.opens_sealed,
        counts_everything=role in COUNTS_EVERYTHING,
    )


def may(role: Role, command: str, kind: str | None = None) -> bool:
    """Whether a role may give a command, by the command's name such as `CloseIncident`; who sees the case is apart.

    `kind` is that of the case it is given on; None for one that is given on no case yet, such as one that opens it.
    """
    commands = ROLE_COMMANDS[role].get(kind or OUTSIDE, frozenset())
    return commands is EVERY or command in commands
