from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from ledger.connections import ConnectionPool
from ledger.database import Database

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.postgres import DatabaseUrls

TABLES = ("trust", "ledger_head", "event", "sealed_part", "command", "reference_counter", "checkpoint")
FILL = {
    "trust": "INSERT INTO trust VALUES (%(trust)s, 'Example Trust')",
    "ledger_head": "INSERT INTO ledger_head VALUES (%(trust)s, 1, now())",
    "event": "INSERT INTO event VALUES (%(trust)s, %(id)s, 1, 1, now(), 'a.v1', NULL, %(id)s, 0, 'body', 'leaf')",
    "sealed_part": "INSERT INTO sealed_part VALUES (%(trust)s, %(id)s, 1, 'reason', %(id)s, 'blob')",
    "command": "INSERT INTO command VALUES (%(trust)s, %(id)s, %(id)s, 'mac', NULL, 1, 1)",
    "reference_counter": "INSERT INTO reference_counter VALUES (%(trust)s, 'INC', 2026, 1)",
    "checkpoint": "INSERT INTO checkpoint VALUES (%(trust)s, 1, 'note')",
}
# The same in every trust, so that only the trust tells the rows apart.
SHARED_ID = UUID("11111111-1111-4111-8111-111111111111")


def fill(database: Database, trust_id: UUID) -> None:
    with database.trust(trust_id).transaction() as connection:
        for statement in FILL.values():
            connection.execute(statement, {"trust": trust_id, "id": SHARED_ID})


def counts(connection: psycopg.Connection) -> dict[str, int]:
    found = {}
    for table in TABLES:
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
        assert row is not None
        found[table] = row[0]
    return found


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(psycopg.errors.InsufficientPrivilege) as refused:
        act()
    return str(refused.value.diag.message_primary)


def test_each_trust_sees_its_own_rows_alone(database: Database) -> None:
    trusts = [uuid4(), uuid4()]
    for trust in trusts:
        fill(database, trust)

    for trust in trusts:
        with database.trust(trust).connection() as connection:
            assert counts(connection) == dict.fromkeys(TABLES, 1)


def test_a_connection_of_no_trust_reads_the_listed_tables_alone(database: Database, trust_id: UUID) -> None:
    fill(database, trust_id)

    with database.unscoped() as connection:
        seen = {table for table, count in counts(connection).items() if count}

    assert seen == {"trust", "ledger_head"}


def test_a_setting_left_empty_by_a_transaction_shows_nothing(database: Database, trust_id: UUID) -> None:
    """PostgreSQL leaves the empty text, not null, behind a setting of one transaction."""
    fill(database, trust_id)

    with database.unscoped() as connection:
        with connection.transaction():
            connection.execute("SELECT set_config('app.trust', %s, true)", [str(trust_id)])
            within = counts(connection)["event"]
        after = counts(connection)["event"]
        left = connection.execute("SELECT current_setting('app.trust', true)").fetchone()

    assert (within, after, left) == (1, 0, ("",))


@pytest.mark.parametrize("table", TABLES)
def test_no_row_is_written_for_another_trust(database: Database, trust_id: UUID, table: str) -> None:
    with database.trust(trust_id).connection() as connection:
        said = refusal(lambda: connection.execute(FILL[table], {"trust": uuid4(), "id": SHARED_ID}))

    assert said == f'new row violates row-level security policy for table "{table}"'


@pytest.mark.parametrize("table", TABLES)
def test_no_row_is_written_without_a_trust(database: Database, table: str) -> None:
    with database.unscoped() as connection:
        said = refusal(lambda: connection.execute(FILL[table], {"trust": uuid4(), "id": SHARED_ID}))

    assert said == f'new row violates row-level security policy for table "{table}"'


def test_another_trusts_rows_are_not_updated(database: Database) -> None:
    ours, theirs = uuid4(), uuid4()
    fill(database, theirs)

    with database.trust(ours).connection() as connection:
        changed = [
            connection.execute("UPDATE ledger_head SET position = 9").rowcount,
            connection.execute("UPDATE sealed_part SET blob = NULL").rowcount,
            connection.execute("UPDATE reference_counter SET last = 9").rowcount,
        ]

    assert changed == [0, 0, 0]


def test_the_ledgers_rows_are_never_changed_or_removed(database: Database, trust_id: UUID) -> None:
    fill(database, trust_id)

    attempts = ("UPDATE {} SET trust_id = trust_id", "DELETE FROM {}", "TRUNCATE {}")
    with database.trust(trust_id).connection() as connection:
        said = {
            refusal(partial(connection.execute, sql.SQL(attempt).format(sql.Identifier(table))))
            for table in ("event", "command", "checkpoint")
            for attempt in attempts
        }

    assert said == {f"permission denied for table {table}" for table in ("event", "command", "checkpoint")}


