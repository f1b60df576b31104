"""PostgreSQL in the data folder: made, started, shared and stopped by the processes that use it.

Any number of processes attach to one data folder. Starting and stopping happen under a file lock; every attached
process holds a second lock, shared, which the system drops however the process dies. So the last one to leave knows
that it is the last, and a process killed at any moment leaves no list to tidy.

The data folder holds:

    pg/18/                                  the cluster, its settings written before its first start
    pg/.s.PGSQL.5432                        the socket
    superuser.pgpass, application.pgpass    passwords in libpq's form, readable by the owner alone
    start.lock, attached.lock
    programs/                               a copy of PostgreSQL's programs, where the server's user needs one
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shlex
import shutil
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import quote

import psycopg
from psycopg.pq import PGconn, Ping

from ledger.embedded_binaries import MAJOR_VERSION, EmbeddedPostgresError, ServerUser, find_binaries, server_user

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

__all__ = ["APPLICATION_ROLE", "KEYS_DATABASE", "MAIN_DATABASE", "EmbeddedPostgres", "EmbeddedPostgresError"]

APPLICATION_ROLE: Final = "caseledger_app"
SUPERUSER: Final = "postgres"
MAIN_DATABASE: Final = "caseledger"
KEYS_DATABASE: Final = "caseledger_keys"

# The systems we know allow from 103 to 107 bytes.
SOCKET_PATH_LIMIT: Final = 100
# Recovery after a crash may take as long as replaying everything since the last checkpoint.
START_SECONDS: Final = 120
RETRY_SECONDS: Final = 10

# No value that a statement carries may reach the server's log: errors reach the client, who logs what is safe.
SETTINGS: Final = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "password_encryption": "scram-sha-256",
    "logging_collector": "on",
    "log_directory": "../log",
    "log_filename": "postgresql-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_size": "0",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}

ACCESS_RULES: Final = """\
# Written by caseledger. Every connection proves a password; nothing is reachable from another machine.
local all all              scram-sha-256
host  all all 127.0.0.1/32 scram-sha-256
"""


class EmbeddedPostgres:
    """The server of one data folder, attached to by this process from `attach` to `stop_if_last`."""

    def __init__(self, data_dir: Path, port: int | None) -> None:
        self.data_dir = data_dir
        self.port = port
        self._home = data_dir / "pg"
        self._cluster = self._home / str(MAJOR_VERSION)
        self._user: ServerUser | None = None
        self._binaries = Path()
        self._attachment: int | None = None

    @classmethod
    def attach(cls, data_dir: Path, *, port: int | None = None) -> Self:
        """Start the server of this data folder, or join the one that runs.

        Without `port` the server is reached through its socket alone; with it also at 127.0.0.1, for outside tools.
        The databases `caseledger` and `caseledger_keys` and the application's role exist afterwards.

        Raises:
            EmbeddedPostgresError: it cannot be used here; the message says why.

        """
        server = cls(data_dir.expanduser().resolve(), port)
        server._prepare_folder()
        with server._start_lock():
            server._attachment = _open_lock(server.data_dir / "attached.lock")
            try:
                fcntl.flock(server._attachment, fcntl.LOCK_SH)
                server._initialise()
                server._ensure_running()
            except BaseException:
                server._detach()
                raise
        return server

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop_if_last()

    def admin_url(self, database: str) -> str:
        """Return the superuser's address, through the socket: for migrations and backups alone."""
        return self._url(SUPERUSER, database, self._password_file("superuser"))

    def app_url(self, database: str) -> str:
        """Return the address of the application's role, through the socket."""
        return self._url(APPLICATION_ROLE, database, self._password_file("application"))

    def stop_if_last(self) -> bool:
        """Leave the server; stop it unless another process is attached or an outside tool is connected.

        Returns:
            Whether the server was stopped.

        """
        if self._attachment is None:
            return False
        with self._start_lock():
            try:
                fcntl.flock(self._attachment, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            else:
                if self._ping() is not Ping.NO_RESPONSE and self._is_in_use():
                    return False
                self._pg_ctl("stop", "-m", "fast", "-w", "-t", "60")
                return True
            finally:
                self._detach()

    # Preparing

    def _prepare_folder(self) -> None:
        socket = self._home / ".s.PGSQL.65535"
        if len(os.fsencode(socket)) > SOCKET_PATH_LIMIT:
            raise EmbeddedPostgresError(
                f"The data folder's path is too long for a socket: {socket} has {len(os.fsencode(socket))} bytes, and "
                f"{SOCKET_PATH_LIMIT} is the most. Choose a shorter one by CASELEDGER_DATA_DIR."
            )
        try:
            _make_folder(self.data_dir)
            self._user = server_user(self._cluster)
            if self._user is not None:
                self._refuse_closed_folders(self._user)
            self._binaries = find_binaries(self.data_dir, self._user)
        except OSError as error:
            raise EmbeddedPostgresError(
                f"The data folder {self.data_dir} cannot be used: {error.strerror} ({error.filename})."
            ) from error

    def _refuse_closed_folders(self, user: ServerUser) -> None:
        for folder in (self.data_dir, *self.data_dir.parents):
            if not user.may_pass(folder):
                raise EmbeddedPostgresError(
                    f"The folder {folder} is closed to the system user {user.name}, who runs PostgreSQL because this "
                    "program runs as root. Choose a data folder below an open one (such as /var/lib/caseledger) by "
                    f"CASELEDGER_DATA_DIR, or open this one yourself (chmod o+x {folder})."
                )

    def _initialise(self) -> None:
        if self._cluster.exists():
            self._refuse_foreign_cluster(self._cluster)
            return
        for older in self._home.glob("*/PG_VERSION"):
            self._refuse_foreign_cluster(older.parent)
        self._home.mkdir(mode=0o700, exist_ok=True)
        if self._user is not None:
            os.chown(self._home, self._user.uid, self._user.gid)
        unfinished = self._home / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        passwords = {name: secrets.token_urlsafe(32) for name in (SUPERUSER, APPLICATION_ROLE)}
        self._write_password("superuser", SUPERUSER, passwords[SUPERUSER])
        self._write_password("application", APPLICATION_ROLE, passwords[APPLICATION_ROLE])
        handed_over = self._hand_over_password(passwords[SUPERUSER])
        try:
            self._run(
                "initdb",
                *("--pgdata", unfinished, "--username", SUPERUSER, "--pwfile", handed_over),
                *("--auth", "scram-sha-256", "--data-checksums", "--encoding", "UTF8"),
                *("--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
                *(word for name, value in SETTINGS.items() for word in ("--set", f"{name}={value}")),
            )
        finally:
            handed_over.unlink(missing_ok=True)
        # Written in place, so that the file keeps its owner.
        (unfinished / "pg_hba.conf").write_text(ACCESS_RULES)
        self._run(
            "postgres",
            *("--single", "-D", unfinished, "-c", "exit_on_error=true", "postgres"),
            stdin=f"CREATE ROLE {APPLICATION_ROLE} LOGIN PASSWORD '{passwords[APPLICATION_ROLE]}'\n"
            f"CREATE DATABASE {MAIN_DATABASE} TEMPLATE template0\n"
            f"CREATE DATABASE {KEYS_DATABASE} TEMPLATE template0\n",
        )
        unfinished.rename(self._cluster)

    def _refuse_foreign_cluster(self, cluster: Path) -> None:
        found = (cluster / "PG_VERSION").read_text().strip()
        if found != str(MAJOR_VERSION):
            raise EmbeddedPostgresError(
                f"The database in {cluster} was made by PostgreSQL {found} and this program brings {MAJOR_VERSION}. "
                f"Nothing was changed. Upgrade it by pg_upgrade into {self._cluster}, or run the earlier release."
            )
        for name in ("superuser", "application"):
            if not self._password_file(name).is_file():
                raise EmbeddedPostgresError(
                    f"The password file {self._password_file(name)} of the database in {cluster} is missing. "
                    "Restore it from a backup of the data folder."
                )

    def _hand_over_password(self, password: str) -> Path:
        path = self._home / "initial-password"
        path.unlink(missing_ok=True)
        _write_private(path, password)
        if self._user is not None:
            os.chown(path, self._user.uid, self._user.gid)
        return path

    def _write_password(self, name: str, role: str, password: str) -> None:
        path = self._password_file(name)
        path.unlink(missing_ok=True)
        _write_private(path, f"*:*:*:{role}:{password}\n")

    def _password_file(self, name: str) -> Path:
        return self.data_dir / f"{name}.pgpass"

    # Running

    def _ensure_running(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        retries_end = time.monotonic() + RETRY_SECONDS
        while True:
            state = self._ping()
            if state is Ping.OK:
                break
            # A server that refuses is starting, recovering from a crash or stopping: it will be one or the other soon.
            if state is not Ping.REJECT:
                failure = self._start()
                if failure is None:
                    break
                self._forget_dead_postmaster()
                if time.monotonic() > retries_end:
                    raise EmbeddedPostgresError(f"The database in {self._cluster} does not start: {failure}")
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(
                    f"The database in {self._cluster} did not become ready within {START_SECONDS} seconds. It may be "
                    f"recovering from a crash; its log is in {self._home / 'log'}. Try again later."
                )
            time.sleep(0.1)
        self._refuse_wrong_port()

    def _start(self) -> str | None:
        """Start the server and wait until it answers; return what it said if it could not."""
        options = f"-k {shlex.quote(str(self._home))}"
        if self.port is not None:
            options += f" -c listen_addresses=127.0.0.1 -p {self.port}"
        log = self._home / "start.log"
        log.unlink(missing_ok=True)
        started = self._pg_ctl("start", "-w", "-t", str(START_SECONDS), "-l", log, "-o", options)
        if started.returncode == 0:
            return None
        return log.read_text(errors="replace").strip() if log.exists() else started.stderr.strip()

    def _refuse_wrong_port(self) -> None:
        running = self._running_port()
        if self.port is not None and running != self.port:
            raise EmbeddedPostgresError(
                f"The database in {self._cluster} is already running without port {self.port}. "
                "Stop the other processes that use this data folder, and start the one that asks for the port first."
            )

    def _running_port(self) -> int:
        return self._postmaster_line(3) or 5432

    def _postmaster_line(self, index: int) -> int | None:
        try:
            return int((self._cluster / "postmaster.pid").read_text().splitlines()[index])
        except (OSError, IndexError, ValueError):
            return None

    def _forget_dead_postmaster(self) -> None:
        """Remove the note of a server that is dead, where PostgreSQL itself cannot tell that it is.

        That is so when the process is a zombie whom nobody waits for (a container without an init process), or when
        its number now belongs to another process. PostgreSQL still refuses to start while a process of the dead server
        is attached to its shared memory.
        """
        pid = self._postmaster_line(0)
        if pid is not None and not _is_postgres(pid):
            (self._cluster / "postmaster.pid").unlink(missing_ok=True)

    def _ping(self) -> Ping:
        return Ping(PGconn.ping(f"host={_quoted(self._home)} port={self._running_port()} connect_timeout=5".encode()))

    def _is_in_use(self) -> bool:
        others = "SELECT 1 FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        deadline = time.monotonic() + 1
        with psycopg.connect(self.admin_url("postgres"), autocommit=True) as connection:
            while True:
                if not connection.execute(others).fetchone():
                    return False
                # A connection closed a moment ago is still listed.
                if time.monotonic() > deadline:
                    return True
                time.sleep(0.02)

    # Plumbing

    def _pg_ctl(self, verb: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return self._run("pg_ctl", verb, "-D", self._cluster, *arguments, must_succeed=False)

    def _run(
        self, program: str, *arguments: str | Path, stdin: str = "", must_succeed: bool = True
    ) -> subprocess.CompletedProcess[str]:
        # Settings of libpq and PostgreSQL in the environment are meant for other servers than ours.
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
        done = subprocess.run(  # noqa: S603 - our own programs, no shell
            [self._binaries / program, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            cwd=self._home,
            env=environment | {"LC_ALL": "C"},
            user=self._user.uid if self._user else None,
            group=self._user.gid if self._user else None,
            extra_groups=[] if self._user else None,
            umask=0o077,
        )
        if must_succeed and done.returncode != 0:
            raise EmbeddedPostgresError(f"PostgreSQL's {program} failed: {done.stderr.strip() or done.stdout.strip()}")
        return done

    def _url(self, role: str, database: str, password_file: Path) -> str:
        return (
            f"postgresql://{role}@/{quote(database, safe='')}?host={quote(str(self._home), safe='')}"
            f"&port={self._running_port()}&passfile={quote(str(password_file), safe='')}"
        )

    @contextmanager
    def _start_lock(self) -> Iterator[None]:
        lock = _open_lock(self.data_dir / "start.lock")
        deadline = time.monotonic() + START_SECONDS + RETRY_SECONDS
        try:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise EmbeddedPostgresError(
                            f"Another process has been starting or stopping the database in {self._cluster} for more "
                            f"than {START_SECONDS + RETRY_SECONDS} seconds. Look at {self._home / 'start.log'}."
                        ) from None
                    time.sleep(0.02)
            yield
        finally:
            os.close(lock)

    def _detach(self) -> None:
        if self._attachment is not None:
            os.close(self._attachment)
            self._attachment = None


def _open_lock(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _write_private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it: closed to others, or passable alone when root needs another user to pass."""
    if folder.exists():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)


def _is_postgres(pid: int) -> bool:
    """Whether a process lives and is PostgreSQL's, by what the system says of it."""
    process = Path("/proc") / str(pid)
    if process.parent.joinpath("self").exists():
        try:
            name, _, rest = process.joinpath("stat").read_text().partition("(")[2].rpartition(")")
        except OSError:
            return False
        return name.startswith("postgres") and not rest.strip().startswith(("Z", "X"))
    listed = subprocess.run(["ps", "-o", "stat=,comm=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S603, S607
    state, _, command = listed.stdout.strip().partition(" ")
    return "postgres" in command and not state.startswith("Z")


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("\\", "\\\\").replace("'", "\\'") + "'"
