"""A projector beside an import: figures that keep up, in a process that ends with the one that started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import psutil
import psycopg
import pytest

from api.projecting import ProjectorBeside, bring_up, renew
from ledger.database import Database
from ledger.key_store import KeyStore
from ledger.keys import LocalKeyFile
from projections.fingerprint import fingerprint
from projections.wait import reached
from tests.support.ledgers import Trust, a_trust
from tests.support.postgres import DatabaseUrls

ROOT = Path(__file__).parents[2]
# Starts a projector, says that it has, and waits to be killed.
STARTER = """
import sys, time
from uuid import UUID
from api.projecting import ProjectorBeside

if __name__ == "__main__":
    beside = ProjectorBeside(sys.stdin.readline().strip(), UUID(sys.argv[1]))
    print(beside._process.pid, flush=True)
    time.sleep(60)
"""


@pytest.fixture(scope="module")
def trust(database: Database, keys_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Trust:
    keys = KeyStore(keys_database, LocalKeyFile(tmp_path_factory.mktemp("keys") / "kek.json"))
    return a_trust(database, keys)


def wait_for(what: str, condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < until, what
        time.sleep(0.02)


def test_it_projects_without_being_told_and_finishes_when_it_is(
    trust: Trust, database: Database, database_urls: DatabaseUrls
) -> None:
    position, _ = trust.ledger.head()

    with ProjectorBeside(database_urls.main, trust.trust_id) as beside:
        wait_for("the figures keep up", lambda: reached(database.trust(trust.trust_id)) == position)
        beside.finish()

    bring_up(database, trust.trust_id, position)
    assert position > 0


def test_what_it_leaves_undone_is_done_here(trust: Trust, database: Database) -> None:
    position, _ = trust.ledger.head()

    # No such database: it ends at once.
    with ProjectorBeside("postgresql://127.0.0.1:1/nowhere", trust.trust_id) as beside:
        beside.finish()
    bring_up(database, trust.trust_id, position)

    assert reached(database.trust(trust.trust_id)) == position


def test_an_import_given_up_takes_it_along(trust: Trust, database_urls: DatabaseUrls) -> None:
    beside = ProjectorBeside(database_urls.main, trust.trust_id)

    with suppress(KeyboardInterrupt), beside:
        raise KeyboardInterrupt

    assert not beside._process.is_alive()


def test_it_ends_with_a_process_that_is_killed_and_shows_no_address(
    trust: Trust, database_urls: DatabaseUrls, tmp_path: Path
) -> None:
    script = tmp_path / "starter.py"
    script.write_text(STARTER)
    begun = datetime.now(UTC)
    starter = subprocess.Popen(
        [sys.executable, str(script), str(trust.trust_id)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert starter.stdin is not None
    assert starter.stdout is not None
    try:
        starter.stdin.write(f"{database_urls.main}\n")
        starter.stdin.flush()
        theirs = psutil.Process(int(starter.stdout.readline()))
        wait_for("it is connected", lambda: _has_connected(database_urls, begun))
        shown = [*theirs.cmdline(), *theirs.environ().values()]

        starter.send_signal(signal.SIGKILL)
        starter.wait()
        # Whoever takes over what a killed process leaves may let its remains stand for a while.
        wait_for("it ends", lambda: not theirs.is_running() or theirs.status() == psutil.STATUS_ZOMBIE)
    finally:
        starter.kill()
        starter.communicate()

    assert shown
    assert [one for one in shown if database_urls.main in one] == []


def _has_connected(urls: DatabaseUrls, since: datetime) -> bool:
    """Whether the program has made a connection since then."""
    with psycopg.connect(urls.admin_main) as admin:
        asked = admin.execute(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'caseledger'"
            " AND backend_start > %s",
            [since],
        ).fetchone()
    return asked is not None


# --- what another release derived


def of_trust(database: Database, trust: Trust, statement: str) -> list[tuple[object, ...]]:
    with database.trust(trust.trust_id).connection() as connection:
        return connection.execute(statement.encode()).fetchall()


@pytest.fixture
def outdated(trust: Trust, database: Database) -> Trust:
    """A trust whose read tables another release wrote, and wrote otherwise."""
    bring_up(database, trust.trust_id, trust.ledger.head()[0])
    with database.trust(trust.trust_id).connection() as connection:
        connection.execute(b"UPDATE projection SET built_by = 'another release'")
        connection.execute(b"UPDATE school SET name = 'as it was derived then'")
    return trust


def test_what_another_release_derived_is_rebuilt_beside_and_once(outdated: Trust, database: Database) -> None:
    before = of_trust(database, outdated, "SELECT generation FROM projection")

    renew(database, threading.Event())

    [(generation, live, built_by)] = of_trust(database, outdated, "SELECT generation, live, built_by FROM projection")
    assert [(generation, live, built_by)] == [(before[0][0] + 1, True, fingerprint())]  # type: ignore[operator]
    assert ("as it was derived then",) not in of_trust(database, outdated, "SELECT name FROM school")
    renew(database, threading.Event())
    assert of_trust(database, outdated, "SELECT generation FROM projection") == [(generation,)]


def test_a_renewal_that_is_stopped_leaves_the_live_rows_and_is_taken_up_again(
    outdated: Trust, database: Database
) -> None:
    stopped = threading.Event()
    stopped.set()

    renew(database, stopped)

    assert ("another release",) in of_trust(database, outdated, "SELECT built_by FROM projection WHERE live")
    renew(database, threading.Event())
    assert of_trust(database, outdated, "SELECT built_by FROM projection WHERE live") == [(fingerprint(),)]
