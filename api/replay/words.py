"""What the forms of a replay have in common: how they say a moment, a person, a sealed text and a value in words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from domain.actors import ActorSort
from domain.knowing import HowKnown
from services.people import KnownName, NameState
from services.replay import Change, Knower, Named, Replay, Step
from services.sealed_texts import SealedState, SealedText

__all__ = [
    "NOTHING",
    "actor_in_words",
    "at_in_words",
    "change_in_words",
    "code_of",
    "instant_in_words",
    "knower_in_words",
    "person_in_words",
    "sealed_in_words",
    "summary_of_state",
    "visible",
]

NOTHING = "nothing"
_SEALED = {
    SealedState.ERASED: "[erased: its key was destroyed, and an event of the ledger says so]",
    SealedState.WITHHELD: "[withheld: this reader may not open it]",
}
_NAMES = {
    NameState.ERASED: "[name erased]",
    NameState.WITHHELD: "[name withheld]",
    NameState.UNKNOWN: "[no name known]",
}
_HOW = {
    HowKnown.RECORDED: "recorded something in it",
    HowKnown.TOLD: "was told",
    HowKnown.TOOK_PART: "had a part in it",
    HowKnown.READ: "read it",
}
# What steers a terminal, or turns the direction of what follows; a line's end and a tab are for whoever prints.
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    """A text with each character that would not be seen, and would change how the rest is, written as its code."""
    return _STEERING.sub(lambda found: code_of(found[0]), text)


def code_of(character: str) -> str:
    """A character written as its code, such as [U+202E]."""
    return f"[U+{ord(character):04X}]"


def instant_in_words(instant: datetime) -> str:
    """An instant in UTC, to the second."""
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def at_in_words(replay: Replay) -> str:
    """The moment that a replay stands at."""
    if replay.at is None:
        return f"as it stands, at position {replay.until} of the ledger"
    return f"as it stood at {instant_in_words(replay.at)}, position {replay.until} of the ledger"


def sealed_in_words(text: SealedText) -> str:
    """A sealed text: what it says, or why it is not said."""
    return text.text if text.text is not None else _SEALED[text.state]


def person_in_words(person: Named) -> str:
    """A person by today's name and by id."""
    return f"{_name(person.name)} ({person.person_id})"


def actor_in_words(step: Step) -> str:
    """Who recorded a step, in which role, and for whom."""
    program = "" if step.sort is ActorSort.HUMAN else ", by a program"
    for_other = "" if step.on_behalf_of is None else f", on behalf of {person_in_words(step.on_behalf_of)}"
    return f"{person_in_words(step.actor)} as {step.actor_role}{program}{for_other}"


def knower_in_words(knower: Knower) -> str:
    """Somebody who knew, how, and since when."""
    what = f" ({', '.join(kind.value.lower() for kind in knower.what)})" if knower.what else ""
    return f"{person_in_words(knower.person)} {_HOW[knower.how]}{what}, {instant_in_words(knower.since)}"


def change_in_words(change: Change, people: Mapping[UUID, KnownName]) -> str:
    """What became of one member of the case."""
    return f"{change.field}: {_value(change.before, people)} -> {_value(change.after, people)}"


def summary_of_state(step: Step) -> list[str]:
    """How the case stood after a step, in short: its status, what was owed, and what fell due."""
    said = [f"status {step.state['status']}"]
    if outcome := step.state.get("outcome"):
        said.append(f"outcome {outcome}")
    if step.outstanding:
        said.append(f"owed: {', '.join(_each(duty.code for duty in step.outstanding))}")
    for deadline in step.deadlines:
        day = f"due {deadline.due_on}" if deadline.due_on else f"not due yet, {deadline.standing.value.lower()}"
        said.append(f"{deadline.code} {day}")
    return said


def _each(codes: Iterable[str]) -> list[str]:
    """Each code once, with how often it is there if more than once."""
    found: dict[str, int] = {}
    for code in codes:
        found[code] = found.get(code, 0) + 1
    return [code if number == 1 else f"{code} ({number})" for code, number in found.items()]


def _name(name: KnownName) -> str:
    return name.text if name.text is not None else _NAMES[name.state]


def _value(value: Any, people: Mapping[UUID, KnownName]) -> str:
    if value is None:
        return NOTHING
    if isinstance(value, dict) and value.keys() == {"version", "part"}:
        return f"the text {value['part']} of event {value['version']}"
    if isinstance(value, str):
        named = people.get(UUID(value)) if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value) else None
        return value if named is None else f"{_name(named)} ({value})"
    if isinstance(value, list):
        return ", ".join(_value(one, people) for one in value)
    return json.dumps(value, ensure_ascii=False)
