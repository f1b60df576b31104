from __future__ import annotations

import re
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.errors import QueryCanceled
from sqlalchemy import text

from ledger import connections
from ledger.connections import NoConnectionFree, PoolClosed, StatementTimedOut
from ledger.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.database import TrustDatabase
    from tests.support.postgres import DatabaseUrls

ROOT = Path(__file__).parents[2]


@pytest.fixture
def small(database_urls: DatabaseUrls) -> Iterator[Database]:
    """Two connections for each trust and three for all."""
    database = Database(database_urls.main, pool_size=2, max_connections=3)
    yield database
    database.close()


def session(connection: psycopg.Connection) -> int:
    row = connection.execute("SELECT pg_backend_pid()").fetchone()
    assert row is not None
    return int(row[0])


def use(database: Database, trust_id: UUID) -> int:
    with database.trust(trust_id).connection() as connection:
        return session(connection)


def test_a_connection_is_fixed_to_its_trust(database: Database, trust_id: UUID) -> None:
    with database.trust(trust_id).connection() as connection:
        row = connection.execute("SELECT current_setting('app.trust'), current_setting('TimeZone'), user").fetchone()

    assert row == (str(trust_id), "UTC", "caseledger_app")


def test_a_connection_of_no_trust_has_none(database: Database) -> None:
    with database.unscoped() as connection:
        row = connection.execute("SELECT current_setting('app.trust', true)").fetchone()

    assert row == (None,)


def test_options_of_the_address_are_kept_beside_the_trust(database_urls: DatabaseUrls, trust_id: UUID) -> None:
    database = Database(f"{database_urls.main}&options=-c%20statement_timeout%3D1234")
    with database.trust(trust_id).connection() as connection:
        row = connection.execute("SELECT current_setting('app.trust'), current_setting('statement_timeout')").fetchone()
    database.close()

    assert row == (str(trust_id), "1234ms")


def test_a_statement_beyond_the_limit_of_its_database_is_ended_and_the_connection_kept(
    database_urls: DatabaseUrls, trust_id: UUID
) -> None:
    database = Database(f"{database_urls.main}&options=-c%20statement_timeout%3D60000", statement_timeout=0.1)
    trust = database.trust(trust_id)
    with trust.connection() as connection:
        used = session(connection)
    for lent in (trust.connection, trust.transaction, database.unscoped):
        with pytest.raises(StatementTimedOut, match=r"longer than 0\.1 seconds"), lent() as connection:
            connection.execute("SELECT pg_sleep(10)")

    assert use(database, trust_id) == used
    database.close()


def test_a_statement_ended_for_another_reason_stays_what_it_is(database: Database, trust_id: UUID) -> None:
    with pytest.raises(QueryCanceled), database.trust(trust_id).connection() as connection:
        connection.execute("SET statement_timeout = 50; SELECT pg_sleep(10)")


def test_a_trust_is_named_by_a_uuid_and_nothing_that_could_carry_an_option(database: Database) -> None:
    with pytest.raises(TypeError, match="named by its UUID"):
        database.trust(cast("Any", f"{uuid4()} -c row_security=off"))


def test_a_trust_gets_its_connection_back_and_no_other_trust_does(small: Database) -> None:
    ours, theirs = uuid4(), uuid4()

    first = use(small, ours)
    other = use(small, theirs)

    assert use(small, ours) == first
    assert other != first


def test_each_statement_outside_a_transaction_is_committed(database: Database, trust_id: UUID) -> None:
    with database.trust(trust_id).connection() as connection:
        connection.execute("INSERT INTO ledger_head (trust_id) VALUES (%s)", [trust_id])
    with database.unscoped() as other:
        found = other.execute("SELECT position FROM ledger_head WHERE trust_id = %s", [trust_id]).fetchone()

    assert found == (0,)


def test_a_transaction_is_whole_or_nothing(database: Database, trust_id: UUID) -> None:
    trust = database.trust(trust_id)

    def fail_within() -> None:
        with trust.transaction() as connection:
            connection.execute("INSERT INTO ledger_head (trust_id) VALUES (%s)", [trust_id])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_within()
    with trust.connection() as connection:
        assert connection.execute("SELECT count(*) FROM ledger_head").fetchone() == (0,)


