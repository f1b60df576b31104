"""Histories: the events of a case, what each changed, and the case as it stood after it."""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.actors import ROLES_OF_PROGRAMS, ActorSort
from domain.values import CaseKind
from projections.pages import place_of
from projections.plan.cases import folded
from projections.plan.moments import instant
from projections.plan.pages import Listing, connection, placed
from projections.plan.parts import PARTS, person_of
from projections.plan.reads import column, json_member, number, sealed
from projections.plan.selections import Selected
from projections.plan.text import NULL, array_of, bare, quoted
from projections.plan.writer import Arguments, Read, Row, Writer, hole, keys_of

__all__ = ["HISTORY_READS", "history", "latest_event", "recorded_events"]

# The stored names of what happens to the files of a case.
_OF_FILES = tuple(
    f"{kind.value.lower()}.file_{what}.v1" for kind in CaseKind for what in ("stored", "viewed", "exported", "removed")
)


def history(writer: Writer, selected: Selected, row: Row) -> str:
    """The connection of the events of a case, the oldest first."""
    given = writer.given(selected)
    alias = writer.alias("h")

    def bound(arguments: Arguments) -> Mapping[str, Any]:
        after = arguments["after"]
        return {
            "version": 0 if after is None else place_of(after, int)[0],
            "has_after": after is not None,
            "types": arguments["types"],
        }

    prefix = writer.bind(selected, bound)
    event = _event_row(alias, row)
    conditions = [] if given["types"] is None else [f"{alias}.type = ANY(%({prefix}types)s::text[])"]
    if given["by"] is not None:
        conditions.append(f"{_sort_of_actor(writer, event)} = '{given['by'].value}'")
    return _page(writer, selected, row, event, " AND ".join(conditions) or "true", prefix)


def custody(writer: Writer, selected: Selected, row: Row) -> str:
    """The connection of the events of one file of a case, the oldest first: handed in, given out, removed."""
    event = _event_row(writer.alias("h"), row)
    types = ", ".join(f"'{name}'" for name in _OF_FILES)
    of_file = f"{event.alias}.type IN ({types}) AND {event.value}->'data'->>'file_id' = {row.value}->>'file_id'"

    def bound(arguments: Arguments) -> Mapping[str, Any]:
        after = arguments["after"]
        return {"version": 0 if after is None else place_of(after, int)[0], "has_after": after is not None}

    return _page(writer, selected, row, event, of_file, writer.bind(selected, bound))


def _page(writer: Writer, selected: Selected, case: Row, row: Row, wanted: str, prefix: str) -> str:
    """A page of the events of a case that meet a condition."""

    def source(used: str) -> str:
        events = _event_source(writer, case, row, used + wanted)
        return f"{events} WHERE {wanted} AND {row.alias}.version > %({prefix}version)s"

    listing = Listing(
        type_name="CaseEventConnection",
        node_name="CaseEvent",
        node=_event,
        row=row,
        source=source,
        order=f"{row.alias}.version",
        place=placed(bare(f"{row.alias}.version")),
        total=f"SELECT count(*) FROM {_event_source(writer, case, row, wanted)} WHERE {wanted}",
        first=writer.given(selected)["first"],
        after=f"%({prefix}has_after)s::boolean",
    )
    return connection(writer, selected, listing)


def latest_event(writer: Writer, selected: Selected, row: Row) -> str:
    """The event that made the version of a case at hand, of the present one or of a past one."""
    event = _event_row(writer.alias("h"), row)
    shown = _event(writer, selected, event)
    events = _event_source(writer, row, event, shown)
    # The event that made the version may name a case that the reader may not know of: then the one before is the last.
    order = f"ORDER BY {event.alias}.version DESC LIMIT 1"
    return f"(SELECT {shown} FROM {events} WHERE {event.alias}.version <= {row.alias}.version::int {order})"


def _event_row(alias: str, case: Row) -> Row:
    return Row(alias, f"{alias}.stream_id", f"{alias}d.content", case.is_recorded)


def _event_source(writer: Writer, case: Row, row: Row, used: str) -> str:
    """What follows FROM so that events of a case are there; their body is taken apart where the SQL uses it."""
    parsed = f"SELECT convert_from({row.alias}.body, 'UTF8')::jsonb AS content OFFSET 0"
    events = f"{writer.reading.events_of(case.case_id)} AS {row.alias}"
    return events + (f" CROSS JOIN LATERAL ({parsed}) AS {row.alias}d" if row.value in used else "")


def _event(writer: Writer, selected: Selected, row: Row) -> str:
    return writer.object("CaseEvent", selected, row)


def recorded_events(writer: Writer, selected: Selected, row: Row) -> str:
    """The events that a command recorded on its case, between two positions; none where nothing changed."""
    event = _event_row(writer.alias("h"), row)
    shown = _event(writer, selected, event)
    return array_of(
        f"(SELECT string_agg({shown}, ',' ORDER BY {event.alias}.version)"
        f" FROM {_event_source(writer, row, event, shown)}"
        f" WHERE {event.alias}.position BETWEEN %(first_position)s AND %(last_position)s)"
    )


