"""Trusted documents: checked when the server starts, asked for by their hash, and alone where others are refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from api.authentication import DevelopmentTokens
from api.bootstrap import Runtime
from api.health import Readiness
from api.settings import DEMONSTRATION_TRUST, SettingsError, load_settings
from tests.api.client import Client

LIST = "query List($first: Int!) { cases(first: $first) { nodes { reference } } }\n"
COMMAND = "mutation Add($i: AddAddendumInput!) { addAddendum(input: $i) { __typename } }"
SEVERAL = "query A { viewer { role } } query B { trust { id } }\r\n"
ACCEPT = {"Accept": "application/graphql-response+json"}


def identifier(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


@contextmanager
def settings_of(runtime: Runtime, **changed: Any) -> Iterator[None]:
    before = runtime.settings
    runtime.settings = before.model_copy(update=changed)
    try:
        yield
    finally:
        runtime.settings = before


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trusted")
    for name, text in (("list", LIST), ("command", COMMAND), ("several", SEVERAL)):
        (folder / f"{name}.graphql").write_bytes(text.encode())
    (folder / "README.md").write_text("not a document")
    return folder


@pytest.fixture(scope="module")
def open_to_all(demo: Client, runtime: Runtime, folder: Path) -> Iterator[Client]:
    with settings_of(runtime, trusted_documents=folder):
        client = Client(runtime, DEMONSTRATION_TRUST)
    with client:
        yield client


@pytest.fixture(scope="module")
def closed(demo: Client, runtime: Runtime, folder: Path) -> Iterator[Client]:
    with settings_of(runtime, trusted_documents=folder, adhoc_documents=False):
        client = Client(runtime, DEMONSTRATION_TRUST)
    with client:
        yield client


def post(client: Client, **content: Any) -> Any:
    return client.http.post("/graphql", json=content, headers=client.headers("trust-lead") | ACCEPT)


def codes(answer: Any) -> list[str]:
    return [error["extensions"]["code"] for error in answer.json()["errors"]]


def test_a_document_is_answered_by_its_hash_by_post_and_by_get(open_to_all: Client) -> None:
    by_post = post(open_to_all, documentId=identifier(LIST), variables={"first": 2})
    by_get = open_to_all.http.get(
        "/graphql",
        params={"documentId": identifier(LIST), "variables": json.dumps({"first": 2}), "operationName": "List"},
        headers=open_to_all.headers("trust-lead") | ACCEPT,
    )

    assert (by_post.status_code, by_get.status_code) == (200, 200)
    assert len(by_post.json()["data"]["cases"]["nodes"]) == 2
    assert by_get.json() == by_post.json()


def test_a_get_by_hash_can_be_asked_again_by_its_tag(closed: Client) -> None:
    params = {"documentId": identifier(LIST), "variables": '{"first": 3}'}
    headers = closed.headers("trust-lead")
    first = closed.http.get("/graphql", params=params, headers=headers)

    again = closed.http.get("/graphql", params=params, headers=headers | {"If-None-Match": first.headers["etag"]})

    assert (first.status_code, again.status_code) == (200, 304)


def test_a_document_is_known_by_its_exact_bytes(closed: Client) -> None:
    assert post(closed, documentId=identifier(SEVERAL), operationName="B").json()["data"] == {
        "trust": {"id": str(DEMONSTRATION_TRUST)}
    }
    assert codes(post(closed, documentId=identifier(SEVERAL.strip()))) == ["PERSISTED_DOCUMENT_NOT_FOUND"]


def test_an_operation_is_named_where_there_are_several(closed: Client) -> None:
    assert codes(post(closed, documentId=identifier(SEVERAL))) == ["INVALID_INPUT"]


def test_a_trusted_command_is_sent_by_post_alone(closed: Client) -> None:
    answer = closed.http.get(
        "/graphql", params={"documentId": identifier(COMMAND)}, headers=closed.headers("trust-lead")
    )

    assert answer.status_code == 405


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
def test_an_unknown_hash_is_an_error_of_its_own(open_to_all: Client, accept: str) -> None:
    answer = open_to_all.http.post(
        "/graphql",
        json={"documentId": "sha256:" + "0" * 64},
        headers=open_to_all.headers("trust-lead") | {"Accept": accept},
    )

    assert answer.status_code == 400
    assert codes(answer) == ["PERSISTED_DOCUMENT_NOT_FOUND"]
    assert "data" not in answer.json()


@pytest.mark.parametrize(
    "wrong", ["", "0" * 64, "sha256:", "md5:" + "0" * 64, "sha256:" + "A" * 64, "sha256:" + "0" * 65, 7, ["x"]]
)
def test_what_is_no_hash_is_refused_without_repeating_it(open_to_all: Client, wrong: Any) -> None:
    answer = post(open_to_all, documentId=wrong)

    assert (answer.status_code, codes(answer)) == (400, ["INVALID_INPUT"])
    assert "AAAA" not in answer.text


def test_a_hash_and_a_text_together_are_refused(open_to_all: Client) -> None:
    answer = post(open_to_all, documentId=identifier(LIST), query=LIST, variables={"first": 1})

    assert (answer.status_code, codes(answer)) == (400, ["INVALID_INPUT"])


def test_variables_of_a_trusted_document_stay_within_the_limits(closed: Client) -> None:
    answer = post(closed, documentId=identifier(LIST), variables={"first": 101})

    assert codes(answer) == ["QUERY_TOO_LARGE"]


def test_other_documents_are_answered_beside_the_trusted_ones_where_that_is_allowed(open_to_all: Client) -> None:
    assert open_to_all.ask("{ viewer { role } }") == {"viewer": {"role": "trust-lead"}}


@pytest.mark.parametrize("query", ["{ viewer { role } }", LIST, "{ __schema { queryType { name } } }", "{"])
def test_other_documents_are_refused_where_only_trusted_ones_are_answered(closed: Client, query: str) -> None:
    answer = post(closed, query=query)
    by_get = closed.http.get("/graphql", params={"query": query}, headers=closed.headers("trust-lead"))

    assert (answer.status_code, by_get.status_code) == (400, 400)
    assert codes(answer) == codes(by_get) == ["NOT_ALLOWED"]


def test_nobody_learns_which_documents_there_are_without_a_token(closed: Client) -> None:
    for text in (LIST, "unknown"):
        assert closed.http.get("/graphql", params={"documentId": identifier(text)}).status_code == 401


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{ viewer { salary } }", "is not valid: Cannot query field 'salary' on type 'Viewer'. (line 1)"),
        (b"{ viewer {", "is not valid: Syntax Error: Expected Name, found <EOF>. (line 1)"),
        (b"fragment F on Viewer { role }", "is not valid: "),
        (b"# nothing\n", "is not valid: "),
        (b"{ viewer { role } } # \xff", "is not UTF-8"),
        (b"{" + b"viewer { schools { name } }" * 90 + b"}", "is not valid: The document has too many fields"),
        (b"{ __schema { queryType { name } } }", "reads the schema"),
    ],
)
def test_the_server_does_not_start_with_a_document_that_does_not_fit(
    runtime: Runtime, tmp_path: Path, content: bytes, words: str
) -> None:
    (tmp_path / "good.graphql").write_text("{ viewer { role } }")
    (tmp_path / "wrong.graphql").write_bytes(content)
    tokens = DevelopmentTokens.load(runtime.settings.data_dir, host="127.0.0.1")

    with (
        settings_of(runtime, trusted_documents=tmp_path, adhoc_documents=False),
        pytest.raises(SettingsError) as refused,
    ):
        create_app(runtime, tokens, Readiness(runtime, None))

    assert str(refused.value).startswith(f"CASELEDGER_TRUSTED_DOCUMENTS: the document wrong.graphql {words}")


def test_the_server_does_not_start_without_the_folder(runtime: Runtime, tmp_path: Path) -> None:
    with (
        settings_of(runtime, trusted_documents=tmp_path / "none"),
        pytest.raises(SettingsError, match=r"^CASELEDGER_TRUSTED_DOCUMENTS: there is no such folder$"),
    ):
        create_app(runtime, None, Readiness(runtime, None))


@pytest.mark.parametrize(
    ("host", "given", "expected"),
    [
        ("127.0.0.1", None, True),
        ("0.0.0.0", None, False),
        ("127.0.0.1", False, False),
        ("0.0.0.0", True, True),
    ],
)
def test_other_documents_are_allowed_by_default_only_where_nobody_else_reaches_the_server(
    host: str, given: bool | None, expected: bool
) -> None:
    assert load_settings(host=host, adhoc_documents=given).takes_adhoc_documents is expected
