"""Telling the showcase: its people are registered and its commands given, those that the ledger does not have yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest

from api.demo.schools import SCHOOLS
from api.demo.showcase.parts import CaseOf
from api.demo.showcase.script import Given, cast_of, command_ids, commands_at
from ledger.garbage import garbage_kept
from services import clock, people
from services.commands import Refusal, Services
from services.many_commands import run_many

__all__ = ["ShowcaseRefused", "ShowcaseTooEarly", "is_told", "tell_stories"]


class ShowcaseRefused(Exception):
    """A command of the showcase was refused: its data and the rules do not fit each other."""

    def __init__(self, given: Given, refusal: Refusal) -> None:
        story, fields = given.story, f" ({', '.join(refusal.fields)})" if refusal.fields else ""
        clause = f" [{refusal.clause}]" if refusal.clause else ""
        super().__init__(
            f"the showcase cannot be told: at {given.school.name}, in the {story.kind.lower().replace('_', ' ')}"
            f" '{story.title}', {given.command.name} on {given.on} was refused: {refusal.code}{fields}:"
            f" {refusal.message}{clause}"
        )


class ShowcaseTooEarly(Exception):
    """The machine's clock stands before the last day of the showcase, and nothing is recorded of the future."""


def is_told(services: Services) -> bool:
    """Whether any of the showcase is in the ledger."""
    return bool(services.ledger.receipts(command_ids(services.ledger.trust_id)))


def tell_stories(services: Services, progress: Callable[[int, int], None]) -> int:
    """Give the commands that the ledger does not have yet; return how many. Raises ShowcaseRefused, ShowcaseTooEarly.

    In rounds, each story's next step in one: so most of them go into one transaction. Copies come after originals.
    """
    trust_id = services.ledger.trust_id
    known = services.ledger.receipts(command_ids(trust_id))
    if len(known) == len(command_ids(trust_id)):
        return 0
    with garbage_kept():
        told = [list(story) for school in SCHOOLS for story in _by_story(commands_at(trust_id, school))]
        given = [one for story in told for one in story if one.command.command_id not in known]
        _require_past(given, services)
        with services.ledger.trust.transaction() as connection:
            people.register(connection, trust_id, cast_of(trust_id))
        done = 0
        for group in (_originals(told), _copies(told)):
            for round_ in zip_longest(*group):
                due = [one for one in round_ if one is not None and one.command.command_id not in known]
                outcomes = run_many(services, [(one.caller, one.command) for one in due])
                for one, outcome in zip(due, outcomes, strict=True):
                    if outcome is not None:
                        raise ShowcaseRefused(one, outcome)
                done += len(due)
                progress(done, len(given))
    return len(given)


def _by_story(given: Iterable[Given]) -> list[list[Given]]:
    stories: dict[tuple[str, str], list[Given]] = {}
    for one in given:
        stories.setdefault((one.story.kind, one.story.title), []).append(one)
    return list(stories.values())


def _originals(told: Sequence[list[Given]]) -> list[list[Given]]:
    return [story for story in told if story and not _is_copy(story[0])]


def _copies(told: Sequence[list[Given]]) -> list[list[Given]]:
    return [story for story in told if story and _is_copy(story[0])]


def _is_copy(given: Given) -> bool:
    return any(isinstance(value, CaseOf) for step in given.story.steps for value in step.fields.values())


def _require_past(given: Sequence[Given], services: Services) -> None:
    today, last = clock.london_date(services.now()), max(one.on for one in given)
    if last > today:
        raise ShowcaseTooEarly(
            f"the showcase is left out: it reaches to {last}, and this machine's clock stands at {today}"
        )
