"""Fetching an issuer's keys: its discovery document, then the set of keys that this names; nothing else is followed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from api.identity.claims import Malformed, read_object
from api.identity.verifying import VerifyingKey, read_keys
from api.settings import is_loopback

if TYPE_CHECKING:
    import httpx

__all__ = ["Discovery", "NotFetched", "is_address"]

FETCH_SECONDS = 5.0
MOST_BYTES = 256 * 1024
_DISCOVERY = "/.well-known/openid-configuration"


class NotFetched(Exception):
    """The keys could not be fetched. The sentence says why, in words that hold nothing of what came."""


def is_address(text: object, *, loopback: bool) -> bool:
    """Return whether `text` is an address that keys may come from: over TLS, or of this machine where `loopback`."""
    if not isinstance(text, str) or not (text.isascii() and text.isprintable()) or len(text) > 2048:
        return False
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or parts.password is not None or parts.fragment or " " in text:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and loopback and is_loopback(host))


class Discovery:
    """Fetches the keys of one issuer by OpenID Connect Discovery 1.0, section 4.

    Each fetch has `seconds` for both documents, of at most 256 KiB each. `loopback` allows addresses of this machine
    without TLS, for development and tests.
    """

    def __init__(
        self, issuer: str, client: httpx.AsyncClient, *, loopback: bool = False, seconds: float = FETCH_SECONDS
    ) -> None:
        self._issuer = issuer
        self._client = client
        self._loopback = loopback
        self._seconds = seconds

    async def __call__(self) -> dict[str, VerifyingKey]:
        """Return the keys by `kid`. Raise `NotFetched`."""
        try:
            async with asyncio.timeout(self._seconds):
                document = await self._document(self._issuer.rstrip("/") + _DISCOVERY, "the discovery document")
                if document.get("issuer") != self._issuer:
                    raise NotFetched("the discovery document is another issuer's")
                address = document.get("jwks_uri")
                if not isinstance(address, str) or not is_address(address, loopback=self._loopback):
                    raise NotFetched("the address of the keys is not on https")
                published = await self._document(address, "the set of keys")
        except TimeoutError:
            raise NotFetched("it took too long") from None
        if not isinstance(published.get("keys"), list):
            raise NotFetched("the set of keys has no list of them")
        # None that can be used is an answer too: an issuer that takes all its keys away has a reason.
        return read_keys(published["keys"], issuer=self._issuer)

    async def _document(self, address: str, what: str) -> dict[str, Any]:
        import httpx

        # Unpacked, a small answer could be a very large one.
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        try:
            async with self._client.stream("GET", address, headers=headers, follow_redirects=False) as response:
                if response.status_code != 200:
                    raise NotFetched(f"{what} was answered with status {response.status_code}")
                if "content-encoding" in response.headers:
                    raise NotFetched(f"{what} is compressed")
                content = bytearray()
                async for piece in response.aiter_raw():
                    content += piece
                    if len(content) > MOST_BYTES:
                        raise NotFetched(f"{what} is longer than {MOST_BYTES} bytes")
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise NotFetched(f"{what} could not be fetched: {type(error).__name__}") from None
        try:
            return read_object(bytes(content))
        except Malformed:
            raise NotFetched(f"{what} is not a JSON object") from None
