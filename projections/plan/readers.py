"""Who read what: of one case, and across all cases that the reader of the log sees."""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from domain.checks import InvalidIdentifier
from domain.permissions import CaseReading, Relation, Resource, Task, decide
from domain.reads import ReadKind
from domain.roles import Role
from domain.values import CaseKind
from projections.pages import CursorMalformed, place_of
from projections.plan.cases import case_node, case_row, case_source
from projections.plan.moments import instant
from projections.plan.pages import Listing, connection, placed
from projections.plan.parts import person_of
from projections.plan.reads import json_member, number
from projections.plan.selections import Selected
from projections.plan.targets import is_target
from projections.plan.text import NULL, array_of, bare, string
from projections.plan.writer import Arguments, Read, Row, Writer

__all__ = ["READER_READS", "log_of_reads", "read_log", "readers"]

_LOOK_THROUGH = "ARRAY['cases', 'deadlines', 'duties', 'staffPattern']"
_OF_THE_LOG = "ARRAY['readLog', 'readers']"

_READ: dict[str, Read] = {
    "position": number("position"),
    "readAt": lambda _writer, _selected, row: instant(f"{row.alias}.recorded_at"),
    "person": person_of("actor"),
    "role": json_member("actor_role"),
    "onBehalfOf": person_of("on_behalf_of"),
    "purpose": json_member("purpose"),
    "client": json_member("client"),
    "leafHash": lambda _writer, _selected, row: f"""('"' || encode({row.alias}.leaf, 'hex') || '"')""",
}


def _named(roles: Sequence[str]) -> str:
    return ", ".join(f"'{role}'" for role in sorted(roles))


def _reads_log() -> str:
    """Whether the role reads the log. Roles are no part of what a statement is written for, so it asks each time."""
    roles = [role.value for role in Role if decide(role, Task.SEE_READ_LOG, Resource()).allowed]
    return f"%(role)s::text IN ({_named(roles)})"


def _sees_readers(row: Row) -> str:
    """Whether the role sees who reads this case, whose target does not."""
    allowed = []
    for role in Role:
        kinds = [
            kind.value
            for kind in CaseKind
            if decide(role, CaseReading.SEE_READERS, Resource(kind, Relation.NAMED)).allowed
        ]
        if kinds:
            allowed.append(f"%(role)s::text = '{role.value}' AND {row.alias}.kind IN ({_named(kinds)})")
    return f"(({' OR '.join(allowed)}) AND NOT ({row.alias}.kind = 'INCIDENT' AND {is_target(row)}))"


def readers(writer: Writer, selected: Selected, row: Row) -> str:
    """The connection of those who read a case, the latest first; null for who may not know."""
    prefix = writer.bind(selected, lambda arguments: _bound("readers", arguments))
    read = _row(writer)
    entries = f"{writer.reading.reads_of(row.case_id)} AS {read.alias}"
    reads = {**_READ, "what": lambda _writer, _selected, one: _what_of_case(one, f"{row.case_id}::text")}
    page = _page(writer, selected, read, entries, "readers", "CaseRead", reads, prefix=prefix)
    return f"(CASE WHEN {_sees_readers(row)} THEN {page} ELSE {NULL} END)"


