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


def quick_folder() -> Path:
    """Return where a server that is thrown away stands: in memory if there is room, which a busy disk does not slow."""
    memory = Path("/dev/shm")
    try:
        room = os.statvfs(memory)
    except OSError:
        return Path(tempfile.gettempdir())
    plenty = room.f_bavail * room.f_frsize > 2_000_000_000 and not room.f_flag & os.ST_NOEXEC
    return memory if plenty and os.access(memory, os.W_OK) else Path(tempfile.gettempdir())


@contextmanager
def running_server(shared: Path) -> Iterator[EmbeddedPostgres]:
    """Share one server among the processes of a test run; the last to leave removes it.

    Args:
        shared: a folder that all processes of this run have in common, and no other run.

    """
    agreed = shared / "server"
    with _one_at_a_time(shared):
        if not agreed.exists():
            # Not below the shared folder, which pytest closes to everybody else, and so to the server's user.
            agreed.write_text(tempfile.mkdtemp(prefix="clt-", dir=quick_folder()))
        folder = Path(agreed.read_text())
        folder.chmod(0o711)
        server = EmbeddedPostgres.attach(folder)
    try:
        with _one_at_a_time(shared):
            _make_templates(server)
        yield server
    finally:
        with _one_at_a_time(shared):
            if server.stop_if_last():
                shutil.rmtree(folder)
                agreed.unlink()


@contextmanager
def _one_at_a_time(shared: Path) -> Iterator[None]:
    # One worker may remove the server's folder while another is about to attach.
    with (shared / "server.lock").open("w") as lock:
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
