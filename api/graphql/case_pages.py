"""Pages of cases: the list with its filters and orders."""

# ruff: noqa: D101 - the description of each type and field stands in the schema
from __future__ import annotations

from datetime import date

import strawberry

from api.graphql.cases import Case
from api.graphql.connections import PageInfo
from api.graphql.enums import CaseKind, CaseStatus

__all__ = ["CaseConnection", "CaseEdge", "CaseFilterInput"]


@strawberry.type(description="A case in its place in a list.")
class CaseEdge:
    cursor: str = strawberry.field(description="The cursor of this place.")
    node: Case = strawberry.field(description="The case.")


@strawberry.type(description="A page of cases.")
class CaseConnection:
    edges: list[CaseEdge] = strawberry.field(description="The cases of the page, with their cursors.")
    nodes: list[Case] = strawberry.field(description="The cases of the page.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")
    total_count: int = strawberry.field(
        description="How many cases the list has on all its pages; counted only when asked for."
    )


@strawberry.input(
    name="CaseFilter",
    description="Which cases are listed: all that is given must hold, and of several values in one field one suffices.",
)
class CaseFilterInput:
    schools: list[strawberry.ID] | None = strawberry.field(default=None, description="The schools, by URN.")
    kinds: list[CaseKind] | None = strawberry.field(default=None, description="The kinds of case.")
    statuses: list[CaseStatus] | None = strawberry.field(default=None, description="Where the cases are in their life.")
    natures: list[str] | None = strawberry.field(
        default=None,
        description="What an item is: codes of the list `natures`. With `targets`: one classification has both.",
    )
    targets: list[str] | None = strawberry.field(
        default=None, description="About whom an item is: codes of the list `targets`."
    )
    aware_from: date | None = strawberry.field(
        default=None, description="Something of the case became known on this day or later."
    )
    aware_to: date | None = strawberry.field(
        default=None, description="Something of the case became known on this day or earlier."
    )
    outstanding: list[str] | None = strawberry.field(
        default=None, description="What is left to do: codes of the list `duties`."
    )
    owner: strawberry.ID | None = strawberry.field(default=None, description="Who runs the case.")
    person: strawberry.ID | None = strawberry.field(default=None, description="Somebody whom the case names.")
    school_reference: str | None = strawberry.field(default=None, description="The school's own reference.")
    meets_no_count: bool | None = strawberry.field(
        default=None, description="True: cases that add to none of the eleven counts. False: the others."
    )
    overdue: bool | None = strawberry.field(
        default=None, description="True: cases on which something is overdue now. False: the others."
    )
    updated_after_position: int | None = strawberry.field(
        default=None, description="Cases that changed after this position of the ledger."
    )
