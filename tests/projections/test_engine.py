"""The engine: each event once, whatever the workers, the faults and who finds them."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any
from unittest.mock import patch
from uuid import UUID

import psycopg
import pytest

from ledger.connections import NoConnectionFree
from ledger.database import Database
from projections.bulk import write
from projections.engine import Parked, Projector, begin, claim, parked, unpark, waiting_trusts
from tests.projections.examples import add_item, incident
from tests.projections.histories import WHY
from tests.projections.projected import CONTRIBUTIONS, failing_at, position, rows
from tests.projections.recording import Recording


def test_an_event_that_fails_parks_its_trust_behind_the_ones_before_it_and_no_other(
    database: Database, recording: Recording
) -> None:
    # given
    case = incident("A", "ALLEGATION:STAFF", "ALLEGATION:PUPIL", "THREAT_OF_VIOLENCE:STAFF")
    recording.record(case)
    other = Recording(database)
    other.record(incident("B"))

    # when
    projector = Projector(database)
    with failing_at(3):
        done = [projector.catch_up(each.trust_id) for each in (recording, other)]

    # then
    assert (done, position(recording), position(other)) == ([2, 1], 2, 1)
    assert [each for each in parked(database) if each.trust_id == recording.trust_id] == [
        Parked(recording.trust_id, "core", 1, 3, case.id, 3, "LookupError")
    ]
    assert recording.trust_id not in waiting_trusts(database)


@pytest.mark.parametrize("fault", [LookupError, psycopg.OperationalError, psycopg.InterfaceError])
def test_what_was_folded_of_a_failed_batch_is_forgotten(
    database: Database, recording: Recording, fault: type[Exception]
) -> None:
    # given
    case = incident("A", "ALLEGATION:STAFF")
    recording.record(case)
    projector = Projector(database)
    projector.catch_up(recording.trust_id)
    case.mark_not_reportable(reason=WHY)
    case.unmark(reason=WHY)
    recording.record(case)

    # when
    with failing_at(4, fault), suppress(psycopg.Error):
        projector.catch_up(recording.trust_id)
    unpark(database, recording.trust_id)
    projector.catch_up(recording.trust_id)

    # then
    assert parked(database) == [each for each in parked(database) if each.trust_id != recording.trust_id]
    assert rows(recording, CONTRIBUTIONS) == [(1, 2, 3, None), (1, 3, 4, "NOT_REPORTABLE"), (1, 4, None, None)]


def test_who_finds_a_trust_claimed_does_not_wait_for_it(database: Database, recording: Recording) -> None:
    # given
    recording.record(incident("A"))
    begin(recording.trust)
    with recording.trust.transaction() as connection:
        assert claim(connection, recording.trust_id) == (1, 0)

        # when
        done = Projector(database).run_once(recording.trust_id)

    # then
    assert (done, Projector(database).run_once(recording.trust_id)) == (0, 1)


def test_a_parked_projection_goes_on_once_it_is_let(database: Database, recording: Recording) -> None:
    # given
    recording.record(incident("A", "ALLEGATION:STAFF"))
    with failing_at(2):
        Projector(database).catch_up(recording.trust_id)

    # when
    still = Projector(database).catch_up(recording.trust_id)
    let = (unpark(database, recording.trust_id), unpark(database, recording.trust_id))
    then = Projector(database).catch_up(recording.trust_id)

    # then
    assert (still, let, then, position(recording)) == (0, (True, False), 1, 2)


@pytest.mark.parametrize("fault", [psycopg.OperationalError, psycopg.InterfaceError])
def test_a_fault_of_the_database_parks_nothing(
    database: Database, recording: Recording, fault: type[Exception]
) -> None:
    # given
    recording.record(incident("A"))
    projector = Projector(database)

    # when
    with (
        patch("projections.engine.write", side_effect=fault),
        pytest.raises(fault),
    ):
        projector.run_once(recording.trust_id)

    # then
    assert (position(recording), projector.catch_up(recording.trust_id)) == (0, 1)


@pytest.mark.parametrize("fault", [psycopg.OperationalError, psycopg.InterfaceError, NoConnectionFree])
def test_a_worker_outlives_a_fault_of_the_database(
    database: Database, recording: Recording, fault: type[Exception]
) -> None:
    # given a database that fails once, wherever the worker happens to be
    recording.record(incident("A"))
    failed, stop = threading.Event(), threading.Event()

    def failing(database: Database) -> list[UUID]:
        if not failed.is_set():
            failed.set()
            raise fault
        return waiting_trusts(database)

    # when
    with (
        patch("projections.engine.waiting_trusts", failing),
        patch("projections.engine._FAULT_SECONDS", 0.01),
    ):
        worker = threading.Thread(target=Projector(database).run_forever, args=[stop])
        worker.start()
        until = time.monotonic() + 20
        while position(recording) < recording.position and time.monotonic() < until:
            time.sleep(0.01)
        stop.set()
        worker.join()

    # then
    assert (failed.is_set(), position(recording)) == (True, recording.position)


def test_a_batch_that_dies_before_its_commit_leaves_nothing_behind(database: Database, recording: Recording) -> None:
    # given
    case = incident("A", "ALLEGATION:STAFF")
    recording.record(case)
    projector = Projector(database)

    class Killed(BaseException):
        pass

    def die(*given: Any) -> None:
        write(*given)
        raise Killed

    # when
    with patch("projections.engine.write", die), pytest.raises(Killed):
        projector.run_once(recording.trust_id)

    # then
    assert rows(recording, CONTRIBUTIONS) == []
    projector.catch_up(recording.trust_id)
    assert rows(recording, CONTRIBUTIONS) == [(1, 2, None, None)]


def test_two_projectors_at_once_project_each_event_once(database: Database, recording: Recording) -> None:
    # given
    for number in range(30):
        case = incident(f"{number}", "ALLEGATION:STAFF")
        recording.record(case)
        add_item(case, f"{number} more", "ALLEGATION:STAFF")
        recording.record(case)
    start = threading.Barrier(3)

    def project(batch: int) -> int:
        projector, total = Projector(database, batch=batch), 0
        start.wait()
        while position(recording) < recording.position:
            total += projector.run_once(recording.trust_id)
        return total

    # when
    with ThreadPoolExecutor(3) as workers:
        totals = list(workers.map(project, (1, 2, 3)))

    # then
    assert sum(totals) == recording.position == 90
    assert rows(recording, "SELECT count(*), count(DISTINCT item_id) FROM contribution") == [(60, 60)]
    assert parked(database) == [each for each in parked(database) if each.trust_id != recording.trust_id]


def test_a_worker_projects_whatever_trust_has_new_events_until_it_is_stopped(database: Database) -> None:
    # given
    stop = threading.Event()
    worker = threading.Thread(target=Projector(database).run_forever, args=[stop])
    worker.start()
    trusts = [Recording(database), Recording(database)]

    # when
    try:
        for trust in trusts:
            trust.record(incident("A"))
        reached = threading.Event()
        for _ in range(500):
            if [position(trust) for trust in trusts] == [1, 1]:
                reached.set()
                break
            stop.wait(0.01)
    finally:
        stop.set()
        worker.join()

    # then
    assert reached.is_set()
