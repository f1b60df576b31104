"""What a program's key may do at most: a closed list of scopes, and which of them each action needs.

A scope takes away from what the program's roles give and never adds to it. What has no scope no key can do: giving
roles or keys, erasing, setting a policy aside, looking after who reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from domain.permissions import CaseReading, Decision, Resource, Task, Why, decide
from domain.role_commands import RESERVED
from domain.roles import Role

__all__ = ["MEANINGS", "Scope", "Scopes", "decide_within", "scope_of", "within"]


class Scope(StrEnum):
    """A scope as a key carries it."""

    FIGURES_READ = "figures:read"
    CASES_READ = "cases:read"
    TEXTS_READ = "texts:read"
    CASES_WRITE = "cases:write"
    CASES_EXPORT = "cases:export"
    PROOFS_READ = "proofs:read"
    ERASURES_READ = "erasures:read"
    LOG_IMPORT = "log:import"
    DOCUMENTS_ADHOC = "documents:adhoc"
    SCHEMA_READ = "schema:read"
    PEOPLE_WRITE = "people:write"
    SCIM = "scim"


# None stands for a person, who is held to no scopes.
Scopes = frozenset[str] | None

MEANINGS: Mapping[Scope, str] = {
    Scope.FIGURES_READ: "read figures; in a role that counts only the cases in its sight, together with cases:read",
    Scope.CASES_READ: "see cases: in lists, by id, behind a figure; without it there are no cases",
    Scope.TEXTS_READ: "open the sealed words and names of the cases that are seen",
    Scope.CASES_WRITE: "open cases, and with cases:read give commands on them",
    Scope.CASES_EXPORT: "take a case, or what was recorded in a period, out as a bundle",
    Scope.PROOFS_READ: "read checkpoints and proofs, which tell of nothing that they prove",
    Scope.ERASURES_READ: "follow what was erased, by whoever keeps copies",
    Scope.LOG_IMPORT: "import a school's log",
    Scope.DOCUMENTS_ADHOC: "send GraphQL documents of its own where only trusted ones are answered",
    Scope.SCHEMA_READ: "ask about the GraphQL schema where only trusted documents are answered",
    Scope.PEOPLE_WRITE: "change what is known of people",
    Scope.SCIM: "provision people and their accounts from a directory",
}

_NEEDED: Mapping[str, Scope | None] = {
    CaseReading.SEE: Scope.CASES_READ,
    CaseReading.READ: Scope.CASES_READ,
    CaseReading.OPEN_TEXTS: Scope.TEXTS_READ,
    CaseReading.EXPORT: Scope.CASES_EXPORT,
    CaseReading.SEE_READERS: None,
    Task.EXPORT_PERIOD: Scope.CASES_EXPORT,
    Task.SEE_PROOFS: Scope.PROOFS_READ,
    Task.SEE_ERASURES: Scope.ERASURES_READ,
    Task.SEE_ALL_FIGURES: Scope.FIGURES_READ,
    Task.LIST_CASES: Scope.CASES_READ,
    Task.IMPORT_LOG: Scope.LOG_IMPORT,
    Task.CHANGE_PERSON: Scope.PEOPLE_WRITE,
    Task.KEEP_ACCOUNTS: Scope.SCIM,
    # What people answer for themselves.
    **dict.fromkeys(
        (
            *(Task.ERASE_PERSON, Task.OVERRIDE, Task.KEEP_REGISTERS, Task.GIVE_ROLES, Task.SEE_ROLES),
            *(Task.KEEP_API_KEYS, Task.KEEP_LEDGER, Task.SEE_READ_LOG, Task.OPEN_IN_EMERGENCY, Task.SEE_ALERTS),
            *(Task.KEEP_RETENTION, Task.SEE_RETENTION, Task.KEEP_EMPLOYMENT, Task.REQUEST_ERASURE, Task.DECIDE_ERASURE),
            Task.ANSWER_ACCESS_REQUESTS,
        )
    ),
}
_TASKS: Final = frozenset((*CaseReading, *Task))


def scope_of(action: str) -> Scope | None:
    """The one scope that an action needs, None for what no key can do; every command on cases needs the same.

    `action` is a `CaseReading`, a `Task`, or a command by the name of its class. A task that is not listed has none.
    """
    if action in RESERVED:
        # Letting somebody into a case, judging an emergency, and what becomes of a record are people's to answer for.
        return None
    return _NEEDED.get(action) if action in _TASKS else Scope.CASES_WRITE


def within(scopes: Scopes, action: str) -> bool:
    """Whether the scopes of a key include an action; whoever has none (a person) is held to nothing here."""
    return scopes is None or scope_of(action) in scopes


def decide_within(scopes: Scopes, role: Role, action: str, resource: Resource) -> Decision:
    """Decide as `permissions.decide` does, held to the scopes besides.

    The role is asked first: what is out of sight stays out of sight, whatever the scopes are.
    """
    decision = decide(role, action, resource)
    return Decision(False, Why.NOT_IN_SCOPE) if decision.allowed and not within(scopes, action) else decision
