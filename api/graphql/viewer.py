"""The caller as the server sees them, and the ledger they read from."""

# ruff: noqa: D101 - the description of each type and field stands in the schema
from __future__ import annotations

from datetime import datetime

import strawberry

from api.graphql.people import Person
from api.graphql.readers import Checkpoint, ReadLog
from api.graphql.schools import School

__all__ = ["Ledger", "Viewer"]


@strawberry.type(description="Who is asking, in which role, and what the role sees.")
class Viewer:
    person: Person = strawberry.field(description="The person whom the token names.")
    role: str = strawberry.field(description="The role, such as `trust-lead`.")
    lists_cases: bool = strawberry.field(description="Whether the role sees cases at all, or figures alone.")
    opens_sealed_text: bool = strawberry.field(description="Whether the role opens sealed texts and names.")
    sees_own_cases_only: bool = strawberry.field(description="Whether the role sees only cases that name the person.")
    schools: list[School] = strawberry.field(description="The schools that the role sees.")


@strawberry.type(description="How far the trust's ledger and the figures have come.")
class Ledger:
    position: int = strawberry.field(description="The position of the last event; 0 before the first.")
    recorded_at: datetime | None = strawberry.field(description="When it was recorded.")
    projected_through: int = strawberry.field(description="The position that figures and lists include.")
    public_key: str = strawberry.field(
        description="The key that verifies the trust's checkpoints, in the form that `caseledger verify --key` takes."
    )
    checkpoint: Checkpoint | None = strawberry.field(description="The last checkpoint that was signed, if any was.")
    read_log: ReadLog | None = strawberry.field(
        description="How far the log of reads has come; null for those who do not read it."
    )
