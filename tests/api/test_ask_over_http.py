"""The page about asking over HTTP gives the limits and costs of the code."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path

from api.app import BODY_LIMIT
from api.graphql.cost import COSTS
from api.graphql.limits import Limits

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "ask-over-http.md").read_text()


def test_the_limits_of_the_page_are_those_of_the_code() -> None:
    assert {name: int(value) for name, value in re.findall(r"^\| (\w+) \| (\d+) \|$", PAGE, re.M)} == asdict(Limits())
    assert f"A body has at most {BODY_LIMIT:,} bytes" in " ".join(PAGE.split())


def test_the_costs_of_the_page_are_those_of_the_code() -> None:
    told = {name: int(value) for name, value in re.findall(r"^\| (\w+) \| (\d+) \| .+ \|$", PAGE, re.M)}

    assert told == {kind.value: cost for kind, cost in COSTS.items()}
