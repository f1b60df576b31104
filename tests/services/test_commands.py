"""A command is carried out once, by someone who may, on the case as it stands; a refusal records nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.access import Role
from domain.items import Classification
from domain.sealed import SealedRef
from ledger.entry import decode_body
from ledger.reading import read_streams
from services.case_commands import AddAddendum, AssignCase, MarkNotReportable
from services.commands import Recorded, Refusal
from services.incident_commands import ClassifyItem, CloseIncident, RecordItem, ReportIncident
from services.sealed_texts import SealedPlace, SealedState, open_texts
from tests.support.ledgers import Trust

AWARE = date(2026, 9, 10)


def a_report(**changes: Any) -> ReportIncident:
    given: dict[str, Any] = {"command_id": uuid4(), "school_urn": "900001", "opened_on": AWARE}
    return ReportIncident(**given | changes)


def an_item(case_id: UUID, **changes: Any) -> RecordItem:
    given: dict[str, Any] = {
        "command_id": uuid4(),
        "case_id": case_id,
        "platform": "FACEBOOK",
        "poster_role": "PARENT",
        "discovered_on": AWARE,
        "narrative": "Says the head is a bully.",
    }
    return RecordItem(**given | changes)


def test_an_incident_is_reported_under_a_reference_of_its_own(trust: Trust) -> None:
    first, second = trust.give(a_report()), trust.give(a_report())
    assert [first.case.reference, second.case.reference] == ["INC-2026-000001", "INC-2026-000002"]
    assert (first.case.version, first.case.status, first.case.school_urn) == (1, "OPEN", "900001")
    assert (second.first_position, second.last_position) == (first.first_position + 1, first.first_position + 1)


def test_each_event_says_who_acted_in_which_role_and_why(trust: Trust) -> None:
    coordinator = trust.caller(Role.COORDINATOR, "900001")
    substitute = replace(coordinator, on_behalf_of=uuid4())
    case = trust.do(a_report(), coordinator)
    command = MarkNotReportable(command_id=uuid4(), case_id=case.id, reason="It was never about the school.")
    trust.do(command, substitute)
    with trust.ledger.trust.connection() as connection:
        rows = read_streams(connection, trust.trust_id, [case.id])
    reported, marked = (decode_body(row.body) for row in rows)
    assert (reported.actor, reported.actor_role, reported.on_behalf_of, reported.reason) == (
        coordinator.person_id,
        "coordinator",
        None,
        None,
    )
    assert (marked.actor, marked.on_behalf_of, marked.command, marked.reason) == (
        substitute.person_id,
        substitute.on_behalf_of,
        command.command_id,
        "reason",
    )
    assert [entry.part for entry in marked.sealed] == ["reason"]
    place = SealedPlace(case.id, 2, "reason")
    assert open_texts(trust.ledger, substitute.visibility, [place])[place].text == "It was never about the school."


def test_a_text_is_sealed_and_a_loaded_case_holds_references_alone(trust: Trust) -> None:
    case = trust.do(a_report(summary="A post about the head."))
    poster = uuid4()
    case = trust.do(an_item(case.id, poster=poster, handle="@angry", url="https://social.example/1"))
    [item] = case.items.values()
    assert case.summary == SealedRef(1, "summary")
    assert (item.narrative, item.handle, item.url) == tuple(
        SealedRef(2, part) for part in ("narrative", "handle", "url")
    )
    places = [SealedPlace(case.id, 2, part) for part in ("narrative", "handle", "url")]
    opened = open_texts(trust.ledger, trust.lead.visibility, places)
    assert [opened[place].text for place in places] == [
        "Says the head is a bully.",
        "@angry",
        "https://social.example/1",
    ]
    keys = {place.part: opened[place].key_id for place in places}
    assert keys["handle"] == keys["url"] != keys["narrative"]
    auditor = trust.caller(Role.AUDITOR).visibility
    assert {text.state for text in open_texts(trust.ledger, auditor, places).values()} == {SealedState.WITHHELD}


def test_the_same_command_gives_the_first_answer_and_no_second_event(trust: Trust) -> None:
    command = a_report(summary="Twice pressed")
    first = trust.give(command)
    head = trust.ledger.head()
    again = trust.give(command)
    assert trust.ledger.head() == head
    assert (again.replayed, again.case.id, again.first_position) == (True, first.case.id, first.first_position)
    assert first.replayed is False


def test_a_command_id_used_for_something_else_or_by_someone_else_is_refused(trust: Trust) -> None:
    command = a_report(summary="One")
    trust.do(command)
    assert trust.refused(replace(command, summary="Other")) == ("COMMAND_ID_REUSED", ("command_id",))
    assert trust.refused(command, trust.caller(Role.HEADTEACHER, "900001")) == ("COMMAND_ID_REUSED", ("command_id",))


def test_a_command_replayed_after_the_case_moved_on_still_gives_the_first_answer(trust: Trust) -> None:
    case = trust.do(a_report())
    item = an_item(case.id)
    first = trust.give(item)
    trust.do(CloseIncident(command_id=uuid4(), case_id=case.id, outcome="NO_FURTHER_ACTION", closed_on=AWARE))
    again = trust.give(item)
    assert (again.replayed, again.first_position) == (True, first.first_position)


def test_a_stale_version_is_refused_at_once(trust: Trust) -> None:
    case = trust.do(a_report())
    trust.do(an_item(case.id))
    assert trust.refused(an_item(case.id, expected_version=1)) == ("VERSION_CONFLICT", ("expected_version",))
    assert trust.do(an_item(case.id, expected_version=2)).version == 3


def test_of_two_writers_with_the_same_expected_version_one_wins(trust: Trust) -> None:
    case = trust.do(a_report())
    for version in range(1, 6):
        barrier = threading.Barrier(2)

        def write(_: int, barrier: threading.Barrier = barrier, version: int = version) -> Recorded | Refusal:
            barrier.wait()
            return trust.give(an_item(case.id, expected_version=version))  # type: ignore[no-any-return]

        with ThreadPoolExecutor(2) as pool:
            results = list(pool.map(write, range(2)))
        assert sorted(type(result).__name__ for result in results) == ["Recorded", "Refusal"]
        assert {result.code for result in results if isinstance(result, Refusal)} == {"VERSION_CONFLICT"}


def test_writers_without_an_expected_version_are_decided_again(trust: Trust) -> None:
    case = trust.do(a_report())
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda _: trust.give(an_item(case.id)), range(12)))
    recorded = [result for result in results if isinstance(result, Recorded)]
    loaded: Any = trust.ledger.load(case.id)
    assert len(loaded.items) == len(recorded) == loaded.version - 1
    assert {result.code for result in results if isinstance(result, Refusal)} <= {"VERSION_CONFLICT"}


def test_the_same_command_given_twice_at_once_is_carried_out_once(trust: Trust) -> None:
    case = trust.do(a_report())
    for _ in range(5):
        command = an_item(case.id)
        with ThreadPoolExecutor(2) as pool:
            results = list(pool.map(lambda _, command=command: trust.give(command), range(2)))
        assert [type(result) for result in results] == [Recorded, Recorded]
        assert len({result.first_position for result in results}) == 1
    loaded: Any = trust.ledger.load(case.id)
    assert len(loaded.items) == 5


def test_a_command_that_changes_nothing_records_nothing_and_says_so(trust: Trust) -> None:
    case, owner = trust.do(a_report()), uuid4()
    trust.do(AssignCase(command_id=uuid4(), case_id=case.id, owner=owner))
    head = trust.ledger.head()
    again = trust.give(AssignCase(command_id=uuid4(), case_id=case.id, owner=owner))
    assert (again.first_position, again.replayed, again.case.version) == (None, False, 2)
    assert trust.ledger.head() == head


@pytest.mark.parametrize(
    ("role", "school"),
    [
        (Role.HEADTEACHER, "900002"),
        (Role.COORDINATOR, "900002"),
        (Role.STAFF, "900001"),
        (Role.DASHBOARD, None),
        (Role.MIS, "900001"),
    ],
)
def test_a_case_outside_ones_sight_is_not_there(trust: Trust, role: Role, school: str | None) -> None:
    case = trust.do(a_report())
    caller = trust.caller(role, school)
    missing = trust.give(AddAddendum(command_id=uuid4(), case_id=uuid4(), text="x"), caller)
    hidden = trust.give(AddAddendum(command_id=uuid4(), case_id=case.id, text="x"), caller)
    assert missing == hidden == Refusal(hidden.code, "There is no such case. (fields: case_id)", None, ("case_id",))
    assert hidden.code == "NOT_FOUND"


def test_an_auditor_writes_nothing(trust: Trust) -> None:
    case = trust.do(a_report())
    auditor = trust.caller(Role.AUDITOR)
    assert trust.refused(AddAddendum(command_id=uuid4(), case_id=case.id, text="x"), auditor) == ("NOT_ALLOWED", ())
    assert trust.refused(a_report(), auditor) == ("NOT_ALLOWED", ())


def test_staff_report_and_add_to_their_own_and_no_more(trust: Trust) -> None:
    teacher, colleague = trust.caller(Role.STAFF, "900001", "t"), trust.caller(Role.STAFF, "900001", "c")
    case = trust.do(a_report(), teacher)
    trust.do(an_item(case.id), teacher)
    assert trust.refused(an_item(case.id), colleague)[0] == "NOT_FOUND"
    close = CloseIncident(command_id=uuid4(), case_id=case.id, outcome="NO_FURTHER_ACTION", closed_on=AWARE)
    assert trust.refused(close, teacher)[0] == "NOT_ALLOWED"


def test_a_school_that_is_unknown_hidden_or_not_yet_a_member_is_refused(trust: Trust) -> None:
    assert trust.refused(a_report(school_urn="999999")) == ("NOT_FOUND", ("school_urn",))
    other = trust.caller(Role.HEADTEACHER, "900002")
    assert trust.refused(a_report(), other) == ("NOT_FOUND", ("school_urn",))
    assert trust.refused(a_report(opened_on=date(2019, 5, 1))) == ("NOT_A_MEMBER", ("school_urn",))


def test_what_cannot_be_stored_is_refused_by_field(trust: Trust) -> None:
    case = trust.do(a_report())
    assert trust.refused(an_item(case.id, narrative="a\x00b")) == ("INVALID_INPUT", ("narrative",))
    assert trust.refused(an_item(case.id, narrative="a\ud800b")) == ("INVALID_INPUT", ("narrative",))
    assert trust.refused(an_item(case.id, narrative="a" * 20_001)) == ("INVALID_INPUT", ("narrative",))
    assert trust.refused(an_item(case.id, platform="FRIENDFACE")) == ("INVALID_INPUT", ("platform",))
    assert trust.refused(an_item(case.id, discovered_on=date(2026, 9, 15))) == ("INVALID_INPUT", ("discovered_on",))


def test_a_step_that_needs_a_reason_is_refused_without_one(trust: Trust) -> None:
    case = trust.do(a_report())
    for reason in (None, "", "  "):
        command = MarkNotReportable(command_id=uuid4(), case_id=case.id, reason=reason)
        assert trust.refused(command) == ("INVALID_INPUT", ("reason",))


def test_an_item_is_classified_by_a_later_command(trust: Trust) -> None:
    case = trust.do(a_report())
    case = trust.do(an_item(case.id))
    [item_id] = case.items
    case = trust.do(
        ClassifyItem(
            command_id=uuid4(),
            case_id=case.id,
            item_id=item_id,
            classifications=(Classification("ALLEGATION", "STAFF"),),
        )
    )
    assert case.items[item_id].classifications == (Classification("ALLEGATION", "STAFF"),)


@pytest.fixture
def unreachable(trust: Trust) -> Iterator[None]:
    def fail(*_: object) -> Any:
        from ledger.keys import KeysUnavailableError

        raise KeysUnavailableError("the key service is down")

    trust.ledger.keys.forget(trust.trust_id)
    original = trust.ledger.keys._provider
    trust.ledger.keys._provider = type("Down", (), {"wrap": fail, "unwrap": fail})()
    yield
    trust.ledger.keys._provider = original


def test_without_keys_nothing_is_recorded_and_the_caller_is_told(trust: Trust, unreachable: None) -> None:
    assert trust.refused(a_report(summary="x")) == ("KEYS_UNAVAILABLE", ())


def test_no_two_parts_are_sealed_with_the_same_nonce_or_salt(trust: Trust) -> None:
    # given a command that seals several texts in one append
    case = trust.do(a_report(reason="A parent rang."))
    trust.do(an_item(case.id, url="https://example.org/1", handle="@someone", reason="It was sent to us."))

    # when
    with trust.ledger.trust.connection() as connection:
        parts = connection.execute("SELECT blob FROM sealed_part WHERE trust_id = %s", [trust.trust_id]).fetchall()

    # then the twelve bytes after the first of each blob are used once, and no text is bound by the same bytes
    assert len(parts) >= 5
    assert len({blob[1:13] for (blob,) in parts}) == len(parts)
    with trust.ledger.trust.connection() as connection:
        bodies = [decode_body(row.body) for row in read_streams(connection, trust.trust_id, [case.id])]
    commitments = [entry.commitment for body in bodies for entry in body.sealed]
    assert len(set(commitments)) == len(commitments)
