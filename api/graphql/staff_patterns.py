"""What the breaches of one person show together."""

# ruff: noqa: D101, D102 - the description of each type and field stands in the schema
from __future__ import annotations

from datetime import date

import strawberry

from api.graphql.case_pages import CaseConnection
from api.graphql.connections import After, First
from api.graphql.declared import AnsweredByPlan
from api.graphql.people import Person

__all__ = ["BreachTypeNumber", "StaffPattern"]


@strawberry.type(description="How often one kind of breach was noted.")
class BreachTypeNumber:
    breach_type: str = strawberry.field(description="A code of the list `breach_types`.")
    number: int = strawberry.field(description="In how many of the breaches.")


@strawberry.type(
    description="What the breaches of the staff code by one person show together. Only those in the reader's sight are"
    " taken, and none that is marked as a copy, as not reportable or as recorded in error."
)
class StaffPattern:
    person: Person = strawberry.field(description="The person.")
    low_level_concerns: int = strawberry.field(
        description="How many breaches the last assessment of the harm threshold calls a low-level concern."
    )
    threshold_met: int = strawberry.field(
        description="How many may meet the harm threshold by the last assessment of it."
    )
    others: int = strawberry.field(description="How many do not meet it, or have not been assessed.")
    first_on: date = strawberry.field(description="The day the first of them was reported.")
    last_on: date = strawberry.field(description="The day the last of them was reported.")
    breach_types: list[BreachTypeNumber] = strawberry.field(
        description="What was done, that which was noted most often first."
    )

    @strawberry.field(description="The breaches, in order of the day they were reported.")
    def cases(self, first: First = 50, after: After = None) -> CaseConnection:
        raise AnsweredByPlan
