"""Who may do what: one function over tables, so that every answer to it can be written out and read.

`decide` is given a role, an action and what the decision depends on, and nothing else. What is bound into statements
for sight (`access`) is worked out by asking it, every command is held to it, and `tests/stored/permissions.tsv` is all
of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from domain.role_commands import DECIDES_AN_INCIDENT, EVERY, GRANT_EXAMINATION, OUTSIDE, RESERVED, ROLE_COMMANDS
from domain.roles import COUNTS_EVERYTHING, REACH, Role
from domain.routing import DECIDES_ROUTED, LADDER, STAYS_OPEN
from domain.values import CaseKind


class CaseReading(StrEnum):
    """What can be read of a case; commands are actions by their own names."""

    # That there is such a case: in a list, by id, by reference, behind a figure, through a link.
    SEE = "see"
    # What stands in it: its steps, findings and events, what is owed and due, what it counts.
    READ = "read"
    # Words and names, which lie sealed.
    OPEN_TEXTS = "open-texts"
    # The bundle, which leaves the system.
    EXPORT = "export"
    # Who looked at it.
    SEE_READERS = "see-readers"


class Task(StrEnum):
    """What is done outside of any case, beside the commands that open one."""

    SEE_ALL_FIGURES = "see-all-figures"
    LIST_CASES = "list-cases"
    IMPORT_LOG = "ImportLog"
    CHANGE_PERSON = "ChangePerson"
    ERASE_PERSON = "erase-person"
    REQUEST_ERASURE = "request-erasure"
    # The second person's part, and saying no.
    DECIDE_ERASURE = "decide-erasure"
    SEE_ERASURES = "see-erasures"
    OVERRIDE = "override"
    KEEP_REGISTERS = "keep-registers"
    # What a trust declares about its own ledger: its signing key, and that it was put back.
    KEEP_LEDGER = "keep-ledger"
    # Checkpoints and proofs, which tell of nothing that they prove.
    SEE_PROOFS = "see-proofs"
    # All that the trust recorded in a period, as a bundle.
    EXPORT_PERIOD = "export-period"
    GIVE_ROLES = "give-roles"
    SEE_ROLES = "see-roles"
    KEEP_ACCOUNTS = "keep-accounts"
    KEEP_API_KEYS = "keep-api-keys"
    SEE_READ_LOG = "see-read-log"
    OPEN_IN_EMERGENCY = "open-in-emergency"
    SEE_ALERTS = "see-alerts"
    KEEP_RETENTION = "keep-retention"
    SEE_RETENTION = "see-retention"
    KEEP_EMPLOYMENT = "keep-employment"
    # Requests of people for what is held about them, and what is put together for them.
    ANSWER_ACCESS_REQUESTS = "answer-access-requests"


class Relation(StrEnum):
    """How somebody in a role stands to a case."""

    # At a school, or another case, than the role holds for.
    ELSEWHERE = "elsewhere"
    # Where the role holds, and not named.
    IN_PLACE = "in-place"
    # Named in it with a task, or it was routed to the role.
    NAMED = "named"
    # Whom it is about: barred from it by every road.
    SUBJECT = "subject"


class Why(StrEnum):
    """What decided."""

    ALLOWED = "allowed"
    OUT_OF_SIGHT = "out-of-sight"
    SUBJECT_OF_CASE = "subject-of-case"
    NOT_OF_ROLE = "not-of-role"
    ROUTED_ELSEWHERE = "routed-elsewhere"
    TARGET_DECIDES_NOTHING = "target-decides-nothing"
    # Of a program's key (`scopes`); a role alone never says so.
    NOT_IN_SCOPE = "not-in-scope"


@dataclass(frozen=True, slots=True)
class Resource:
    """What a decision depends on, of a case or (`kind` None) outside of any.

    `routed_to` is the rung to which the case was routed past somebody, `is_target` whether an allegation in an incident
    is about the person.
    """

    kind: str | None = None
    relation: Relation = Relation.IN_PLACE
    routed_to: str | None = None
    is_target: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether something may be done, and what decided."""

    allowed: bool
    why: Why


_ALLOWED = Decision(True, Why.ALLOWED)

