"""Documents made to cost much or to find something out: refused before anything is read, at once, and in silence.

Each attack is sent to the real schema as ad-hoc documents are allowed, where all of them could be tried.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from ledger.garbage import garbage_kept
from tests.api.client import Client, counted_statements
from tests.api.whole_documents import cases_within_cases, whole_cases

RESPONSE = "application/graphql-response+json"


def ring(size: int) -> str:
    """Fragments of which each contains the next, and the last the first."""
    return "{ ...F0 }" + "".join(f" fragment F{n} on Query {{ ...F{(n + 1) % size} }}" for n in range(size))


def knot(size: int) -> str:
    """Fragments of which each contains every other."""
    spreads = " ".join(f"...F{n}" for n in range(size))
    return "{ ...F0 }" + "".join(f" fragment F{n} on Query {{ {spreads} }}" for n in range(size))


def doubling(size: int) -> str:
    """Fragments of which each contains the next twice: no ring, and yet without end when written out."""
    pairs = "".join(f" fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(size))
    return "{ ...F0 }" + pairs + f" fragment F{size} on Query {{ a: viewer {{ role }} }}"


def nested(levels: int) -> str:
    """History within history, as deep as one likes."""
    pair = "cases(first: 1) { nodes { history(first: 1) { nodes { caseAfter { "
    inner = "history(first: 1) { nodes { caseAfter { " * levels
    return "{ " + pair + inner + "id" + " }" * (pair.count("{") + inner.count("{") + 1)


def originals(cases: int) -> str:
    """A case, the one that it is a copy of, and so on."""
    return '{ case(reference: "INC-2026-000001") {' + " duplicateOf {" * (cases - 1) + " id" + " }" * (cases + 1)


ATTACKS = {
    # Directives.
    "the same directive ten times": ("{ viewer { role " + "@include(if: true) " * 10 + "} }", "INVALID_INPUT"),
    "an unknown directive ten times": ("{ viewer { role " + "@aa" * 10 + " } }", "INVALID_INPUT"),
    "two hundred directives": ("{ viewer { role " + "@skip(if: false) " * 200 + "} }", "QUERY_TOO_LARGE"),
    "directives on the operation": ("query " + "@aa" * 11 + " { viewer { role } }", "QUERY_TOO_LARGE"),
    "directives on a fragment": (
        "{ ...F } fragment F on Query " + "@aa" * 11 + " { viewer { role } }",
        "QUERY_TOO_LARGE",
    ),
    # Aliases.
    "sixteen aliases": ("{ viewer { " + " ".join(f"a{n}: role" for n in range(16)) + " } }", "QUERY_TOO_LARGE"),
    "six hundred aliases": ("{" + " ".join(f"a{n}: __typename" for n in range(600)) + "}", "QUERY_TOO_LARGE"),
    "aliases in fragments within fragments": (doubling(30), "QUERY_TOO_LARGE"),
    "aliases of questions about the schema": (
        "{ __schema { types { fields { " + " ".join(f"a{n}: name" for n in range(16)) + " } } } }",
        "QUERY_TOO_LARGE",
    ),
    "one field a thousand times": ("{" + "viewer { role } " * 860 + "}", "QUERY_TOO_LARGE"),
    # Fragments.
    "a fragment within itself": (ring(1), "INVALID_INPUT"),
    "two fragments within each other": (ring(2), "INVALID_INPUT"),
    "a ring of four hundred fragments": (ring(430), "QUERY_TOO_LARGE"),
    "a ring of two thousand fragments": (ring(2_000), "QUERY_TOO_LARGE"),
    "a knot of fragments": (knot(40), "INVALID_INPUT"),
    # Nesting.
    "deep nesting": (nested(2), "QUERY_TOO_LARGE"),
    "cases within cases": (originals(6), "QUERY_TOO_LARGE"),
    "cases within cases by every way": (
        "{ cases { nodes { ...A } } } fragment A on Case { duplicateOf { ...B } links { case { ...B } } }"
        " fragment B on Case { duplicateOf { ...C } links { case { ...C } } }"
        " fragment C on Case { duplicateOf { id } links { case { id } } }",
        "QUERY_TOO_LARGE",
    ),
    "everything of cases within cases": (cases_within_cases(2), "QUERY_TOO_LARGE"),
    "everything of many cases": (whole_cases("cases(first: 5) { nodes") + "}", "QUERY_TOO_LARGE"),
    "deep nesting through fragments": (
        "{ ...A } fragment A on Query { cases { nodes { history { nodes { ...B } } } } }"
        " fragment B on CaseEvent { caseAfter { history { nodes { caseAfter { history { nodes { type } } } } } } }",
        "QUERY_TOO_LARGE",
    ),
    "nesting without fields": ("{" + "... {" * 600 + " viewer { role } " + "}" * 601, "QUERY_TOO_LARGE"),
    "a value within nine hundred lists": (
        "{ cases(filter: {schools: " + "[" * 900 + "]" * 900 + "}) { totalCount } }",
        "QUERY_TOO_LARGE",
    ),
    "a question about the schema without end": (
        "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
        "INVALID_INPUT",
    ),
    # What is in the tokens of a document but not in its shape.
    "many operations": (" ".join(f"query Q{n} {{ viewer {{ role }} }}" for n in range(200)), "QUERY_TOO_LARGE"),
    "many variables": (
        "query(" + " ".join(f"$v{n}: Int" for n in range(860)) + ") { viewer { role } }",
        "INVALID_INPUT",
    ),
    "what would be many rows of many rows": (
        "{ cases(first: 100) { nodes { history(first: 100) { nodes { caseAfter { id } changes { field } } } } } }",
        "QUERY_TOO_LARGE",
    ),
}


def send(client: Client, content: Any) -> httpx.Response:
    headers = client.headers("trust-lead") | {"Content-Type": "application/json", "Accept": RESPONSE}
    return client.http.post("/graphql", content=json.dumps(content).encode(), headers=headers)


@pytest.fixture
def silence(demo: Client, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is asked of a database, and it takes less than a second of work."""
    # What tests before this one left behind is not searched through meanwhile: that takes seconds.
    with counted_statements(monkeypatch) as statements, garbage_kept():
        # Of this process, in which the server is too, so that it is the same however busy the machine is.
        begun = time.process_time()
        yield
        took = time.process_time() - begun
    assert statements == []
    assert took < 1


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.usefixtures("silence")
def test_a_document_made_to_cost_much_is_refused_at_once_and_reads_nothing(demo: Client, attack: str) -> None:
    query, code = ATTACKS[attack]
    answer = send(demo, {"query": query})
    content = answer.json()

    assert answer.status_code == 400
    assert {error["extensions"]["code"] for error in content["errors"]} == {code}
    assert "data" not in content
    # As long a document as may be does not make as long an answer.
    assert len(content["errors"]) <= 21
    assert len(answer.content) < 6_000


