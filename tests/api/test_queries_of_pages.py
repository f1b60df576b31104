"""Every query of the pages that show some is answered by the demonstration."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.api.client import Client

FOLDER = Path(__file__).parents[2] / "docs" / "how-to"
PAGES = {
    name: (FOLDER / f"{name}.md").read_text()
    for name in ("first-queries", "replay-a-case", "see-what-is-due", "keep-and-dispose", "../auditors")
}
QUERIES = [(name, query) for name, page in PAGES.items() for query in re.findall(r"```graphql\n(.*?)```", page, re.S)]
[INPUT] = re.findall(r"```json\n(.*?)```", PAGES["first-queries"], re.S)


@pytest.mark.parametrize(("page", "query"), QUERIES, ids=[f"{name} {n}" for n, (name, _) in enumerate(QUERIES)])
def test_a_query_of_a_page_is_answered(shown: Client, page: str, query: str) -> None:
    [first] = shown.ask("{ cases(first: 1) { nodes { reference } } }")["cases"]["nodes"]
    given = json.loads(INPUT) | {"reference": first["reference"]}
    wanted = {name: value for name, value in given.items() if f"${name}:" in query}

    answer = shown.ask(query, **wanted)

    assert all(answer.values()), page
    assert "Refused" not in str(answer)


def test_the_pages_have_a_query_for_each_of_their_parts() -> None:
    assert [name for name, _ in QUERIES] == [
        *["first-queries"] * 6,
        *["replay-a-case"] * 2,
        *["see-what-is-due"] * 2,
        *["keep-and-dispose", "../auditors"],
    ]
