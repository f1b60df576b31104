"""What a request of GraphQL over HTTP asks for, read from a body or from an address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request

from api.strict_json import JSON_TYPE, MOST_LEVELS, JsonMalformed, JsonTooDeep, is_json_type, is_storable, parse_json

__all__ = ["JSON_TYPE", "BadRequest", "GraphQLRequest", "read_parameters"]

_DOCUMENT_ID = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """The parameters of one request: either the text of a document or the SHA-256, in hexadecimal, of a known one."""

    query: str | None = field(repr=False)
    document: str | None
    operation_name: str | None
    variables: Mapping[str, Any] = field(repr=False)


class BadRequest(Exception):
    """The request is not one of GraphQL over HTTP; the sentence names the member and the rule."""

    def __init__(self, message: str, status: int = 400, *, code: str = "INVALID_INPUT") -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code


async def read_parameters(request: Request) -> GraphQLRequest:
    """Return what the request asks for. Raise `BadRequest`."""
    try:
        return _parameters(await _from_body(request) if request.method == "POST" else _from_address(request))
    except RecursionError:
        raise BadRequest("The variables are nested too deeply.") from None


async def _from_body(request: Request) -> Any:
    if not is_json_type(request.headers.get("content-type", "")):
        raise BadRequest(f"The content type has to be {JSON_TYPE}, in UTF-8.", 415)
    return _parse(await request.body(), "The body")


def _from_address(request: Request) -> Any:
    given: dict[str, Any] = dict(request.query_params)
    for name in ("variables", "extensions"):
        if name in given:
            given[name] = _parse(given[name].encode(), f"The parameter {name}") if given[name] else None
    return given


def _parse(text: bytes, what: str) -> Any:
    try:
        return parse_json(text)
    except JsonTooDeep:
        raise BadRequest(f"{what} is nested too deeply; at most {MOST_LEVELS} levels are taken.") from None
    except JsonMalformed:
        raise BadRequest(f"{what} is not JSON in UTF-8, or has a member twice.") from None


def _parameters(given: Any) -> GraphQLRequest:
    if not isinstance(given, dict):
        raise BadRequest("The body has to be one JSON object; several requests in one are not taken.")
    query, document, name = given.get("query"), given.get("documentId"), given.get("operationName")
    variables, extensions = given.get("variables"), given.get("extensions")
    if query is not None and document is not None:
        raise BadRequest("Give either the member query or the member documentId, not both.")
    if document is not None and not (isinstance(document, str) and _DOCUMENT_ID.fullmatch(document)):
        raise BadRequest("The member documentId has to be sha256: and 64 hexadecimal digits in small letters.")
    if document is None and (not isinstance(query, str) or not query.strip()):
        raise BadRequest("The member query has to be the text of a document.")
    if name is not None and not isinstance(name, str):
        raise BadRequest("The member operationName has to be a string or null.")
    if variables is not None and not isinstance(variables, dict):
        raise BadRequest("The member variables has to be an object or null.")
    if extensions is not None and not isinstance(extensions, dict):
        raise BadRequest("The member extensions has to be an object or null.")
    if not is_storable([query, variables, name]):
        raise BadRequest("A text holds a NUL character or half of a surrogate pair, which cannot be stored.")
    return GraphQLRequest(query, document and document.partition(":")[2], name or None, variables or {})
