"""How long cases are kept: of one case, across all cases in sight, and the trust's own table and holds."""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from domain.permissions import Resource, Task, decide
from domain.roles import Role
from projections.pages import place_of
from projections.plan.cases import case_node, case_row, case_source
from projections.plan.pages import Listing, connection, placed
from projections.plan.parts import part
from projections.plan.reads import column, number, words
from projections.plan.selections import Selected
from projections.plan.text import NULL, array_of, quoted
from projections.plan.writer import Arguments, Read, Row, Writer

__all__ = ["KEEPING_READS", "keeping_list", "keeping_of_case", "retention_table", "trust_holds"]

_NO_DAY = "DATE '9999-12-31'"
# Which of the members of a filter ask what, of rows called `one`, and as what they are bound.
_CONDITIONS: Mapping[str, tuple[str, str]] = {
    "schools": ("one.school_urn = ANY({})", "text[]"),
    "kinds": ("one.kind = ANY({})", "text[]"),
    "states": ("one.state = ANY({})", "text[]"),
    "dueBefore": ("one.day < {}", "date"),
}


def keeping_of_case(writer: Writer, selected: Selected, row: Row) -> str:
    """How a case is kept now; null of a past moment, and in the answer to a command, which the figures may not have."""
    if row.is_recorded:
        return NULL
    alias = writer.alias("k")
    shown = writer.object("Retention", selected, Row(alias, row.case_id, f"{alias}.told"))
    found = f"SELECT {shown} FROM {writer.reading.keeping(row.case_id)} AS {alias}"
    is_past = f"jsonb_typeof({row.value}->'measured_at') = 'string'"
    return f"(CASE WHEN {is_past} THEN {NULL} ELSE coalesce(({found}), {NULL}) END)"


def keeping_list(writer: Writer, selected: Selected, _row: Row) -> str:
    """The connection of the cases in sight by the day from which each is to be looked at, those without one last.

    The page is found first, and only what stands on it is told in full.
    """
    row, page, kept = case_row(writer), writer.alias("w"), writer.alias("k")

    def bound(arguments: Arguments) -> Mapping[str, Any]:
        after = arguments["after"]
        day, case_id = (None, None) if after is None else place_of(after, date, UUID)
        return {
            **{name: _bound(value) for name, value in _filter(arguments).items()},
            "has_after": after is not None,
            "after_day": day,
            "after_id": case_id,
        }

    prefix = writer.bind(selected, bound)
    given = writer.given(selected)
    conditions = ["true"]
    for name in _filter(given):
        condition, kind = _CONDITIONS[name]
        conditions.append(condition.format(f"%({prefix}{name})s::{kind}"))
    wanted = " AND ".join(conditions)
    later = ""
    if given["after"] is not None:
        later = f" AND ({_BY}, one.case_id) > (%({prefix}after_day)s::date, %({prefix}after_id)s::uuid)"
    found = (
        f"(SELECT one.case_id, {_BY} AS day FROM {writer.reading.keeping()} AS one WHERE {wanted}{later}"
        f" ORDER BY {_BY}, one.case_id LIMIT {given['first'] + 1})"
    )
    reads = {
        "retention": lambda writer, selected, _row: writer.object(
            "Retention", selected, Row(kept, row.case_id, f"{kept}.told")
        ),
        "case": case_node,
    }

    def node(writer: Writer, selected: Selected, row: Row) -> str:
        return writer.shown("RetentionOfCase", reads, selected, row)

    def source(used: str) -> str:
        told = f"{found} AS {page} CROSS JOIN {case_source(writer, row, used)}"
        if f"{kept}." in used:
            told += f" CROSS JOIN LATERAL {writer.reading.keeping(f'{page}.case_id')} AS {kept}"
        return f"{told} WHERE {row.case_id} = {page}.case_id"

    listing = Listing(
        type_name="RetentionOfCaseConnection",
        node_name="RetentionOfCase",
        node=node,
        row=row,
        source=source,
        order=f"{page}.day, {row.case_id}",
        place=placed(quoted(f"{page}.day"), quoted(row.case_id)),
        total=f"SELECT count(*) FROM {writer.reading.keeping()} AS one WHERE {wanted}",
        first=given["first"],
        after=f"%({prefix}has_after)s::boolean",
    )
    return connection(writer, selected, listing)


_BY = f"coalesce(one.day, {_NO_DAY})"


def retention_table(writer: Writer, selected: Selected, _row: Row) -> str:
    """The retention table in force; null where the figures know of none, the trust never having been registered."""
    alias = writer.alias("t")
    shown = writer.object("RetentionTable", selected, Row(alias, value="NULL::jsonb"))
    first = f"SELECT * FROM {writer.reading.retention_table()} AS known ORDER BY ordinal LIMIT 1"
    return f"coalesce((SELECT {shown} FROM ({first}) AS {alias}), {NULL})"


def trust_holds(writer: Writer, selected: Selected, _row: Row) -> str:
    """The holds of the trust that run, in order of their ids; null for who does not see them."""
    alias = writer.alias("h")
    shown = writer.object("TrustHold", selected, Row(alias, value=f"to_jsonb({alias})"))
    source = f"{writer.reading.trust_holds()} AS {alias}"
    held = array_of(f"(SELECT string_agg({shown}, ',' ORDER BY {alias}.hold_id) FROM {source})")
    return f"(CASE WHEN {_sees_holds()} THEN {held} ELSE {NULL} END)"


def _sees_holds() -> str:
    """Whether the role sees them. Roles are no part of what a statement is written for, so it asks each time."""
    roles = [role.value for role in Role if decide(role, Task.SEE_RETENTION, Resource()).allowed]
    named = ", ".join(f"'{role}'" for role in roles)
    return f"%(role)s::text IN ({named})"


def _rules(writer: Writer, selected: Selected, _row: Row) -> str:
    alias = writer.alias("r")
    shown = writer.object("RetentionRule", selected, Row(alias, value=f"{alias}.content::jsonb"))
    source = f"{writer.reading.retention_table()} AS {alias}"
    return array_of(f"(SELECT string_agg({shown}, ',' ORDER BY {alias}.ordinal) FROM {source})")


def _adopted_on(_writer: Writer, _selected: Selected, row: Row) -> str:
    # The table that ships with the program stands at the first day there is, and was adopted by nobody.
    return quoted(f"nullif({row.alias}.adopted_on, DATE '0001-01-01')")


def _filter(arguments: Arguments) -> Mapping[str, Any]:
    """What of a filter is given."""
    return {name: value for name, value in (arguments["filter"] or {}).items() if value is not None}


def _bound(value: Any) -> Any:
    return [str(one) for one in value] if isinstance(value, list) else value


KEEPING_READS: dict[str, dict[str, Read]] = {
    "RetentionTable": {
        "id": column("table_id"),
        "version": column("table_version"),
        "sha256": column("sha256"),
        "name": words("table_name"),
        "adoptedOn": _adopted_on,
        "disposal": column("disposal"),
        "isConfirmed": number("is_confirmed"),
        "rules": _rules,
    },
    "TrustHold": part(
        "authority placedOn reviewOn awareFrom awareTo", identity="hold_id", lists="schools kinds", crowds="persons"
    ),
}
