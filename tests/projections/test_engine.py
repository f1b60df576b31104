"""The engine: each event once, whatever the batches, the workers and the faults."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any
from unittest.mock import patch
from uuid import UUID

import psycopg
import pytest

import policies
import projections.states
from domain.countable import CountedBreach, CountedComplaint, CountedIncident
from domain.incident import Incident
from domain.sealed import Secret
from ledger.connections import NoConnectionFree
from ledger.database import Database
from ledger.reading import EventRow, read_page
from projections.bulk import WrongRowCount, write
from projections.core import PIECES_READ_BY_COUNTING, READ_BY_COUNTING
from projections.engine import Parked, Projector, begin, claim, parked, unpark, waiting_trusts
from projections.folding import Folding, PositionGap
from tests.projections.examples import SEPTEMBER, TODAY, add_item, complaint, incident, school, set_calendar
from tests.projections.histories import WHY
from tests.projections.recording import Recording, named

CONTRIBUTIONS = (
    "SELECT count_number, valid_from, valid_to, excluded_by FROM contribution ORDER BY valid_from, count_number"
)


def rows(recording: Recording, query: str) -> list[tuple[Any, ...]]:
    with recording.trust.connection() as connection:
        return connection.execute(query.encode()).fetchall()


def position(recording: Recording) -> int:
    found = rows(recording, "SELECT position FROM projection WHERE live")
    return int(found[0][0]) if found else 0


@contextmanager
def failing_at(failing: int, fault: type[Exception] = LookupError) -> Iterator[None]:
    """Let the event at a position fail to be read, as when the code does not know its name."""
    read = projections.states.event_of

    def reading(row: EventRow) -> Any:
        if row.position == failing:
            raise fault("secret words")
        return read(row)

    with patch("projections.folding.event_of", reading):
        yield


def test_a_contribution_opens_with_the_event_that_made_it_and_closes_with_the_one_that_ended_it(
    recording: Recording,
) -> None:
    # given
    case = incident("A", "ALLEGATION:STAFF THREAT_OF_VIOLENCE:STAFF")
    recording.record(case)
    case.mark_not_reportable(reason=Secret("Sent to us by mistake."))
    recording.record(case)

    # when
    Projector(recording.database).catch_up(recording.trust_id)

    # then
    assert rows(recording, CONTRIBUTIONS) == [
        (1, 2, 3, None),
        (10, 2, 3, None),
        (1, 3, None, "NOT_REPORTABLE"),
        (10, 3, None, "NOT_REPORTABLE"),
    ]


def test_a_register_that_was_read_for_its_pack_alone_changes_by_what_is_new(recording: Recording) -> None:
    # given a worker that comes late, and meets a case before the register whose pack it is pinned to
    register = school(recording.trust_id)
    register.adopt_pack(content=policies.content("libra"), adopted_on=SEPTEMBER)
    recording.record(register)
    (adopted,) = register.adoptions
    case = Incident.report(
        case_id=named("A"),
        reference="INC-2026-A",
        school_urn=register.urn,
        opened_on=SEPTEMBER,
        today=TODAY,
        policy=adopted.policy,
    )
    recording.record(case)
    Projector(recording.database).catch_up(recording.trust_id)
    late = Projector(recording.database)
    add_item(case, "A 1")
    recording.record(case)
    late.catch_up(recording.trust_id)

    # when the register changes
    set_calendar(register)
    changed = recording.record(register)
    late.catch_up(recording.trust_id)

    # then what it said before is said once, since then
    assert rows(recording, "SELECT valid_from, valid_to FROM school_policy") == [(2, None)]
    assert rows(recording, "SELECT valid_from, valid_to FROM school_calendar") == [(changed, None)]


@pytest.mark.parametrize("batch", [1, 2, 1000])
def test_a_case_moves_with_the_case_it_arose_from_at_that_cases_event(recording: Recording, batch: int) -> None:
    # given
    origin, arisen = incident("A", "COMPLAINT:STAFF"), complaint("C", "STAFF")
    recording.record(origin, arisen)
    arisen.link(other=origin.id, kind="AROSE_FROM")
    linked = recording.record(arisen)
    origin.mark_not_reportable(reason=WHY)
    marked = recording.record(origin)

    # when
    Projector(recording.database, batch=batch).catch_up(recording.trust_id)

    # then
    complaints = rows(
        recording, "SELECT valid_from, valid_to FROM contribution WHERE source = 'COMPLAINT' ORDER BY valid_from"
    )
    assert complaints == [(3, linked), (marked, None)]
    assert rows(
        recording,
        f"SELECT position, counts FROM case_file JOIN case_document USING (case_id) WHERE case_id = '{arisen.id}'",
    ) == [(marked, [4])]


def test_a_link_to_a_case_recorded_later_is_followed_once_it_is(recording: Recording) -> None:
    # given
    origin, arisen = incident("A", "COMPLAINT:STAFF"), complaint("C", "STAFF")
    arisen.link(other=origin.id, kind="AROSE_FROM")
    recording.record(arisen)
    Projector(recording.database).catch_up(recording.trust_id)

    # when
    began = recording.record(origin)
    Projector(recording.database).catch_up(recording.trust_id)

    # then
    assert rows(recording, "SELECT valid_to FROM contribution WHERE source = 'COMPLAINT'") == [(began,)]


def test_events_that_were_written_change_nothing_when_they_come_again(recording: Recording) -> None:
    # given
    recording.record(school(recording.trust_id), incident("A", "ALLEGATION:STAFF"))
    fold = Folding(recording.trust_id, 1)
    with recording.trust.transaction() as connection:
        page = read_page(connection, recording.trust_id, after=0, limit=100)
        write(connection, recording.trust_id, 1, fold.fold(connection, page))

        # when
        again = fold.fold(connection, page)

    # then
    assert (again.replaced, again.cases, again.temporal, again.months) == ({}, {}, {}, {})


def test_a_page_with_an_event_missing_is_not_folded(recording: Recording) -> None:
    # given
    recording.record(incident("A", "ALLEGATION:STAFF"), incident("B"))
    with recording.trust.connection() as connection:
        page = read_page(connection, recording.trust_id, after=0, limit=100)

        # when
        with pytest.raises(PositionGap):
            Folding(recording.trust_id, 1).fold(connection, [*page[:1], *page[2:]])


def test_rows_to_be_closed_must_be_there(recording: Recording) -> None:
    # given
    case = incident("A", "ALLEGATION:STAFF")
    recording.record(case)
    Projector(recording.database).catch_up(recording.trust_id)
    with recording.trust.connection() as connection:
        connection.execute("DELETE FROM contribution")
    case.mark_not_reportable(reason=WHY)
    recording.record(case)

    # when
    Projector(recording.database).catch_up(recording.trust_id)

    # then
    assert [each.failure for each in parked(recording.database) if each.trust_id == recording.trust_id] == [
        WrongRowCount.__name__
    ]


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


def test_the_aggregates_in_memory_are_dropped_when_another_worker_was_there(
    database: Database, recording: Recording
) -> None:
    # given
    case = incident("A", "ALLEGATION:STAFF")
    recording.record(case)
    first, second = Projector(database), Projector(database)
    first.catch_up(recording.trust_id)
    case.mark_not_reportable(reason=WHY)
    recording.record(case)
    second.catch_up(recording.trust_id)

    # when
    case.unmark(reason=WHY)
    recording.record(case)
    first.catch_up(recording.trust_id)

    # then
    assert rows(recording, CONTRIBUTIONS) == [(1, 2, 3, None), (1, 3, 4, "NOT_REPORTABLE"), (1, 4, None, None)]


def test_what_no_longer_fits_in_memory_is_replayed(recording: Recording) -> None:
    # given
    cases = [incident(f"{number}", "ALLEGATION:STAFF") for number in range(5)]
    recording.record(*cases)
    for case in cases:
        case.mark_not_reportable(reason=WHY)
        recording.record(case)

    # when
    Projector(recording.database, batch=2, capacity=1).catch_up(recording.trust_id)

    # then
    assert rows(recording, "SELECT count(*), count(valid_to) FROM contribution") == [(10, 5)]


def test_what_counting_reads_is_what_the_footprint_compares() -> None:
    # given
    def members(protocol: type) -> set[str]:
        return {name for name in dir(protocol) if isinstance(getattr(protocol, name), property)}

    everywhere = {"id", "kind", "arose_from"}

    # then
    assert {
        kind: {*names, PIECES_READ_BY_COUNTING[kind], *everywhere} - {"links"}
        for kind, names in READ_BY_COUNTING.items()
    } == {
        "INCIDENT": members(CountedIncident),
        "COMPLAINT": members(CountedComplaint),
        "STAFF_BREACH": members(CountedBreach),
    }


def test_the_persons_of_a_case_are_kept_by_role(recording: Recording) -> None:
    # given
    case = incident("A", "ALLEGATION:STAFF", poster=named("parent"), about=(named("teacher"),))
    case.assign(owner=named("owner"))
    recording.record(case)

    # when
    Projector(recording.database).catch_up(recording.trust_id)

    # then
    assert {role: person for person, role in rows(recording, "SELECT person_id, role FROM case_person")} == {
        "ABOUT": named("teacher"),
        "OWNER": named("owner"),
        "POSTER": named("parent"),
        "REPORTER": named("reporter"),
        "SUBJECT": named("teacher"),
    }
