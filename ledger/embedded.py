"""PostgreSQL in the data folder: started, shared and stopped by the processes that use it.

Any number of processes attach to one data folder. Starting and stopping happen under a file lock; every attached
process holds a second lock, shared, which the system drops however the process dies. So the last one to leave knows
that it is the last, and a process killed at any moment leaves no list to tidy. Should all be killed, the server stays
up, and the next process to attach joins it and stops it when it leaves.

The data folder holds:

    pg/18/                                      the cluster
    pg/.s.PGSQL.5432                            the socket
    pg/server.log                               what the server says: never a value of a statement
    postgres.pgpass, caseledger_app.pgpass      passwords, readable by the owner alone
    start.lock, attached.lock
    programs/                                   a copy of PostgreSQL's programs, where the server's user needs one
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import quote

import psycopg
from psycopg.pq import PGconn, Ping

from ledger.embedded_cluster import (
    APPLICATION_ROLE,
    KEYS_DATABASE,
    MAIN_DATABASE,
    SUPERUSER,
    make_cluster,
    password_file,
    refuse_foreign_cluster,
)
from ledger.embedded_programs import (
    MAJOR_VERSION,
    EmbeddedPostgresError,
    Programs,
    ServerUser,
    find_programs,
    server_user,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

__all__ = ["APPLICATION_ROLE", "KEYS_DATABASE", "MAIN_DATABASE", "EmbeddedPostgres", "EmbeddedPostgresError"]

DEFAULT_PORT: Final = 5432
# The systems we know allow from 103 to 107 bytes.
SOCKET_PATH_LIMIT: Final = 100
# Recovery after a crash takes as long as replaying everything since the last checkpoint.
START_SECONDS: Final = 120
STOP_SECONDS: Final = 60
LOG_BYTES: Final = 10_000_000
# What PostgreSQL says while processes of a server that died are still ending, or while it takes a dead one for alive.
_MAY_PASS = ("pre-existing shared memory block", 'lock file "')


class EmbeddedPostgres:
    """The server of one data folder, attached to by this process from `attach` to `stop_if_last`."""

    def __init__(self, data_dir: Path, port: int | None) -> None:
        self.data_dir = data_dir
        self.port = port
        self._home = data_dir / "pg"
        self._cluster = self._home / str(MAJOR_VERSION)
        self._programs = Programs(Path(), None)
        self._attachment: int | None = None

    @classmethod
    def attach(cls, data_dir: Path, *, port: int | None = None) -> Self:
        """Start the server of this data folder, or join the one that runs.

        Without `port` the server is reached through its socket alone; with it the application's role reaches it at
        127.0.0.1 too, for outside tools. The databases `caseledger` and `caseledger_keys` exist afterwards.

        Leave it by `stop_if_last` or by using it as a context; a program that may be ended by a signal must turn the
        signal into an ordinary exit.

        Raises:
            EmbeddedPostgresError: it cannot be used here; the message says why.

        """
        server = cls(data_dir.expanduser().resolve(), port)
        server._refuse_long_path()
        try:
            _make_folder(server.data_dir)
            with server._start_lock():
                server._attach()
        except OSError as error:
            raise EmbeddedPostgresError(
                f"The data folder {server.data_dir} cannot be used: {error.strerror} ({error.filename}). "
                "Choose another by CASELEDGER_DATA_DIR."
            ) from error
        return server

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop_if_last()

    def admin_url(self, database: str) -> str:
        """Return the superuser's address, through the socket: for migrations and backups alone."""
        return self._url(SUPERUSER, database)

    def app_url(self, database: str) -> str:
        """Return the address of the application's role, through the socket."""
        return self._url(APPLICATION_ROLE, database)

    def revive(self) -> bool:
        """Start the server again if it has died while this process was attached; returns whether it had.

        Raises EmbeddedPostgresError when it does not come up again.
        """
        if self._attachment is None or self._ping() is Ping.OK:
            return False
        with self._start_lock():
            if self._ping() is Ping.OK:
                return False
            self._ensure_running()
        return True

    def stop_if_last(self) -> bool:
        """Leave the server; stop it unless another process is attached or an outside tool is connected.

        Returns:
            Whether the server was stopped.

        """
        if self._attachment is None:
            return False
        with self._start_lock():
            try:
                if not self._is_last():
                    return False
                self._stop()
            finally:
                self._detach()
        return True

    # Attaching and leaving

    def _attach(self) -> None:
        user = server_user(self._cluster)
        if user is not None:
            self._refuse_closed_folders(user)
        self._programs = find_programs(self.data_dir, user)
        self._attachment = _open_lock(self.data_dir / "attached.lock")
        try:
            fcntl.flock(self._attachment, fcntl.LOCK_SH)
            if not self._cluster.exists():
                make_cluster(self.data_dir, self._cluster, self._programs)
            refuse_foreign_cluster(self.data_dir, self._cluster)
            self._ensure_running()
        except BaseException:
            self._detach()
            raise

    def _is_last(self) -> bool:
        """Whether nobody else is attached or connected; asked under the start lock, so that nobody can come."""
        assert self._attachment is not None
        try:
            fcntl.flock(self._attachment, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            # The system gave up the shared lock in trying.
            fcntl.flock(self._attachment, fcntl.LOCK_SH)
            return False
        return self._ping() is not Ping.OK or not self._is_connected_to()

    def _is_connected_to(self) -> bool:
        others = "SELECT 1 FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        deadline = time.monotonic() + 1
        with psycopg.connect(self.admin_url("postgres"), autocommit=True) as connection:
            while connection.execute(others).fetchone():
                # A connection closed a moment ago is still listed.
                if time.monotonic() > deadline:
                    return True
                time.sleep(0.02)
        return False

    def _detach(self) -> None:
        if self._attachment is not None:
            os.close(self._attachment)
            self._attachment = None

    @contextmanager
    def _start_lock(self) -> Iterator[None]:
        lock = _open_lock(self.data_dir / "start.lock")
        patience = START_SECONDS + STOP_SECONDS
        deadline = time.monotonic() + patience
        try:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise EmbeddedPostgresError(
                            f"Another process has been starting or stopping the database in {self._cluster} for more "
                            f"than {patience} seconds. What the server last said is in {self._home / 'server.log'}."
                        ) from None
                    time.sleep(0.02)
            yield
        finally:
            os.close(lock)

    # Running

    def _ensure_running(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while (state := self._ping()) is not Ping.OK:
            # One that answers by refusing is starting, recovering from a crash or stopping: wait which it will be.
            failure = None if state is Ping.REJECT else self._start()
            if failure is not None and not any(words in failure for words in _MAY_PASS):
                raise EmbeddedPostgresError(f"The database in {self._cluster} does not start: {failure}")
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(
                    f"The database in {self._cluster} did not become ready within {START_SECONDS} seconds. "
                    f"It may be recovering from a crash: see {self._home / 'server.log'}, and try again later."
                )
            time.sleep(0.05)
        self._refuse_unsafe_settings()
        if self.port is not None and self.port != self._running_port():
            self._move_to_port()

    def _start(self) -> str | None:
        """Start the server and wait until it answers; return what it said if it did not come up."""
        self._forget_dead_postmaster()
        # pg_ctl hands all this to a shell, so no path but of our own choosing is in it. The server's folder is its own.
        # Said at each start, so that clusters of former releases are held to it: files of the log of changes that are
        # done with are deleted, as one that is used again still ends with what it held before, erased or not.
        options = "-k .. -c wal_recycle=off"
        if self.port is not None:
            options += f" -c listen_addresses=127.0.0.1 -p {self.port}"
        log = self._home / "server.log"
        said_before = log.stat().st_size if log.exists() else 0
        if said_before > LOG_BYTES:
            log.replace(log.with_suffix(".log.old"))
            said_before = 0
        started = self._pg_ctl("start", "-w", "-t", str(START_SECONDS), "-l", log.name, "-o", options)
        if started.returncode == 0:
            return None
        said = log.read_bytes()[said_before:].decode(errors="replace") if log.exists() else started.stderr
        return said.strip()

    def _stop(self) -> None:
        self._forget_dead_postmaster()
        self._pg_ctl("stop", "-m", "fast", "-w", "-t", str(STOP_SECONDS))

    def _move_to_port(self) -> None:
        if not self._is_last():
            raise EmbeddedPostgresError(
                f"The database in {self._cluster} is in use without port {self.port}. Stop the other processes that "
                "use this data folder, and start the one that asks for the port first."
            )
        assert self._attachment is not None
        fcntl.flock(self._attachment, fcntl.LOCK_SH)
        self._stop()
        self._ensure_running()

    def _refuse_unsafe_settings(self) -> None:
        query = "SELECT name FROM pg_settings WHERE name = ANY (%s) AND setting <> 'on' ORDER BY name"
        needed = ["data_checksums", "fsync", "full_page_writes"]
        with psycopg.connect(self.admin_url("postgres"), autocommit=True) as connection:
            off = [name for (name,) in connection.execute(query, [needed])]
        if off:
            raise EmbeddedPostgresError(
                f"The database in {self._cluster} could lose what it acknowledged: turn on {', '.join(off)}."
            )

    def _forget_dead_postmaster(self) -> None:
        """Remove the notes of a server that is dead, where PostgreSQL itself would take it for alive.

        That is so when the process is a zombie whom nobody waits for (a container without an init process), or when
        its number now belongs to another process. PostgreSQL still refuses to start while a process of the dead server
        is attached to its shared memory.
        """
        for note in (self._cluster / "postmaster.pid", *self._home.glob(".s.PGSQL.*.lock")):
            pid = _number_in(note, line=0)
            if pid is not None and not _is_postgres(pid):
                note.unlink(missing_ok=True)

    def _running_port(self) -> int:
        return _number_in(self._cluster / "postmaster.pid", line=3) or DEFAULT_PORT

    def _ping(self) -> Ping:
        address = psycopg.conninfo.make_conninfo(host=str(self._home), port=self._running_port(), connect_timeout=5)
        return Ping(PGconn.ping(address.encode()))

    def _pg_ctl(self, verb: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._programs.run("pg_ctl", verb, "-D", self._cluster.name, *arguments, working_folder=self._home)

    def _url(self, role: str, database: str) -> str:
        return (
            f"postgresql://{role}@/{quote(database, safe='')}?host={quote(str(self._home), safe='')}"
            f"&port={self._running_port()}&passfile={quote(str(password_file(self.data_dir, role)), safe='')}&options="
        )

    # Refusing

    def _refuse_long_path(self) -> None:
        longest = os.fsencode(self._home / ".s.PGSQL.65535.lock")
        if len(longest) > SOCKET_PATH_LIMIT:
            raise EmbeddedPostgresError(
                f"The path of the data folder {self.data_dir} is too long for the database's socket, by "
                f"{len(longest) - SOCKET_PATH_LIMIT} bytes. Choose a shorter one by CASELEDGER_DATA_DIR."
            )

    def _refuse_closed_folders(self, user: ServerUser) -> None:
        for folder in (self.data_dir, *self.data_dir.parents):
            if not user.may_pass(folder):
                raise EmbeddedPostgresError(
                    f"The folder {folder} is closed to the system user {user.name}, who runs PostgreSQL because this "
                    "program runs as root. Choose a data folder below an open one (such as /var/lib/caseledger) by "
                    f"CASELEDGER_DATA_DIR, or open this one yourself (chmod o+x {folder})."
                )


def _open_lock(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _number_in(note: Path, *, line: int) -> int | None:
    """Return the number in a line of one of PostgreSQL's lock files; None when there is none."""
    try:
        return int(note.read_text().splitlines()[line])
    except (FileNotFoundError, IndexError, ValueError):
        return None


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it, closed to others; root's may be passed through, by the server's user."""
    if folder.exists():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)


def _is_postgres(pid: int) -> bool:
    """Whether a process is alive and PostgreSQL's, by what the system says of it."""
    if Path("/proc/self/stat").exists():
        try:
            # The name stands in brackets and may hold brackets itself; the state comes after it.
            name, _, rest = Path(f"/proc/{pid}/stat").read_text().partition("(")[2].rpartition(")")
        except OSError:
            return False
        return name == "postgres" and not rest.startswith((" Z", " X"))
    command = ["ps", "-o", "stat=,comm=", "-p", str(pid)]
    listed = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words, no shell
    return "postgres" in listed.stdout and not listed.stdout.lstrip().startswith("Z")
