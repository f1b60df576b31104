"""The questions that can be asked."""

# ruff: noqa: D101, D102 - the description of each type and field stands in the schema
from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

import strawberry

from api.graphql.case_pages import CaseConnection, CaseFilterInput, case_page, read_filter
from api.graphql.cases import Case, case_of
from api.graphql.codes import CodeList, code_lists
from api.graphql.connections import After, First
from api.graphql.context import Info
from api.graphql.enums import CaseOrder, CountingUnit, CountSource, DateBasis, MonitoringDimension
from api.graphql.moments import AsOfInput, as_of, case_at
from api.graphql.monitoring import MonitoringReport, monitoring_report
from api.graphql.restatements import Restatement, restatements_between
from api.graphql.schools import School, Trust, school_of
from api.graphql.viewer import Ledger, Viewer, ledger_of, viewer_of
from projections.cases import find_case
from projections.monitoring_terms import MonitoringQuery
from projections.plan.roots import OneCaseNamed

__all__ = ["Query"]

AtLeast = Annotated[
    int | None,
    strawberry.argument(description="Wait until the figures include this position, for two seconds at most."),
]
Schools = Annotated[
    list[strawberry.ID] | None, strawberry.argument(description="The schools, by URN. Unset: all that the caller sees.")
]
From = Annotated[date, strawberry.argument(name="from", description="The first day.")]
To = Annotated[date, strawberry.argument(description="The last day, which is included.")]


@strawberry.type(description="Questions. What the caller may not see is not there: null, or left out of a list.")
class Query:
    @strawberry.field(description="The caller, as the server sees them.")
    async def viewer(self, info: Info) -> Viewer:
        return viewer_of(info)

    @strawberry.field(description="The caller's trust.")
    async def trust(self, info: Info) -> Trust:
        context = info.context
        name = await context.read(context.runtime.trust_name, context.caller.trust_id)
        return Trust(
            id=strawberry.ID(str(context.caller.trust_id)),
            name=name,
            schools=[school_of(school) for school in (await context.schools()).values()],
        )

    @strawberry.field(description="The schools that the caller sees, in order of URN.")
    async def schools(self, info: Info) -> list[School]:
        return [school_of(school) for school in (await info.context.schools()).values()]

    @strawberry.field(description="The eleven counts, by any of their dimensions, now or as they stood.")
    async def monitoring(
        self,
        info: Info,
        from_: From,
        to: To,
        schools: Schools = None,
        group_by: Annotated[
            list[MonitoringDimension], strawberry.argument(description="By what figures are told apart, in this order.")
        ] = [MonitoringDimension.COUNT],  # noqa: B006 - Strawberry copies the default into the schema
        unit: Annotated[CountingUnit, strawberry.argument(description="What is counted.")] = CountingUnit.ITEMS,
        date_basis: Annotated[
            DateBasis, strawberry.argument(description="Which date decides the period.")
        ] = DateBasis.DISCOVERED,
        sources: Annotated[
            list[CountSource] | None, strawberry.argument(description="Only what was recorded there. Unset: all.")
        ] = None,
        as_of_: Annotated[
            AsOfInput | None,
            strawberry.argument(name="asOf", description="The ledger as it stood. Unset: as it stands."),
        ] = None,
        suppress_below: Annotated[
            int | None, strawberry.argument(description="Hide figures from 1 up to one less than this number.")
        ] = None,
        at_least: AtLeast = None,
    ) -> MonitoringReport:
        await info.context.wait_for(at_least)
        query = MonitoringQuery(
            first=from_,
            last=to,
            schools=None if schools is None else tuple(map(str, schools)),
            group_by=tuple(group_by),
            unit=unit,
            basis=date_basis,
            sources=None if sources is None else tuple(sources),
            as_of=as_of(as_of_),
            suppress_below=suppress_below,
        )
        return await monitoring_report(info, query)

    @strawberry.field(description="What changed in figures between two moments, and the events that changed it.")
    async def restatements(
        self,
        info: Info,
        from_: From,
        to: To,
        between: Annotated[AsOfInput, strawberry.argument(description="The earlier moment.")],
        schools: Schools = None,
        and_: Annotated[
            AsOfInput | None, strawberry.argument(name="and", description="The later moment. Unset: now.")
        ] = None,
    ) -> list[Restatement]:
        return await restatements_between(info, schools, from_, to, as_of(between), as_of(and_))

    @strawberry.field(description="The cases that the caller sees, page by page.")
    async def cases(
        self,
        info: Info,
        filter: Annotated[  # noqa: A002 - the contract's name
            CaseFilterInput | None, strawberry.argument(description="Which cases. Unset: all.")
        ] = None,
        order_by: Annotated[
            CaseOrder, strawberry.argument(description="How the list stands.")
        ] = CaseOrder.OPENED_NEWEST,
        first: First = 50,
        after: After = None,
        at_least: AtLeast = None,
    ) -> CaseConnection:
        await info.context.wait_for(at_least)
        return await case_page(info, read_filter(filter), order_by, first, after)

    @strawberry.field(description="One case, by its id or its reference; null when the caller does not see it.")
    async def case(
        self,
        info: Info,
        id: Annotated[strawberry.ID | None, strawberry.argument(description="The case's id.")] = None,  # noqa: A002
        reference: Annotated[
            str | None, strawberry.argument(description="The case's reference, such as INC-2026-000123.")
        ] = None,
        as_of_: Annotated[
            AsOfInput | None, strawberry.argument(name="asOf", description="The case as it stood. Unset: as it stands.")
        ] = None,
        at_least: AtLeast = None,
    ) -> Case | None:
        if (id is None) == (reference is None):
            raise OneCaseNamed("id", "reference")
        context = info.context
        await context.wait_for(at_least)
        if reference is not None:
            row = await context.read(find_case, context.services.ledger.trust, context.visibility, reference=reference)
            document = None if row is None else row.document
        else:
            case_id = _case_id(str(id))
            document = None if case_id is None else await context.cases.load(case_id)
        moment = as_of(as_of_)
        if document is not None and moment is not None:
            document = await case_at(context, document.id, moment)
        return None if document is None else case_of(document)

    @strawberry.field(description="The code lists, or those named.")
    async def codes(
        self,
        lists: Annotated[
            list[str] | None, strawberry.argument(description="The names of lists, such as `natures`. Unset: all.")
        ] = None,
    ) -> list[CodeList]:
        return code_lists(lists)

    @strawberry.field(description="How far the trust's ledger and the figures have come.")
    async def ledger(self, info: Info) -> Ledger:
        return await info.context.read(ledger_of, info.context)


def _case_id(text: str) -> UUID | None:
    """Return the id in its one spelling; what is none names no case."""
    try:
        case_id = UUID(text)
    except ValueError:
        return None
    return case_id if str(case_id) == text else None
