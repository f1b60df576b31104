"""A few statements for each question, however large the answer: the number is the same for one row and for many."""

from __future__ import annotations

import pytest

from tests.api.client import Client, counted_statements

RANGE = 'from: "2024-09-01", to: "2026-08-31"'
CASE = """{
  id school { name } owner { name } links { kind restricted case { reference } } outstanding { code } allowedActions
  ... on Incident { items { narrative { text } url { state } poster { name } } }
}"""
# What is asked, with a place for the size of a page, and the most statements that it may take.
QUESTIONS = {
    "schools": ("{ schools { urn name memberships { joinedOn } } trust { name schools { name } } }", 2),
    "a list of cases": (f"{{ cases(first: SIZE) {{ totalCount nodes {CASE} }} }}", 8),
    "cases with their histories": (
        "{ cases(first: SIZE) { nodes { history(first: 2) { totalCount nodes { type reason { text } } } } } }",
        4,
    ),
    "a report": (
        f"{{ monitoring({RANGE}, groupBy: [COUNT, SCHOOL, MONTH]) {{ cells {{ value school {{ name }} }} }} }}",
        10,
    ),
    "what stands behind each figure": (
        f"{{ monitoring({RANGE}, groupBy: [COUNT, SCHOOL]) {{ cells {{ contributions(first: SIZE) {{ totalCount nodes"
        " { case { reference } } } cases(first: SIZE) { totalCount nodes { reference } } } } }",
        14,
    ),
    "restatements": (
        f"{{ restatements({RANGE}, between: {{ position: 0 }}) {{ case {{ reference }} cases {{ reference }}"
        " changes { school { name } } } }",
        9,
    ),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_takes_as_many_statements_for_one_row_as_for_many(
    demo: Client, monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    query, allowed = QUESTIONS[question]
    taken = []
    for size in (1, 20):
        demo.ask(query.replace("SIZE", str(size)))  # connections and plans are made by now
        with counted_statements(monkeypatch) as statements:
            demo.ask(query.replace("SIZE", str(size)))
        taken.append(len(statements))

    assert max(taken) <= allowed
    # A page of one row may have nothing to open or to look up.
    assert taken[1] - taken[0] <= 2


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
