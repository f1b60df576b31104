"""The questions that can be asked."""

# ruff: noqa: D101, D102 - the description of each type and field stands in the schema
from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import strawberry

from api.graphql.case_pages import CaseConnection, CaseFilterInput
from api.graphql.cases import Case
from api.graphql.codes import CodeList
from api.graphql.connections import After, First
from api.graphql.declared import AnsweredByPlan
from api.graphql.due_pages import (
    DeadlineFilterInput,
    DeadlineOfCaseConnection,
    DutyFilterInput,
    DutyOfCaseConnection,
)
from api.graphql.enums import CaseOrder, CountingUnit, CountSource, DateBasis, MonitoringDimension
from api.graphql.moments import AsOfInput
from api.graphql.monitoring import MonitoringReport
from api.graphql.read_pages import ReadLogEntryConnection
from api.graphql.restatements import Restatement
from api.graphql.retention_pages import RetentionFilterInput, RetentionOfCaseConnection
from api.graphql.schools import School
from api.graphql.staff_patterns import StaffPattern
from api.graphql.trusts import Trust
from api.graphql.viewer import Ledger, Viewer

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
    viewer: Viewer = strawberry.field(description="The caller, as the server sees them.")
    trust: Trust = strawberry.field(description="The caller's trust.")
    schools: list[School] = strawberry.field(description="The schools that the caller sees, in order of URN.")

    @strawberry.field(description="The eleven counts, by any of their dimensions, now or as they stood.")
    def monitoring(
        self,
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
        raise AnsweredByPlan

    @strawberry.field(description="What changed in figures between two moments, and the events that changed it.")
    def restatements(
        self,
        from_: From,
        to: To,
        between: Annotated[AsOfInput, strawberry.argument(description="The earlier moment.")],
        schools: Schools = None,
        and_: Annotated[
            AsOfInput | None, strawberry.argument(name="and", description="The later moment. Unset: now.")
        ] = None,
    ) -> list[Restatement]:
        raise AnsweredByPlan

    @strawberry.field(description="The cases that the caller sees, page by page.")
    def cases(
        self,
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
        raise AnsweredByPlan

    @strawberry.field(description="One case, by its id or its reference; null when the caller does not see it.")
    def case(
        self,
        id: Annotated[strawberry.ID | None, strawberry.argument(description="The case's id.")] = None,  # noqa: A002
        reference: Annotated[
            str | None, strawberry.argument(description="The case's reference, such as INC-2026-000123.")
        ] = None,
        as_of_: Annotated[
            AsOfInput | None, strawberry.argument(name="asOf", description="The case as it stood. Unset: as it stands.")
        ] = None,
        at_least: AtLeast = None,
    ) -> Case | None:
        raise AnsweredByPlan

    @strawberry.field(description="What falls due on the cases that the caller sees, page by page.")
    def deadlines(
        self,
        filter: Annotated[  # noqa: A002 - as of cases
            DeadlineFilterInput | None, strawberry.argument(description="Which deadlines. Unset: all.")
        ] = None,
        first: First = 50,
        after: After = None,
        at_least: AtLeast = None,
    ) -> DeadlineOfCaseConnection:
        raise AnsweredByPlan

    @strawberry.field(description="What is left to do on the cases that the caller sees, page by page.")
    def duties(
        self,
        filter: Annotated[  # noqa: A002 - as of cases
            DutyFilterInput | None, strawberry.argument(description="Which duties. Unset: all.")
        ] = None,
        first: First = 50,
        after: After = None,
        at_least: AtLeast = None,
    ) -> DutyOfCaseConnection:
        raise AnsweredByPlan

    @strawberry.field(description="How long the cases that the caller sees are kept, page by page.")
    def retention(
        self,
        filter: Annotated[  # noqa: A002 - as of cases
            RetentionFilterInput | None, strawberry.argument(description="Which cases. Unset: all.")
        ] = None,
        first: First = 50,
        after: After = None,
        at_least: AtLeast = None,
    ) -> RetentionOfCaseConnection:
        raise AnsweredByPlan

    @strawberry.field(description="The code lists, or those named.")
    def codes(
        self,
        lists: Annotated[
            list[str] | None, strawberry.argument(description="The names of lists, such as `natures`. Unset: all.")
        ] = None,
    ) -> list[CodeList]:
        raise AnsweredByPlan

    @strawberry.field(
        description="What the breaches of the staff code by one person show together; null when the caller sees none."
    )
    def staff_pattern(
        self,
        person: Annotated[strawberry.ID, strawberry.argument(description="The person's id.")],
        at_least: AtLeast = None,
    ) -> StaffPattern | None:
        raise AnsweredByPlan

    @strawberry.field(
        description="The log of reads, the newest first; null for those who do not read it. Of an entry it shows what"
        " concerns cases that the caller sees."
    )
    def read_log(
        self,
        from_: Annotated[
            datetime | None, strawberry.argument(name="from", description="Read at this instant or later.")
        ] = None,
        to: Annotated[datetime | None, strawberry.argument(description="Read before this instant.")] = None,
        person: Annotated[strawberry.ID | None, strawberry.argument(description="Who read.")] = None,
        case: Annotated[
            strawberry.ID | None, strawberry.argument(description="What was read: a case, by its id.")
        ] = None,
        first: First = 50,
        after: After = None,
    ) -> ReadLogEntryConnection | None:
        raise AnsweredByPlan

    ledger: Ledger = strawberry.field(description="How far the trust's ledger and the figures have come.")
