"""Restatements: which events moved the figures of past days, and by how much."""

# ruff: noqa: D101 - the description of each type and field stands in the schema
from __future__ import annotations

from datetime import datetime

import strawberry

from api.graphql.cases import Case
from api.graphql.enums import CountSource, MonitoringCount
from api.graphql.schools import School

__all__ = ["FigureChange", "Restatement"]


@strawberry.type(description="How one count of one school moved in one month, by one source.")
class FigureChange:
    count: MonitoringCount = strawberry.field(description="The count.")
    source: CountSource = strawberry.field(description="The source.")
    month: str = strawberry.field(description="The month, such as `2026-09`.")
    change: int = strawberry.field(description="By how much the figure moved; never 0.")
    school: School = strawberry.field(description="The school.")


@strawberry.type(description="One event that moved figures of past days.")
class Restatement:
    position: int = strawberry.field(description="The position of the event.")
    type: str = strawberry.field(description="Its stored name, such as `incident.item_reclassified.v1`.")
    recorded_at: datetime = strawberry.field(description="When it was recorded, in UTC.")
    changes: list[FigureChange] = strawberry.field(description="What it moved.")
    case: Case | None = strawberry.field(description="The case of the event, if the viewer may see it.")
    cases: list[Case] = strawberry.field(
        description="The cases whose figures it moved, as far as the viewer sees them; also complaints arisen from it."
    )
