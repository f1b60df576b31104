"""Monthly figures: the sums of the contributions, at every position and in epochs of any length."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from unittest.mock import patch

import pytest

from domain.counting import CountSource
from projections.engine import Projector
from projections.monitoring_terms import MonitoringDimension, MonitoringQuery
from projections.plan.plans import Plans
from tests.projections.examples import TODAY, breach, incident, school
from tests.projections.histories import WHY
from tests.projections.readers import reader
from tests.projections.recording import Recording, named
from tests.projections.reports import report
from tests.support.asking import SCHEMA, Json

COUNT, SCHOOL, SOURCE = MonitoringDimension.COUNT, MonitoringDimension.SCHOOL, MonitoringDimension.SOURCE
MONTH, YEAR = MonitoringDimension.MONTH, MonitoringDimension.ACADEMIC_YEAR
YEAR_2026 = MonitoringQuery(first=date(2026, 9, 1), last=date(2027, 8, 31))


@pytest.mark.parametrize(
    "group_by", [(COUNT,), (COUNT, SCHOOL, MONTH), (SOURCE, COUNT), (YEAR, COUNT)], ids=lambda each: "-".join(each)
)
@pytest.mark.parametrize("epoch", [1, 2, 5, 32_768])
def test_the_monthly_figures_are_the_sums_of_the_contributions_at_every_position(
    recording: Recording, group_by: tuple[MonitoringDimension, ...], epoch: int
) -> None:
    # given
    moved = incident("A", "ALLEGATION:STAFF", on=date(2026, 9, 30))
    excluded = incident("B", "ALLEGATION:STAFF", "THREAT_OF_VIOLENCE:PUPIL", urn="900002")
    barring = breach("C", subject=named("reader"))
    recording.record(school(recording.trust_id), school(recording.trust_id, "900002"), moved, excluded, barring)
    moved.correct_item(item_id=named("A 1"), discovered_on=date(2026, 10, 1), reason=WHY, today=TODAY)
    excluded.exclude_item(item_id=named("B 1"), mark="RECORDED_IN_ERROR", reason=WHY)
    recording.record(moved, excluded)
    query = replace(YEAR_2026, group_by=group_by, sources=(CountSource.ONLINE, CountSource.STAFF_BREACH))

    # when
    with (
        patch("projections.changes._POSITIONS_OF_AN_EPOCH", epoch),
        patch.dict("projections.changes.__dict__", SPANS=(1, 3, None)),
        patch.dict("projections.figures.__dict__", SPANS=(1, 3, None)),
    ):
        Projector(recording.database).catch_up(recording.trust_id)
        by_month, by_contribution = (
            [_report_at(recording, query, position, by_month=chosen) for position in (None, *range(11))]
            for chosen in (True, False)
        )

    # then
    assert by_month == by_contribution
    assert sum(cell["value"] for cell in by_month[0]["cells"]) == 3
    assert sum(cell["withheld"] for cell in by_month[0]["cells"]) == 1


def _report_at(recording: Recording, query: MonitoringQuery, position: int | None, *, by_month: bool) -> Json:
    as_of = None if position is None else {"position": position}
    # What was planned before was planned as the question asks for it.
    with (
        patch("projections.figures.answers_by_month", lambda _reading, _query: by_month),
        patch("tests.support.asking.PLANS", Plans(SCHEMA)),
    ):
        return report(recording.trust, reader(recording.trust_id), query, as_of=as_of)
