"""What a key may do at most: every action there is needs one scope or is for people alone."""

from __future__ import annotations

from uuid import UUID

import pytest

from domain.access import CASE_ROLES, SCHOOL_ROLES, Role, Visibility, visibility
from domain.permissions import CaseReading, Decision, Task, Why, decide, resources
from domain.role_commands import RESERVED
from domain.scopes import MEANINGS, Scope, decide_within, scope_of, within
from services.catalogue import COMMANDS
from tests.stored import permission_matrix

TRUST, PERSON, CASE = UUID(int=1), UUID(int=2), UUID(int=3)
EVERY = frozenset(Scope)
ACTIONS = sorted({action for resource in resources() for action in permission_matrix.actions_on(resource)})

NEEDED: dict[Scope | None, set[str]] = {
    Scope.CASES_READ: {CaseReading.SEE, CaseReading.READ, Task.LIST_CASES},
    Scope.TEXTS_READ: {CaseReading.OPEN_TEXTS},
    Scope.CASES_EXPORT: {CaseReading.EXPORT, Task.EXPORT_PERIOD},
    Scope.PROOFS_READ: {Task.SEE_PROOFS},
    Scope.ERASURES_READ: {Task.SEE_ERASURES},
    Scope.FIGURES_READ: {Task.SEE_ALL_FIGURES},
    Scope.LOG_IMPORT: {Task.IMPORT_LOG},
    Scope.PEOPLE_WRITE: {Task.CHANGE_PERSON},
    Scope.SCIM: {Task.KEEP_ACCOUNTS},
    None: {
        *(CaseReading.SEE_READERS, Task.ERASE_PERSON, Task.OVERRIDE, Task.KEEP_REGISTERS, Task.GIVE_ROLES),
        *(Task.SEE_ROLES, Task.KEEP_API_KEYS, Task.SEE_READ_LOG, Task.OPEN_IN_EMERGENCY, Task.SEE_ALERTS),
        *(Task.KEEP_LEDGER, Task.REQUEST_ERASURE, Task.DECIDE_ERASURE),
        *(Task.KEEP_RETENTION, Task.SEE_RETENTION, Task.KEEP_EMPLOYMENT),
        Task.ANSWER_ACCESS_REQUESTS,
        *("GrantAccess", "GrantAccess:EXAMINER", "EndAccess", "ReviewEmergencyAccess"),
        *("PlaceHold", "LiftHold", "ClassifyForRetention", "ReviewRetention"),
    },
}


def test_every_action_of_the_matrix_needs_the_one_scope_that_is_written_here_or_none_that_a_key_has() -> None:
    named = {str(action) for actions in NEEDED.values() for action in actions}
    expected = {str(action): scope for scope, actions in NEEDED.items() for action in actions}
    expected |= {action: Scope.CASES_WRITE for action in ACTIONS if action not in named}

    assert {str(action): scope_of(action) for action in ACTIONS} == expected
    assert {name for name, scope in expected.items() if scope is Scope.CASES_WRITE} >= set(COMMANDS) - set(RESERVED)
    assert set(MEANINGS) == set(Scope)


@pytest.mark.parametrize("action", ACTIONS)
def test_one_scope_and_no_other_includes_an_action(action: str) -> None:
    needed = scope_of(action)
    assert [scope for scope in Scope if within(frozenset({scope}), action)] == ([] if needed is None else [needed])
    assert within(EVERY - {needed}, action) is False
    assert within(frozenset(), action) is False
    assert within(None, action) is True


def test_scopes_only_ever_take_away_and_say_so_only_of_what_the_role_gives() -> None:
    for role in Role:
        for resource in resources():
            for action in permission_matrix.actions_on(resource):
                alone = decide(role, action, resource)
                assert decide_within(None, role, action, resource) == alone
                none = decide_within(frozenset(), role, action, resource)
                assert none == (Decision(False, Why.NOT_IN_SCOPE) if alone.allowed else alone)
                for scopes in (EVERY, frozenset({Scope.CASES_WRITE})):
                    assert decide_within(scopes, role, action, resource).allowed == (
                        alone.allowed and within(scopes, action)
                    )


def seen(role: Role, *scopes: str, schools: tuple[str, ...] | None = None) -> Visibility:
    place = "900001" if role in SCHOOL_ROLES else None
    case = CASE if role in CASE_ROLES else None
    return visibility(TRUST, PERSON, role, place, case, schools=schools, scopes=frozenset(scopes))


@pytest.mark.parametrize("role", Role)
def test_a_key_sees_no_case_and_opens_no_text_without_the_scope(role: Role) -> None:
    place = "900001" if role in SCHOOL_ROLES else None
    person = visibility(TRUST, PERSON, role, place, CASE if role in CASE_ROLES else None)

    assert seen(role, *EVERY) == person
    blind = seen(role, *(EVERY - {Scope.CASES_READ}))
    assert (blind.seen_kinds, blind.lists_cases, blind.opens_sealed) == ((), False, False)
    assert blind.sees_figures is person.counts_everything
    closed = seen(role, *(EVERY - {Scope.TEXTS_READ}))
    assert (closed.seen_kinds, closed.opens) == (person.seen_kinds, ())
    assert seen(role, *(EVERY - {Scope.FIGURES_READ})).sees_figures is False


@pytest.mark.parametrize(
    ("role", "schools", "kept"),
    [
        (Role.TRUST_LEAD, None, None),
        (Role.TRUST_LEAD, ("900001", "900002"), ("900001", "900002")),
        (Role.HEADTEACHER, ("900001", "900002"), ("900001",)),
        (Role.HEADTEACHER, ("900002",), ()),
    ],
)
def test_a_key_is_kept_to_its_schools_and_reaches_none_that_its_role_does_not(
    role: Role, schools: tuple[str, ...] | None, kept: tuple[str, ...] | None
) -> None:
    assert seen(role, *EVERY, schools=schools).schools == kept
