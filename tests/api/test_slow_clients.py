"""Clients that send without end, or hardly at all, are cut off; an ordinary one beside them notices nothing."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from api.connections import MOST_HEAD_BYTES
from api.server import MOST_CONNECTIONS
from tests.api.client import Client

SOON = 0.3


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.connections.HEAD_SECONDS", SOON)
    monkeypatch.setattr("api.middleware.PATIENCE", SOON)


@contextmanager
def connected(client: Client) -> Iterator[socket.socket]:
    with socket.create_connection((client.http.base_url.host, client.http.base_url.port or 80), timeout=10) as one:
        yield one


def rest_of(connection: socket.socket) -> bytes:
    """What the server still sends before it closes."""
    received = b""
    try:
        while piece := connection.recv(65_536):
            received += piece
    except ConnectionResetError:
        pass
    return received


def test_a_head_that_drips_is_given_up(demo: Client) -> None:
    with connected(demo) as one:
        begun = time.monotonic()
        one.sendall(b"GET /health/live HTTP/1.1\r\n")
        for letter in b"Host: x":
            one.sendall(bytes([letter]))
            time.sleep(SOON / 20)
        received = rest_of(one)

    assert received.startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - begun < 5


def test_a_connection_on_which_nothing_is_asked_is_closed(demo: Client) -> None:
    with connected(demo) as one:
        assert rest_of(one).startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("after", [b"", b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"], ids=["first", "second"])
def test_a_head_without_end_is_refused_before_it_is_held(demo: Client, after: bytes) -> None:
    with connected(demo) as one:
        if after:
            one.sendall(after)
            one.recv(65_536)
        one.sendall(b"GET /health/live HTTP/1.1\r\nX-Long: ")
        sent = 0
        try:
            while sent < 4 * MOST_HEAD_BYTES:
                sent += one.send(b"x" * 8_192)
                time.sleep(0.001)
        except (ConnectionResetError, BrokenPipeError):
            pass
        received = rest_of(one)

    assert received == b"" or received.startswith(b"HTTP/1.1 431 ")
    assert sent < 4 * MOST_HEAD_BYTES or received


def test_empty_lines_before_a_request_do_not_keep_a_connection(demo: Client) -> None:
    with connected(demo) as one:
        one.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        one.recv(65_536)
        one.sendall(b"\r\n")
        assert rest_of(one).startswith(b"HTTP/1.1 408 ")


def test_a_body_that_drips_is_given_up(demo: Client) -> None:
    token = demo.headers("trust-lead")["Authorization"]
    head = (
        f"POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\n"
        "Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{"
    )
    with connected(demo) as one:
        begun = time.monotonic()
        one.sendall(head.encode())
        received = rest_of(one)

    assert received.startswith(b"HTTP/1.1 408 ")
    assert b"application/problem+json" in received
    assert time.monotonic() - begun < 5


def test_a_file_that_comes_slowly_but_steadily_is_taken(demo: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.middleware.SLOWEST", 10)
    token = demo.headers("trust-lead")["Authorization"]
    body = b"reference,school_urn\n" * 4
    head = (
        f"POST /v1/imports/e-safety-log HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\nConnection: close\r\n"
        f"Content-Type: text/csv\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with connected(demo) as one:
        one.sendall(head.encode())
        for begin in range(0, len(body), 21):
            one.sendall(body[begin : begin + 21])
            time.sleep(SOON / 2)
        received = rest_of(one)

    assert b" 408 " not in received.splitlines()[0]


def test_slow_answers_are_waited_for_by_the_connection(demo: Client) -> None:
    """The limits are of what a client sends; while it waits for an answer nothing runs out."""
    with connected(demo) as one:
        one.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        time.sleep(2 * SOON)
        assert rest_of(one).startswith(b"HTTP/1.1 200 ")


def test_the_server_believes_no_header_about_the_client_and_bounds_its_connections(demo: Client) -> None:
    config = demo._server.config

    assert (config.proxy_headers, config.limit_concurrency, config.timeout_keep_alive) == (False, MOST_CONNECTIONS, 5)
    assert (config.server_header, config.ws) == (False, "none")