def test_what_a_borrower_left_open_is_rolled_back(small: Database, trust_id: UUID) -> None:
    with small.trust(trust_id).connection() as connection:
        used = session(connection)
        connection.autocommit = False
        connection.execute("INSERT INTO ledger_head (trust_id) VALUES (%s)", [trust_id])

    with small.trust(trust_id).connection() as connection:
        assert session(connection) == used
        assert connection.autocommit
        assert connection.execute("SELECT count(*) FROM ledger_head").fetchone() == (0,)


def test_a_connection_lost_while_idle_is_replaced_unnoticed(
    small: Database, database_urls: DatabaseUrls, trust_id: UUID
) -> None:
    lost = use(small, trust_id)
    with psycopg.connect(database_urls.admin_main, autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s, 5000)", [lost])

    assert use(small, trust_id) != lost


def test_a_connection_lost_in_use_is_an_error_once(
    small: Database, database_urls: DatabaseUrls, trust_id: UUID
) -> None:
    with small.trust(trust_id).connection() as connection:
        lost = session(connection)
        with psycopg.connect(database_urls.admin_main, autocommit=True) as admin:
            admin.execute("SELECT pg_terminate_backend(%s, 5000)", [lost])
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")

    assert [use(small, trust_id) != lost for _ in range(3)] == [True, True, True]


def test_the_least_recently_used_trust_makes_room(small: Database, database_urls: DatabaseUrls) -> None:
    trusts = [uuid4() for _ in range(3)]
    sessions = [use(small, trust) for trust in trusts]
    assert use(small, trusts[0]) == sessions[0]

    newest = use(small, uuid4())

    with psycopg.connect(database_urls.admin_main, autocommit=True) as admin:
        # A session that was closed ends a moment later.
        admin.execute("SELECT pg_terminate_backend(%s, 5000)", [sessions[1]])
    assert [use(small, trusts[0]), use(small, trusts[2])] == [sessions[0], sessions[2]]
    assert newest not in sessions
    assert use(small, trusts[1]) != sessions[1]


def test_no_more_connections_are_lent_than_the_trust_or_all_may_have(
    small: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "WAIT_SECONDS", 0.05)
    ours, theirs = small.trust(uuid4()), small.trust(uuid4())

    with ours.connection(), ours.connection():
        with pytest.raises(NoConnectionFree, match=r"within 0\.05 seconds \(2 for each trust, 3 in all\)"):
            ours.connection().__enter__()
        with theirs.connection(), pytest.raises(NoConnectionFree):
            theirs.connection().__enter__()
        with theirs.connection():
            pass
    with ours.connection():
        pass


def test_whoever_waits_gets_the_next_connection_that_comes_back(small: Database) -> None:
    ours, theirs = small.trust(uuid4()), small.trust(uuid4())
    got: list[int] = []

    def wait() -> None:
        with theirs.connection() as connection:
            got.append(session(connection))

    with ours.connection(), ours.connection(), theirs.connection() as third:
        waiting = [threading.Thread(target=wait) for _ in range(4)]
        for thread in waiting:
            thread.start()
        assert got == []
        expected = session(third)
    for thread in waiting:
        thread.join(5)

    assert len(got) == 4
    assert expected in got


def waiting_for(database: Database, count: int) -> bool:
    """Let others run until so many threads wait for a connection."""
    while len(database._pool._changed._waiters) < count:  # type: ignore[attr-defined]
        time.sleep(0.001)
    return True


def test_one_who_cannot_take_what_came_back_does_not_keep_it_from_another(
    small: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "WAIT_SECONDS", 5)
    ours, theirs, others = (small.trust(uuid4()) for _ in range(3))
    got: list[str] = []

    def take(trust: TrustDatabase, name: str) -> None:
        with trust.connection():
            got.append(name)

    # Ours has all it may have, so its third waits for one of its own; what comes back is another's.
    first, second = (threading.Thread(target=take, args=pair) for pair in ((ours, "ours"), (others, "others")))
    with ours.connection(), ours.connection():
        with theirs.connection():
            first.start()
            assert waiting_for(small, 1)
            second.start()
            assert waiting_for(small, 2)
        second.join(2)
        assert got == ["others"]
    first.join()

    assert got == ["others", "ours"]


