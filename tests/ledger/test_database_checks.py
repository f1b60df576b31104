from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

import psycopg
import pytest

from ledger.checks import UnsafeDatabase, refuse_unsafe, take_turns_at_a_session
from ledger.database import Database
from migrations import head_revision

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from ledger.database import TrustDatabase
    from ledger.embedded import EmbeddedPostgres
    from migrations import Chain
    from tests.support.postgres import DatabaseUrls


def fault(database: Database | str, which: Chain = "main") -> str:
    if isinstance(database, str):
        database = Database(database)
    try:
        with pytest.raises(UnsafeDatabase) as refused:
            refuse_unsafe(database, revision=head_revision(which))
    finally:
        database.close()
    return str(refused.value).removeprefix("The database is not safe to serve from: ")


@contextmanager
def planted(admin_url: str, plant: str, remove: str) -> Iterator[None]:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(plant)
        try:
            yield
        finally:
            admin.execute(remove)


def test_the_migrated_databases_are_served_from(database: Database, keys_database: Database) -> None:
    refuse_unsafe(database, revision=head_revision("main"))
    refuse_unsafe(keys_database, revision=head_revision("keys"))


def test_commits_that_do_not_wait_for_the_disk_are_refused(database_urls: DatabaseUrls) -> None:
    assert fault(f"{database_urls.main}&options=-c%20synchronous_commit%3Doff") == "synchronous_commit is off."


def test_the_superuser_is_refused(database_urls: DatabaseUrls) -> None:
    assert fault(database_urls.admin_main) == "the role postgres is a superuser."


def test_a_role_exempt_from_row_level_security_is_refused(database_urls: DatabaseUrls) -> None:
    # Roles belong to the whole server, which other tests use at the same time: so one of its own.
    name = f"exempt_{uuid4().hex}"
    with planted(
        database_urls.admin_main,
        f"CREATE ROLE {name} LOGIN BYPASSRLS PASSWORD 'known' IN ROLE caseledger_app",
        f"DROP ROLE {name}",
    ):
        url = database_urls.main.replace("caseledger_app@", f"{name}:known@")

        assert fault(url) == f"the role {name} is exempt from row-level security (BYPASSRLS)."


def test_a_role_that_may_become_an_exempt_one_is_refused(database_urls: DatabaseUrls) -> None:
    name = f"exempt_{uuid4().hex}"
    with planted(
        database_urls.admin_main,
        f"CREATE ROLE {name} BYPASSRLS; "
        f"CREATE ROLE {name}_member LOGIN PASSWORD 'known' IN ROLE caseledger_app, {name}",
        f"DROP ROLE {name}_member, {name}",
    ):
        url = database_urls.main.replace("caseledger_app@", f"{name}_member:known@")

        assert fault(url) == f"the role {name} is exempt from row-level security (BYPASSRLS)."


def test_a_role_that_owns_a_table_is_refused(database_urls: DatabaseUrls) -> None:
    with planted(
        database_urls.admin_main,
        "CREATE TABLE mine (trust_id uuid); ALTER TABLE mine OWNER TO caseledger_app",
        "DROP TABLE mine",
    ):
        assert fault(database_urls.main) == "the role caseledger_app owns mine."


def test_a_role_that_may_change_events_is_refused(database_urls: DatabaseUrls) -> None:
    with planted(
        database_urls.admin_main,
        "GRANT UPDATE ON event TO caseledger_app",
        "REVOKE UPDATE ON event FROM caseledger_app",
    ):
        assert fault(database_urls.main) == "the role caseledger_app may change recorded events."


def test_another_revision_of_the_schema_is_refused(database_urls: DatabaseUrls) -> None:
    head = head_revision("main")
    with planted(
        database_urls.admin_main,
        "UPDATE alembic_version SET version_num = '0000'",
        f"UPDATE alembic_version SET version_num = '{head}'",
    ):
        assert fault(database_urls.main) == (
            f"the schema is at revision 0000 and this program needs {head}: run `caseledger migrate`."
        )


def test_a_database_that_was_never_migrated_is_refused(postgres: EmbeddedPostgres) -> None:
    assert fault(postgres.app_url("postgres")) == (
        f"the schema is at revision none and this program needs {head_revision('main')}: run `caseledger migrate`."
    )


def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    message = fault("postgresql://caseledger_app:hidden-word@127.0.0.1:1/caseledger")

    assert "cannot be reached" in message
    assert "hidden-word" not in message


class Pooled:
    """Two sessions behind a pooler by transaction: whoever asks gets the first that is free."""

    busy: set[int] = set()  # noqa: RUF012 - shared on purpose: it is the pooler

    def __init__(self, sessions: list[psycopg.Connection]) -> None:
        self._sessions = sessions
        self._held: int | None = None

    def execute(self, query: str) -> object:
        free = next(number for number in range(len(self._sessions)) if number not in self.busy)
        return self._sessions[free if self._held is None else self._held].execute(query.encode())

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._held = next(number for number in range(len(self._sessions)) if number not in self.busy)
        self.busy.add(self._held)
        try:
            yield
        finally:
            self.busy.discard(self._held)
            self._held = None


def test_connections_that_take_turns_at_a_session_are_noticed(database: Database) -> None:
    with database.unscoped() as one, database.unscoped() as other:
        pooled = [cast("psycopg.Connection", Pooled([one, other])) for _ in range(2)]

        assert take_turns_at_a_session(*pooled)
        assert not take_turns_at_a_session(one, other)


class PooledDatabase(Database):
    """A database reached through a pooler by transaction."""

    def trust(self, trust_id: UUID) -> TrustDatabase:
        return cast("TrustDatabase", PooledTrust(super()))


class PooledTrust:
    def __init__(self, database: Any) -> None:
        self._database = database

    @contextmanager
    def connection(self) -> Iterator[Pooled]:
        with self._database.unscoped() as one, self._database.unscoped() as other:
            yield Pooled([one, other])


class ForgetfulDatabase(Database):
    """A database reached through a pooler that drops what a connection states when it is opened."""

    def trust(self, trust_id: UUID) -> TrustDatabase:
        return cast("TrustDatabase", ForgetfulTrust(self))


class ForgetfulTrust:
    def __init__(self, database: Database) -> None:
        self.connection = database.unscoped


def test_a_pooler_by_transaction_is_refused(database_urls: DatabaseUrls) -> None:
    assert fault(PooledDatabase(database_urls.main)) == (
        "connections share sessions (a pooler by transaction): connect directly, or pool by session."
    )


def test_a_pooler_that_drops_the_trust_is_refused(database_urls: DatabaseUrls) -> None:
    assert fault(ForgetfulDatabase(database_urls.main)) == (
        "the trust that a connection states is lost on the way (a pooler that drops `options`)."
    )
