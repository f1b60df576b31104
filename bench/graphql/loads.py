"""The load: so many connections that each send the next request once the answer to the last one is there.

It runs in a process of its own, so that neither the benchmark nor a server shares its interpreter, and speaks the
little HTTP/1.1 that keeps a connection open and counts the bytes of an answer.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from multiprocessing.connection import Connection
from time import perf_counter
from typing import cast

import uvloop

_PATIENCE = 120.0
# It never has a body, whatever its head says.
_UNCHANGED = b"HTTP/1.1 304"


@dataclass(frozen=True, slots=True)
class Load:
    """What is sent where: the messages in turn, by so many connections, for so many seconds."""

    port: int
    messages: Sequence[bytes]
    connections: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back: seconds for each answer, how long all took, and the size of the last answer."""

    times: Sequence[float]
    elapsed: float
    size: int


class Unanswered(RuntimeError):
    """A server answered with a fault, or not at all."""


def generate(pipe: Connection) -> None:
    """Carry out the loads that come through the pipe, until it is closed."""
    gc.disable()
    while True:
        try:
            load = pipe.recv()
        except EOFError:
            return
        try:
            answer: Answered | str = uvloop.run(_carry_out(load))
        except (Unanswered, OSError, TimeoutError) as error:
            answer = f"{type(error).__name__}: {error}"
        pipe.send(answer)
        gc.collect()


async def _carry_out(load: Load) -> Answered:
    loop = asyncio.get_running_loop()
    begun = perf_counter()
    turn = count()
    clients: list[_Client] = []
    for _ in range(load.connections):
        _, client = await loop.create_connection(
            lambda: _Client(load.messages, turn, begun + load.seconds, loop.create_future()), "127.0.0.1", load.port
        )
        clients.append(client)
    async with asyncio.timeout(load.seconds + _PATIENCE):
        await asyncio.gather(*(client.finished for client in clients))
    elapsed = perf_counter() - begun
    return Answered([time for client in clients for time in client.times], elapsed, clients[0].size)


def message(path: str, body: bytes | None, headers: Mapping[str, str]) -> bytes:
    """A request as it goes over the wire; without a body it is a GET."""
    given = {"Host": "127.0.0.1", "Accept": "application/json"}
    if body is not None:
        given |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in {**given, **headers}.items())
    return f"{'GET' if body is None else 'POST'} {path} HTTP/1.1\r\n{head}\r\n".encode() + (body or b"")


class _Client(asyncio.Protocol):
    """One connection: it sends, counts what comes, and sends again until the time is over."""

    def __init__(self, messages: Sequence[bytes], turn: count[int], end: float, finished: asyncio.Future[None]) -> None:
        self.times: list[float] = []
        self.size = 0
        self.finished = finished
        self._messages = messages
        self._turn = turn
        self._end = end
        self._head = b""
        self._missing = 0
        self._begun = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        # uvloop's is one in all but its bases.
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        """Count what has come; at the end of an answer send the next request."""
        if self._missing == 0:
            self._head += data
            head, found, rest = self._head.partition(b"\r\n\r\n")
            if not found:
                return
            self._head = b""
            self.size = 0 if head.startswith(_UNCHANGED) else _length(head)
            if not head.startswith((b"HTTP/1.1 200", _UNCHANGED)):
                self._give_up(f"answered {head[:40]!r} {rest[:300]!r}")
                return
            self._missing = self.size - len(rest)
        else:
            self._missing -= len(data)
        if self._missing == 0:
            now = perf_counter()
            self.times.append(now - self._begun)
            if now < self._end:
                self._send()
            else:
                self._finish()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell of a connection that the server closed."""
        self._give_up(f"closed the connection: {exc}")

    def _send(self) -> None:
        assert self._transport is not None
        self._begun = perf_counter()
        self._transport.write(self._messages[next(self._turn) % len(self._messages)])

    def _finish(self) -> None:
        if not self.finished.done():
            self.finished.set_result(None)
        assert self._transport is not None
        self._transport.close()

    def _give_up(self, why: str) -> None:
        if not self.finished.done():
            self.finished.set_exception(Unanswered(why))
            assert self._transport is not None
            self._transport.close()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise Unanswered("an answer does not say how long it is")
