"""Processes killed at any moment while commands are given: nothing acknowledged is lost, and the figures stay true.

CASELEDGER_TEST_KILLS says how often each kind of process is killed, CASELEDGER_TEST_SEED repeats a run's choices.
"""

from __future__ import annotations

import os
import random
import re
import secrets
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from ledger.embedded import APPLICATION_ROLE, MAIN_DATABASE, EmbeddedPostgres
from ledger.entry import leaf_hash
from tests.e2e.command_writers import Acknowledged, Journal, Writer, mutation, told
from tests.e2e.faulty import Fault
from tests.e2e.killing import Installation, Killed, faulty_serve, filled_folder, installation
from tests.e2e.ledger_audit import Cell, LedgerRows, findings

WRITERS = 4
KILLS_OF_EACH = int(os.environ.get("CASELEDGER_TEST_KILLS", "3"))
SEED = os.environ.get("CASELEDGER_TEST_SEED") or secrets.token_hex(4)
# Enough to be sure that a run was one, few enough for a busy machine.
LEAST_ACKNOWLEDGED = 8

FIGURES = """
query ($position: Int!) {
  monitoring(from: "2024-09-01", to: "2026-08-31", groupBy: [COUNT, SCHOOL, MONTH], atLeast: $position) {
    position cells { count school { urn } period value }
  }
}
"""


