"""Connections to PostgreSQL that each belong to one trust for their life, lent and kept within one bound.

A pool of the driver's own per trust would cost two threads for each trust and could not bound what all of them take
together, so this one keeps the idle connections of every trust and closes the least recently used to open another's.
"""

from __future__ import annotations

import select
import threading
import time
from collections import Counter, OrderedDict
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.errors import QueryCanceled
from psycopg.pq import TransactionStatus

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

__all__ = [
    "ConnectionParameters",
    "ConnectionPool",
    "NoConnectionFree",
    "PoolClosed",
    "StatementTimedOut",
    "is_alive",
]

WAIT_SECONDS: Final = 10.0
# Many small questions come at once: one that took a second processor, or compiled itself, would take it from another.
# Different items and cases are found by hashing, which is slow once it does not fit.
# What is asked again is not planned again: planning takes as long as answering, and plans here do not hang on values.
# What an answer shows is estimated so high that beside it the planner takes any way to the rows for as cheap, also to
# take apart every document of a trust and keep them, of which fifty are shown.
_FOR_MANY_AT_ONCE: Final = (
    "-c max_parallel_workers_per_gather=0",
    "-c jit=off",
    "-c work_mem=32MB",
    "-c plan_cache_mode=force_generic_plan",
    "-c enable_material=off",
)


class NoConnectionFree(RuntimeError):
    """Every connection that may be open is lent, and none came back in time."""


class PoolClosed(RuntimeError):
    """The pool was closed and lends nothing any more."""


class StatementTimedOut(RuntimeError):
    """A statement took longer than statements of this pool may, and was ended."""


