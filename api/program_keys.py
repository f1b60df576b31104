"""Which program asks: the key in a request's `Authorization` header, looked up with every request.

Nothing that was found is kept, so that a key that was revoked is nobody's from that instant. Whatever is wrong with a
key, the answer is the same, in the same words as for a token.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from starlette.requests import Request

from api.authentication import Unauthenticated
from ledger.loop_connections import LoopConnections
from services import clock
from services.api_key_text import PREFIX, parse_key
from services.api_keys import FIND_KEY, STAMP_USE, KeyIdentity, judge_key

__all__ = ["ProgramKeys", "is_key"]

log = logging.getLogger("caseledger.identity")


def is_key(authorization: str) -> bool:
    """Whether an `Authorization` header holds a key, or means to, rather than a token."""
    scheme, _, credential = authorization.partition(" ")
    return scheme.lower() == "bearer" and credential.startswith(PREFIX)


class ProgramKeys:
    """The keys of every trust, on one event loop; `connections` are lent from and not closed."""

    def __init__(self, connections: LoopConnections, *, now: Callable[[], datetime] = clock.now) -> None:
        self._connections = connections
        self._now = now

    async def __call__(self, request: Request) -> KeyIdentity:
        """Return the program that a request is from. Raise `Unauthenticated`."""
        return await self.identify(request.headers.getlist("authorization"))

    async def identify(self, authorization: Sequence[str]) -> KeyIdentity:
        """Return the program that sends these `Authorization` headers, of which there must be one.

        Raise `Unauthenticated`, alike whatever is wrong.
        """
        now = self._now()
        found = await self._found(authorization, now)
        if found is None:
            log.info("an API key was refused")
            raise Unauthenticated
        if found.is_stamp_due:
            log.info("the API key %s was used", found.key_id)
            await self._connections.rows(found.trust_id, STAMP_USE, (found.trust_id, found.key_id, now))
        return found

    async def _found(self, authorization: Sequence[str], now: datetime) -> KeyIdentity | None:
        if len(authorization) != 1 or not is_key(authorization[0]):
            return None
        given = parse_key(authorization[0].partition(" ")[2])
        if given is None:
            return None
        return judge_key(given, await self._connections.rows(None, FIND_KEY, (given.key_id,)), now)
