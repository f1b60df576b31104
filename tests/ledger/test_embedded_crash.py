"""Processes killed at any moment: the server, and those who use it."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
import pytest

from ledger import embedded
from ledger.embedded import EmbeddedPostgres, EmbeddedPostgresError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
WRITER = """
import sys, psycopg
with psycopg.connect(sys.argv[1], autocommit=True) as connection:
    for number in range(1, 1_000_000):
        connection.execute("INSERT INTO written VALUES (%s)", [number])
        print(number, flush=True)
"""
USER = """
import sys; from pathlib import Path; from ledger.embedded import EmbeddedPostgres
server = EmbeddedPostgres.attach(Path(sys.argv[1])); print("attached", flush=True); sys.stdin.read()
"""


def postmaster(server: EmbeddedPostgres) -> int:
    return int((server.data_dir / "pg" / "18" / "postmaster.pid").read_text().split()[0])


def one(url: str, query: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def state_of(pid: int) -> str:
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rpartition(")")[2].split()[0]


@contextmanager
def nobody_waits_for_the_dead() -> Iterator[None]:
    """Make this process the init process of a container that never waits: its orphans end as zombies."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        yield
    finally:
        libc.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def test_what_was_acknowledged_is_there_after_the_server_was_killed(shared_folder: Path) -> None:
    server = EmbeddedPostgres.attach(shared_folder)
    with psycopg.connect(server.admin_url("caseledger"), autocommit=True) as admin:
        admin.execute("DROP TABLE IF EXISTS written; CREATE TABLE written (number int)")
    for _ in range(3):
        url = server.admin_url("caseledger")
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, url], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as writer:
            assert writer.stdout is not None
            acknowledged = [int(writer.stdout.readline()) for _ in range(200)]
            os.kill(postmaster(server), signal.SIGKILL)
            acknowledged += [int(line) for line in writer.stdout]

        again = EmbeddedPostgres.attach(shared_folder)
        kept = one(again.admin_url("caseledger"), "SELECT max(number) FROM written")
        assert isinstance(kept, int)
        # The last may have been committed without being acknowledged; none the other way round.
        assert 0 <= kept - acknowledged[-1] <= 1
        with psycopg.connect(again.admin_url("caseledger"), autocommit=True) as admin:
            admin.execute("TRUNCATE written")
        assert not again.stop_if_last()
    assert server.stop_if_last()


def test_a_server_that_died_and_that_nobody_waits_for_is_started_again(shared_folder: Path) -> None:
    with nobody_waits_for_the_dead():
        server = EmbeddedPostgres.attach(shared_folder)
        dead = postmaster(server)
        os.kill(dead, signal.SIGKILL)
        while state_of(dead) != "Z":
            time.sleep(0.01)

        again = EmbeddedPostgres.attach(shared_folder)
        alive = postmaster(again)
        assert one(again.app_url("caseledger"), "SELECT 1") == 1

        again.stop_if_last()
        assert server.stop_if_last()
    for pid in (dead, alive):
        os.waitpid(pid, 0)


def test_the_note_of_a_dead_server_whose_number_another_process_has_is_not_believed(shared_folder: Path) -> None:
    EmbeddedPostgres.attach(shared_folder).stop_if_last()
    note = shared_folder / "pg" / "18" / "postmaster.pid"
    note.write_text(f"{os.getpid()}\n{shared_folder}/pg/18\n1700000000\n5432\n..\n\n\nready\n")

    with EmbeddedPostgres.attach(shared_folder) as server:
        assert one(server.app_url("caseledger"), "SELECT 1") == 1


def test_the_server_outlives_whoever_started_it_and_is_stopped_by_the_next(shared_folder: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", USER, shared_folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as starter:
        assert starter.stdout is not None
        assert starter.stdout.readline() == "attached\n"
        second = EmbeddedPostgres.attach(shared_folder)
        running = postmaster(second)
        starter.kill()

    assert one(second.app_url("caseledger"), "SELECT 1") == 1
    assert postmaster(second) == running
    assert second.stop_if_last()


def test_a_server_left_by_the_killed_is_joined_and_stopped(shared_folder: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", USER, shared_folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as starter:
        assert starter.stdout is not None
        starter.stdout.readline()
        left = int((shared_folder / "pg" / "18" / "postmaster.pid").read_text().split()[0])
        starter.kill()

    with EmbeddedPostgres.attach(shared_folder) as server:
        assert postmaster(server) == left
    assert not (shared_folder / "pg" / "18" / "postmaster.pid").exists()


def test_leaving_after_the_server_was_killed_is_quiet(shared_folder: Path) -> None:
    server = EmbeddedPostgres.attach(shared_folder)
    os.kill(postmaster(server), signal.SIGKILL)

    assert server.stop_if_last()
    EmbeddedPostgres.attach(shared_folder).stop_if_last()


@contextmanager
def recovering(folder: Path) -> Iterator[None]:
    """Keep the server in recovery, where it refuses every connection, until it is promoted."""
    cluster = folder / "pg" / "18"
    settings = cluster / "postgresql.auto.conf"
    before = settings.read_text()
    settings.write_text("hot_standby = off\n")
    (cluster / "standby.signal").touch()
    try:
        yield
    finally:
        settings.write_text(before)


def promote(folder: Path) -> None:
    (folder / "pg" / "18" / "promote").touch()
    os.kill(int((folder / "pg" / "18" / "postmaster.pid").read_text().split()[0]), signal.SIGUSR1)


def test_a_server_that_is_recovering_is_waited_for(shared_folder: Path) -> None:
    with recovering(shared_folder):
        promotion = threading.Timer(1, promote, [shared_folder])
        promotion.start()
        began = time.monotonic()
        with EmbeddedPostgres.attach(shared_folder) as server:
            waited = time.monotonic() - began
            assert one(server.app_url("caseledger"), "SELECT 1") == 1

    assert waited > 1


def test_a_server_that_recovers_for_too_long_is_told_so_and_left_to_recover(
    shared_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with recovering(shared_folder):
        monkeypatch.setattr(embedded, "START_SECONDS", 1)
        with pytest.raises(EmbeddedPostgresError) as refused:
            EmbeddedPostgres.attach(shared_folder)
        monkeypatch.undo()

        assert str(refused.value) == (
            f"The database in {shared_folder}/pg/18 did not become ready within 1 seconds. It may be recovering from a "
            f"crash: see {shared_folder}/pg/server.log, and try again later."
        )
        promote(shared_folder)
        with EmbeddedPostgres.attach(shared_folder) as server:
            assert one(server.app_url("caseledger"), "SELECT 1") == 1


def test_a_configuration_that_does_not_start_is_told_in_the_servers_words(shared_folder: Path) -> None:
    settings = shared_folder / "pg" / "18" / "postgresql.auto.conf"
    before = settings.read_text()
    settings.write_text("shared_buffers = 'much'\n")
    try:
        with pytest.raises(
            EmbeddedPostgresError, match=r'does not start: .*invalid value for parameter "shared_buffers"'
        ):
            EmbeddedPostgres.attach(shared_folder)
    finally:
        settings.write_text(before)


def test_a_process_that_stays_attached_starts_a_dead_server_again(shared_folder: Path) -> None:
    with EmbeddedPostgres.attach(shared_folder) as server:
        assert server.revive() is False
        killed = postmaster(server)
        os.kill(killed, signal.SIGKILL)
        deadline = time.monotonic() + 60
        while not server.revive():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert postmaster(server) != killed
        assert one(server.app_url("caseledger"), "SELECT 1") == 1
    assert server.revive() is False
