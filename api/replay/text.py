"""A replay to read on a terminal: step by step what happened, what it changed, how the case stood, and who knew."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from api.replay.words import (
    actor_in_words,
    at_in_words,
    change_in_words,
    instant_in_words,
    knower_in_words,
    sealed_in_words,
    summary_of_state,
    visible,
)
from ledger.entry import REASON
from services.replay import Replay, Step, WithheldStep

__all__ = ["replay_as_text"]

_INDENT = 16


def replay_as_text(replay: Replay, width: int = 100) -> str:
    """The whole replay in lines of at most so many characters, but for words that are longer."""
    lines = [
        *_lines("", f"{replay.reference} {replay.kind} at {replay.school_name} ({replay.school_urn})", width, indent=0),
        *_lines("", f"{replay.trust_name}: {at_in_words(replay)}", width, indent=0),
        *_lines("", f"{len(replay.steps)} of {len(replay.places)} events", width, indent=0),
    ]
    for notice in replay.notices:
        lines += _lines("", f"Heed: {notice.law}, since {notice.since}.", width, indent=0)
    for step in replay.steps:
        lines += ["", *_step(step, replay, width)]
    if replay.learnt_since:
        lines += ["", "Came to know since:", *_each("", map(knower_in_words, replay.learnt_since), width)]
    if not replay.tells_readers:
        lines += ["", *_lines("", "Who read the case is not told to this reader.", width, indent=0)]
    return "\n".join(lines) + "\n"


def _step(step: Step | WithheldStep, replay: Replay, width: int) -> Iterator[str]:
    if isinstance(step, WithheldStep):
        yield f"{step.version:>4}  position {step.position}"
        yield from _lines("", "[withheld: it names a case that this reader may not know of]", width)
        return
    yield f"{step.version:>4}  {instant_in_words(step.recorded_at)}  position {step.position}  {step.type}"
    yield from _lines("", step.says, width)
    yield from _lines("by", actor_in_words(step), width)
    if step.reason is not None:
        yield from _lines("reason", sealed_in_words(step.reason), width)
    yield from _each(
        "texts", (f"{one.name}: {sealed_in_words(one.text)}" for one in step.parts if one.name != REASON), width
    )
    yield from _each("changed", (change_in_words(one, replay.people) for one in step.changes), width)
    yield from _lines("then", "; ".join(summary_of_state(step)), width)
    yield from _each("learnt", map(knower_in_words, step.learnt), width)
    yield from _each("knew", map(knower_in_words, step.knew), width)


def _each(head: str, texts: Iterable[str], width: int) -> Iterator[str]:
    for place, text in enumerate(texts):
        yield from _lines("" if place else head, text, width)


def _lines(head: str, text: str, width: int, *, indent: int = _INDENT) -> Iterator[str]:
    """A text in lines beside its heading; it breaks where it did, and nothing in it steers the terminal."""
    room = " " * indent
    first = f"      {head:<{indent - 6}}" if indent else ""
    for line in visible(text.replace("\r\n", "\n").replace("\t", "    ")).split("\n"):
        for part in textwrap.wrap(line, width - indent, break_long_words=False, break_on_hyphens=False) or [""]:
            yield (first + part).rstrip()
            first = room
