"""Pages of how long cases are kept: the list by which records are reviewed."""

# ruff: noqa: D101 - the description of each type and field stands in the schema
from __future__ import annotations

from datetime import date

import strawberry

from api.graphql.cases import Case
from api.graphql.connections import PageInfo
from api.graphql.enums import CaseKind, RetentionState
from api.graphql.retention import Retention

__all__ = ["RetentionFilterInput", "RetentionOfCaseConnection"]


@strawberry.type(description="How a case is kept, with the case.")
class RetentionOfCase:
    retention: Retention = strawberry.field(description="How it is kept.")
    case: Case = strawberry.field(description="The case.")


@strawberry.type(description="A case in its place in the list.")
class RetentionOfCaseEdge:
    cursor: str = strawberry.field(description="The cursor of this place.")
    node: RetentionOfCase = strawberry.field(description="The case and how it is kept.")


@strawberry.type(
    description="A page of cases by the day from which each is to be looked at, or until which it was decided to keep"
    " it; those without a day come last."
)
class RetentionOfCaseConnection:
    edges: list[RetentionOfCaseEdge] = strawberry.field(description="The cases of the page, with their cursors.")
    nodes: list[RetentionOfCase] = strawberry.field(description="The cases of the page.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")
    total_count: int = strawberry.field(
        description="How many cases the list has on all its pages; counted only when asked for."
    )


@strawberry.input(
    name="RetentionFilter",
    description="Which cases are listed: all that is given must hold, and of several values in one field one does.",
)
class RetentionFilterInput:
    schools: list[strawberry.ID] | None = strawberry.field(default=None, description="The schools, by URN.")
    kinds: list[CaseKind] | None = strawberry.field(default=None, description="The kinds of case.")
    states: list[RetentionState] | None = strawberry.field(default=None, description="How they stand today.")
    due_before: date | None = strawberry.field(
        default=None, description="To be looked at from an earlier day than this; not those without a day."
    )
