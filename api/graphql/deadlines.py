"""What falls due on a case."""

# ruff: noqa: D101 - the description of each type and field stands in the schema
from __future__ import annotations

from datetime import date, datetime

import strawberry

from api.graphql.enums import DeadlineState

__all__ = ["Deadline"]


@strawberry.type(description="Something that falls due on a case, until it is done.")
class Deadline:
    code: str = strawberry.field(description="What is to be done: a code of the list `deadlines`.")
    wording: str = strawberry.field(description="What the policy or the law says, in our words.")
    clause: str = strawberry.field(description="The clause of the school's policy, or the law, that sets it.")
    since: date = strawberry.field(description="The day from which it runs: day 0.")
    state: DeadlineState = strawberry.field(
        description="How it stands now, or stood at the moment of which the case is shown."
    )
    due_on: date | None = strawberry.field(
        description="Its last day, in London; null while it stands still or cannot be computed."
    )
    ends: datetime | None = strawberry.field(description="The instant from which it is too late.")
    extended: bool = strawberry.field(
        description="Whether the day was agreed, instead of the one that the clock gives."
    )
    paused_since: date | None = strawberry.field(description="Since when its clock stands still, while it does.")
    missing_years: list[str] = strawberry.field(
        description="The academic years, such as 2026-27, whose calendars it waits for."
    )
