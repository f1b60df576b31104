"""The OpenAPI document: what it says of every operation, where it is served, and that it is the committed one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from api.bootstrap import Runtime
from api.problems import MEDIA_TYPE
from api.rest.contract import OPERATIONS, openapi_document, printed_openapi
from api.rest.operations import Problem
from api.settings import DEMONSTRATION_TRUST
from domain.stored import stored_names
from tests.api.client import Client

COMMITTED = Path(__file__).parents[2] / "docs" / "openapi.json"
OPERATIONS_BY_NAME = {operation.name: operation for operation in OPERATIONS}

A_PERIOD = "since=2020-01-01T00:00:00Z&until=2100-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def closed(demo: Client, runtime: Runtime) -> Iterator[Client]:
    """The demonstration as production serves it: trusted documents alone."""
    before = runtime.settings
    runtime.settings = before.model_copy(update={"adhoc_documents": False})
    client = Client(runtime, DEMONSTRATION_TRUST)
    runtime.settings = before
    with client:
        yield client


def described(name: str) -> dict[str, Any]:
    operation = OPERATIONS_BY_NAME[name]
    found: dict[str, Any] = openapi_document()["paths"][operation.path.replace(":path", "")][operation.method.lower()]
    return found


def test_the_committed_document_is_what_the_code_serves() -> None:
    assert COMMITTED.read_text() == printed_openapi(), "run make docs"


def test_it_is_served_where_anybody_may_ask_about_the_schema_and_nowhere_else(demo: Client, closed: Client) -> None:
    answer = demo.http.get("/openapi.json")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json() == json.loads(printed_openapi())
    assert closed.http.get("/openapi.json").status_code == 404


@pytest.mark.parametrize("name", OPERATIONS_BY_NAME)
def test_every_operation_declares_its_token_and_every_problem_that_it_may_have(name: str) -> None:
    operation, found = OPERATIONS_BY_NAME[name], described(name)
    problems = {status for status, answer in found["responses"].items() if MEDIA_TYPE in answer.get("content", {})}

    assert found["security"] == ([] if operation.is_public else [{"bearer": []}])
    wanted = {"400", "414", "415", "421", "431", "500"} | (set() if operation.is_public else {"401", "429", "503"})
    wanted |= set() if operation.method == "GET" else {"403", "408", "413"}
    assert problems >= wanted
    for status in problems:
        schema = found["responses"][status]["content"][MEDIA_TYPE]["schema"]
        assert schema == {"$ref": "#/components/schemas/Problem"}
    if not operation.is_public:
        assert all(
            {"RateLimit-Policy", "RateLimit"} <= answer["headers"].keys() for answer in found["responses"].values()
        )


def test_no_operation_declares_the_frameworks_own_errors() -> None:
    assert "HTTPValidationError" not in printed_openapi()
    assert "422" not in described("importESafetyLog")["responses"]


def test_the_problems_that_are_answered_are_those_that_are_described(demo: Client) -> None:
    reads = TypeAdapter(Problem).validate_json
    headers = demo.headers("trust-lead")
    answers = [
        demo.http.get("/nothing"),
        demo.http.post("/health/live"),
        demo.http.get("/v1/cases/x/bundle"),
        demo.http.get("/v1/cases/x/bundle", headers=headers),
        demo.http.post("/v1/imports/e-safety-log", content="x", headers=headers),
        demo.http.post("/v1/imports/e-safety-log", content="x" * 1_000_001, headers=headers),
        demo.http.get("/health/live?a=1&a=1"),
    ]

    statuses = [404, 405, 401, 404, 415, 413, 400]
    assert [answer.status_code for answer in answers] == statuses
    assert [reads(answer.content).status for answer in answers] == statuses
    assert {answer.headers["content-type"] for answer in answers} == {MEDIA_TYPE}


@pytest.mark.parametrize(
    ("name", "paths"),
    [
        ("latestCheckpoint", ["/v1/ledger/checkpoint"]),
        ("checkpointOfSize", ["/v1/ledger/checkpoints/1"]),
        ("proveInclusion", ["/v1/ledger/proofs/inclusion?position=1"]),
        ("hashTile", ["/v1/ledger/tile/0/000.p/1"]),
        ("exportPeriod", [f"/v1/ledger/period?{A_PERIOD}&files={files}" for files in ("false", "true")]),
    ],
)
def test_what_is_given_is_of_the_types_that_are_described(demo: Client, name: str, paths: list[str]) -> None:
    answers = [demo.http.get(path, headers=demo.headers("auditor")) for path in paths]

    served = [answer.headers["content-type"].partition(";")[0] for answer in answers]
    assert {answer.status_code for answer in answers} == {200}
    assert served == list(described(name)["responses"]["200"]["content"])


@pytest.mark.parametrize("name", OPERATIONS_BY_NAME)
def test_every_number_that_is_asked_for_is_described_with_the_largest_that_is_taken(name: str) -> None:
    numbers = [one["schema"] for one in described(name).get("parameters", ()) if one["schema"].get("type") == "integer"]

    assert all(0 < one.get("maximum", 0) <= 2**53 for one in numbers)


def test_what_a_history_is_narrowed_by_is_described_by_its_words() -> None:
    schemas = {one["name"]: one["schema"] for one in described("caseHistory")["parameters"]}

    assert schemas["type"]["items"]["enum"] == list(stored_names())
    position, instant = schemas["until"]["anyOf"]
    assert re.search(position["pattern"], "812")
    assert not re.search(position["pattern"], "")
    assert instant["format"] == "date-time"
