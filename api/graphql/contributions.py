"""What stands behind a figure: the contributions that make it up, page by page."""

# ruff: noqa: D101 - the description of each type and field stands in the schema
from __future__ import annotations

from datetime import date

import strawberry

from api.graphql.cases import Case
from api.graphql.connections import PageInfo
from api.graphql.enums import CountSource, MonitoringCount
from api.graphql.schools import School

__all__ = [
    "Contribution",
    "ContributionConnection",
    "ContributionEdge",
]


@strawberry.type(description="One addition to one count: by an item of an incident, a head of a complaint or a breach.")
class Contribution:
    count: MonitoringCount = strawberry.field(description="The count that it adds to.")
    source: CountSource = strawberry.field(description="Where it was recorded.")
    item_id: strawberry.ID = strawberry.field(description="The item, head or breach.")
    case_id: strawberry.ID = strawberry.field(description="Its case.")
    discovered_on: date = strawberry.field(description="The day the school became aware.")
    posted_on: date = strawberry.field(description="The day it was posted, or else the day of awareness.")
    recorded_on: date = strawberry.field(description="The day it was recorded.")
    platform: str | None = strawberry.field(description="The platform, of an item: a code of the list `platforms`.")
    poster_role: str | None = strawberry.field(description="Who posted an item: a code of the list `poster_roles`.")
    school: School = strawberry.field(description="The school that it counts for.")
    case: Case | None = strawberry.field(description="The case, as it stands now.")


@strawberry.type(description="A contribution in its place in a list.")
class ContributionEdge:
    cursor: str = strawberry.field(description="The cursor of this place.")
    node: Contribution = strawberry.field(description="The contribution.")


@strawberry.type(description="A page of contributions, the oldest first.")
class ContributionConnection:
    edges: list[ContributionEdge] = strawberry.field(description="The contributions of the page, with their cursors.")
    nodes: list[Contribution] = strawberry.field(description="The contributions of the page.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")
    total_count: int = strawberry.field(
        description="How many contributions there are on all pages; counted only when asked for."
    )
