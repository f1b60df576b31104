"""Connections as Relay has them: a page of rows, its cursors, and the total only where it is selected."""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from projections.plan.selections import TYPE_NAME, Selected
from projections.plan.text import NULL, bare, literal, object_of, quoted
from projections.plan.writer import NotPlanned, Read, Row, Writer

__all__ = ["Listing", "connection", "cursor"]


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of which a connection shows one page.

    `source` gives what follows FROM, for the SQL that uses it: the rows after the cursor. `order` puts them in order,
    `cursor` is the cursor of a row; `total` is a statement for the number of rows on all pages. `first` and `after` are
    parameters: how many, and whether there was a cursor.
    """

    type_name: str
    node_name: str
    node: Read
    row: Row
    source: Callable[[str], str]
    order: str
    cursor: str
    total: str
    first: str
    after: str


def cursor(*place: str) -> str:
    """A cursor, opaque to whoever carries it: base64 of the place as JSON, which is given as texts of JSON.

    `projections.pages.place_of` reads it.
    """
    json = " || ',' || ".join(place)
    encoded = f"encode(convert_to('[' || {json} || ']', 'UTF8'), 'base64')"
    # The server breaks lines after 76 characters; what `translate` has no counterpart for is left out.
    return f"translate({encoded}, E'+/=\\n', '-_')"


def connection(writer: Writer, selected: Selected, listing: Listing) -> str:
    """One page of the list as `selected` asks for it."""
    columns: list[tuple[str, str]] = [("cursors", listing.cursor)]
    page = writer.alias("g")
    members = []
    for one in selected.of(listing.type_name):
        if one.name == TYPE_NAME:
            members.append((one.key, literal(f'"{listing.type_name}"')))
        elif one.name == "totalCount":
            members.append((one.key, bare(f"({listing.total})")))
        elif one.name == "pageInfo":
            members.append((one.key, _page_info(one, listing, page)))
        elif one.name in ("nodes", "edges"):
            shown = (listing.node if one.name == "nodes" else partial(_edge, listing))(writer, one, listing.row)
            name = f"column{len(columns)}"
            columns.append((name, shown))
            texts = f"array_to_string({page}.{name}[1:{listing.first}], ',')"
            members.append((one.key, f"('[' || coalesce({texts}, '') || ']')"))
        else:
            raise NotPlanned(f"{listing.type_name}.{one.name}")
    if all(one.name in (TYPE_NAME, "totalCount") for one in selected.of(listing.type_name)):
        return object_of(members)
    inner = ", ".join(f"{shown} AS {name}" for name, shown in columns)
    gathered = ", ".join(f"array_agg({name}) AS {name}" for name, _ in columns)
    return (
        f"(SELECT {object_of(members)} FROM (SELECT {gathered} FROM (SELECT {inner} FROM {listing.source(inner)}"
        f" ORDER BY {listing.order} LIMIT {listing.first} + 1) AS {page}r) AS {page})"
    )


def _edge(listing: Listing, writer: Writer, selected: Selected, row: Row) -> str:
    edge = f"{listing.node_name}Edge"
    reads = {"cursor": _cursor(listing), "node": listing.node}
    return writer.shown(edge, reads, selected, row)


def _cursor(listing: Listing) -> Read:
    return lambda _writer, _selected, _row: quoted(listing.cursor)


def _page_info(selected: Selected, listing: Listing, page: str) -> str:
    found = f"coalesce(cardinality({page}.cursors), 0)"
    last = f"{page}.cursors[least({listing.first}, {found})]"
    shown = {
        "hasNextPage": bare(f"{found} > {listing.first}"),
        "hasPreviousPage": bare(listing.after),
        "startCursor": f"""coalesce('"' || {page}.cursors[1] || '"', {NULL})""",
        "endCursor": f"""coalesce('"' || {last} || '"', {NULL})""",
        TYPE_NAME: literal('"PageInfo"'),
    }
    return object_of([(one.key, shown[one.name]) for one in selected.of("PageInfo")])
