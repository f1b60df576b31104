"""The schema: all statements that define tables, roles and rules, in two chains of Alembic revisions.

`main` is the ledger with its read models, `keys` the database of wrapped keys, which has short backups of its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, create_engine, text

__all__ = ["Chain", "SchemaTooNew", "current_revision", "head_revision", "migrate"]

Chain = Literal["main", "keys"]

# Any fixed number: it keeps two migrations of one database apart.
_MIGRATION_LOCK = 6_201_826


class SchemaTooNew(RuntimeError):
    """The database was migrated by a newer release than this program is."""


def migrate(admin_url: str, which: Chain = "main") -> None:
    """Bring a database to the newest revision, in one transaction; run again it changes nothing.

    Args:
        admin_url: a libpq address of the owner of the database, who may also make roles.
        which: the chain of revisions that the database follows.

    Raises:
        SchemaTooNew: a newer release of this program migrated the database.

    """
    configuration = _configuration(which)
    known = {script.revision for script in ScriptDirectory.from_config(configuration).walk_revisions()}
    with _connect(admin_url) as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        current = MigrationContext.configure(connection).get_current_revision()
        if current is not None and current not in known:
            raise SchemaTooNew(
                f"The database is at revision {current}, which this program does not know: a newer release migrated "
                "it. Nothing was changed. Run that release or a later one."
            )
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "head")
        connection.commit()


def current_revision(admin_url: str) -> str | None:
    """Return the revision a database is at; None when it was never migrated."""
    with _connect(admin_url) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head_revision(which: Chain = "main") -> str:
    """Return the newest revision that this program knows."""
    head = ScriptDirectory.from_config(_configuration(which)).get_current_head()
    assert head is not None
    return head


def _configuration(which: Chain) -> Config:
    configuration = Config()
    # Alembic takes a percent sign for the beginning of a variable.
    location = str(Path(__file__).parent / which).replace("%", "%%")
    configuration.set_main_option("script_location", location)
    return configuration


def _connect(admin_url: str) -> Connection:
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(admin_url), poolclass=NullPool, hide_parameters=True
    )
    return engine.connect()
