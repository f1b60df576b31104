"""Askers of many trusts, schools and roles over few connections, with every way to end: nobody meets a foreign row.

Each answer is judged against a table of who may see what that was written apart from the program's. Half of them are
asked bare, without the trust in the statement, so that the connection alone keeps the trusts apart. The control is the
same over connections that are shared and told the trust by a setting of their session, which is forgotten on a path.
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import AsyncConnection
from sqlalchemy import text

from ledger.connections import ConnectionPool, StatementTimedOut
from ledger.database import Database
from ledger.loop_connections import LoopConnections
from tests.projections.pooled_trusts import QUESTIONS, Asker, Question, World, as_text, bare, numbered
from tests.support.postgres import DatabaseUrls

TRUSTS, PER_TRUST, TOTAL = 5, 2, 6
PATIENCE = 60.0
THREADS = TASKS = 4
ANSWERS = 10_000
CONTROL_ANSWERS = 1_200
# How a loan ends, after the questions of it were answered; most end well.
ENDS = ("well", "well", "well", "well", "rolled back", "left open", "refused", "timed out", "client gone", "cut off")
CANCEL = "SELECT pg_cancel_backend(pg_backend_pid())"
CUT_OFF = "SELECT pg_terminate_backend(pg_backend_pid())"


@dataclass(frozen=True)
class Answered:
    """One answer, to be judged when all that was recorded is known."""

    asker: Asker
    question: Question
    road: str
    is_bare: bool
    rows: list[tuple[Any, ...]]


@dataclass
class Judged:
    """How many answers there were, by how they came about, and what was wrong with them."""

    answers: int = 0
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)
    foreign: Counter[tuple[str, bool]] = field(default_factory=Counter)
    missing: Counter[tuple[str, bool]] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def take(self, world: World, answered: Answered) -> None:
        verdict = answered.question.judge(world, answered.asker, answered.rows)
        self.answers += 1
        self.kinds[answered.road, answered.question.name] += 1
        how = answered.road, answered.is_bare
        self.foreign[how] += verdict.foreign
        self.missing[how] += verdict.missing
        if (verdict.foreign or verdict.missing) and len(self.examples) < 5:
            self.examples.append(f"{verdict} {answered.question.name} {answered.asker} by {answered.road} {how}")


@dataclass
class Run:
    """Askers by threads and by tasks of an event loop, over the same world, with writers between."""

    world: World
    database: Database
    connections: type[LoopConnections]
    url: str
    seed: int
    answers: int
    answered: list[Answered] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)

    def judged(self) -> Judged:
        judged = Judged()
        stop = threading.Event()
        with ThreadPoolExecutor(THREADS + 2) as pool:
            writer = pool.submit(self._write, stop)
            askers = [pool.submit(self._thread, number) for number in range(THREADS)]
            askers.append(pool.submit(asyncio.run, self._loop()))
            try:
                for one in askers:
                    one.result()
            finally:
                stop.set()
            writer.result()
        for answered in self.answered:
            judged.take(self.world, answered)
        return judged

    def _write(self, stop: threading.Event) -> None:
        random = Random(f"{self.seed} writer")
        while not stop.wait(0.05):
            self.world.write(random, random.choice(self.world.recordings))

    def _questions(self, random: Random, asker: Asker) -> Iterator[tuple[Question, bool, str, dict[str, Any]]]:
        reading = asker.reading()
        for question in random.choices(QUESTIONS, k=random.randrange(2, 9)):
            is_bare = random.random() < 0.5
            statement = reading.statement(question.statement(reading))
            asked = {**reading.parameters, "asked": self.world.foreign_case(random, asker)}
            yield question, is_bare, bare(statement) if is_bare else statement, asked

    def _note(self, asker: Asker, question: Question, road: str, is_bare: bool, rows: list[Any]) -> None:
        told = [tuple(row) for row in rows]
        self.answered.append(Answered(asker, question, road, is_bare, told))

    # --- threads

    def _thread(self, number: int) -> None:
        random = Random(f"{self.seed} thread {number}")
        had = 0
        while had < self.answers / 2 / THREADS:
            asker = self.world.asker(random)
            asking = list(self._questions(random, asker))
            end = random.choice(ENDS)
            road = random.choice(("statements", "transaction", "engine"))
            with suppress(psycopg.Error, StatementTimedOut, ZeroDivisionError):
                had += len(asking)
                getattr(self, f"_by_{road}")(asker, asking, end)
            self.ends[end] += 1

    def _by_statements(self, asker: Asker, asking: list[Any], end: str) -> None:
        with self.database.trust(asker.trust).connection() as connection:
            self._ask(connection, asker, asking, "thread")
            if end == "left open":
                connection.execute("BEGIN")
                connection.execute("UPDATE sealed_part SET blob = NULL")
            self._end(connection, end)

    def _by_transaction(self, asker: Asker, asking: list[Any], end: str) -> None:
        with self.database.trust(asker.trust).transaction() as connection:
            self._ask(connection, asker, asking, "thread")
            if end == "rolled back":
                raise ZeroDivisionError
            self._end(connection, end)

    def _by_engine(self, asker: Asker, asking: list[Any], end: str) -> None:
        with self.database.trust(asker.trust).engine.connect() as connection:
            lent: Any = connection.connection.driver_connection
            self._ask(lent, asker, asking, "thread")
            if end == "refused":
                with suppress(Exception):
                    connection.execute(text("SELECT 1/0"))
            elif end not in ("cut off", "client gone"):
                self._end(lent, end)

    def _ask(self, connection: Any, asker: Asker, asking: list[Any], road: str) -> None:
        for question, is_bare, statement, asked in asking:
            rows = connection.execute(as_text(statement), asked).fetchall()
            self._note(asker, question, road, is_bare, rows)

    def _end(self, connection: Any, end: str) -> None:
        if end == "refused":
            connection.execute("SELECT 1/0")
        elif end == "timed out":
            connection.execute(CANCEL)
        elif end == "cut off":
            connection.execute(CUT_OFF)
        elif end == "client gone":
            connection.close()
        elif end == "rolled back":
            raise ZeroDivisionError

    # --- an event loop

    async def _loop(self) -> None:
        connections = self.connections(self.url, per_trust=PER_TRUST, total=TOTAL, statement_timeout=PATIENCE)
        try:
            await asyncio.gather(*(self._task(connections, number) for number in range(TASKS)))
        finally:
            await connections.close()

    async def _task(self, connections: LoopConnections, number: int) -> None:
        random = Random(f"{self.seed} task {number}")
        had = 0
        while had < self.answers / 2 / TASKS:
            asker = self.world.asker(random)
            for question, is_bare, statement, asked in list(self._questions(random, asker)):
                rows = await connections.rows(asker.trust, *numbered(statement, asked))
                self._note(asker, question, "loop", is_bare, rows)
                had += 1
            end = random.choice(ENDS)
            self.ends[end] += 1
            with suppress(psycopg.Error, StatementTimedOut, TimeoutError):
                await self._end_of_task(connections, asker.trust, end)

    async def _end_of_task(self, connections: LoopConnections, trust: UUID, end: str) -> None:
        if end == "refused":
            await connections.rows(trust, b"SELECT 1/0", [])
        elif end == "timed out":
            await connections.rows(trust, CANCEL.encode(), [])
        elif end == "cut off":
            await connections.rows(trust, CUT_OFF.encode(), [])
        elif end in ("client gone", "left open"):
            # Whoever asked goes away while the statement is under way.
            async with asyncio.timeout(0.002):
                await connections.rows(trust, b"SELECT pg_sleep(0.5)", [])


# --- the control: connections that are anybody's


TELL = "SELECT set_config('app.trust', %s, false)"
WHOSE = "SELECT coalesce(current_setting('app.trust', true), '')"


class SessionPool(ConnectionPool):
    """The planted fault: the trust is a setting of the session, taken back but every seventh time one is lent."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.loans = itertools.count(1)

    def borrow(self, trust_id: UUID | None) -> psycopg.Connection:
        connection = super().borrow(None)
        row = connection.execute(WHOSE).fetchone()
        if row == ("",):
            connection.execute(TELL, [str(trust_id)])
        return connection

    def give_back(self, trust_id: UUID | None, connection: psycopg.Connection) -> None:
        idle = not connection.closed and connection.info.transaction_status is psycopg.pq.TransactionStatus.IDLE
        if next(self.loans) % 7 and idle:
            with suppress(psycopg.Error):
                connection.autocommit = True
                connection.execute(TELL, [""])
        super().give_back(None, connection)


