"""Who gives which command of the showcase: the one table of roles, so that they can be refined in one place."""

from __future__ import annotations

from domain.access import Role
from domain.values import CaseKind

__all__ = ["PART_OF_ROLE", "giver"]

# The part of the cast that acts in a role.
PART_OF_ROLE = {
    Role.TRUST_LEAD: "trust_lead",
    Role.HEADTEACHER: "head",
    Role.COORDINATOR: "coordinator",
}

_USUALLY = {
    CaseKind.INCIDENT: Role.COORDINATOR,
    CaseKind.COMPLAINT: Role.HEADTEACHER,
    # A breach is seen by those named on it alone; the trust lead sees all of them.
    CaseKind.STAFF_BREACH: Role.TRUST_LEAD,
}

# What the head does in person in an incident, with everything that sets a requirement of the policy aside.
_BY_THE_HEAD = frozenset(
    {
        "AssessConduct",
        "AssignCase",
        "CloseIncident",
        "CommunicateOutcome",
        "ConvertToComplaint",
        "DecideOnAction",
        "HoldMeeting",
        "RecordContinuation",
        "RecordRefusal",
        "ReopenIncident",
        "SendWarning",
        "TakeLegalAdvice",
    }
)


def giver(kind: CaseKind, command: str) -> Role:
    """The role in which a command on a case of a kind is given."""
    return Role.HEADTEACHER if kind is CaseKind.INCIDENT and command in _BY_THE_HEAD else _USUALLY[kind]
