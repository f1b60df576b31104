"""`GET /health/live` and `GET /health/ready`: for load balancers, containers and people who wait."""

from __future__ import annotations

from typing import Literal

import anyio
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.health import Readiness
from api.rest.operations import Operation

__all__ = ["ALIVE", "READY", "health_routes"]


class Alive(BaseModel):
    """The process lives."""

    status: Literal["alive"]


class Ready(BaseModel):
    """Whether everything can be served, and what is not there yet; the figures are of no trust's data."""

    status: Literal["ready", "not ready"]
    checks: dict[str, str | int]


ALIVE = Operation(
    method="GET",
    path="/health/live",
    name="live",
    summary="Whether the process lives",
    description="Asks nothing of a database.",
    answers={200: Alive},
    is_public=True,
)
READY = Operation(
    method="GET",
    path="/health/ready",
    name="ready",
    summary="Whether everything can be served",
    description="503 before that, and whenever the database is away.",
    answers={200: Ready, 503: Ready},
    is_public=True,
)


def health_routes(readiness: Readiness) -> list[Route]:
    """Return the routes of health."""

    async def live(_request: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def ready(_request: Request) -> Response:
        report = await anyio.to_thread.run_sync(readiness.report)
        status = "ready" if report.ready else "not ready"
        return JSONResponse({"status": status, "checks": report.checks}, 200 if report.ready else 503)

    return [ALIVE.route(live), READY.route(ready)]
