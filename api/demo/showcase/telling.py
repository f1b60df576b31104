"""Telling the showcase: its people are registered and its commands given, those that the ledger does not have yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from itertools import zip_longest
from uuid import UUID

from api.demo.schools import SCHOOLS
from api.demo.showcase.parts import CaseOf
from api.demo.showcase.script import Given, appointments, cast_of, command_ids, commands_at
from ledger.garbage import garbage_kept
from services import clock, people
from services.commands import Refusal, Services
from services.many_commands import run_many
from services.registers import appoint_at_school, appoint_in_trust
from services.scope import system_caller

__all__ = ["ShowcaseRefused", "ShowcaseTooEarly", "is_told", "tell_stories"]


_APPOINTED_ON = date(2024, 9, 1)


class ShowcaseRefused(Exception):
    """A command of the showcase was refused: its data and the rules do not fit each other."""

    def __init__(self, given: Given, refusal: Refusal) -> None:
        story, clause = given.story, f" [{refusal.clause}]" if refusal.clause else ""
        super().__init__(
            f"the showcase cannot be told: at {given.school.name}, in the {story.kind.lower().replace('_', ' ')}"
            f" '{story.title}', {given.command.name} on {given.on} was refused: {refusal.code}:"
            f" {refusal.message}{clause}"
        )


class ShowcaseTooEarly(Exception):
    """The machine's clock stands before the last day of the showcase, and nothing is recorded of the future."""


def is_told(services: Services) -> bool:
    """Whether any of the showcase is in the ledger."""
    return bool(services.ledger.receipts(command_ids(services.ledger.trust_id)))


def tell_stories(services: Services, progress: Callable[[int, int], None]) -> int:
    """Give the commands that the ledger does not have yet; return how many. Raises ShowcaseRefused, ShowcaseTooEarly.

    In rounds, each story's next step in one, so that some hundred go into one transaction.
    """
    trust_id = services.ledger.trust_id
    known = services.ledger.receipts(command_ids(trust_id))
    if len(known) == len(command_ids(trust_id)):
        return 0
    with garbage_kept():
        given = [one for one in _in_rounds(trust_id) if one.command.command_id not in known]
        _require_past(given, services)
        with services.ledger.trust.transaction() as connection:
            people.register(connection, trust_id, cast_of(trust_id))
        for urn, role, person in appointments(trust_id):
            appoint = appoint_in_trust if urn is None else partial(appoint_at_school, urn=urn)
            appoint(
                services.ledger,
                system_caller(trust_id),
                role=role.value,
                person=person,
                appointed_on=_APPOINTED_ON,
            )
        outcomes = run_many(services, [(one.caller, one.command) for one in given])
        for done, (one, outcome) in enumerate(zip(given, outcomes, strict=True), start=1):
            if outcome is not None:
                raise ShowcaseRefused(one, outcome)
            progress(done, len(given))
    return len(given)


def _in_rounds(trust_id: UUID) -> Iterator[Given]:
    """Every first step, then every second one, and so on; copies come after all others, for their originals' sake."""
    stories: dict[tuple[str, str, str], list[Given]] = {}
    for school in SCHOOLS:
        for one in commands_at(trust_id, school):
            stories.setdefault((school.urn, one.story.kind, one.story.title), []).append(one)
    told = list(stories.values())
    for group in (
        [story for story in told if not _is_copy(story[0])],
        [story for story in told if _is_copy(story[0])],
    ):
        for together in zip_longest(*group):
            yield from (one for one in together if one is not None)


def _is_copy(given: Given) -> bool:
    return any(isinstance(value, CaseOf) for step in given.story.steps for value in step.fields.values())


def _require_past(given: Sequence[Given], services: Services) -> None:
    today, last = clock.london_date(services.now()), max(one.on for one in given)
    if last > today:
        raise ShowcaseTooEarly(
            f"the showcase is left out: it reaches to {last}, and this machine's clock stands at {today}"
        )
