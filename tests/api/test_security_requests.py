"""Requests that mean to be read in two ways, and texts that mean something to whatever they are put into."""

from __future__ import annotations

import re
import socket
from uuid import UUID, uuid4

import pytest

from tests.api.client import Client

FIRST = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
LIVE = FIRST.replace(b"Host: x", b"Host: x\r\nConnection: close")


def exchange(demo: Client, sent: bytes) -> bytes:
    """All that the server answers to what is sent on one connection, until it closes it or has nothing to say."""
    url = demo.http.base_url
    received = b""
    with socket.create_connection((url.host, url.port or 80), timeout=3) as connection:
        connection.sendall(sent)
        try:
            while piece := connection.recv(65_536):
                received += piece
        except (ConnectionResetError, TimeoutError):
            pass
    return received


def statuses(received: bytes) -> list[int]:
    return [int(found) for found in re.findall(rb"HTTP/1\.1 (\d{3}) ", received)]


SMUGGLED = {
    "both lengths": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + LIVE,
    "both lengths, the other way round": b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + LIVE,
    "two lengths": b"Content-Length: 0\r\nContent-Length: 44\r\n\r\n" + LIVE,
    "the same length twice": b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}" + LIVE,
    "a list of lengths": b"Content-Length: 2, 2\r\n\r\n{}" + LIVE,
    "a length with a sign": b"Content-Length: +2\r\n\r\n{}" + LIVE,
    "a length that is less than nothing": b"Content-Length: -1\r\n\r\n" + LIVE,
    "a length in other figures": b"Content-Length: 0x2\r\n\r\n{}" + LIVE,
    "another coding": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + LIVE,
    "a coding behind chunks": b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + LIVE,
    "chunks twice": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + LIVE,
    "a space before the colon": b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + LIVE,
    "a chunk that is no number": b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n" + LIVE,
    "a chunk longer than it says": b"Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n" + LIVE,
    "a NUL in a header": b"X-A: a\x00b\r\nContent-Length: 2\r\n\r\n{}" + LIVE,
    "a line feed in a name": b"X\n-A: b\r\nContent-Length: 2\r\n\r\n{}" + LIVE,
}


@pytest.mark.parametrize("attack", SMUGGLED)
def test_no_request_is_hidden_in_another(demo: Client, attack: str) -> None:
    token = demo.headers("trust-lead")["Authorization"].encode()
    head = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: " + token + b"\r\n"

    received = exchange(demo, head + SMUGGLED[attack])

    assert b'"alive"' not in received
    assert all(status >= 400 for status in statuses(received))


def test_a_second_request_that_is_one_is_answered(demo: Client) -> None:
    """So that the test above does not pass because nothing behind a request is ever looked at."""
    assert statuses(exchange(demo, FIRST + LIVE)) == [200, 200]


def test_no_other_protocol_is_spoken_on_a_connection(demo: Client) -> None:
    websocket = (
        b"GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    http2 = b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\n"

    for sent in (websocket, http2 + b"HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n"):
        assert 101 not in statuses(exchange(demo, sent))
    assert 200 not in statuses(exchange(demo, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))


def test_a_token_counts_in_its_header_alone(demo: Client) -> None:
    header = demo.headers("trust-lead")["Authorization"]
    token = header.removeprefix("Bearer ")
    query = {"query": "{ viewer { role } }"}

    for answer in (
        demo.http.get("/graphql", params=query | {"access_token": token}),
        demo.http.get("/graphql", params=query | {"authorization": header}),
        demo.http.post("/graphql", json=query | {"access_token": token}),
        demo.http.post("/graphql", json=query, headers={"Cookie": f"access_token={token}; authorization={header}"}),
        demo.http.post("/graphql", json=query, headers={"X-Access-Token": token, "Proxy-Authorization": header}),
    ):
        assert answer.status_code == 401


HOSTILE = {
    "SQL": "'; DROP TABLE event; --",
    "SQL that is always true": "' OR '1'='1",
    "SQL parameters": "%s %(case_id)s $1 :name ?",
    "patterns of SQL": "%_\\%",
    "JSON": '"}],"role":"trust-lead","x":["\\',
    "script": "</script><script>alert(1)</script><!--\u2028\u2029",
    "formats": "{0.__class__.__mro__} %n%n%s {{7*7}} ${7*7} #{7*7} <%= 7*7 %>",
    "lookups": "${jndi:ldap://127.0.0.1/a} ${env:HOME} $(id) `id` | id ; id && id",
    "formula": '=HYPERLINK("http://evil.example","x")',
    "XML": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "encoded": "%27%20OR%201%3D1 &quot; &#x27; \\u0027 \\x27",
    "lines": "a\r\nSet-Cookie: a=b\r\n\r\nHTTP/1.1 200 OK\n2026-01-01T00:00:00Z INFO forged",
    "directions": "\u202egnp.exe \u0000".replace("\u0000", "\u200b"),
}


@pytest.fixture(scope="module")
def case_id(demo: Client) -> str:
    query = '{ cases(first: 1, filter: {schools: ["900003"], kinds: [INCIDENT]}) { nodes { id } } }'
    found: str = demo.ask(query)["cases"]["nodes"][0]["id"]
    return found


@pytest.mark.parametrize("meant", HOSTILE)
def test_a_text_is_kept_as_it_is_and_means_nothing(demo: Client, case_id: str, meant: str) -> None:
    text = HOSTILE[meant]

    made = demo.command("addAddendum", commandId=str(uuid4()), caseId=case_id, text=text)
    answer = demo.ask(
        "query($id: ID!, $at: Int) { case(id: $id, atLeast: $at) { addenda { text { text } } } }",
        id=case_id,
        at=made["position"],
    )

    assert answer["case"]["addenda"][-1]["text"] == {"text": text}


@pytest.mark.parametrize("meant", HOSTILE)
def test_a_filter_finds_what_it_names_and_nothing_that_it_means(demo: Client, meant: str) -> None:
    query = "query($r: String) { cases(filter: {schoolReference: $r}) { totalCount } }"

    assert demo.ask(query, r=HOSTILE[meant])["cases"]["totalCount"] == 0


@pytest.mark.parametrize("number", ["2147483648", "-2147483649", "9223372036854775808", "1e400", "1.5", '"1"', "true"])
def test_a_number_beyond_its_range_is_refused(demo: Client, number: str) -> None:
    query = "query($n: Int!) { cases(first: $n) { totalCount } }"
    content = f'{{"query": "{query}", "variables": {{"n": {number}}}}}'
    headers = demo.headers("trust-lead") | {
        "Content-Type": "application/json",
        "Accept": "application/graphql-response+json",
    }
    answer = demo.http.post("/graphql", content=content, headers=headers)

    assert (answer.status_code, "data" in answer.json()) == (400, False)
    assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["INVALID_INPUT"]


def test_no_field_is_set_that_a_command_does_not_take(demo: Client, case_id: str) -> None:
    known = {"commandId": str(uuid4()), "caseId": case_id, "text": "x"}
    query = "mutation($i: AddAddendumInput!) { addAddendum(input: $i) { __typename } }"
    before = demo.ask("{ ledger { position } }")

    for name, value in (
        *(("status", "CLOSED"), ("actorId", str(UUID(int=1))), ("recordedAt", "2020-01-01T00:00:00Z")),
        *(("trustId", str(UUID(int=2))), ("role", "trust-lead"), ("__proto__", {"role": "x"})),
    ):
        assert demo.refuse(query, i=known | {name: value}) == ["INVALID_INPUT"]
    assert demo.ask("{ ledger { position } }") == before
