"""From the stories to commands: who gives which, on which day, at one school; nothing here is left to chance.

Every id derives from the trust, the school and the story, so that the same commands come out however often.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from functools import cache
from itertools import islice
from typing import Any, get_type_hints
from uuid import UUID, uuid5

import msgspec

from api.demo.schools import CALENDARS, SCHOOLS, DemoSchool
from api.demo.showcase.cast import CASTS, KINDS, OF_THE_TRUST
from api.demo.showcase.complaints import COMPLAINTS
from api.demo.showcase.givers import PART_OF_ROLE, giver
from api.demo.showcase.incidents import INCIDENTS
from api.demo.showcase.parts import HEAD_OF_COMPLAINT, PACKS, CaseOf, Each, Later, Made, Step, Story, Who
from api.demo.showcase.staff_breaches import STAFF_BREACHES
from domain.access import SCHOOL_ROLES, Role
from domain.calendars import SchoolCalendar
from services.catalogue import COMMANDS
from services.commands import Command, OpeningCommand, new_case_id
from services.decisions import CaseDecision
from services.people import Attendance, NameUse, Person
from services.scope import Caller

__all__ = ["STORIES", "Given", "appointments", "cast_of", "command_ids", "commands_at"]

STORIES: tuple[Story, ...] = (*INCIDENTS, *COMPLAINTS, *STAFF_BREACHES)
_AUTUMN = CALENDARS[-1]


@dataclass(frozen=True, slots=True)
class Given:
    """A command with who gives it, and for which story."""

    school: DemoSchool
    story: Story
    caller: Caller
    command: Command
    on: date


def commands_at(trust_id: UUID, school: DemoSchool) -> Iterator[Given]:
    """The commands of every story of a school, each story's in their order; originals come before their copies."""
    script = _Script(trust_id, school)
    for story in STORIES:
        yield from script.told(story)


def command_ids(trust_id: UUID) -> list[UUID]:
    """The ids of all commands of the showcase."""
    return [
        _command_id(trust_id, school, story, number)
        for school in SCHOOLS
        for story in STORIES
        for number in range(len(story.steps_at(school.pack)))
    ]


def cast_of(trust_id: UUID) -> list[Person]:
    """The people of the showcase, as the registry is to know them."""
    people = [
        Person(_person_id(trust_id, "", part), KINDS[part], {NameUse.USUAL: name})
        for part, name in OF_THE_TRUST.items()
    ]
    for school in SCHOOLS:
        since = (Attendance(school.urn, date(2024, 9, 1)),)
        people += [
            Person(_person_id(trust_id, school.urn, part), KINDS[part], {NameUse.USUAL: name}, since)
            for part, name in CASTS[school.pack].people.items()
        ]
    return people


def appointments(trust_id: UUID) -> list[tuple[str | None, Role, UUID]]:
    """Who holds a post at which school, or (None) in the trust.

    A case about one of them goes past them, and the officer hears of a case that is opened in an emergency.
    """
    posts = ((Role.HEADTEACHER, "head"), (Role.CHAIR, "chair"))
    return [
        (None, Role.TRUST_LEAD, _person_id(trust_id, "", "trust_lead")),
        (None, Role.DPO, _person_id(trust_id, "", "data_protection_officer")),
        *((school.urn, role, _person_id(trust_id, school.urn, part)) for school in SCHOOLS for role, part in posts),
    ]


def _command_id(trust_id: UUID, school: DemoSchool, story: Story, number: int) -> UUID:
    return uuid5(trust_id, f"showcase/{school.urn}/{story.kind}/{story.title}/{number}")


def _person_id(trust_id: UUID, urn: str, part: str) -> UUID:
    return uuid5(trust_id, f"showcase/person/{urn}/{part}")


