"""What a program's key may send where only trusted documents are answered: by its scopes, and no more than they say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
from starlette.requests import Request

from api.bootstrap import Runtime
from api.callers import Authenticate
from api.graphql.serve import ADHOC_SCOPE, SCHEMA_SCOPE
from api.settings import DEMONSTRATION_TRUST
from services.scope import Caller
from tests.api.client import Client

CASES = "{ cases(first: 1) { totalCount } }"
SCHEMA = "{ __schema { queryType { name } } __typename }"
BOTH = "{ __schema { queryType { name } } viewer { role } }"
DOCUMENTS = {"cases": CASES, "schema": SCHEMA, "both": BOTH}


@pytest.fixture(scope="module")
def production(demo: Client, runtime: Runtime) -> Iterator[Client]:
    before = runtime.settings
    runtime.settings = before.model_copy(update={"adhoc_documents": False})
    client = Client(runtime, DEMONSTRATION_TRUST)
    runtime.settings = before
    with client:
        yield client


def as_program(patched: pytest.MonkeyPatch, scopes: set[str] | None) -> None:
    """Let whoever is authenticated be a program of these scopes; None: a person, as the token says."""
    authenticate = Authenticate.__call__

    async def scoped(self: Authenticate, request: Request) -> Caller:
        caller = await authenticate(self, request)
        return caller if scopes is None else replace(caller, client="clk_1", scopes=frozenset(scopes))

    patched.setattr(Authenticate, "__call__", scoped)


def answered(client: Client) -> set[str]:
    """Which documents are answered, by POST and by GET alike; the others are refused with one code."""
    found = set()
    for name, query in DOCUMENTS.items():
        answers: list[httpx.Response] = [
            client.send(query),
            client.http.get("/graphql", params={"query": query}, headers=client.headers("trust-lead")),
        ]
        told = ["data" in answer.json() for answer in answers]
        assert told[0] == told[1]
        if told[0]:
            found.add(name)
        else:
            codes = [error["extensions"]["code"] for answer in answers for error in answer.json()["errors"]]
            assert codes == ["NOT_ALLOWED", "NOT_ALLOWED"]
    return found


@pytest.mark.parametrize(
    ("scopes", "expected"),
    [
        (None, set()),
        (set(), set()),
        ({"incidents:read"}, set()),
        ({ADHOC_SCOPE}, {"cases"}),
        ({SCHEMA_SCOPE}, {"schema"}),
        ({ADHOC_SCOPE, SCHEMA_SCOPE}, {"cases", "schema", "both"}),
    ],
)
def test_where_trusted_documents_alone_are_answered_a_key_may_send_what_its_scopes_say(
    production: Client, monkeypatch: pytest.MonkeyPatch, scopes: set[str] | None, expected: set[str]
) -> None:
    as_program(monkeypatch, scopes)

    assert answered(production) == expected


@pytest.mark.parametrize("scopes", [None, set(), {ADHOC_SCOPE}])
def test_where_any_document_is_answered_scopes_make_no_difference(
    demo: Client, monkeypatch: pytest.MonkeyPatch, scopes: set[str] | None
) -> None:
    as_program(monkeypatch, scopes)

    assert answered(demo) == {"cases", "schema", "both"}


def test_a_wrong_document_tells_nobody_about_the_schema_who_may_not_ask(
    production: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_program(monkeypatch, set())

    assert production.refuse("{ viewer { salary } }") == ["NOT_ALLOWED"]
