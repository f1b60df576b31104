"""The monitoring report of each reader: what they may not see is not counted, what they may not open withheld."""

from __future__ import annotations

from datetime import date

import pytest

from domain.access import Role
from domain.counting import MonitoringCount
from projections.engine import Projector
from projections.monitoring_terms import CountingUnit, ReportScope
from tests.projections.examples import breach, incident, school
from tests.projections.projected_reports import COUNT, SCHOOL, YEAR_2026, ask
from tests.projections.readers import reader
from tests.projections.recording import Recording, named
from tests.projections.reports import cells, report, told


def test_an_unknown_school_and_one_out_of_sight_are_not_there(recording: Recording) -> None:
    # given
    recording.record(school(recording.trust_id, "900001"), school(recording.trust_id, "900002"))
    recording.record(incident("A", "ALLEGATION:STAFF", urn="900002"))

    # when
    unknown = ask(recording, group_by=(SCHOOL,), schools=("900001", "999999"))
    unseen = ask(recording, Role.HEADTEACHER, "900001", group_by=(SCHOOL,), schools=("900001", "900002"))

    # then
    assert cells(unknown, "school", "value") == [("900001", 0)]
    assert (cells(unseen, "school", "value"), unseen["scope"]) == ([("900001", 0)], ReportScope.VISIBLE)


@pytest.mark.ruling(43)
def test_a_breach_is_in_the_trusts_figure_and_not_in_the_heads(recording: Recording) -> None:
    # given
    recording.record(school(recording.trust_id), breach("A"), incident("B", "ALLEGATION:STAFF"))

    # when
    values = {
        role: told(ask(recording, role, urn), (COUNT,))
        for role, urn in ((Role.TRUST_LEAD, None), (Role.DASHBOARD, None), (Role.HEADTEACHER, "900001"))
    }

    # then
    allegations = (MonitoringCount.ALLEGATIONS_ABOUT_STAFF,)
    assert values == {
        Role.TRUST_LEAD: {allegations: 2},
        Role.DASHBOARD: {allegations: 2},
        Role.HEADTEACHER: {allegations: 1},
    }


@pytest.mark.parametrize("last", [date(2026, 9, 30), date(2026, 9, 29)], ids=["by month", "by contribution"])
def test_what_the_reader_may_not_open_is_withheld_and_still_counted(recording: Recording, last: date) -> None:
    # given
    barring = breach("A", subject=named("reader"))
    recording.record(school(recording.trust_id), barring, breach("B"), incident("C", "ALLEGATION:STAFF"))

    # when
    lead = ask(recording, group_by=(COUNT,), last=last)
    dashboard = ask(recording, Role.DASHBOARD, group_by=(COUNT,), last=last)
    cases = ask(recording, group_by=(SCHOOL,), unit=CountingUnit.CASES, last=last)

    # then
    assert [cells(answer, "value", "withheld")[0] for answer in (lead, dashboard, cases)] == [(3, 1), (3, 3), (3, 1)]


def test_staff_count_the_cases_they_reported_alone(recording: Recording) -> None:
    # given
    recording.record(school(recording.trust_id), incident("A", "ALLEGATION:STAFF"))
    Projector(recording.database).catch_up(recording.trust_id)

    # when
    answers = [
        told(report(recording.trust, reader(recording.trust_id, Role.STAFF, "900001", person), YEAR_2026), (COUNT,))
        for person in ("reporter", "somebody else")
    ]

    # then
    assert answers == [{(MonitoringCount.ALLEGATIONS_ABOUT_STAFF,): 1}, {}]
