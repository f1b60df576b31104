"""Connections as Relay has them: a page of rows, its cursors, and the total only where it is selected."""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from projections.plan.selections import TYPE_NAME, Selected
from projections.plan.text import array_of, bare, literal, object_of, quoted
from projections.plan.writer import NotPlanned, Read, Row, Writer

__all__ = ["Listing", "connection", "cursor", "placed"]

_ROWS = ("nodes", "edges")


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of which a connection shows one page.

    `source` gives what follows FROM, for the SQL that uses it: the rows after the cursor. `order` puts them in order,
    `place` is the place of a row by which its cursor finds it again; `total` is a statement for the number of rows on
    all pages. `first` is how many at most: a number of the statement, for PostgreSQL takes a limit that it does not
    know for a tenth of all rows. `after` is a parameter: whether there was a cursor.
    """

    type_name: str
    node_name: str
    node: Read
    row: Row
    source: Callable[[str], str]
    order: str
    place: str
    total: str
    first: int
    after: str


def placed(*members: str) -> str:
    """The place of a row as JSON, its members given as texts of JSON."""
    together = " || ',' || ".join(members)
    return f"('[' || {together} || ']')"


def cursor(text: str) -> str:
    """The cursor for a place, opaque to whoever carries it: base64, which `projections.pages.place_of` reads."""
    encoded = f"encode(convert_to({text}, 'UTF8'), 'base64')"
    # The server breaks lines after 76 characters; what `translate` has no counterpart for is left out.
    return f"translate({encoded}, E'+/=\\n', '-_')"


def connection(writer: Writer, selected: Selected, listing: Listing) -> str:
    """One page of the list as `selected` asks for it."""
    # One row more than asked for says whether there is a next page; places are for the cursors of its ends.
    has_info = any(one.name == "pageInfo" for one in selected.of(listing.type_name))
    columns = [("places", listing.place)] if has_info else []
    # A cursor holds the id of a case; objects bring marks of their own, and a page without objects brings them here.
    has_rows = any(one.name in _ROWS for one in selected.of(listing.type_name))
    is_bare = has_info and not has_rows and bool(listing.row.case_id)
    if is_bare:
        columns.append(("marks", writer.mark(listing.row.case_id, listing.node_name)))
    page = writer.alias("g")
    members = []
    for one in selected.of(listing.type_name):
        if one.name == TYPE_NAME:
            members.append((one.key, literal(f'"{listing.type_name}"')))
        elif one.name == "totalCount":
            members.append((one.key, bare(f"({listing.total})")))
        elif one.name == "pageInfo":
            members.append((one.key, _page_info(one, listing, page)))
        elif one.name in _ROWS:
            shown = (listing.node if one.name == "nodes" else partial(_edge, listing))(writer, one, listing.row)
            name = f"column{len(columns)}"
            columns.append((name, shown))
            texts = f"array_to_string({page}.{name}[1:{listing.first}], ',')" if has_info else f"{page}.{name}"
            members.append((one.key, array_of(texts)))
        else:
            raise NotPlanned(f"{listing.type_name}.{one.name}")
    if not columns:
        return object_of(members)
    inner = ", ".join(f"{shown} AS {name}" for name, shown in columns)
    gathering = "array_agg({name})" if has_info else "string_agg({name}, ',')"
    gathered = ", ".join(f"{gathering.format(name=name)} AS {name}" for name, _ in columns)
    shown = object_of(members)
    if is_bare:
        shown = f"coalesce(array_to_string({page}.marks[1:{listing.first}], ''), '') || {shown}"
    return (
        f"(SELECT {shown} FROM (SELECT {gathered} FROM (SELECT {inner} FROM {listing.source(inner)}"
        f" ORDER BY {listing.order} LIMIT {listing.first + has_info}) AS {page}r) AS {page})"
    )


def _edge(listing: Listing, writer: Writer, selected: Selected, row: Row) -> str:
    edge = f"{listing.node_name}Edge"
    reads = {"cursor": _cursor(listing), "node": listing.node}
    return writer.shown(edge, reads, selected, row)


def _cursor(listing: Listing) -> Read:
    return lambda _writer, _selected, _row: quoted(cursor(listing.place))


def _page_info(selected: Selected, listing: Listing, page: str) -> str:
    found = f"coalesce(cardinality({page}.places), 0)"
    shown = {
        "hasNextPage": bare(f"{found} > {listing.first}"),
        "hasPreviousPage": bare(listing.after),
        "startCursor": quoted(cursor(f"{page}.places[1]")),
        "endCursor": quoted(cursor(f"{page}.places[least({listing.first}, {found})]")),
        TYPE_NAME: literal('"PageInfo"'),
    }
    return object_of([(one.key, shown[one.name]) for one in selected.of("PageInfo")])
