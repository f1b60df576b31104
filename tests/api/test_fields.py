"""Every field of the schema is declared and planned, and no plan opens a table but through what its reader sees."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
import pytest
from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    get_named_type,
    get_operation_ast,
    is_composite_type,
    parse,
    validate,
)
from graphql.execution.values import VariableValues, get_variable_values
from sqlalchemy import MetaData, create_engine

from api.graphql.answers import actions_of
from api.graphql.schema import build_schema
from domain.access import Role, visibility
from projections.monitoring_terms import NoFigures
from projections.plan.fields import FIELDS, FieldKind
from projections.plan.plans import Plan, Plans, Question
from projections.plan.selections import RefusedAt
from projections.visible import Reading
from services.clock import now
from tests.support.postgres import DatabaseUrls

SCHEMA = build_schema()._schema
TRUST = UUID("0b7e6f0e-7a08-4c39-9f3c-6f8f3f1f2a10")
ARGUMENTS = {
    "monitoring": '(from: "2025-09-01", to: "2026-08-31", groupBy: [COUNT, SCHOOL, TERM, PLATFORM], suppressBelow: 3)',
    "restatements": '(from: "2025-09-01", to: "2026-08-31", between: {position: 1})',
    "staffPattern": f'(person: "{TRUST}")',
    "case": '(reference: "INC-2025-000001", asOf: {position: 5})',
}
OBJECTS = {
    name: kind
    for name, kind in SCHEMA.type_map.items()
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and not name.startswith("__") and name != "Mutation"
}
# What a command answers is told by the command.
PLANNED = sorted(OBJECTS.keys() - {"Recorded", "Refused"})
# What is refused to whoever reads no figures.
_OF_FIGURES = frozenset({"monitoring", "restatements"})


def test_every_field_of_the_schema_is_declared_and_nothing_else_is() -> None:
    declared = {(name, field) for name, fields in FIELDS.items() for field in fields}

    assert declared == {(name, field) for name, kind in OBJECTS.items() for field in kind.fields}


def test_whatever_opens_texts_or_folds_a_case_is_a_hole() -> None:
    made = [FIELDS["SealedText"][name] for name in ("text", "state")]
    made += [FIELDS["CaseEvent"][name] for name in ("caseAfter", "changes")]

    assert {field.kind for field in made} == {FieldKind.HOLE}


@dataclass
class Watched:
    """The sources that plans were given, while they were made."""

    given: list[str]


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    watched = Watched([])

    def watching(method: Callable[..., str]) -> Callable[..., str]:
        def source(*given: Any) -> str:
            text = method(*given)
            # Of a whole statement, what was put before what the plan wrote.
            watched.given.append(text.removesuffix(given[-1]) if method.__name__ == "statement" else text)
            return text

        return source

    for name, method in vars(Reading).items():
        if callable(method) and not name.startswith("_"):
            monkeypatch.setattr(Reading, name, watching(method))
    return watched


@pytest.fixture(scope="module")
def tables(database_urls: DatabaseUrls) -> frozenset[str]:
    """Every table that there is."""
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(database_urls.admin_main))
    found = MetaData()
    found.reflect(engine)
    engine.dispose()
    return frozenset(found.tables)


@pytest.mark.parametrize("role", list(Role), ids=str)
@pytest.mark.parametrize("name", PLANNED)
def test_every_field_is_planned_and_opens_only_what_the_reader_sees(
    name: str, role: Role, watched: Watched, tables: frozenset[str]
) -> None:
    # given
    seen = visibility(TRUST, TRUST, role, "900001", TRUST)
    refused = frozenset() if seen.sees_figures else _OF_FIGURES
    if refused & {step for step, _ in way_to(name)}:
        with pytest.raises(RefusedAt) as caught:
            planned(query_for(name), role)
        assert isinstance(caught.value.error, NoFigures)
        return

    # when
    plan = planned(query_for(name, refused), role)

    # then
    for statement in statements(plan):
        assert opened(statement, watched.given) & tables == set()
        if not seen.opens_sealed:
            assert "person_name" not in statement
            assert "|| 'sealed'" not in statement


def test_a_table_that_a_plan_opens_by_itself_is_found(watched: Watched, tables: frozenset[str]) -> None:
    [statement] = statements(planned(query_for("School"), Role.AUDITOR))
    source = next(
        source
        for source in watched.given
        if "FROM school" in source and without_names(source) in re.sub(r"\$\d+", "?", statement)
    )

    assert opened(statement, watched.given) & tables == set()
    assert opened(
        re.sub(r"\$\d+", "?", statement).replace(without_names(source), "school"), watched.given
    ) & tables == {"school"}


def opened(statement: str, given: Sequence[str]) -> set[str]:
    """What a statement reads beside the sources that it was given."""
    statement = re.sub(r"\$\d+", "?", statement)
    for source in sorted(set(given), key=len, reverse=True):
        statement = statement.replace(without_names(source), "(...)")
    return set(re.findall(r"(?:FROM|JOIN)\s+(\w+)", statement))


def without_names(text: str) -> str:
    """Text of a statement in which every parameter looks the same, for a plan has numbers where a source has names."""
    return re.sub(r"%\(\w+\)s", "?", text)


def statements(plan: Plan) -> Iterator[str]:
    yield plan.statement.decode()
    for state in plan.states:
        yield from statements(state)


def planned(query: str, role: Role) -> Plan:
    """The plan of a query for a role."""
    document = parse(query)
    assert validate(SCHEMA, document) == []
    operation = get_operation_ast(document)
    assert operation is not None
    values = get_variable_values(SCHEMA, operation.variable_definitions or (), {})
    assert isinstance(values, VariableValues)
    seen = visibility(TRUST, TRUST, role, "900001", TRUST)
    question = Question(query, document, operation, values, seen, role.value, actions_of(role), now())
    plans = Plans(SCHEMA)
    selections = plans.selections(question)
    arguments = [given if isinstance(given, dict) else None for given in selections.arguments(values)]
    return plans.plan(question, selections, arguments, frozenset())


def query_for(name: str, left_out: Collection[str] = ()) -> str:
    """A query that selects every field of a type but those left out, by the shortest way that leads there."""
    fields = {field: of for field, of in OBJECTS[name].fields.items() if field not in left_out}
    selection = " ".join(f"{field}{arguments(field, of)}{inner(of)}" for field, of in fields.items())
    for step, before in reversed(way_to(name)):
        selection = (
            f"... on {step} {{ {selection} }}"
            if before is None
            else f"{step}{arguments(step, before)} {{ {selection} }}"
        )
    return f"{{ {selection} }}"


def inner(field: GraphQLField) -> str:
    return " { __typename }" if is_composite_type(get_named_type(field.type)) else ""


def arguments(name: str, field: GraphQLField) -> str:
    return ARGUMENTS.get(name, "") if field.args else ""


def way_to(name: str) -> list[tuple[str, GraphQLField | None]]:
    """The fields, and the kinds of case, by which a type is reached from the root."""
    known: dict[str, list[tuple[str, GraphQLField | None]]] = {"Query": []}
    waiting = ["Query"]
    while waiting:
        here = waiting.pop(0)
        kind = OBJECTS[here]
        steps: list[tuple[str, GraphQLField | None, str]] = [
            (field, of, get_named_type(of.type).name) for field, of in kind.fields.items()
        ]
        if isinstance(kind, GraphQLInterfaceType):
            steps += [(one.name, None, one.name) for one in SCHEMA.get_possible_types(kind)]
        for step, field, to in steps:
            if to in OBJECTS and to not in known:
                known[to] = [*known[here], (step, field)]
                waiting.append(to)
    return known[name]


# What plans open that holds the content of cases: their documents, and the bodies of their events.
_CONTENT = ("case_document", "SELECT * FROM event WHERE")
_MARK = re.compile(r"\|\| '(?:opened|listed|history) ' \|\|")


@pytest.mark.parametrize("name", PLANNED)
def test_every_plan_that_opens_the_content_of_cases_tells_of_which(name: str) -> None:
    """Each field by itself: an object beside it must not be what leaves the mark."""
    unmarked = set()
    for field, of in OBJECTS[name].fields.items():
        selection = f"{field}{arguments(field, of)}{inner(of)}"
        for step, before in reversed(way_to(name)):
            selection = (
                f"... on {step} {{ {selection} }}"
                if before is None
                else f"{step}{arguments(step, before)} {{ {selection} }}"
            )
        for statement in statements(planned(f"{{ {selection} }}", Role.TRUST_LEAD)):
            # Which cases are copies of one about the reader stands in documents, and is never shown.
            shown = statement.replace("FROM case_document AS original", "")
            opens = any(content in shown for content in _CONTENT)
            # How many there are is a figure.
            if opens and not _MARK.search(statement) and field != "totalCount":
                unmarked.add(f"{name}.{field}")
    assert unmarked == set()
