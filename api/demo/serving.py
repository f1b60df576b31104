"""Serving the demonstration while it is being filled, and telling where to look once it is."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable

import uvicorn

from api.anchoring import AnchorThread, refuse_put_back
from api.anchors import sinks_of
from api.app import create_app
from api.authentication import DevelopmentTokens
from api.bootstrap import Runtime
from api.cli.progress import progress
from api.demo.fill import Filled, fill
from api.health import Readiness
from api.identity.identities import load_identities
from api.projecting import ProjectorThread
from api.server import make_server, run_server
from api.settings import DEMONSTRATION_TRUST, Settings
from api.upkeep import UpkeepThread

__all__ = ["serve_demonstration"]

_QUERY = '{ monitoring(from: \\"2024-09-01\\", to: \\"2026-08-31\\") { position cells { count value } } }'


_WITH_THE_SHOWCASE = """
The log is of the two school years to August 2026, and so are the counts below. The showcase is of the autumn
term 2026: at each school a case of each kind in each state, made by real commands."""
_SHOWCASE_FROM_BEFORE = """
The showcase is in it, from an earlier start: nothing is ever deleted. For the log alone, start with
--no-showcase in another folder (CASELEDGER_DATA_DIR)."""


def serve_demonstration(runtime: Runtime, tokens: DevelopmentTokens, *, showcase: bool) -> int:
    """Serve until told to stop; return the exit status. Raise what kept the trust from being filled."""
    refuse_put_back(runtime)
    anchoring = AnchorThread(runtime, sinks_of(runtime.settings))
    readiness = Readiness(runtime, ProjectorThread(runtime.database), anchoring, demonstration=DEMONSTRATION_TRUST)
    identities = load_identities(runtime.settings, tokens)
    server = make_server(create_app(runtime, tokens, readiness, identities=identities), runtime.settings)

    def done(filled: Filled) -> None:
        _print_addresses(runtime.settings, server, tokens, _on_the_showcase(filled, wanted=showcase))

    filling = _Filling(runtime, readiness, server, done, showcase=showcase)
    filling.start()
    try:
        with anchoring, UpkeepThread(runtime):
            status = run_server(server)
    finally:
        server.should_exit = True
        filling.join()
    if filling.failure is not None:
        raise filling.failure
    return status


class _Filling(threading.Thread):
    """Fills the trust while the server already answers that it is alive; stops the server if that fails."""

    def __init__(
        self,
        runtime: Runtime,
        readiness: Readiness,
        server: uvicorn.Server,
        done: Callable[[Filled], None],
        *,
        showcase: bool,
    ) -> None:
        super().__init__(name="demonstration")
        self._runtime, self._readiness, self._server, self._done = runtime, readiness, server, done
        self._showcase = showcase
        self.failure: Exception | None = None

    def run(self) -> None:
        """Fill and tell."""
        try:
            with progress("demonstration") as advance:
                filled = fill(
                    self._runtime,
                    DEMONSTRATION_TRUST,
                    lambda phase, done, total: advance(done, total, phase),
                    showcase=self._showcase,
                )
            self._readiness.demonstration_filled.set()
            while not self._server.started and not self._server.should_exit:
                time.sleep(0.02)
            if self._server.started:
                self._done(filled)
        except Exception as error:  # noqa: BLE001 - raised again by the main thread
            self.failure = error
            self._server.should_exit = True


def _on_the_showcase(filled: Filled, *, wanted: bool) -> str:
    if filled.showcase_left_out is not None:
        return f"\n{filled.showcase_left_out[0].upper()}{filled.showcase_left_out[1:]}."
    if not filled.has_showcase:
        return "\nIt holds the log alone."
    return _WITH_THE_SHOWCASE if wanted else _SHOWCASE_FROM_BEFORE


def _print_addresses(
    settings: Settings, server: uvicorn.Server, tokens: DevelopmentTokens, on_the_showcase: str
) -> None:
    token = tokens.issue(DEMONSTRATION_TRUST, "trust-lead", hours=settings.token_hours)
    port = server.servers[0].sockets[0].getsockname()[1]
    address = f"http://{settings.host}:{port}"
    sys.stdout.write(
        f"""
The demonstration trust is ready: five invented schools and the log that they kept.
{on_the_showcase}

  query editor   {address}/graphiql#token={token}
  GraphQL        {address}/graphql
  readiness      {address}/health/ready

The eleven counts, ready to paste:

curl -s {address}/graphql -H 'Content-Type: application/json' \\
  -H 'Authorization: Bearer {token}' \\
  -d '{{"query": "{_QUERY}"}}'

Other roles: caseledger token --role headteacher:900003 (or dashboard, auditor, staff:900003, ...).
Stop with Ctrl-C; start again whenever you like.

"""
    )
    sys.stdout.flush()