# A complaint that turns out to be child protection is routed there by anybody who sees it, whoever decides the case.
ROUTE_TO_CHILD_PROTECTION = "RouteToProcedure:CHILD_PROTECTION"
_IS_ALSO: Mapping[str, str] = {ROUTE_TO_CHILD_PROTECTION: "RouteToProcedure"}
# The actions that a command is, where what it is given decides which.
FORMS: Mapping[str, tuple[str, ...]] = {
    "RouteToProcedure": ("RouteToProcedure", ROUTE_TO_CHILD_PROTECTION),
    "GrantAccess": ("GrantAccess", GRANT_EXAMINATION),
}

# Actions on a case of any kind that have an address of their own and are no commands of the catalogue.
APART = ("StoreFile",)

_EXPORTS = frozenset(
    {
        *(Role.TRUST_LEAD, Role.ALTERNATE, Role.HEADTEACHER, Role.CHAIR, Role.DSL, Role.CLERK, Role.HR, Role.DPO),
        *(Role.AUDITOR, Role.EXAMINER, Role.SYSTEM),
    }
)
# Whoever oversees reading; and a headteacher of what the school reads, but not of what is need-to-know.
_SEES_READERS: Mapping[Role, frozenset[str]] = {
    **dict.fromkeys((Role.TRUST_LEAD, Role.DPO, Role.AUDITOR, Role.SYSTEM), frozenset(CaseKind)),
    Role.HEADTEACHER: frozenset({CaseKind.INCIDENT, CaseKind.COMPLAINT}),
}
_OVERSEERS = frozenset({Role.TRUST_LEAD, Role.DPO, Role.AUDITOR, Role.SYSTEM})

_TASKS: Mapping[Task, frozenset[Role]] = {
    Task.SEE_ALL_FIGURES: COUNTS_EVERYTHING,
    Task.LIST_CASES: frozenset(role for role, reach in REACH.items() if reach.lists_cases),
    Task.ERASE_PERSON: frozenset({Role.TRUST_LEAD, Role.SYSTEM}),
    Task.REQUEST_ERASURE: frozenset({Role.DPO, Role.TRUST_LEAD}),
    Task.DECIDE_ERASURE: frozenset({Role.DPO, Role.TRUST_LEAD, Role.ALTERNATE}),
    Task.SEE_ERASURES: _OVERSEERS | {Role.ALTERNATE},
    # Who may set aside what a policy requires before a step, with a reason (design D14); the alternate is in the trust
    # lead's place.
    Task.OVERRIDE: frozenset({Role.TRUST_LEAD, Role.HEADTEACHER, Role.ALTERNATE}),
    Task.KEEP_REGISTERS: frozenset({Role.SYSTEM, Role.ADMIN}),
    Task.KEEP_LEDGER: frozenset({Role.SYSTEM}),
    Task.SEE_PROOFS: _EXPORTS | {Role.ADMIN},
    Task.EXPORT_PERIOD: _OVERSEERS,
    Task.GIVE_ROLES: frozenset({Role.SYSTEM, Role.ADMIN}),
    Task.SEE_ROLES: _OVERSEERS | {Role.ADMIN},
    Task.KEEP_ACCOUNTS: frozenset({Role.SYSTEM, Role.ADMIN}),
    Task.KEEP_API_KEYS: frozenset({Role.SYSTEM, Role.ADMIN}),
    Task.SEE_READ_LOG: _OVERSEERS,
    # Whoever answers for children or staff, and might have to act on a case that is not theirs.
    Task.OPEN_IN_EMERGENCY: frozenset({Role.TRUST_LEAD, Role.ALTERNATE, Role.HEADTEACHER, Role.DSL, Role.HR}),
    # Trust leads are alerted where there is no data protection officer.
    Task.SEE_ALERTS: frozenset({Role.DPO, Role.TRUST_LEAD}),
    # How long records are kept in the whole trust, and what is held across cases.
    Task.KEEP_RETENTION: frozenset({Role.DPO, Role.TRUST_LEAD, Role.SYSTEM}),
    Task.SEE_RETENTION: _OVERSEERS,
    # The days of a person's working life that decide how long a record about them is kept.
    Task.KEEP_EMPLOYMENT: frozenset({Role.HR, Role.TRUST_LEAD, Role.SYSTEM}),
    # Its authority to open words is the request itself, so nobody does it who is not a person with a name.
    Task.ANSWER_ACCESS_REQUESTS: frozenset({Role.DPO, Role.TRUST_LEAD}),
}


