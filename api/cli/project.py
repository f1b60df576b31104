"""`caseledger project`: keep the read models of every trust up to date until told to stop. Any number may run."""

from __future__ import annotations

import argparse
import logging
import signal
import threading
from types import FrameType

from api.bootstrap import Runtime
from api.logs import configure_logging
from api.projecting import renew
from api.settings import load_settings
from projections.engine import Projector, parked, unpark, waiting_trusts

__all__ = ["configure", "run"]

log = logging.getLogger("caseledger.project")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--retry", action="store_true", help="try parked read models again first, from the event they stand still at"
    )
    parser.add_argument("--once", action="store_true", help="project what is there, and stop")


def run(arguments: argparse.Namespace) -> int:
    """Project."""
    settings = load_settings()
    configure_logging(settings.log_level)
    stop = threading.Event()

    def stopped(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stopped)
    with Runtime.open(settings) as runtime:
        projector = Projector(runtime.database)
        if arguments.retry:
            for standing in parked(runtime.database):
                unpark(runtime.database, standing.trust_id)
                log.info("trust %s is tried again from position %d", standing.trust_id, standing.position)
        if arguments.once:
            done = sum(projector.catch_up(trust_id) for trust_id in waiting_trusts(runtime.database))
            log.info("projected %d events", done)
        else:
            log.info("projecting")
            renewal = threading.Thread(target=renew, args=(runtime.database, stop), name="renewal", daemon=True)
            renewal.start()
            projector.run_forever(stop)
            renewal.join(timeout=10)
    return 0
