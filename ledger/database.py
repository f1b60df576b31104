"""The databases as the application's role sees them: every connection is fixed to one trust when it connects.

Row-level security reads the trust from the connection's own setting `app.trust`. Nothing else in the program sets it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import NullPool, create_engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from ledger.connections import ConnectionPool

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg
    from sqlalchemy import Engine

__all__ = ["MOST_CONNECTIONS", "Database", "TrustDatabase"]

# Those that one pool has open for all trusts together, unless it is told otherwise.
MOST_CONNECTIONS = 64


class Database:
    """One database, reached by the application's role."""

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 8,
        max_trusts: int = 64,
        max_connections: int = MOST_CONNECTIONS,
        statement_timeout: float | None = None,
    ) -> None:
        """Connect to nothing yet.

        Args:
            url: a libpq address of the application's role.
            pool_size: the most connections lent for one trust at a time.
            max_trusts: the most trusts whose SQLAlchemy engine is kept.
            max_connections: the most connections open for all trusts together.
            statement_timeout: the seconds after which a statement is ended with StatementTimedOut; unset, the role's.

        """
        self._pool = ConnectionPool(
            url, per_trust=pool_size, total=max_connections, statement_timeout=statement_timeout
        )
        self._max_trusts = max_trusts
        self._lock = threading.Lock()
        self._trusts: OrderedDict[UUID, TrustDatabase] = OrderedDict()

    def trust(self, trust_id: UUID) -> TrustDatabase:
        """Return the database as this trust alone sees it."""
        if not isinstance(trust_id, UUID):
            raise TypeError("A trust is named by its UUID.")
        with self._lock:
            trust = self._trusts.get(trust_id)
            if trust is None:
                trust = self._trusts[trust_id] = TrustDatabase(trust_id, self._pool)
                if len(self._trusts) > self._max_trusts:
                    self._trusts.popitem(last=False)
            self._trusts.move_to_end(trust_id)
            return trust

    @contextmanager
    def unscoped(self) -> Iterator[psycopg.Connection]:
        """Lend a connection of no trust, which reads the tables that hold no tenant's data and no other."""
        with self._pool.lent(None) as connection:
            yield connection

    def close(self) -> None:
        """Close all connections; those that are lent close when they come back."""
        self._pool.close()


class TrustDatabase:
    """One database as one trust sees it; may be kept for as long as its `Database` is open."""

    def __init__(self, trust_id: UUID, pool: ConnectionPool) -> None:
        self.trust_id = trust_id
        self._pool = pool

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection]:
        """Lend a connection in autocommit mode: each statement is a transaction of its own."""
        with self._pool.lent(self.trust_id) as connection:
            yield connection

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Connection]:
        """Lend a connection inside a transaction: committed at the end, rolled back on any exception."""
        with self.connection() as connection, connection.transaction():
            yield connection

    @cached_property
    def engine(self) -> Engine:
        """SQLAlchemy's engine over the same connections."""

        def borrow() -> psycopg.Connection:
            connection = self._pool.borrow(self.trust_id)
            # SQLAlchemy begins transactions by the driver's own rule, not by a statement.
            connection.autocommit = False
            return connection

        engine = create_engine(
            "caseledger://", creator=borrow, poolclass=NullPool, hide_parameters=True, use_native_hstore=False
        )
        dialect = engine.dialect
        assert isinstance(dialect, _LentConnectionDialect)
        dialect.give_back = lambda connection: self._pool.give_back(self.trust_id, connection)
        return engine


class _LentConnectionDialect(PGDialect_psycopg):
    """PostgreSQL by psycopg, over connections that are lent: closing one gives it back."""

    supports_statement_cache = True
    give_back: Any

    def on_connect(self) -> None:
        # The inherited one adds a notice handler to the connection each time it is lent.
        return None

    def do_close(self, dbapi_connection: Any) -> None:
        self.give_back(dbapi_connection)


registry.register("caseledger", __name__, _LentConnectionDialect.__name__)
