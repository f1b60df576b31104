"""Running the application: the server's own settings, and an orderly stop."""

from __future__ import annotations

import gc
import signal
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from api.connections import BoundedConnection
from api.settings import Settings

__all__ = ["make_server", "run_server"]

MOST_CONNECTIONS = 1_000


def make_server(app: ASGIApp, settings: Settings) -> uvicorn.Server:
    """Return a server of the application on the address that is set."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            # Its own lines hold query strings; ours do not.
            access_log=False,
            log_config=None,
            # Who forwards a request is not believed about who sent it.
            proxy_headers=False,
            server_header=False,
            lifespan="on",
            timeout_graceful_shutdown=10,
            http=BoundedConnection,
            # There are no websockets.
            ws="none",
            # Beyond so many connections or requests at once others are answered 503.
            limit_concurrency=MOST_CONNECTIONS,
            timeout_keep_alive=5,
        )
    )


def run_server(server: uvicorn.Server) -> int:
    """Serve until SIGINT or SIGTERM, and let the requests at hand finish; return the exit status.

    The server sends itself the signal again when it has stopped, which would end the process before the databases are
    closed; here that second one does nothing.
    """
    before = {number: signal.signal(number, _stopped) for number in (signal.SIGINT, signal.SIGTERM)}
    # The program itself stays: searching it for garbage again and again held up one answer in a few by 50 ms.
    gc.collect()
    gc.freeze()
    try:
        server.run()
    except SystemExit:
        # The address could not be bound, which is in the log.
        return 1
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0 if server.started else 1


def _stopped(_signal: int, _frame: FrameType | None) -> None:
    """Do nothing: the server has stopped already."""
