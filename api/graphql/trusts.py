"""The trust, with what it decided for all its schools."""

# ruff: noqa: D101 - the description of each type and field stands in the schema
from __future__ import annotations

import strawberry

from api.graphql.retention import RetentionTable, TrustHold
from api.graphql.schools import School

__all__ = ["Trust"]


@strawberry.type(description="The trust that the caller acts for.")
class Trust:
    id: strawberry.ID = strawberry.field(description="The trust's id.")
    name: str = strawberry.field(description="Its name.")
    schools: list[School] = strawberry.field(
        description="Its schools in order of URN, as far as the caller sees them, those that have left included."
    )
    retention_table: RetentionTable | None = strawberry.field(description="How long records are kept, as of today.")
    holds: list[TrustHold] | None = strawberry.field(
        description="Its holds on all records within a scope, while they run, but for any that names the caller; null"
        " for those who do not oversee what is kept."
    )
