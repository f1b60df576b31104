"""What a request may look like whatever it asks for; anything else is refused before a route or a token is looked at.

Two readings of one request are how it slips past a proxy: a parameter or header that stands twice, a body where none
belongs, a name of a host that is not ours. Each refusal is a problem that repeats nothing of the request.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem

__all__ = ["MOST_ADDRESS_BYTES", "MOST_HEADERS", "MOST_HEADER_BYTES", "CrossOrigin", "RequestShape"]

MOST_ADDRESS_BYTES = 16 * 1024
MOST_HEADERS = 100
MOST_HEADER_BYTES = 32 * 1024
_MOST_PARAMETERS = 100

_READING = frozenset({"GET", "HEAD"})
_WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})
# Headers of which a second one would be another request to whoever reads the last instead of the first.
_SINGLE = frozenset(
    {b"content-type", b"content-length", b"content-encoding", b"host", b"origin", b"transfer-encoding", b"if-match"}
)
# A page of ours, or somebody who typed the address. A program that is no browser says nothing.
_OWN_PAGES = frozenset({b"same-origin", b"none"})
# So that a load balancer, which knows no name of ours, can ask.
_HEALTH = "/health/"


class _Refusal(NamedTuple):
    status: int
    detail: str
    code: str = "INVALID_INPUT"


class RequestShape:
    """Refuses requests that are too large, ambiguous, encoded, or meant for another host; `hosts` empty: any host.

    `is_taken` says whether an address takes a method: what it does not is answered so, whatever was sent with it.
    """

    def __init__(self, app: ASGIApp, *, hosts: Sequence[str], is_taken: Callable[[Scope], bool]) -> None:
        self._app = app
        self._is_taken = is_taken
        self._hosts = frozenset(host for host in hosts if not host.startswith("*."))
        self._domains = tuple(host[1:] for host in hosts if host.startswith("*."))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request or pass it on."""
        if scope["type"] == "http":
            refusal = self._refusal(scope)
            if refusal is not None:
                # What is left of such a request is not worth reading.
                answer = problem(refusal.status, refusal.detail, code=refusal.code, headers={"Connection": "close"})
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> _Refusal | None:
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        if len(scope.get("raw_path", b"")) + len(scope["query_string"]) > MOST_ADDRESS_BYTES:
            return _Refusal(414, f"An address has at most {MOST_ADDRESS_BYTES} bytes.")
        if len(headers) > MOST_HEADERS or sum(len(name) + len(value) for name, value in headers) > MOST_HEADER_BYTES:
            return _Refusal(
                431, f"A request has at most {MOST_HEADERS} headers, of {MOST_HEADER_BYTES} bytes together."
            )
        found: dict[bytes, bytes] = {}
        for name, value in headers:
            if name in found and name in _SINGLE:
                return _Refusal(400, f"The header {name.decode()} stands more than once.")
            found[name] = value
        return (
            self._wrong_host(found.get(b"host"), scope["path"])
            or self._wrong_body(found, scope)
            or _wrong_parameters(scope["query_string"])
        )

    def _wrong_body(self, headers: dict[bytes, bytes], scope: Scope) -> _Refusal | None:
        if headers.get(b"content-encoding", b"identity").strip().lower() != b"identity":
            return _Refusal(415, "A body has to be sent as it is, without a content encoding.")
        if b"transfer-encoding" in headers and b"content-length" in headers:
            return _Refusal(400, "A request has a Content-Length or a Transfer-Encoding, not both.")
        has_body = b"transfer-encoding" in headers or headers.get(b"content-length", b"0").strip() != b"0"
        if has_body and scope["method"] in _WITHOUT_BODY and self._is_taken(scope):
            return _Refusal(400, "A request by this method has no body.")
        return None

    def _wrong_host(self, host: bytes | None, path: str) -> _Refusal | None:
        if not (self._hosts or self._domains) or path.startswith(_HEALTH):
            return None
        name = (host or b"").decode("latin-1").lower()
        if not name.endswith("]"):
            head, colon, port = name.rpartition(":")
            name = head if colon and port.isdigit() else name
        if name in self._hosts or name.endswith(self._domains or ("\0",)):
            return None
        return _Refusal(421, "This server does not answer under that name.", "NOT_FOUND")


def _wrong_parameters(query: bytes) -> _Refusal | None:
    if not query:
        return None
    try:
        pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        return _Refusal(400, f"An address has at most {_MOST_PARAMETERS} parameters.")
    if len({name for name, _ in pairs}) < len(pairs):
        return _Refusal(400, "A parameter stands more than once.")
    return None


class CrossOrigin:
    """Lets pages of other origins read answers only where `origins` names them, and change nothing otherwise.

    A browser says where a request comes from (`Sec-Fetch-Site`, `Origin`), which no page can forge. Nothing here is
    needed against other programs: a token stands in a header that no page can send to another origin unasked.
    """

    def __init__(self, app: ASGIApp, *, origins: Sequence[str]) -> None:
        self._app = app
        self._origins = frozenset(origin.encode() for origin in origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request, answer it if it is a preflight, or pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._origins:
            send = _varying(send)
        headers = dict(scope["headers"])
        origin = headers.get(b"origin")
        if origin is not None and origin in self._origins:
            await self._shared(scope, receive, send, origin, headers)
        elif headers.get(b"sec-fetch-site", b"none") not in _OWN_PAGES and scope["method"] not in _READING:
            answer = problem(403, "A page of another origin may change nothing here.", code="NOT_ALLOWED")
            await answer(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _shared(
        self, scope: Scope, receive: Receive, send: Send, origin: bytes, headers: dict[bytes, bytes]
    ) -> None:
        allowed = [(b"access-control-allow-origin", origin)]
        if scope["method"] == "OPTIONS" and b"access-control-request-method" in headers:
            await send({"type": "http.response.start", "status": 204, "headers": [*allowed, *_PREFLIGHT]})
            await send({"type": "http.response.body", "body": b""})
            return

        async def readable(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *allowed, _EXPOSED]
            await send(message)

        await self._app(scope, receive, readable)


def _varying(send: Send) -> Send:
    """Say of every answer that another origin could get another one, so that no cache gives it on."""

    async def marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], (b"vary", b"Origin")]
        await send(message)

    return marked


# No credentials: a browser must not add any of its own, for tokens stand in a header that the page sets itself.
_PREFLIGHT = (
    (b"access-control-allow-methods", b"GET, POST"),
    (
        b"access-control-allow-headers",
        b"authorization, content-type, if-none-match, caseledger-role, caseledger-trust",
    ),
    (b"access-control-max-age", b"600"),
)
_EXPOSED = (
    b"access-control-expose-headers",
    b"content-disposition, etag, ratelimit, ratelimit-policy, retry-after",
)
