"""The application: routes, what surrounds them, what starts and stops with the server. Nothing happens at import."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from api.authentication import DevelopmentTokens, Unauthenticated
from api.bootstrap import Runtime
from api.graphiql import graphiql_routes
from api.graphql.context import WorkerSlots
from api.graphql.http import GraphQLEndpoint
from api.graphql.serve import GraphQLService
from api.health import Readiness
from api.middleware import AccessLog, BodyLimit, LastResort, SecurityHeaders, Shortcut, answer_fault
from api.problems import PROBLEM_HANDLERS
from api.program_keys import ProgramKeys
from api.rest.api_keys import api_key_routes
from api.rest.bundles import bundle_routes
from api.rest.imports import IMPORT_PATH, import_routes
from api.rest.scim import scim_routes
from services.scope import Caller

__all__ = ["Authenticate", "create_app"]

BODY_LIMIT = 100_000


class Authenticate:
    """Turns a request's `Authorization` header into a caller. Without keys every request is refused alike."""

    def __init__(self, tokens: DevelopmentTokens | None) -> None:
        self._tokens = tokens

    def __call__(self, request: Request) -> Caller:
        """Return who is asking. Raise `Unauthenticated`."""
        headers = request.headers.getlist("authorization")
        if self._tokens is None or len(headers) != 1:
            raise Unauthenticated
        identity = self._tokens.identify(headers[0])
        place = identity.school_urn
        return Caller(identity.trust_id, identity.person_id, identity.role, place, case_id=identity.case_id)


def create_app(runtime: Runtime, tokens: DevelopmentTokens | None, readiness: Readiness) -> ASGIApp:
    """Return the ASGI application over an open runtime. `tokens` None: nobody can be authenticated, health answers."""
    slots = WorkerSlots(runtime.settings.pool_size)
    authenticate = Authenticate(tokens)
    connections = runtime.loop_connections()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        if readiness.projector is not None:
            readiness.projector.start()
        yield
        await connections.close()
        if readiness.projector is not None:
            await anyio.to_thread.run_sync(readiness.projector.stop)

    app = FastAPI(
        title="Caseledger", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False
    )
    graphql = GraphQLEndpoint(GraphQLService(runtime, slots, authenticate, connections).answer).handle
    app.add_route("/graphql", graphql, methods=["GET", "POST"], include_in_schema=False)
    app.add_route("/health/live", _live, methods=["GET"], include_in_schema=False)
    app.add_route("/health/ready", _Ready(readiness).handle, methods=["GET"], include_in_schema=False)
    app.router.routes.extend(import_routes(runtime, slots, authenticate))
    app.router.routes.extend(bundle_routes(runtime, slots, authenticate))
    app.router.routes.extend(api_key_routes(runtime, slots, authenticate))
    app.router.routes.extend(scim_routes(runtime, slots, ProgramKeys(connections)))
    if runtime.settings.graphiql:
        app.router.routes.extend(graphiql_routes())
    app.add_exception_handler(Exception, answer_fault)
    for error, handler in PROBLEM_HANDLERS.items():
        app.add_exception_handler(error, handler)
    routed = Shortcut(app, "/graphql", frozenset({"GET", "POST"}), graphql)
    limited = BodyLimit(routed, limit=BODY_LIMIT, by_path={IMPORT_PATH: runtime.settings.import_max_bytes})
    return LastResort(AccessLog(SecurityHeaders(limited)))


async def _live(_request: Request) -> Response:
    return JSONResponse({"status": "alive"})


class _Ready:
    """`/health/ready`: 200 once everything can be served, 503 before and whenever the database is away."""

    def __init__(self, readiness: Readiness) -> None:
        self._readiness = readiness

    async def handle(self, _request: Request) -> Response:
        report = await anyio.to_thread.run_sync(self._readiness.report)
        status = "ready" if report.ready else "not ready"
        return JSONResponse({"status": status, "checks": report.checks}, 200 if report.ready else 503)
