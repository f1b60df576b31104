"""The showcase of the demonstration: every state at every school, told once, by real commands, apart from the log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from api.bootstrap import Runtime
from api.demo.fill import fill
from api.demo.schools import CALENDARS, SCHOOLS
from api.demo.showcase import script
from api.demo.showcase.cast import CASTS, KINDS
from api.demo.showcase.parts import PACKS
from api.demo.showcase.script import STORIES, appointments, cast_of, command_ids, commands_at
from api.demo.showcase.telling import ShowcaseRefused, ShowcaseTooEarly, tell_stories
from api.settings import DEMONSTRATION_TRUST
from domain.access import Role
from domain.calendars import SchoolCalendar
from domain.policy import parse_pack
from services.commands import OpeningCommand, Recorded, new_case_id
from services.running_commands import run
from tests.api.client import Client, demonstration
from tests.api.showcase_states import CASES, missing

Json = dict[str, Any]
TOTALS = [10, 11, 9, 15, 5, 15, 9, 12, 36, 12, 7]
OF_THE_LOG = '{ monitoring(from: "2024-09-01", to: "2026-08-31", dateBasis: %s) { cells { value } } }'


@pytest.fixture(scope="module")
def cases(shown: Client) -> list[Json]:
    return [
        case
        for school in SCHOOLS
        for kind in ("INCIDENT", "COMPLAINT", "STAFF_BREACH")
        for case in _pages(shown, kind=kind, school=school.urn)
    ]


def _pages(shown: Client, **wanted: Any) -> Iterator[Json]:
    after: str | None = None
    while True:
        page = shown.ask(CASES, after=after, **wanted)["cases"]
        yield from page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


def test_each_school_has_a_case_of_each_kind_in_each_state(cases: list[Json]) -> None:
    assert missing(cases) == set()


def test_no_case_can_be_taken_away(cases: list[Json]) -> None:
    for case in cases:
        assert missing(one for one in cases if one is not case), case["reference"]


def test_every_case_of_the_stories_is_there_and_was_made_by_commands(cases: list[Json]) -> None:
    opened = {
        str(new_case_id(DEMONSTRATION_TRUST, given.command.command_id))
        for school in SCHOOLS
        for given in commands_at(DEMONSTRATION_TRUST, school)
        if isinstance(given.command, OpeningCommand) or given.command.name == "ConvertToComplaint"
    }

    assert {case["id"] for case in cases} == opened


@pytest.mark.parametrize("basis", ["DISCOVERED", "POSTED", "RECORDED"])
def test_the_figures_of_the_logs_two_years_stay_those_of_the_log(shown: Client, basis: str) -> None:
    cells = shown.ask(OF_THE_LOG % basis)["monitoring"]["cells"]

    assert sum(cell["value"] for cell in cells) > 0
    if basis == "DISCOVERED":
        assert [cell["value"] for cell in cells] == TOTALS


def test_filling_again_adds_nothing_with_the_showcase_or_without(shown: Client) -> None:
    before = shown.ask("{ ledger { position } }")

    again = demonstration(shown.runtime, showcase=True)
    without = demonstration(shown.runtime, showcase=False)

    assert shown.ask("{ ledger { position } }") == before
    assert (again.has_showcase, without.has_showcase) == (True, True)


def test_every_command_given_once_more_gives_its_first_answer(shown: Client) -> None:
    before = shown.ask("{ ledger { position } }")
    services = shown.runtime.services(DEMONSTRATION_TRUST)

    for given in commands_at(DEMONSTRATION_TRUST, SCHOOLS[3]):
        answer = run(services, given.caller, given.command)
        assert isinstance(answer, Recorded), answer
        assert answer.replayed

    assert shown.ask("{ ledger { position } }") == before


def test_names_of_the_cast_are_shown(shown: Client) -> None:
    answer = shown.ask(
        '{ cases(filter: { schools: ["900003"], awareFrom: "2026-09-01" }) { nodes { owner { name } } } }'
    )

    assert {"name": CASTS["libra"].people["head"]} in [node["owner"] for node in answer["cases"]["nodes"]]


def test_somebody_hears_of_a_case_that_is_opened_in_an_emergency(shown: Client) -> None:
    [case] = shown.ask("{ cases(first: 1, filter: {kinds: [STAFF_BREACH]}) { nodes { reference } } }")["cases"]["nodes"]
    officer = next(person for _, role, person in appointments(shown.trust_id) if role is Role.DPO)
    asked = {"commandId": str(uuid4()), **case, "reason": "He teaches her tomorrow.", "minutes": 5}

    opened = shown.http.post("/v1/emergency-access", json=asked, headers=shown.headers("hr"))
    alerts = shown.http.get("/v1/alerts", headers=shown.headers("dpo", officer)).json()["alerts"]

    assert (opened.status_code, opened.json()["alerted"]) == (201, 1)
    assert [alert["reference"] for alert in alerts] == [case["reference"]]


def test_all_is_done_on_school_days_of_the_schools_own_calendar() -> None:
    autumn = CALENDARS[-1]
    for school in SCHOOLS:
        calendar = SchoolCalendar(
            autumn.academic_year, 1, autumn.terms, autumn.holidays, (), autumn.shifted_by(school.inset_shift)
        )
        assert all(calendar.is_school_day(given.on) for given in commands_at(DEMONSTRATION_TRUST, school))


def test_every_school_has_its_own_people_and_no_text_is_left_open() -> None:
    names = [name for cast in CASTS.values() for name in cast.people.values()]
    assert len(set(names)) == len(names)
    assert tuple(CASTS) == PACKS == tuple(school.pack for school in SCHOOLS)
    assert {person.kind for person in cast_of(DEMONSTRATION_TRUST)} == set(KINDS.values())
    ids = command_ids(DEMONSTRATION_TRUST)
    given = [one.command.command_id for school in SCHOOLS for one in commands_at(DEMONSTRATION_TRUST, school)]
    assert sorted(given) == sorted(set(ids)) == sorted(ids)


def test_the_clauses_that_stories_name_are_those_of_each_schools_policy() -> None:
    from importlib.resources import files

    for school in SCHOOLS:
        pack = parse_pack((files("policies") / f"{school.pack}.toml").read_text())
        types = {clause.id: set(clause.breach_types) for clause in pack.staff.clauses}
        for given in commands_at(DEMONSTRATION_TRUST, school):
            clauses = getattr(given.command, "clauses", ())
            for clause in clauses:
                assert types[clause] & set(getattr(given.command, "breach_types", ()))


def test_a_refusal_stops_the_filling_and_names_the_case_and_the_rule(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    [story] = [each for each in STORIES if (each.kind, each.title) == ("INCIDENT", "with a requirement set aside")]
    unreasoned = [
        replace(each, fields={name: value for name, value in each.fields.items() if name != "override"})
        for each in story.steps
    ]
    monkeypatch.setattr(script, "STORIES", (replace(story, steps=tuple(unreasoned), at=("libra",)),))

    with pytest.raises(ShowcaseRefused) as refused:
        fill(runtime, uuid4(), lambda _phase, _done, _total: None, showcase=True)

    said = str(refused.value)
    assert "at Candlemere School (Libra), in the incident 'with a requirement set aside', HoldMeeting on 2026" in said
    assert "STEP_PREREQUISITE" in said
    assert "L125" in said


def test_a_filling_that_was_cut_off_is_gone_on_with(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    trust_id = uuid4()
    with monkeypatch.context() as cut_off:
        cut_off.setattr(script, "STORIES", tuple(replace(story, steps=story.steps[:2]) for story in STORIES[:20]))
        begun = len(command_ids(trust_id))
        fill(runtime, trust_id, lambda _phase, _done, _total: None, showcase=True)
    services = runtime.services(trust_id)
    assert len(services.ledger.receipts(command_ids(trust_id))) == begun

    told = tell_stories(services, lambda _done, _total: None)

    assert told == len(command_ids(trust_id)) - begun
    assert len(services.ledger.receipts(command_ids(trust_id))) == begun + told


def test_a_clock_before_the_last_day_leaves_the_showcase_out(runtime: Runtime) -> None:
    services = replace(runtime.services(uuid4()), now=lambda: datetime(2026, 9, 20, 12, tzinfo=UTC))

    with pytest.raises(ShowcaseTooEarly, match="reaches to 2026-10-16, and this machine's clock stands at 2026-09-20"):
        tell_stories(services, lambda _done, _total: None)


def test_the_stories_have_titles_of_their_own() -> None:
    assert len({(story.kind, story.title) for story in STORIES}) == len(STORIES)
