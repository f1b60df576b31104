"""What a question costs: one table, worked out before anything is executed, and told with every answer."""

from __future__ import annotations

import pytest

from api.graphql.cost import COSTS
from api.graphql.limits import Limits
from api.graphql.schema import build_schema
from projections.plan.fields import FieldKind
from tests.api.client import Client

CORE = build_schema()._schema
FIGURES = 'from: "2025-09-01", to: "2026-08-31"'


def test_the_kinds_have_their_costs() -> None:
    assert {kind.name: cost for kind, cost in COSTS.items()} == {"COLUMN": 0, "JOIN": 1, "HOLE": 5, "COMMAND": 10}


@pytest.mark.parametrize(
    ("query", "requested", "nodes"),
    [
        ("{ viewer { role } }", 1, 1),
        # The list, and each of its cases.
        ("{ cases(first: 7) { nodes { id reference } } }", 1 + 7, 1 + 7),
        ("{ cases(first: 7) { edges { node { id } } } }", 1 + 7 * 2, 1 + 7 * 2),
        ("{ cases(first: 7) { totalCount } }", 1 + 5, 1),
        ("{ cases(first: 7) { totalCount nodes { school { name } } } }", 1 + 5 + 7 * 2, 1 + 7 * 2),
        ("{ cases(first: 2) { nodes { ... on Incident { summary { text } } } } }", 1 + 2 * (1 + 1 + 5), 1 + 2 * 2),
        (
            "{ cases(first: 2) { ...F } } fragment F on CaseConnection { nodes { ...G } } fragment G on Case { id }",
            3,
            3,
        ),
        ("{ cases(first: 3) { nodes { history(first: 4) { nodes { type } } } } }", 1 + 3 * (2 + 4), 1 + 3 * (2 + 4)),
        # Eleven counts.
        (f"{{ monitoring({FIGURES}) {{ cells {{ value }} }} }}", 1 + 11, 1 + 11),
        (f"{{ monitoring({FIGURES}, asOf: {{position: 9}}) {{ cells {{ value }} }} }}", 5 + 11, 1 + 11),
        (f"{{ monitoring({FIGURES}) {{ cells {{ cases(first: 2) {{ nodes {{ id }} }} }} }} }}", 1 + 11 * 8, 1 + 11 * 4),
        # A list without pages is taken to hold ten.
        ("{ schools { name } }", 10, 10),
        ("{ cases(first: 1) { nodes { links { kind } } } }", 1 + 1 + 10, 1 + 1 + 10),
        # One of what a case is made of is taken to hold three.
        ("{ cases(first: 1) { nodes { outstanding { code } } } }", 1 + 1 + 3, 1 + 1 + 3),
        ("{ __schema { types { name fields { name } } } }", 0, 0),
    ],
)
def test_an_answer_tells_what_it_might_have_cost(demo: Client, query: str, requested: int, nodes: int) -> None:
    answer = demo.send(query).json()

    assert "errors" not in answer
    assert answer["extensions"] == {"cost": {"requested": requested, "limit": Limits().cost, "nodes": nodes}}


def test_the_cost_is_told_with_errors_of_fields_and_not_with_a_refusal(demo: Client) -> None:
    assert demo.send("{ case { id } }").json()["extensions"]["cost"]["requested"] == 1
    assert "extensions" not in demo.send("{ viewer { salary } }").json()


def test_a_command_has_a_cost_too(demo: Client) -> None:
    query = 'mutation { addAddendum(input: {commandId: "no", caseId: "no", text: "x"}) { __typename } }'

    assert demo.send(query).json()["extensions"]["cost"]["requested"] == COSTS[FieldKind.COMMAND]


def test_what_costs_too_much_is_refused_with_both_numbers_before_anything_is_read(demo: Client) -> None:
    texts = "a: content { text state } b: content { text state } c: content { text state }"
    query = f"{{ cases(first: 8) {{ nodes {{ history {{ nodes {{ sealed {{ {texts} }} }} }} }} }} }}"
    answer = demo.send(query).json()

    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "QUERY_TOO_LARGE"
    assert error["extensions"]["allowed"] in (Limits().cost, Limits().nodes)
    assert error["extensions"]["measured"] > error["extensions"]["allowed"]
    assert "data" not in answer


def test_the_points_of_cost_have_a_limit_of_their_own(demo: Client) -> None:
    query = "{ cases(first: 100) { nodes { history(first: 3) { nodes { sealed { content { state text } } } } } } }"

    assert demo.send(query).status_code == 200
    heavier = query.replace("history(first: 3)", "history(first: 9)")
    (error,) = demo.send(heavier).json()["errors"]
    assert (error["extensions"]["code"], error["extensions"]["allowed"]) == ("QUERY_TOO_LARGE", Limits().cost)