def _reason(writer: Writer, selected: Selected, row: Row) -> str:
    part_name = f"({row.value}->>'reason')"
    shown = sealed(writer, selected, row.case_id, f"{row.alias}.version", part_name)
    return f"CASE WHEN {part_name} IS NULL THEN {NULL} ELSE {shown} END"


def _event_id(_writer: Writer, _selected: Selected, row: Row) -> str:
    return quoted(f"{row.case_id} || ':' || {row.alias}.version")


def _data(writer: Writer, _selected: Selected, row: Row) -> str:
    # As it was hashed: jsonb would put its members in another order, and takes longer to read.
    return bare(f"({writer.reading.told_by(row.alias)})")


def _actor(writer: Writer, selected: Selected, row: Row) -> str:
    return writer.object("Actor", selected, row)


def _sort_of_actor(writer: Writer, row: Row) -> str:
    """Whether a person or a program recorded an event, an expression: what `domain.actors.sort_of` says."""
    program, brought_in = writer.alias("q"), writer.alias("i")
    roles = ", ".join(f"'{role}'" for role in sorted(ROLES_OF_PROGRAMS))
    is_program = (
        f"EXISTS (SELECT FROM {writer.reading.programs()} AS {program}"
        f" WHERE {program}.person_id = ({row.value}->>'actor')::uuid)"
    )
    is_imported = (
        f"EXISTS (SELECT FROM {writer.reading.imports()} AS {brought_in}"
        f" WHERE {brought_in}.command_id = {row.alias}.command_id)"
    )
    return (
        f"(CASE WHEN {row.value}->>'actor_role' IN ({roles}) OR {is_program} OR {is_imported}"
        f" THEN '{ActorSort.SYSTEM.value}' ELSE '{ActorSort.HUMAN.value}' END)"
    )


def _known_by(writer: Writer, selected: Selected, row: Row) -> str:
    """All who knew by an event: Python says who, and a statement of its own shows them."""
    number, apart = writer.apart()
    knower = apart.alias("k")
    shown = apart.object("Knower", selected, Row(knower, value=f"{knower}.content"))
    apart.statement = f"SELECT {knower}.place, {shown} FROM {apart.reading.given()} AS {knower}"
    return hole("known", f"'{number}'", row.case_id, f"{row.alias}.version")


def _case_after(writer: Writer, selected: Selected, row: Row) -> str:
    number = folded(writer, selected, is_recorded=row.is_recorded)
    return hole("after", f"'{number}'", row.case_id, f"{row.alias}.version", f"{row.alias}.position")


def _changes(_writer: Writer, selected: Selected, row: Row) -> str:
    return hole("changes", row.case_id, f"{row.alias}.version", keys_of(selected.of("FieldChange")))


def _sealed_parts(writer: Writer, selected: Selected, row: Row) -> str:
    alias = writer.alias("k")
    reads: dict[str, Read] = {
        "part": json_member("part"),
        "keyId": json_member("key"),
        "commitment": json_member("commitment"),
        "content": lambda one_writer, one, _row: sealed(
            one_writer, one, row.case_id, f"{row.alias}.version", f"({alias}.value->>'part')"
        ),
    }
    shown = writer.shown("SealedPart", reads, selected, Row(alias, row.case_id, f"{alias}.value"))
    return array_of(
        f"(SELECT string_agg({shown}, ',' ORDER BY {alias}.place)"
        f" FROM jsonb_array_elements({row.value}->'sealed') WITH ORDINALITY AS {alias} (value, place))"
    )


HISTORY_READS: dict[str, dict[str, Read]] = {
    "CaseEvent": {
        "id": _event_id,
        "position": number("position"),
        "version": number("version"),
        "type": column("type"),
        "recordedAt": lambda _writer, _selected, row: instant(f"{row.alias}.recorded_at"),
        "actor": _actor,
        "reason": _reason,
        "data": _data,
        "changes": _changes,
        "caseAfter": _case_after,
        "knownBy": _known_by,
        "leafHash": lambda _writer, _selected, row: quoted(f"encode({row.alias}.leaf, 'hex')"),
        "sealed": _sealed_parts,
    },
    "CaseFile": {**PARTS["CaseFile"], "custody": custody},
    "Actor": {
        "person": person_of("actor"),
        "role": json_member("actor_role"),
        "onBehalfOf": person_of("on_behalf_of"),
        "sort": lambda writer, _selected, row: quoted(_sort_of_actor(writer, row)),
    },
    "Knower": {
        "person": person_of("person"),
        "how": json_member("how"),
        "since": lambda _writer, _selected, row: instant(f"({row.value}->>'since')::timestamptz"),
        "what": json_member("what", is_list=True),
    },
}
