"""The rulings on hard cases that are about reports: what a report of real cases answers, asked as anybody asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from domain.access import Role
from domain.aggregate import Recordable
from domain.counting import MonitoringCount
from projections.engine import Projector
from projections.monitoring_terms import (
    CountingUnit,
    Coverage,
    DateBasis,
    MonitoringDimension,
    MonitoringQuery,
    ReportScope,
)
from tests.projections.examples import breach, classified, incident, school
from tests.projections.histories import WHY
from tests.projections.readers import reader
from tests.projections.recording import Recording, named
from tests.projections.reports import cells, report, told
from tests.support.asking import Json
from tests.support.asking import ask as asking

COUNT, SCHOOL, MONTH = MonitoringDimension.COUNT, MonitoringDimension.SCHOOL, MonitoringDimension.MONTH
YEAR = MonitoringDimension.ACADEMIC_YEAR
YEAR_2026 = MonitoringQuery(first=date(2026, 9, 1), last=date(2027, 8, 31))
ALLEGATIONS = (MonitoringCount.ALLEGATIONS_ABOUT_STAFF,)
RESTATEMENTS = """
query ($between: AsOf!) {
  restatements(from: "2026-09-01", to: "2027-08-31", between: $between) { type changes { count month change } }
}
"""


def ask(recording: Recording, role: Role = Role.TRUST_LEAD, urn: str | None = None, **asked: Any) -> Json:
    """Project what is recorded, and ask for a report as somebody in a role."""
    Projector(recording.database).catch_up(recording.trust_id)
    return report(recording.trust, reader(recording.trust_id, role, urn), replace(YEAR_2026, **asked))


def of_months(recording: Recording, **asked: Any) -> dict[tuple[Any, ...], int]:
    """The figures by months."""
    return told(ask(recording, group_by=(MONTH,), **asked), (MONTH,))


def moved(recording: Recording, since: int) -> list[tuple[str, list[tuple[str, str, int]]]]:
    """What moved the figures since a position: each event with the counts and months that it moved, and by how much."""
    Projector(recording.database).catch_up(recording.trust_id)
    who = reader(recording.trust_id)
    found = asking(recording.trust, who, RESTATEMENTS, between={"position": since})["restatements"]
    return [
        (each["type"], [(change["count"], change["month"], change["change"]) for change in each["changes"]])
        for each in found
    ]


def alleged_and_linked_later() -> tuple[Recordable, Recordable, Callable[[], None]]:
    post, alleged = incident("A", "ALLEGATION:STAFF"), breach("B")
    return post, alleged, lambda: alleged.link(other=post.id, kind="AROSE_FROM")


def classified_later() -> tuple[Recordable, Recordable, Callable[[], None]]:
    post = incident("A", "", on=date(2026, 10, 5))
    classify = {"item_id": named("A 1"), "classifications": classified("COMPLAINT:STAFF")}
    return post, incident("B"), lambda: post.classify_item(**classify)  # type: ignore[arg-type]  # as it takes them


def identified_later() -> tuple[Recordable, Recordable, Callable[[], None]]:
    post = incident("A", "UNAUTHORISED_IMAGE:STAFF", poster_role="UNKNOWN")
    return post, incident("B"), lambda: post.identify_poster(item_id=named("A 1"), poster_role="PARENT")


@pytest.mark.parametrize(
    ("happening", "expected"),
    [
        pytest.param(
            alleged_and_linked_later,
            ("staff_breach.linked.v1", [("ALLEGATIONS_ABOUT_STAFF", "2026-09", -1)]),
            marks=pytest.mark.ruling(6),
            id="a breach linked to its incident takes its allegation back",
        ),
        pytest.param(
            classified_later,
            ("incident.item_classified.v1", [("COMPLAINTS_ABOUT_STAFF", "2026-10", 1)]),
            marks=pytest.mark.ruling(19),
            id="an item classified in November counts in October",
        ),
        pytest.param(
            identified_later,
            ("incident.poster_identified.v1", [("UNAUTHORISED_IMAGES_OF_STAFF", "2026-09", 1)]),
            marks=pytest.mark.ruling(46),
            id="an image whose poster becomes known counts on its own day",
        ),
    ],
)
def test_what_becomes_known_later_restates_the_month_of_the_item(
    recording: Recording,
    happening: Callable[[], tuple[Recordable, Recordable, Callable[[], None]]],
    expected: tuple[str, list[tuple[str, str, int]]],
) -> None:
    # given
    first, second, decide = happening()
    before = recording.record(school(recording.trust_id), first, second)

    # when
    decide()
    recording.record(first, second)

    # then
    assert moved(recording, before) == [expected]


@pytest.mark.ruling(18)
def test_two_items_of_one_incident_count_in_the_months_of_their_own_discovery(recording: Recording) -> None:
    case = incident("A", "COMPLAINT:STAFF", on=date(2026, 9, 30))
    again = {"item_id": named("A later"), "platform": "FACEBOOK", "poster_role": "PARENT"}
    case.record_item(
        **again,  # type: ignore[arg-type]  # as it takes them
        discovered_on=date(2026, 10, 2),
        today=date(2026, 12, 1),
        classifications=classified("COMPLAINT:STAFF"),
    )
    recording.record(school(recording.trust_id), case)

    assert of_months(recording) == {("2026-09",): 1, ("2026-10",): 1}


@pytest.mark.ruling(24)
def test_an_item_of_two_counts_is_one_item_where_counts_are_not_told_apart(recording: Recording) -> None:
    recording.record(school(recording.trust_id), incident("A", "HOMOPHOBIC_COMMENT:STAFF THREAT_OF_VIOLENCE:STAFF"))

    assert cells(ask(recording, group_by=(SCHOOL,)), "value") == [(1,)]
    assert sum(told(ask(recording, group_by=(COUNT,)), (COUNT,)).values()) == 2


@pytest.mark.ruling(25)
def test_a_case_of_two_months_is_one_in_each_and_one_in_the_year(recording: Recording) -> None:
    case = incident("A", "COMPLAINT:STAFF", on=date(2026, 10, 5), posted_on=date(2026, 9, 30))
    again = {"item_id": named("A later"), "platform": "FACEBOOK", "poster_role": "PARENT"}
    case.record_item(
        **again,  # type: ignore[arg-type]  # as it takes them
        discovered_on=date(2026, 10, 5),
        posted_on=date(2026, 10, 1),
        today=date(2026, 12, 1),
        classifications=classified("COMPLAINT:STAFF"),
    )
    recording.record(school(recording.trust_id), case)
    by_posting: dict[str, Any] = {"unit": CountingUnit.CASES, "basis": DateBasis.POSTED}

    assert of_months(recording, **by_posting) == {("2026-09",): 1, ("2026-10",): 1}
    assert told(ask(recording, group_by=(YEAR,), **by_posting), (YEAR,)) == {("2026-27",): 1}
    assert told(ask(recording, group_by=(YEAR,), basis=DateBasis.POSTED), (YEAR,)) == {("2026-27",): 2}


@pytest.mark.ruling(37)
def test_the_figures_of_a_case_recorded_at_the_wrong_school_move_when_that_is_put_right(recording: Recording) -> None:
    case = incident("A", "ALLEGATION:STAFF", "COMPLAINT:STAFF")
    recording.record(school(recording.trust_id), school(recording.trust_id, "900002"), case)
    assert cells(ask(recording, group_by=(SCHOOL,)), "school", "value") == [("900001", 2), ("900002", 0)]

    case.correct_school(school_urn="900002", reason=WHY)
    recording.record(case)

    assert cells(ask(recording, group_by=(SCHOOL,)), "school", "value") == [("900001", 0), ("900002", 2)]


@pytest.mark.ruling(43)
def test_a_breach_about_the_head_is_in_the_figure_of_the_trust_and_not_in_the_heads(recording: Recording) -> None:
    # given: "reader" is who asks, as the head and as the trust lead's colleague
    recording.record(school(recording.trust_id), breach("A", subject=named("reader")))

    # when
    head = ask(recording, Role.HEADTEACHER, "900001", group_by=(COUNT,))
    trust = ask(recording, Role.DASHBOARD, group_by=(COUNT,))

    # then
    assert (told(head, (COUNT,)), told(trust, (COUNT,))) == ({}, {ALLEGATIONS: 1})
    assert (head["scope"], trust["scope"]) == (ReportScope.VISIBLE, ReportScope.ALL)


@pytest.mark.ruling(43)
@pytest.mark.parametrize("role", [Role.HEADTEACHER, Role.COORDINATOR, Role.STAFF])
def test_every_answer_to_a_reader_at_a_school_says_that_it_is_of_visible_cases_whether_any_is_hidden_or_not(
    recording: Recording, role: Role
) -> None:
    recording.record(school(recording.trust_id), incident("A", "ALLEGATION:STAFF"))

    answers = [ask(recording, role, "900001", group_by=(dimension,)) for dimension in (COUNT, SCHOOL, MONTH)]

    assert {answer["scope"] for answer in answers} == {ReportScope.VISIBLE}


@pytest.mark.ruling(44)
def test_small_figures_are_hidden_with_a_second_where_the_total_would_tell_them_and_zero_is_shown(
    recording: Recording,
) -> None:
    # given
    urns = ("900001", "900002", "900003", "900004")
    recording.record(*(school(recording.trust_id, urn) for urn in urns))
    for urn, number in zip(urns, (0, 4, 5, 9), strict=True):
        recording.record(*(incident(f"{urn} {n}", "ALLEGATION:STAFF", urn=urn) for n in range(number)))

    # when
    answer = ask(recording, group_by=(SCHOOL,), suppress_below=5)

    # then
    assert cells(answer, "school", "value", "suppressed") == [
        ("900001", 0, False),
        ("900002", None, True),
        ("900003", None, True),
        ("900004", 9, False),
    ]
    assert cells(ask(recording, group_by=(SCHOOL,)), "value") == [(0,), (4,), (5,), (9,)]


@pytest.mark.ruling(45)
def test_a_month_after_the_school_left_has_no_figure_and_says_so(recording: Recording) -> None:
    left = school(recording.trust_id)
    left.leave(left_on=date(2026, 3, 31))
    recording.record(left, school(recording.trust_id, "900002"))

    answer = ask(recording, group_by=(SCHOOL, MONTH), first=date(2026, 3, 1), last=date(2026, 5, 31))

    assert cells(answer, "period", "school", "value", "coverage")[:3] == [
        ("2026-03", "900001", 0, Coverage.NO_RETURN),
        ("2026-04", "900001", None, Coverage.NOT_A_MEMBER),
        ("2026-05", "900001", None, Coverage.NOT_A_MEMBER),
    ]


@pytest.mark.ruling(47)
def test_a_breach_at_a_unit_of_the_trust_has_a_cell_of_its_own(recording: Recording) -> None:
    recording.record(
        school(recording.trust_id), school(recording.trust_id, "CENTRAL"), breach("A", urn="CENTRAL"), breach("B")
    )

    assert cells(ask(recording, group_by=(SCHOOL,)), "school", "value") == [("900001", 1), ("CENTRAL", 1)]
