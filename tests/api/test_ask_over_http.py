"""The page about asking over HTTP gives the limits and costs of the code."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path

from api.app import BODY_LIMIT
from api.graphql.cost import COSTS
from api.graphql.limits import Limits
from api.middleware import PATIENCE, SLOWEST
from api.request_shape import MOST_ADDRESS_BYTES, MOST_HEADER_BYTES, MOST_HEADERS
from api.server import MOST_CONNECTIONS
from api.settings import Settings
from api.strict_json import MOST_LEVELS

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "ask-over-http.md").read_text()


def test_the_limits_of_the_page_are_those_of_the_code() -> None:
    assert {name: int(value) for name, value in re.findall(r"^\| (\w+) \| (\d+) \|$", PAGE, re.M)} == asdict(Limits())
    assert f"A body has at most {BODY_LIMIT:,} bytes" in " ".join(PAGE.split())


def test_the_costs_of_the_page_are_those_of_the_code() -> None:
    told = {name: int(value) for name, value in re.findall(r"^\| (\w+) \| (\d+) \| .+ \|$", PAGE, re.M)}

    assert told == {kind.value: cost for kind, cost in COSTS.items()}


def test_what_a_request_may_look_like_is_what_the_code_takes() -> None:
    page = " ".join(PAGE.split())
    default = {name: field.default for name, field in Settings.model_fields.items()}

    for told in (
        f"bytes and {MOST_LEVELS} levels",
        f"more than {MOST_ADDRESS_BYTES // 1024} KB",
        f"more than {MOST_HEADERS} headers, or {MOST_HEADER_BYTES // 1024} KB of them",
        f"slower than {SLOWEST:,} bytes a second after {PATIENCE:.0f} seconds",
        f"more than {MOST_CONNECTIONS:,} connections",
        f"{default['rate_limit_requests']:,} requests, {default['rate_limit_cost']:,} points and a minute",
        f"counted by address, {default['rate_limit_failures']} a minute",
    ):
        assert told in page
