"""The history of cases: pages of events, and the case as it stood."""

from __future__ import annotations

import pytest

from domain.access import Role, Visibility
from projections.engine import Projector
from projections.pages import CursorMalformed
from projections.past_cases import documents_after, documents_at
from tests.projections.examples import breach, incident, school
from tests.projections.histories import WHY
from tests.projections.readers import reader
from tests.projections.recording import Recording, named
from tests.support.asking import Json, ask, refusals

HISTORY = """
query ($a: ID!, $b: ID!, $nobody: ID!, $first: Int! = 100, $after: String, $types: [String!]) {
  a: case(id: $a) { ...Told } b: case(id: $b) { ...Told } nobody: case(id: $nobody) { ...Told }
}
fragment Told on Case {
  history(first: $first, after: $after, types: $types) {
    totalCount nodes { version position } pageInfo { hasNextPage endCursor }
  }
}
"""


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
IDS = {"a": str(A), "b": str(B), "nobody": str(NOBODY)}
ADDENDA = ["incident.addendum_recorded.v1"]


def history(told: Recording, who: Visibility | None = None, **asked: object) -> dict[str, Json | None]:
    """The histories of three cases, for the trust lead or somebody else; None for a case that is not in sight."""
    answer = ask(told.trust, who or reader(told.trust_id), HISTORY, **IDS, **asked)
    return {name: case and case["history"] for name, case in answer.items()}


def versions(page: Json | None) -> list[int]:
    assert page is not None
    return [event["version"] for event in page["nodes"]]


def totals(pages: dict[str, Json | None]) -> dict[str, int | None]:
    return {name: None if page is None else page["totalCount"] for name, page in pages.items()}


def test_a_page_of_each_case_comes_in_one_call_in_order_of_version(told: Recording) -> None:
    # when
    pages = history(told, first=2)

    # then
    assert {name: page and page["nodes"] for name, page in pages.items()} == {
        "a": [{"version": 1, "position": 2}, {"version": 2, "position": 3}],
        "b": [{"version": 1, "position": 4}, {"version": 2, "position": 6}],
        "nobody": None,
    }
    assert {name: page and page["pageInfo"]["hasNextPage"] for name, page in pages.items()} == {
        "a": True,
        "b": False,
        "nobody": None,
    }


def test_pages_follow_each_other_and_can_be_of_some_events_alone(told: Recording) -> None:
    # given
    first = history(told, first=3)["a"]
    assert first is not None

    # when
    second = history(told, first=3, after=first["pageInfo"]["endCursor"])["a"]
    assert second is not None
    addenda = history(told, types=ADDENDA)

    # then
    assert versions(first) + versions(second) == [1, 2, 3, 4]
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)
    assert [versions(addenda[name]) for name in "ab"] == [[3, 4], []]
    assert totals(history(told)) == {"a": 4, "b": 2, "nobody": None}
    assert totals(addenda) == {"a": 2, "b": 0, "nobody": None}


def test_the_history_of_a_case_out_of_sight_is_not_there(told: Recording) -> None:
    # given
    head = reader(told.trust_id, Role.HEADTEACHER, "900001")

    # when
    pages = history(told, head)

    # then
    assert (versions(pages["a"]), pages["b"]) == ([1, 2, 3, 4], None)
    assert totals(pages) == {"a": 4, "b": None, "nobody": None}
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


@pytest.mark.parametrize("after", ["WyJ4Il0", "W10", "x", ""])
def test_a_cursor_of_another_list_is_refused(told: Recording, after: str) -> None:
    found = refusals(told.trust, reader(told.trust_id), HISTORY, **IDS, after=after)
    assert [type(refusal) for refusal in found] == [CursorMalformed] * 3
