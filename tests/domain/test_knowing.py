"""Who knew of a case by a moment: told from its events and from what was read, each person once for each way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.knowing import LEARNING, NAMED_ONLY, Happened, HowKnown, Knew, Knowledge, Seen
from domain.reads import ReadKind, told_of_case
from domain.roles import Role
from tests.domain.test_veil import CASE as ANY_ID
from tests.domain.test_veil import GOLDEN, OF_PERSONS

CLERK, HEAD, TEACHER, PARENT, LEAD = (UUID(int=number) for number in range(1, 6))
BEGIN = datetime(2026, 9, 14, 8, 30, tzinfo=UTC)


def at(minute: int) -> datetime:
    return BEGIN + timedelta(minutes=minute)


def event(position: int, type_: str, actor: UUID = CLERK, /, **told: Any) -> Happened:
    """An event recorded at the minute of its position."""
    return Happened(position, at(position), type_, actor, "coordinator", None, told)


def read(position: int, minute: int, person: UUID, *what: ReadKind, on_behalf_of: UUID | None = None) -> Seen:
    return Seen(position, at(minute), person, on_behalf_of, what)


def paths_of_persons(value: object, path: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from paths_of_persons(one, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for one in value:
            yield from paths_of_persons(one, path)
    elif value == str(ANY_ID) and path.rpartition(".")[2] in OF_PERSONS.split():
        yield path


def test_of_every_person_that_an_event_of_a_case_names_it_is_said_what_that_says_of_knowing() -> None:
    stored = [json.loads(file.read_text()) for file in GOLDEN.glob("*.json")]
    named = {
        one["name"]: set(paths_of_persons(one["data"]))
        for one in stored
        if one["name"].partition(".")[0] in ("incident", "complaint", "staff_breach")
    }

    judged = {name: {*LEARNING.get(name, ()), *NAMED_ONLY.get(name, ())} for name in {*LEARNING, *NAMED_ONLY}}
    assert {name: paths for name, paths in named.items() if paths} == judged


def test_whom_a_breach_is_about_is_never_said_to_know_of_it_for_being_named() -> None:
    for name in ("staff_breach.reported.v1", "staff_breach.subject_named.v1"):
        assert "subject" not in LEARNING.get(name, {})


def test_people_know_by_what_they_recorded_were_told_had_a_part_in_and_read() -> None:
    knowledge = Knowledge(
        [
            event(1, "incident.reported.v1", reported_by=str(PARENT)),
            event(2, "incident.person_informed.v1", person=str(HEAD), role="HEADTEACHER"),
            event(5, "incident.item_recorded.v1", HEAD, about=[str(TEACHER)], poster=str(UUID(int=99))),
        ],
        [read(7, 3, LEAD, ReadKind.LIST), read(8, 6, LEAD, ReadKind.CASE, ReadKind.PARTS)],
    )

    first, then = knowledge.until(at(1)), knowledge.until(at(5))

    assert first == [Knew(CLERK, HowKnown.RECORDED, at(1), 1), Knew(PARENT, HowKnown.TOOK_PART, at(1), 1)]
    assert then == [
        Knew(HEAD, HowKnown.TOLD, at(2), 2),
        Knew(LEAD, HowKnown.READ, at(3), 7, (ReadKind.LIST,)),
        Knew(HEAD, HowKnown.RECORDED, at(5), 5),
    ]
    # What the lead reads for the first time is new; when the lead first knew is not.
    assert knowledge.until(None) == [Knew(LEAD, HowKnown.READ, at(6), 8, (ReadKind.CASE, ReadKind.PARTS))]
    assert knowledge.known == sorted(
        [*first, then[0], Knew(LEAD, HowKnown.READ, at(3), 7, (ReadKind.LIST, ReadKind.CASE, ReadKind.PARTS)), then[2]],
        key=lambda one: one.since,
    )


def test_nobody_is_told_again_of_what_is_known_already() -> None:
    knowledge = Knowledge(
        [event(1, "incident.reported.v1"), event(3, "incident.addendum_recorded.v1")],
        [read(1, 2, HEAD, ReadKind.CASE), read(2, 4, HEAD, ReadKind.CASE)],
    )
    knowledge.until(at(2))

    assert knowledge.until(None) == []


def test_lists_and_records_within_an_event_name_persons_too() -> None:
    panel = [{"person": str(HEAD), "independent": False}, {"person": str(LEAD), "independent": True}]
    knowledge = Knowledge([event(1, "complaint.panel_appointed.v1", members=panel)], [])

    assert [(one.person_id, one.how) for one in knowledge.until(None)] == [
        (CLERK, HowKnown.RECORDED),
        (HEAD, HowKnown.TOLD),
        (LEAD, HowKnown.TOLD),
    ]


def test_the_program_itself_knows_nothing_and_whoever_it_acts_for_does() -> None:
    done = Happened(1, at(1), "incident.reported.v1", CLERK, Role.SYSTEM.value, HEAD, {})
    knowledge = Knowledge([done], [read(1, 2, CLERK, ReadKind.CASE, on_behalf_of=LEAD)])

    assert [(one.person_id, one.how) for one in knowledge.until(None)] == [
        (HEAD, HowKnown.RECORDED),
        (CLERK, HowKnown.READ),
        (LEAD, HowKnown.READ),
    ]


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ({"way": "query", "cases": ["a"]}, (ReadKind.LIST,)),
        ({"way": "query", "opened": ["a"], "histories": ["a"]}, (ReadKind.CASE, ReadKind.HISTORY)),
        ({"way": "query", "opened": ["b"], "asked": ["readers"]}, (ReadKind.LIST, ReadKind.LOG)),
        (
            {"way": "export", "opened": ["a"], "histories": ["a"], "parts": [["a", 1, "summary"]]},
            (ReadKind.EXPORT, ReadKind.PARTS),
        ),
        ({"way": "command", "opened": ["a"], "parts": [["b", 1, "summary"]]}, (ReadKind.CASE,)),
    ],
)
def test_an_entry_of_the_log_of_reads_tells_of_a_case_what_it_says_of_that_case(
    body: dict[str, Any], what: tuple[ReadKind, ...]
) -> None:
    assert told_of_case(body, "a") == what
