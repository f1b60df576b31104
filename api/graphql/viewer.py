"""The caller as the server sees them, and the ledger they read from."""

# ruff: noqa: D101 - the description of each type and field stands in the schema
from __future__ import annotations

from datetime import datetime

import strawberry

from api.graphql.people import Person
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


@strawberry.type(description="A signed note that fixes the whole ledger at one size (C2SP tlog-checkpoint).")
class Checkpoint:
    size: int = strawberry.field(description="How many events it covers.")
    note: str = strawberry.field(description="The note with its signature, to be kept outside the operator's reach.")


@strawberry.type(description="How far the trust's ledger and the figures have come.")
class Ledger:
    position: int = strawberry.field(description="The position of the last event; 0 before the first.")
    recorded_at: datetime | None = strawberry.field(description="When it was recorded.")
    projected_through: int = strawberry.field(description="The position that figures and lists include.")
    public_key: str = strawberry.field(
        description="The key that verifies the trust's checkpoints, in the form that `caseledger verify --key` takes."
    )
    checkpoint: Checkpoint | None = strawberry.field(description="The last checkpoint that was signed, if any was.")
