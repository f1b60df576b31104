"""Compressed answers: which are, which never are, and that the client gets the same answer either way."""

from __future__ import annotations

import gzip
from typing import Any

import anyio
import pytest

from api.graphql.compression import accepts_gzip, compressed
from tests.api.client import Client

LONG = '{ monitoring(from: "2024-09-01", to: "2026-08-31", groupBy: [COUNT, MONTH]) { cells { count period value } } }'
NAMES = "{ cases(first: 50) { nodes { id reference version reportedBy { id name } } } }"
TEXTS = "{ cases(first: 50) { nodes { id reference ... on Incident { summary { text } } } } }"


def post(client: Client, query: str, encoding: str | None, role: str = "trust-lead") -> Any:
    headers = client.headers(role)
    headers["Accept-Encoding"] = "identity" if encoding is None else encoding
    return client.http.post("/graphql", json={"query": query}, headers=headers)


def test_a_long_answer_is_compressed_for_whoever_takes_it(demo: Client) -> None:
    plain, packed = post(demo, LONG, None), post(demo, LONG, "gzip, br")

    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) // 4
    assert packed.json() == plain.json()
    assert "Accept-Encoding" in packed.headers["vary"]
    assert "Accept-Encoding" in plain.headers["vary"]


def test_a_short_answer_is_sent_as_it_is(demo: Client) -> None:
    assert "content-encoding" not in post(demo, "{ viewer { role } }", "gzip").headers


@pytest.mark.parametrize("query", [NAMES, TEXTS])
def test_names_and_opened_texts_are_never_compressed(demo: Client, query: str) -> None:
    answer = post(demo, query, "gzip")

    assert len(answer.content) > 2_000
    assert "content-encoding" not in answer.headers
    # What is withheld is the same word for everybody.
    assert post(demo, query, "gzip", "auditor").headers["content-encoding"] == "gzip"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, False),
        ("", False),
        ("gzip", True),
        ("GZip", True),
        ("br, gzip;q=0.5", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, *", False),
        ("*", True),
        ("*;q=0", False),
        ("identity", False),
        ("gzip;q=many", False),
    ],
)
def test_gzip_is_used_only_where_it_is_accepted(header: str | None, expected: bool) -> None:
    assert accepts_gzip(header) is expected


@pytest.mark.parametrize("size", [1_000, 200_000])
def test_the_same_content_is_compressed_to_the_same_bytes(size: int) -> None:
    content = b"caseledger " * size

    first, second = anyio.run(compressed, content), anyio.run(compressed, content)

    assert first == second
    assert gzip.decompress(first) == content
