"""Waiting until the figures include what was just recorded."""

from __future__ import annotations

import threading

import pytest

from domain.refusals import RefusalCode
from projections.engine import Projector
from projections.wait import ProjectionBehind, reached, wait_until
from tests.projections.examples import incident
from tests.projections.recording import Recording


def test_a_position_reached_is_not_waited_for(recording: Recording) -> None:
    recording.record(incident("A"))
    Projector(recording.database).catch_up(recording.trust_id)
    wait_until(recording.trust, 1, seconds=0)
    assert reached(recording.trust) == 1


def test_a_position_that_does_not_come_is_refused_with_the_one_reached(recording: Recording) -> None:
    with pytest.raises(ProjectionBehind) as behind:
        wait_until(recording.trust, 7, seconds=0.05)
    assert (behind.value.code, behind.value.reached, behind.value.fields) == (
        RefusalCode.PROJECTION_BEHIND,
        0,
        ("atLeast",),
    )


def test_who_waits_goes_on_when_the_projection_has_come(recording: Recording) -> None:
    # given
    recording.record(incident("A"))
    arrived = threading.Event()

    def wait() -> None:
        wait_until(recording.trust, 1, seconds=10)
        arrived.set()

    waiting = threading.Thread(target=wait)
    waiting.start()

    # when
    Projector(recording.database).catch_up(recording.trust_id)

    # then
    waiting.join(10)
    assert arrived.is_set()
