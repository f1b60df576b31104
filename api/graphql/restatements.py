"""Restatements: which events moved the figures of past days, and by how much."""

# ruff: noqa: D101, D102 - the description of each type and field stands in the schema
from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import strawberry

from api.graphql.cases import Case, cases_of
from api.graphql.context import Info
from api.graphql.enums import CountSource, MonitoringCount
from api.graphql.schools import School, school_of
from projections.restatement import FigureChange as ChangeFact
from projections.restatement import Restatement as RestatementFact
from projections.restatement import restatements
from projections.snapshot import AsOf

__all__ = ["FigureChange", "Restatement", "restatements_between"]


@strawberry.type(description="How one count of one school moved in one month, by one source.")
class FigureChange:
    fact: strawberry.Private[ChangeFact]

    count: MonitoringCount = strawberry.field(description="The count.")
    source: CountSource = strawberry.field(description="The source.")
    month: str = strawberry.field(description="The month, such as `2026-09`.")
    change: int = strawberry.field(description="By how much the figure moved; never 0.")

    @strawberry.field(description="The school.")
    async def school(self, info: Info) -> School:
        return school_of((await info.context.schools())[self.fact.school_urn])


@strawberry.type(description="One event that moved figures of past days.")
class Restatement:
    fact: strawberry.Private[RestatementFact]

    position: int = strawberry.field(description="The position of the event.")
    type: str = strawberry.field(description="Its stored name, such as `incident.item_reclassified.v1`.")
    recorded_at: datetime = strawberry.field(description="When it was recorded, in UTC.")
    changes: list[FigureChange] = strawberry.field(description="What it moved.")

    @strawberry.field(description="The case of the event, if the viewer may see it.")
    async def case(self, info: Info) -> Case | None:
        found = await _cases(info, [] if self.fact.case_id is None else [self.fact.case_id])
        return found[0] if found else None

    @strawberry.field(
        description="The cases whose figures it moved, as far as the viewer sees them; also complaints arisen from it."
    )
    async def cases(self, info: Info) -> list[Case]:
        return await _cases(info, list(self.fact.cases))


async def restatements_between(
    info: Info, schools: list[strawberry.ID] | None, first: date, last: date, between: AsOf | None, and_: AsOf | None
) -> list[Restatement]:
    """Return the events that moved figures, in order of position."""
    assert between is not None
    context = info.context
    found = await context.read(
        restatements,
        context.services.ledger.trust,
        context.visibility,
        first=first,
        last=last,
        between=between,
        and_=and_,
        schools=None if schools is None else [str(urn) for urn in schools],
    )
    return [_restatement(fact) for fact in found]


def _restatement(fact: RestatementFact) -> Restatement:
    return Restatement(
        fact=fact,
        position=fact.position,
        type=fact.type,
        recorded_at=fact.recorded_at,
        changes=[
            FigureChange(
                fact=change, count=change.count, source=change.source, month=change.month, change=change.change
            )
            for change in fact.changes
        ],
    )


async def _cases(info: Info, case_ids: list[UUID]) -> list[Case]:
    documents = await info.context.cases.load_many(case_ids)
    return cases_of(document for document in documents if document is not None)
