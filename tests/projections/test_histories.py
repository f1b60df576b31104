"""Random histories: live figures, past figures, a rebuild and an oracle in memory all agree."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.counting import CountSource
from ledger.database import Database
from projections.engine import Projector
from projections.generations import rebuild
from projections.monitoring_terms import CountingUnit, DateBasis, MonitoringDimension, MonitoringQuery
from tests.projections.histories import History, Step, steps
from tests.projections.oracle import Oracle
from tests.projections.projected import rows
from tests.projections.readers import reader
from tests.projections.recording import Recording
from tests.projections.reports import report, told

BATCHES = st.sampled_from([1, 7, 1000])
_PERIODS = [MonitoringDimension.DAY, MonitoringDimension.MONTH, MonitoringDimension.ACADEMIC_YEAR]
_OTHERS = [
    MonitoringDimension.COUNT,
    MonitoringDimension.SCHOOL,
    MonitoringDimension.SOURCE,
    MonitoringDimension.PLATFORM,
    MonitoringDimension.POSTER_ROLE,
]


@st.composite
def questions(draw: st.DrawFn) -> MonitoringQuery:
    group_by = draw(st.lists(st.sampled_from(_OTHERS), unique=True, min_size=1, max_size=3))
    if draw(st.booleans()) and MonitoringDimension.COUNT not in group_by:
        group_by.append(MonitoringDimension.COUNT)
    group_by += draw(st.lists(st.sampled_from(_PERIODS), max_size=1))
    return MonitoringQuery(
        first=draw(st.sampled_from([date(2026, 8, 31), date(2026, 9, 1), date(2026, 9, 1), date(2026, 9, 15)])),
        last=draw(st.sampled_from([date(2026, 9, 30), date(2026, 10, 31), date(2026, 11, 25)])),
        schools=draw(st.sampled_from([None, ("900001",), ("900002", "999999")])),
        group_by=tuple(draw(st.permutations(group_by))),
        unit=draw(st.sampled_from(CountingUnit)),
        basis=draw(st.sampled_from([*DateBasis, DateBasis.DISCOVERED])),
        sources=draw(st.sampled_from([None, (CountSource.ONLINE,), (CountSource.COMPLAINT, CountSource.STAFF_BREACH)])),
    )


@pytest.mark.obligation("S2-029", "S2-030", "S2-031", "S2-032", "S2-033", "S2-034", "S2-035", "S2-036")
@pytest.mark.obligation("S2-037", "S2-038", "S2-039", "S2-041")
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    steps=steps, batch=BATCHES, rebuilt_in=BATCHES, query=questions(), places=st.lists(st.integers(0, 99), max_size=3)
)
def test_live_past_rebuilt_and_remembered_figures_agree(
    database: Database, steps: list[Step], batch: int, rebuilt_in: int, query: MonitoringQuery, places: list[int]
) -> None:
    # A few positions make an epoch here, so that monthly figures have several, and batches are read in several pages.
    with patch("projections.changes._POSITIONS_OF_AN_EPOCH", 1 + batch % 5), patch("projections.engine._PAGE", 3):
        check_history(database, steps, batch, rebuilt_in, query, places)


def check_history(
    database: Database, steps: list[Step], batch: int, rebuilt_in: int, query: MonitoringQuery, places: list[int]
) -> None:
    # given
    recording = Recording(database)
    head = recording.append(History(recording.trust_id).take(steps).events)

    # when
    Projector(database, batch=batch).catch_up(recording.trust_id)

    # then
    assert figures(recording, query) == Oracle(recording, head).figures(query)
    for place in places:
        position = place % (head + 1)
        assert figures(recording, query, position) == Oracle(recording, position).figures(query)

    # and
    cases = Oracle(recording, head).cases.values()
    assert tallied(recording) == Counter((case.school_urn, case.kind.value, case.status.value) for case in cases)
    assert barred(recording) == {(case.id, person) for case in cases for person in case.barred}
    assert falling_due(recording) == Oracle(recording, head).deadlines()

    # and
    rebuilt = rebuild(database, recording.trust_id, verify=True, batch=rebuilt_in)
    assert (rebuilt.position, rebuilt.differences, rebuilt.is_live) == (head, (), True)
    assert figures(recording, query) == Oracle(recording, head).figures(query)


def tallied(recording: Recording) -> dict[tuple[str, ...], int]:
    """How many cases there are of each school, kind and status, as it is kept."""
    found = rows(recording, "SELECT school_urn, kind, status, cases FROM case_tally WHERE generation = 1")
    return {tuple(key): cases for *key, cases in found}


def barred(recording: Recording) -> set[tuple[Any, ...]]:
    """Who may not know of which case, as it is kept."""
    return {tuple(row) for row in rows(recording, "SELECT case_id, person_id FROM case_barred WHERE generation = 1")}


def falling_due(recording: Recording) -> set[tuple[Any, ...]]:
    """What falls due, as it is kept."""
    found = rows(recording, "SELECT case_id, ordinal, code, due_on FROM deadline WHERE generation = 1")
    return {tuple(row) for row in found}


def figures(recording: Recording, query: MonitoringQuery, position: int | None = None) -> dict[tuple[Any, ...], int]:
    """What the trust lead is told, live or as at a position."""
    as_of = None if position is None else {"position": position}
    return told(report(recording.trust, reader(recording.trust_id), query, as_of=as_of), query.group_by)
