"""The engine: each event once, whatever the batches, the workers and the faults."""

from __future__ import annotations

from typing import Any

import pytest

from domain.sealed import Secret
from ledger.database import Database
from projections.engine import Projector
from tests.projections.examples import incident
from tests.projections.recording import Recording


@pytest.fixture
def recording(database: Database) -> Recording:
    return Recording(database)


def rows(recording: Recording, query: str) -> list[tuple[Any, ...]]:
    with recording.trust.connection() as connection:
        return connection.execute(query.encode()).fetchall()


CONTRIBUTIONS = (
    "SELECT count_number, valid_from, valid_to, excluded_by FROM contribution ORDER BY valid_from, count_number"
)


def test_a_contribution_opens_with_the_event_that_made_it_and_closes_with_the_one_that_ended_it(
    recording: Recording,
) -> None:
    # given
    case = incident("A", "ALLEGATION:STAFF THREAT_OF_VIOLENCE:STAFF")
    recording.record(case)
    case.mark_not_reportable(reason=Secret("Sent to us by mistake."))
    recording.record(case)

    # when
    Projector(recording.database).catch_up(recording.trust_id)

    # then
    assert rows(recording, CONTRIBUTIONS) == [
        (1, 2, 3, None),
        (10, 2, 3, None),
        (1, 3, None, "NOT_REPORTABLE"),
        (10, 3, None, "NOT_REPORTABLE"),
    ]
