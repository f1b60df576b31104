"""What every answer is like, whatever was asked: headers, types, lengths, and nothing that leads or runs elsewhere."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.api.client import Client

QUERY = "{ viewer { role } }"
YEAR = 365 * 24 * 3600


def answers(demo: Client) -> dict[str, httpx.Response]:
    """Answers of every status and kind of body that a client can come by."""
    signed = demo.headers("trust-lead")
    case = demo.ask("{ cases(first: 1, filter: {kinds: [INCIDENT]}) { nodes { id } } }")["cases"]["nodes"][0]["id"]
    read = {"params": {"query": "{ cases(first: 1) { totalCount } }"}, "headers": signed}
    tag = demo.http.get("/graphql", **read).headers.get("etag", "")  # type: ignore[arg-type]
    asked: dict[str, tuple[str, str, dict[str, Any]]] = {
        "answer": ("POST", "/graphql", {"json": {"query": QUERY}, "headers": signed}),
        "read": ("GET", "/graphql", read),
        "not modified": ("GET", "/graphql", read | {"headers": signed | {"If-None-Match": tag}}),
        "head": ("HEAD", "/graphql", read),
        "compressed": ("GET", "/openapi.json", {"headers": {"Accept-Encoding": "gzip"}}),
        "wrong document": ("POST", "/graphql", {"json": {"query": "{ a }"}, "headers": signed}),
        "bundle": ("GET", f"/v1/cases/{case}/bundle", {"headers": signed}),
        "no such case": ("GET", f"/v1/cases/{UUID(int=1)}/bundle", {"headers": signed}),
        "who one is": ("GET", "/v1/me", {"headers": signed}),
        "not signed in": ("GET", "/v1/me", {}),
        "not allowed": ("GET", "/v1/roles", {"headers": demo.headers("dashboard")}),
        "not acceptable": ("POST", "/graphql", {"json": {}, "headers": signed | {"Accept": "text/html"}}),
        "another method": ("PUT", "/graphql", {"headers": signed}),
        "another type": ("POST", "/graphql", {"content": b"x", "headers": signed}),
        "too large": ("POST", "/graphql", {"content": b"x" * 200_000, "headers": signed}),
        "too long": ("GET", "/graphql?query=" + "x" * 20_000, {}),
        "twice": ("GET", "/health/live?a=1&a=2", {}),
        "unknown": ("GET", "/nothing", {}),
        "alive": ("GET", "/health/live", {}),
        "ready": ("GET", "/health/ready", {}),
        "page": ("GET", "/graphiql", {}),
        "contract": ("GET", "/openapi.json", {}),
    }
    return {name: demo.http.request(method, path, **given) for name, (method, path, given) in asked.items()}


@pytest.fixture(scope="module")
def every(demo: Client) -> dict[str, httpx.Response]:
    found = answers(demo)
    told = {name: answer.status_code for name, answer in found.items()}
    assert set(told.values()) >= {200, 304, 400, 401, 403, 404, 405, 406, 413, 414, 415}, told
    return found


def policy_of(answer: httpx.Response) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in answer.headers["content-security-policy"].split(";"))
    return {name: said for name, _, said in parts}


def test_every_answer_makes_a_browser_stay_on_tls_for_a_year(every: dict[str, httpx.Response]) -> None:
    for name, answer in every.items():
        found = re.fullmatch(r"max-age=(\d+); includeSubDomains", answer.headers["strict-transport-security"])
        assert found is not None, name
        assert int(found[1]) >= YEAR, name


def test_every_answer_says_what_it_is_and_that_nothing_is_to_be_guessed(every: dict[str, httpx.Response]) -> None:
    for name, answer in every.items():
        assert answer.headers["x-content-type-options"] == "nosniff", name
        if answer.content:
            kind, _, parameters = answer.headers["content-type"].partition(";")
            assert "/" in kind, name
            # JSON has one encoding (RFC 8259, section 8.1); a text has to say which.
            assert not kind.startswith("text/") or parameters.strip().lower() == "charset=utf-8", name
            assert (kind.endswith("json")) == (answer.text[:1] in "{["), name


def test_every_answer_is_as_long_as_it_says(every: dict[str, httpx.Response]) -> None:
    for name, answer in every.items():
        assert "transfer-encoding" not in answer.headers or "content-length" not in answer.headers, name
        if answer.request.method != "HEAD" and "content-length" in answer.headers:
            assert int(answer.headers["content-length"]) == answer.num_bytes_downloaded, name


def test_no_answer_is_run_framed_kept_or_told_to_others(every: dict[str, httpx.Response]) -> None:
    for name, answer in every.items():
        policy = policy_of(answer)
        assert (policy["default-src"], policy["frame-ancestors"], policy["base-uri"]) == ("'none'",) * 3, name
        # What is not named is what `default-src` says, and nothing runs that stands in a page itself.
        assert policy.get("object-src", "'none'") == "'none'", name
        assert not [said for said in policy.values() if "unsafe" in said or "*" in said or "http:" in said], name
        assert answer.headers["referrer-policy"] == "no-referrer", name
        assert answer.headers["cross-origin-opener-policy"] == "same-origin", name
        assert answer.headers["cross-origin-resource-policy"] == "same-origin", name


def test_what_is_kept_is_asked_about_each_time_and_what_tells_of_a_case_is_not_kept(
    every: dict[str, httpx.Response],
) -> None:
    kept = {name: answer.headers["cache-control"] for name, answer in every.items()}

    # Figures and totals, which have a tag, and files that are the same for everybody.
    assert {name: said for name, said in kept.items() if said != "no-store"} == {
        **dict.fromkeys(("read", "not modified", "head"), "private, no-cache"),
        "page": "no-cache",
    }


def test_a_bundle_is_a_file_under_a_name_of_ours(every: dict[str, httpx.Response]) -> None:
    said = every["bundle"].headers["content-disposition"]

    assert re.fullmatch(r'attachment; filename="case-[0-9a-f-]{36}\.bundle\.json"', said)


def test_no_answer_sets_a_cookie(every: dict[str, httpx.Response]) -> None:
    assert [name for name, answer in every.items() if "set-cookie" in answer.headers] == []


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Proto": "http"},
        {"Host": "evil.example"},
        {"X-Forwarded-Host": "evil.example"},
        {"X-Original-URL": "/graphiql"},
        {"X-Rewrite-URL": "/graphiql"},
        {"X-HTTP-Method-Override": "DELETE"},
    ],
)
@pytest.mark.parametrize("path", ["/health/live", "/health/live/", "/graphql/", "//evil.example/", "/v1", "/v1/"])
def test_nobody_is_sent_elsewhere(demo: Client, path: str, headers: dict[str, str]) -> None:
    answer = demo.http.get(str(demo.http.base_url).rstrip("/") + path, headers=headers)

    assert answer.status_code == (200 if path == "/health/live" else 404)
    assert "location" not in answer.headers
    assert "evil" not in answer.text


@pytest.mark.parametrize("name", ["callback", "jsonp", "cb"])
def test_no_answer_becomes_a_script(demo: Client, name: str) -> None:
    headers = demo.headers("trust-lead") | {"Accept": "text/javascript, */*;q=0.1"}
    answer = demo.http.get("/graphql", params={"query": QUERY, name: "stolen"}, headers=headers)

    assert answer.headers["content-type"].startswith("application/json")
    assert "stolen" not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        *("/.git/config", "/.git/HEAD", "/.svn/entries", "/.env", "/pyproject.toml", "/uv.lock", "/Dockerfile"),
        *("/api/app.py", "/api/", "/static/", "/graphiql/", "/graphiql/../app.py", "/graphiql/%2e%2e/%2e%2e/app.py"),
        *("/graphiql/..%2f..%2fapp.py", "/graphiql//etc/passwd", "/graphiql/LICENSES/../../../app.py"),
        *("/metrics", "/debug", "/docs", "/redoc", "/admin", "/server-status", "/graphql/x.css", "/v1/me/x.js"),
    ],
)
def test_no_file_and_no_folder_is_served_but_those_of_the_editor(demo: Client, path: str) -> None:
    # As it is: the client itself would put dots right.
    request = demo.http.build_request("GET", "/", headers=demo.headers("trust-lead"))
    request.url = request.url.copy_with(raw_path=path.encode())
    answer = demo.http.send(request)

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
