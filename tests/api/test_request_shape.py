"""Requests that are too large, ambiguous or meant for another host are refused, and foreign pages change nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from api.bootstrap import Runtime
from api.settings import DEMONSTRATION_TRUST, SettingsError, load_settings
from api.strict_json import MOST_LEVELS
from tests.api.client import Client

QUERY = "{ viewer { role } }"
BODY = json.dumps({"query": QUERY}).encode()
DESK = "https://desk.example.org"


def post(client: Client, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    every = client.headers("trust-lead") | {"Content-Type": "application/json"} | named
    return client.http.post("/graphql", content=BODY, headers=every)


def get(client: Client, query: str) -> httpx.Response:
    return client.http.get(f"/graphql?{query}", headers=client.headers("trust-lead"))


@pytest.fixture(scope="module")
def named(demo: Client, runtime: Runtime) -> Iterator[Client]:
    """The demonstration under names of its own, whose answers pages of one other origin may read."""
    before = runtime.settings
    given = {"allowed_hosts": ("cases.example.org", "*.schools.example.org", "[::1]"), "cors_origins": (DESK,)}
    runtime.settings = before.model_copy(update=given)
    client = Client(runtime, DEMONSTRATION_TRUST)
    runtime.settings = before
    with client:
        yield client


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("query={viewer{role}}", 200),
        ("query={viewer{role}}&variables={}", 200),
        ("query={viewer{role}}&query={viewer{role}}", 400),
        ("query={viewer{role}}&variables={}&variables={}", 400),
        ("query={viewer{role}}&%76ariables={}&variables={}", 400),
        ("query={viewer{role}}&" + "&".join(f"p{n}=1" for n in range(100)), 400),
        ("query={viewer{role}}&p=" + "x" * 16_300, 200),
        ("query={viewer{role}}&p=" + "x" * 16_400, 414),
    ],
)
def test_an_address_is_of_bounded_length_and_says_nothing_twice(demo: Client, query: str, status: int) -> None:
    assert get(demo, query).status_code == status


def test_a_parameter_that_stands_twice_is_refused_on_every_address(demo: Client) -> None:
    answer = demo.http.get("/health/live?canary=1&canary=2")

    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_INPUT")
    assert "canary" not in answer.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({f"X-{n}": "1" for n in range(80)}, 200),
        ({f"X-{n}": "1" for n in range(101)}, 431),
        ({"X-Long": "x" * 31_000}, 200),
        ({"X-Long": "x" * 33_000}, 431),
        ({"X-Long": "x" * 400_000}, 431),
    ],
)
def test_the_headers_of_a_request_are_so_many_and_so_long_at_most(
    demo: Client, headers: dict[str, str], status: int
) -> None:
    assert post(demo, **headers).status_code == status


@pytest.mark.parametrize("name", ["Content-Type", "Content-Encoding", "Origin"])
def test_a_header_that_stands_twice_is_refused_where_one_of_them_would_be_overlooked(demo: Client, name: str) -> None:
    twice = [(name, "application/json"), (name, "application/json")]
    answer = demo.http.post("/graphql", content=BODY, headers=[*demo.headers("trust-lead").items(), *twice])

    assert (answer.status_code, answer.json()["detail"]) == (400, f"The header {name.lower()} stands more than once.")


@pytest.mark.parametrize("coding", ["gzip", "br", "gzip, identity", "x"])
def test_a_body_that_is_encoded_is_refused_and_not_unpacked(demo: Client, coding: str) -> None:
    assert post(demo, Content_Encoding=coding).status_code == 415
    assert post(demo, Content_Encoding="identity").status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("path", ["/graphql?query={viewer{role}}", "/health/live"])
def test_a_request_that_only_reads_has_no_body(demo: Client, method: str, path: str) -> None:
    headers = demo.headers("trust-lead")
    sent = demo.http.request(method, path, content=BODY, headers=headers)
    streamed = demo.http.request(method, path, content=iter([BODY]), headers=headers)

    # What an address does not take at all is told first.
    status = 405 if method == "OPTIONS" else 400
    assert (sent.status_code, streamed.status_code) == (status, status)


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(("levels", "refused"), [(MOST_LEVELS - 2, False), (MOST_LEVELS - 1, True)])
def test_a_body_is_nested_so_deep_at_most(demo: Client, levels: int, refused: bool) -> None:
    content = {"query": QUERY, "variables": {"a": nested(levels)}}
    answer = demo.http.post("/graphql", json=content, headers=demo.headers("trust-lead"))

    assert answer.status_code == (400 if refused else 200)
    assert ("nested too deeply" in answer.text) is refused


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/graphql", "GET, HEAD, POST"),
        ("OPTIONS", "/graphql", "GET, HEAD, POST"),
        ("TRACE", "/graphql", "GET, HEAD, POST"),
        ("POST", "/health/live", "GET, HEAD"),
        ("DELETE", "/health/ready", "GET, HEAD"),
        ("GET", "/v1/imports/e-safety-log", "POST"),
        ("PATCH", "/v1/cases/1/bundle", "GET, HEAD"),
        ("POST", "/openapi.json", "GET, HEAD"),
        ("POST", "/graphiql", "GET, HEAD"),
        ("BREW", "/health/live", "GET, HEAD"),
    ],
)
def test_a_method_that_an_address_does_not_take_is_refused_with_those_that_it_takes(
    demo: Client, method: str, path: str, allowed: str
) -> None:
    if method == "BREW":
        # Not a method that the server's parser knows: it is no request at all.
        assert demo.http.request(method, path).status_code == 400
        return
    answer = demo.http.request(method, path, headers=demo.headers("trust-lead"))

    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/openapi.json"])
def test_head_is_answered_where_get_is(demo: Client, path: str) -> None:
    answer = demo.http.head(path)

    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("cases.example.org", 200),
        ("CASES.example.org:8000", 200),
        ("[::1]:8000", 200),
        ("north.schools.example.org", 200),
        ("schools.example.org", 421),
        ("evil.example", 421),
        ("cases.example.org.evil.example", 421),
        ("evilcases.example.org", 421),
        ("", 421),
    ],
)
def test_the_server_answers_under_its_own_names_alone(named: Client, host: str, status: int) -> None:
    assert post(named, Host=host).status_code == status
    assert named.http.get("/health/live", headers={"Host": host}).status_code == 200


def test_any_name_will_do_where_none_is_set(demo: Client) -> None:
    assert post(demo, Host="anything.example").status_code == 200


def sharing(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control-")}


@pytest.mark.parametrize("origin", [DESK, "null", "http://127.0.0.1:8000"])
def test_no_page_of_another_origin_may_read_anything_by_default(demo: Client, origin: str) -> None:
    preflight = demo.http.options(
        "/graphql", headers={"Origin": origin, "Access-Control-Request-Method": "POST", "Sec-Fetch-Site": "cross-site"}
    )
    for answer in (
        preflight,
        post(demo, Origin=origin),
        demo.http.get("/health/live", headers={"Origin": origin}),
        demo.http.get("/nothing", headers={"Origin": origin}),
    ):
        assert sharing(answer) == {}
    assert preflight.status_code == 403


def test_a_page_of_an_origin_that_is_named_may_ask_and_read(named: Client) -> None:
    host = {"Host": "cases.example.org", "Origin": DESK, "Sec-Fetch-Site": "cross-site"}
    preflight = named.http.options("/graphql", headers=host | {"Access-Control-Request-Method": "POST"})
    answer = post(named, **host)
    refused = named.http.post("/graphql", content=BODY, headers=host)

    assert (preflight.status_code, preflight.headers["vary"]) == (204, "Origin")
    assert sharing(preflight) == {
        "access-control-allow-origin": DESK,
        "access-control-allow-methods": "GET, POST",
        "access-control-allow-headers": "authorization, content-type, if-none-match, caseledger-role, caseledger-trust",
        "access-control-max-age": "600",
    }
    for given, status in ((answer, 200), (refused, 401)):
        assert given.status_code == status
        assert sharing(given) == {
            "access-control-allow-origin": DESK,
            "access-control-expose-headers": "content-disposition, etag, ratelimit, ratelimit-policy, retry-after",
        }
        assert "Origin" in given.headers["vary"]


@pytest.mark.parametrize(
    "origin", ["https://desk.example.org.evil.example", "http://desk.example.org", f"{DESK}:444", "null", "*"]
)
def test_an_origin_is_the_one_that_is_named_to_the_letter(named: Client, origin: str) -> None:
    host = {"Host": "cases.example.org", "Origin": origin}
    preflight = named.http.options("/graphql", headers=host | {"Access-Control-Request-Method": "POST"})

    assert (preflight.status_code, sharing(preflight)) == (405, {})
    answer = post(named, **host)
    assert (sharing(answer), "Origin" in answer.headers["vary"]) == ({}, True)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize(("method", "path"), [("POST", "/graphql"), ("POST", "/v1/imports/e-safety-log")])
def test_a_page_of_another_origin_changes_nothing_even_with_a_token(
    demo: Client, site: str, method: str, path: str
) -> None:
    headers = demo.headers("trust-lead") | {"Content-Type": "application/json", "Sec-Fetch-Site": site}
    answer = demo.http.request(method, path, content=BODY, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "NOT_ALLOWED")


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_pages_of_our_own_and_programs_may_send_commands(demo: Client, site: str) -> None:
    assert post(demo, Sec_Fetch_Site=site).status_code == 200


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CORS_ORIGINS", "*"),
        ("CORS_ORIGINS", "desk.example.org"),
        ("CORS_ORIGINS", "https://desk.example.org/"),
        ("CORS_ORIGINS", "https://*.example.org"),
        ("CORS_ORIGINS", "null"),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "https://cases.example.org"),
        ("ALLOWED_HOSTS", "cases.example.org:8000"),
        ("TRUSTED_PROXIES", "proxy.example.org"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("FORWARDED_HEADER", "x-real-ip"),
    ],
)
def test_a_setting_of_the_edge_that_could_mean_more_than_it_says_is_refused(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(f"CASELEDGER_{variable}", value)

    with pytest.raises(SettingsError, match=f"^CASELEDGER_{variable}") as refused:
        load_settings()

    assert value not in str(refused.value) or value == "*"


def test_several_values_of_a_setting_have_commas_between_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASELEDGER_TRUSTED_PROXIES", "10.0.0.1, 2001:db8::/32,")
    monkeypatch.setenv("CASELEDGER_CORS_ORIGINS", f"{DESK},http://localhost:3000")
    settings = load_settings()

    assert (settings.trusted_proxies, settings.cors_origins) == (
        ("10.0.0.1", "2001:db8::/32"),
        (DESK, "http://localhost:3000"),
    )
