"""What lies behind a figure: as many contributions and cases as it says, for every cell of any report."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings

from domain.access import Role
from domain.counting import CountSource, MonitoringCount
from ledger.database import Database
from projections.drill import Behind, cell_cases, cell_contributions, count_behind
from projections.engine import Projector
from projections.monitoring import report
from projections.monitoring_terms import CountingUnit, MonitoringDimension, MonitoringQuery, MonitoringReport
from projections.snapshot import AsOf
from tests.projections.examples import breach, complaint, incident, school, set_calendar
from tests.projections.histories import WHY, History, Step, steps
from tests.projections.readers import reader
from tests.projections.recording import Recording, named
from tests.projections.test_histories import questions

YEAR = MonitoringQuery(first=date(2026, 9, 1), last=date(2027, 8, 31))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, query=questions())
def test_the_totals_behind_each_cell_are_its_figure(
    database: Database, steps: list[Step], query: MonitoringQuery
) -> None:
    # given
    recording = Recording(database)
    recording.append(History(recording.trust_id).take(steps).events)
    Projector(database).catch_up(recording.trust_id)
    who = reader(recording.trust_id)
    by_count = tuple(dict.fromkeys((*query.group_by, MonitoringDimension.COUNT)))
    answers = [report(recording.trust, who, replace(query, group_by=by_count, unit=unit)) for unit in CountingUnit]

    # when
    behind = [count_behind(recording.trust, who, answer, answer.cells) for answer in answers]

    # then
    assert [each.contributions for each in behind[0]] == [cell.value or 0 for cell in answers[0].cells]
    assert [each.cases for each in behind[1]] == [cell.value or 0 for cell in answers[1].cells]


@pytest.fixture
def counted(recording: Recording) -> Recording:
    register = school(recording.trust_id)
    set_calendar(register)
    recording.record(
        register,
        incident("A", "COMPLAINT:STAFF", "COMPLAINT:STAFF", on=date(2026, 9, 20)),
        incident("B", "COMPLAINT:STAFF", on=date(2026, 9, 10)),
        complaint("C", "STAFF", on=date(2026, 9, 15)),
        breach("D", subject=named("reader")),
    )
    Projector(recording.database).catch_up(recording.trust_id)
    return recording


def answer_of(recording: Recording, role: Role = Role.TRUST_LEAD) -> MonitoringReport:
    return report(recording.trust, reader(recording.trust_id, role), YEAR)


def test_contributions_stand_oldest_first_and_pages_follow_each_other(counted: Recording) -> None:
    # given
    who, answer = reader(counted.trust_id), answer_of(counted)
    cells = [cell for cell in answer.cells if cell.count is MonitoringCount.COMPLAINTS_ABOUT_STAFF]

    # when
    (first,) = cell_contributions(counted.trust, who, answer, cells, first=3)
    (second,) = cell_contributions(counted.trust, who, answer, cells, first=3, after=first.cursors[-1])

    # then
    assert [(row.discovered_on.day, row.source, row.case_id) for row in (*first.entries, *second.entries)] == [
        (10, CountSource.ONLINE, named("B")),
        (15, CountSource.COMPLAINT, named("C")),
        (20, CountSource.ONLINE, named("A")),
        (20, CountSource.ONLINE, named("A")),
    ]
    assert (first.has_next, second.has_next) == (True, False)


def test_cases_behind_a_cell_are_listed_once_each(counted: Recording) -> None:
    # given
    who, answer = reader(counted.trust_id), answer_of(counted)

    # when
    pages = cell_cases(counted.trust, who, answer, answer.cells, first=2)
    complaints = pages[3]
    (rest,) = cell_cases(counted.trust, who, answer, answer.cells[3:4], first=2, after=complaints.cursors[-1])

    # then
    assert {case.case_id for case in (*complaints.entries, *rest.entries)} == {named("A"), named("B"), named("C")}
    assert [len(page.entries) for page in pages] == [0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]


def test_what_is_withheld_is_not_listed_and_makes_up_the_rest_of_the_figure(counted: Recording) -> None:
    # given
    who, answer = reader(counted.trust_id), answer_of(counted)

    # when
    behind = count_behind(counted.trust, who, answer, answer.cells)

    # then
    assert [each.contributions + cell.withheld for each, cell in zip(behind, answer.cells, strict=True)] == [
        cell.value for cell in answer.cells
    ]
    assert (behind[0], answer.cells[0].value) == (Behind(0, 0), 1)
    dashboard = answer_of(counted, Role.DASHBOARD)
    listed = count_behind(counted.trust, reader(counted.trust_id, Role.DASHBOARD), dashboard, dashboard.cells)
    assert listed == [Behind(0, 0)] * 11


def test_what_lies_behind_a_report_does_not_move_with_the_present(counted: Recording) -> None:
    # given
    who, answer = reader(counted.trust_id), answer_of(counted)
    before = count_behind(counted.trust, who, answer, answer.cells)
    past = report(counted.trust, who, replace(YEAR, as_of=AsOf(position=4)))
    case = incident("E", "COMPLAINT:STAFF")
    counted.record(case)
    case.mark_not_reportable(reason=WHY)
    counted.record(incident("F", "COMPLAINT:STAFF"), case)
    Projector(counted.database).catch_up(counted.trust_id)

    # then
    assert count_behind(counted.trust, who, answer, answer.cells) == before
    assert [each.contributions for each in count_behind(counted.trust, who, past, past.cells)] == [
        cell.value for cell in past.cells
    ]


def test_a_suppressed_cell_lists_nothing(counted: Recording) -> None:
    # given
    who = reader(counted.trust_id)
    answer = report(counted.trust, who, replace(YEAR, suppress_below=5))

    # then
    assert answer.cells[3].suppressed
    assert count_behind(counted.trust, who, answer, answer.cells) == [Behind(0, 0)] * 11
    assert cell_cases(counted.trust, who, answer, answer.cells)[3].entries == ()


def test_terms_and_platforms_lead_to_their_own_contributions(counted: Recording) -> None:
    # given
    who = reader(counted.trust_id)
    dimensions = (MonitoringDimension.TERM, MonitoringDimension.PLATFORM)
    answer = report(counted.trust, who, replace(YEAR, group_by=dimensions, sources=(CountSource.ONLINE,)))

    # when
    behind = count_behind(counted.trust, who, answer, answer.cells)

    # then
    assert [
        (cell.period, cell.platform, each.contributions) for cell, each in zip(answer.cells, behind, strict=True)
    ] == [
        ("2026-autumn", "FACEBOOK", 3),
        ("2027-spring", "FACEBOOK", 0),
        ("2027-summer", "FACEBOOK", 0),
    ]
