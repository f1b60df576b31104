"""Deadlines in the read tables: another calendar of a school moves them, whatever batches the events come in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

import policies
from domain.calendars import Days, Term, TermName, academic_year, last_day
from domain.case_deadlines import DeadlineState, deadlines
from domain.complaint import Complaint
from domain.registers import SchoolRegister
from projections.engine import Projector
from projections.generations import rebuild
from services.clock import london_date, now
from tests.projections.examples import complaint, school
from tests.projections.projected import rows
from tests.projections.readers import reader
from tests.projections.recording import Recording
from tests.support.asking import ask_at

TODAY = london_date(now())
STATES = (
    "{ all: deadlines { nodes { deadline { state } } } overdue: cases(filter: { overdue: true }) { totalCount } "
    + " ".join(
        f"{one.value}: deadlines(filter: {{ states: [{one.value}] }}) {{ nodes {{ deadline {{ state }} }} }}"
        for one in DeadlineState
    )
    + " }"
)


def open_all_year(register: SchoolRegister, *closures: Days) -> None:
    """Set a calendar for the years around today, in which there is no holiday but these."""
    for year in sorted({academic_year(TODAY), academic_year(TODAY + timedelta(days=90))}):
        begins = int(year[:4])
        register.set_calendar(
            academic_year=year,
            terms=(
                Term(TermName.AUTUMN, date(begins, 9, 1), date(begins, 12, 31)),
                Term(TermName.SPRING, date(begins + 1, 1, 1), date(begins + 1, 3, 31)),
                Term(TermName.SUMMER, date(begins + 1, 4, 1), date(begins + 1, 8, 31)),
            ),
            closures=tuple(
                replace(one, last=min(one.last, last_day(year))) for one in closures if academic_year(one.first) == year
            ),
        )


def received(register: SchoolRegister, name: str, on: date) -> Complaint:
    return complaint(name, "SCHOOL", urn=register.urn, on=on, today=TODAY, policy=register.policy_on(on))


def a_school(recording: Recording, urn: str) -> SchoolRegister:
    register = school(recording.trust_id, urn)
    register.adopt_pack(content=policies.content("trust-standard"), adopted_on=date(2024, 9, 1))
    return register


def due(recording: Recording) -> dict[str, Any]:
    found = rows(recording, "SELECT reference, due_on FROM deadline JOIN case_file USING (trust_id, case_id)")
    return {reference.removeprefix("CMP-2026-"): due_on for reference, due_on in found}


def changed_at(recording: Recording) -> dict[str, int]:
    found = rows(recording, "SELECT reference, position FROM case_document JOIN case_file USING (trust_id, case_id)")
    return {reference[9:]: position for reference, position in found}


@pytest.mark.parametrize("batch", [1, 2, 1_000])
def test_another_calendar_moves_what_is_not_overdue_on_the_cases_of_its_school_alone(
    recording: Recording, batch: int
) -> None:
    # given
    here, elsewhere = a_school(recording, "900001"), a_school(recording, "900002")
    open_all_year(here)
    open_all_year(elsewhere)
    long_ago = TODAY - timedelta(days=60)
    cases = [
        received(here, "open", TODAY),
        received(here, "missed", long_ago),
        received(elsewhere, "elsewhere", TODAY),
        received(here, "answered", TODAY),
        received(here, "late comer", TODAY),
    ]
    cases[3].acknowledge_complaint(acknowledged_on=TODAY, means="EMAIL", today=TODAY)
    recording.record(here, elsewhere, *cases)
    projector = Projector(recording.database, batch=batch)
    if batch < 1_000:
        projector.catch_up(recording.trust_id)
        before = due(recording)
        assert set(before) == {"open", "missed", "elsewhere", "late comer"}

    # when
    open_all_year(here, Days(TODAY + timedelta(days=1), TODAY + timedelta(days=7), "flood"))
    set_at = recording.record(here)
    cases[4].acknowledge_complaint(acknowledged_on=TODAY, means="EMAIL", today=TODAY)
    recording.record(cases[4])
    projector.catch_up(recording.trust_id)

    # then
    after, at = due(recording), changed_at(recording)
    if batch < 1_000:
        assert after["open"] > before["open"]
        assert (after["missed"], after["elsewhere"]) == (before["missed"], before["elsewhere"])
    assert set(after) == {"open", "missed", "elsewhere"}
    assert after["open"] - after["elsewhere"] >= timedelta(days=5)
    # The last calendar event of the append moves the open one; nothing else is told to have changed.
    assert at["open"] in (set_at, set_at - 1)
    assert max(at["missed"], at["elsewhere"], at["answered"]) < at["open"] < at["late comer"]

    # and
    rebuilt = rebuild(recording.database, recording.trust_id, verify=True, batch=3)
    assert rebuilt.differences == ()


@pytest.mark.parametrize("seconds", [-6 * 86_400, -5 * 86_400 - 1, -5 * 86_400, -1, 0, 1])
def test_how_a_deadline_stands_is_told_at_every_edge_as_the_domain_says_it(recording: Recording, seconds: int) -> None:
    # given
    here = a_school(recording, "900001")
    open_all_year(here)
    case = received(here, "open", TODAY)
    recording.record(here, case)
    Projector(recording.database).catch_up(recording.trust_id)
    [due_then] = deadlines(case, here.adoptions[0].pack, here.calendars_set)
    assert due_then.ends is not None

    # when
    at = due_then.ends + timedelta(seconds=seconds)
    answer = ask_at(recording.trust, reader(recording.trust_id), STATES, at)

    # then
    state = due_then.state(at).value
    told = {name: page["nodes"][0]["deadline"]["state"] for name, page in answer.items() if page.get("nodes")}
    assert told == {state: state, "all": state}
    assert answer["overdue"]["totalCount"] == int(state == "OVERDUE")