def test_the_most_cases_within_one_another_that_are_taken_are_answered_soon(demo: Client) -> None:
    ways = "duplicateOf { id } links { case { id } } history(first: 2) { nodes { caseAfter { duplicateOf { id } } } }"
    for query in (originals(5), f"{{ cases(first: 20) {{ nodes {{ duplicateOf {{ {ways} }} {ways} }} }} }}"):
        with garbage_kept():
            begun = time.process_time()
            demo.ask(query)
            assert time.process_time() - begun < 1


@pytest.mark.parametrize("directive", ["@aa", "@include(if: true)", "@skip(if: false)"])
def test_a_repeated_directive_is_one_error_however_often_it_stands_there(demo: Client, directive: str) -> None:
    content = send(demo, {"query": "{ viewer { role " + directive * 10 + " } }"}).json()

    assert [error["message"] for error in content["errors"]] == ["A directive stands more than once in one place."]


def test_directives_that_differ_may_stand_in_one_place(demo: Client) -> None:
    assert demo.ask("{ viewer { role @include(if: true) @skip(if: false) } }") == {"viewer": {"role": "trust-lead"}}


@pytest.mark.parametrize(
    "batch",
    [
        [],
        [{"query": "{ viewer { role } }"}],
        [{"query": "{ viewer { role } }"}] * 500,
        [[{"query": "{ viewer { role } }"}]],
    ],
    ids=["none", "one", "five hundred", "within another"],
)
@pytest.mark.usefixtures("silence")
def test_several_requests_in_one_are_refused_whole(demo: Client, batch: list[Any]) -> None:
    answer = send(demo, batch)

    assert answer.status_code == 400
    assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["INVALID_INPUT"]
    assert "data" not in answer.json()


