"""Pages of the log of reads, across all cases."""

# ruff: noqa: D101 - the description of each type and field stands in the schema
from __future__ import annotations

from datetime import datetime

import strawberry

from api.graphql.cases import Case
from api.graphql.connections import PageInfo
from api.graphql.enums import ReadKind
from api.graphql.people import Person

__all__ = ["ReadLogEntry", "ReadLogEntryConnection", "ReadLogEntryEdge"]


@strawberry.type(description="An answer that told somebody something of cases, or that somebody looked for some.")
class ReadLogEntry:
    position: int = strawberry.field(description="Its position in the trust's log of reads, from 1 without gaps.")
    read_at: datetime = strawberry.field(description="When it was recorded, just before the answer left, in UTC.")
    person: Person = strawberry.field(description="Who read.")
    role: str = strawberry.field(description="The role in which the person read, such as `headteacher`.")
    on_behalf_of: Person | None = strawberry.field(description="The person for whom it was read, if another.")
    what: list[ReadKind] = strawberry.field(description="What was told, as far as the caller may know of it.")
    cases: list[Case] = strawberry.field(description="The cases that were told of, as far as the caller sees them now.")
    cases_withheld: int = strawberry.field(description="How many others there are that are out of the caller's sight.")
    purpose: str | None = strawberry.field(description="Why, if the client said: a code of the list `read_purposes`.")
    client: str | None = strawberry.field(description="The program that asked, by its id, if it has one.")
    leaf_hash: str = strawberry.field(description="Its leaf in the tree of the log of reads, in hexadecimal.")


@strawberry.type(description="An entry in its place in the log.")
class ReadLogEntryEdge:
    cursor: str = strawberry.field(description="The cursor of this place.")
    node: ReadLogEntry = strawberry.field(description="The entry.")


@strawberry.type(description="A page of the log of reads, the latest entry first.")
class ReadLogEntryConnection:
    edges: list[ReadLogEntryEdge] = strawberry.field(description="The entries of the page, with their cursors.")
    nodes: list[ReadLogEntry] = strawberry.field(description="The entries of the page.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the log.")
    total_count: int = strawberry.field(description="How many entries there are; counted only when asked for.")
