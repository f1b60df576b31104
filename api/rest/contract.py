"""The OpenAPI document of the REST interface, written from the operations that the application serves.

It is committed as `docs/openapi.json` (`make docs`; a test compares) and served at `/openapi.json` where GraphQL also
answers questions about its schema. GraphQL has a contract of its own.
"""

from __future__ import annotations

import json
from typing import Any

from fastapi.openapi.utils import get_openapi
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.rest.access_bundles import BUNDLE_OPERATIONS
from api.rest.access_requests import ACCESS_OPERATIONS
from api.rest.accounts import BIND, SWITCH
from api.rest.api_keys import ISSUE_KEY, LIST_KEYS, REVOKE_KEY, ROTATE_KEY
from api.rest.bundles import BUNDLE
from api.rest.emergency_access import ALERTS, EMERGENCY
from api.rest.erasures import ERASURE_OPERATIONS
from api.rest.files import GIVE_FILE, STORE_FILE
from api.rest.histories import HISTORY
from api.rest.imports import IMPORT
from api.rest.ledger import LEDGER_OPERATIONS
from api.rest.operations import Operation, Problem
from api.rest.periods import PERIOD
from api.rest.retention import (
    ADOPT_TABLE,
    CONFIRM_DISPOSAL,
    LIFT_HOLD,
    LIST_HOLDS,
    PLACE_HOLD,
    SET_EMPLOYMENT,
)
from api.rest.roles import APPOINT, ME, REVOKE, ROLES
from api.rest.states import ALIVE, READY
from api.rest.tra_referrals import TRA_REFERRAL

__all__ = ["OPERATIONS", "contract_routes", "openapi_document", "printed_openapi"]

OPERATIONS: tuple[Operation, ...] = (
    ALIVE,
    READY,
    IMPORT,
    BUNDLE,
    *LEDGER_OPERATIONS,
    PERIOD,
    HISTORY,
    STORE_FILE,
    GIVE_FILE,
    ME,
    ROLES,
    APPOINT,
    REVOKE,
    BIND,
    SWITCH,
    EMERGENCY,
    ALERTS,
    LIST_KEYS,
    ISSUE_KEY,
    ROTATE_KEY,
    REVOKE_KEY,
    ADOPT_TABLE,
    CONFIRM_DISPOSAL,
    PLACE_HOLD,
    LIST_HOLDS,
    LIFT_HOLD,
    SET_EMPLOYMENT,
    *ERASURE_OPERATIONS,
    *ACCESS_OPERATIONS,
    *BUNDLE_OPERATIONS,
    TRA_REFERRAL,
)

_VERSION = "1"
_DESCRIPTION = (
    "Files in and out of the case ledger, and its health; everything else is asked by GraphQL at `/graphql`. "
    "Every error is a problem document (RFC 9457)."
)
_BEARER = {"type": "http", "scheme": "bearer", "description": "A token of an issuer that the server knows."}
_HEADERS = {
    "RateLimit-Policy": "How much a client may ask for: `q` units in `w` seconds, for each limit by name.",
    "RateLimit": "What is left of each limit: `r` units, until the window is over in `t` seconds.",
    "Retry-After": "After how many seconds to ask again.",
    "WWW-Authenticate": "How to authenticate.",
}


def openapi_document() -> dict[str, Any]:
    """Return the document as OpenAPI 3.1."""
    document: dict[str, Any] = get_openapi(
        title="Caseledger",
        version=_VERSION,
        openapi_version="3.1.0",
        description=_DESCRIPTION,
        routes=[operation.described(_described_alone) for operation in OPERATIONS],
    )
    components = document.setdefault("components", {})
    problem = Problem.model_json_schema(by_alias=True)
    components.setdefault("schemas", {})["Problem"] = problem
    components["securitySchemes"] = {"bearer": _BEARER}
    components["headers"] = {
        name: {"description": text, "schema": {"type": "string"}} for name, text in _HEADERS.items()
    }
    return document


def printed_openapi() -> str:
    """Return `docs/openapi.json`."""
    return json.dumps(openapi_document(), indent=2, ensure_ascii=False) + "\n"


def contract_routes() -> list[Route]:
    """Return the route of the document."""
    content = printed_openapi().encode()

    async def endpoint(_request: Request) -> Response:
        return Response(content, media_type="application/json")

    return [Route("/openapi.json", endpoint, methods=["GET"], include_in_schema=False)]


async def _described_alone(_request: Request) -> Response:
    """Stand where the endpoint of a served route stands: the document is of the description, and nobody calls this."""
    return Response(status_code=404)
