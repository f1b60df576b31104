"""What surrounds every request: the last resort for errors, security headers, the access log, the limits of a body.

Plain ASGI, outermost first. None of it writes a query string, a body or an exception's message anywhere: an exception
of the database or of a validator carries the submitted values.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
import traceback
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.availability import passing_fault
from api.problems import PROBLEM_HANDLERS, problem

__all__ = ["AccessLog", "BodyLimit", "LastResort", "SecurityHeaders", "Shortcut", "answer_fault", "log_fault"]

# Seconds that a body may take, and how many bytes of it earn a second more.
PATIENCE = 10.0
SLOWEST = 10_000

# Marks a request whose fault is in the log already.
_LOGGED = "caseledger.logged"

access_log = logging.getLogger("caseledger.access")
fault_log = logging.getLogger("caseledger.fault")

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_RAW_HEADERS = tuple((name.lower().encode(), value.encode()) for name, value in _HEADERS.items())


def log_fault(error: BaseException, where: str) -> None:
    """Log an unexpected error by its class and the lines of code it passed, and by nothing that it carries."""
    frames = [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    fault_log.error("%s in %s at %s", type(error).__qualname__, where, " < ".join(reversed(frames[-6:])))


class LastResort:
    """Answers 500 for whatever nothing else caught, and lets no exception reach the server's own log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:  # noqa: BLE001 - this is the last handler there is
            if _LOGGED not in scope:
                log_fault(error, f"{scope['method']} {_route(scope)}")
            if not started:
                await _fault(error)(scope, receive, send)


async def answer_fault(request: Request, error: Exception) -> Response:
    """Answer an unexpected error inside the application, which hands it on to `LastResort` all the same."""
    log_fault(error, f"{request.method} {_route(request.scope)}")
    request.scope[_LOGGED] = True
    return _fault(error)


def _fault(error: Exception) -> Response:
    passing = passing_fault(error)
    if passing is not None:
        return problem(503, passing[1], code=passing[0], headers={"Retry-After": "5"})
    return problem(500, "Something went wrong on our side; it has been logged.")


class AccessLog:
    """One line for each request: method, route, status and milliseconds; no query string and no address of a person."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        status = 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            milliseconds = (time.perf_counter() - begun) * 1000
            access_log.info("%s %s %d %.1f ms", scope["method"], _route(scope), status, milliseconds)


class Shortcut:
    """Answers requests to one address, by some methods, without the router and what the framework has around it.

    Those answer a question about one case in less time than the router takes. Errors are answered as they are there.
    """

    def __init__(
        self, app: ASGIApp, path: str, methods: frozenset[str], handle: Callable[[Request], Awaitable[Response]]
    ) -> None:
        self._app = app
        self._path = path
        self._methods = methods
        self._handle = handle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or pass it on."""
        if scope["type"] != "http" or scope["path"] != self._path or scope["method"] not in self._methods:
            await self._app(scope, receive, send)
            return
        # As the router does, for the access log.
        scope["endpoint"] = self._handle
        request = Request(scope, receive)
        try:
            response = await self._handle(request)
        except Exception as error:  # noqa: BLE001 - whatever it is, its handler says what it is answered
            response = await answer_error(request, error)
        await response(scope, receive, send)


async def answer_error(request: Request, error: Exception) -> Response:
    """Answer an error of a request by the handler of its class, or as unexpected."""
    for kind in type(error).__mro__:
        if kind in PROBLEM_HANDLERS:
            response: Response = await PROBLEM_HANDLERS[kind](request, error)
            return response
    return await answer_fault(request, error)


class SecurityHeaders:
    """Adds the headers that keep answers out of caches, frames and other origins; a page may bring its own policy."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(pair for pair in _RAW_HEADERS if pair[0] not in there)]
            await send(message)

        await self._app(scope, receive, with_headers)


class BodyLimit:
    """Refuses a body that is longer than its path allows, whether it says so in advance or not, and one that drips.

    A body may take `PATIENCE` seconds, and a second more for every `SLOWEST` bytes that have come.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        limit: int,
        by_path: Mapping[str, int],
        by_pattern: Mapping[re.Pattern[str], int] | None = None,
    ) -> None:
        """`by_path` are the limits of single addresses, `by_pattern` of those that match an expression as a whole."""
        self._app = app
        self._limit = limit
        self._by_path = by_path
        self._by_pattern = by_pattern or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit_of(scope["path"])
        declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if not declared.isdigit() or int(declared) > limit:
            await _too_large(limit)(scope, receive, send)
            return
        received = 0
        started = False

        begun = asyncio.get_running_loop().time()
        complete = False
        refusal: ASGIApp | None = None

        async def counted() -> Message:
            nonlocal received, complete, refusal
            if complete:
                # Whoever goes on listening waits for the client to go away.
                return await receive()
            try:
                async with asyncio.timeout_at(begun + PATIENCE + received / SLOWEST):
                    message = await receive()
            except TimeoutError:
                refusal = _too_slow()
                raise _BodyRefused from None
            received += len(message.get("body", b""))
            if received > limit:
                refusal = _too_large(limit)
                raise _BodyRefused
            complete = not message.get("more_body", False)
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            if refusal is not None and not started:
                # Somebody inside takes the exception for a fault of ours; the answer is given below.
                return
            started = True
            await send(message)

        with suppress(_BodyRefused):
            await self._app(scope, counted, watched)
        if refusal is not None and not started:
            await refusal(scope, receive, send)

    def _limit_of(self, path: str) -> int:
        found = (most for pattern, most in self._by_pattern.items() if pattern.fullmatch(path))
        return self._by_path.get(path) or next(found, self._limit)


class _BodyRefused(Exception):
    """More bytes came than the path allows, or too few in the time that there was."""


def _too_slow() -> ASGIApp:
    return problem(408, "The body did not come in time.", code="INVALID_INPUT", headers={"Connection": "close"})


def _too_large(limit: int) -> ASGIApp:
    return problem(413, f"A body sent here has at most {limit} bytes.", code="QUERY_TOO_LARGE")


def _route(scope: Scope) -> str:
    """Return the pattern of the route, such as `/v1/cases/{case_id}/bundle`; never what was sent in its place."""
    if "endpoint" not in scope:
        return "unknown address"
    path: str = scope["path"]
    for name, value in scope.get("path_params", {}).items():
        path = path.replace(str(value), f"{{{name}}}")
    return path
