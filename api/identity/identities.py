"""Who a request is from: the header looked at, the token decoded, and what was found genuine remembered for a while."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from ssl import TLSVersion
from typing import TYPE_CHECKING

from api.identity.discovery import Discovery
from api.identity.issuers import read_issuers
from api.identity.keys import FetchedKeys
from api.identity.signed_in import SignedIn, Unauthenticated
from api.identity.tokens import AcceptedIssuer, Decoded, decode
from api.settings import Settings, is_loopback

if TYPE_CHECKING:
    import httpx

    from api.identity.development import DevelopmentTokens

__all__ = ["Identities", "load_identities"]

_REMEMBERED_TOKENS = 1_000

log = logging.getLogger("caseledger.identity")


class Identities:
    """The issuers whose tokens are accepted, on one event loop. `development` None: none that claim a role.

    `client` is what their keys are fetched with, to be closed in the end. `now` is Unix time.
    """

    def __init__(
        self,
        development: DevelopmentTokens | None,
        issuers: Iterable[AcceptedIssuer] = (),
        *,
        client: httpx.AsyncClient | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        accepted = [*issuers, *([] if development is None else [development.accepted()])]
        self._accepted = {issuer.rules.issuer: issuer for issuer in accepted}
        self._client = client
        self._now = now
        # A token comes with many requests. What was genuine once is so until it ends, or its key does.
        self._genuine: dict[str, Decoded] = {}

    async def identify(self, authorization: Sequence[str]) -> SignedIn:
        """Return who sends these `Authorization` headers, of which there must be one.

        Raise `Unauthenticated`, alike whatever is wrong, or `ProviderUnreachable` where the keys cannot be had.
        """
        scheme, _, token = authorization[0].partition(" ") if len(authorization) == 1 else ("", "", "")
        if scheme.lower() != "bearer":
            log.info("nobody signed in: there is no bearer token, or more than one")
            raise Unauthenticated
        decoded = self._genuine.get(token)
        if decoded is None or not decoded.holds(self._now()):
            self._genuine.pop(token, None)
            decoded = await decode(token, self._accepted, self._now)
            self._remember(token, decoded)
            found = decoded.signed_in
            # Neither the person nor the token: who read or did what stands in the two ledgers.
            methods = " ".join(sorted(found.methods)) or "methods unknown"
            log.info("a bearer token was accepted: of the issuer %s, by %s", found.issuer, methods)
        return decoded.signed_in

    def _remember(self, token: str, decoded: Decoded) -> None:
        if len(self._genuine) >= _REMEMBERED_TOKENS:
            # The one that was found genuine the longest ago.
            del self._genuine[next(iter(self._genuine))]
        self._genuine[token] = decoded

    async def close(self) -> None:
        """Close the connections to the issuers."""
        if self._client is not None:
            await self._client.aclose()


def load_identities(settings: Settings, development: DevelopmentTokens | None) -> Identities:
    """Return the identities of a server. Raise `SettingsError` naming what is wrong in the file of issuers."""
    loopback = is_loopback(settings.host)
    rules = read_issuers(settings.issuers, loopback=loopback)
    if not rules:
        return Identities(development)
    # Loaded only where there is somebody to ask, for it takes a while.
    import httpx

    # Without TLS there is only this machine, to which no proxy leads.
    tls = httpx.create_ssl_context()
    tls.minimum_version = TLSVersion.TLSv1_2
    plain = {"http://": httpx.AsyncHTTPTransport()}
    client = httpx.AsyncClient(mounts=plain, timeout=httpx.Timeout(5.0), verify=tls)
    issuers = [
        AcceptedIssuer(
            rule,
            FetchedKeys(
                rule.name,
                Discovery(rule.issuer, client, loopback=loopback),
                fresh=settings.issuer_keys_seconds,
                usable=settings.issuer_keys_usable_seconds,
            ),
        )
        for rule in rules
    ]
    return Identities(development, issuers, client=client)
