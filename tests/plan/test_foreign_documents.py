"""Documents that hypothesis-graphql makes of the schema, by other rules than ours in `documents.py`.

It knows nothing of the trust, so that numbers of pages and positions, days and names are put into its documents here.
"""

from __future__ import annotations

import os
from collections import Counter

from graphql import (
    ArgumentNode,
    DocumentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
    Visitor,
    print_ast,
    visit,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import queries

from tests.plan.agreement import Trial
from tests.plan.documents import Pool
from tests.plan.making import ROLES
from tests.plan.oracle.answers import is_valid, sdl_schema
from tests.plan.world import World

EXAMPLES = int(os.environ.get("AGREEMENT_EXAMPLES", "200"))


class _Known(Visitor):
    """Puts what there is into the arguments of a document."""

    def __init__(self, pool: Pool) -> None:
        super().__init__()
        self._numbers = {"first": 5, "atLeast": pool.position, "updatedAfterPosition": pool.position // 2}
        self._names = {
            "id": pool.ids,
            "reference": pool.references,
            "schoolReference": pool.school_references,
            "schools": pool.urns,
            "owner": pool.persons,
            "person": pool.persons,
        }
        self._position = pool.position

    def enter_argument(self, node: ArgumentNode, *_rest: object) -> ArgumentNode:
        return ArgumentNode(name=node.name, value=self._known(node.name.value, node.value))

    def _known(self, name: str, value: ValueNode) -> ValueNode:
        match value:
            case ObjectValueNode():
                fields = [
                    ObjectFieldNode(name=one.name, value=self._known(one.name.value, one.value)) for one in value.fields
                ]
                return ObjectValueNode(fields=tuple(fields))
            case ListValueNode():
                return ListValueNode(values=tuple(self._known(name, one) for one in value.values))
            case IntValueNode() if name == "position":
                return IntValueNode(value=str(abs(int(value.value)) % (self._position + 3)))
            case IntValueNode() if name in self._numbers:
                return IntValueNode(value=str(abs(int(value.value)) % self._numbers[name] + 1))
            case StringValueNode() if name == "after":
                # No cursor of ours: within a list it is refused once, where the oracle refuses it in each entry.
                return NullValueNode()
            case StringValueNode() if name in self._names and len(value.value) % 4:
                known = self._names[name]
                return StringValueNode(value=known[len(value.value) % len(known)])
            case _:
                return value


def test_documents_of_other_making_are_answered_as_the_oracle_answers(trial: Trial, world: World, pool: Pool) -> None:
    asked: Counter[str] = Counter()
    scalars = {
        "Date": st.sampled_from(pool.dates).map(lambda day: StringValueNode(value=day)),
        "DateTime": st.sampled_from(pool.instants).map(lambda instant: StringValueNode(value=instant)),
    }

    def printed(document: DocumentNode) -> str:
        return print_ast(visit(document, _Known(pool)))

    made = queries(sdl_schema(), custom_scalars=scalars, print_ast=printed, allow_x00=False).filter(
        # Some have two members, or none, where one of them has to be given.
        lambda query: is_valid(str(query))
    )

    @settings(
        max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(st.sampled_from(ROLES), made)
    def agree(role: str, query: object) -> None:
        assert isinstance(query, str)
        differences = trial.differences_unless_too_large(world.reader(role), query, {})
        asked["too large" if differences is None else role] += 1
        assert not differences, query

    agree()
    assert asked["too large"] < asked.total() / 3
    # Chance gives each role its documents; that every role is asked is for the other documents to see to.
    assert sum(asked[role] > 0 for role in ROLES) > len(ROLES) * 2 // 3
