"""Running the application: the server's own settings, and an orderly stop."""

from __future__ import annotations

import uvicorn
from starlette.types import ASGIApp

from api.settings import Settings

__all__ = ["make_server"]


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
            h11_max_incomplete_event_size=32 * 1024,
        )
    )
