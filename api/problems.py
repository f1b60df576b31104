"""Errors of the HTTP interface as RFC 9457 problem documents: one shape, one list of codes, no submitted value.

`code` is the same word that GraphQL gives in `extensions.code`; `fields` and `clause` are there when a command was
refused.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Match
from starlette.types import Scope

from api.identity.acting import ROLE_HEADER, TRUST_HEADER, NoSuchTrust, RoleNeeded, TrustNeeded
from api.identity.signed_in import UNAUTHENTICATED, Unauthenticated
from api.rate_limits import RATE_LIMITED, RateLimited
from api.refusals import CommandRefused, told
from api.rest.bodies import NotJson
from api.rest.scim_errors import ScimError, is_of_scim, scim_answer
from domain.refusals import RefusalCode, Refused
from ledger.stored_tree import LedgerContradiction
from services.commands import Refusal

__all__ = ["MEDIA_TYPE", "PROBLEM_HANDLERS", "REFUSAL_STATUS", "problem", "title_of"]

log = logging.getLogger("caseledger.ledger")

MEDIA_TYPE = "application/problem+json"

# What a refusal of each kind is in HTTP. A code without a row is 422: understood, and refused by a rule.
REFUSAL_STATUS: Mapping[str, int] = {
    "NOT_FOUND": 404,
    "NOT_ALLOWED": 403,
    "CONFLICT_OF_INTEREST": 403,
    "VERSION_CONFLICT": 409,
    "COMMAND_ID_REUSED": 409,
    "ILLEGAL_STATE": 409,
    "ON_HOLD": 409,
    "INVALID_INPUT": 400,
    "QUERY_TOO_LARGE": 400,
    "PROJECTION_BEHIND": 503,
    "KEYS_UNAVAILABLE": 503,
}

_TITLES = {
    400: "The request is not valid",
    401: "Not authenticated",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    408: "The request did not come in time",
    409: "In conflict with what is recorded",
    413: "The request is too large",
    414: "The address is too long",
    415: "The content type is not supported",
    421: "The request is for another server",
    422: "Refused by a rule",
    429: "Too many requests",
    431: "The headers are too large",
    500: "Unexpected error",
    503: "Not available at the moment",
}


def title_of(status: int) -> str:
    """Return what a problem of this status is called."""
    return _TITLES.get(status, "Error")


def problem(
    status: int,
    detail: str,
    *,
    code: str | None = None,
    clause: str | None = None,
    fields: Sequence[str] = (),
    policies: Sequence[str] = (),
    headers: Mapping[str, str] | None = None,
    more: Mapping[str, Any] | None = None,
) -> Response:
    """Return a problem document. `detail` must be a sentence of ours that holds nothing of the request.

    `more` are further members, by name.
    `policies` are the limits of `RateLimit-Policy` that were exceeded.
    """
    content: dict[str, Any] = {
        "type": "about:blank",
        "title": title_of(status),
        "status": status,
        "detail": detail,
    }
    if code is not None:
        content["type"] = f"urn:caseledger:problem:{code.lower().replace('_', '-')}"
        content["code"] = code
    if clause is not None:
        content["clause"] = clause
    if fields:
        content["fields"] = list(fields)
    if policies:
        content["violated-policies"] = list(policies)
    content |= more or {}
    return JSONResponse(content, status_code=status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def refusal_problem(refused: Refused | Refusal) -> Response:
    """Return what a refused command or question is in HTTP."""
    status = REFUSAL_STATUS.get(refused.code.value, 422)
    message, fields = told(refused.message, refused.fields)
    return problem(status, message, code=refused.code.value, clause=refused.clause, fields=fields)


async def _unauthenticated(_request: Request, _error: Exception) -> Response:
    return unauthenticated_problem()


def unauthenticated_problem() -> Response:
    """Return the one answer to a missing, foreign, expired or forged token."""
    return problem(401, UNAUTHENTICATED, headers={"WWW-Authenticate": 'Bearer realm="caseledger"'})


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return refusal_problem(error)


async def _command_refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, CommandRefused)
    return refusal_problem(error.refusal)


async def _rate_limited(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RateLimited)
    return problem(429, str(error), code=RATE_LIMITED, policies=error.policies, headers=error.headers)


async def _not_valid(_request: Request, error: Exception) -> Response:
    """Answer input that its model does not take, by the names of members; what was sent is not repeated."""
    assert isinstance(error, RequestValidationError)
    fields = [".".join(str(part) for part in found["loc"][1:]) for found in error.errors()]
    detail = "The input does not fit what this address takes."
    # A name that the model does not know is one that the client made up.
    known = [field for field, found in zip(fields, error.errors(), strict=True) if found["type"] != "extra_forbidden"]
    return problem(400, detail, code=RefusalCode.INVALID_INPUT.value, fields=known)


def is_taken(routes: Sequence[BaseRoute], scope: Scope) -> bool:
    """Return whether some route takes the method of a request at its address."""
    return any(route.matches(scope)[0] is Match.FULL for route in routes)


def _methods_here(request: Request) -> str:
    """Return the methods that the address takes, over all its routes, as `Allow` lists them."""
    methods: set[str] = set()
    for route in request.app.routes:
        if route.matches(request.scope)[0] is not Match.NONE:
            methods |= getattr(route, "methods", None) or set()
    return ", ".join(sorted(methods))


async def _http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = {404: "There is nothing at this address.", 405: "This address does not take that method."}
    code = RefusalCode.NOT_FOUND.value if error.status_code == 404 else None
    headers = dict(error.headers or {})
    if error.status_code == 405:
        # The framework names those of one route alone.
        headers = {"Allow": _methods_here(request)}
    sentence = detail.get(error.status_code, "The request could not be read.")
    if is_of_scim(request.scope["path"]):
        return scim_answer(ScimError(error.status_code, None, sentence), headers)
    return problem(error.status_code, sentence, code=code, headers=headers)


async def _not_json(_request: Request, error: Exception) -> Response:
    return problem(415, str(error))


async def _contradicted(_request: Request, error: Exception) -> Response:
    """Answer what cannot be given because the ledger is not what was signed; where, is for the operator."""
    log.error("%s", error)
    detail = "What is stored contradicts what was signed of it. Nothing is given out before that has been looked into."
    return problem(500, detail, code="LEDGER_CONTRADICTED")


async def _no_such_trust(_request: Request, _error: Exception) -> Response:
    return problem(404, "There is no such trust.", code=RefusalCode.NOT_FOUND.value)


async def _trust_needed(_request: Request, error: Exception) -> Response:
    assert isinstance(error, TrustNeeded)
    detail = f"You serve several trusts: say by {TRUST_HEADER} for which one you ask."
    return problem(
        400, detail, code=RefusalCode.INVALID_INPUT.value, more={"trusts": [str(one) for one in error.trusts]}
    )


async def _role_needed(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RoleNeeded)
    detail = f"Say by {ROLE_HEADER} in which of your roles you act."
    return problem(403, detail, code=RefusalCode.NOT_ALLOWED.value, more={"roles": list(error.roles)})


PROBLEM_HANDLERS: dict[type[Exception], Any] = {
    Unauthenticated: _unauthenticated,
    Refused: _refused,
    CommandRefused: _command_refused,
    RateLimited: _rate_limited,
    RequestValidationError: _not_valid,
    HTTPException: _http_exception,
    NotJson: _not_json,
    LedgerContradiction: _contradicted,
    NoSuchTrust: _no_such_trust,
    TrustNeeded: _trust_needed,
    RoleNeeded: _role_needed,
}
