"""The counts as they were reported and as they are now known: the events in between explain each difference."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.replay.comparison import (
    Comparison,
    Period,
    compare,
    comparison_as_csv,
    comparison_as_json,
    comparison_as_text,
)
from domain.access import Role
from domain.refusals import Refused
from ledger.database import Database
from projections.engine import Projector
from projections.monitoring_terms import MonitoringDimension, MonitoringQuery
from tests.projections.examples import breach, classified, incident, school
from tests.projections.histories import WHY, History, Step, steps
from tests.projections.oracle import Oracle
from tests.projections.readers import reader
from tests.projections.recording import Recording, named

AUTUMN = (date(2026, 9, 1), date(2026, 12, 31))


def compared(
    recording: Recording, as_of: int | datetime | None, role: Role = Role.TRUST_LEAD, **given: Any
) -> Comparison:
    Projector(recording.database).catch_up(recording.trust_id)
    return compare(recording.trust, reader(recording.trust_id, role), Period(*AUTUMN, as_of=as_of, **given))


def moved(found: Comparison) -> dict[str, tuple[int | None, int | None, int]]:
    """The counts that are not the same."""
    return {one.count: (one.as_reported, one.as_now_known, one.change) for one in found.counts if one.explained_by}


@pytest.fixture
def restated(recording: Recording) -> tuple[Recording, int]:
    """An incident that was reported and reclassified afterwards, and the position at which it was reported."""
    first = incident("A", "ALLEGATION:STAFF")
    reported = recording.record(school(recording.trust_id), first, incident("B", "THREAT_OF_VIOLENCE:PUPIL"))
    first.reclassify_item(item_id=named("A 1"), classifications=classified("COMPLAINT:STAFF"), reason=WHY)
    recording.record(first)
    return recording, reported


def test_each_count_stands_as_reported_and_as_now_known_with_the_events_that_moved_it(
    restated: tuple[Recording, int],
) -> None:
    recording, reported = restated

    found = compared(recording, reported)

    assert len(found.counts) == 11
    assert (found.reported_at[0], found.known_at[0]) == (reported, recording.position)
    assert moved(found) == {"ALLEGATIONS_ABOUT_STAFF": (1, 0, -1), "COMPLAINTS_ABOUT_STAFF": (0, 1, 1)}
    [explanation] = found.counts[0].explained_by
    assert (explanation.type, explanation.case, explanation.school, explanation.month, explanation.change) == (
        "incident.item_reclassified.v1",
        "INC-2026-A",
        "900001",
        "2026-09",
        -1,
    )
    assert found.told.cases == {str(named("A"))}
    assert moved(compared(recording, recording.position)) == {}
    assert moved(compared(recording, reported, schools=("900002",))) == {}


def test_without_a_moment_figures_were_reported_when_their_last_day_was_over() -> None:
    assert Period(*AUTUMN).moment == {"at": "2026-12-31T23:59:59.999999+00:00"}
    summer = Period(date(2026, 6, 1), date(2026, 6, 30)).moment
    assert datetime.fromisoformat(summer["at"]) == datetime(2026, 6, 30, 23, 59, 59, 999_999, ZoneInfo("Europe/London"))


def test_what_a_reader_may_not_open_explains_without_its_case(recording: Recording) -> None:
    before = recording.record(school(recording.trust_id))
    recording.record(breach("A", subject=named("reader")))

    found = compared(recording, before)

    [explanation] = found.counts[0].explained_by
    assert (explanation.type, explanation.case, explanation.change) == ("withheld", None, 1)
    assert found.told.cases == frozenset()
    assert "[withheld]" in comparison_as_text(found)


def test_what_cannot_be_asked_is_refused(restated: tuple[Recording, int]) -> None:
    recording, _ = restated
    for first, last in (*pairwise(reversed(AUTUMN)),):
        with pytest.raises(Refused) as refusal:
            compare(recording.trust, reader(recording.trust_id), Period(first, last, as_of=1))
        assert refusal.value.fields == ("to",)


def test_every_form_says_the_same(restated: tuple[Recording, int]) -> None:
    recording, reported = restated
    found = compared(recording, reported)

    text = comparison_as_text(found)
    told = json.loads(comparison_as_json(found))
    rows = list(csv.DictReader(io.StringIO(comparison_as_csv(found).decode(), newline="")))

    assert "ALLEGATIONS_ABOUT_STAFF                   1      0      -1" in text
    assert "incident.item_reclassified.v1  INC-2026-A  school 900001, 2026-09, ONLINE" in text
    assert told["asReported"]["position"] == reported
    figures = {one["count"]: (one["asReported"], one["asNowKnown"], one["change"]) for one in told["counts"]}
    assert figures == {one.count: (one.as_reported, one.as_now_known, one.change) for one in found.counts}
    of_rows = {row["count"]: (row["as_reported"], row["as_now_known"], row["change"]) for row in rows if row["change"]}
    assert of_rows == {name: tuple(map(str, figure)) for name, figure in figures.items()}
    assert [row["moved_by"] for row in rows if not row["change"]] == ["-1", "1"]
    assert {row["case"] for row in rows if not row["change"]} == {"INC-2026-A"}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, place=st.integers(0, 99))
def test_over_any_history_the_events_in_between_add_up_to_the_difference_of_the_figures(
    database: Database, steps: list[Step], place: int
) -> None:
    recording = Recording(database)
    head = recording.append(History(recording.trust_id).take(steps).events)
    reported = place % (head + 1)

    found = compared(recording, reported)

    query = MonitoringQuery(
        first=AUTUMN[0], last=AUTUMN[1], group_by=(MonitoringDimension.COUNT,), schools=("900001", "900002")
    )
    then, known = (Oracle(recording, at).figures(query) for at in (reported, head))
    for one in found.counts:
        assert sum(each.change for each in one.explained_by) == one.change
        assert (one.as_reported or 0) == sum(value for (count,), value in then.items() if count == one.count)
        assert (one.as_now_known or 0) == sum(value for (count,), value in known.items() if count == one.count)
