"""Who may do what: the whole table as people have read it, and what it must say whatever else it says (D15)."""

from __future__ import annotations

import pytest

from domain.incident import Incident
from domain.permissions import (
    ROUTE_TO_CHILD_PROTECTION,
    CaseReading,
    Decision,
    Relation,
    Resource,
    Task,
    Why,
    decide,
    resources,
)
from domain.role_commands import DECIDES_AN_INCIDENT, GRANT_EXAMINATION
from domain.roles import REACH, Role
from domain.routing import LADDER, STAYS_OPEN
from domain.values import CaseKind
from services.catalogue import COMMANDS
from services.commands import CaseCommand
from services.decisions import CaseDecision, parameters
from tests.stored import permission_matrix

KINDS = tuple(CaseKind)
NEED_TO_KNOW = CaseKind.STAFF_BREACH
ALLOWED = Decision(True, Why.ALLOWED)


def test_the_whole_table_is_the_one_that_people_have_read() -> None:
    assert permission_matrix.PATH.read_text() == "\n".join(permission_matrix.lines()) + "\n"


def test_every_decision_there_is_stands_in_the_table() -> None:
    told = {(resource, action) for resource in resources() for action in permission_matrix.actions_on(resource)}
    commands = {name for _, name in told if name in COMMANDS}
    assert commands == set(COMMANDS)
    assert {task.value for task in Task} <= {action for resource, action in told if resource.kind is None}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("kind", KINDS)
def test_whom_a_case_is_about_is_denied_everything_in_every_role(role: Role, kind: CaseKind) -> None:
    denied = {
        decide(role, action, Resource(kind, Relation.SUBJECT, routed_to))
        for action in (*CaseReading, *permission_matrix.case_actions(kind))
        for routed_to in (None, *LADDER)
    }

    assert denied == {Decision(False, Why.SUBJECT_OF_CASE)}


@pytest.mark.parametrize("role", Role)
def test_nothing_is_done_to_a_case_that_is_out_of_sight(role: Role) -> None:
    for resource in resources():
        if resource.kind is not None and not decide(role, CaseReading.SEE, resource).allowed:
            actions = permission_matrix.actions_on(resource)
            assert [action for action in actions if decide(role, action, resource).allowed] == []


def test_a_breach_is_seen_unnamed_by_those_alone_whom_the_design_names_for_the_trust_and_by_its_own_roles() -> None:
    seen = {role.value for role in Role if decide(role, CaseReading.SEE, Resource(NEED_TO_KNOW)).allowed}

    whole_trust = {"trust-lead", "auditor", "dpo", "hr", "system"}
    given_in_the_case = {"investigator", "witness", "examiner", "emergency"}
    assert seen == whole_trust | given_in_the_case


def test_words_are_opened_by_none_whose_work_is_structure_figures_or_administration() -> None:
    for role in (Role.AUDITOR, Role.DPO, Role.DASHBOARD, Role.ADMIN, Role.MIS, Role.WITNESS):
        opened = [
            kind
            for kind in KINDS
            for relation in Relation
            if decide(role, CaseReading.OPEN_TEXTS, Resource(kind, relation)).allowed
        ]
        assert opened == []


def test_an_administrator_gives_roles_and_sees_no_case() -> None:
    assert decide(Role.ADMIN, Task.GIVE_ROLES, Resource()) == ALLOWED
    assert not any(
        decide(Role.ADMIN, CaseReading.SEE, resource).allowed for resource in resources() if resource.kind is not None
    )


@pytest.mark.parametrize("role", [role for role in Role if REACH[role].kinds or REACH[role].own_kinds])
def test_the_target_of_an_allegation_decides_nothing_of_the_incident_and_takes_nothing_of_it_away(role: Role) -> None:
    target = Resource(CaseKind.INCIDENT, Relation.NAMED, is_target=True)
    other = Resource(CaseKind.INCIDENT, Relation.NAMED)
    actions = (*CaseReading, *permission_matrix.case_actions(CaseKind.INCIDENT))
    lost = {
        action for action in actions if decide(role, action, other).allowed and not decide(role, action, target).allowed
    }

    may = {action for action in actions if decide(role, action, other).allowed}
    assert lost == may & {*DECIDES_AN_INCIDENT, CaseReading.EXPORT, CaseReading.SEE_READERS}


def test_what_a_target_may_not_give_is_what_the_incident_asks_to_be_decided_impartially() -> None:
    impartial = {
        name
        for name, command in COMMANDS.items()
        if issubclass(command, CaseDecision)
        and command.case_kind in (None, "INCIDENT")
        and hasattr(Incident, command.decision)
        and "by" in dict(parameters(getattr(Incident, command.decision)))
    }

    # Who asks for a correction is noted, and may be anybody.
    assert impartial - {"RequestCorrection"} == DECIDES_AN_INCIDENT - {GRANT_EXAMINATION}


@pytest.mark.parametrize("to", LADDER)
@pytest.mark.parametrize(
    ("role", "rungs"),
    [
        ("headteacher", ()),
        ("coordinator", ()),
        ("chair", ("CHAIR",)),
        ("trust-lead", ("CHAIR", "TRUST_LEAD")),
        ("alternate", LADDER),
        ("hr", LADDER),
        ("system", LADDER),
    ],
)
def test_only_the_role_it_was_routed_to_and_those_above_decide(to: str, role: str, rungs: tuple[str, ...]) -> None:
    routed = Resource(NEED_TO_KNOW, Relation.NAMED, to)

    decision = decide(Role(role), "CloseStaffBreach", routed)

    if to in rungs:
        assert decision == ALLOWED
    else:
        is_of_role = decide(Role(role), "CloseStaffBreach", Resource(NEED_TO_KNOW, Relation.NAMED)).allowed
        assert decision == Decision(False, Why.ROUTED_ELSEWHERE if is_of_role else Why.NOT_OF_ROLE)


@pytest.mark.parametrize("to", LADDER)
def test_what_protects_is_never_refused_for_a_conflict(to: str) -> None:
    for kind in (CaseKind.COMPLAINT, CaseKind.STAFF_BREACH):
        for role in Role:
            for action in STAYS_OPEN | {ROUTE_TO_CHILD_PROTECTION}:
                plain = decide(role, action, Resource(kind, Relation.NAMED))
                assert decide(role, action, Resource(kind, Relation.NAMED, to)) == plain
    legal = decide(Role.CLERK, "RouteToProcedure", Resource(CaseKind.COMPLAINT, Relation.NAMED, to))
    assert legal == Decision(False, Why.ROUTED_ELSEWHERE)


@pytest.mark.parametrize("to", LADDER)
def test_a_witness_gives_an_account_whoever_the_complaint_is_about(to: str) -> None:
    routed = Resource(CaseKind.COMPLAINT, Relation.IN_PLACE, to)

    assert decide(Role.WITNESS, "RecordAccount", routed) == ALLOWED
    assert decide(Role.COORDINATOR, "RecordAccount", routed) == Decision(False, Why.ROUTED_ELSEWHERE)


def test_every_command_on_a_case_can_be_given_by_somebody() -> None:
    for name, command in COMMANDS.items():
        if issubclass(command, CaseCommand):
            kinds = [kind for kind in KINDS if name in permission_matrix.case_actions(kind)]
            assert any(decide(Role.TRUST_LEAD, name, Resource(kind)).allowed for kind in kinds), name
