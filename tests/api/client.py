"""Asking the application as a given role, and counting the statements that an answer takes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self
from uuid import UUID

import httpx
import psycopg
import pytest

from api.app import create_app
from api.authentication import DevelopmentTokens
from api.bootstrap import Runtime
from api.demo.fill import Filled, fill
from api.health import Readiness
from api.identity.identities import Identities
from api.projecting import ProjectorThread
from api.server import make_server
from api.settings import DEMONSTRATION_TRUST, load_settings
from projections.wait import wait_until
from tests.support.postgres import DatabaseUrls

Json = dict[str, Any]


@contextmanager
def open_runtime(urls: DatabaseUrls, data_dir: Path, **given: Any) -> Iterator[Runtime]:
    # Thousands of answers say that there is nothing; that they take the same time has a test of its own.
    settings = load_settings(
        **{"even_answers_milliseconds": 0, **given},
        data_dir=data_dir,
        port=0,
        database_url=urls.main,
        keys_database_url=urls.keys,
        graphiql=True,
        import_max_bytes=1_000_000,
    )
    with Runtime.open(settings) as runtime:
        yield runtime


def demonstration(runtime: Runtime, *, showcase: bool = False) -> Filled:
    """Fill the demonstration trust: with the example log alone, unless the showcase is asked for."""
    return fill(runtime, DEMONSTRATION_TRUST, lambda _phase, _done, _total: None, showcase=showcase)


class Client:
    """The application on a port of its own, with a projector running."""

    def __init__(self, runtime: Runtime, trust_id: UUID, *, identities: Identities | None = None) -> None:
        self.runtime = runtime
        self.trust_id = trust_id
        self.tokens = DevelopmentTokens.load(runtime.settings.data_dir, host="127.0.0.1")
        self.readiness = Readiness(runtime, ProjectorThread(runtime.database), demonstration=trust_id)
        self.readiness.demonstration_filled.set()
        app = create_app(runtime, self.tokens, self.readiness, identities=identities)
        self._server = make_server(app, runtime.settings)
        self._thread = threading.Thread(target=self._server.run, name="server")

    def __enter__(self) -> Self:
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.005)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30)
        return self

    def __exit__(self, *_error: object) -> None:
        self.http.close()
        self._server.should_exit = True
        self._thread.join()

    def headers(self, role: str, person: UUID | None = None) -> dict[str, str]:
        token = self.tokens.issue(self.trust_id, role, hours=1, person_id=person)
        return {"Authorization": f"Bearer {token}"}

    def send(
        self, query: str, role: str = "trust-lead", person: UUID | None = None, **variables: Any
    ) -> httpx.Response:
        content = {"query": query, "variables": variables}
        headers = self.headers(role, person) | {"Accept": "application/graphql-response+json"}
        return self.http.post("/graphql", json=content, headers=headers)

    def ask(self, query: str, role: str = "trust-lead", person: UUID | None = None, **variables: Any) -> Json:
        """The data of an answer without errors."""
        answer = self.send(query, role, person, **variables).json()
        assert "errors" not in answer, answer["errors"]
        data: Json = answer["data"]
        return data

    def refuse(self, query: str, role: str = "trust-lead", **variables: Any) -> list[str]:
        """The codes of the errors of an answer that has some."""
        return [error["extensions"]["code"] for error in self.send(query, role, **variables).json()["errors"]]

    def command(self, name: str, role: str = "trust-lead", by: UUID | None = None, /, **fields: Any) -> Json:
        """The result of a mutation with an input of these fields."""
        kind = name[0].upper() + name[1:]
        query = (
            f"mutation($input: {kind}Input!) {{ {name}(input: $input) {{ __typename"
            " ... on Refused { code message clause fields }"
            " ... on Recorded { position replayed events { type position } case { id version status } } } }"
        )
        result: Json = self.ask(query, role, by, input=fields)[name]
        return result


def settle(client: Client) -> None:
    """Wait until nothing that was recorded is still to be projected."""
    head, _ = client.runtime.services(client.trust_id).ledger.head()
    wait_until(client.runtime.database.trust(client.trust_id), head)


@contextmanager
def counted_statements(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The statements that are sent to the databases while the block runs, by any thread but the projector.

    Those that record reads are left out: how many there are depends on what else is answered at once.
    """
    statements: list[str] = []

    def counting(execute: Callable[..., Any]) -> Callable[..., Any]:
        def executing(cursor: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
            text = query if isinstance(query, str) else bytes(query).decode()
            if threading.current_thread().name != "projector" and "append_reads" not in text:
                statements.append(text)
            return execute(cursor, query, *args, **kwargs)

        return executing

    with monkeypatch.context() as patched:
        for kind in (psycopg.Cursor, psycopg.AsyncCursor):
            patched.setattr(kind, "execute", counting(kind.execute))
        yield statements
