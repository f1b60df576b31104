"""One data folder whose API, projector and database run as real processes, are killed, and are started again."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from api.authentication import DevelopmentTokens
from api.settings import DEMONSTRATION_TRUST
from ledger.embedded import EmbeddedPostgres
from tests.e2e.demonstration import CASELEDGER, Demonstration
from tests.support.postgres import quick_folder


class Killed(StrEnum):
    """What is killed, always by SIGKILL."""

    API = "API"
    PROJECTOR = "PROJECTOR"
    DATABASE = "DATABASE"


class Installation:
    """A filled demonstration trust, served by one process and projected by another.

    `said` is the file of all that the processes print, `temporary` the folder of their temporary files.
    """

    def __init__(self, shown: Demonstration, serve: Sequence[str], settings: Mapping[str, str]) -> None:
        self.shown = shown
        self.said = shown.folder.parent / "said.log"
        self.temporary = shown.folder.parent / "tmp"
        self.temporary.mkdir()
        self._serve = serve
        self._settings = {"CASELEDGER_PROJECTOR": "false", "TMPDIR": str(self.temporary), **settings}
        self._api: subprocess.Popen[bytes] | None = None
        self._projector: subprocess.Popen[bytes] | None = None

    def start_api(self) -> None:
        """Start the server, and wait until it answers that it is ready."""
        self._api = self._start([*self._serve, "--port", str(self.shown.port)])
        until = time.monotonic() + 90
        while not self.shown.ready():
            assert self._api.poll() is None, self.said.read_text()
            assert time.monotonic() < until, "the server did not become ready"
            time.sleep(0.05)

    def start_projector(self) -> None:
        self._projector = self._start([*CASELEDGER, "project"])

    def start_database(self) -> None:
        """Start the database as any process does that finds it away; others use it, so that it stays."""
        EmbeddedPostgres.attach(self.shown.folder).stop_if_last()

    def kill(self, what: Killed) -> None:
        match what:
            case Killed.API:
                self._kill(self._api)
            case Killed.PROJECTOR:
                self._kill(self._projector)
            case Killed.DATABASE:
                self.kill_database()

    def restart(self, what: Killed) -> None:
        """Start what was killed; what was not must find its way again by itself."""
        match what:
            case Killed.API:
                self.start_api()
            case Killed.PROJECTOR:
                self.start_projector()
            case Killed.DATABASE:
                self.start_database()

    def kill_database(self) -> None:
        """Kill the postmaster and all its children, at once."""
        note = self.shown.folder / "pg" / "18" / "postmaster.pid"
        postmaster = int(note.read_text().split()[0])
        for pid in (postmaster, *children_of(postmaster)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def stop(self) -> None:
        """Kill whatever runs, and have the database stopped by the last who leaves it."""
        for process in (self._api, self._projector):
            if process is not None:
                self._kill(process)
        EmbeddedPostgres.attach(self.shown.folder).stop_if_last()

    def _start(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        environment = self.shown.environment | self._settings
        with self.said.open("ab") as said:
            return subprocess.Popen(
                list(command), env=environment, stdout=said, stderr=subprocess.STDOUT, start_new_session=True
            )

    def _kill(self, process: subprocess.Popen[bytes] | None) -> None:
        assert process is not None
        process.kill()
        process.wait(timeout=30)

    def refuse_deaths(self) -> None:
        """Neither the server nor the projector has ended of its own accord."""
        for process in (self._api, self._projector):
            assert process is not None
            assert process.poll() is None, self.said.read_text()


SERVE = (*CASELEDGER, "serve")
ROLES = (
    *("trust-lead", "auditor", "dashboard", "mis:900003", "staff:900003"),
    *("headteacher:900001", "headteacher:900003"),
)


def faulty_serve(fault: str) -> tuple[str, ...]:
    """The command that serves with a fault planted; see tests/e2e/faulty.py."""
    return (sys.executable, "-m", "tests.e2e.faulty", fault, "serve")


@contextmanager
def filled_folder() -> Iterator[Path]:
    """The data folder of the demonstration, filled and at rest: a pattern to be copied."""
    with _folder() as folder:
        shown = Demonstration(folder / "d", _free_port())
        try:
            shown.start()
        finally:
            if shown.process is not None:
                shown.stop()
        yield shown.folder


@contextmanager
def installation(
    pattern: Path, serve: Sequence[str] = SERVE, settings: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Installation]:
    """A copy of a filled data folder with its API and a projector running; all of it is stopped at the end."""
    with _folder() as folder:
        # The cluster belongs to a user of its own, which a copy keeps.
        subprocess.run(["cp", "-a", pattern, folder / "d"], check=True)
        shown = Demonstration(folder / "d", _free_port())
        tokens = DevelopmentTokens.load(shown.folder, host="127.0.0.1")
        # What `caseledger token` prints, without a process for each.
        shown.tokens |= {(role,): tokens.issue(DEMONSTRATION_TRUST, role, hours=2) for role in ROLES}
        installed = Installation(shown, serve, settings)
        try:
            installed.start_api()
            installed.start_projector()
            yield installed
        finally:
            installed.stop()


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="clk-", dir=quick_folder()))
    # The embedded server runs as a user of its own when the tests run as root.
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def children_of(pid: int) -> list[int]:
    """The processes that a process has started and that still run."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # The name stands in brackets and may hold anything; state and parent come after it.
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid:
                found.append(int(stat.parent.name))
    return found
