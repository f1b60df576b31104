"""A client may ask for all that there is of a case at once, whatever kind it is of."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.client import Client
from tests.api.whole_documents import KINDS, whole_cases


@pytest.fixture(scope="module")
def longest(demo: Client) -> dict[str, str]:
    """The case of each kind that there is with the most events, by its reference."""
    found = demo.ask("{ cases(first: 100) { nodes { __typename reference version } } }")["cases"]["nodes"]
    return {case["__typename"]: case["reference"] for case in sorted(found, key=lambda case: case["version"])}


@pytest.mark.parametrize("moment", ["", ", asOf: {position: 1000000}"])
def test_everything_of_whatever_kind_is_answered_at_once(demo: Client, longest: dict[str, str], moment: str) -> None:
    assert set(longest) <= set(KINDS)
    for kind, reference in longest.items():
        answer = demo.send(whole_cases(f'case(reference: "{reference}"{moment})')).json()

        assert "errors" not in answer
        case: dict[str, Any] = answer["data"]["case"]
        assert (case["__typename"], case["reference"]) == (kind, reference)
        assert len(case["history"]["nodes"]) == case["version"]
