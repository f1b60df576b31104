"""Pages of cases: the list with its filters and orders."""

# ruff: noqa: D101, D102 - the description of each type and field stands in the schema
from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from uuid import UUID

import strawberry

from api.graphql.cases import Case, case_of
from api.graphql.connections import PageInfo, page_info
from api.graphql.context import Info
from api.graphql.enums import CaseKind, CaseOrder, CaseStatus
from domain.checks import InvalidIdentifier
from projections.cases import CaseFilter, CaseRow, count_cases, list_cases
from projections.pages import Page

__all__ = ["CaseConnection", "CaseEdge", "CaseFilterInput", "case_connection", "case_page", "read_filter"]


@strawberry.type(description="A case in its place in a list.")
class CaseEdge:
    cursor: str = strawberry.field(description="The cursor of this place.")
    node: Case = strawberry.field(description="The case.")


@strawberry.type(description="A page of cases.")
class CaseConnection:
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    edges: list[CaseEdge] = strawberry.field(description="The cases of the page, with their cursors.")
    nodes: list[Case] = strawberry.field(description="The cases of the page.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")

    @strawberry.field(description="How many cases the list has on all its pages; counted only when asked for.")
    async def total_count(self) -> int:
        return await self.count()


@strawberry.input(
    name="CaseFilter",
    description="Which cases are listed: all that is given must hold, and of several values in one field one suffices.",
)
class CaseFilterInput:
    schools: list[strawberry.ID] | None = strawberry.field(default=None, description="The schools, by URN.")
    kinds: list[CaseKind] | None = strawberry.field(default=None, description="The kinds of case.")
    statuses: list[CaseStatus] | None = strawberry.field(default=None, description="Where the cases are in their life.")
    natures: list[str] | None = strawberry.field(
        default=None, description="What an item is. With `targets`: one classification has both."
    )
    targets: list[str] | None = strawberry.field(default=None, description="About whom an item is.")
    aware_from: date | None = strawberry.field(
        default=None, description="Something of the case became known on this day or later."
    )
    aware_to: date | None = strawberry.field(
        default=None, description="Something of the case became known on this day or earlier."
    )
    outstanding: list[str] | None = strawberry.field(default=None, description="What is left to do: codes of duties.")
    owner: strawberry.ID | None = strawberry.field(default=None, description="Who runs the case.")
    person: strawberry.ID | None = strawberry.field(default=None, description="Somebody whom the case names.")
    school_reference: str | None = strawberry.field(default=None, description="The school's own reference.")
    meets_no_count: bool | None = strawberry.field(
        default=None, description="True: cases that add to none of the eleven counts. False: the others."
    )
    updated_after_position: int | None = strawberry.field(
        default=None, description="Cases that changed after this position of the ledger."
    )


def read_filter(given: CaseFilterInput | None) -> CaseFilter:
    """Return the filter as the list takes it. Raise `InvalidIdentifier`."""
    if given is None:
        return CaseFilter()
    return CaseFilter(
        schools=_several(given.schools),
        kinds=_several(given.kinds),
        statuses=_several(given.statuses),
        natures=_several(given.natures),
        targets=_several(given.targets),
        aware_from=given.aware_from,
        aware_to=given.aware_to,
        outstanding=_several(given.outstanding),
        owner=_identifier(given.owner, "owner"),
        person=_identifier(given.person, "person"),
        school_reference=given.school_reference,
        meets_no_count=given.meets_no_count,
        updated_after_position=given.updated_after_position,
    )


async def case_page(info: Info, wanted: CaseFilter, order: CaseOrder, first: int, after: str | None) -> CaseConnection:
    """Return a page of the cases that the caller sees."""
    context = info.context
    trust, visibility = context.services.ledger.trust, context.visibility
    page = await context.read(list_cases, trust, visibility, wanted, order=order, first=first, after=after)

    async def count() -> int:
        return await context.read(count_cases, trust, visibility, wanted)

    return case_connection(page, after, count)


def case_connection(page: Page[CaseRow], after: str | None, count: Callable[[], Awaitable[int]]) -> CaseConnection:
    """Return a page as the API shows it."""
    nodes = [case_of(row.document) for row in page.entries]
    return CaseConnection(
        count=count,
        edges=[CaseEdge(cursor=cursor, node=node) for cursor, node in zip(page.cursors, nodes, strict=True)],
        nodes=nodes,
        page_info=page_info(page.cursors, has_next=page.has_next, after=after),
    )


def _several(values: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(str(value) for value in values)


def _identifier(value: strawberry.ID | None, field: str) -> UUID | None:
    if value is None:
        return None
    try:
        return UUID(value)
    except ValueError:
        raise InvalidIdentifier(field) from None
