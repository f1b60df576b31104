"""What is found of one person for a request over PostgreSQL: every case, in every part, and nobody else's words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from domain.access import Role
from domain.case import Case
from domain.people_of_case import people_of
from services.read_log import ReadEntry, ReadWay, append_read
from services.registers import appoint_at_school
from services.scope import Caller, system_caller
from tests.services.access import ON, SCHOOL
from tests.services.access_worlds import (
    ANSWER,
    REVIEW,
    World,
    texts_in,
)


def oracle(world: World, person: UUID) -> dict[str, tuple[str, ...]]:
    """In which cases of the whole trust a person has which parts, by each case as it stands."""
    ledger = world.overseen.services.ledger
    with ledger.trust.connection() as connection:
        rows = connection.execute("SELECT DISTINCT stream_id FROM event WHERE trust_id = %s", (ledger.trust_id,))
        streams = [stream for (stream,) in rows.fetchall()]
    cases = [case for case in ledger.load_many(streams).values() if isinstance(case, Case)]
    parts = {case.reference: {role for one, role in people_of(case) if one == person} for case in cases}
    return {reference: tuple(sorted(found)) for reference, found in parts.items() if found}


def test_every_case_in_which_somebody_stands_is_found_in_every_part_and_no_other(world: World, officer: Caller) -> None:
    for person, parts in (
        (
            world.pupil,
            {
                "posted": ("POSTER", "SHOWN"),
                "written-about": ("ABOUT", "ACCOUNT", "SUPPORTED"),
                "complained": ("COMPLAINANT",),
                "breach": ("ACCOUNT",),
            },
        ),
        (
            world.teacher,
            {
                "posted": ("OWNER",),
                "written-about": ("SUPPORTER",),
                "complained": ("ABOUT", "SUBJECT"),
                "breach": ("SUBJECT",),
            },
        ),
    ):
        made = world.made(world.receive(person, officer), REVIEW, officer)

        found = {case["reference"]: tuple(case["parts"]) for case in made.content["cases"]}

        assert found == {world.reference(name): known for name, known in parts.items()} == oracle(world, person)
        assert [case["isBarredFromIt"] for case in made.content["cases"] if case["kind"] == "STAFF_BREACH"] == [
            person == world.teacher
        ]


def test_the_words_about_somebody_are_found_with_their_marks_and_those_of_others_stay_closed(
    world: World, officer: Caller
) -> None:
    made = world.made(world.receive(world.pupil, officer), REVIEW, officer)

    told = {
        (text.get("text"), text["mark"])
        for case in made.content["cases"]
        for event in case["events"]
        for text in event["texts"]
    }

    own = {"own-handle", "own-account", "own-support", "own-interview"}
    beside = {"own-post", "about-post", "own-complaint"}
    assert {(world.words[name], "ABOUT_THEM") for name in own} <= told
    assert {(world.words[name], "MAY_MENTION_OTHERS") for name in beside} <= told
    # The friend's handle stands in an event that names the pupil, under the friend's own key.
    assert (None, "ABOUT_ANOTHER") in told
    assert texts_in(made) == {world.words[name] for name in own | beside}
    assert {file["name"] for case in made.content["cases"] for file in case["files"]} == {
        f"{world.words['own-file']}.pdf"
    }


def test_somebody_who_ran_a_case_and_no_longer_does_is_found_by_what_was_recorded(
    world: World, officer: Caller
) -> None:
    """The pupil was named as the owner for a moment: the state does not say so any more, the events do."""
    made = world.made(world.receive(world.pupil, officer), REVIEW, officer)

    [posted] = [case for case in made.content["cases"] if case["reference"] == world.reference("posted")]
    assert "incident.assigned.v1" in {event["name"] for event in posted["events"]}


def test_a_staff_subject_is_told_of_the_whole_breach_and_what_else_the_trust_has_of_them(
    world: World, officer: Caller
) -> None:
    trust = world.overseen.services.ledger.trust
    appoint_at_school(
        world.overseen.services.ledger,
        system_caller(trust.trust_id),
        urn=SCHOOL,
        role="coordinator",
        person=world.teacher,
        appointed_on=ON,
    )
    request_id = world.receive(world.teacher, officer)
    review, answer = (world.made(request_id, form, officer) for form in (REVIEW, ANSWER))

    assert world.words["breach-summary"] in texts_in(review) & texts_in(answer)
    assert world.words["own-interview"] not in texts_in(review) | texts_in(answer)
    assert [one["name"] for one in review.content["elsewhere"]] == ["school.role_appointed.v1", "trust.hold_placed.v1"]
    # That something is held may serve somebody else, and is not told.
    assert [one["details"]["role"] for one in answer.content["elsewhere"]] == ["coordinator"]
    assert answer.content["person"]["names"] == {"USUAL": world.words["teacher-name"]}


def test_what_lies_outside_the_days_asked_for_is_left_out(world: World, officer: Caller) -> None:
    """Everything was recorded on 14 September, and says of the 10th."""
    by_days = {
        (date(2026, 9, 11), date(2026, 9, 13)): 0,
        (date(2026, 9, 10), date(2026, 9, 10)): 1,
        (None, date(2026, 9, 9)): 0,
        (date(2027, 1, 1), None): 0,
    }
    found = {}
    for first, last in by_days:
        made = world.made(world.receive(world.pupil, officer, data_from=first, data_to=last), REVIEW, officer)
        found[first, last] = int(world.words["own-post"] in texts_in(made))

    assert found == by_days


def test_it_is_told_who_read_the_cases_that_are_about_somebody(world: World, officer: Caller) -> None:
    ledger = world.overseen.services.ledger
    reader = replace(world.overseen.caller(Role.AUDITOR), purpose="AUDIT")
    for name in ("written-about", "of-others"):
        case_id = frozenset({str(world.cases[name])})
        append_read(ledger, ReadEntry(reader, ReadWay.QUERY, "executed", opened=case_id))
    # Only what was read before the last event of the ledger is of that moment.
    request_id = world.receive(world.pupil, officer)
    world.overseen.remark(world.cases["of-others"], world.overseen.caller(Role.HEADTEACHER, SCHOOL))

    review, answer = (world.made(request_id, form, officer) for form in (REVIEW, ANSWER))

    told = [
        (read["reader"], read["role"], read["purpose"]) for case in review.content["cases"] for read in case["reads"]
    ]
    assert told == [(str(reader.person_id), "auditor", "AUDIT")]
    given = [read for case in answer.content["cases"] for read in case["reads"]]
    assert given == [{"on": given[0]["on"], "role": "auditor", "told": ["CASE"]}]
