"""Real PostgreSQL for the tests: one server for a run, migrated once, cloned for each module."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

import psycopg

from ledger.embedded import EmbeddedPostgres
from migrations import migrate

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATES = {"main": "template_main", "keys": "template_keys"}


class DatabaseUrls(NamedTuple):
    """Addresses of one pair of databases: of the application's role, and of the superuser for planted faults."""

    main: str
    keys: str
    admin_main: str
    admin_keys: str


@contextmanager
def running_server() -> Iterator[EmbeddedPostgres]:
    """Share one server among the processes of a test run; the last to leave removes it."""
    # The run's own name under xdist, so that its workers meet; a folder of pytest's own is closed to the server's user.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid4().hex)[:12]
    folder = Path(tempfile.gettempdir()) / f"clt-{run}"
    with _one_at_a_time():
        server = EmbeddedPostgres.attach(folder)
    try:
        with _one_at_a_time():
            _make_templates(server)
        yield server
    finally:
        with _one_at_a_time():
            if server.stop_if_last():
                shutil.rmtree(folder)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    # Outside the folder, since one worker may remove it while another is about to attach.
    with (Path(tempfile.gettempdir()) / f"clt-{os.getuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def cloned_databases(server: EmbeddedPostgres) -> Iterator[DatabaseUrls]:
    """Make a freshly migrated pair of databases, and drop it at the end."""
    name = f"test_{uuid4().hex[:12]}"
    clones = {which: f"{name}_{which}" for which in TEMPLATES}
    with psycopg.connect(server.admin_url("postgres"), autocommit=True) as admin:
        for which, clone in clones.items():
            admin.execute(f'CREATE DATABASE "{clone}" TEMPLATE "{TEMPLATES[which]}"')
            admin.execute(f'REVOKE ALL ON DATABASE "{clone}" FROM PUBLIC')
            admin.execute(f'GRANT CONNECT, TEMPORARY ON DATABASE "{clone}" TO caseledger_app')
    try:
        yield DatabaseUrls(
            server.app_url(clones["main"]),
            server.app_url(clones["keys"]),
            server.admin_url(clones["main"]),
            server.admin_url(clones["keys"]),
        )
    finally:
        with psycopg.connect(server.admin_url("postgres"), autocommit=True) as admin:
            for clone in clones.values():
                admin.execute(f'DROP DATABASE IF EXISTS "{clone}" WITH (FORCE)')


def _make_templates(server: EmbeddedPostgres) -> None:
    for which, template in TEMPLATES.items():
        with psycopg.connect(server.admin_url("postgres"), autocommit=True) as admin:
            if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone():
                continue
            admin.execute("DROP DATABASE IF EXISTS unfinished")
            admin.execute("CREATE DATABASE unfinished TEMPLATE template0")
        migrate(server.admin_url("unfinished"), "main" if which == "main" else "keys")
        with psycopg.connect(server.admin_url("postgres"), autocommit=True) as admin:
            admin.execute(f"ALTER DATABASE unfinished RENAME TO {template}")
