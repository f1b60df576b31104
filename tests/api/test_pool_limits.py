"""Every connection that a request can lead to ends statements, waits for locks and idle transactions by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager

import anyio
import psycopg
import pytest
from psycopg.errors import LockNotAvailable, QueryCanceled

from api.bootstrap import Runtime
from api.settings import DEMONSTRATION_TRUST
from ledger.connections import StatementTimedOut
from tests.support.postgres import DatabaseUrls

LIMITS = "SELECT current_setting('{}'), current_setting('{}'), current_setting('{}')".format(
    "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"
)
OF_COMMANDS = ("30s", "2s", "30s")
OF_QUESTIONS = ("5s", "2s", "30s")

Lend = Callable[[Runtime], AbstractContextManager[psycopg.Connection]]

POOLS: dict[str, tuple[Lend, Iterable[str]]] = {
    "questions": (lambda runtime: runtime.reading(DEMONSTRATION_TRUST).ledger.trust.connection(), OF_QUESTIONS),
    "questions of no trust": (lambda runtime: runtime.reading_database.unscoped(), OF_QUESTIONS),
    "commands": (lambda runtime: runtime.services(DEMONSTRATION_TRUST).ledger.trust.connection(), OF_COMMANDS),
    "imports and projections": (lambda runtime: runtime.database.trust(DEMONSTRATION_TRUST).connection(), OF_COMMANDS),
    "readiness": (lambda runtime: runtime.database.unscoped(), OF_COMMANDS),
    "keys": (lambda runtime: runtime.keys_database.trust(DEMONSTRATION_TRUST).connection(), OF_COMMANDS),
}


@pytest.mark.parametrize("pool", POOLS)
def test_a_pool_has_its_limits(runtime: Runtime, pool: str) -> None:
    lend, expected = POOLS[pool]
    with lend(runtime) as connection:
        assert connection.execute(LIMITS.encode()).fetchone() == expected


def test_connections_on_the_event_loop_have_those_of_questions(runtime: Runtime) -> None:
    async def limits() -> list[tuple[object, ...]]:
        connections = runtime.loop_connections()
        try:
            return await connections.rows(DEMONSTRATION_TRUST, LIMITS.encode(), ())
        finally:
            await connections.close()

    assert anyio.run(limits) == [OF_QUESTIONS]


@pytest.mark.parametrize("pool", POOLS)
def test_a_statement_of_a_pool_is_ended_when_its_time_is_over(runtime: Runtime, pool: str) -> None:
    lend, _ = POOLS[pool]
    # The same limit, made short for one transaction, as nobody waits half a minute for a test.
    slow = "SET LOCAL statement_timeout = '20ms'; SELECT pg_sleep(10)"
    with pytest.raises((StatementTimedOut, QueryCanceled)), lend(runtime) as connection:
        connection.execute(slow.encode())


def test_a_command_waits_for_a_lock_for_two_seconds_at_most(runtime: Runtime, database_urls: DatabaseUrls) -> None:
    commands = runtime.services(DEMONSTRATION_TRUST).ledger.trust
    with psycopg.connect(database_urls.admin_main) as holder:
        holder.execute("LOCK TABLE ledger_head IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(LockNotAvailable), commands.connection() as connection:
            connection.execute("SELECT 1 FROM ledger_head FOR UPDATE")
        holder.rollback()
