"""A field that is refused is null with its code, or the nearest above it that may be; its sisters are answered."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.client import Client

YEARS = 'from: "2024-09-01", to: "2026-08-31"'
KNOWN = 'case(reference: "INC-2025-000003"'
ROLE = {"viewer": {"role": "trust-lead"}}
# What is asked, and the data, the path and the code that come back.
REFUSED = {
    "a case by nothing": ("{ a: case { id } viewer { role } }", {"a": None, **ROLE}, ["a"], "INVALID_INPUT"),
    "a case by both": (f'{{ {KNOWN}, id: "x") {{ id }} }}', {"case": None}, ["case"], "INVALID_INPUT"),
    "days the wrong way round": (
        '{ monitoring(from: "2026-01-01", to: "2025-01-01") { position } }',
        None,
        ["monitoring"],
        "INVALID_INPUT",
    ),
    "two periods": (
        f"{{ monitoring({YEARS}, groupBy: [MONTH, DAY]) {{ position }} }}",
        None,
        ["monitoring"],
        "INVALID_INPUT",
    ),
    "a person who is no id": ('{ cases(filter: {owner: "x"}) { totalCount } }', None, ["cases"], "INVALID_INPUT"),
    "a cursor of nowhere": ('{ cases(after: "x") { totalCount } }', None, ["cases"], "INVALID_INPUT"),
    "a position before the first": (
        f"{{ monitoring({YEARS}, asOf: {{position: -1}}) {{ position }} }}",
        None,
        ["monitoring"],
        "INVALID_INPUT",
    ),
    "an instant without its zone": (
        f'{{ {KNOWN}, asOf: {{at: "2025-01-01T00:00:00"}}) {{ id }} viewer {{ role }} }}',
        {"case": None, **ROLE},
        ["case"],
        "INVALID_INPUT",
    ),
    "terms without a calendar": (
        '{ monitoring(from: "2010-01-01", to: "2025-01-01", groupBy: [TERM]) { position } }',
        None,
        ["monitoring"],
        "CALENDAR_MISSING",
    ),
    "moments in the wrong order": (
        f"{{ restatements({YEARS}, between: {{position: 300}}, and: {{position: 100}}) {{ position }} }}",
        None,
        ["restatements"],
        "INVALID_INPUT",
    ),
    "figures that are still to come": (
        f"{{ {KNOWN}, atLeast: 99999999) {{ id }} viewer {{ role }} }}",
        {"case": None, **ROLE},
        ["case"],
        "PROJECTION_BEHIND",
    ),
    "a page within a list": (
        '{ cases(first: 2) { nodes { links { case { history(after: "x") { totalCount } } } } } viewer { role } }',
        {"cases": {"nodes": [{"links": []}, {"links": []}]}, **ROLE},
        ["cases", "nodes"],
        "INVALID_INPUT",
    ),
}


@pytest.mark.parametrize("question", REFUSED)
def test_a_refused_field_is_null_with_its_code_and_its_sisters_are_answered(demo: Client, question: str) -> None:
    query, data, path, code = REFUSED[question]
    answer: dict[str, Any] = demo.send(query).json()

    assert answer["data"] == data
    assert [(error["path"], error["extensions"]["code"]) for error in answer["errors"]] == [(path, code)]


@pytest.mark.parametrize(
    ("list_of", "path"),
    [
        ("{ cases(first: SIZE) { totalCount } }", ["cases"]),
        ("{ cases(first: 1) { nodes { history(first: SIZE) { totalCount } } } }", ["cases", "nodes"]),
        (f"{{ monitoring({YEARS}) {{ cells {{ cases(first: SIZE) {{ totalCount }} }} }} }}", ["monitoring", "cells"]),
        (f"{{ monitoring({YEARS}) {{ cells {{ contributions(first: SIZE) {{ totalCount }} }} }} }}", ["monitoring"]),
    ],
)
def test_a_page_has_from_1_to_100_entries_whatever_list_it_is_of(demo: Client, list_of: str, path: list[str]) -> None:
    found: Any = demo.ask(list_of.replace("SIZE", "100"))
    for step in path:
        found = found[step]
    assert found

    assert demo.refuse(list_of.replace("SIZE", "0")) == ["INVALID_INPUT"]
    assert demo.refuse(list_of.replace("SIZE", "101")) == ["QUERY_TOO_LARGE"]
