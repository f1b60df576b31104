"""How much a client may ask for in a while: requests, points of query cost, and tokens that are not accepted.

A client is a person or a program of one trust, and is known once its token is; whoever sends tokens that are not
accepted is known by the address alone. What is left stands in `RateLimit-Policy` and `RateLimit` of every answer to a
client (draft-ietf-httpapi-ratelimit-headers). Each process counts for itself; a window begins with a first request.
"""

from __future__ import annotations

import hashlib
import math
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence

from limits import RateLimitItemPerSecond
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.client_address import ClientAddresses
from api.settings import Settings
from services.scope import Caller

__all__ = ["RATE_LIMITED", "RateLimitHeaders", "RateLimited", "RateLimits"]

RATE_LIMITED = "RATE_LIMITED"
# How many clients, and how many addresses, are counted at once; the oldest windows are given up for new ones.
_MOST_CLIENTS = 100_000
_MOST_ADDRESSES = 10_000
# How many tokens that were accepted are remembered, by a keyed hash, for addresses from which others are not.
_MOST_ACCEPTED = 10_000
_STANDING = "caseledger.standing"

Clock = Callable[[], float]


class RateLimited(Exception):
    """The client has used up what it may ask for in this window."""

    def __init__(self, policies: Sequence[str], retry_after: int) -> None:
        super().__init__("Too much was asked for in too short a time; ask again when the window is over.")
        self.policies = tuple(policies)
        self.retry_after = retry_after

    @property
    def headers(self) -> dict[str, str]:
        """When to ask again, in whole seconds."""
        return {"Retry-After": str(self.retry_after)}


