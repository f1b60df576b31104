"""Processes killed while cases are read: nobody has an answer that stands in no entry of the log of reads."""

from __future__ import annotations

import json
import random
import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest

from api.settings import DEMONSTRATION_TRUST
from ledger.embedded import MAIN_DATABASE, EmbeddedPostgres
from ledger.read_log import first_fault, log_head, stored_reads
from tests.e2e.faulty import Fault
from tests.e2e.killing import SERVE, Installation, Killed, faulty_serve, filled_folder, installation

READERS = 4
SEED = secrets.token_hex(4)
QUERIES = (
    "{ cases(first: 4) { nodes { id } } }",
    "{ cases(first: 2, orderBy: REFERENCE) { nodes { id history(first: 2) { nodes { type } } } } }",
    "{ duties(first: 3) { nodes { case { id } } } }",
)
# One answer: to whom, and which cases it showed.
Shown = tuple[str, frozenset[str]]


class Readers:
    """Some who read until they are stopped, and what they were shown."""

    def __init__(self, installed: Installation) -> None:
        self.installed = installed
        self.shown: Counter[Shown] = Counter()
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    @contextmanager
    def reading(self) -> Iterator[None]:
        threads = [threading.Thread(target=self._read, args=(number,)) for number in range(READERS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stopped.set()
            for thread in threads:
                thread.join()

    def _read(self, number: int) -> None:
        chance = random.Random(f"{SEED}/{number}")
        roles = ("trust-lead", "auditor", "headteacher:900003")
        address = f"{self.installed.shown.address}/graphql"
        with httpx.Client(timeout=30) as client:
            while not self._stopped.is_set():
                role, query = chance.choice(roles), chance.choice(QUERIES)
                headers = {"Authorization": f"Bearer {self.installed.shown.token(role)}"}
                try:
                    if chance.random() < 0.5:
                        answer = client.get(address, params={"query": query}, headers=headers)
                    else:
                        answer = client.post(address, json={"query": query}, headers=headers)
                    ids = frozenset(_ids(answer.json().get("data")))
                except (httpx.HTTPError, json.JSONDecodeError):
                    # It came to nothing, or not to its end.
                    time.sleep(0.01)
                    continue
                if ids:
                    with self._lock:
                        self.shown[role, ids] += 1

    def wait_for(self, more: int) -> None:
        wanted, until = self.shown.total() + more, time.monotonic() + 90
        while self.shown.total() < wanted:
            assert time.monotonic() < until, "too few answers came"
            time.sleep(0.005)


def _ids(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from [one] if name == "id" else _ids(one)
    elif isinstance(value, list):
        for one in value:
            yield from _ids(one)


def recorded(data_dir: Path) -> Counter[Shown]:
    """What the log holds, whose chain holds too."""
    with EmbeddedPostgres.attach(data_dir) as server, psycopg.connect(server.admin_url(MAIN_DATABASE)) as main:
        trust = UUID(str(DEMONSTRATION_TRUST))
        # What the killed server had sent may be carried out still, between two questions that do not see the same.
        main.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        reads = list(stored_reads(main, trust))
        assert first_fault(reads, log_head(main, trust), {}) is None
    bodies = [json.loads(read.body) for read in reads]
    return Counter((_role(body), frozenset(body["cases"])) for body in bodies)


def _role(body: dict[str, Any]) -> str:
    return str(body["actor_role"]) + (f":{body['school']}" if "school" in body else "")


@pytest.fixture(scope="module")
def pattern() -> Iterator[Path]:
    with filled_folder() as folder:
        yield folder


def unrecorded(pattern: Path, serve: tuple[str, ...], kills: tuple[Killed, ...]) -> tuple[int, Counter[Shown]]:
    """Kill while cases are read; how many answers came, and which of them stand in no entry."""
    with installation(pattern, serve) as installed:
        readers = Readers(installed)
        with readers.reading():
            for what in kills:
                readers.wait_for(40)
                installed.kill(what)
                installed.restart(what)
            readers.wait_for(20)
        return readers.shown.total(), readers.shown - recorded(installed.shown.folder)


def test_whoever_has_an_answer_stands_in_the_log_whatever_was_killed(pattern: Path) -> None:
    answers, missing = unrecorded(pattern, SERVE, (Killed.API, Killed.DATABASE, Killed.API))

    assert missing == Counter(), f"seed {SEED}"
    assert answers >= 140


def test_a_server_that_records_after_it_answers_is_found(pattern: Path) -> None:
    _, missing = unrecorded(pattern, faulty_serve(Fault.RECORDS_READS_AFTERWARDS), (Killed.API,))

    assert missing.total() > 0
