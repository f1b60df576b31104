from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import text

if TYPE_CHECKING:
    from ledger.database import Database


def test_a_connection_is_fixed_to_its_trust(database: Database, trust_id: UUID) -> None:
    with database.trust(trust_id).connection() as connection:
        row = connection.execute("SELECT current_setting('app.trust'), current_setting('TimeZone'), user").fetchone()

    assert row == (str(trust_id), "UTC", "caseledger_app")


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


def test_a_row_of_another_trust_cannot_be_written(database: Database, trust_id: UUID) -> None:
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"),
        database.trust(trust_id).connection() as connection,
    ):
        connection.execute("INSERT INTO ledger_head (trust_id) VALUES (%s)", [uuid4()])
