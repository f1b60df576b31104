"""The keys of one issuer as they are now: fetched, kept for a while, fetched again, and given up when they are old."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from api.identity.discovery import NotFetched
from api.identity.signed_in import ProviderUnreachable
from api.identity.verifying import VerifyingKey

__all__ = ["FetchedKeys", "FixedKeys", "Keys"]

# How long nothing is fetched after an attempt, whatever comes in the meantime.
RETRY_SECONDS = 30

log = logging.getLogger("caseledger.identity")

Fetch = Callable[[], Awaitable[Mapping[str, VerifyingKey]]]


class Keys(Protocol):
    """The keys of one issuer."""

    def at_hand(self, kid: str) -> VerifyingKey | None:
        """Return a key that may be used at once; None: ask `get`."""

    async def get(self, kid: str) -> VerifyingKey | None:
        """Return a key; None: the issuer has none of that name. Raise `ProviderUnreachable`."""


class FixedKeys:
    """Keys that are known and stay."""

    def __init__(self, keys: Mapping[str, VerifyingKey]) -> None:
        self._keys = keys

    def at_hand(self, kid: str) -> VerifyingKey | None:
        """Return a key."""
        return self._keys.get(kid)

    async def get(self, kid: str) -> VerifyingKey | None:
        """Return a key."""
        return self._keys.get(kid)


class FetchedKeys:
    """Keys that an issuer publishes and changes, on one event loop.

    They are used for `fresh` seconds, then fetched anew before one is used again. A `kid` that is not among them has
    them fetched too. Whatever asks, there is one attempt at a time and one in `retry` seconds. While the issuer cannot
    be reached, those that are there are used until they are `usable` seconds old; then there are none. `clock` counts
    seconds and is never set back.
    """

    def __init__(
        self,
        name: str,
        fetch: Fetch,
        *,
        fresh: float,
        usable: float,
        retry: float = RETRY_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = name
        self._fetch = fetch
        self._fresh, self._usable, self._retry = fresh, max(fresh, usable), retry
        self._clock = clock
        self._keys: Mapping[str, VerifyingKey] = {}
        self._fetched_at: float | None = None
        self._tried_at: float | None = None
        self._attempt: asyncio.Task[None] | None = None

    def at_hand(self, kid: str) -> VerifyingKey | None:
        """Return a key that may be used at once; None: ask `get`."""
        now = self._clock()
        age = self._age(now)
        if age >= self._usable:
            return None
        if age >= self._fresh and (self._attempt is not None or self._may_try(now)):
            # Nobody goes by a key of which the issuer may say at this moment that it is none any more.
            return None
        return self._keys.get(kid)

    async def get(self, kid: str) -> VerifyingKey | None:
        """Return a key; None: the issuer has none of that name. Raise `ProviderUnreachable`."""
        key = self.at_hand(kid)
        if key is None:
            await self._try()
            key = self.at_hand(kid)
        if self._age(self._clock()) >= self._usable:
            raise ProviderUnreachable(self._name)
        return key

    def _age(self, now: float) -> float:
        return float("inf") if self._fetched_at is None else now - self._fetched_at

    def _may_try(self, now: float) -> bool:
        return self._tried_at is None or now - self._tried_at >= self._retry

    async def _try(self) -> None:
        """Take part in the attempt that is under way, or make one if it is time."""
        if self._attempt is None:
            now = self._clock()
            if not self._may_try(now):
                return
            self._tried_at = now
            # A task of its own: who asked first may go away, and the others wait for it all the same.
            self._attempt = asyncio.get_running_loop().create_task(self._renew(now))
        await asyncio.shield(self._attempt)

    async def _renew(self, now: float) -> None:
        try:
            self._keys = await self._fetch()
            self._fetched_at = now
            if not self._keys:
                log.warning("the issuer %s publishes no key that can be used", self._name)
        except NotFetched as error:
            log.warning("the keys of the issuer %s could not be fetched: %s", self._name, error)
        finally:
            self._attempt = None
