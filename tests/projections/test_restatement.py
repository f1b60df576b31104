"""Restatements: which events moved the figures of a range between two positions, and by how much."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.access import Role
from domain.counting import CountSource, MonitoringCount
from ledger.database import Database
from projections.engine import Projector
from projections.monitoring_terms import MonitoringDimension, MonitoringQuery
from projections.snapshot import MomentsOutOfOrder
from tests.projections.examples import breach, classified, complaint, incident, school
from tests.projections.histories import WHY, History, Step, steps
from tests.projections.oracle import Oracle
from tests.projections.readers import reader
from tests.projections.recording import Recording, named
from tests.support.asking import Json, ask, refusals

AUTUMN = (date(2026, 9, 1), date(2026, 12, 31))
RESTATEMENTS = """
query ($from: Date!, $to: Date!, $between: AsOf!, $and: AsOf) {
  restatements(from: $from, to: $to, between: $between, and: $and) {
    position type case { id } cases { id } changes { count school { urn } month source change }
  }
}
"""


def between(recording: Recording, start: int, end: int | None = None, role: Role = Role.TRUST_LEAD) -> list[Json]:
    """Project what is recorded, and ask what moved figures of the autumn."""
    Projector(recording.database).catch_up(recording.trust_id)
    who = reader(recording.trust_id, role, "900001" if role is Role.HEADTEACHER else None)
    found: list[Json] = ask(recording.trust, who, RESTATEMENTS, **asked(start, end))["restatements"]
    return found


def asked(start: int, end: int | None) -> dict[str, Any]:
    until = None if end is None else {"position": end}
    return {"from": str(AUTUMN[0]), "to": str(AUTUMN[1]), "between": {"position": start}, "and": until}


def moved(count: MonitoringCount, change: int, source: CountSource = CountSource.ONLINE) -> Json:
    """A change of what was counted in September at the school."""
    return {"count": count, "school": {"urn": "900001"}, "month": "2026-09", "source": source, "change": change}


def case(name: str) -> Json:
    return {"id": str(named(name))}


def test_a_reclassified_item_and_a_marked_case_are_named_with_what_they_moved(recording: Recording) -> None:
    # given
    first, second = incident("A", "ALLEGATION:STAFF"), incident("B", "THREAT_OF_VIOLENCE:PUPIL")
    before = recording.record(school(recording.trust_id), first, second)
    first.reclassify_item(item_id=named("A 1"), classifications=classified("COMPLAINT:STAFF"), reason=WHY)
    reclassified = recording.record(first)
    first.add_addendum(text=WHY)
    recording.record(first)
    second.mark_not_reportable(reason=WHY)
    marked = recording.record(second)

    # when
    found = between(recording, before)

    # then
    assert found == [
        {
            "position": reclassified,
            "type": "incident.item_reclassified.v1",
            "case": case("A"),
            "cases": [case("A")],
            "changes": [
                moved(MonitoringCount.ALLEGATIONS_ABOUT_STAFF, -1),
                moved(MonitoringCount.COMPLAINTS_ABOUT_STAFF, 1),
            ],
        },
        {
            "position": marked,
            "type": "incident.marked_not_reportable.v1",
            "case": case("B"),
            "cases": [case("B")],
            "changes": [moved(MonitoringCount.THREATS_OF_VIOLENCE, -1)],
        },
    ]
    assert between(recording, before, reclassified) == found[:1]
    assert between(recording, recording.position) == []


def test_a_case_moved_by_the_event_of_another_names_both(recording: Recording) -> None:
    # given
    origin, arisen = incident("A", "COMPLAINT:STAFF"), complaint("C", "STAFF")
    arisen.link(other=origin.id, kind="AROSE_FROM")
    before = recording.record(school(recording.trust_id), origin, arisen)
    origin.mark_not_reportable(reason=WHY)
    recording.record(origin)

    # when
    (found,) = between(recording, before)

    # then
    assert found["case"] == case("A")
    assert found["cases"] == sorted((case("A"), case("C")), key=lambda each: each["id"])
    assert found["changes"] == [
        moved(MonitoringCount.COMPLAINTS_ABOUT_STAFF, 1, CountSource.COMPLAINT),
        moved(MonitoringCount.COMPLAINTS_ABOUT_STAFF, -1),
    ]


def test_what_a_reader_may_not_open_moves_the_trusts_figures_without_its_id_and_not_a_heads(
    recording: Recording,
) -> None:
    # given
    before = recording.record(school(recording.trust_id))
    recording.record(breach("A"), breach("B", subject=named("reader")))

    # when
    lead, head = between(recording, before), between(recording, before, role=Role.HEADTEACHER)

    # then
    assert [(each["case"], each["cases"]) for each in lead] == [(case("A"), [case("A")]), (None, [])]
    assert [each["changes"] for each in lead] == [
        [moved(MonitoringCount.ALLEGATIONS_ABOUT_STAFF, 1, CountSource.STAFF_BREACH)]
    ] * 2
    assert head == []


def test_the_second_moment_is_not_before_the_first(recording: Recording) -> None:
    # given
    recording.record(school(recording.trust_id), incident("A"))
    Projector(recording.database).catch_up(recording.trust_id)

    # when
    (refusal,) = refusals(recording.trust, reader(recording.trust_id), RESTATEMENTS, **asked(2, 1))

    # then
    assert isinstance(refusal, MomentsOutOfOrder)
    assert refusal.fields == ("between", "and")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, places=st.tuples(st.integers(0, 99), st.integers(0, 99)))
def test_the_changes_between_two_positions_add_up_to_the_difference_of_the_figures(
    database: Database, steps: list[Step], places: tuple[int, int]
) -> None:
    # given
    recording = Recording(database)
    head = recording.append(History(recording.trust_id).take(steps).events)
    start, end = sorted(place % (head + 1) for place in places)
    dimensions = (MonitoringDimension.COUNT, MonitoringDimension.SCHOOL, MonitoringDimension.MONTH)
    query = MonitoringQuery(first=AUTUMN[0], last=AUTUMN[1], group_by=(*dimensions, MonitoringDimension.SOURCE))

    # when
    changed: dict[tuple[object, ...], int] = {}
    for change in (change for each in between(recording, start, end) for change in each["changes"]):
        key = (change["count"], change["school"]["urn"], change["month"], change["source"])
        changed[key] = changed.get(key, 0) + change["change"]

    # then
    then = Oracle(recording, start).figures(replace(query, schools=("900001", "900002")))
    now = Oracle(recording, end).figures(replace(query, schools=("900001", "900002")))
    difference = {key: now.get(key, 0) - then.get(key, 0) for key in {*then, *now}}
    assert {key: value for key, value in changed.items() if value} == {
        key: value for key, value in difference.items() if value
    }
