"""Requests of other making than ours, from both contracts: a small part of what `make outside` tries as every role."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from api.bootstrap import Runtime
from api.settings import DEMONSTRATION_TRUST
from tests.api.client import Client
from tests.outside.fuzzing import Contract, fuzz


@pytest.fixture(scope="module")
def unlimited(demo: Client, runtime: Runtime) -> Iterator[Client]:
    """The demonstration without limits of clients, which a fuzzer would spend its cases on."""
    before = runtime.settings
    none = {"rate_limit_requests": 0, "rate_limit_cost": 0, "rate_limit_failures": 0}
    runtime.settings = before.model_copy(update=none)
    client = Client(runtime, DEMONSTRATION_TRUST)
    runtime.settings = before
    with client:
        yield client


@pytest.fixture(scope="module")
def case(unlimited: Client) -> str:
    found: str = unlimited.ask('{ cases(first: 1, filter: {schools: ["900003"]}) { nodes { id } } }')["cases"]["nodes"][
        0
    ]["id"]
    return found


@pytest.mark.parametrize(
    ("contract", "role", "examples", "least"),
    [("graphql", "trust-lead", 1, 130), ("openapi", "headteacher:900003", 10, 60), ("openapi", "dpo", 10, 60)],
)
def test_nothing_that_a_contract_allows_or_forbids_is_answered_by_a_fault(
    unlimited: Client, tmp_path: Path, case: str, contract: Contract, role: str, examples: int, least: int
) -> None:
    address = str(unlimited.http.base_url).rstrip("/")
    token = unlimited.tokens.issue(unlimited.trust_id, role, hours=1, person_id=uuid4())

    tried = fuzz(address, contract, token, tmp_path, examples=examples, case=case)

    assert tried.passed, tried.printed
    assert tried.cases >= least
