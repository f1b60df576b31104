"""Every query of docs/how-to/first-queries.md is answered by the demonstration."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.api.client import Client

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "first-queries.md").read_text()
QUERIES = re.findall(r"```graphql\n(.*?)```", PAGE, re.DOTALL)
[INPUT] = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("query", QUERIES, ids=[str(number) for number in range(len(QUERIES))])
def test_a_query_of_the_page_is_answered(shown: Client, query: str) -> None:
    [first] = shown.ask("{ cases(first: 1) { nodes { reference } } }")["cases"]["nodes"]
    given = json.loads(INPUT) | {"reference": first["reference"]}
    wanted = {name: value for name, value in given.items() if f"${name}:" in query}

    answer = shown.ask(query, **wanted)

    assert all(answer.values())
    assert "Refused" not in str(answer)


def test_the_page_has_a_query_for_each_of_its_parts() -> None:
    assert len(QUERIES) == 6
