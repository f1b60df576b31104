"""`caseledger demo`: the demonstration trust, filled and served until stopped; run again it finds what is there."""

from __future__ import annotations

import argparse
import sys
import threading
from types import TracebackType
from typing import Self

from api.authentication import DevelopmentTokens
from api.logs import configure_logging
from api.settings import Settings, load_settings
from ledger.embedded import EmbeddedPostgres, EmbeddedPostgresError

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--port", type=int, help="port to bind; unset: CASELEDGER_PORT")
    parser.add_argument(
        "--no-showcase",
        dest="showcase",
        action="store_false",
        help="the example log alone, without the cases that show each state",
    )


def run(arguments: argparse.Namespace) -> int:
    """Start the server, fill the trust beside it, and print where to look."""
    settings = load_settings(port=arguments.port, graphiql=True, projector=True)
    configure_logging("WARNING")
    # Loaded first: on an address that others can reach there is no demonstration.
    tokens = DevelopmentTokens.load(settings.data_dir, host=settings.host)
    print(f"caseledger demo: starting the database in {settings.data_dir}", file=sys.stderr, flush=True)
    with _EarlyStart(settings):
        # Loading the program takes as long as making the database; the two go on side by side.
        from api.bootstrap import Runtime
        from api.demo.serving import serve_demonstration

        with Runtime.open(settings) as runtime:
            return serve_demonstration(runtime, tokens, showcase=arguments.showcase)


class _EarlyStart:
    """Starts the embedded server in the background; what goes wrong is told by whoever opens it in earnest."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._server: EmbeddedPostgres | None = None
        self._thread = threading.Thread(target=self._attach, name="early-start")

    def __enter__(self) -> Self:
        if self._settings.embedded:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._settings.embedded:
            self._thread.join()
        if self._server is not None:
            self._server.stop_if_last()

    def _attach(self) -> None:
        try:
            self._server = EmbeddedPostgres.attach(self._settings.data_dir, port=self._settings.embedded_port)
        except EmbeddedPostgresError:
            self._server = None
