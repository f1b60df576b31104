"""GraphQL over HTTP: which requests are taken, and in which media type and status they are answered.

Follows the GraphQL-over-HTTP draft for `application/graphql-response+json` (a request that was not executed is 400),
and its older rule for `application/json` (it is 200 when the request could be read at all).
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.graphql.execution import Answer, MutationByGet
from api.graphql.faults import invalid

__all__ = ["GraphQLEndpoint", "GraphQLRequest"]

RESPONSE_TYPE = "application/graphql-response+json"
JSON_TYPE = "application/json"


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """The parameters of one request."""

    query: str
    operation_name: str | None
    variables: Mapping[str, Any]


class BadRequest(Exception):
    """The request is not one of GraphQL over HTTP; the sentence names the member and the rule."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


Execute = Callable[[Request, GraphQLRequest, bool], Awaitable[Answer]]


class GraphQLEndpoint:
    """Serves `GET` and `POST` of one address; `execute` authenticates and answers."""

    def __init__(self, execute: Execute) -> None:
        self._execute = execute

    async def handle(self, request: Request) -> Response:
        """Answer one request."""
        media_type = _accepted(request.headers.get("accept"))
        if media_type is None:
            message = f"The answer can be {RESPONSE_TYPE} or {JSON_TYPE}; the Accept header allows neither."
            return _answer(_refused(message), 406, JSON_TYPE)
        try:
            parameters = await _from_body(request) if request.method == "POST" else _from_query(request)
            answer = await self._execute(request, parameters, request.method == "POST")
        except BadRequest as error:
            return _answer(_refused(error.message), error.status, media_type)
        except MutationByGet:
            return _answer(_refused("Send a mutation by POST; GET may only read."), 405, media_type, {"Allow": "POST"})
        status = 400 if answer.refused_before_execution and media_type == RESPONSE_TYPE else 200
        return _answer(answer, status, media_type)


def _answer(answer: Answer, status: int, media_type: str, headers: Mapping[str, str] | None = None) -> Response:
    content_type = f"{media_type}; charset=utf-8"
    return JSONResponse(
        answer.as_json(), status, headers={**(headers or {}), "Content-Type": content_type, "Vary": "Accept"}
    )


def _refused(message: str) -> Answer:
    return Answer(None, (invalid(message),), refused_before_execution=True)


def _accepted(header: str | None) -> str | None:
    """Return the media type of the answer: that of the greater weight, `application/json` where nothing decides."""
    if header is None or not header.strip():
        return JSON_TYPE
    weights = {JSON_TYPE: 0.0, RESPONSE_TYPE: 0.0}
    for part in header.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    weight = float(parameter[2:])
                except ValueError:
                    weight = 0.0
        if name in weights:
            # What is named outright wins over a wildcard of the same weight.
            weights[name] = max(weights[name], weight + 0.001 if weight > 0 else 0.0)
        elif name in ("*/*", "application/*"):
            weights[JSON_TYPE] = max(weights[JSON_TYPE], weight)
    if weights[RESPONSE_TYPE] > 0 and weights[RESPONSE_TYPE] >= weights[JSON_TYPE]:
        return RESPONSE_TYPE
    return JSON_TYPE if weights[JSON_TYPE] > 0 else None


async def _from_body(request: Request) -> GraphQLRequest:
    # Only a type that a page of another origin cannot send without asking first: no form, no plain text.
    name, *parameters = (piece.strip().lower() for piece in request.headers.get("content-type", "").split(";"))
    charsets = [piece[8:].strip('"') for piece in parameters if piece.startswith("charset=")]
    if name != JSON_TYPE or any(charset not in ("utf-8", "utf8") for charset in charsets):
        raise BadRequest(f"The content type has to be {JSON_TYPE}, in UTF-8.", 415)
    return _parameters(_parse(await request.body(), "The body"))


def _from_query(request: Request) -> GraphQLRequest:
    given: dict[str, Any] = dict(request.query_params)
    for name in ("variables", "extensions"):
        if name in given:
            given[name] = _parse(given[name].encode(), f"The parameter {name}") if given[name] else None
    return _parameters(given)


def _parse(text: bytes, what: str) -> Any:
    try:
        return json.loads(text.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise BadRequest(f"{what} is not JSON in UTF-8, or has a member twice.") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _no_constant(_name: str) -> Any:
    raise ValueError


def _parameters(given: Any) -> GraphQLRequest:
    if not isinstance(given, dict):
        raise BadRequest("The body has to be one JSON object; several requests in one are not taken.")
    query, name = given.get("query"), given.get("operationName")
    variables, extensions = given.get("variables"), given.get("extensions")
    if not isinstance(query, str) or not query.strip():
        raise BadRequest("The member query has to be the text of a document.")
    if name is not None and not isinstance(name, str):
        raise BadRequest("The member operationName has to be a string or null.")
    if variables is not None and not isinstance(variables, dict):
        raise BadRequest("The member variables has to be an object or null.")
    if extensions is not None and not isinstance(extensions, dict):
        raise BadRequest("The member extensions has to be an object or null.")
    if not _storable(query) or not _storable(variables or {}):
        raise BadRequest("A text holds a NUL character or half of a surrogate pair, which cannot be stored.")
    return GraphQLRequest(query, name or None, variables or {})


def _storable(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" not in value and not any("\ud800" <= character <= "\udfff" for character in value)
    if isinstance(value, dict):
        return all(_storable(key) and _storable(member) for key, member in value.items())
    if isinstance(value, list):
        return all(_storable(member) for member in value)
    return True
