"""Every decision there is, taken a second time by policies in Cedar that were written apart from the program (D15)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any

import cedarpy
import pytest

from domain import permissions
from domain.permissions import Relation, Resource, Task
from domain.role_commands import EVERY, ROLE_COMMANDS
from domain.roles import REACH, Reach, Role
from tests.support.cedar_decisions import (
    POLICY_TEXT,
    SCHEMA_TEXT,
    Answer,
    Cell,
    actions_in_the_schema,
    decided_by_cedar,
    differences,
    every_cell,
)


@cache
def cells() -> tuple[Cell, ...]:
    return tuple(every_cell())


@cache
def answers() -> tuple[Answer, ...]:
    return tuple(decided_by_cedar(cells()))


def test_every_name_in_the_policies_is_one_that_the_schema_knows() -> None:
    result = cedarpy.validate_policies(POLICY_TEXT, SCHEMA_TEXT)

    assert [str(error) for error in result.errors] == []


def test_the_schema_names_the_actions_that_there_are() -> None:
    assert actions_in_the_schema() == {str(cell.action) for cell in cells()}


def test_the_program_decides_every_cell_as_the_policies_do() -> None:
    assert len(cells()) > 40_000
    assert {answer.allowed for answer in answers()} == {True, False}
    assert differences(cells(), answers()) == []


def test_every_policy_decides_something_by_itself() -> None:
    alone = {answer.policies[0] for answer in answers() if len(answer.policies) == 1}

    names = [line.split('"')[1] for line in POLICY_TEXT.splitlines() if line.startswith("@id(")]
    assert len(names) == len(set(names)) == len(cedarpy.PolicySet.from_str(POLICY_TEXT))
    assert set(names) - alone == set()


Plant = Callable[[pytest.MonkeyPatch], Any]


def _commands(role: str, kind: str, commands: frozenset[str] | None) -> Plant:
    return lambda patch: patch.setitem(ROLE_COMMANDS, role, {**ROLE_COMMANDS[role], kind: commands})


def _without(relation: str) -> Plant:
    """The rule about a relation never holds."""
    known = {one.name: one for one in Relation} | {relation: object()}
    return lambda patch: patch.setattr(permissions, "Relation", SimpleNamespace(**known))


def _reaches(role: Role, reach: Reach) -> Plant:
    return lambda patch: patch.setitem(REACH, role, reach)


def _table(name: str, changed: Callable[[Any], Any]) -> Plant:
    return lambda patch: patch.setattr(permissions, name, changed(getattr(permissions, name)))


# One wrong word in the tables of the program, and a decision that it gets wrong.
FAULTS: dict[str, tuple[Plant, str]] = {
    "the equalities manager reads complaints": (
        _reaches(Role.EQUALITIES, Reach(("INCIDENT", "COMPLAINT"))),
        "equalities see on COMPLAINT in-place:",
    ),
    "the headteacher sees every breach": (
        _reaches(Role.HEADTEACHER, Reach(("COMPLAINT", "INCIDENT", "STAFF_BREACH"))),
        "headteacher see on STAFF_BREACH in-place:",
    ),
    "the auditor opens words without a grant": (
        _reaches(Role.AUDITOR, Reach(("COMPLAINT", "INCIDENT", "STAFF_BREACH"))),
        "auditor open-texts on INCIDENT in-place:",
    ),
    "the administrator sees incidents": (
        _reaches(Role.ADMIN, Reach(("INCIDENT",))),
        "admin see on INCIDENT in-place:",
    ),
    "a member of staff closes incidents": (
        _commands("staff", "INCIDENT", frozenset({"CloseIncident"})),
        "staff CloseIncident on INCIDENT named:",
    ),
    "the clerk decides what complaints are about": (
        _commands("clerk", "COMPLAINT", (ROLE_COMMANDS["clerk"]["COMPLAINT"] or frozenset()) | {"DecideHead"}),
        "clerk DecideHead on COMPLAINT in-place:",
    ),
    "the coordinator runs breaches": (
        _commands("coordinator", "STAFF_BREACH", EVERY),
        "coordinator ImposeSanction on STAFF_BREACH named:",
    ),
    "whoever opened a case in an emergency settles that nobody is told": (
        _commands("emergency", "STAFF_BREACH", frozenset({"DecideNotToRefer"})),
        "emergency DecideNotToRefer on STAFF_BREACH in-place:",
    ),
    "closing stays open to the head whom a case went past": (
        _table("STAYS_OPEN", lambda names: names | {"CloseStaffBreach"}),
        "headteacher CloseStaffBreach on STAFF_BREACH named CHAIR:",
    ),
    "telling the police is refused for a conflict": (
        _table("STAYS_OPEN", lambda names: names - {"ContactBody"}),
        "dsl ContactBody on STAFF_BREACH named CHAIR:",
    ),
    "the chair decides what went past the chair": (
        _table("DECIDES_ROUTED", lambda table: {**table, "chair": frozenset({"CHAIR", "TRUST_LEAD"})}),
        "chair CloseComplaint on COMPLAINT named TRUST_LEAD:",
    ),
    "a target decides": (
        _table("DECIDES_AN_INCIDENT", lambda names: names - {"CloseIncident"}),
        "headteacher CloseIncident on INCIDENT named target:",
    ),
    "a target takes the case away": (
        _table("_TARGET", lambda _: permissions.Decision(True, permissions.Why.ALLOWED)),
        "headteacher export on INCIDENT named target:",
    ),
    "the subject is not asked about": (_without("SUBJECT"), "trust-lead see on STAFF_BREACH subject:"),
    "another school is as good as one's own": (_without("ELSEWHERE"), "headteacher see on INCIDENT elsewhere:"),
    "the clerk sees who read": (
        _table("_SEES_READERS", lambda table: {**table, Role.CLERK: frozenset({"COMPLAINT"})}),
        "clerk see-readers on COMPLAINT in-place:",
    ),
    "the trust lead gives roles": (
        _table("_TASKS", lambda table: {**table, Task.GIVE_ROLES: table[Task.GIVE_ROLES] | {Role.TRUST_LEAD}}),
        "trust-lead give-roles on TRUST in-place:",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_one_wrong_word_in_the_tables_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant, wrong = FAULTS[name]
    # What there is to decide, and how the policies decide it, before the program is at fault.
    asked, decided = cells(), answers()

    plant(monkeypatch)

    found = differences(asked, decided)
    assert [line for line in found if line.startswith(wrong)], found[:3]


def test_a_wrong_word_in_the_policies_is_found_too() -> None:
    target = Resource("INCIDENT", Relation.NAMED, is_target=True)
    asked = [Cell(role, "CloseIncident", target) for role in Role]
    faulty = POLICY_TEXT.replace('action in [Action::"decides an incident", ', "action in [")
    assert faulty != POLICY_TEXT

    found = differences(asked, decided_by_cedar(asked, faulty))

    roles = {line.split()[0] for line in found}
    assert roles == {"trust-lead", "alternate", "headteacher", "coordinator", "system"}


def test_what_the_policies_do_not_know_is_an_error_and_no_denial() -> None:
    with pytest.raises(ValueError, match="headteacher CloseIncidents"):
        decided_by_cedar([Cell(Role.HEADTEACHER, "CloseIncidents", Resource("INCIDENT"))])