def read_log(writer: Writer, selected: Selected, _row_of_query: Row) -> str:
    """The connection of the entries of the log, the latest first; null for who does not read it."""
    given = writer.given(selected)

    def bound(arguments: Arguments) -> Mapping[str, Any]:
        return {
            **_bound("readLog", arguments),
            "from": arguments["from"],
            "to": arguments["to"],
            "person": _id("person", arguments["person"]),
            "case": _id("case", arguments["case"]),
        }

    prefix = writer.bind(selected, bound)
    read = _row(writer)
    conditions = {
        "from": f"{read.alias}.recorded_at >= %({prefix}from)s::timestamptz",
        "to": f"{read.alias}.recorded_at < %({prefix}to)s::timestamptz",
        "person": f"{read.alias}.actor_id = %({prefix}person)s::uuid",
        # What a case that is out of sight was read for is not there either.
        "case": f"EXISTS (SELECT FROM {writer.reading.cases()} AS sought WHERE case_id = %({prefix}case)s::uuid)",
    }
    wanted = [text for name, text in conditions.items() if given[name] is not None]
    entries = writer.reading.reads() if given["case"] is None else writer.reading.reads_of(f"%({prefix}case)s::uuid")
    entries = f"{entries} AS {read.alias}"
    reads: Mapping[str, Read] = {
        **_READ,
        "what": lambda _writer, _selected, one: _what_of_entry(one),
        "cases": _cases,
        "casesWithheld": lambda _writer, _selected, one: bare(f"cardinality({one.alias}k.withheld)"),
    }
    # The whole log is as long as its head says: counting its entries would take longer every day.
    total = None if wanted else f"SELECT coalesce(max(position), 0) FROM {writer.reading.read_head()} AS head"
    page = _page(
        writer, selected, read, entries, "readLog", "ReadLogEntry", reads, prefix=prefix, wanted=wanted, total=total
    )
    return f"(CASE WHEN {_reads_log()} THEN {page} ELSE {NULL} END)"


def _bound(cursor: str, arguments: Arguments) -> dict[str, Any]:
    after = arguments["after"]
    return {"has_after": after is not None, "before": None if after is None else _place(cursor, after)}


def _page(
    writer: Writer,
    selected: Selected,
    read: Row,
    entries: str,
    cursor: str,
    node: str,
    reads: Mapping[str, Read],
    *,
    prefix: str,
    wanted: Sequence[str] = (),
    total: str | None = None,
) -> str:
    """One page of the entries that meet every condition, the latest first; `cursor` tells its cursors from others.

    `total` is a SELECT of how many there are, where they need not be counted.
    """
    given, matching = writer.given(selected), " AND ".join(["true", *wanted])
    earlier = "" if given["after"] is None else f" AND {read.alias}.position < %({prefix}before)s::bigint"
    listing = Listing(
        type_name=f"{node}Connection",
        node_name=node,
        node=lambda one_writer, one, of: one_writer.shown(node, reads, one, of),
        row=read,
        source=lambda used: f"{entries}{_parsed(read)}{_known(writer, read, used)} WHERE {matching}{earlier}",
        order=f"{read.alias}.position DESC",
        place=placed(f"'\"{cursor}\"'", bare(f"{read.alias}.position")),
        total=total or f"SELECT count(*) FROM {entries} WHERE {matching}",
        first=given["first"],
        after=f"%({prefix}has_after)s::boolean",
    )
    return connection(writer, selected, listing)


def _place(of: str, after: str) -> int:
    given, position = place_of(after, str, int)
    if given != of:
        raise CursorMalformed("after")
    return int(position)


def _id(name: str, value: str | None) -> UUID | None:
    if value is None:
        return None
    try:
        return UUID(value)
    except ValueError:
        raise InvalidIdentifier(name) from None


def _row(writer: Writer) -> Row:
    alias = writer.alias("r")
    return Row(alias, value=f"{alias}d.content")


def _parsed(row: Row) -> str:
    parsed = f"SELECT convert_from({row.alias}.body, 'UTF8')::jsonb AS content OFFSET 0"
    return f" CROSS JOIN LATERAL ({parsed}) AS {row.alias}d"


def _known(writer: Writer, row: Row, used: str) -> str:
    """The cases of an entry that its reader sees, and those of which the reader may know that there are more."""
    if f"{row.alias}k." not in used:
        return ""
    # An array, for a join with what is taken out of a text goes through every case of the trust.
    told = f"ARRAY(SELECT told::uuid FROM jsonb_array_elements_text({row.value}->'cases') AS told)"

    def of(source: str) -> str:
        return f"ARRAY(SELECT case_id FROM {source} AS known WHERE case_id = ANY ({told}))"

    both = f"SELECT {of(writer.reading.cases())} AS seen, {of(writer.reading.withheld_cases())} AS withheld OFFSET 0"
    return f" CROSS JOIN LATERAL ({both}) AS {row.alias}k"


