from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine

import migrations
from migrations import SchemaTooNew, current_revision, head_revision, migrate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.embedded import EmbeddedPostgres
    from migrations import Chain

CATALOGUE = """
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 ORDER BY 1, a.attnum
"""


A_CASE_FILE_OF_0003 = """
    INSERT INTO case_file VALUES (
        '00000000-0000-0000-0000-000000000001', 1, '00000000-0000-0000-0000-000000000002', 'INCIDENT',
        'INC-2026-000001', NULL, '900003', 'OPEN', '2026-09-14', NULL, NULL, NULL, NULL, '{2026-09-14}', '{}', '{1}',
        '{}', '{}', '{}', 3, 17, '{"kind":"INCIDENT"}')
"""


def upgrade_to(url: str, revision: str) -> None:
    """Bring a database to an older revision, as the release of that time did."""
    configuration = Config()
    configuration.set_main_option("script_location", f"{migrations.__path__[0]}/main")
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=NullPool)
    with engine.connect() as connection:
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, revision)
        connection.commit()


@pytest.fixture
def empty_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    name = f"empty_{uuid4().hex[:12]}"
    with psycopg.connect(postgres.admin_url("postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
        yield postgres.admin_url(name)
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def catalogue(url: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(CATALOGUE.encode()).fetchall()


@pytest.mark.parametrize("which", ["main", "keys"])
def test_an_empty_database_is_brought_to_the_head_and_then_left_alone(empty_url: str, which: Chain) -> None:
    assert current_revision(empty_url) is None

    migrate(empty_url, which)
    once = catalogue(empty_url)
    migrate(empty_url, which)

    assert current_revision(empty_url) == head_revision(which)
    assert once
    assert catalogue(empty_url) == once


def test_two_who_migrate_at_once_do_it_once(empty_url: str) -> None:
    with ThreadPoolExecutor(3) as runners:
        done = list(runners.map(lambda _: migrate(empty_url), range(3)))

    assert done == [None, None, None]
    assert current_revision(empty_url) == head_revision()


def test_the_documents_of_cases_are_moved_with_what_stands_in_them(empty_url: str) -> None:
    # given a database as the first release left it, with a case in it
    upgrade_to(empty_url, "0003")
    with psycopg.connect(empty_url, autocommit=True) as admin:
        admin.execute(A_CASE_FILE_OF_0003)

    # when
    migrate(empty_url)

    # then
    with psycopg.connect(empty_url) as admin:
        file = admin.execute("SELECT case_id, reference, aware_on FROM case_file").fetchall()
        document = admin.execute("SELECT case_id, version, position, document FROM case_document").fetchall()
    assert file == [(UUID(int=2), "INC-2026-000001", [date(2026, 9, 14)])]
    assert document == [(UUID(int=2), 3, 17, '{"kind":"INCIDENT"}')]


def test_the_monthly_figures_of_longer_spans_are_sums_of_the_shorter_ones(empty_url: str) -> None:
    # given
    upgrade_to(empty_url, "0004")
    owner = "'00000000-0000-0000-0000-000000000001', 1, '900003', '2026-09-01', 1, 'ONLINE'"
    with psycopg.connect(empty_url, autocommit=True) as admin:
        admin.execute(
            f"INSERT INTO count_month VALUES ({owner}, 0, 5, 1), ({owner}, 15, -2, 0), ({owner}, 16, -3, -1)".encode()
        )

    # when
    migrate(empty_url)

    # then
    with psycopg.connect(empty_url) as admin:
        rows = admin.execute("SELECT span, epoch, items, excluded FROM count_month ORDER BY span, epoch").fetchall()
    assert rows == [(0, 0, 5, 1), (0, 15, -2, 0), (0, 16, -3, -1), (1, 0, 3, 1), (1, 1, -3, -1)]


def test_cases_are_tallied_and_whom_they_bar_is_kept_by_person(empty_url: str) -> None:
    # given
    upgrade_to(empty_url, "0005")
    trust, persons = UUID(int=1), (UUID(int=7), UUID(int=8))
    given: tuple[tuple[int, str, str, str, list[UUID]], ...] = (
        (1, "INCIDENT", "OPEN", "900003", []),
        (2, "INCIDENT", "OPEN", "900003", []),
        (3, "COMPLAINT", "OPEN", "900003", [persons[0]]),
        (4, "STAFF_BREACH", "CLOSED", "900004", list(persons)),
    )
    with psycopg.connect(empty_url, autocommit=True) as admin, admin.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO case_file (trust_id, generation, case_id, kind, reference, school_urn, status, opened_on,"
            " aware_on, classifications, counts, outstanding, readers, barred)"
            " VALUES (%s, 1, %s, %s, 'R', %s, %s, '2026-09-14', '{}', '{}', '{}', '{}', '{}', %s)",
            [(trust, UUID(int=case), kind, urn, status, barred) for case, kind, status, urn, barred in given],
        )

    # when
    migrate(empty_url)

    # then
    with psycopg.connect(empty_url) as admin:
        tallies = admin.execute("SELECT * FROM case_tally ORDER BY school_urn, kind").fetchall()
        barred = admin.execute("SELECT * FROM case_barred ORDER BY case_id, person_id").fetchall()
    assert tallies == [
        (trust, 1, "900003", "COMPLAINT", "OPEN", 1),
        (trust, 1, "900003", "INCIDENT", "OPEN", 2),
        (trust, 1, "900004", "STAFF_BREACH", "CLOSED", 1),
    ]
    assert barred == [
        (trust, 1, UUID(int=3), persons[0]),
        (trust, 1, UUID(int=4), persons[0]),
        (trust, 1, UUID(int=4), persons[1]),
    ]


def test_a_schema_of_a_newer_release_is_refused_and_left_alone(empty_url: str) -> None:
    migrate(empty_url)
    with psycopg.connect(empty_url, autocommit=True) as admin:
        admin.execute("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(SchemaTooNew, match="is at revision 9999, which this program does not know"):
        migrate(empty_url)

    assert current_revision(empty_url) == "9999"


def test_a_migration_that_fails_leaves_nothing_behind(empty_url: str) -> None:
    with psycopg.connect(empty_url, autocommit=True) as admin:
        admin.execute("CREATE TABLE checkpoint (in_the_way int)")

    with pytest.raises(Exception, match='relation "checkpoint" already exists'):
        migrate(empty_url)

    assert catalogue(empty_url) == [("checkpoint", "in_the_way", "integer", False)]


@pytest.mark.parametrize("which", ["main", "keys"])
def test_revisions_follow_one_another_without_branches(which: Chain) -> None:
    configuration = Config()
    configuration.set_main_option("script_location", f"{migrations.__path__[0]}/{which}")
    scripts = ScriptDirectory.from_config(configuration)

    numbers = [script.revision for script in scripts.walk_revisions()]

    assert len(scripts.get_heads()) == 1
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[-1] == "0001"


def test_the_roles_limits_hold_for_every_connection(database_urls: object, postgres: EmbeddedPostgres) -> None:
    limits = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "TimeZone")
    with psycopg.connect(postgres.app_url("postgres")) as connection:
        found = [connection.execute(f"SHOW {name}".encode()).fetchone() for name in limits]

    assert found == [("30s",), ("2s",), ("30s",), ("UTC",)]


def test_a_further_database_of_a_server_leaves_the_role_as_the_first_has_set_it(
    postgres: EmbeddedPostgres, empty_url: str
) -> None:
    # Two at once would set it at the same moment, which PostgreSQL refuses one of them.
    with psycopg.connect(postgres.admin_url("postgres"), autocommit=True) as admin:
        written = "SELECT xmin::text, setconfig FROM pg_db_role_setting ORDER BY 1"
        before = admin.execute(written).fetchall()
        migrate(empty_url, "main")

        assert before
        assert admin.execute(written).fetchall() == before
