"""The application: routes, what surrounds them, what starts and stops with the server. Nothing happens at import."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import anyio
from fastapi import FastAPI
from starlette.types import ASGIApp

from api.authentication import DevelopmentTokens
from api.bootstrap import Runtime
from api.callers import Authenticate
from api.even_answers import EvenNotFound
from api.graphiql import graphiql_routes
from api.graphql.context import WorkerSlots
from api.graphql.http import GraphQLEndpoint
from api.graphql.serve import GraphQLService
from api.health import Readiness
from api.identity.identities import Identities
from api.middleware import AccessLog, BodyLimit, LastResort, SecurityHeaders, Shortcut, answer_fault
from api.problems import PROBLEM_HANDLERS, is_taken
from api.program_keys import ProgramKeys
from api.rate_limits import RateLimitHeaders, RateLimits
from api.read_recorder import LoggedReads
from api.request_shape import CrossOrigin, RequestShape
from api.rest.access_bundles import access_bundle_routes
from api.rest.access_requests import access_request_routes
from api.rest.accounts import account_routes
from api.rest.api_keys import api_key_routes
from api.rest.bundles import bundle_routes
from api.rest.contract import contract_routes
from api.rest.emergency_access import emergency_routes
from api.rest.endpoints import Endpoints
from api.rest.erasures import erasure_routes
from api.rest.files import FILES_PATTERN, file_routes
from api.rest.histories import history_routes
from api.rest.imports import IMPORT_PATH, import_routes
from api.rest.ledger import ledger_routes
from api.rest.periods import period_routes
from api.rest.retention import retention_routes
from api.rest.roles import role_routes
from api.rest.scim import scim_routes
from api.rest.states import health_routes
from api.rest.tra_referrals import tra_referral_routes

__all__ = ["create_app"]

BODY_LIMIT = 100_000


def create_app(
    runtime: Runtime,
    tokens: DevelopmentTokens | None,
    readiness: Readiness,
    *,
    identities: Identities | None = None,
) -> ASGIApp:
    """Return the ASGI application over an open runtime.

    `identities` None: those of the development `tokens` alone. Where nobody can sign in at all, health still answers.
    """
    slots = WorkerSlots(runtime.settings.pool_size)
    identities = Identities(tokens) if identities is None else identities
    limits = RateLimits(runtime.settings)
    connections = runtime.loop_connections()
    authenticate = Authenticate(runtime, identities, ProgramKeys(connections), connections, limits)
    endpoints = Endpoints(runtime, slots, authenticate)
    reads = LoggedReads(runtime, runtime.recording_connections())

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        if readiness.projector is not None:
            readiness.projector.start()
        yield
        await identities.close()
        await reads.close()
        await connections.close()
        if readiness.projector is not None:
            await anyio.to_thread.run_sync(readiness.projector.stop)

    app = FastAPI(
        title="Caseledger", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False
    )
    service = GraphQLService(runtime, slots, authenticate, connections, limits, recorder=reads)
    graphql = GraphQLEndpoint(service.answer).handle
    app.add_route("/graphql", graphql, methods=["GET", "POST"], include_in_schema=False)
    app.router.routes.extend(health_routes(readiness))
    app.router.routes.extend(import_routes(endpoints))
    app.router.routes.extend(bundle_routes(endpoints, reads))
    app.router.routes.extend(ledger_routes(endpoints))
    app.router.routes.extend(period_routes(endpoints, reads))
    app.router.routes.extend(history_routes(endpoints, reads))
    app.router.routes.extend(file_routes(endpoints, reads))
    app.router.routes.extend(role_routes(endpoints))
    app.router.routes.extend(account_routes(endpoints))
    app.router.routes.extend(emergency_routes(endpoints))
    app.router.routes.extend(retention_routes(endpoints))
    app.router.routes.extend(erasure_routes(endpoints))
    app.router.routes.extend(access_request_routes(endpoints, reads))
    app.router.routes.extend(access_bundle_routes(endpoints, reads))
    app.router.routes.extend(tra_referral_routes(endpoints, reads))
    app.router.routes.extend(api_key_routes(endpoints))
    app.router.routes.extend(scim_routes(runtime, slots, authenticate.program))
    if runtime.settings.takes_adhoc_documents:
        app.router.routes.extend(contract_routes())
    if runtime.settings.graphiql:
        app.router.routes.extend(graphiql_routes())
    app.add_exception_handler(Exception, answer_fault)
    for error, handler in PROBLEM_HANDLERS.items():
        app.add_exception_handler(error, handler)
    routed = Shortcut(app, "/graphql", frozenset({"GET", "POST"}), graphql)
    even = EvenNotFound(routed, runtime.settings.even_answers_milliseconds)
    limited = BodyLimit(
        even,
        limit=BODY_LIMIT,
        by_path={IMPORT_PATH: runtime.settings.import_max_bytes},
        by_pattern={FILES_PATTERN: runtime.settings.evidence_max_bytes + BODY_LIMIT},
    )
    shaped = RequestShape(
        RateLimitHeaders(limited), hosts=runtime.settings.allowed_hosts, is_taken=partial(is_taken, app.routes)
    )
    shared = CrossOrigin(shaped, origins=runtime.settings.cors_origins)
    return SecurityHeaders(LastResort(AccessLog(shared)))
