"""What scanners of GraphQL look for first, by the names that graphql-cop gives the findings: each is refused.

Asked of the server as production runs it, trusted documents alone, and where it makes no difference also as developers
run it. Documents made to cost much are tried one by one in `test_hostile_documents.py`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from graphql import get_introspection_query

from api.bootstrap import Runtime
from api.settings import DEMONSTRATION_TRUST, Settings
from tests.api.client import Client

TRUSTED = "query Who { viewer { role } __typename }"
TRUSTED_COMMAND = "mutation Add($i: AddAddendumInput!) { addAddendum(input: $i) { __typename } }"
RESPONSE = "application/graphql-response+json"
CIRCULAR = "query { __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }"
# What would show that the server tells of its own working.
TELLTALES = ("traceback", "stacktrace", "exception", "site-packages", ".py", "tracing", "debug", "psycopg", "select ")


def identifier(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture(scope="module")
def production(demo: Client, runtime: Runtime, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    folder = tmp_path_factory.mktemp("trusted")
    (folder / "who.graphql").write_bytes(TRUSTED.encode())
    (folder / "add.graphql").write_bytes(TRUSTED_COMMAND.encode())
    before = runtime.settings
    given = {"trusted_documents": folder, "adhoc_documents": False, "graphiql": False}
    runtime.settings = before.model_copy(update=given)
    client = Client(runtime, DEMONSTRATION_TRUST)
    runtime.settings = before
    with client:
        yield client


@pytest.fixture(params=["production", "development"])
def server(request: pytest.FixtureRequest, production: Client, demo: Client) -> Client:
    return production if request.param == "production" else demo


def post(client: Client, content: Any) -> httpx.Response:
    return client.http.post("/graphql", json=content, headers=client.headers("trust-lead") | {"Accept": RESPONSE})


def get(client: Client, **parameters: str) -> httpx.Response:
    headers = client.headers("trust-lead") | {"Accept": RESPONSE}
    return client.http.get("/graphql", params=parameters, headers=headers)


def codes(answer: httpx.Response) -> set[str]:
    return {error["extensions"]["code"] for error in answer.json()["errors"]}


@pytest.mark.parametrize("query", [get_introspection_query(), CIRCULAR, '{ __type(name: "Case") { name } }'])
def test_introspection_is_not_answered(production: Client, query: str) -> None:
    for answer in (post(production, {"query": query}), get(production, query=query)):
        assert (answer.status_code, codes(answer)) == (400, {"NOT_ALLOWED"})
        assert "data" not in answer.json()


def test_a_trusted_document_may_ask_for_the_name_of_a_type(production: Client) -> None:
    answer = get(production, documentId=identifier(TRUSTED))

    assert answer.json()["data"] == {"viewer": {"role": "trust-lead"}, "__typename": "Query"}


def test_a_query_that_a_client_brings_is_not_answered_by_get(production: Client) -> None:
    assert codes(get(production, query="{ __typename }")) == {"NOT_ALLOWED"}
    assert codes(post(production, {"query": "{ __typename }"})) == {"NOT_ALLOWED"}


def test_the_editor_is_not_there_unless_it_is_switched_on(production: Client) -> None:
    assert Settings.model_fields["graphiql"].default is False
    for path in (
        "/graphiql",
        "/graphiql/",
        "/playground",
        "/console",
        "/altair",
        "/graphql/",
        "/openapi.json",
        "/docs",
    ):
        assert production.http.get(path, headers={"Accept": "text/html"}).status_code == 404
    assert production.http.get("/graphql", headers={"Accept": "text/html"}).status_code == 406


@pytest.mark.parametrize("query", ["{ viewe { role } }", "query { __schem { directive } }", "{ viewer { rolee } }"])
def test_no_field_is_suggested(server: Client, query: str) -> None:
    answer = post(server, {"query": query})

    assert answer.status_code == 400
    assert "did you mean" not in answer.text.lower()


OVERLOADS = {
    "alias overloading": "{" + " ".join(f"alias{n}: __typename" for n in range(101)) + "}",
    "directive overloading": "{ __typename " + "@aa" * 10 + " }",
    "field duplication": "{" + "__typename \n" * 3_600 + "}",
    "field duplication of objects": "{" + "viewer { role } " * 500 + "}",
    "circular introspection": CIRCULAR,
    "circular fragments": "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
}


@pytest.mark.parametrize("attack", OVERLOADS)
def test_a_document_that_overloads_is_refused(server: Client, attack: str) -> None:
    answer = post(server, {"query": OVERLOADS[attack]})

    assert answer.status_code == 400
    assert codes(answer) <= {"QUERY_TOO_LARGE", "INVALID_INPUT", "NOT_ALLOWED"}
    assert "data" not in answer.json()


def test_an_array_of_queries_is_refused(server: Client) -> None:
    answer = post(server, [{"query": "{ __typename }"}] * 11)

    assert (answer.status_code, codes(answer)) == (400, {"INVALID_INPUT"})


def test_a_mutation_by_get_is_refused_be_it_trusted_or_not(production: Client, demo: Client) -> None:
    variables = json.dumps({"i": {"commandId": "a", "caseId": "b", "text": "c"}})
    trusted = get(production, documentId=identifier(TRUSTED_COMMAND), variables=variables)
    brought = get(demo, query=TRUSTED_COMMAND, variables=variables)

    for answer in (trusted, brought):
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
        assert "data" not in answer.json()
    assert codes(get(production, query=TRUSTED_COMMAND, variables=variables)) == {"NOT_ALLOWED"}


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("application/x-www-form-urlencoded", urlencode({"query": "{ __typename }"})),
        ("application/x-www-form-urlencoded", urlencode({"query": TRUSTED_COMMAND})),
        ("text/plain", json.dumps({"query": "{ __typename }"})),
        ("multipart/form-data; boundary=x", '--x\r\nContent-Disposition: form-data; name="query"\r\n\r\n{a}\r\n--x--'),
        ("application/graphql", "{ __typename }"),
        ("application/json, text/plain", json.dumps({"query": "{ __typename }"})),
        ("application/json; charset=utf-7", json.dumps({"query": "{ __typename }"})),
        ("", json.dumps({"query": "{ __typename }"})),
    ],
)
def test_what_a_form_of_another_page_could_send_is_refused(server: Client, kind: str, content: str) -> None:
    headers = server.headers("trust-lead") | {"Content-Type": kind}
    answer = server.http.post("/graphql", content=content, headers=headers)

    assert answer.status_code == 415
    assert "data" not in answer.json()


def test_no_mode_of_tracing_or_debugging_can_be_asked_for(production: Client, demo: Client) -> None:
    asked = {"X-Apollo-Tracing": "1", "X-Debug": "1", "Apollo-Federation-Include-Trace": "ftv1"}
    extensions = {"tracing": True, "debug": True}
    for client, content in ((production, {"documentId": identifier(TRUSTED)}), (demo, {"query": TRUSTED})):
        headers = client.headers("trust-lead") | asked
        answer = client.http.post("/graphql?debug=1", json=content | {"extensions": extensions}, headers=headers)

        assert answer.json()["data"] == {"viewer": {"role": "trust-lead"}, "__typename": "Query"}
        assert list(answer.json()["extensions"]) == ["cost"]
        assert not [word for word in TELLTALES if word in answer.text.lower()]


MALFORMED = (
    b"qwerty cop { abc }",
    b'{"query": "qwerty cop { abc }"}',
    b'{"query": "{ viewer { role }"}',
    b'{"query": "{ case(id: \\"x\\") { id } }"}',
    b'{"query": "{ viewer { role } }", "operationName": "None"}',
    b'{"query": "query($a: Nothing) { viewer { role } }", "variables": {"a": {"b": [1]}}}',
    b'{"query": "{ viewer { role } }", "variables": {"a": 1e999999}}',
    b'{"query": "{ viewer { role } }", "variables": {"a": ' + b"9" * 5_000 + b"}}",
    b'{"documentId": "sha256:../../etc/passwd"}',
    b"\x00",
    b"",
)


@pytest.mark.parametrize("content", MALFORMED)
def test_an_error_says_what_is_wrong_with_the_request_and_nothing_of_the_server(server: Client, content: bytes) -> None:
    headers = server.headers("trust-lead") | {"Content-Type": "application/json", "Accept": RESPONSE}
    answer = server.http.post("/graphql", content=content, headers=headers)

    assert answer.status_code < 500
    for error in answer.json().get("errors", []):
        assert set(error) <= {"message", "locations", "path", "extensions"}
        assert set(error["extensions"]) <= {"code", "fields", "clause", "measured", "allowed"}
        assert error["message"] != "Unexpected error."
    assert not [word for word in TELLTALES if word in answer.text.lower()]


def test_nothing_is_said_of_the_program_in_a_header(server: Client) -> None:
    for answer in (
        post(server, {"query": "{ a }"}),
        server.http.get("/nothing"),
        server.http.request("TRACE", "/graphql"),
    ):
        assert not {"server", "x-powered-by", "via", "x-aspnet-version"} & set(answer.headers)


def test_what_comes_with_a_request_is_not_sent_back(server: Client) -> None:
    """TRACE would show a page the headers that it may not read."""
    answer = server.http.request("TRACE", "/graphql", headers={"Cookie": "canary=1"})

    assert (answer.status_code, "canary" in answer.text) == (405, False)


def test_a_trusted_document_is_answered_alike_by_post_and_by_get_and_asked_again_by_its_tag(production: Client) -> None:
    by_post = post(production, {"documentId": identifier(TRUSTED)})
    by_get = get(production, documentId=identifier(TRUSTED))
    again = production.http.get(
        "/graphql",
        params={"documentId": identifier(TRUSTED)},
        headers=production.headers("trust-lead") | {"Accept": RESPONSE, "If-None-Match": by_get.headers["etag"]},
    )

    assert by_post.json() == by_get.json()
    assert (again.status_code, again.content) == (304, b"")
