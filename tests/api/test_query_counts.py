"""One statement for each question, however large the answer, and the same few for what Python has to open or fold."""

from __future__ import annotations

import pytest

from api.graphql.response_cache import ResponseCache
from tests.api.client import Client, counted_statements

RANGE = 'from: "2024-09-01", to: "2026-08-31"'
CASE = """{
  id school { name } owner { name } links { kind restricted case { reference } } outstanding { code } allowedActions
  ... on Incident { items { narrative { text } url { state } poster { name } } }
}"""
# What is asked, with a place for the size of a page, and whether sealed texts of it have to be opened.
QUESTIONS = {
    "schools": ("{ schools { urn name memberships { joinedOn } } trust { name schools { name } } }", False),
    "a list of cases": (f"{{ cases(first: SIZE) {{ totalCount nodes {CASE} }} }}", True),
    "cases with their histories": (
        "{ cases(first: SIZE) { nodes { history(first: 9) { totalCount nodes { sealed { content { text } } } } } } }",
        True,
    ),
    "a report": (
        f"{{ monitoring({RANGE}, groupBy: [COUNT, SCHOOL, MONTH]) {{ cells {{ value school {{ name }} }} }} }}",
        False,
    ),
    "what stands behind each figure": (
        f"{{ monitoring({RANGE}, groupBy: [COUNT, SCHOOL]) {{ cells {{ contributions(first: SIZE) {{ totalCount nodes"
        " { case { reference } } } cases(first: SIZE) { totalCount nodes { reference } } } } }",
        False,
    ),
    "restatements": (
        f"{{ restatements({RANGE}, between: {{ position: 0 }}) {{ case {{ reference }} cases {{ reference }}"
        " changes { school { name } } } }",
        False,
    ),
    "everything at once": (
        f"{{ viewer {{ role person {{ name }} }} codes {{ name }} ledger {{ position }}"
        f" cases(first: SIZE) {{ nodes {CASE} }} monitoring({RANGE}) {{ cells {{ value }} }} }}",
        True,
    ),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_is_one_statement_and_its_sealed_texts_are_opened_together(
    demo: Client, monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    query, opens = QUESTIONS[question]
    monkeypatch.setattr(ResponseCache, "is_on", False)  # what was answered before is answered again
    taken = []
    for size in (1, 20):
        demo.ask(query.replace("SIZE", str(size)))  # connections and plans are made by now
        with counted_statements(monkeypatch) as statements:
            demo.ask(query.replace("SIZE", str(size)))
        taken.append(len(statements))

    # A page of one row may have nothing to open; the keys of the texts are known by now.
    assert taken[0] in (1, taken[1])
    assert taken[1] == (2 if opens else 1)


def test_the_case_after_each_event_takes_one_fold(demo: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    [node] = demo.ask("{ cases(first: 1, filter: { statuses: [CLOSED] }) { nodes { id } } }")["cases"]["nodes"]
    query = (
        "query($id: ID!, $n: Int!) { case(id: $id) { history(first: $n) {"
        " nodes { changes { field } caseAfter { version } } } } }"
    )
    taken = []
    for size in (1, 100):
        demo.ask(query, id=node["id"], n=size)
        with counted_statements(monkeypatch) as statements:
            answer = demo.ask(query, id=node["id"], n=size)
        taken.append(len(statements))

    nodes = answer["case"]["history"]["nodes"]
    assert [event["caseAfter"]["version"] for event in nodes] == list(range(1, len(nodes) + 1))
    assert len(nodes) >= 3
    assert taken[0] == taken[1] <= 4
