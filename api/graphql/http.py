"""GraphQL over HTTP: which requests are taken, and in which media type, encoding and status they are answered.

Follows the GraphQL-over-HTTP draft for `application/graphql-response+json` (a request that was not executed is 400),
and its older rule for `application/json` (it is 200 when the request could be read at all). An answer with a tag may be
kept by its reader's own cache, to be asked about again each time; any other is kept nowhere.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response

from api.graphql.compression import accepts_gzip
from api.graphql.execution import Answer, MutationByGet
from api.graphql.faults import invalid
from api.graphql.parameters import JSON_TYPE, BadRequest
from api.graphql.serve import Reply, Wish
from api.rate_limits import RATE_LIMITED, RateLimited

__all__ = ["GraphQLEndpoint"]

RESPONSE_TYPE = "application/graphql-response+json"
# What an answer to one address depends on besides the address.
_VARY = "Authorization, Accept, Accept-Encoding"


Execute = Callable[[Request, Wish], Awaitable[Reply]]


class GraphQLEndpoint:
    """Serves `GET` and `POST` of one address; `execute` authenticates and answers."""

    def __init__(self, execute: Execute) -> None:
        self._execute = execute

    async def handle(self, request: Request) -> Response:
        """Answer one request."""
        media_type = _accepted(request.headers.get("accept"))
        if media_type is None:
            message = f"The answer can be {RESPONSE_TYPE} or {JSON_TYPE}; the Accept header allows neither."
            return _refuse(BadRequest(message, 406), JSON_TYPE)
        by_get = request.method != "POST"
        had = _tags(request.headers.getlist("if-none-match")) if by_get else frozenset()
        wish = Wish(media_type, by_get, accepts_gzip(request.headers.get("accept-encoding")), had)
        try:
            reply = await self._execute(request, wish)
        except BadRequest as error:
            return _refuse(error, media_type)
        except RateLimited as error:
            return _refuse(BadRequest(str(error), 429, code=RATE_LIMITED), media_type, error.headers)
        except MutationByGet:
            refusal = BadRequest("Send a mutation by POST; GET may only read.", 405)
            return _refuse(refusal, media_type, {"Allow": "POST"})
        return _answer(reply, wish)


def _answer(reply: Reply, wish: Wish) -> Response:
    headers = {"Vary": _VARY}
    if reply.tag is not None:
        headers["ETag"] = reply.tag
        if wish.by_get:
            headers["Cache-Control"] = "private, no-cache"
    if reply.unchanged:
        return Response(status_code=304, headers=headers)
    if reply.encoding is not None:
        headers["Content-Encoding"] = reply.encoding
    status = 400 if reply.refused and wish.media_type == RESPONSE_TYPE else 200
    if reply.unavailable:
        status, headers["Retry-After"] = 503, "5"
    return _response(reply.content, status, wish.media_type, headers)


def _refuse(error: BadRequest, media_type: str, headers: Mapping[str, str] | None = None) -> Response:
    answer = Answer(None, (invalid(error.message, code=error.code),), refused_before_execution=True)
    return _response(answer.encoded(), error.status, media_type, {"Vary": _VARY, **(headers or {})})


def _response(content: bytes, status: int, media_type: str, headers: Mapping[str, str]) -> Response:
    return Response(content, status, headers={**headers, "Content-Type": f"{media_type}; charset=utf-8"})


def _tags(headers: list[str]) -> frozenset[str]:
    """Return the tags that a client has. `*` is none: whether there is an answer is not known before it is made."""
    tags = (tag.strip() for header in headers for tag in header.split(","))
    # A proxy that compresses on its way marks a tag as weak, which makes no difference to this question.
    return frozenset(tag.removeprefix("W/") for tag in tags)


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
