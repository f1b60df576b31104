"""A replay as JSON, for a program: docs/replay-formats.md says what each member is."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from api.replay.asked import Asked
from domain.naming import camel
from ledger.entry import format_instant
from services.checkpoints import SignedCheckpoint
from services.replay import Knower, Named, Part, Replay, Step, WithheldStep

__all__ = ["FORMAT", "replay_as_json"]

FORMAT = "caseledger-replay/1"
Json = dict[str, Any]


def replay_as_json(replay: Replay, asked: Asked, checkpoint: SignedCheckpoint) -> bytes:
    """The whole replay as one JSON document in UTF-8, ended by a newline."""
    told = {
        "format": FORMAT,
        "trust": {"id": str(replay.trust_id), "name": replay.trust_name},
        "case": {
            "id": str(replay.case_id),
            "reference": replay.reference,
            "kind": replay.kind,
            "school": {"urn": replay.school_urn, "name": replay.school_name},
        },
        "asked": {
            "types": None if asked.types is None else list(asked.types),
            "by": None if asked.by is None else asked.by.value,
        },
        "position": replay.until,
        "at": _instant(replay.at),
        "events": len(replay.places),
        "steps": [_step(one, asked) for one in replay.steps],
        "learntSince": [_knower(one) for one in replay.learnt_since],
        "tellsReaders": replay.tells_readers,
        "people": [
            {"id": str(one), "name": name.text, "nameState": name.state.value} for one, name in replay.people.items()
        ],
        "notices": [{"law": one.law, "since": one.since.isoformat()} for one in replay.notices],
        "ledger": {
            "size": checkpoint.size,
            "root": checkpoint.root.hex(),
            "publicKey": checkpoint.verifier_key.text,
            "checkpoint": checkpoint.note,
        },
    }
    return json.dumps(told, ensure_ascii=False, indent=2).encode() + b"\n"


def _step(step: Step | WithheldStep, asked: Asked) -> Json:
    place = {"position": step.position, "version": step.version, "leafHash": step.leaf.hex()}
    if isinstance(step, WithheldStep):
        return {**place, "withheld": True}
    reason = step.reason
    return {
        **place,
        "withheld": False,
        "recordedAt": _instant(step.recorded_at),
        "type": step.type,
        "says": step.says,
        "actor": {
            "person": _person(step.actor),
            "role": step.actor_role,
            "onBehalfOf": None if step.on_behalf_of is None else _person(step.on_behalf_of),
            "sort": step.sort.value,
        },
        "reason": None if reason is None else {"state": reason.state.value, "text": reason.text},
        "data": step.told,
        "texts": [_text(one) for one in step.parts],
        "changes": [{"field": one.field, "before": one.before, "after": one.after} for one in step.changes],
        "state": step.state,
        "outstanding": _camelled(step.outstanding),
        "deadlines": _camelled(step.deadlines),
        "learnt": [_knower(one) for one in step.learnt],
        "knew": [_knower(one) for one in step.knew] if asked.all_who_knew else None,
    }


def _camelled(records: Iterable[Any]) -> list[Json]:
    found: list[Json] = msgspec.to_builtins(list(records))
    return [{camel(name): value for name, value in record.items()} for record in found]


def _text(part: Part) -> Json:
    return {"part": part.name, "state": part.text.state.value, "text": part.text.text}


def _person(person: Named) -> Json:
    return {"id": str(person.person_id), "name": person.name.text, "nameState": person.name.state.value}


def _knower(one: Knower) -> Json:
    return {
        "person": _person(one.person),
        "how": one.how.value,
        "since": _instant(one.since),
        "what": [kind.value for kind in one.what],
    }


def _instant(instant: datetime | None) -> str | None:
    return None if instant is None else format_instant(instant)
