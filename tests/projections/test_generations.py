"""Rebuilding beside the live rows: it changes no figure, survives a kill, and finds what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest

import policies
from ledger.database import Database
from projections.comparing import TableComparison
from projections.engine import Projector
from projections.generations import RebuildFailed, RebuildOvertaken, UnknownProjection, rebuild
from projections.tables import CORE_TABLES
from tests.projections.examples import (
    SEPTEMBER,
    TODAY,
    breach,
    complaint,
    incident,
    school,
    set_calendar,
    trust_with_hold,
)
from tests.projections.histories import WHY
from tests.projections.projected import failing_at, rows
from tests.projections.recording import Recording, named


def contents(recording: Recording) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of all live tables, without their generation."""
    found = {}
    for table in CORE_TABLES:
        columns = ", ".join(column.name for column in table.columns if column.name != "generation")
        found[table.name] = rows(recording, f"SELECT {columns} FROM {table.name} ORDER BY {columns}")
    return found


def generations(recording: Recording) -> list[tuple[Any, ...]]:
    return rows(recording, "SELECT generation, live, position FROM projection ORDER BY generation")


@pytest.fixture
def projected(recording: Recording) -> Recording:
    """A trust with something in every table."""
    origin, arisen = incident("A", "COMPLAINT:STAFF", "ALLEGATION:STAFF"), complaint("C", "BOTH")
    staff = breach("S", subject=named("subject"))
    staff.assess_harm_threshold(level="MET", criteria=("RISK_OF_HARM",), assessed_on=SEPTEMBER, today=TODAY)
    register = school(recording.trust_id)
    register.adopt_pack(content=policies.content("libra"), adopted_on=SEPTEMBER)
    set_calendar(register)
    recording.record(register, origin, arisen, staff)
    arisen.link(other=origin.id, kind="AROSE_FROM")
    recording.record(arisen)
    origin.mark_not_reportable(reason=WHY)
    recording.record(origin)
    recording.record(trust_with_hold(recording.trust_id))
    Projector(recording.database).catch_up(recording.trust_id)
    return recording


def test_a_rebuild_goes_live_with_the_same_rows_and_leaves_no_others(projected: Recording) -> None:
    # given
    before = contents(projected)

    # when
    rebuilt = rebuild(projected.database, projected.trust_id)

    # then
    assert (rebuilt.position, rebuilt.is_live) == (projected.position, True)
    assert contents(projected) == before
    assert generations(projected) == [(2, True, projected.position)]


def test_a_rebuild_projects_what_was_never_projected(recording: Recording) -> None:
    # given
    recording.record(incident("A", "ALLEGATION:STAFF"))

    # when
    rebuilt = rebuild(recording.database, recording.trust_id, verify=True)

    # then
    assert (rebuilt.position, rebuilt.is_live, rebuilt.comparison) == (2, True, ())
    assert rows(recording, "SELECT count(*) FROM contribution") == [(1,)]


def test_progress_is_told_from_the_first_event_to_the_last(projected: Recording) -> None:
    # given
    told: list[tuple[int, int]] = []

    # when
    with patch("projections.generations._CLOSE_ENOUGH", 2):
        rebuild(projected.database, projected.trust_id, batch=3, progress=lambda *given: told.append(given))

    # then
    head = projected.position
    assert told == [(0, head), (3, head), (6, head), (9, head), (12, head), (head, head)]


@pytest.mark.parametrize("table", [table.name for table in CORE_TABLES])
def test_verifying_names_the_table_and_the_first_key_that_differs_and_leaves_the_live_rows(
    projected: Recording, table: str
) -> None:
    # given
    with projected.trust.connection() as connection:
        connection.execute(f"DELETE FROM {table}".encode())
    before = contents(projected)

    # when
    rebuilt = rebuild(projected.database, projected.trust_id, verify=True)

    # then
    assert not rebuilt.is_live
    assert [difference.table for difference in rebuilt.differences] == [table]
    assert rebuilt.differences[0].first_difference is not None
    assert contents(projected) == before
    assert generations(projected) == [(1, True, projected.position)]


def test_verifying_sees_one_changed_value(projected: Recording) -> None:
    # given
    with projected.trust.connection() as connection:
        connection.execute("UPDATE count_month SET items = items + 1 WHERE source = 'STAFF_BREACH'")

    # when
    rebuilt = rebuild(projected.database, projected.trust_id, verify=True)

    # then
    assert rebuilt.differences == (TableComparison("count_month", 15, 15, "(0,900001,2026-09-01,1,STAFF_BREACH,0)"),)


