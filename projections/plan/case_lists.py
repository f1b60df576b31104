"""Lists of cases: the page that a filter, an order and a cursor name, and how many cases there are in all."""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from domain.checks import InvalidIdentifier
from domain.naming import with_underscores
from projections.cases import ORDERS, CaseFilter, CaseOrder, conditions_of
from projections.pages import CursorMalformed, place_of
from projections.plan.cases import case_node, case_row, case_source
from projections.plan.pages import Listing, connection, placed
from projections.plan.selections import Selected
from projections.plan.text import bare, joined, quoted, string
from projections.plan.writer import Arguments, Row, Writer

__all__ = ["case_list"]


def case_list(writer: Writer, selected: Selected) -> str:
    """The connection of all cases in sight that a filter lets through; its arguments are those of `Query.cases`."""
    given = writer.given(selected)
    order: CaseOrder = given["orderBy"]
    by = ORDERS[order]
    row = case_row(writer)

    def bound(arguments: Arguments) -> Mapping[str, Any]:
        _, parameters = conditions_of(writer.reading, _filter_of(arguments))
        if arguments["after"] is not None:
            parameters["after_value"], parameters["after_id"] = _place(arguments["after"], order)
        return {**parameters, "has_after": arguments["after"] is not None}

    prefix = writer.bind(selected, bound)
    asked = _filter_of(given)
    conditions, parameters = conditions_of(writer.reading, asked)
    listed = joined(conditions)
    for name in parameters:
        listed = listed.replace(f"%({name})s", f"%({prefix}{name})s")
    wanted = listed.replace("listed.", f"{row.alias}.")
    later = "true"
    if given["after"] is not None:
        later = (
            f"({row.alias}.{by.column}, {row.case_id}) {'<' if by.descending else '>'}"
            f" (%({prefix}after_value)s::{by.kind}, %({prefix}after_id)s::uuid)"
        )
    way = "DESC" if by.descending else "ASC"
    value = bare(f"{row.alias}.position") if by.column == "position" else string(f"{row.alias}.{by.column}")
    ordered = f"{row.alias}.{by.column} {way}, {row.case_id} {way}"
    on_page = f"{wanted} AND {later}"
    if asked.is_tallied and writer.reading.tallies_cases and (conditions or writer.visibility.schools is not None):
        on_page = _on_page(writer, row, by.column, listed, on_page, later, ordered, given["first"] + 1)
    listing = Listing(
        type_name="CaseConnection",
        node_name="Case",
        node=case_node,
        row=row,
        source=lambda used: f"{case_source(writer, row, used + on_page + ordered)} WHERE {on_page}",
        order=ordered,
        place=placed(f"'\"{order.value}\"'", value, quoted(row.case_id)),
        total=f"{_number(writer, asked, of_documents='position' in wanted)} AS {row.alias} WHERE {wanted}",
        first=writer.given(selected)["first"],
        after=f"%({prefix}has_after)s::boolean",
    )
    return connection(writer, selected, listing)


def _on_page(
    writer: Writer, row: Row, column: str, listed: str, wanted: str, later: str, ordered: str, first: int
) -> str:
    """The condition that holds for the `first` cases of a page, where they are asked for by what they are tallied by.

    Many are found in the order of the list, until there are enough; few by looking at each group of a school, kind and
    status by itself. PostgreSQL plans once for whatever is asked for, so it is told which when it is known.
    """
    alias = row.alias
    cases = writer.reading.documents() if column == "position" else writer.reading.cases()
    groups = f"{writer.reading.groups()} AS listed"
    page = f"ORDER BY {ordered} LIMIT {first}"
    # One way reads as many as stand before the end of the page; the other a page of each group where an index has its
    # cases in order, and all of it elsewhere.
    few_read = f"least(wanted, groups * {first})" if column == "opened_on" else "wanted"
    are_many = (
        f"(SELECT coalesce({first} * all_cases < wanted * {few_read}, false) FROM (SELECT sum(cases) AS all_cases,"
        f" sum(cases) FILTER (WHERE {listed}) AS wanted, count(*) FILTER (WHERE {listed}) AS groups"
        f" FROM {groups}) AS told)"
    )
    of_group = " AND ".join(f"{alias}.{name} = listed.{name}" for name in ("school_urn", "kind", "status"))
    found = f"SELECT {alias}.case_id, {alias}.{column} FROM {cases} AS {alias}"
    few = (
        f"SELECT {alias}.case_id FROM {groups} CROSS JOIN LATERAL"
        f" ({found} WHERE {of_group} AND {later} {page}) AS {alias} WHERE {listed} AND NOT {are_many} {page}"
    )
    many = f"SELECT case_id FROM ({found} WHERE {wanted} AND {are_many} {page}) AS {alias}"
    return f"{row.case_id} IN (({few}) UNION ALL ({many}))"


def _number(writer: Writer, asked: CaseFilter, *, of_documents: bool) -> str:
    """How many cases there are, up to the name of what they are read from: added up where that has been done."""
    if asked.is_tallied and writer.reading.tallies_cases:
        return f"SELECT coalesce(sum(cases), 0) FROM {writer.reading.tallies()}"
    return f"SELECT count(*) FROM {writer.reading.documents() if of_documents else writer.reading.cases()}"


def _filter_of(arguments: Arguments) -> CaseFilter:
    """The filter that a query's arguments name; raises InvalidIdentifier."""
    given = arguments["filter"] or {}
    return CaseFilter(**{with_underscores(name): _filtered(name, value) for name, value in given.items()})


def _filtered(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(str, value))
    if name not in ("owner", "person") or value is None:
        return value
    try:
        return UUID(value)
    except ValueError:
        raise InvalidIdentifier(name) from None


def _place(after: str, order: CaseOrder) -> tuple[Any, Any]:
    given, value, case_id = place_of(after, str, ORDERS[order].type, UUID)
    if given != order.value:
        raise CursorMalformed("after")
    return value, case_id