@pytest.mark.parametrize("statement", ["UPDATE {} SET trust_id = trust_id", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize("table", ["event", "command", "checkpoint"])
def test_not_even_the_owner_changes_them(
    database: Database, database_urls: DatabaseUrls, trust_id: UUID, table: str, statement: str
) -> None:
    fill(database, trust_id)

    with psycopg.connect(database_urls.admin_main) as admin:
        said = refusal(lambda: admin.execute(sql.SQL(statement).format(sql.Identifier(table))))

    assert said == f"rows of {table} are evidence: they are never changed or removed"


def test_a_sealed_part_is_emptied_and_nothing_else(database: Database, trust_id: UUID) -> None:
    fill(database, trust_id)

    with database.trust(trust_id).connection() as connection:
        filled = refusal(lambda: connection.execute("UPDATE sealed_part SET blob = 'other'"))
        moved = refusal(lambda: connection.execute("UPDATE sealed_part SET part = 'url', blob = NULL"))
        emptied = connection.execute("UPDATE sealed_part SET blob = NULL RETURNING part, blob").fetchall()

    assert (filled, moved) == ("a sealed part is only ever emptied", "permission denied for table sealed_part")
    assert emptied == [("reason", None)]


def test_a_destroyed_key_stays_destroyed_and_is_never_made_again(keys_database: Database, trust_id: UUID) -> None:
    case, person = uuid4(), None
    make = (
        "INSERT INTO data_key (trust_id, key_id, case_id, person_id, kek_id, wrapped) VALUES (%s, %s, %s, %s, 'k', 'w')"
    )
    with keys_database.trust(trust_id).connection() as connection:
        connection.execute(make, [trust_id, uuid4(), case, person])
        connection.execute("UPDATE data_key SET state = 'DESTROYED', wrapped = NULL, destroyed_at = now()")

        revived = refusal(
            lambda: connection.execute("UPDATE data_key SET state = 'ACTIVE', wrapped = 'w', destroyed_at = NULL")
        )
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute(make, [trust_id, uuid4(), case, person])
        removed = refusal(lambda: connection.execute("DELETE FROM data_key"))

    assert (revived, removed) == ("a destroyed key stays destroyed", "permission denied for table data_key")


@pytest.mark.parametrize(
    "change",
    [
        "state = 'DESTROYED', destroyed_at = now()",
        "wrapped = NULL",
        "state = 'DESTROYED', wrapped = NULL",
        "state = 'LOST', wrapped = NULL",
    ],
)
def test_a_key_is_whole_or_destroyed(keys_database: Database, trust_id: UUID, change: str) -> None:
    with keys_database.trust(trust_id).connection() as connection:
        connection.execute(
            "INSERT INTO data_key (trust_id, key_id, case_id, kek_id, wrapped) VALUES (%s, %s, %s, 'k', 'w')",
            [trust_id, uuid4(), uuid4()],
        )

        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute(f"UPDATE data_key SET {change}".encode())


def foreign_rows(database: Database, trusts: list[UUID]) -> int:
    """Read for many trusts at once over few connections, and count the rows that belong to another trust."""

    def read(seed: int) -> int:
        trust = Random(seed).choice(trusts)
        with database.trust(trust).connection() as connection:
            rows = connection.execute(
                "SELECT trust_id FROM event UNION ALL SELECT trust_id FROM ledger_head"
            ).fetchall()
        assert rows
        return sum(row != (trust,) for row in rows)

    with ThreadPoolExecutor(8) as readers:
        return sum(readers.map(read, range(400)))


class CarelessPool(ConnectionPool):
    """The planted fault: connections are lent without looking whose they are."""

    def borrow(self, trust_id: UUID | None) -> psycopg.Connection:
        with self._changed:
            for idle in list(self._idle):
                if idle != trust_id:
                    self._idle.setdefault(trust_id, []).extend(self._idle.pop(idle))
        return super().borrow(trust_id)


def test_many_readers_of_many_trusts_never_meet_a_foreign_row(database_urls: DatabaseUrls) -> None:
    # Fewer connections than trusts, so that they are closed and opened all the time.
    careful, careless = (Database(database_urls.main) for _ in range(2))
    careful._pool = ConnectionPool(database_urls.main, per_trust=3, total=6)
    careless._pool = CarelessPool(database_urls.main, per_trust=3, total=6)
    trusts = [uuid4() for _ in range(10)]
    for trust in trusts:
        fill(careful, trust)

    try:
        assert foreign_rows(careful, trusts) == 0
        assert foreign_rows(careless, trusts) > 0
    finally:
        careful.close()
        careless.close()
