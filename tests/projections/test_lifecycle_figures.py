"""What items put together, taken apart, unlinked cases and moves do to figures that were told before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from domain.access import Role
from domain.counting import CountSource, MonitoringCount
from projections.engine import Projector
from projections.monitoring_terms import MonitoringDimension, MonitoringQuery
from tests.projections.examples import TODAY, add_item, breach, classified, complaint, incident, school
from tests.projections.histories import WHY
from tests.projections.readers import reader
from tests.projections.recording import Recording, named
from tests.projections.reports import report, told
from tests.projections.test_restatement import between, case, moved
from tests.support.asking import Json, ask

ALLEGATIONS, COMPLAINTS = MonitoringCount.ALLEGATIONS_ABOUT_STAFF, MonitoringCount.COMPLAINTS_ABOUT_STAFF
THREATS = MonitoringCount.THREATS_OF_VIOLENCE
BY_SCHOOL = MonitoringQuery(
    first=date(2026, 9, 1), last=date(2026, 9, 30), group_by=(MonitoringDimension.COUNT, MonitoringDimension.SCHOOL)
)


def figures(recording: Recording, position: int | None = None, who: Any = None) -> dict[tuple[Any, ...], int]:
    """The figures of September by count and school, now or as at a position."""
    Projector(recording.database).catch_up(recording.trust_id)
    as_of = None if position is None else {"position": position}
    reading = who or reader(recording.trust_id)
    return told(report(recording.trust, reading, BY_SCHOOL, as_of=as_of), BY_SCHOOL.group_by)


def test_merged_items_restate_a_past_figure_and_undoing_the_merge_restates_it_back(recording: Recording) -> None:
    # given
    one = incident("A", "ALLEGATION:STAFF", "ALLEGATION:STAFF THREAT_OF_VIOLENCE:PUPIL")
    before = recording.record(school(recording.trust_id), one)
    one.merge_items(item_id=named("A 2"), into=named("A 1"), reason=WHY)
    merged = recording.record(one)
    one.restore_item(item_id=named("A 2"), reason=WHY)
    undone = recording.record(one)

    # when
    found = between(recording, before)

    # then
    assert [(each["type"], each["case"], each["changes"]) for each in found] == [
        # The threat is that of another item now, so it moves nothing.
        ("incident.items_merged.v1", case("A"), [moved(ALLEGATIONS, -1)]),
        ("incident.merge_undone.v1", case("A"), [moved(ALLEGATIONS, 1)]),
    ]
    assert [each["position"] for each in found] == [merged, undone]
    at_school = {(ALLEGATIONS, "900001"): 2, (THREATS, "900001"): 1}
    assert figures(recording, before) == figures(recording) == at_school
    assert figures(recording, merged) == at_school | {(ALLEGATIONS, "900001"): 1}


def test_a_split_item_restates_a_past_figure(recording: Recording) -> None:
    # given
    one = incident("A", "RACIST_COMMENT:STAFF HOMOPHOBIC_COMMENT:STAFF")
    before = recording.record(school(recording.trust_id), one)
    taken = classified("HOMOPHOBIC_COMMENT:STAFF")
    one.split_item(item_id=named("A 1"), new_item_id=named("A 2"), classifications=taken, reason=WHY)
    split = recording.record(one)

    # when
    (found,) = between(recording, before)

    # then
    count = MonitoringCount.RACIST_OR_HOMOPHOBIC_COMMENTS
    assert (found["position"], found["type"]) == (split, "incident.item_split.v1")
    assert found["changes"] == [moved(count, 1)]
    assert (figures(recording, before), figures(recording)) == ({(count, "900001"): 1}, {(count, "900001"): 2})


@pytest.mark.parametrize(
    ("arisen", "count", "source"),
    [
        (lambda: complaint("C", "STAFF"), COMPLAINTS, CountSource.COMPLAINT),
        (lambda: breach("C"), ALLEGATIONS, CountSource.STAFF_BREACH),
    ],
    ids=["complaint", "breach"],
)
def test_a_link_taken_away_restates_a_past_figure(
    recording: Recording, arisen: Callable[[], Any], count: MonitoringCount, source: CountSource
) -> None:
    # given
    origin, other = incident("A", "COMPLAINT:STAFF"), arisen()
    other.link(other=origin.id, kind="AROSE_FROM")
    before = recording.record(school(recording.trust_id), origin, other)
    other.unlink(other=origin.id, kind="AROSE_FROM", reason=WHY)
    unlinked = recording.record(other)

    # when
    (found,) = between(recording, before)

    # then
    assert (found["position"], found["case"], found["changes"]) == (unlinked, case("C"), [moved(count, 1, source)])
    past, now = figures(recording, before), figures(recording)
    assert now[count, "900001"] == past.get((count, "900001"), 0) + 1


@pytest.mark.parametrize("kind", ["incident", "complaint", "breach"])
def test_a_transfer_moves_the_case_and_no_figure_and_a_correction_the_figures_of_the_stay(
    recording: Recording, kind: str
) -> None:
    # given
    cases: dict[str, Callable[[], Any]] = {
        "incident": lambda: incident("A", "ALLEGATION:STAFF"),
        "complaint": lambda: complaint("A", "STAFF"),
        "breach": lambda: breach("A"),
    }
    one = cases[kind]()
    schools = [school(recording.trust_id, urn) for urn in ("900001", "900002", "900003")]
    before = recording.record(*schools, one)
    counted = figures(recording)

    # when
    one.transfer(school_urn="900002", transferred_on=TODAY, reason=WHY, today=TODAY)
    recording.record(one)

    # then
    assert figures(recording) == counted
    assert between(recording, before) == []
    assert school_of_list(recording, one.id) == "900002"

    # and
    one.correct_school(school_urn="900003", reason=WHY)
    recording.record(one)
    assert figures(recording) == counted
    assert school_of_list(recording, one.id) == "900003"


def test_what_is_recorded_after_a_transfer_counts_at_the_new_school_and_moves_with_a_correction(
    recording: Recording,
) -> None:
    # given
    one = incident("A", "ALLEGATION:STAFF")
    schools = [school(recording.trust_id, urn) for urn in ("900001", "900002", "900003")]
    recording.record(*schools, one)
    one.transfer(school_urn="900002", transferred_on=TODAY, reason=WHY, today=TODAY)
    add_item(one, "A 2", "ALLEGATION:STAFF")
    added = recording.record(one)
    one.correct_school(school_urn="900003", reason=WHY)
    recording.record(one)

    # then
    assert figures(recording, added) == {(ALLEGATIONS, "900001"): 1, (ALLEGATIONS, "900002"): 1}
    assert figures(recording) == {(ALLEGATIONS, "900001"): 1, (ALLEGATIONS, "900003"): 1}


def test_the_head_who_gave_the_case_away_no_longer_sees_it_and_the_one_who_took_it_does(recording: Recording) -> None:
    # given
    one = incident("A", "ALLEGATION:STAFF")
    recording.record(school(recording.trust_id), school(recording.trust_id, "900002"), one)
    one.transfer(school_urn="900002", transferred_on=TODAY, reason=WHY, today=TODAY)
    recording.record(one)
    Projector(recording.database).catch_up(recording.trust_id)
    former, present = (reader(recording.trust_id, Role.HEADTEACHER, urn) for urn in ("900001", "900002"))

    # then
    assert [seen(recording, who, one.id) for who in (former, present)] == [
        None,
        {
            "school": {"urn": "900002"},
            "transfers": [
                {"fromSchool": {"urn": "900001"}, "toSchool": {"urn": "900002"}, "transferredOn": str(TODAY)}
            ],
            "items": [{"countedAt": {"urn": "900001"}}],
        },
    ]
    # Neither head's figures cover it: the one does not see the case, and it does not count at the other's school.
    assert [figures(recording, who=who) for who in (former, present)] == [{}, {}]


def seen(recording: Recording, who: Any, case_id: UUID) -> Json | None:
    query = (
        "query ($id: ID!) { case(id: $id) { school { urn }"
        " transfers { fromSchool { urn } toSchool { urn } transferredOn }"
        " ... on Incident { items { countedAt { urn } } } } }"
    )
    found: Json | None = ask(recording.trust, who, query, id=str(case_id))["case"]
    return found


def school_of_list(recording: Recording, case_id: UUID) -> str:
    """The school under which lists have a case."""
    Projector(recording.database).catch_up(recording.trust_id)
    query = "{ cases { nodes { id school { urn } } } }"
    [node] = ask(recording.trust, reader(recording.trust_id), query)["cases"]["nodes"]
    assert node["id"] == str(case_id)
    urn: str = node["school"]["urn"]
    return urn
