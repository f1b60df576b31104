"""`caseledger serve`: GraphQL, REST and health on the address that is set."""

from __future__ import annotations

import argparse
import logging

from api.anchoring import AnchorThread, refuse_put_back
from api.anchors import sinks_of
from api.app import create_app
from api.authentication import DevelopmentTokens, NotLoopback
from api.bootstrap import Runtime
from api.health import Readiness
from api.identity.identities import load_identities
from api.logs import configure_logging
from api.projecting import ProjectorThread
from api.server import make_server, run_server
from api.settings import Settings, load_settings
from api.upkeep import UpkeepThread

__all__ = ["configure", "load_tokens", "run"]

log = logging.getLogger("caseledger.serve")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--host", help="address to bind; unset: CASELEDGER_HOST")
    parser.add_argument("--port", type=int, help="port to bind; unset: CASELEDGER_PORT")


def run(arguments: argparse.Namespace) -> int:
    """Serve until told to stop."""
    settings = load_settings(host=arguments.host, port=arguments.port)
    configure_logging(settings.log_level)
    tokens = load_tokens(settings)
    identities = load_identities(settings, tokens)
    sinks = sinks_of(settings)
    with Runtime.open(settings) as runtime:
        refuse_put_back(runtime)
        projector = ProjectorThread(runtime.database) if settings.projector else None
        anchoring = AnchorThread(runtime, sinks)
        readiness = Readiness(runtime, projector, anchoring)
        server = make_server(create_app(runtime, tokens, readiness, identities=identities), settings)
        with anchoring, UpkeepThread(runtime):
            return run_server(server)


def load_tokens(settings: Settings) -> DevelopmentTokens | None:
    """Return the development issuer; None where other machines can reach the server, with a warning if it is needed."""
    try:
        return DevelopmentTokens.load(settings.data_dir, host=settings.host)
    except NotLoopback as error:
        if settings.issuers is None:
            log.warning("%s, and CASELEDGER_ISSUERS is unset; every request will be answered 401", error)
        return None
