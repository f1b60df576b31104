"""What must be true of a database before the program serves from it."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.database import Database

__all__ = ["UnsafeDatabase", "refuse_unsafe", "take_turns_at_a_session"]

OLDEST_VERSION: Final = 17

# Without the first two a crash of the system, and without the third one of the server, loses acknowledged events.
_DURABILITY = ("fsync", "full_page_writes", "synchronous_commit")


class UnsafeDatabase(RuntimeError):
    """The database is not served from; the message names each setting, right or revision that is wrong."""


def refuse_unsafe(database: Database, *, revision: str) -> None:
    """Refuse a database that could lose events, let one trust see another's, or is not of this program's schema.

    Args:
        database: as the program is going to use it.
        revision: the schema's revision that this program is written for.

    Raises:
        UnsafeDatabase: naming all that is wrong.

    """
    try:
        with database.unscoped() as connection:
            faults = [
                *_server_faults(connection),
                *_role_faults(connection),
                *_schema_faults(connection, revision),
            ]
        faults += _pooling_faults(database)
    except psycopg.OperationalError as error:
        raise UnsafeDatabase(f"The database cannot be reached: {error}") from error
    if faults:
        raise UnsafeDatabase("The database is not safe to serve from: " + "; ".join(faults) + ".")


def _server_faults(connection: psycopg.Connection) -> Iterator[str]:
    major = connection.info.server_version // 10_000
    if major < OLDEST_VERSION:
        yield f"PostgreSQL {major} is older than {OLDEST_VERSION}"
    settings = "SELECT name FROM pg_settings WHERE name = ANY (%s) AND setting = 'off' ORDER BY name"
    for (name,) in connection.execute(settings, [list(_DURABILITY)]):
        yield f"{name} is off"


def _role_faults(connection: psycopg.Connection) -> Iterator[str]:
    # A member of a role may become it, so what the role may do counts as well.
    roles = """
        SELECT rolname, rolsuper, rolbypassrls FROM pg_roles
         WHERE (rolsuper OR rolbypassrls) AND (rolname = current_user OR pg_has_role(current_user, oid, 'MEMBER'))
         ORDER BY rolname = current_user DESC, rolname
    """
    for name, superuser, _ in connection.execute(roles).fetchall():
        yield f"the role {name} is {'a superuser' if superuser else 'exempt from row-level security (BYPASSRLS)'}"
        if superuser:
            # A superuser is a member of every role and owns everything: nothing more can be told.
            return
    owned = """
        SELECT relname FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND pg_has_role(current_user, relowner, 'MEMBER')
        UNION ALL
        SELECT datname FROM pg_database
         WHERE datname = current_database() AND pg_has_role(current_user, datdba, 'MEMBER')
        ORDER BY 1 LIMIT 1
    """
    for (name,) in connection.execute(owned).fetchall():
        yield f"the role {connection.info.user} owns {name}"
    changed = "SELECT has_table_privilege(to_regclass('public.event')::oid, 'UPDATE, DELETE, TRUNCATE')"
    if connection.execute(changed).fetchone() == (True,):
        yield f"the role {connection.info.user} may change recorded events"


def _schema_faults(connection: psycopg.Connection, revision: str) -> Iterator[str]:
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except psycopg.errors.UndefinedTable:
        row = None
    except psycopg.errors.InsufficientPrivilege:
        yield f"the role {connection.info.user} was given no rights by this program's migrations"
        return
    found = row[0] if row else None
    if found != revision:
        yield (
            f"the schema is at revision {found or 'none'} and this program needs {revision}: run `caseledger migrate`"
        )


def _pooling_faults(database: Database) -> Iterator[str]:
    trusts = [uuid4(), uuid4()]
    with ExitStack() as lent:
        connections = [lent.enter_context(database.trust(trust).connection()) for trust in trusts]
        if take_turns_at_a_session(*connections):
            yield "connections share sessions (a pooler by transaction): connect directly, or pool by session"
            return
        for trust, connection in zip(trusts, connections, strict=True):
            row = connection.execute("SELECT current_setting('app.trust', true)").fetchone()
            if row != (str(trust),):
                yield "the trust that a connection states is lost on the way (a pooler that drops `options`)"
                return


def take_turns_at_a_session(first: psycopg.Connection, second: psycopg.Connection) -> bool:
    """Whether two connections are served by the same session of the server in turns, as a pooler does.

    The second keeps a transaction open on whatever session the first used last. A connection with a session of its own
    finds itself where it was; a pooled one is somewhere else.
    """

    def session(connection: psycopg.Connection) -> object:
        return connection.execute("SELECT pg_backend_pid()").fetchone()

    before = session(first)
    with second.transaction():
        return session(second) == before or session(first) != before