class _Script:
    """The stories as one school tells them."""

    def __init__(self, trust_id: UUID, school: DemoSchool) -> None:
        self._trust_id = trust_id
        self._school = school
        self._place = PACKS.index(school.pack)
        cast = CASTS[school.pack]
        self._words: Mapping[str, str] = {**cast.people, **cast.words}
        calendar = SchoolCalendar(
            _AUTUMN.academic_year,
            1,
            _AUTUMN.terms,
            _AUTUMN.holidays,
            inset_days=_AUTUMN.shifted_by(school.inset_shift),
        )
        first = _AUTUMN.terms[0].first
        days = (first + timedelta(days=number) for number in range(365))
        self._school_days = list(islice((day for day in days if calendar.is_school_day(day)), 60))

    def told(self, story: Story) -> Iterator[Given]:
        """One story's commands in their order."""
        # No two schools have the same thing happen on the same day.
        place, made = story.day + self._place, dict[str, UUID]()
        opening = case_id = None
        for number, one in enumerate(story.steps_at(self._school.pack)):
            place += one.after
            day = self._school_days[place]
            command_id = self._command_id(story, number)
            opening = opening or command_id
            case_id = case_id or new_case_id(self._trust_id, command_id)
            telling = _Telling(self, story, day, made, opening)
            command = telling.command(one, command_id, case_id)
            if isinstance(command, CaseDecision) and command.new_id is not None:
                made[one.command] = uuid5(command_id, command.new_id)
            yield Given(self._school, story, self.caller(giver(story.kind, one.command)), command, day)

    def caller(self, role: Role) -> Caller:
        """The person of the cast who acts in a role."""
        urn = self._school.urn if role in SCHOOL_ROLES else None
        return Caller(self._trust_id, self.person(PART_OF_ROLE[role]), role, urn)

    def person(self, part: str) -> UUID:
        """The id of a person of the cast."""
        return _person_id(self._trust_id, "" if part in OF_THE_TRUST else self._school.urn, part)

    def case_of(self, story: Story, title: str) -> UUID:
        """The case of another story of the same kind."""
        [other] = [each for each in STORIES if (each.kind, each.title) == (story.kind, title)]
        return new_case_id(self._trust_id, self._command_id(other, 0))

    def at_this_school(self, value: Each) -> Any:
        """What a value is here."""
        return value.values[self._place]

    def in_words(self, text: str) -> str:
        """A text with the school's own people and places in it."""
        return text.format_map(self._words)

    @property
    def urn(self) -> str:
        """The school."""
        return self._school.urn

    def _command_id(self, story: Story, number: int) -> UUID:
        return _command_id(self._trust_id, self._school, story, number)


@cache
def _fields(kind: type[Command]) -> tuple[frozenset[str], frozenset[str]]:
    """The names of a command's fields, and of those that are days and have to be given."""
    hints = get_type_hints(kind)
    return frozenset(one.name for one in fields(kind)), frozenset(name for name, hint in hints.items() if hint is date)


@dataclass(frozen=True, slots=True)
class _Telling:
    """One step of a story at one school."""

    script: _Script
    story: Story
    day: date
    made: Mapping[str, UUID]
    opening: UUID

    def command(self, one: Step, command_id: UUID, case_id: UUID) -> Command:
        """The command of the step; a day that is asked for and not given is the day of the step."""
        kind = COMMANDS[one.command]
        given = {name: self._value(value) for name, value in one.fields.items()}
        given["command_id"] = command_id
        if issubclass(kind, OpeningCommand):
            given["school_urn"] = self.script.urn
        else:
            given["case_id"] = case_id
        known, days = _fields(kind)
        if unknown := given.keys() - known:
            raise TypeError(f"{one.command} has no {sorted(unknown)}")
        given |= dict.fromkeys(days - given.keys(), self.day)
        return msgspec.convert(given, kind, from_attributes=True)

    def _value(self, value: Any) -> Any:
        if isinstance(value, Each):
            return self._value(self.script.at_this_school(value))
        if isinstance(value, Who):
            return self.script.person(value.part)
        if isinstance(value, Made):
            return self.made[value.command]
        if isinstance(value, CaseOf):
            return self.script.case_of(self.story, value.title)
        if isinstance(value, Later):
            return self.day + timedelta(days=value.days)
        if value is HEAD_OF_COMPLAINT:
            return uuid5(self.opening, "head/0")
        if isinstance(value, str):
            return self.script.in_words(value)
        if isinstance(value, tuple):
            return tuple(self._value(member) for member in value)
        if isinstance(value, dict):
            return {name: self._value(member) for name, member in value.items()}
        return value
