"""The monitoring report: the eleven counts by any of their dimensions, each figure with what stands behind it."""

# ruff: noqa: D101, D102 - the description of each type and field stands in the schema
from __future__ import annotations

from datetime import datetime

import strawberry

from api.graphql.case_pages import CaseConnection
from api.graphql.connections import After, First
from api.graphql.contributions import ContributionConnection
from api.graphql.declared import AnsweredByPlan
from api.graphql.enums import (
    CountSource,
    Coverage,
    Mark,
    MonitoringCount,
    ReportScope,
)
from api.graphql.schools import School

__all__ = ["CountDefinition", "ExcludedCount", "MonitoringCell", "MonitoringReport"]


@strawberry.type(description="What one of the counts means.")
class CountDefinition:
    number: int = strawberry.field(description="Its number in the policy, from 1 to 11.")
    count: MonitoringCount = strawberry.field(description="The count.")
    title: str = strawberry.field(description="Its name for people.")
    definition: str = strawberry.field(description="What is in it and what is not.")
    source: str = strawberry.field(description="Where the policy asks for it.")


@strawberry.type(description="What a mark keeps out of the figures of a report.")
class ExcludedCount:
    mark: Mark = strawberry.field(description="The mark.")
    value: int = strawberry.field(description="How many items, or cases, by the unit of the report.")


@strawberry.type(description="One figure of a monitoring report.")
class MonitoringCell:
    count: MonitoringCount | None = strawberry.field(description="The count, if figures are told apart by it.")
    source: CountSource | None = strawberry.field(description="The source, if figures are told apart by it.")
    period: str | None = strawberry.field(
        description="The period, if figures are told apart by one: `2026-09-14`, `2026-09`, `2026-autumn` or `2026-27`."
    )
    platform: str | None = strawberry.field(
        description="The platform: a code of the list `platforms`; null also for what has none."
    )
    poster_role: str | None = strawberry.field(
        description="The role of who posted: a code of the list `poster_roles`; null also for what has none."
    )
    value: int | None = strawberry.field(
        description="The figure. Zero is reported as zero; null where the school was no member, and where suppressed."
    )
    partial: bool = strawberry.field(description="Whether the range of the report cuts the period.")
    coverage: Coverage = strawberry.field(description="What the school recorded in the period.")
    suppressed: bool = strawberry.field(description="Whether the figure is hidden because it is small.")
    withheld: int = strawberry.field(description="How much of the figure lies in cases that the viewer may not open.")
    school: School | None = strawberry.field(description="The school, if figures are told apart by it.")

    @strawberry.field(
        description="What makes up the figure. In ITEMS and with COUNT in `groupBy`, `totalCount` plus `withheld` is "
        "the value; without COUNT, what adds to several counts stands here once for each and is one in the value. "
        "Null for a viewer who lists no cases, and where the figure is suppressed."
    )
    def contributions(
        self,
        first: First = 50,
        after: After = None,
    ) -> ContributionConnection | None:
        raise AnsweredByPlan

    @strawberry.field(
        description="The cases behind the figure: in CASES, `totalCount` plus `withheld` is the value. Null for a "
        "viewer who lists no cases, and where the figure is suppressed."
    )
    def cases(
        self,
        first: First = 50,
        after: After = None,
    ) -> CaseConnection | None:
        raise AnsweredByPlan


@strawberry.type(description="Figures as at one position of the ledger.")
class MonitoringReport:
    position: int = strawberry.field(description="The position that the figures include.")
    recorded_through: datetime | None = strawberry.field(
        description="When the event at that position was recorded; null before the first event."
    )
    scope: ReportScope = strawberry.field(description="Whether figures cover every case or those the viewer may see.")
    cells: list[MonitoringCell] = strawberry.field(
        description="The figures, in the order of `groupBy`, ascending; zeros are there for every count, school, "
        "source and period."
    )
    definitions: list[CountDefinition] = strawberry.field(description="What each count means.")
    excluded: list[ExcludedCount] = strawberry.field(description="What marks keep out of the figures.")