def _cases(writer: Writer, selected: Selected, row: Row) -> str:
    case = case_row(writer)
    shown = case_node(writer, selected, case)
    return array_of(
        f"(SELECT string_agg({shown}, ',' ORDER BY {case.case_id}) FROM {case_source(writer, case, shown)}"
        f" WHERE {case.case_id} = ANY({row.alias}k.seen))"
    )


def _kinds(conditions: Mapping[ReadKind, str]) -> str:
    """The kinds whose condition holds, in the order in which they are declared."""
    each = ", ".join(f"""CASE WHEN {conditions[kind]} THEN '"{kind.value}"' END""" for kind in ReadKind)
    return f"('[' || concat_ws(',', {each}) || ']')"


def _what_of_case(row: Row, case_id: str) -> str:
    """What an entry tells of one case."""
    body, is_export = row.value, f"{row.value}->>'way' = 'export'"
    is_opened = f"coalesce({body}->'opened' ? {case_id}, false)"
    return _kinds(
        {
            ReadKind.LIST: f"NOT {is_opened}",
            ReadKind.CASE: f"NOT {is_export} AND {is_opened}",
            ReadKind.HISTORY: f"NOT {is_export} AND {body}->'histories' ? {case_id}",
            ReadKind.EXPORT: is_export,
            ReadKind.PARTS: f"{body}->'parts' @> jsonb_build_array(jsonb_build_array({case_id}))",
            ReadKind.SEARCH: "false",
            ReadKind.LOG: f"{body}->'asked' ?| {_OF_THE_LOG}",
        }
    )


def _what_of_entry(row: Row) -> str:
    """What an entry tells of the cases that its reader may know of, and of nothing else.

    What remains of an entry about no other case than the reader's own looks like a search that found nothing.
    """
    body, known = row.value, f"({row.alias}k.seen || {row.alias}k.withheld)"
    is_export = f"{body}->>'way' = 'export'"
    is_of_log = f"coalesce({body}->'asked' ?| {_OF_THE_LOG}, false)"

    def some(condition: str) -> str:
        return f"EXISTS (SELECT FROM unnest({known}) AS one (id) WHERE {condition})"

    return _kinds(
        {
            ReadKind.LIST: some(f"NOT coalesce({body}->'opened' ? id::text, false)"),
            ReadKind.CASE: f"NOT {is_export} AND {some(f'''{body}->'opened' ? id::text''')}",
            ReadKind.HISTORY: f"NOT {is_export} AND {some(f'''{body}->'histories' ? id::text''')}",
            ReadKind.EXPORT: f"{is_export} AND {some('true')}",
            ReadKind.PARTS: some(f"{body}->'parts' @> jsonb_build_array(jsonb_build_array(id::text))"),
            ReadKind.SEARCH: (
                f"coalesce({body}->'asked' ?| {_LOOK_THROUGH}, false) OR (cardinality({known}) = 0 AND NOT {is_of_log})"
            ),
            ReadKind.LOG: is_of_log,
        }
    )


def log_of_reads(writer: Writer, selected: Selected, row: Row) -> str:
    """How far the log has come; null for who does not read it."""
    return f"(CASE WHEN {_reads_log()} THEN {writer.object('ReadLog', selected, row)} ELSE {NULL} END)"


def _checkpoint(writer: Writer, selected: Selected, _row_of_log: Row) -> str:
    alias = writer.alias("k")
    shown = writer.object("Checkpoint", selected, Row(alias))
    source = f"{writer.reading.read_checkpoints()} AS {alias}"
    return f"coalesce((SELECT {shown} FROM {source} ORDER BY {alias}.size DESC LIMIT 1), {NULL})"


READER_READS: dict[str, dict[str, Read]] = {
    "ReadLog": {
        "position": lambda writer, _selected, _row: bare(
            f"coalesce((SELECT position FROM {writer.reading.read_head()} AS head), 0)"
        ),
        "recordedAt": lambda writer, _selected, _row: instant(
            f"(SELECT recorded_at FROM {writer.reading.read_head()} AS head)"
        ),
        "publicKey": lambda _writer, _selected, _row: string("%(reads_key)s::text"),
        "checkpoint": _checkpoint,
    },
}
