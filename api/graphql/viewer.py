"""The caller as the server sees them, and the ledger they read from."""

# ruff: noqa: D101, D102 - the description of each type and field stands in the schema
from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from api.graphql.checkpoints import SignedCheckpointConnection
from api.graphql.connections import After, First
from api.graphql.declared import AnsweredByPlan
from api.graphql.people import Person
from api.graphql.readers import Checkpoint, ReadLog
from api.graphql.schools import School

__all__ = ["ConsistencyProof", "InclusionProof", "Ledger", "Viewer"]


@strawberry.type(description="Who is asking, in which role, and what the role sees.")
class Viewer:
    person: Person = strawberry.field(description="The person whom the token names.")
    role: str = strawberry.field(description="The role, such as `trust-lead`.")
    lists_cases: bool = strawberry.field(description="Whether the role sees cases at all, or figures alone.")
    opens_sealed_text: bool = strawberry.field(description="Whether the role opens sealed texts and names.")
    sees_own_cases_only: bool = strawberry.field(description="Whether the role sees only cases that name the person.")
    schools: list[School] = strawberry.field(description="The schools that the role sees.")


@strawberry.type(description="That an event stands at its position in the ledger of a size (RFC 6962, 2.1.1).")
class InclusionProof:
    position: int = strawberry.field(description="The position of the event; its leaf has the index one less.")
    size: int = strawberry.field(description="The size of the ledger in which it is proven.")
    leaf_hash: str = strawberry.field(description="The leaf of the event, in hexadecimal.")
    root: str = strawberry.field(description="The root of the ledger of that size, as its checkpoint has it.")
    hashes: list[str] = strawberry.field(description="The audit path, from the leaf's sibling up.")


@strawberry.type(description="That the ledger of one size begins that of another (RFC 6962, 2.1.2).")
class ConsistencyProof:
    from_: int = strawberry.field(name="from", description="The smaller size.")
    from_root: str = strawberry.field(description="Its root, in hexadecimal.")
    to: int = strawberry.field(description="The larger size.")
    to_root: str = strawberry.field(description="Its root, in hexadecimal.")
    hashes: list[str] = strawberry.field(description="The proof, in its order.")


@strawberry.type(description="How far the trust's ledger and the figures have come.")
class Ledger:
    position: int = strawberry.field(description="The position of the last event; 0 before the first.")
    recorded_at: datetime | None = strawberry.field(description="When it was recorded.")
    projected_through: int = strawberry.field(description="The position that figures and lists include.")
    public_key: str = strawberry.field(
        description="The key that verifies the trust's checkpoints, in the form that `caseledger verify --key` takes."
    )
    checkpoint: Checkpoint | None = strawberry.field(description="The last checkpoint that was signed, if any was.")

    @strawberry.field(
        description="That an event stands in the ledger; null for those who see no proofs, and where there is no such"
        " position or size."
    )
    def proof(
        self,
        position: Annotated[int | None, strawberry.argument(description="Unset: the last.")] = None,
        size: Annotated[int | None, strawberry.argument(description="Unset: as the ledger stands.")] = None,
    ) -> InclusionProof | None:
        raise AnsweredByPlan

    @strawberry.field(description="That the ledger of one size begins that of another; null where `proof` would be.")
    def consistency(
        self,
        from_: Annotated[int | None, strawberry.argument(name="from", description="Unset: 1.")] = None,
        to: Annotated[int | None, strawberry.argument(description="Unset: as the ledger stands.")] = None,
    ) -> ConsistencyProof | None:
        raise AnsweredByPlan

    @strawberry.field(description="The checkpoints that were signed, the largest first; null where `proof` would be.")
    def checkpoints(self, first: First = 50, after: After = None) -> SignedCheckpointConnection | None:
        raise AnsweredByPlan

    read_log: ReadLog | None = strawberry.field(
        description="How far the log of reads has come; null for those who do not read it."
    )