def test_verifying_compares_at_the_live_position_though_more_was_recorded(projected: Recording) -> None:
    # given
    live = projected.position
    projected.record(incident("Later", "ALLEGATION:STAFF"))

    # when
    rebuilt = rebuild(projected.database, projected.trust_id, verify=True)

    # then
    assert (rebuilt.position, rebuilt.differences, rebuilt.is_live) == (live, (), True)
    assert Projector(projected.database).catch_up(projected.trust_id) == 2


class Killed(BaseException):
    pass


def kill(after: int) -> Callable[[int, int], None]:
    def told(position: int, end: int) -> None:
        if position >= after:
            raise Killed

    return told


def test_a_killed_rebuild_is_taken_up_where_it_stood(projected: Recording) -> None:
    # given
    before = contents(projected)
    with patch("projections.generations._CLOSE_ENOUGH", 0), pytest.raises(Killed):
        rebuild(projected.database, projected.trust_id, batch=2, progress=kill(after=4))
    assert generations(projected) == [(1, True, projected.position), (2, False, 4)]

    # when
    told: list[int] = []
    rebuild(projected.database, projected.trust_id, progress=lambda position, _: told.append(position))

    # then
    assert told[0] == 4
    assert contents(projected) == before
    assert generations(projected) == [(2, True, projected.position)]


def test_what_other_code_began_is_begun_anew(projected: Recording) -> None:
    # given
    before = contents(projected)
    with patch("projections.generations._CLOSE_ENOUGH", 0), pytest.raises(Killed):
        rebuild(projected.database, projected.trust_id, batch=2, progress=kill(after=4))

    # when
    told: list[int] = []
    with patch("projections.generations.fingerprint", lambda: "other"):
        rebuild(projected.database, projected.trust_id, progress=lambda position, _: told.append(position))

    # then
    assert told[0] == 0
    assert contents(projected) == before


def test_a_rebuild_killed_while_it_sweeps_is_swept_up_by_the_next(projected: Recording) -> None:
    # given
    before = contents(projected)
    with patch("projections.generations.sweep", side_effect=[None, Killed]), pytest.raises(Killed):
        rebuild(projected.database, projected.trust_id)
    assert [(generation, live) for generation, live, _ in generations(projected)] == [(1, False), (2, True)]

    # when
    rebuild(projected.database, projected.trust_id)

    # then
    assert contents(projected) == before
    assert [live for _, live, _ in generations(projected)] == [True]


def test_of_two_rebuilds_at_once_one_goes_live_and_the_other_says_so(projected: Recording) -> None:
    # given
    before = contents(projected)

    def other(position: int, end: int) -> None:
        if position < end:
            rebuild(projected.database, projected.trust_id)

    # when
    with pytest.raises(RebuildOvertaken):
        rebuild(projected.database, projected.trust_id, progress=other)

    # then
    assert contents(projected) == before
    assert generations(projected) == [(2, True, projected.position)]


def test_figures_are_read_and_kept_up_to_date_while_a_rebuild_is_under_way(projected: Recording) -> None:
    # given
    def meanwhile(position: int, end: int) -> None:
        if position == 0:
            projected.record(incident("Meanwhile", "THREAT_OF_VIOLENCE:PUPIL"))
            Projector(projected.database).catch_up(projected.trust_id)

    # when
    rebuilt = rebuild(projected.database, projected.trust_id, verify=True, progress=meanwhile)

    # then
    assert (rebuilt.position, rebuilt.differences) == (projected.position, ())
    assert rows(projected, "SELECT count(*) FROM contribution WHERE count_number = 10") == [(1,)]


def test_an_event_that_cannot_be_folded_stops_the_rebuild_and_not_the_live_rows(projected: Recording) -> None:
    # given
    before = contents(projected)

    # when
    with failing_at(3), pytest.raises(RebuildFailed, match="LookupError between positions 1 and"):
        rebuild(projected.database, projected.trust_id)

    # then
    assert contents(projected) == before


def test_a_projection_that_does_not_exist_is_named(database: Database, recording: Recording) -> None:
    with pytest.raises(UnknownProjection):
        rebuild(database, recording.trust_id, "cor")