def decide(role: Role, action: str, resource: Resource) -> Decision:
    """Decide whether somebody in a role may do something, and say what decided.

    `action` is a `CaseReading`, a `Task`, or a command by the name of its class, such as `CloseIncident`. Deny beats
    allow: whom a case is about is asked first, then sight, then the role, then conflicts of interest.
    """
    kind = resource.kind
    if kind is None:
        return _if(_may_outside(role, action), Why.NOT_OF_ROLE)
    if resource.relation is Relation.SUBJECT:
        return Decision(False, Why.SUBJECT_OF_CASE)
    if not _sees(role, kind, resource.relation):
        return Decision(False, Why.OUT_OF_SIGHT)
    if action in _READINGS:
        return _reads(role, CaseReading(action), resource)
    if not _may(role, _IS_ALSO.get(action, action), kind):
        return Decision(False, Why.NOT_OF_ROLE)
    if resource.routed_to is not None and not _decides_routed(role, action, resource.routed_to):
        return Decision(False, Why.ROUTED_ELSEWHERE)
    if resource.is_target and action in DECIDES_AN_INCIDENT:
        return _TARGET
    return _ALLOWED


_READINGS = frozenset(reading.value for reading in CaseReading)
_TARGET = Decision(False, Why.TARGET_DECIDES_NOTHING)


def _reads(role: Role, reading: CaseReading, resource: Resource) -> Decision:
    """What may be read of a case in sight. What its target reads does not leave, nor does who else reads it."""
    assert resource.kind is not None
    match reading:
        case CaseReading.SEE:
            return _ALLOWED
        case CaseReading.READ:
            return _if(not REACH[role].cover_only, Why.NOT_OF_ROLE)
        case CaseReading.OPEN_TEXTS:
            return _if(REACH[role].opens_kind(resource.kind), Why.NOT_OF_ROLE)
        case CaseReading.EXPORT:
            may = role in _EXPORTS
        case CaseReading.SEE_READERS:
            may = resource.kind in _SEES_READERS.get(role, ())
    return _TARGET if may and resource.is_target else _if(may, Why.NOT_OF_ROLE)


def _if(allowed: bool, why_not: Why) -> Decision:
    return _ALLOWED if allowed else Decision(False, why_not)


def _may_outside(role: Role, action: str) -> bool:
    known = _TASKS.get(Task(action)) if action in _TASK_NAMES else None
    return role in known if known is not None else _may(role, action, OUTSIDE)


_TASK_NAMES = frozenset(task.value for task in Task)


def _may(role: Role, command: str, kind: str) -> bool:
    if command in RESERVED:
        return role in RESERVED[command].get(kind, frozenset())
    commands = ROLE_COMMANDS[role].get(kind, frozenset())
    return commands is EVERY or command in commands


def _sees(role: Role, kind: str, relation: Relation) -> bool:
    reach = REACH[role]
    if relation is Relation.ELSEWHERE or not reach.lists_cases:
        return False
    return kind in reach.kinds or (relation is Relation.NAMED and kind in reach.own_kinds)


def _decides_routed(role: Role, action: str, routed_to: str) -> bool:
    stays_open = action in STAYS_OPEN or action == ROUTE_TO_CHILD_PROTECTION
    return stays_open or routed_to in DECIDES_ROUTED.get(role, frozenset())


def resources() -> Iterator[Resource]:
    """Every resource there is to decide on, in a fixed order."""
    yield Resource()
    for kind, relation in product(CaseKind, Relation):
        if kind is CaseKind.INCIDENT:
            yield from (Resource(kind, relation, is_target=is_target) for is_target in (False, True))
        else:
            yield from (Resource(kind, relation, routed_to) for routed_to in (None, *LADDER))
