"""Connections on an event loop: fixed to their trust, bounded, lent in turn, and closed with the loop they are of."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import psycopg
import pytest

from ledger import loop_connections
from ledger.connections import NoConnectionFree, PoolClosed, StatementTimedOut
from ledger.loop_connections import LoopConnections
from tests.support.postgres import DatabaseUrls

SESSION = b"SELECT pg_backend_pid(), current_setting('app.trust'), current_setting('TimeZone'), user::text"
SLEEP = b"SELECT pg_backend_pid(), pg_sleep($1::float8)::text"
Block = Callable[[LoopConnections], Awaitable[None]]


def on_a_loop(urls: DatabaseUrls, block: Block, statement_timeout: float | None = 5) -> None:
    """Run a block with two connections for each trust and three for all, and close them."""

    async def run() -> None:
        lent = LoopConnections(urls.main, per_trust=2, total=3, statement_timeout=statement_timeout)
        try:
            await block(lent)
        finally:
            await lent.close()

    asyncio.run(run())


async def session(lent: LoopConnections, trust_id: UUID) -> int:
    [(number, *_)] = await lent.rows(trust_id, SESSION, [])
    assert isinstance(number, int)
    return number


def test_a_connection_is_fixed_to_its_trust_and_lent_to_it_again(database_urls: DatabaseUrls) -> None:
    one, other = uuid4(), uuid4()

    async def block(lent: LoopConnections) -> None:
        [(first, *seen)] = await lent.rows(one, SESSION, [])
        assert seen == [str(one), "UTC", "caseledger_app"]
        assert await session(lent, other) != first
        assert await session(lent, one) == first

    on_a_loop(database_urls, block)


def test_statements_that_wait_for_one_another_run_at_once_within_the_bound(
    database_urls: DatabaseUrls, trust_id: UUID
) -> None:
    async def block(lent: LoopConnections) -> None:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        found = await asyncio.gather(*(lent.rows(trust_id, SLEEP, [0.2]) for _ in range(4)))
        assert len({rows[0][0] for rows in found}) == 2
        assert 0.4 <= loop.time() - begun < 0.8

    on_a_loop(database_urls, block)


def test_whoever_waited_first_is_served_first(database_urls: DatabaseUrls, trust_id: UUID) -> None:
    served: list[int] = []

    async def block(lent: LoopConnections) -> None:
        async def ask(number: int) -> None:
            await lent.rows(trust_id, SLEEP, [0.02])
            served.append(number)

        await asyncio.gather(*(ask(number) for number in range(10)))

    on_a_loop(database_urls, block)
    # Two at a time may change places with each other.
    assert [number // 2 for number in served] == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]


def test_the_least_recently_used_trust_makes_room(database_urls: DatabaseUrls) -> None:
    first, second, third = uuid4(), uuid4(), uuid4()

    async def block(lent: LoopConnections) -> None:
        await asyncio.gather(session(lent, first), session(lent, first))
        kept = await session(lent, second)
        await session(lent, third)
        assert await session(lent, second) == kept
        # Three are open: one of the first trust had to go.
        with psycopg.connect(database_urls.admin_main) as admin:
            row = admin.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'caseledger'"
                " AND datname = current_database()"
            ).fetchone()
        assert row is not None
        assert row[0] <= 3

    on_a_loop(database_urls, block)


def test_one_that_does_not_come_back_in_time_is_told(
    database_urls: DatabaseUrls, trust_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop_connections, "WAIT_SECONDS", 0.1)

    async def block(lent: LoopConnections) -> None:
        holding = [asyncio.ensure_future(lent.rows(trust_id, SLEEP, [0.5])) for _ in range(2)]
        await asyncio.sleep(0.05)
        with pytest.raises(NoConnectionFree):
            await session(lent, trust_id)
        # Another trust has room.
        await session(lent, uuid4())
        await asyncio.gather(*holding)
        await session(lent, trust_id)

    on_a_loop(database_urls, block)


def test_a_statement_beyond_the_limit_is_ended_and_the_connection_kept(
    database_urls: DatabaseUrls, trust_id: UUID
) -> None:
    async def block(lent: LoopConnections) -> None:
        before = await session(lent, trust_id)
        with pytest.raises(StatementTimedOut):
            await lent.rows(trust_id, SLEEP, [5.0])
        assert await session(lent, trust_id) == before

    on_a_loop(database_urls, block, statement_timeout=0.1)


def test_a_statement_that_fails_leaves_the_connection_usable(database_urls: DatabaseUrls, trust_id: UUID) -> None:
    async def block(lent: LoopConnections) -> None:
        before = await session(lent, trust_id)
        with pytest.raises(psycopg.errors.DivisionByZero):
            await lent.rows(trust_id, b"SELECT 1 / $1::int", [0])
        assert await session(lent, trust_id) == before

    on_a_loop(database_urls, block)


def test_a_connection_lost_while_idle_is_replaced_unnoticed(database_urls: DatabaseUrls, trust_id: UUID) -> None:
    async def block(lent: LoopConnections) -> None:
        lost = await session(lent, trust_id)
        with psycopg.connect(database_urls.admin_main, autocommit=True) as admin:
            admin.execute("SELECT pg_terminate_backend(%s, 2000)", (lost,))
        assert await session(lent, trust_id) != lost

    on_a_loop(database_urls, block)


def test_a_connection_lost_in_use_is_an_error_once(database_urls: DatabaseUrls, trust_id: UUID) -> None:
    async def block(lent: LoopConnections) -> None:
        with pytest.raises(psycopg.OperationalError):
            await lent.rows(trust_id, b"SELECT pg_terminate_backend(pg_backend_pid())", [])
        await session(lent, trust_id)

    on_a_loop(database_urls, block)


def test_one_who_goes_away_half_way_leaves_nobody_his_answer(database_urls: DatabaseUrls, trust_id: UUID) -> None:
    async def block(lent: LoopConnections) -> None:
        gone = [asyncio.ensure_future(lent.rows(trust_id, SLEEP, [3.0])) for _ in range(2)]
        await asyncio.sleep(0.1)
        for one in gone:
            one.cancel()
        await asyncio.gather(*gone, return_exceptions=True)
        for number in range(6):
            assert await lent.rows(trust_id, b"SELECT $1::int", [number]) == [(number,)]

    on_a_loop(database_urls, block)


def test_closed_connections_lend_nothing_and_whoever_waits_is_told(database_urls: DatabaseUrls, trust_id: UUID) -> None:
    async def block(lent: LoopConnections) -> None:
        asked = [asyncio.ensure_future(lent.rows(trust_id, SLEEP, [0.2])) for _ in range(3)]
        await asyncio.sleep(0.05)
        await lent.close()
        found = await asyncio.gather(*asked, return_exceptions=True)
        assert [type(one) for one in found] == [list, list, PoolClosed]
        with pytest.raises(PoolClosed):
            await session(lent, trust_id)

    on_a_loop(database_urls, block)
