"""What stands behind a figure: its contributions and its cases, for all cells of a report in one statement each."""

# ruff: noqa: D101, D102 - the description of each type and field stands in the schema
from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import strawberry
from strawberry.dataloader import DataLoader

from api.graphql.case_pages import CaseConnection, case_connection
from api.graphql.cases import Case, case_of
from api.graphql.connections import PageInfo, page_info
from api.graphql.context import Context, Info
from api.graphql.enums import CountSource, MonitoringCount
from api.graphql.schools import School, school_of
from projections.drill import Behind, ContributionRow, cell_cases, cell_contributions, count_behind
from projections.monitoring_terms import MonitoringCell, MonitoringReport
from projections.pages import Page

__all__ = [
    "Contribution",
    "ContributionConnection",
    "ContributionEdge",
    "Drill",
    "cases_behind",
    "contributions_behind",
]


@strawberry.type(description="One addition to one count: by an item of an incident, a head of a complaint or a breach.")
class Contribution:
    row: strawberry.Private[ContributionRow]

    count: MonitoringCount = strawberry.field(description="The count that it adds to.")
    source: CountSource = strawberry.field(description="Where it was recorded.")
    item_id: strawberry.ID = strawberry.field(description="The item, head or breach.")
    case_id: strawberry.ID = strawberry.field(description="Its case.")
    discovered_on: date = strawberry.field(description="The day the school became aware.")
    posted_on: date = strawberry.field(description="The day it was posted, or else the day of awareness.")
    recorded_on: date = strawberry.field(description="The day it was recorded.")
    platform: str | None = strawberry.field(description="The platform, of an item.")
    poster_role: str | None = strawberry.field(description="Who posted, by role, of an item.")

    @strawberry.field(description="The school that it counts for.")
    async def school(self, info: Info) -> School:
        return school_of((await info.context.schools())[self.row.school_urn])

    @strawberry.field(description="The case, as it stands now.")
    async def case(self, info: Info) -> Case | None:
        document = await info.context.cases.load(self.row.case_id)
        return None if document is None else case_of(document)


@strawberry.type(description="A contribution in its place in a list.")
class ContributionEdge:
    cursor: str = strawberry.field(description="The cursor of this place.")
    node: Contribution = strawberry.field(description="The contribution.")


@strawberry.type(description="A page of contributions, the oldest first.")
class ContributionConnection:
    counted: strawberry.Private[Callable[[], Awaitable[int]]]

    edges: list[ContributionEdge] = strawberry.field(description="The contributions of the page, with their cursors.")
    nodes: list[Contribution] = strawberry.field(description="The contributions of the page.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")

    @strawberry.field(description="How many contributions there are on all pages; counted only when asked for.")
    async def total_count(self) -> int:
        return await self.counted()


@dataclass(frozen=True, eq=False)
class Drill:
    """What stands behind the cells of one report, asked for cell by cell and read together."""

    context: Context
    report: MonitoringReport
    _loaders: dict[tuple[Any, ...], DataLoader[MonitoringCell, Any]]

    @classmethod
    def into(cls, context: Context, report: MonitoringReport) -> Drill:
        """Return the drill of one report."""
        return cls(context, report, {})

    async def contributions(self, cell: MonitoringCell, first: int, after: str | None) -> Page[ContributionRow]:
        """Return a page of contributions."""
        read = partial(cell_contributions, first=first, after=after)
        page: Page[ContributionRow] = await self._loader(("contributions", first, after), read).load(cell)
        return page

    async def cases(self, cell: MonitoringCell, first: int, after: str | None) -> Page[Any]:
        """Return a page of cases."""
        page: Page[Any] = await self._loader(
            ("cases", first, after), partial(cell_cases, first=first, after=after)
        ).load(cell)
        return page

    async def counted(self, cell: MonitoringCell) -> Behind:
        """Return how many there are of both."""
        behind: Behind = await self._loader(("counted",), count_behind).load(cell)
        return behind

    def _loader(self, key: tuple[Any, ...], read: Callable[..., Sequence[Any]]) -> DataLoader[MonitoringCell, Any]:
        if key not in self._loaders:
            context, report = self.context, self.report

            async def load(cells: Sequence[MonitoringCell]) -> Sequence[Any]:
                return await context.read(read, context.services.ledger.trust, context.visibility, report, cells)

            self._loaders[key] = DataLoader(load)
        return self._loaders[key]


async def contributions_behind(
    info: Info, drill: Drill, cell: MonitoringCell, first: int, after: str | None
) -> ContributionConnection | None:
    """Return what makes up a figure; null for a viewer who lists no cases, and where the figure is suppressed."""
    if not info.context.visibility.lists_cases or cell.suppressed:
        return None
    page = await drill.contributions(cell, first, after)

    async def counted() -> int:
        return (await drill.counted(cell)).contributions

    nodes = [_contribution(row) for row in page.entries]
    return ContributionConnection(
        counted=counted,
        edges=[ContributionEdge(cursor=cursor, node=node) for cursor, node in zip(page.cursors, nodes, strict=True)],
        nodes=nodes,
        page_info=page_info(page.cursors, has_next=page.has_next, after=after),
    )


async def cases_behind(
    info: Info, drill: Drill, cell: MonitoringCell, first: int, after: str | None
) -> CaseConnection | None:
    """Return the cases behind a figure; null for a viewer who lists no cases, and where the figure is suppressed."""
    if not info.context.visibility.lists_cases or cell.suppressed:
        return None
    page = await drill.cases(cell, first, after)

    async def counted() -> int:
        return (await drill.counted(cell)).cases

    return case_connection(page, after, counted)


def _contribution(row: ContributionRow) -> Contribution:
    return Contribution(
        row=row,
        count=row.count,
        source=row.source,
        item_id=strawberry.ID(str(row.item_id)),
        case_id=strawberry.ID(str(row.case_id)),
        discovered_on=row.discovered_on,
        posted_on=row.posted_on,
        recorded_on=row.recorded_on,
        platform=row.platform,
        poster_role=row.poster_role,
    )