class ConnectionPool:
    """Lends connections by trust; `None` stands for no trust at all.

    `statement_timeout` is how many seconds a statement may take. None leaves it at what the address and the server say.
    """

    def __init__(self, url: str, *, per_trust: int, total: int, statement_timeout: float | None = None) -> None:
        self._parameters = ConnectionParameters(url, statement_timeout)
        self._per_trust = per_trust
        self._total = total
        self._changed = threading.Condition()
        # Both are guarded by the condition. The trusts stand in the order of their last use.
        self._idle: OrderedDict[UUID | None, list[psycopg.Connection]] = OrderedDict()
        self._lent: Counter[UUID | None] = Counter()
        self._closed = False

    @contextmanager
    def lent(self, trust_id: UUID | None) -> Iterator[psycopg.Connection]:
        """Lend a connection for a block; see `borrow`. Raises StatementTimedOut besides, where the pool has a limit."""
        connection = self.borrow(trust_id)
        try:
            yield connection
        except QueryCanceled as error:
            if self._parameters.statement_timeout is None:
                raise
            raise self._parameters.timed_out() from error
        finally:
            self.give_back(trust_id, connection)

    def borrow(self, trust_id: UUID | None) -> psycopg.Connection:
        """Lend a connection of the trust, in autocommit mode; it must come back by `give_back`.

        Raises:
            NoConnectionFree: none became free in time.
            PoolClosed: the pool was closed.
            psycopg.OperationalError: the server cannot be reached.

        """
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            connection, surplus = self._reserve(trust_id, deadline)
            if surplus is not None:
                surplus.close()
            if connection is not None and is_alive(connection):
                return connection
            if connection is not None:
                connection.close()
                self._release(trust_id)
                continue
            try:
                return self._connect(trust_id)
            except BaseException:
                self._release(trust_id)
                raise

    def give_back(self, trust_id: UUID | None, connection: psycopg.Connection) -> None:
        """Take a connection back, rolling back what its borrower left open."""
        usable = False
        try:
            if not connection.closed:
                if connection.info.transaction_status in (TransactionStatus.INTRANS, TransactionStatus.INERROR):
                    connection.rollback()
                if connection.info.transaction_status is TransactionStatus.IDLE:
                    connection.autocommit = True
                    usable = True
        except psycopg.Error:
            usable = False
        with self._changed:
            usable = usable and not self._closed
            if usable:
                self._idle.setdefault(trust_id, []).append(connection)
                self._idle.move_to_end(trust_id)
            self._forget_loan(trust_id)
        if not usable:
            connection.close()

    def close(self) -> None:
        """Close every idle connection now and every lent one when it comes back."""
        with self._changed:
            self._closed = True
            idle = [connection for connections in self._idle.values() for connection in connections]
            self._idle.clear()
            self._changed.notify_all()
        for connection in idle:
            connection.close()

    def _reserve(
        self, trust_id: UUID | None, deadline: float
    ) -> tuple[psycopg.Connection | None, psycopg.Connection | None]:
        """Count one loan; return an idle connection to lend, if there is one, and one to close to make room."""
        with self._changed:
            while True:
                if self._closed:
                    raise PoolClosed("The database was closed.")
                idle = self._idle.get(trust_id)
                if idle:
                    connection = idle.pop()
                    if not idle:
                        del self._idle[trust_id]
                    self._lent[trust_id] += 1
                    return connection, None
                if self._lent[trust_id] < self._per_trust:
                    open_now = self._lent.total() + sum(map(len, self._idle.values()))
                    if open_now < self._total:
                        self._lent[trust_id] += 1
                        return None, None
                    if self._idle:
                        surplus = self._pop_least_recently_used()
                        self._lent[trust_id] += 1
                        return None, surplus
                if not self._changed.wait(deadline - time.monotonic()):
                    raise NoConnectionFree(
                        f"No database connection became free within {WAIT_SECONDS:g} seconds "
                        f"({self._per_trust} for each trust, {self._total} in all)."
                    )

    def _pop_least_recently_used(self) -> psycopg.Connection:
        trust_id, connections = next(iter(self._idle.items()))
        connection = connections.pop(0)
        if not connections:
            del self._idle[trust_id]
        return connection

    def _release(self, trust_id: UUID | None) -> None:
        with self._changed:
            self._forget_loan(trust_id)

    def _forget_loan(self, trust_id: UUID | None) -> None:
        self._lent[trust_id] -= 1
        if not self._lent[trust_id]:
            del self._lent[trust_id]
        # All, since the next in the queue may wait for a connection of another trust.
        self._changed.notify_all()

    def _connect(self, trust_id: UUID | None) -> psycopg.Connection:
        return psycopg.connect(self._parameters.of(trust_id), autocommit=True)


class ConnectionParameters:
    """What connections are opened with: an address of libpq, the trust, and how long a statement may take."""

    def __init__(self, url: str, statement_timeout: float | None) -> None:
        self._given = conninfo_to_dict(url)
        self.statement_timeout = statement_timeout

    def of(self, trust_id: UUID | None) -> str:
        """Return the address for a connection of a trust, or of none."""
        parameters = dict(self._given)
        options = [str(parameters.pop("options", "") or ""), "-c TimeZone=UTC", *_FOR_MANY_AT_ONCE]
        if trust_id is not None:
            options.append(f"-c app.trust={trust_id}")
        if self.statement_timeout is not None:
            # When connecting, so that no statement needs one more before it; the last one given holds.
            options.append(f"-c statement_timeout={max(1, round(self.statement_timeout * 1000))}ms")
        parameters["options"] = " ".join(filter(None, options))
        parameters.setdefault("application_name", "caseledger")
        return make_conninfo("", **parameters)

    def timed_out(self) -> StatementTimedOut:
        """Return what to raise for a statement that took too long."""
        return StatementTimedOut(f"A statement took longer than {self.statement_timeout:g} seconds.")


def is_alive(connection: psycopg.Connection | psycopg.AsyncConnection) -> bool:
    """Return whether the server has not closed its end, as far as can be told without asking it."""
    # A server that went away has closed its end, which shows as something to read where nothing was asked. This costs
    # no round trip, as a query would.
    if connection.closed:
        return False
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return not poll.poll(0)
