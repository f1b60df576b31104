"""Folding: what events make of the rows, each at its own position, from whatever was read or kept before."""

from __future__ import annotations

import pytest

import policies
from domain.countable import CountedBreach, CountedComplaint, CountedIncident
from domain.incident import Incident
from domain.sealed import Secret
from ledger.database import Database
from ledger.reading import read_page
from projections.bulk import WrongRowCount, write
from projections.core import PIECES_READ_BY_COUNTING, READ_BY_COUNTING
from projections.engine import Projector, parked
from projections.folding import Folding, PositionGap
from tests.projections.examples import SEPTEMBER, TODAY, add_item, complaint, incident, school, set_calendar
from tests.projections.histories import WHY
from tests.projections.projected import CONTRIBUTIONS, rows
from tests.projections.recording import Recording, named


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
