"""Whatever field tells of a case, the answer is recorded with the case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type, is_composite_type

from tests.api import test_fields
from tests.api.client import Client
from tests.api.reads import Log, told
from tests.api.test_fields import OBJECTS, query_for

Json = dict[str, Any]


@pytest.fixture
def arguments(monkeypatch: pytest.MonkeyPatch, shown: Client) -> None:
    """Arguments by which the showcase is found."""
    staff = shown.ask("{ cases(filter: {kinds: [STAFF_BREACH]}) { nodes { ... on StaffBreach { subject { id } } } } }")
    subject = next(one["subject"]["id"] for one in staff["cases"]["nodes"] if one["subject"])
    days = 'from: "2023-09-01", to: "2027-08-31"'
    found = {
        "monitoring": f"({days}, groupBy: [COUNT, SOURCE])",
        "restatements": f"({days}, between: {{position: 0}})",
        "staffPattern": f'(person: "{subject}")',
        "case": '(reference: "INC-2026-000001")',
        "cases": "(first: 7)",
    }
    for name, given in found.items():
        monkeypatch.setitem(test_fields.ARGUMENTS, name, given)


@pytest.mark.usefixtures("arguments")
@pytest.mark.parametrize("role", ["trust-lead", "auditor", "headteacher:900003", "hr"])
def test_whatever_field_is_asked_the_cases_that_the_answer_shows_are_recorded(
    log: Log, case_ids: frozenset[str], role: str
) -> None:
    shown_somewhere, missing = set(), {}
    for name in sorted(OBJECTS.keys() - {"Recorded", "Refused"}):
        answer = log_of_one(log, query_for(name), role)
        if answer is None:
            continue
        data, recorded = answer
        ids = told(data, case_ids)
        shown_somewhere |= ids
        entries = {one for body in recorded for one in body["cases"]}
        if not ids <= entries or len(recorded) > 1:
            missing[name] = ids - entries
    assert missing == {}
    assert len(shown_somewhere) >= 2


def log_of_one(log: Log, query: str, role: str) -> tuple[Json, list[Json]] | None:
    """As `Log.of`; None where the document is too large to be answered."""
    before = log.position
    answer = log.client.send(query, role).json()
    if "data" not in answer:
        assert answer["errors"][0]["extensions"]["code"] == "QUERY_TOO_LARGE", answer
        return None
    return answer["data"], log.bodies(before)


def _one_field_queries() -> Iterator[tuple[str, str]]:
    """Each field of a case of each kind, asked for alone in a list."""
    for kind in ("Incident", "Complaint", "StaffBreach"):
        declared = OBJECTS[kind]
        assert isinstance(declared, GraphQLObjectType)
        for name, field in declared.fields.items():
            inner = " { __typename }" if is_composite_type(get_named_type(field.type)) else ""
            yield f"{kind}.{name}", f"{{ cases(first: 60) {{ nodes {{ ... on {kind} {{ {name}{inner} }} }} }} }}"


def test_a_list_that_shows_one_field_and_no_id_is_recorded_with_all_its_cases(log: Log) -> None:
    for role in ("trust-lead", "headteacher:900003"):
        listed = {one["id"] for one in log.client.ask("{ cases(first: 60) { nodes { id } } }", role)["cases"]["nodes"]}
        assert len(listed) > 5
        wrong = {}
        for name, query in _one_field_queries():
            _, recorded = log.of(query, role)
            # These show other cases beside.
            leads_on = name.partition(".")[2] in ("convertedTo", "duplicateOf", "links")
            [body] = recorded
            if not (listed <= set(body["cases"]) if leads_on else listed == set(body["cases"])):
                wrong[name] = body
        assert wrong == {}


BY_ITS_OWN = '(reference: "INC-2026-000001")'


@pytest.mark.usefixtures("arguments")
@pytest.mark.parametrize(
    "query",
    [
        "{ cases(first: 3) { pageInfo { endCursor } } }",
        "{ cases(first: 3) { pageInfo { hasNextPage } } }",
        "{ cases(first: 3) { edges { cursor } } }",
        "{ cases(first: 3) { edges { __typename } } }",
        "{ deadlines(first: 3) { nodes { deadline { code } } } }",
        "{ deadlines(first: 3) { pageInfo { startCursor } } }",
        "{ duties(first: 3) { nodes { duty { code } } } }",
        "{ monitoring(ARGUMENTS) { cells { contributions(first: 2) { nodes { platform } } } } }",
        "{ monitoring(ARGUMENTS) { cells { contributions(first: 2) { pageInfo { endCursor } } } } }",
        "{ monitoring(ARGUMENTS) { cells { cases(first: 1) { nodes { status } } } } }",
        "{ restatements(ARGUMENTS) { cases { status } } }",
        "{ restatements(ARGUMENTS) { case { status } } }",
        "{ staffPattern(ARGUMENTS) { lowLevelConcerns } }",
        "{ staffPattern(ARGUMENTS) { breachTypes { number } } }",
        f"{{ case{BY_ITS_OWN} {{ status }} }}",
        f"{{ case{BY_ITS_OWN} {{ history(first: 1) {{ nodes {{ type }} }} }} }}",
        f"{{ case{BY_ITS_OWN} {{ history(first: 1) {{ pageInfo {{ hasNextPage }} }} }} }}",
        f"{{ case{BY_ITS_OWN} {{ history(first: 1) {{ nodes {{ caseAfter {{ status }} }} }} }} }}",
        '{ case(reference: "INC-2026-000001", asOf: {at: "2099-01-01T00:00:00Z"}) { status } }',
    ],
)
def test_what_tells_of_cases_without_naming_them_is_recorded_with_them(log: Log, query: str) -> None:
    """The same with the ids asked for shows which they are."""
    root = query.split("{")[1].split("(")[0].strip()
    query = query.replace("(ARGUMENTS)", test_fields.ARGUMENTS.get(root, ""))

    _, [recorded] = log.of(query)

    assert recorded["cases"]
    assert {"case": "opened", "cases": "asked"}.get(root, "cases") in recorded


@pytest.mark.parametrize(
    "query",
    [
        '{ monitoring(from: "2023-09-01", to: "2027-08-31") { cells { value } } }',
        "{ viewer { role } trust { name } schools { urn } ledger { position } }",
        '{ codes(lists: ["natures"]) { name } }',
    ],
)
def test_figures_and_what_is_no_case_are_not_recorded(log: Log, query: str) -> None:
    assert log.of(query)[1] == []
