"""GraphQL over HTTP, security headers, limits of bodies, problems and health."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from graphql import get_introspection_query

from tests.api.client import Client

JSON = "application/json"
RESPONSE = "application/graphql-response+json"
QUERY = "{ viewer { role } }"
UNAUTHENTICATED = {
    "type": "about:blank",
    "title": "Not authenticated",
    "status": 401,
    "detail": "A valid bearer token is needed.",
}


def post(client: Client, content: Any = None, *, accept: str | None = RESPONSE, kind: str = JSON) -> httpx.Response:
    headers = client.headers("trust-lead") | {"Content-Type": kind} | ({"Accept": accept} if accept else {})
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return client.http.post("/graphql", content=body, headers=headers)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, JSON),
        ("*/*", JSON),
        (JSON, JSON),
        (RESPONSE, RESPONSE),
        (f"{RESPONSE}, {JSON};q=0.9", RESPONSE),
        (f"{JSON}, {RESPONSE};q=0.5", JSON),
        ("text/html, */*;q=0.1", JSON),
    ],
)
def test_an_answer_has_the_media_type_that_was_accepted(demo: Client, accept: str | None, expected: str) -> None:
    answer = post(demo, {"query": QUERY}, accept=accept)

    assert (answer.status_code, answer.headers["content-type"]) == (200, f"{expected}; charset=utf-8")
    assert answer.json()["data"] == {"viewer": {"role": "trust-lead"}}


def test_a_media_type_that_there_is_not_is_refused(demo: Client) -> None:
    assert post(demo, {"query": QUERY}, accept="text/html").status_code == 406


@pytest.mark.parametrize(
    ("wrong", "query", "variables"),
    [
        ("does not parse", "{ viewer { role }", {}),
        ("is not valid", "{ viewer { salary } }", {}),
        ("a variable does not fit", "query($n: Int!) { cases(first: $n) { totalCount } }", {"n": "many"}),
        ("no operation", "fragment F on Viewer { role }", {}),
    ],
)
def test_a_document_that_is_not_executed_is_400_or_an_answer_without_data(
    demo: Client, wrong: str, query: str, variables: dict[str, Any]
) -> None:
    strict = post(demo, {"query": query, "variables": variables})
    legacy = post(demo, {"query": query, "variables": variables}, accept=JSON)

    assert (strict.status_code, legacy.status_code) == (400, 200)
    assert strict.json() == legacy.json()
    assert "data" not in strict.json()
    assert {error["extensions"]["code"] for error in strict.json()["errors"]} == {"INVALID_INPUT"}


@pytest.mark.parametrize(
    ("wrong", "content"),
    [
        ("no JSON", b"{"),
        ("not UTF-8", b'{"query": "\xff"}'),
        ("a member twice", b'{"query": "{ a }", "query": "{ b }"}'),
        ("NaN", b'{"query": "{ a }", "variables": {"a": NaN}}'),
        ("a list of requests", [{"query": QUERY}]),
        ("no query", {}),
        ("query is a number", {"query": 1}),
        ("variables are a list", {"query": QUERY, "variables": []}),
        ("operation name is a number", {"query": QUERY, "operationName": 7}),
        ("extensions are text", {"query": QUERY, "extensions": "x"}),
        ("NUL in a variable", {"query": QUERY, "variables": {"a": ["\x00"]}}),
        ("half a surrogate pair", b'{"query": "{ viewer { role } }", "variables": {"a": "\\ud800"}}'),
        ("nested without end", b'{"query": ' + b"[" * 50_000 + b"]" * 49_000 + b"}"),
    ],
)
def test_a_request_that_is_none_is_400_in_either_media_type(demo: Client, wrong: str, content: Any) -> None:
    for accept in (RESPONSE, JSON):
        answer = post(demo, content, accept=accept)
        assert answer.status_code == 400
        assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["INVALID_INPUT"]


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", f"{JSON}; charset=utf-16", ""]
)
def test_only_json_is_taken_so_that_no_form_of_another_page_can_send_a_command(demo: Client, kind: str) -> None:
    assert post(demo, {"query": QUERY}, kind=kind).status_code == 415


def test_get_reads_and_does_not_write(demo: Client) -> None:
    headers = demo.headers("trust-lead") | {"Accept": RESPONSE}
    read = demo.http.get("/graphql", params={"query": QUERY}, headers=headers)
    mutation = "mutation { addAddendum(input: {}) { __typename } }".replace(
        "{}", '{commandId: "a", caseId: "b", text: "c"}'
    )
    write = demo.http.get("/graphql", params={"query": mutation}, headers=headers)

    assert read.json()["data"] == {"viewer": {"role": "trust-lead"}}
    assert (write.status_code, write.headers["allow"]) == (405, "POST")


def test_variables_come_in_a_get_too(demo: Client) -> None:
    answer = demo.http.get(
        "/graphql",
        params={"query": "query($n: Int!) { cases(first: $n) { nodes { kind } } }", "variables": '{"n": 1}'},
        headers=demo.headers("trust-lead"),
    )

    assert answer.json()["data"] == {"cases": {"nodes": [{"kind": "INCIDENT"}]}}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(demo: Client, method: str) -> None:
    assert demo.http.request(method, "/graphql", headers=demo.headers("trust-lead")).status_code == 405


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/graphql"),
        ("GET", "/graphql?query={viewer{role}}"),
        ("GET", "/graphql?query={viewer{role"),
        ("POST", "/v1/imports/e-safety-log"),
        ("GET", "/v1/cases/6d1e2bf0-0000-0000-0000-000000000000/bundle"),
    ],
)
@pytest.mark.parametrize("header", [None, "Bearer canary", "Basic canary", "Bearer a.b.c"])
def test_whoever_is_not_authenticated_gets_the_same_words_everywhere(
    demo: Client, method: str, path: str, header: str | None
) -> None:
    headers = {"Content-Type": JSON} | ({"Authorization": header} if header else {})
    content = json.dumps({"query": QUERY}) if method == "POST" else None
    answer = demo.http.request(method, path, headers=headers, content=content)

    assert answer.status_code == 401
    assert answer.json() == UNAUTHENTICATED
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == 'Bearer realm="caseledger"'


def test_two_tokens_in_one_request_are_refused(demo: Client) -> None:
    value = demo.headers("trust-lead")["Authorization"]
    headers = [("Authorization", value), ("Authorization", value), ("Content-Type", JSON)]

    assert demo.http.post("/graphql", headers=headers, json={"query": QUERY}).status_code == 401


def test_a_body_of_more_than_100_kb_is_refused_whether_it_says_so_or_not(demo: Client) -> None:
    headers = demo.headers("trust-lead") | {"Content-Type": JSON}
    large = json.dumps({"query": QUERY, "variables": {"a": "x" * 100_000}}).encode()
    declared = demo.http.post("/graphql", content=large, headers=headers)
    streamed = demo.http.post("/graphql", content=iter([large[:60_000], large[60_000:]]), headers=headers)

    assert (declared.status_code, streamed.status_code) == (413, 413)
    assert declared.json()["code"] == streamed.json()["code"] == "QUERY_TOO_LARGE"


def test_every_answer_keeps_out_of_caches_frames_and_other_origins(demo: Client) -> None:
    for answer in (post(demo, {"query": QUERY}), demo.http.get("/health/live"), demo.http.get("/nothing")):
        headers = answer.headers
        assert headers["cache-control"] == "no-store"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "server" not in headers


def test_an_unknown_address_is_a_problem_that_does_not_repeat_it(demo: Client) -> None:
    answer = demo.http.get("/Alice-Canary")

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert "Canary" not in answer.text


def test_health_says_alive_and_ready(demo: Client) -> None:
    assert demo.http.get("/health/live").json() == {"status": "alive"}
    ready = demo.http.get("/health/ready")
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")
    assert ready.json()["checks"] == {"database": "ok", "projector": "ok", "demonstration": "ok", "lag": 0}


def test_the_demonstration_is_not_ready_before_its_data_is_in(demo: Client) -> None:
    demo.readiness.demonstration_filled.clear()
    try:
        answer = demo.http.get("/health/ready")
    finally:
        demo.readiness.demonstration_filled.set()

    assert (answer.status_code, answer.json()["checks"]["demonstration"]) == (503, "not yet filled")


def test_the_editors_own_question_for_the_schema_is_within_the_limits(demo: Client) -> None:
    answer = demo.ask(
        get_introspection_query(input_value_deprecation=True, specified_by_url=True, directive_is_repeatable=True)
    )

    assert "Incident" in [kind["name"] for kind in answer["__schema"]["types"]]
