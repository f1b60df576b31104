"""Every field of the live schema for every role, by the answers of a filled trust: one without a row fails.

`python -m tests.stored.field_access` writes the table anew. A change of it is a change of who reads what.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from graphql import GraphQLField, GraphQLObjectType, get_named_type

from domain import access
from domain.roles import REACH, Role
from tests.api.test_case_cover import KINDS, TOLD_OF_A_CASE
from tests.plan.everybody import Trust, field_access, told_by_commands
from tests.stored import permission_matrix
from tests.stored.field_access import (
    FIELDS,
    GIVEN,
    NOT_FILLED,
    OBJECTS,
    PATH,
    ROLES,
    SCHEMA,
    TOLD_BY_COMMANDS,
    Found,
    differences,
    lines,
    stored,
)

if TYPE_CHECKING:
    from tests.support.postgres import DatabaseUrls

_WORDS_AND_NAMES = ("SealedText.text", "Person.name", "Item.narrative", "StaffBreach.subject", "CaseEvent.reason")

# Types that hold nothing of any case; a connection says that it has no pages.
_OF_NO_CASE = (
    *("CaseConnection", "DeadlineOfCaseConnection", "DutyOfCaseConnection", "RetentionOfCaseConnection", "PageInfo"),
    *("RetentionTable", "RetentionRule"),
    *("Checkpoint", "Code", "CodeList", "Ledger", "Membership", "Person", "Query", "School", "Trust", "Viewer"),
)
_FIGURES = (*("CountDefinition", "ExcludedCount", "FigureChange", "MonitoringCell", "MonitoringReport", "Restatement"),)
# What proves the ledger tells of nothing that it proves; who appoints may ask for it (domain/permissions.py).
_PROOFS = (
    *("CheckpointAnchor", "SignedCheckpoint", "SignedCheckpointConnection", "SignedCheckpointEdge"),
    *("ConsistencyProof", "InclusionProof"),
)
# What leads from figures to the cases behind them.
_OF_CASES = (
    *("CaseConnection.edges", "CaseConnection.nodes", "DutyOfCaseConnection.nodes", "DeadlineOfCaseConnection.nodes"),
    *("MonitoringCell.cases", "MonitoringCell.contributions", "Restatement.case", "Restatement.cases", "Query.case"),
)


@pytest.fixture(scope="module")
def trust(database_urls: DatabaseUrls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trust]:
    """The filled trust."""
    with ExitStack() as stack:
        yield Trust.open(database_urls, tmp_path_factory.mktemp("data"), stack)


@pytest.fixture(scope="module")
def found(trust: Trust) -> Found:
    """What everybody is given."""
    return field_access(trust)


def test_every_field_of_the_live_schema_has_a_row_and_every_row_a_field() -> None:
    rows = [line.partition("\t")[0] for line in PATH.read_text().splitlines()[1:]]

    without_row, without_field = set(FIELDS) - set(rows), set(rows) - set(FIELDS)
    assert (without_row, without_field) == (set(), set()), "run python -m tests.stored.field_access, and read it"
    assert rows == FIELDS


def test_every_mutation_has_rows_among_the_commands() -> None:
    """Commands are the fields of one type more: who may give which stands in a table of its own."""
    mutation = SCHEMA.type_map["Mutation"]
    assert isinstance(mutation, GraphQLObjectType)
    rows = {line.split("\t")[4] for line in permission_matrix.PATH.read_text().splitlines()}

    assert {name for name in mutation.fields if name[0].upper() + name[1:] not in rows} == set()


def test_each_role_is_given_what_the_table_says_and_nothing_else(found: Found) -> None:
    told = differences(found)
    assert told == [], "\n".join(told)
    assert list(lines(found)) == PATH.read_text().splitlines()


def test_every_field_is_given_to_somebody_but_for_those_that_are_declared() -> None:
    kept = stored()
    empty = {name for name, of_field in kept.items() if GIVEN not in of_field.values()}

    assert empty == set(NOT_FILLED)
    assert {name for name in FIELDS if name not in kept} == {
        name for name in FIELDS if name.startswith(tuple(f"{kind}." for kind in TOLD_BY_COMMANDS))
    }


def test_a_field_that_is_given_to_one_role_more_is_named_with_the_role(
    trust: Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault: the auditor opens texts and names without a grant."""
    monkeypatch.setitem(REACH, Role.AUDITOR, replace(REACH[Role.AUDITOR], opens=None))
    access.visibility.cache_clear()
    try:
        told = differences(field_access(trust, [Role.AUDITOR]), [Role.AUDITOR])
    finally:
        monkeypatch.undo()
        access.visibility.cache_clear()

    assert {f"{name}: auditor finds it given, and the table says masked" for name in _WORDS_AND_NAMES} <= set(told)


@pytest.mark.parametrize("role", [role for role in ROLES if REACH[role].opens == ()])
def test_a_role_that_opens_nothing_is_given_no_text_and_no_name(role: Role) -> None:
    """Design D16 for the auditor, who needs a grant; D15 and ADR 15 for dashboards and the others."""
    given = {name for name, of_field in stored().items() if of_field[role] == GIVEN}

    words = {f"{kind}.{name}" for kind, of in OBJECTS.items() for name, field in of.fields.items() if _is_sealed(field)}
    assert len(words) > 150
    assert given & (words | {"SealedText.text", "SealedText.state", "Person.name", "Person.nameState"}) == set()


def _is_sealed(field: GraphQLField) -> bool:
    return get_named_type(field.type).name in ("SealedText", "Person")


@pytest.mark.parametrize(("role", "besides"), [(Role.DASHBOARD, _FIGURES), (Role.MIS, ()), (Role.ADMIN, _PROOFS)])
def test_a_role_that_lists_no_cases_is_given_figures_at_most(role: Role, besides: tuple[str, ...]) -> None:
    """Design, counting rule 11: dashboards get all figures, and none of the cases behind them."""
    given = [name for name, of_field in stored().items() if of_field[role] == GIVEN]

    assert {name.partition(".")[0] for name in given} == {*_OF_NO_CASE, *besides}
    assert [name for name in given if name in _OF_CASES] == []


def test_who_is_told_the_cover_of_a_case_is_told_nothing_that_stands_in_it() -> None:
    """A witness: which case it is, whether it goes on, and what the witness may give."""
    given = {name for name, of_field in stored().items() if of_field[Role.WITNESS] == GIVEN}

    of_cases = {f"{kind}.{name}" for kind in ("Case", *KINDS) for name in TOLD_OF_A_CASE}
    assert {name for name in given if name.partition(".")[0] not in _OF_NO_CASE} == of_cases
    led_on = {name for name in given if name.startswith("Query.")}
    assert led_on == {f"Query.{name}" for name in ("viewer", "trust", "schools", "case", "codes", "ledger")}


def test_what_a_command_answers_gives_no_role_more_than_what_it_may_ask(trust: Trust, found: Found) -> None:
    told = told_by_commands(trust)

    more = [
        f"{name}: {role} is given it by a command alone"
        for name, of_field in told.items()
        for role, how in of_field.items()
        if how == GIVEN and name.partition(".")[0] not in TOLD_BY_COMMANDS and found[name].get(role) != GIVEN
    ]
    assert more == []
    # Those that may add to the record were answered, and those that may not were refused.
    assert set(told["Recorded.case"]) >= {Role.TRUST_LEAD, Role.STAFF, Role.GOVERNOR, Role.HR, Role.PANEL}
    assert set(told["Refused.code"]) >= {Role.AUDITOR, Role.EXAMINER, Role.DASHBOARD, Role.MIS, Role.ADMIN, Role.DPO}
