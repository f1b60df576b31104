"""The README's first query gives the answer that the README prints."""

from __future__ import annotations

import json
import re

from tests.e2e.demonstration import ROOT, demonstration


def test_the_first_query_of_the_readme_gives_the_answer_it_prints() -> None:
    text = (ROOT / "README.md").read_text()
    [query] = re.findall(r"```graphql\n(.*?)```", text, re.S)
    [answer] = re.findall(r"```json\n(.*?)```", text, re.S)
    with demonstration() as shown:
        shown.start(showcase=True)
        assert shown.answer(query) == json.loads(answer)


def test_every_page_that_the_readme_names_is_there() -> None:
    text = (ROOT / "README.md").read_text() + (ROOT / "CONTRIBUTING.md").read_text()
    linked = set(re.findall(r"\]\(([^)#]+)\)", text))
    assert {path for path in linked if not (ROOT / path).exists()} == set()