class Run:
    """Writers at work on an installation, and what they were told in all."""

    def __init__(self, installed: Installation, seed: str) -> None:
        self.installed = installed
        self.random = random.Random(seed)
        self.journal = Journal()
        self.since = self.rows().head
        self._seed = seed
        self._started = 0

    def rows(self) -> LedgerRows:
        return LedgerRows.read(self.installed.shown.folder)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Writers give commands while the block runs, and get an answer to the last one afterwards."""
        self._started += 1
        names = [f"{self._seed}/{self._started}/{number}" for number in range(WRITERS)]
        writers = [Writer(self.installed.shown, self.journal, name) for name in names]
        for writer in writers:
            writer.start()
        try:
            yield
        finally:
            for writer in writers:
                writer.stop()
            for writer in writers:
                writer.join()

    def wait_for_acknowledged(self, more: int) -> None:
        wanted = len(self.journal.acknowledged) + more
        until = time.monotonic() + 60
        while len(self.journal.acknowledged) < wanted:
            assert time.monotonic() < until, "commands are no longer carried out"
            time.sleep(0.01)

    def wait_for_an_acknowledged(self, name: str) -> None:
        until = time.monotonic() + 60
        while all(told.name != name for told in list(self.journal.acknowledged.values())):
            assert time.monotonic() < until, f"no {name} is carried out"
            time.sleep(0.01)

    def kill_while_writing(self, what: Killed) -> None:
        """Kill at a random moment of full work, start again, and see work go on."""
        with self.writing():
            self.wait_for_acknowledged(LEAST_ACKNOWLEDGED)
            time.sleep(self.random.uniform(0, 0.5))
            self.installed.kill(what)
            time.sleep(self.random.uniform(0, 0.3))
            self.installed.restart(what)
            self.wait_for_acknowledged(LEAST_ACKNOWLEDGED)

    def findings(self, rows: LedgerRows) -> list[str]:
        """What is wrong with the ledger, or with what the writers were told."""
        journal = self.journal
        wrong = findings(rows, journal.acknowledged.values(), journal.refused, self.since)
        return [*wrong, *journal.troubles]

    def live_figures(self, position: int) -> dict[Cell, int]:
        """The figures that are not zero, asked for until the projector has come that far."""
        until = time.monotonic() + 60
        while "errors" in (answer := self.installed.shown.answer(FIGURES, position=position)):
            assert time.monotonic() < until, (answer["errors"], self.installed.said.read_text())
        cells = answer["data"]["monitoring"]["cells"]
        return Counter({(c["count"], c["school"]["urn"], c["period"]): c["value"] for c in cells if c["value"]})


@pytest.fixture(scope="module")
def pattern() -> Iterator[Path]:
    with filled_folder() as folder:
        yield folder


def test_nothing_acknowledged_is_lost_and_the_figures_stay_true(pattern: Path) -> None:
    kinds = [kind for kind in Killed for _ in range(KILLS_OF_EACH)]
    random.Random(SEED).shuffle(kinds)
    tell(f"seed {SEED}, {KILLS_OF_EACH} kills of each of {', '.join(Killed)}")
    with installation(pattern) as installed:
        run = Run(installed, SEED)
        for number, kind in enumerate(kinds, start=1):
            run.kill_while_writing(kind)
            rows = run.rows()
            assert run.findings(rows) == [], f"after kill {number}, of {kind}, with seed {SEED}"
            assert run.live_figures(rows.head) == rows.figures()
            installed.refuse_deaths()

        rebuilt = installed.shown.run("rebuild", "core", "--verify")
        assert (rebuilt.returncode, "NOT live" in rebuilt.stdout) == (0, False), rebuilt.stdout + rebuilt.stderr
        assert run.live_figures(rows.head) == rows.figures()
        assert run.rows().head == rows.head
        journal = run.journal
        tell(
            f"{len(kinds)} kills, {rows.head - run.since} events; {len(journal.acknowledged)} commands acknowledged,"
            f" {len(journal.refused)} refused, {journal.sent_again} sent again, of which {journal.found_recorded} were"
            f" found recorded; {journal.repeated} repeated"
        )
        assert journal.repeated > 0


# --- What the audit must find: faults of a server


def test_a_server_that_acknowledges_before_it_commits_is_found(pattern: Path) -> None:
    with installation(pattern, faulty_serve(Fault.ACKNOWLEDGES_BEFORE_COMMIT)) as installed:
        run = Run(installed, SEED)
        with run.writing():
            run.wait_for_an_acknowledged("addAddendum")
            installed.kill(Killed.API)
            installed.restart(Killed.API)
        assert "command was acknowledged and is not recorded" in summary(run.findings(run.rows()))


def test_a_database_that_acknowledges_before_it_is_on_disk_is_found(pattern: Path) -> None:
    with installation(pattern, faulty_serve(Fault.DOES_NOT_CHECK_THE_DATABASE)) as installed:
        with EmbeddedPostgres.attach(installed.shown.folder) as server:
            administer(server, f"ALTER ROLE {APPLICATION_ROLE} SET synchronous_commit = off")
            administer(server, "ALTER SYSTEM SET wal_writer_delay = '10s'")
            administer(server, "SELECT pg_reload_conf()")
        installed.kill(Killed.API)
        installed.kill(Killed.PROJECTOR)
        installed.start_api()
        run = Run(installed, SEED)
        run.kill_while_writing(Killed.DATABASE)
        assert "command was acknowledged and is not recorded" in summary(run.findings(run.rows()))


def test_a_recorder_that_skips_a_position_is_found(pattern: Path) -> None:
    with installation(pattern, faulty_serve(Fault.SKIPS_A_POSITION)) as installed:
        run = Run(installed, SEED)
        with run.writing():
            run.wait_for_acknowledged(60)
        assert summary(run.findings(run.rows())) >= {"position is missing", "the head is at and there are events"}


# --- What the audit must find: faults in the rows


@pytest.fixture(scope="module")
def sound(pattern: Path) -> Iterator[tuple[LedgerRows, list[Acknowledged], int]]:
    """A sound ledger, what its writers were told, and where they began."""
    with installation(pattern) as installed:
        run = Run(installed, SEED)
        with run.writing():
            run.wait_for_acknowledged(40)
        last = report_incident(installed)
        yield run.rows(), [*run.journal.acknowledged.values(), last], run.since


def report_incident(installed: Installation) -> Acknowledged:
    """A command of one event."""
    command_id = uuid4()
    report = {"schoolUrn": "900001", "openedOn": "2026-03-02", "summary": "The last."}
    answer = installed.shown.ask(mutation("reportIncident"), input={"commandId": str(command_id), **report})
    return told("reportIncident", command_id, answer["reportIncident"])


def last_event_lost(rows: LedgerRows) -> LedgerRows:
    return replace(rows, events=rows.events[:-1])


def last_event_twice(rows: LedgerRows) -> LedgerRows:
    again = replace(rows.events[-1], position=len(rows.events) + 1)
    return replace(rows, events=[*rows.events, again], head=rows.head + 1)


def same_instant_twice(rows: LedgerRows) -> LedgerRows:
    *others, before, last = rows.events
    instant = before.recorded_at
    leaf = leaf_hash(last.position, instant, last.body)
    return replace(rows, events=[*others, before, replace(last, recorded_at=instant, leaf=leaf)])


def last_body_changed(rows: LedgerRows) -> LedgerRows:
    *others, last = rows.events
    return replace(rows, events=[*others, replace(last, body=last.body.replace(b'"school":"9', b'"school":"8'))])


def version_skipped(rows: LedgerRows) -> LedgerRows:
    *others, last = rows.events
    return replace(rows, events=[*others, replace(last, version=last.version + 1)])


def body_exchanged(rows: LedgerRows) -> LedgerRows:
    """An event that has a successor says something else, with a leaf that fits: only the chain tells."""
    followed = {event.stream_id for event in rows.events if event.version == 2}
    exchanged = next(event for event in rows.events if event.stream_id in followed)
    body = exchanged.body.replace(b'"actor_role":"system"', b'"actor_role":"auditor"')
    leaf = leaf_hash(exchanged.position, exchanged.recorded_at, body)
    new = replace(exchanged, body=body, leaf=leaf)
    return replace(rows, events=[new if event is exchanged else event for event in rows.events])


def receipt_lost(rows: LedgerRows) -> LedgerRows:
    return replace(rows, receipts=dict(list(rows.receipts.items())[:-1]))


def receipt_of_another(rows: LedgerRows) -> LedgerRows:
    *others, (command_id, receipt) = rows.receipts.items()
    wrong = replace(receipt, case_id=uuid4(), first_position=1)
    return replace(rows, receipts=dict([*others, (command_id, wrong)]))


def part_lost(rows: LedgerRows) -> LedgerRows:
    return replace(rows, parts=dict(list(rows.parts.items())[:-1]))


def keys_lost(rows: LedgerRows) -> LedgerRows:
    return replace(rows, active_keys=set())


PART_MISSING = "the sealed part of version of stream is missing or is nobody's"
RECEIPT_MISSING = "command has a receipt without events, or events without a receipt"
FOUND: dict[Callable[[LedgerRows], LedgerRows], set[str]] = {
    last_event_lost: {
        "the head is at and there are events",
        RECEIPT_MISSING,
        PART_MISSING,
        "command was acknowledged and is not recorded",
    },
    last_event_twice: {
        "position was recorded no later than the one before it",
        "the leaf at position is not that of its body",
        "the versions of stream are not to",
        "position does not follow from position",
        "the receipt of command names other positions than its events have",
        "the events of command do not stand side by side in their order",
        "command was acknowledged at another position",
        "command was acknowledged with other events of its case",
    },
    same_instant_twice: {"position was recorded no later than the one before it"},
    last_body_changed: {"the leaf at position is not that of its body"},
    version_skipped: {"the versions of stream are not to", PART_MISSING},
    body_exchanged: {"position does not follow from position"},
    receipt_lost: {RECEIPT_MISSING},
    receipt_of_another: {
        "the receipt of command names another case",
        "the receipt of command names other positions than its events have",
    },
    part_lost: {PART_MISSING},
    keys_lost: {"the key of part of version of stream is missing or another"},
}


@pytest.mark.parametrize(("change", "found"), FOUND.items(), ids=[change.__name__ for change in FOUND])
def test_a_fault_in_the_rows_is_found(
    sound: tuple[LedgerRows, list[Acknowledged], int], change: Callable[[LedgerRows], LedgerRows], found: set[str]
) -> None:
    rows, acknowledged, since = sound
    assert findings(rows, acknowledged, [], since) == []
    assert summary(findings(change(rows), acknowledged, [], since)) == found


def test_an_answer_that_does_not_agree_with_the_rows_is_found(
    sound: tuple[LedgerRows, list[Acknowledged], int],
) -> None:
    rows, acknowledged, since = sound
    *others, last = acknowledged
    elsewhere = replace(last, position=last.position + 1, event_positions=(1,))
    never = replace(last, command_id=uuid4())

    assert summary(findings(rows, [*others, elsewhere], [], since)) == {
        "command was acknowledged at another position",
        "command was acknowledged with other events of its case",
    }
    assert findings(rows, [*acknowledged, never], [], since) == [
        f"command {never.command_id} was acknowledged and is not recorded"
    ]
    assert findings(rows, others, [], since) == [f"command {last.command_id} is recorded and nobody was told"]
    assert findings(rows, acknowledged, [last.command_id], since) == [
        f"command {last.command_id} was refused and is recorded"
    ]


def test_a_read_model_that_lost_a_row_is_found(pattern: Path) -> None:
    with installation(pattern) as installed:
        run = Run(installed, SEED)
        rows = run.rows()
        assert run.live_figures(rows.head) == rows.figures()
        with EmbeddedPostgres.attach(installed.shown.folder) as server:
            administer(server, "DELETE FROM count_month WHERE items > 0")
        rebuilt = installed.shown.run("rebuild", "core", "--verify")
        assert (rebuilt.returncode, "NOT live" in rebuilt.stdout) == (1, True)


def summary(found: Iterable[str]) -> set[str]:
    """The findings without ids, numbers and names of parts."""
    plain = (re.sub(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b\d+\b", "", text) for text in found)
    return {" ".join(re.sub(r"\bpart \w+", "part", text).split()) for text in plain}


def administer(server: EmbeddedPostgres, statement: str) -> None:
    with psycopg.connect(server.admin_url(MAIN_DATABASE), autocommit=True) as admin:
        admin.execute(statement.encode())


def tell(text: str) -> None:
    """Figures for whoever runs the test by hand (pytest -s), and for a failure's report."""
    sys.stdout.write(text + "\n")
