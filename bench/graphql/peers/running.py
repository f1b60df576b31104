"""What the peers in Python have in common: what they are told, their connections, and how they are served."""

from __future__ import annotations

import gc
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import uvicorn
from psycopg.conninfo import make_conninfo
from psycopg_pool import AsyncConnectionPool
from starlette.types import ASGIApp

# Told by the environment, as JSON: `url`, `trust`, `person`, `kinds`, `folder` and `port`.
TOLD = "BENCH_PEER"
# As many connections as ours keeps for a trust.
CONNECTIONS = 8

Pool = AsyncConnectionPool[psycopg.AsyncConnection[tuple[Any, ...]]]


def told() -> dict[str, Any]:
    """What the benchmark told this process."""
    given: dict[str, Any] = json.loads(os.environ[TOLD])
    return given


@asynccontextmanager
async def pool(given: dict[str, Any]) -> AsyncIterator[Pool]:
    """Connections of the application's role, each fixed to the trust."""
    address = make_conninfo(given["url"], options=f"-c app.trust={given['trust']}")
    opened: Pool = AsyncConnectionPool(
        address, min_size=CONNECTIONS, max_size=CONNECTIONS, open=False, kwargs={"autocommit": True}
    )
    async with opened:
        await opened.wait()
        yield opened


def serve(app: ASGIApp, given: dict[str, Any]) -> None:
    """Serve until told to stop, as ours is served."""
    gc.collect()
    gc.freeze()
    uvicorn.run(app, host="127.0.0.1", port=given["port"], log_level="warning", access_log=False)
