"""The monitoring report: which cells there are, what they cover, and how it stood at a past moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

import psycopg
import pytest

from domain.counting import CountSource, MonitoringCount
from domain.refusals import RefusalCode, Refused
from domain.values import Mark
from projections.engine import Projector
from projections.monitoring_terms import CountingUnit, Coverage, DateBasis, MonitoringDimension, ReportScope
from projections.snapshot import AsOf
from tests.projections.examples import SEPTEMBER, TODAY, complaint, incident, school, set_calendar
from tests.projections.histories import WHY
from tests.projections.projected_reports import (
    COUNT,
    DAY,
    MONTH,
    PLATFORM,
    SCHOOL,
    SOURCE,
    TERM,
    YEAR,
    YEAR_2026,
    ask,
    refused,
)
from tests.projections.readers import reader
from tests.projections.recording import Recording
from tests.projections.reports import cells, report, told

OCTOBER = date(2026, 10, 1)


def test_each_count_has_a_cell_and_a_zero_is_a_zero(recording: Recording) -> None:
    # given
    recording.record(school(recording.trust_id), incident("A", "ALLEGATION:STAFF THREAT_OF_VIOLENCE:STAFF"))

    # when
    answer = ask(recording)

    # then
    values = {MonitoringCount.ALLEGATIONS_ABOUT_STAFF: 1, MonitoringCount.THREATS_OF_VIOLENCE: 1}
    assert cells(answer, "count", "value") == [(count, values.get(count, 0)) for count in MonitoringCount]
    assert (answer["position"], answer["scope"], answer["excluded"]) == (recording.position, ReportScope.ALL, [])


@pytest.mark.ruling(23)
def test_cells_stand_in_the_order_of_the_dimensions_ascending(recording: Recording) -> None:
    # given
    recording.record(school(recording.trust_id, "900002"), school(recording.trust_id, "900001"))

    # when
    answer = ask(recording, group_by=(SOURCE, SCHOOL, MONTH), first=date(2026, 9, 15), last=date(2026, 10, 31))

    # then
    assert cells(answer, "source", "school", "period", "partial") == [
        (source, urn, period, period == "2026-09")
        for source in CountSource
        for urn in ("900001", "900002")
        for period in ("2026-09", "2026-10")
    ]


@pytest.mark.ruling(22)
def test_both_days_of_the_range_are_in_it(recording: Recording) -> None:
    # given
    recording.record(school(recording.trust_id))
    for name, day in (("A", SEPTEMBER - timedelta(1)), ("B", SEPTEMBER), ("C", date(2026, 9, 30)), ("D", OCTOBER)):
        recording.record(incident(name, "ALLEGATION:STAFF", on=day))

    # when
    by_day = ask(recording, group_by=(DAY,), first=SEPTEMBER, last=date(2026, 9, 30))
    together = ask(recording, group_by=(COUNT,), first=SEPTEMBER, last=date(2026, 9, 30))

    # then
    assert told(by_day, (DAY,)) == {("2026-09-14",): 1, ("2026-09-30",): 1}
    assert told(together, (COUNT,)) == {(MonitoringCount.ALLEGATIONS_ABOUT_STAFF,): 2}


@pytest.mark.parametrize(
    ("basis", "period"),
    [(DateBasis.DISCOVERED, "2026-09"), (DateBasis.POSTED, "2026-08"), (DateBasis.RECORDED, "2026-10")],
)
def test_the_basis_decides_the_period(recording: Recording, basis: DateBasis, period: str) -> None:
    # given
    case = incident("A", "ALLEGATION:STAFF", posted_on=date(2026, 8, 2), logged_on=date(2026, 10, 3), line=7)
    recording.record(school(recording.trust_id), case)

    # when
    answer = ask(recording, group_by=(MONTH,), basis=basis, first=date(2026, 8, 1), last=date(2026, 10, 31))

    # then
    assert told(answer, (MONTH,)) == {(period,): 1}


def test_without_counts_told_apart_an_item_is_one_and_cases_are_distinct(recording: Recording) -> None:
    # given
    recording.record(
        school(recording.trust_id),
        incident("A", "RACIST_COMMENT:PUPIL THREAT_OF_VIOLENCE:PUPIL", "ALLEGATION:STAFF"),
        incident("B", "ALLEGATION:STAFF"),
    )

    # when
    items = ask(recording, group_by=(SCHOOL,))
    cases = ask(recording, group_by=(SCHOOL,), unit=CountingUnit.CASES)
    by_count = ask(recording, unit=CountingUnit.CASES)

    # then
    assert (cells(items, "value"), cells(cases, "value")) == ([(3,)], [(2,)])
    assert told(by_count, (COUNT,)) == {
        (MonitoringCount.ALLEGATIONS_ABOUT_STAFF,): 2,
        (MonitoringCount.RACIST_OR_HOMOPHOBIC_COMMENTS,): 1,
        (MonitoringCount.THREATS_OF_VIOLENCE,): 1,
    }


@pytest.mark.ruling(27)
def test_platforms_have_cells_where_they_occur_and_complaints_have_none(recording: Recording) -> None:
    # given
    recording.record(
        school(recording.trust_id),
        incident("A", "COMPLAINT:STAFF", platform="TIKTOK"),
        incident("B", "COMPLAINT:STAFF", platform="FACEBOOK"),
        complaint("C", "STAFF"),
    )

    # when
    answer = ask(recording, group_by=(PLATFORM, SOURCE), sources=(CountSource.ONLINE, CountSource.COMPLAINT))

    # then
    assert cells(answer, "platform", "source", "value") == [
        ("FACEBOOK", CountSource.ONLINE, 1),
        ("FACEBOOK", CountSource.COMPLAINT, 0),
        ("TIKTOK", CountSource.ONLINE, 1),
        ("TIKTOK", CountSource.COMPLAINT, 0),
        (None, CountSource.ONLINE, 0),
        (None, CountSource.COMPLAINT, 1),
    ]


def test_a_school_that_recorded_nothing_is_told_from_one_that_was_no_member(recording: Recording) -> None:
    # given
    left = school(recording.trust_id, "900002")
    left.leave(left_on=date(2026, 10, 31))
    recording.record(school(recording.trust_id), left, incident("A", "ALLEGATION:STAFF"))
    hidden = incident("B", "ALLEGATION:STAFF", urn="900002")
    hidden.mark_not_reportable(reason=WHY)
    recording.record(hidden)

    # when
    answer = ask(recording, group_by=(SCHOOL, MONTH), last=date(2026, 11, 30))

    # then
    assert cells(answer, "school", "period", "value", "coverage") == [
        ("900001", "2026-09", 1, Coverage.RECORDED),
        ("900001", "2026-10", 0, Coverage.NO_RETURN),
        ("900001", "2026-11", 0, Coverage.NO_RETURN),
        ("900002", "2026-09", 0, Coverage.RECORDED),
        ("900002", "2026-10", 0, Coverage.NO_RETURN),
        ("900002", "2026-11", None, Coverage.NOT_A_MEMBER),
    ]
    assert answer["excluded"] == [{"mark": Mark.NOT_REPORTABLE, "value": 1}]


def test_a_cell_of_all_schools_is_null_only_when_none_was_a_member(recording: Recording) -> None:
    # given
    recording.record(school(recording.trust_id, joined_on=date(2026, 10, 1)))

    # when
    answer = ask(recording, group_by=(MONTH,), last=date(2026, 10, 31))

    # then
    assert cells(answer, "period", "value", "coverage") == [
        ("2026-09", None, Coverage.NOT_A_MEMBER),
        ("2026-10", 0, Coverage.NO_RETURN),
    ]


@pytest.mark.ruling(21)
def test_each_school_has_the_terms_of_its_own_set_calendar(recording: Recording) -> None:
    # given
    early, late = school(recording.trust_id, "900001"), school(recording.trust_id, "900002")
    set_calendar(early, spring=date(2027, 1, 4))
    set_calendar(late, spring=date(2027, 1, 11))
    recording.record(early, late)
    with patch("tests.projections.examples.TODAY", date(2027, 8, 5)):
        for urn in ("900001", "900002"):
            for day in (date(2026, 9, 1), date(2027, 1, 5), date(2027, 8, 5)):
                recording.record(incident(f"{urn} {day}", "ALLEGATION:STAFF", urn=urn, on=day))

    # when
    answer = ask(recording, group_by=(TERM, SCHOOL), last=date(2027, 8, 31))

    # then
    assert cells(answer, "period", "school", "value") == [
        ("2026-autumn", "900001", 1),
        ("2026-autumn", "900002", 2),
        ("2027-spring", "900001", 1),
        ("2027-spring", "900002", 0),
        ("2027-summer", "900001", 1),
        ("2027-summer", "900002", 1),
    ]
    assert cells(ask(recording, group_by=(TERM,)), "period", "value") == [
        ("2026-autumn", 3),
        ("2027-spring", 1),
        ("2027-summer", 2),
    ]


def test_terms_without_a_calendar_are_refused_by_school_and_year_and_months_are_answered(recording: Recording) -> None:
    # given
    with_calendar = school(recording.trust_id, "900001")
    set_calendar(with_calendar)
    recording.record(with_calendar, school(recording.trust_id, "900002"))

    # when
    refusal = refused(recording, group_by=(TERM,))

    # then
    assert refusal.code is RefusalCode.CALENDAR_MISSING
    assert refusal.message.endswith("(900002: 2026-27)")
    assert len(ask(recording, group_by=(TERM,), schools=("900001",))["cells"]) == 3
    assert len(ask(recording, group_by=(MONTH,))["cells"]) == 12


def test_a_school_needs_calendars_only_for_the_years_in_which_it_is_a_member(recording: Recording) -> None:
    # given
    joined = school(recording.trust_id, joined_on=date(2026, 11, 1))
    set_calendar(joined)
    recording.record(joined)

    # when
    answer = ask(recording, group_by=(TERM,), first=date(2024, 9, 1), last=date(2026, 12, 31))

    # then
    assert cells(answer, "period", "partial", "coverage") == [("2026-autumn", True, Coverage.NO_RETURN)]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"group_by": ()}, "groupBy"),
        ({"group_by": (COUNT, COUNT)}, "groupBy"),
        ({"group_by": (MONTH, YEAR)}, "groupBy"),
        ({"first": date(2026, 9, 2), "last": date(2026, 9, 1)}, "to"),
        ({"first": date(1800, 1, 1)}, "from"),
        ({"suppress_below": 0}, "suppressBelow"),
        ({"group_by": (DAY, COUNT, SOURCE), "first": date(2000, 1, 1)}, "groupBy"),
    ],
)
def test_a_question_that_contradicts_itself_is_refused_by_field(
    recording: Recording, asked: dict[str, Any], field: str
) -> None:
    recording.record(school(recording.trust_id))
    assert field in refused(recording, **asked).fields


@pytest.mark.parametrize("moment_", [{}, {"position": 1, "at": TODAY}, {"position": -1}])
def test_a_moment_is_one_position_or_one_instant(moment_: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        AsOf(**moment_)


def test_the_past_does_not_move_when_the_present_does(recording: Recording) -> None:
    # given
    case = incident("A", "ALLEGATION:STAFF")
    before = recording.record(school(recording.trust_id), case)
    recording.append([])
    case.mark_not_reportable(reason=WHY)
    after = recording.record(case)

    # when
    live = ask(recording)
    past = ask(recording, as_of={"position": before})
    same_instant = ask(recording, as_of={"at": past["recordedThrough"]})
    beginning = ask(recording, as_of={"position": 0}, group_by=(SCHOOL,))

    # then
    assert (live["position"], told(live, (COUNT,))) == (after, {})
    assert (past["position"], told(past, (COUNT,))) == (before, {(MonitoringCount.ALLEGATIONS_ABOUT_STAFF,): 1})
    assert same_instant == past
    assert (beginning["position"], beginning["recordedThrough"], beginning["cells"]) == (0, None, [])


def test_a_moment_to_come_is_the_present(recording: Recording) -> None:
    # given
    recording.record(school(recording.trust_id), incident("A", "ALLEGATION:STAFF"))

    # when
    live = ask(recording)
    later = ask(recording, as_of={"position": recording.position + 5})

    # then
    assert later == live


@pytest.mark.parametrize(
    ("group_by", "taken"),
    [((COUNT,), 1), ((SCHOOL, MONTH, COUNT), 1), ((TERM, PLATFORM), 4)],
    ids=["COUNT", "SCHOOL-MONTH-COUNT", "TERM-PLATFORM"],
)
def test_a_report_takes_a_handful_of_statements_whatever_its_size(
    recording: Recording, group_by: tuple[MonitoringDimension, ...], taken: int
) -> None:
    # given
    registers = [school(recording.trust_id, f"90000{number}") for number in range(1, 6)]
    for register in registers:
        set_calendar(register)
    recording.record(*registers)
    for number in range(1, 6):
        recording.record(incident(f"A{number}", "ALLEGATION:STAFF", urn=f"90000{number}"))
    Projector(recording.database).catch_up(recording.trust_id)

    # when
    statements: list[str] = []
    execute = psycopg.Cursor.execute

    def counting(cursor: psycopg.Cursor[Any], query: Any, *given: Any, **options: Any) -> Any:
        statements.append(query if isinstance(query, str) else query.decode())
        return execute(cursor, query, *given, **options)

    with patch.object(psycopg.Cursor, "execute", counting):
        report(recording.trust, reader(recording.trust_id), replace(YEAR_2026, group_by=group_by))

    # then
    assert len([query for query in statements if query.startswith(("SELECT", "WITH"))]) == taken
