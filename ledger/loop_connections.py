"""Connections for reading on an event loop: each belongs to one trust for its life, and statements await no thread.

Handing a read to a thread and back costs more processor time than everything else about a small one.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from psycopg import AsyncConnection, AsyncRawCursor
from psycopg.errors import QueryCanceled
from psycopg.pq import TransactionStatus

from ledger.connections import (
    WAIT_SECONDS,
    ConnectionParameters,
    NoConnectionFree,
    PoolClosed,
    is_alive,
)

if TYPE_CHECKING:
    from uuid import UUID

__all__ = ["LoopConnections"]


class LoopConnections:
    """Runs single statements by trust, on one event loop; bounded as `ConnectionPool` is.

    Nothing here is for more than one thread.
    """

    def __init__(self, url: str, *, per_trust: int, total: int, statement_timeout: float | None = None) -> None:
        self._parameters = ConnectionParameters(url, statement_timeout)
        self._per_trust = per_trust
        self._total = total
        # The trusts stand in the order of their last use.
        self._idle: OrderedDict[UUID | None, list[AsyncConnection]] = OrderedDict()
        self._lent: Counter[UUID | None] = Counter()
        # Who waits for which trust, in turn.
        self._waiting: list[tuple[UUID | None, asyncio.Event]] = []
        self._closed = False

    async def rows(self, trust_id: UUID | None, statement: bytes, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Return the rows of a statement whose parameters are numbered, as a trust or as none (None).

        Raises:
            StatementTimedOut: the statement took longer than those of these connections may.
            NoConnectionFree: none became free in time.
            PoolClosed: the connections were closed.
            psycopg.OperationalError: the server cannot be reached, or went away.

        """
        connection = await self._borrow(trust_id)
        try:
            cursor = AsyncRawCursor(connection)
            await cursor.execute(statement, parameters, prepare=True)
            return await cursor.fetchall()
        except QueryCanceled as error:
            if self._parameters.statement_timeout is None:
                raise
            raise self._parameters.timed_out() from error
        finally:
            await self._give_back(trust_id, connection)

    async def close(self) -> None:
        """Close every idle connection now and every lent one when it comes back."""
        self._closed = True
        idle = [connection for connections in self._idle.values() for connection in connections]
        self._idle.clear()
        for _, came_back in self._waiting:
            came_back.set()
        for connection in idle:
            await connection.close()

    async def _borrow(self, trust_id: UUID | None) -> AsyncConnection:
        if self._closed:
            raise PoolClosed("The database was closed.")
        is_behind = any(waiting == trust_id for waiting, _ in self._waiting)
        connection = None if is_behind else await self._take(trust_id)
        return connection or await self._wait(trust_id, is_behind=is_behind)

    async def _wait(self, trust_id: UUID | None, *, is_behind: bool) -> AsyncConnection:
        """Lend a connection once one came back."""
        came_back = asyncio.Event()
        if not is_behind:
            # One may have come back while dead ones were closed.
            came_back.set()
        turn = (trust_id, came_back)
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                while True:
                    await came_back.wait()
                    came_back.clear()
                    if self._closed:
                        raise PoolClosed("The database was closed.")
                    connection = await self._take(trust_id)
                    if connection is not None:
                        return connection
        except TimeoutError:
            raise NoConnectionFree(
                f"No database connection became free within {WAIT_SECONDS:g} seconds "
                f"({self._per_trust} for each trust, {self._total} in all)."
            ) from None
        finally:
            self._waiting.remove(turn)

    async def _take(self, trust_id: UUID | None) -> AsyncConnection | None:
        """Lend a connection if one may be lent now; None when all that the trust, or everybody, may have are lent."""
        while idle := self._idle.get(trust_id):
            connection = idle.pop()
            if not idle:
                del self._idle[trust_id]
            if is_alive(connection):
                self._lent[trust_id] += 1
                return connection
            await connection.close()
        surplus = None
        if self._lent[trust_id] >= self._per_trust:
            return None
        if self._open >= self._total:
            if not self._idle:
                return None
            surplus = self._pop_least_recently_used()
        self._lent[trust_id] += 1
        try:
            if surplus is not None:
                await surplus.close()
            return await AsyncConnection.connect(self._parameters.of(trust_id), autocommit=True)
        except BaseException:
            self._forget_loan(trust_id)
            raise

    @property
    def _open(self) -> int:
        return self._lent.total() + sum(map(len, self._idle.values()))

    async def _give_back(self, trust_id: UUID | None, connection: AsyncConnection) -> None:
        if not self._closed and not connection.closed and connection.info.transaction_status is TransactionStatus.IDLE:
            self._idle.setdefault(trust_id, []).append(connection)
            self._idle.move_to_end(trust_id)
            self._forget_loan(trust_id)
        else:
            # Also one whose statement was given up half-way.
            self._forget_loan(trust_id)
            await connection.close()

    def _forget_loan(self, trust_id: UUID | None) -> None:
        self._lent[trust_id] -= 1
        if not self._lent[trust_id]:
            del self._lent[trust_id]
        # All, since the first may wait for a connection of another trust.
        for _, came_back in self._waiting:
            came_back.set()

    def _pop_least_recently_used(self) -> AsyncConnection:
        trust_id, connections = next(iter(self._idle.items()))
        connection = connections.pop(0)
        if not connections:
            del self._idle[trust_id]
        return connection
