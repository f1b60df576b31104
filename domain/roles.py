"""The roles in which people act, for which place each holds, and what each reads of cases: a plain table.

Which commands a role gives stands in `role_commands`; `permissions` decides by both.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.routing import ALTERNATE, CHAIR


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
    # Who gives an account in one case.
    WITNESS = "witness"
    # An auditor who was granted the sealed texts of one case, and says with each request that they are wanted.
    EXAMINER = "examiner"
    # Who opened one case in an emergency.
    EMERGENCY = "emergency"


# Roles that act at one school, which whoever holds them must name.
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
# Roles that act in one case, which whoever holds them must name. They are given in the case itself.
CASE_ROLES = frozenset({Role.INVESTIGATOR, Role.PANEL, Role.WITNESS, Role.EXAMINER, Role.EMERGENCY})
# Roles that act for the whole trust, and that the program keeps to itself.
TRUST_ROLES = frozenset(Role) - SCHOOL_ROLES - CASE_ROLES - {Role.SYSTEM}

_ALL_KINDS = ("COMPLAINT", "INCIDENT", "STAFF_BREACH")
# A breach by a member of staff is need-to-know: at its school those read it who are named on it.
_SCHOOL_KINDS = ("COMPLAINT", "INCIDENT")
_BREACHES = ("STAFF_BREACH",)
_NONE: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reach:
    """What a role reads of cases.

    `kinds` are seen whole, `own_kinds` only where the case names the person or was routed to `routed`. Of the kinds it
    sees it opens words and names in `opens`, None meaning all of them; without `lists_cases` there are figures at most.
    `cover_only`: it is shown the cover of a case, which case it is, and not what stands in it.
    """

    kinds: tuple[str, ...] = _NONE
    own_kinds: tuple[str, ...] = _NONE
    lists_cases: bool = True
    opens: tuple[str, ...] | None = None
    routed: str | None = None
    cover_only: bool = False

    def opens_kind(self, kind: str) -> bool:
        """Whether the role opens words and names in cases of a kind that it sees."""
        return kind in (*self.kinds, *self.own_kinds) and (self.opens is None or kind in self.opens)


REACH: dict[Role, Reach] = {
    Role.TRUST_LEAD: Reach(_ALL_KINDS),
    Role.DASHBOARD: Reach(_ALL_KINDS, lists_cases=False, opens=_NONE),
    Role.HEADTEACHER: Reach(_SCHOOL_KINDS, _BREACHES),
    Role.COORDINATOR: Reach(_SCHOOL_KINDS, _BREACHES),
    Role.AUDITOR: Reach(_ALL_KINDS, opens=_NONE),
    Role.STAFF: Reach(own_kinds=("INCIDENT",)),
    Role.MIS: Reach(lists_cases=False, opens=_NONE),
    Role.SYSTEM: Reach(_ALL_KINDS),
    Role.ALTERNATE: Reach(own_kinds=_ALL_KINDS, routed=ALTERNATE),
    Role.ADMIN: Reach(lists_cases=False, opens=_NONE),
    Role.DSL: Reach(_SCHOOL_KINDS, _BREACHES),
    Role.EQUALITIES: Reach(("INCIDENT",)),
    Role.CHAIR: Reach(_SCHOOL_KINDS, _BREACHES, routed=CHAIR),
    Role.GOVERNOR: Reach(own_kinds=_ALL_KINDS),
    Role.CLERK: Reach(("COMPLAINT",)),
    Role.HR: Reach(_BREACHES),
    Role.INVESTIGATOR: Reach(_ALL_KINDS),
    Role.PANEL: Reach(("COMPLAINT",)),
    Role.DPO: Reach(_ALL_KINDS, opens=_NONE),
    # Whoever saw something is asked for an account, and need not know what others said, found or decided.
    Role.WITNESS: Reach(_ALL_KINDS, opens=_NONE, cover_only=True),
    Role.EXAMINER: Reach(_ALL_KINDS),
    Role.EMERGENCY: Reach(_ALL_KINDS),
}

# Figures for these roles cover the whole trust, whatever cases stand behind them (design, counting rule 11).
COUNTS_EVERYTHING = frozenset({Role.TRUST_LEAD, Role.DASHBOARD, Role.AUDITOR, Role.SYSTEM})
