"""A replay as CSV (RFC 4180), one row for each event, so that a spreadsheet shows it and evaluates nothing of it."""

from __future__ import annotations

import csv
import io

from api.replay.words import (
    change_in_words,
    knower_in_words,
    sealed_in_words,
    summary_of_state,
)
from ledger.entry import REASON, format_instant
from services.replay import Named, Replay, Step, WithheldStep

__all__ = ["COLUMNS", "guarded", "replay_as_csv"]

COLUMNS = (
    "reference",
    "position",
    "version",
    "recorded_at",
    "type",
    "event",
    "by",
    "actor_id",
    "actor_name",
    "actor_role",
    "on_behalf_of_id",
    "on_behalf_of_name",
    "reason",
    "texts",
    "changes",
    "state",
    "came_to_know",
    "leaf_hash",
)
# A spreadsheet evaluates cells that begin so, or strips what comes first and evaluates the rest; some take the wide
# forms of East Asian type for the same.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_WITHHELD = "withheld"


def guarded(text: str) -> str:
    """A cell that every spreadsheet takes for text."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def replay_as_csv(replay: Replay) -> bytes:
    """The events that were asked for, in UTF-8 without a byte order mark, lines ended by CRLF."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for step in replay.steps:
        cells = _withheld(step) if isinstance(step, WithheldStep) else _cells(step, replay)
        writer.writerow(guarded({"reference": replay.reference, **cells}.get(column, "")) for column in COLUMNS)
    return file.getvalue().encode()


def _withheld(step: WithheldStep) -> dict[str, str]:
    return {
        "position": str(step.position),
        "version": str(step.version),
        "type": _WITHHELD,
        "leaf_hash": step.leaf.hex(),
    }


def _cells(step: Step, replay: Replay) -> dict[str, str]:
    reason = step.reason
    return {
        "position": str(step.position),
        "version": str(step.version),
        "recorded_at": format_instant(step.recorded_at),
        "type": step.type,
        "event": step.says,
        "by": step.sort.value,
        "actor_id": str(step.actor.person_id),
        "actor_name": _name(step.actor),
        "actor_role": step.actor_role,
        "on_behalf_of_id": "" if step.on_behalf_of is None else str(step.on_behalf_of.person_id),
        "on_behalf_of_name": "" if step.on_behalf_of is None else _name(step.on_behalf_of),
        "reason": "" if reason is None else sealed_in_words(reason),
        "texts": "\n".join(f"{one.name}: {sealed_in_words(one.text)}" for one in step.parts if one.name != REASON),
        "changes": "\n".join(change_in_words(one, replay.people) for one in step.changes),
        "state": "\n".join(summary_of_state(step)),
        "came_to_know": "\n".join(map(knower_in_words, step.learnt)),
        "leaf_hash": step.leaf.hex(),
    }


def _name(person: Named) -> str:
    return person.name.text or f"[{person.name.state.value}]"
