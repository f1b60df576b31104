"""What one operation of the REST interface is: where it stands, what it takes, and every way in which it is answered.

The description is the route: `Operation.route(endpoint)` gives what the application serves, and `api/rest/contract.py`
writes the OpenAPI document from the same object. A new operation is a constant beside its endpoint, is named in
`OPERATIONS` there, and has a row in `tests/api/test_routes.py`; tests fail for what is missing.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.problems import MEDIA_TYPE, title_of
from domain.refusals import Refused
from ledger.canonical import INTEGER_LIMIT

__all__ = [
    "WHOLE_NUMBER",
    "Endpoint",
    "NotANumber",
    "Operation",
    "Problem",
    "number_asked",
    "number_parameter",
    "path_uuid",
    "query_parameter",
    "uuid_of_path",
    "whole_number",
]

_NUMBER = re.compile(r"[1-9][0-9]{0,15}")
# What `whole_number` takes, as the contract says it.
WHOLE_NUMBER: Mapping[str, Any] = {"type": "integer", "minimum": 1, "maximum": INTEGER_LIMIT}

Endpoint = Callable[[Request], Awaitable[Response]]

# What surrounds every route may answer to whatever request: a shape that is not taken, a host, a limit, a fault.
_OF_EVERY_REQUEST = frozenset({400, 414, 415, 421, 431, 500, 503})
_OF_EVERY_CALLER = frozenset({401, 429})
_OF_EVERY_BODY = frozenset({403, 408, 413})
_CHALLENGE = {"WWW-Authenticate": {"$ref": "#/components/headers/WWW-Authenticate"}}
_RETRY = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}
_STANDING = {name: {"$ref": f"#/components/headers/{name}"} for name in ("RateLimit-Policy", "RateLimit")}


class Problem(BaseModel):
    """An error (RFC 9457). `code` is the same word that GraphQL gives in `extensions.code`."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    type: str = Field(description="`urn:caseledger:problem:` and the code in small letters, or `about:blank`.")
    title: str
    status: int = Field(ge=400, le=599)
    detail: str = Field(description="A sentence that repeats nothing of the request.")
    code: str = Field(default="", pattern="^[A-Z_]+$")
    clause: str = Field(default="", description="The clause of the school's policy that refuses.")
    fields: list[str] = Field(default=[], description="The inputs at fault.")
    violated_policies: list[str] = Field(
        default=[], alias="violated-policies", description="The limits of `RateLimit-Policy` that were exceeded."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one address.

    `name` is the operationId; `answers` are the models of successful answers and of other answers that are no problems,
    by status, and `others` the media types of other forms of the first; `content` is what a successful one holds where
    that is no JSON, as OpenAPI has it; `problems` are the statuses of problems of its own, beside those that any
    request may have; `body` is the request body as OpenAPI has it; `is_public`: no token is needed, and nothing is
    counted.
    """

    method: str
    path: str
    name: str
    summary: str
    description: str
    answers: Mapping[int, type[BaseModel]]
    problems: frozenset[int] = frozenset()
    parameters: tuple[Mapping[str, Any], ...] = ()
    body: Mapping[str, Any] | None = None
    content: Mapping[str, Any] | None = None
    headers: Mapping[str, Any] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    is_public: bool = False

    @property
    def problem_statuses(self) -> frozenset[int]:
        """Every status at which it is answered by a problem."""
        statuses = self.problems | _OF_EVERY_REQUEST
        if not self.is_public:
            statuses |= _OF_EVERY_CALLER
        if self.method not in ("GET", "HEAD"):
            statuses |= _OF_EVERY_BODY
        return statuses - self.answers.keys()

    def route(self, endpoint: Endpoint) -> APIRoute:
        """Return the route that answers by `endpoint`; a GET answers HEAD too."""
        route = self.described(endpoint)
        if self.method == "GET":
            route.methods = {"GET", "HEAD"}
        return route

    def described(self, endpoint: Endpoint) -> APIRoute:
        """Return a route of this method alone, as OpenAPI describes it."""
        standing = {} if self.is_public else _STANDING
        responses: dict[int | str, dict[str, Any]] = {
            status: {"model": model, "description": model.__doc__ or "", "headers": {**standing, **self.headers}}
            for status, model in self.answers.items()
        }
        if self.others:
            binary = {"schema": {"type": "string", "format": "binary"}}
            responses[min(self.answers)]["content"] = dict.fromkeys(self.others, binary)
        for status in self.problem_statuses:
            headers = standing | (_CHALLENGE if status == 401 else {}) | (_RETRY if status in (429, 503) else {})
            content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
            responses[status] = {"description": title_of(status), "content": content, "headers": headers}
        extra: dict[str, Any] = {"security": [] if self.is_public else [{"bearer": []}]}
        if self.parameters:
            extra["parameters"] = [dict(parameter) for parameter in self.parameters]
        if self.body is not None:
            extra["requestBody"] = dict(self.body)
        status = min(self.answers)
        if self.content is not None:
            del responses[status]["model"]
            responses[status]["content"] = dict(self.content)
        return APIRoute(
            self.path,
            endpoint,
            methods=[self.method],
            name=self.name,
            operation_id=self.name,
            summary=self.summary,
            description=self.description,
            status_code=status,
            response_model=self.answers[status] if self.content is None else None,
            response_class=JSONResponse if self.content is None else Response,
            response_description=self.answers[status].__doc__ or "",
            responses=dict(sorted(responses.items(), key=lambda pair: str(pair[0]))),
            openapi_extra=extra,
        )


def path_uuid(name: str, description: str) -> Mapping[str, Any]:
    """Return the parameter of an address that is an id."""
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": description,
        "schema": {"type": "string", "format": "uuid"},
    }


def uuid_of_path(request: Request, name: str, refusal: Exception) -> UUID:
    """Return the id that an address names. Raise `refusal` for what is no id, or one that is written otherwise."""
    text = str(request.path_params[name])
    try:
        found = UUID(text)
    except ValueError:
        raise refusal from None
    if str(found) != text:
        raise refusal
    return found


def query_parameter(name: str, description: str, *, required: bool, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a parameter that stands behind the question mark of an address."""
    return {"name": name, "in": "query", "required": required, "description": description, "schema": schema}


def number_parameter(name: str, description: str, *, required: bool = False) -> Mapping[str, Any]:
    """Return such a parameter that is a whole number as `whole_number` reads it."""
    return query_parameter(name, description, required=required, schema=WHOLE_NUMBER)


class NotANumber(Refused):
    """A whole number from 1 is wanted here."""


def number_asked(request: Request, name: str) -> int | None:
    """Return the number that an address gives, None if none. Raises NotANumber."""
    text = request.query_params.get(name)
    return None if text is None else whole_number(text, NotANumber(name))


def whole_number(text: str, refusal: Exception) -> int:
    """Return the number from 1 to 2^53 that a text is. Raise `refusal` for any other text."""
    if _NUMBER.fullmatch(text) is None or int(text) > INTEGER_LIMIT:
        raise refusal
    return int(text)
