"""The history of cases: pages of events, and the case as it stood."""

from __future__ import annotations

import pytest

from domain.access import Role
from projections.engine import Projector
from projections.history import count_events, documents_after, documents_at, history
from projections.pages import CursorMalformed, PageTooLarge
from tests.projections.examples import breach, incident, school
from tests.projections.histories import WHY
from tests.projections.readers import reader
from tests.projections.recording import Recording, named


@pytest.fixture
def told(recording: Recording) -> Recording:
    """Two cases whose events are interleaved."""
    first, second = incident("A", "ALLEGATION:STAFF"), breach("B")
    recording.record(school(recording.trust_id), first, second)
    for case in (first, second, first):
        case.add_addendum(text=WHY)
        recording.record(case)
    Projector(recording.database).catch_up(recording.trust_id)
    return recording


A, B, NOBODY = named("A"), named("B"), named("nothing")


def test_a_page_of_each_case_comes_in_one_call_in_order_of_version(told: Recording) -> None:
    # when
    pages = history(told.trust, reader(told.trust_id), [A, B, NOBODY], first=2)

    # then
    assert {case_id: [(row.version, row.position) for row in page.entries] for case_id, page in pages.items()} == {
        A: [(1, 2), (2, 3)],
        B: [(1, 4), (2, 6)],
        NOBODY: [],
    }
    assert {case_id: page.has_next for case_id, page in pages.items()} == {A: True, B: False, NOBODY: False}


def test_pages_follow_each_other_and_can_be_of_some_events_alone(told: Recording) -> None:
    # given
    who = reader(told.trust_id)
    first = history(told.trust, who, [A], first=3)[A]

    # when
    second = history(told.trust, who, [A], first=3, after=first.cursors[-1])[A]
    addenda = history(told.trust, who, [A, B], types=["incident.addendum_recorded.v1"])

    # then
    assert [row.version for row in (*first.entries, *second.entries)] == [1, 2, 3, 4]
    assert (first.has_next, second.has_next) == (True, False)
    assert [[row.version for row in addenda[case_id].entries] for case_id in (A, B)] == [[3, 4], []]
    assert count_events(told.trust, who, [A, B, NOBODY]) == {A: 4, B: 2, NOBODY: 0}
    assert count_events(told.trust, who, [A, B], types=["incident.addendum_recorded.v1"]) == {A: 2, B: 0}


def test_the_history_of_a_case_out_of_sight_is_empty(told: Recording) -> None:
    # given
    head = reader(told.trust_id, Role.HEADTEACHER, "900001")

    # then
    assert [len(page.entries) for page in history(told.trust, head, [A, B]).values()] == [4, 0]
    assert count_events(told.trust, head, [A, B]) == {A: 4, B: 0}
    assert set(documents_after(told.trust, head, {A: [1], B: [1]})) == {(A, 1)}
    assert set(documents_at(told.trust, head, [A, B], told.position)) == {A}


def test_a_case_is_shown_as_after_each_wanted_event(told: Recording) -> None:
    # when
    documents = documents_after(told.trust, reader(told.trust_id), {A: [1, 2, 4, 9], B: [2]})

    # then
    assert {key: (document.version, len(document.detail["addenda"])) for key, document in documents.items()} == {
        (A, 1): (1, 0),
        (A, 2): (2, 0),
        (A, 4): (4, 2),
        (B, 2): (2, 1),
    }


def test_a_case_is_shown_as_at_a_position_and_not_before_it_began(told: Recording) -> None:
    # when
    documents = {position: documents_at(told.trust, reader(told.trust_id), [A, B], position) for position in (1, 3, 6)}

    # then
    assert {
        position: {case_id: document.version for case_id, document in found.items()}
        for position, found in documents.items()
    } == {1: {}, 3: {A: 2}, 6: {A: 3, B: 2}}


def test_a_page_too_large_and_a_cursor_of_another_list_are_refused(told: Recording) -> None:
    with pytest.raises(PageTooLarge):
        history(told.trust, reader(told.trust_id), [A], first=101)
    with pytest.raises(CursorMalformed):
        history(told.trust, reader(told.trust_id), [A], after="WyJ4Il0")
