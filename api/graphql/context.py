"""One request of one caller: who it is, the services of the trust, and the threads in which reads and commands run.

A statement that is known beforehand is awaited on the event loop; whatever else reads goes to a worker thread. Reads
and commands have slots and connections of their own, so that commands that wait for one another leave room for queries.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, ParamSpec, TypeVar

import anyio

from api.bootstrap import Runtime
from api.even_answers import end_of_step
from domain.access import Visibility
from ledger.loop_connections import LoopConnections
from projections.wait import wait_until
from services.commands import Services
from services.scope import Caller

__all__ = ["Context", "WorkerSlots"]

P = ParamSpec("P")
T = TypeVar("T")


class WorkerSlots:
    """How many reads and how many commands of this process may be in worker threads at once."""

    def __init__(self, pool_size: int) -> None:
        # Half of a trust's connections are left to projections and imports.
        self.reads = anyio.CapacityLimiter(max(2, pool_size))
        self.waits = anyio.CapacityLimiter(32)
        self.commands = anyio.CapacityLimiter(max(1, pool_size // 2))


@dataclass
class Context:
    """One request of one caller."""

    runtime: Runtime
    caller: Caller
    slots: WorkerSlots
    connections: LoopConnections

    @cached_property
    def services(self) -> Services:
        """The services of the caller's trust for questions; too long a statement raises StatementTimedOut."""
        return self.runtime.reading(self.caller.trust_id)

    @cached_property
    def commands(self) -> Services:
        """The services of the caller's trust for commands and for reading back what they recorded."""
        return self.runtime.services(self.caller.trust_id)

    @cached_property
    def visibility(self) -> Visibility:
        """What the caller may see, as of now."""
        return self.caller.visibility

    async def rows(self, statement: bytes, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Return the rows of one statement of a question, read on the event loop itself."""
        return await self.connections.rows(self.caller.trust_id, statement, parameters)

    async def read(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a read in a worker thread."""
        return await anyio.to_thread.run_sync(partial(function, *args, **kwargs), limiter=self.slots.reads)

    async def wait_for(self, position: int | None) -> None:
        """Wait until the figures include a position. Raise `ProjectionBehind` after two seconds."""
        if position is not None:
            # In slots of its own: who waits must not keep others from reading.
            await anyio.to_thread.run_sync(wait_until, self.services.ledger.trust, position, limiter=self.slots.waits)

    async def even_out(self, begun: float) -> None:
        """Wait before it is said that there is nothing, which was looked for from that instant on (monotonic)."""
        await end_of_step(begun, self.runtime.settings.even_answers_milliseconds)

    async def write(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a command in a worker thread; it is carried through even if the client goes away."""
        return await anyio.to_thread.run_sync(partial(function, *args, **kwargs), limiter=self.slots.commands)