class SessionLoop(LoopConnections):
    """The same on an event loop."""

    loans = 0

    async def _borrow(self, trust_id: Any) -> AsyncConnection:
        connection = await super()._borrow(None)  # the fault
        try:
            row = await (await connection.execute(WHOSE)).fetchone()
            if row == ("",):
                await connection.execute(TELL, [str(trust_id)])
        except BaseException:
            await self._give_back(trust_id, connection)
            raise
        return connection

    async def _give_back(self, trust_id: Any, connection: AsyncConnection) -> None:
        self.loans += 1
        if self.loans % 7 and connection.info.transaction_status is psycopg.pq.TransactionStatus.IDLE:
            with suppress(psycopg.Error):
                await connection.execute(TELL, [""])
        await super()._give_back(None, connection)  # the fault


@pytest.fixture(scope="module")
def world(database: Database) -> World:
    return World.of(database, TRUSTS)


def small_database(url: str, kind: type[ConnectionPool]) -> Database:
    database = Database(url)
    database._pool = kind(url, per_trust=PER_TRUST, total=TOTAL, statement_timeout=PATIENCE)
    return database


def run(world: World, url: str, pool: type[ConnectionPool], loop: type[LoopConnections], answers: int) -> Judged:
    seed = secrets.randbits(32)
    database = small_database(url, pool)
    began = time.monotonic()
    try:
        run = Run(world, database, loop, url, seed, answers)
        judged = run.judged()
    finally:
        database.close()
    spent = time.monotonic() - began
    print(f"seed {seed}: {judged.answers} answers in {spent:.1f} s, ends {dict(run.ends)}")  # noqa: T201
    print(f"foreign {dict(judged.foreign)}, missing {dict(judged.missing)}")  # noqa: T201
    judged.examples.insert(0, f"seed {seed}")
    return judged


def test_no_answer_over_pooled_connections_holds_a_foreign_row(world: World, database_urls: DatabaseUrls) -> None:
    judged = run(world, database_urls.main, ConnectionPool, LoopConnections, ANSWERS)

    assert judged.answers >= ANSWERS
    assert {kind for kind, number in judged.kinds.items() if number >= 100} == {
        (road, question.name) for road in ("thread", "loop") for question in QUESTIONS
    }
    assert (judged.foreign.total(), judged.missing.total()) == (0, 0), judged.examples


def test_a_setting_of_the_session_on_shared_connections_shows_foreign_rows(
    world: World, database_urls: DatabaseUrls
) -> None:
    """The control: it fails by both roads, and where the statement names the trust, that still keeps rows apart."""
    judged = run(world, database_urls.main, SessionPool, SessionLoop, CONTROL_ANSWERS)

    assert {how for how, number in judged.foreign.items() if number} == {("thread", True), ("loop", True)}
    assert judged.missing["thread", False] > 0
    assert judged.missing["loop", False] > 0
