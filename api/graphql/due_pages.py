"""Pages of what is owed and of what falls due, across all cases that the caller sees."""

# ruff: noqa: D101 - the description of each type and field stands in the schema
from __future__ import annotations

from datetime import date

import strawberry

from api.graphql.cases import Case, Duty
from api.graphql.connections import PageInfo
from api.graphql.deadlines import Deadline
from api.graphql.enums import CaseKind, DeadlineState

__all__ = ["DeadlineFilterInput", "DeadlineOfCaseConnection", "DutyFilterInput", "DutyOfCaseConnection"]


@strawberry.type(description="Something that falls due, with the case on which it does.")
class DeadlineOfCase:
    deadline: Deadline = strawberry.field(description="What falls due.")
    case: Case = strawberry.field(description="The case.")


@strawberry.type(description="A deadline in its place in a list.")
class DeadlineOfCaseEdge:
    cursor: str = strawberry.field(description="The cursor of this place.")
    node: DeadlineOfCase = strawberry.field(description="The deadline with its case.")


@strawberry.type(description="A page of deadlines, the earliest first; those without a day come last.")
class DeadlineOfCaseConnection:
    edges: list[DeadlineOfCaseEdge] = strawberry.field(description="The deadlines of the page, with their cursors.")
    nodes: list[DeadlineOfCase] = strawberry.field(description="The deadlines of the page.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")
    total_count: int = strawberry.field(
        description="How many deadlines the list has on all its pages; counted only when asked for."
    )


@strawberry.type(description="Something that is left to do, with the case on which it is.")
class DutyOfCase:
    duty: Duty = strawberry.field(description="What is left to do.")
    case: Case = strawberry.field(description="The case.")


@strawberry.type(description="A duty in its place in a list.")
class DutyOfCaseEdge:
    cursor: str = strawberry.field(description="The cursor of this place.")
    node: DutyOfCase = strawberry.field(description="The duty with its case.")


@strawberry.type(description="A page of duties, those of the oldest cases first.")
class DutyOfCaseConnection:
    edges: list[DutyOfCaseEdge] = strawberry.field(description="The duties of the page, with their cursors.")
    nodes: list[DutyOfCase] = strawberry.field(description="The duties of the page.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")
    total_count: int = strawberry.field(
        description="How many duties the list has on all its pages; counted only when asked for."
    )


@strawberry.input(
    name="DeadlineFilter",
    description="Which deadlines are listed: all that is given must hold, and of several values in one field one does.",
)
class DeadlineFilterInput:
    schools: list[strawberry.ID] | None = strawberry.field(default=None, description="The schools, by URN.")
    kinds: list[CaseKind] | None = strawberry.field(default=None, description="The kinds of case.")
    owner: strawberry.ID | None = strawberry.field(default=None, description="Who runs the case.")
    codes: list[str] | None = strawberry.field(default=None, description="What falls due: codes of `deadlines`.")
    states: list[DeadlineState] | None = strawberry.field(default=None, description="How they stand now.")
    due_from: date | None = strawberry.field(default=None, description="Due on this day or later.")
    due_to: date | None = strawberry.field(default=None, description="Due on this day or earlier.")


@strawberry.input(
    name="DutyFilter",
    description="Which duties are listed: all that is given must hold, and of several values in one field one does.",
)
class DutyFilterInput:
    schools: list[strawberry.ID] | None = strawberry.field(default=None, description="The schools, by URN.")
    kinds: list[CaseKind] | None = strawberry.field(default=None, description="The kinds of case.")
    owner: strawberry.ID | None = strawberry.field(default=None, description="Who runs the case.")
    codes: list[str] | None = strawberry.field(default=None, description="What is left to do: codes of `duties`.")