@pytest.mark.usefixtures("silence")
def test_variables_nested_without_end_are_refused(demo: Client) -> None:
    query = "query($schools: [ID!]) { cases(filter: {schools: $schools}) { totalCount } }"
    for levels in (50, 400, 900):
        value: Any = []
        for _ in range(levels):
            value = [value]
        answer = send(demo, {"query": query, "variables": {"schools": value}})
        assert answer.status_code == 400
        assert {error["extensions"]["code"] for error in answer.json()["errors"]} == {"INVALID_INPUT"}


# One letter short of something that is there, for each kind of name that a document can get wrong.
MISSPELT = (
    "{ viewe { role } }",
    "{ viewer { rol } }",
    "{ cases(firs: 1) { totalCount } }",
    "{ cases(filter: {school: []}) { totalCount } }",
    "{ cases(orderBy: OPENED_NEWES) { totalCount } }",
    "{ viewer { ... on Viewe { role } } }",
    "{ cases { nodes { ... on Inciden { id } } } }",
    "{ cases { nodes { item { platform } } } }",
    "{ viewer { role @includ(if: true) } }",
    "{ viewer { role @include(i: true) } }",
    "query($i: AsO) { viewer { role } }",
    "query($first: Int) { cases(first: $firs) { totalCount } }",
    "{ ...Cases } fragment Case on Query { viewer { role } }",
    "mutation { addAddendu(input: {}) { __typename } }",
    'mutation { addAddendum(input: {commandI: "x"}) { __typename } }',
    '{ monitoring(from: "2026-01-01", to: "2026-02-01", groupBy: [MONT]) { scope } }',
    "{ __schem { types { name } } }",
    '{ __type(nam: "Case") { name } }',
)


@pytest.mark.parametrize("query", MISSPELT)
def test_a_name_that_is_almost_right_is_not_put_right(demo: Client, query: str) -> None:
    answer = send(demo, {"query": query})
    told = " ".join(error["message"] for error in answer.json()["errors"])

    assert answer.status_code == 400
    assert "did you mean" not in told.lower()
    # What is named is what was sent, or the type that the sender had come to by right names.
    secrets = [
        name for name in ("OPENED_NEWEST", "commandId", "addAddendum", "MONTH") if name in told and name not in query
    ]
    assert secrets == []


@pytest.mark.parametrize(
    "variables", [{"order": "OPENED_NEWES"}, {"filter": {"school": []}}, {"filter": {"statuses": ["OPE"]}}]
)
def test_a_variable_that_is_almost_right_is_not_put_right(demo: Client, variables: dict[str, Any]) -> None:
    query = (
        "query($order: CaseOrder! = OPENED_NEWEST, $filter: CaseFilter)"
        " { cases(orderBy: $order, filter: $filter) { totalCount } }"
    )
    answer = send(demo, {"query": query, "variables": variables})

    assert answer.status_code == 400
    assert "did you mean" not in answer.text.lower()
    assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["INVALID_INPUT"]
