"""The caller as the server sees them, and the ledger they read from."""

# ruff: noqa: D101, D102 - the description of each type and field stands in the schema
from __future__ import annotations

from datetime import datetime

import strawberry

from api.graphql.context import Context, Info
from api.graphql.people import Person
from api.graphql.schools import School, school_of
from projections.wait import reached
from services.checkpoints import latest_checkpoint, signer

__all__ = ["Ledger", "Viewer", "ledger_of", "viewer_of"]


@strawberry.type(description="Who is asking, in which role, and what the role sees.")
class Viewer:
    person: Person = strawberry.field(description="The person whom the token names.")
    role: str = strawberry.field(description="The role, such as `trust-lead`.")
    lists_cases: bool = strawberry.field(description="Whether the role sees cases at all, or figures alone.")
    opens_sealed_text: bool = strawberry.field(description="Whether the role opens sealed texts and names.")
    sees_own_cases_only: bool = strawberry.field(description="Whether the role sees only cases that name the person.")

    @strawberry.field(description="The schools that the role sees.")
    async def schools(self, info: Info) -> list[School]:
        return [school_of(school) for school in (await info.context.schools()).values()]


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


def viewer_of(info: Info) -> Viewer:
    """Return the caller."""
    caller, visibility = info.context.caller, info.context.visibility
    return Viewer(
        person=Person(id=strawberry.ID(str(caller.person_id))),
        role=caller.role.value,
        lists_cases=visibility.lists_cases,
        opens_sealed_text=visibility.opens_sealed,
        sees_own_cases_only=visibility.own_only,
    )


def ledger_of(context: Context) -> Ledger:
    """Return how far the ledger has come."""
    ledger = context.services.ledger
    position, recorded_at = ledger.head()
    note = latest_checkpoint(ledger)
    return Ledger(
        position=position,
        recorded_at=recorded_at,
        projected_through=reached(ledger.trust),
        public_key=signer(ledger).verifier_key.text,
        # The second line of a checkpoint is its size.
        checkpoint=None if note is None else Checkpoint(size=int(note.split("\n")[1]), note=note),
    )
