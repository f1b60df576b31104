"""Whatever is asked, by whatever role: the answer over HTTP is what the oracle works out from the events."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import replace
from uuid import UUID

import pytest
from graphql import FieldNode, GraphQLInterfaceType, GraphQLObjectType, TypeInfo, TypeInfoVisitor, Visitor, parse, visit
from hypothesis import HealthCheck, given, seed, settings

from tests.api.test_case_cover import TOLD_OF_A_CASE
from tests.plan.agreement import Trial
from tests.plan.documents import Document, Pool, documents
from tests.plan.fixed import AREAS, LISTS
from tests.plan.making import ROLES
from tests.plan.oracle.answers import sdl_schema
from tests.plan.oracle.sight import barred
from tests.plan.world import World

# How many random documents are tried, and which: more of them, and others, are worth an hour now and then.
EXAMPLES = int(os.environ.get("AGREEMENT_EXAMPLES", "250"))
SEED = os.environ.get("AGREEMENT_SEED", "")

# Where a resolver is refused, its sisters that were waiting are never asked for their values.
pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("area", AREAS)
def test_fixed_documents_of_every_area_are_answered_as_the_oracle_answers(
    trial: Trial, world: World, pool: Pool, area: str, role: str
) -> None:
    documents_here = list(AREAS[area](pool))
    # Of many documents each role asks some, and each is asked by several roles, unless there is time for all.
    every = 1 if "AGREEMENT_EXAMPLES" in os.environ else 1 + len(documents_here) // 8
    for document in documents_here[ROLES.index(role) % every :: every]:
        differences = trial.differences(world.reader(role), *document)
        assert not differences, document.query


def test_the_fixed_documents_ask_for_every_field_that_a_query_reaches(pool: Pool) -> None:
    # Of documents that differ in their values alone one is enough.
    queries = {
        re.sub(r'"(\\.|[^"\\])*"|-?\b\d+', '""', document.query) for area in AREAS.values() for document in area(pool)
    }
    asked = {name for query in queries for name in _fields(query)}
    reached = {
        f"{kind.name}.{name}"
        for kind in sdl_schema().type_map.values()
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__")
        for name in kind.fields
        if kind.name not in ("Mutation", "Recorded", "Refused")
    }
    assert sorted(reached - asked) == []


@pytest.mark.parametrize("name", ["transferred", "breach in hand", "complaint about lead"])
def test_a_witness_is_told_the_cover_of_the_one_case_as_the_oracle_tells_it(
    trial: Trial, world: World, name: str
) -> None:
    cover = " ".join(field if field != "school" else "school { urn name }" for field in TOLD_OF_A_CASE)
    witness, cases = world.reader(f"witness:{name}"), world.story().cases()
    # Whoever the case is about is told of none, whatever was granted.
    about = [replace(witness, person=UUID(person)) for person in barred(cases[str(world.cases[name])])]
    for reader in (witness, *about):
        # Of every case, the one among them.
        for case_id in cases:
            assert not trial.differences(reader, f'{{ case(id: "{case_id}") {{ __typename {cover} }} }}', {})


@pytest.mark.parametrize("role", ROLES)
def test_random_documents_are_answered_as_the_oracle_answers(trial: Trial, world: World, pool: Pool, role: str) -> None:
    asked: Counter[bool] = Counter()

    # Each role is asked documents of its own.
    @seed(SEED + role)
    @settings(
        max_examples=EXAMPLES // len(ROLES), deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(documents(pool))
    def agree(document: Document) -> None:
        differences = trial.differences_unless_too_large(world.reader(role), *document)
        asked[differences is None] += 1
        assert not differences

    agree()
    # What is refused for its size compares nothing; it must stay the exception.
    assert asked[True] < asked.total() / 2


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", LISTS)
def test_going_on_from_each_page_leads_through_the_whole_list_once(
    trial: Trial, world: World, name: str, role: str
) -> None:
    assert not trial.walk(world.reader(role), *LISTS[name])


def _fields(query: str) -> set[str]:
    info, found = TypeInfo(sdl_schema()), set()

    class Fields(Visitor):
        def enter_field(self, node: FieldNode, *_rest: object) -> None:
            parent = info.get_parent_type()
            if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
                found.add(f"{parent.name}.{node.name.value}")

    visit(parse(query), TypeInfoVisitor(info, Fields()))
    return found