def test_whoever_waits_when_the_database_is_closed_is_told_at_once(small: Database) -> None:
    trust = small.trust(uuid4())
    told: list[type[Exception]] = []

    def wait() -> None:
        try:
            trust.connection().__enter__()
        except Exception as error:  # noqa: BLE001 - told by the assertion below
            told.append(type(error))

    with trust.connection(), trust.connection():
        waiting = threading.Thread(target=wait)
        waiting.start()
        assert waiting_for(small, 1)
        small.close()
        waiting.join(2)
        assert told == [PoolClosed]


def test_many_threads_share_few_connections(small: Database) -> None:
    trusts = [uuid4() for _ in range(5)]
    failures: list[Exception] = []

    def work(number: int) -> None:
        try:
            for step in range(20):
                use(small, trusts[(number + step) % 5])
        except Exception as error:  # noqa: BLE001 - told by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=work, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []


def test_a_closed_database_lends_nothing_and_closes_what_comes_back(database_urls: DatabaseUrls) -> None:
    database = Database(database_urls.main)
    trust = database.trust(uuid4())

    with trust.connection() as connection:
        database.close()
        assert session(connection)
    assert connection.closed
    with pytest.raises(PoolClosed):
        trust.connection().__enter__()


def test_a_handle_on_a_trust_outlives_its_place_among_the_latest(database_urls: DatabaseUrls) -> None:
    database = Database(database_urls.main, max_trusts=1)
    first, second = uuid4(), uuid4()
    kept = database.trust(first)
    assert database.trust(first) is kept

    assert database.trust(second) is not kept
    assert database.trust(first) is not kept
    with kept.connection() as connection:
        assert connection.execute("SELECT current_setting('app.trust')").fetchone() == (str(first),)
    database.close()


def test_the_engine_commits_and_rolls_back_on_the_connections_of_the_trust(database: Database, trust_id: UUID) -> None:
    engine = database.trust(trust_id).engine
    insert = text("INSERT INTO trust (trust_id, name) VALUES (:id, 'Example Trust')")
    with engine.connect() as connection:
        connection.execute(insert, {"id": trust_id})
        connection.rollback()

    with engine.begin() as connection:
        before = connection.execute(text("SELECT count(*) FROM trust")).scalar_one()
        connection.execute(insert, {"id": trust_id})
    with database.trust(trust_id).connection() as plain:
        after = plain.execute("SELECT count(*) FROM trust").fetchone()

    assert (before, after) == (0, (1,))


def test_the_engine_leaves_nothing_on_a_connection(small: Database, trust_id: UUID) -> None:
    trust = small.trust(trust_id)
    for _ in range(5):
        with trust.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    with trust.connection() as plain:
        assert plain.autocommit
        assert plain._notice_handlers == []


def test_the_engine_does_not_show_values_in_its_errors(database: Database, trust_id: UUID) -> None:
    with database.trust(trust_id).engine.connect() as connection, pytest.raises(Exception, match="hidden") as failed:
        connection.execute(text("SELECT no_such_function(:value)"), {"value": "Canary-Name"})

    assert "Canary-Name" not in str(failed.value)


def test_borrowing_costs_no_statement(database: Database, trust_id: UUID) -> None:
    trust = database.trust(trust_id)
    with trust.connection():
        pass
    began = time.perf_counter()
    for _ in range(1_000):
        with trust.connection():
            pass

    # A round trip each would take several times as long on any machine.
    assert time.perf_counter() - began < 0.5


def test_nothing_else_in_the_program_sets_the_trust() -> None:
    packages = ("api", "domain", "ledger", "migrations", "policies", "projections", "services")
    setting = re.compile(r"app\.trust\s*(=|TO\b)|set_config\(\W*app\.trust", re.IGNORECASE)

    found = {
        str(path.relative_to(ROOT))
        for package in packages
        for path in (ROOT / package).rglob("*.py")
        if setting.search(path.read_text())
    }

    assert found == {"ledger/connections.py"}
