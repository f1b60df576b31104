"""What is owed and what falls due: on one case, and across all cases in sight."""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from domain.checks import InvalidIdentifier
from projections.pages import place_of
from projections.plan.cases import case_node, case_row, case_source
from projections.plan.moments import deadline_state
from projections.plan.pages import Listing, connection, placed
from projections.plan.selections import Selected
from projections.plan.text import bare, quoted
from projections.plan.writer import Arguments, Read, Row, Writer

__all__ = ["deadline_list", "duty_list"]

# What a document calls the rows of each table.
_PLURAL = {"deadline": "deadlines", "duty": "duties"}
_NO_DAY = "DATE '9999-12-31'"
# How a row of the table `deadline`, called `one`, stands now.
_STATE = deadline_state("one.standing", "one.due_on", "one.ends")
# Which of the members of a filter ask what, of rows called `one` and cases called `seen`, and as what they are bound.
_CONDITIONS: Mapping[str, tuple[str, str]] = {
    "schools": ("seen.school_urn = ANY({})", "text[]"),
    "kinds": ("seen.kind = ANY({})", "text[]"),
    "owner": ("seen.owner_id = {}", "uuid"),
    "codes": ("one.code = ANY({})", "text[]"),
    "states": (f"({_STATE}) = ANY({{}})", "text[]"),
    "dueFrom": ("one.due_on >= {}", "date"),
    "dueTo": ("one.due_on <= {}", "date"),
}


def deadline_list(writer: Writer, selected: Selected, _row: Row) -> str:
    """The connection of what falls due on the cases in sight, the earliest first."""
    by = f"coalesce(one.due_on, {_NO_DAY})"
    return _list(writer, selected, "deadline", "DeadlineOfCase", by, _deadline)


def duty_list(writer: Writer, selected: Selected, _row: Row) -> str:
    """The connection of what is owed on the cases in sight, that of the oldest case first."""
    return _list(writer, selected, "duty", "DutyOfCase", "seen.opened_on", _duty)


def _list(
    writer: Writer, selected: Selected, table: str, type_name: str, by: str, shown: Callable[[Row, str], Read]
) -> str:
    """A page of the rows of a table about cases, each with its case, in order of a day."""
    row, one = case_row(writer), writer.alias("w")

    def bound(arguments: Arguments) -> Mapping[str, Any]:
        after = arguments["after"]
        day, case_id, ordinal = (None,) * 3 if after is None else place_of(after, date, UUID, int)
        return {
            **{name: _bound(name, value) for name, value in _filter(arguments).items()},
            "has_after": after is not None,
            "after_day": day,
            "after_id": case_id,
            "after_ordinal": ordinal,
        }

    prefix = writer.bind(selected, bound)

    def of(text: str) -> str:
        return text.replace("one.", f"{one}.").replace("seen.", f"{row.alias}.")

    conditions = [f"{one}.case_id = {row.case_id}"]
    for name in _filter(writer.given(selected)):
        condition, kind = _CONDITIONS[name]
        conditions.append(of(condition.format(f"%({prefix}{name})s::{kind}")))
    wanted = " AND ".join(conditions)
    order = f"{of(by)}, {row.case_id}, {one}.ordinal"
    later = ""
    if writer.given(selected)["after"] is not None:
        places = {"day": "date", "id": "uuid", "ordinal": "smallint"}
        after = ", ".join(f"%({prefix}after_{name})s::{kind}" for name, kind in places.items())
        later = f" AND ({order}) > ({after})"
    rows = f"{writer.reading.of_cases(table)} AS {one}"
    member = Row(row.alias, row.case_id, f"({row.value}->'{_PLURAL[table]}'->({one}.ordinal - 1))")
    reads = {table: shown(row, member.value), "case": case_node}

    def node(writer: Writer, selected: Selected, row: Row) -> str:
        return writer.shown(type_name, reads, selected, row)

    listing = Listing(
        type_name=f"{type_name}Connection",
        node_name=type_name,
        node=node,
        row=row,
        source=lambda used: f"{rows} CROSS JOIN {case_source(writer, row, used)} WHERE {wanted}{later}",
        order=order,
        place=placed(quoted(of(by)), quoted(row.case_id), bare(f"{one}.ordinal")),
        total=f"SELECT count(*) FROM {rows} CROSS JOIN {writer.reading.cases()} AS {row.alias} WHERE {wanted}",
        first=writer.given(selected)["first"],
        after=f"%({prefix}has_after)s::boolean",
    )
    return connection(writer, selected, listing)


def _deadline(row: Row, value: str) -> Read:
    measured = f"({value} || jsonb_build_object('at', {row.value}->'measured_at'))"
    return lambda writer, selected, row: writer.object("Deadline", selected, Row(row.alias, row.case_id, measured))


def _duty(_row: Row, value: str) -> Read:
    return lambda writer, selected, row: writer.object("Duty", selected, Row(row.alias, row.case_id, value))


def _filter(arguments: Arguments) -> Mapping[str, Any]:
    """What of a filter is given."""
    return {name: value for name, value in (arguments["filter"] or {}).items() if value is not None}


def _bound(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return [str(one) for one in value]
    if name != "owner":
        return value
    try:
        return UUID(value)
    except ValueError:
        raise InvalidIdentifier(name) from None
