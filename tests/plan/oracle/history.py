"""The history of a case: its events as recorded, what each changed, and the case as it stood after each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC
from typing import TYPE_CHECKING, Any

from tests.plan.oracle.facts import Opaque
from tests.plan.oracle.hidden import content, document, tells
from tests.plan.oracle.knowing import known_by, sort_of
from tests.plan.oracle.story import Event, Json

if TYPE_CHECKING:
    from tests.plan.oracle.view import View


def history_page(
    view: View, case_id: str, *, first: int, after: str | None, types: list[str] | None, by: str | None
) -> Json:
    """A page of the events of a case that the reader sees, the oldest first."""
    told = [event for event in view.story.of_case[case_id] if tells(event, view.hidden)]
    events = [
        event for event in told if (types is None or event.type in types) and (by is None or sort_of(view, event) == by)
    ]
    return view.connection(
        "history", events, first, after, lambda event: (event.version,), lambda event: _event(view, event, told)
    )


def custody_page(view: View, case_id: str, file_id: str, *, first: int, after: str | None) -> Json:
    """A page of what happened to one file of a case, the oldest first."""
    told = [event for event in view.story.of_case[case_id] if tells(event, view.hidden)]
    events = [event for event in told if ".file_" in event.type and event.body["data"]["file_id"] == file_id]
    # A place in the history of the case, so that either list goes on from a cursor of the other.
    return view.connection(
        "history", events, first, after, lambda event: (event.version,), lambda event: _event(view, event, told)
    )


def latest_event(view: View, case_id: str, version: int) -> Json:
    """The event by which a case came to a version, or the last before it that is told."""
    told = [event for event in view.story.of_case[case_id][:version] if tells(event, view.hidden)]
    return _event(view, told[-1], told)


def _event(view: View, event: Event, told: list[Event]) -> Json:
    body = event.body
    before = document(view.story.documents.get((event.stream, event.version - 1)), view.hidden)
    after = view.story.documents[event.stream, event.version]

    def text(part: str) -> Json:
        return view.text(event.stream, event.version, part)

    return {
        "id": f"{event.stream}:{event.version}",
        "position": event.position,
        "version": event.version,
        "type": event.type,
        "recordedAt": event.recorded_at.astimezone(UTC).isoformat(),
        "actor": {
            "person": view.person(body["actor"]),
            "role": body["actor_role"],
            "onBehalfOf": view.person(body.get("on_behalf_of")),
            "sort": sort_of(view, event),
        },
        "reason": text(body["reason"]) if "reason" in body else None,
        "data": Opaque(content(event, view.hidden)),
        "sealed": [
            {
                "part": sealed["part"],
                "keyId": sealed["key"],
                "commitment": sealed["commitment"],
                "content": text(sealed["part"]),
            }
            for sealed in body["sealed"]
        ],
        "leafHash": event.leaf,
        "changes": lambda _info: list(_changes(before, document(after, view.hidden))),
        "knownBy": lambda _info: known_by(view, told, event),
        "caseAfter": lambda _info: view.case(after, event.position),
    }


# What every event changes, and what another member says already.
_LEFT_OUT = {"id", "version", "offered", "duties", "deadlines", "measured_at", "detail", "severity", "severity_clause"}


def _changes(before: Json | None, after: Json | None) -> Iterator[Json]:
    old, new = dict(_members(before)), dict(_members(after))
    for field in [*new, *(field for field in old if field not in new)]:
        if old.get(field) != new.get(field):
            yield {"field": field, "before": Opaque(old.get(field)), "after": Opaque(new.get(field))}


def _members(document: Json | None) -> Iterator[tuple[str, Any]]:
    """Each member that says something, by its path: records in a list by their places, sealed texts by theirs."""
    if document is None:
        return
    for name, value in {**document, **document["detail"]}.items():
        if name not in _LEFT_OUT:
            yield from _flat(_camel(name), value)


def _flat(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if value is None or value in ([], {}):
        return
    if isinstance(value, list) and all(isinstance(one, dict) for one in value):
        for place, record in enumerate(value, start=1):
            for name, member in record.items():
                yield from _flat(f"{path}[{place}].{_camel(name)}", member)
    elif isinstance(value, dict) and set(value) != {"version", "part"}:
        for name, member in value.items():
            yield from _flat(f"{path}.{_camel(name)}", member)
    else:
        yield path, value


def _camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda match: match[1].upper(), name)