class Windows(Storage):
    """Counts by key in windows of time; holds `most` of them, whatever is sent, and forgets those that are over."""

    STORAGE_SCHEME = None

    def __init__(self, clock: Clock, most: int) -> None:
        super().__init__()
        self._clock = clock
        self._most = most
        self._lock = threading.Lock()
        # In the order in which they began. All windows of one store are of one length, so that they end in it too.
        self._counts: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._counts)

    @property
    def base_exceptions(self) -> type[Exception]:
        """What may go wrong with the store itself: nothing."""
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Add to a count and return it; the first addition begins a window of `expiry` seconds."""
        now = self._clock()
        with self._lock:
            found = self._counts.get(key)
            if found is not None and found[0] <= now:
                del self._counts[key]
                found = None
            if found is None:
                self._make_room(now)
                found = (now + expiry, 0)
            counted = found[1] + amount
            self._counts[key] = (found[0], counted)
            return counted

    def get(self, key: str) -> int:
        """Return what was counted in the window that is open, 0 where none is."""
        return self.standing(key)[0]

    def get_expiry(self, key: str) -> float:
        """Return when the window ends that is open, by the clock; now where none is."""
        return self._clock() + self.standing(key)[1]

    def standing(self, key: str) -> tuple[int, float]:
        """Return what was counted in the window that is open and how many seconds it goes on; (0, 0) where none is."""
        with self._lock:
            found = self._counts.get(key)
        if found is None:
            return 0, 0.0
        seconds = found[0] - self._clock()
        return (found[1], seconds) if seconds > 0 else (0, 0.0)

    def check(self) -> bool:
        """Whether the store can be reached."""
        return True

    def reset(self) -> int:
        """Forget everything; return how many counts there were."""
        with self._lock:
            forgotten = len(self._counts)
            self._counts.clear()
        return forgotten

    def clear(self, key: str) -> None:
        """Forget one count."""
        with self._lock:
            self._counts.pop(key, None)

    def _make_room(self, now: float) -> None:
        while self._counts:
            oldest = next(iter(self._counts))
            if self._counts[oldest][0] > now and len(self._counts) < self._most:
                return
            del self._counts[oldest]


class _Policy:
    """So many units in so many seconds for each key; `name` is how answers call it."""

    def __init__(self, name: str, amount: int, seconds: int, windows: Windows) -> None:
        self.name = name
        self.told = f'"{name}";q={amount};w={seconds}'
        self.windows = windows
        # The name keeps the counts of one client apart within one store.
        self._item = RateLimitItemPerSecond(amount, seconds, namespace=name)
        self._strategy = FixedWindowRateLimiter(windows)

    def take(self, key: str, units: int) -> bool:
        """Take units; whether there were so many."""
        return self._strategy.hit(self._item, key, cost=units)

    def left(self, key: str) -> tuple[int, int]:
        """Return the units that are left of the window, and the whole seconds until the next."""
        counted, seconds = self.windows.standing(self._item.key_for(key))
        return max(0, self._item.amount - counted), math.ceil(seconds) or self._item.get_expiry()


class RateLimits:
    """What each client and each address may ask for; a limit of 0 is none.

    An authentication calls `admit` before it looks at a token, then either `fail` or `count`; whoever works out what a
    question costs calls `charge`. Each may raise `RateLimited`.
    """

    def __init__(self, settings: Settings, clock: Clock = time.time) -> None:
        seconds = settings.rate_limit_seconds
        self._addresses = ClientAddresses(settings.trusted_proxies, settings.forwarded_header)
        clients, strangers = Windows(clock, 2 * _MOST_CLIENTS), Windows(clock, _MOST_ADDRESSES)

        def policy(name: str, amount: int, windows: Windows) -> _Policy | None:
            return _Policy(name, amount, seconds, windows) if amount else None

        self._requests = policy("requests", settings.rate_limit_requests, clients)
        self._cost = policy("cost", settings.rate_limit_cost, clients)
        self._failures = policy("failed-authentications", settings.rate_limit_failures, strangers)
        self._secret = secrets.token_bytes(16)
        self._accepted: OrderedDict[bytes, None] = OrderedDict()

    def admit(self, request: Request) -> None:
        """Let nobody try another token from an address that has sent too many wrong ones.

        A token that was accepted before is none to be tried: many people of a school share one address, and one of them
        must not be able to shut the others out.
        """
        if self._failures is None or not len(self._failures.windows):
            return
        address = self._addresses.of(request.scope)
        left, seconds = self._failures.left(address)
        if left > 0 or self._digest(request) in self._accepted:
            return
        self._note(request.scope, address, self._failures)
        raise RateLimited((self._failures.name,), seconds)

    def fail(self, request: Request) -> None:
        """Count a token that was not accepted."""
        self._accepted.pop(self._digest(request), None)
        if self._failures is not None:
            address = self._addresses.of(request.scope)
            self._failures.take(address, 1)
            self._note(request.scope, address, self._failures)

    def count(self, request: Request, caller: Caller) -> None:
        """Count a request of a caller. Raise `RateLimited` when it is one too many."""
        digest = self._digest(request)
        if digest not in self._accepted:
            self._accepted[digest] = None
            while len(self._accepted) > _MOST_ACCEPTED:
                self._accepted.popitem(last=False)
        key = client_key(caller)
        self._note(request.scope, key, self._requests, self._cost)
        if self._requests is not None:
            self._take(self._requests, key, 1)

    def charge(self, caller: Caller, points: int) -> None:
        """Take points of query cost from a caller; one that has too few loses those. Raise `RateLimited` then."""
        if self._cost is not None and points:
            self._take(self._cost, client_key(caller), points)

    def _take(self, policy: _Policy, key: str, units: int) -> None:
        if not policy.take(key, units):
            raise RateLimited((policy.name,), policy.left(key)[1])

    def _note(self, scope: Scope, key: str, *policies: _Policy | None) -> None:
        scope[_STANDING] = (key, [policy for policy in policies if policy is not None])

    def _digest(self, request: Request) -> bytes:
        tokens = "\n".join(request.headers.getlist("authorization")).encode()
        return hashlib.blake2b(tokens, key=self._secret, digest_size=16).digest()


def client_key(caller: Caller) -> str:
    """Return what a caller is counted under: the program by its client, a person whatever program they use."""
    program = caller.client if caller.scopes is not None else None
    return f"{caller.trust_id}/{program or caller.person_id}"


class RateLimitHeaders:
    """Tells every client what it may ask for, and what is left of it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""

        async def with_standing(message: Message) -> None:
            if message["type"] == "http.response.start" and scope.get(_STANDING):
                message["headers"] = [*message["headers"], *_headers(*scope[_STANDING])]
            await send(message)

        await self._app(scope, receive, with_standing if scope["type"] == "http" else send)


def _headers(key: str, policies: Sequence[_Policy]) -> list[tuple[bytes, bytes]]:
    if not policies:
        return []
    standing = [(policy.name, *policy.left(key)) for policy in policies]
    told = ", ".join(f'"{name}";r={left};t={seconds}' for name, left, seconds in standing)
    return [
        (b"ratelimit-policy", ", ".join(policy.told for policy in policies).encode()),
        (b"ratelimit", told.encode()),
    ]
