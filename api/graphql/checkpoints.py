"""The checkpoints that the trust has signed, and the places outside that have received them."""

# ruff: noqa: D101 - the description of each type and field stands in the schema
from __future__ import annotations

from datetime import datetime

import strawberry

from api.graphql.connections import PageInfo
from api.graphql.enums import AnchorState

__all__ = ["CheckpointAnchor", "SignedCheckpoint", "SignedCheckpointConnection", "SignedCheckpointEdge"]


@strawberry.type(description="A place outside the operator's reach, and whether it has a checkpoint.")
class CheckpointAnchor:
    sink: str = strawberry.field(description="Its kind: `folder`, `mail`, `s3`, `rfc3161` or `witness`.")
    address: str = strawberry.field(
        description="Where it is, without anything secret; of a mailbox the first digits of the SHA-256 of its address."
    )
    state: AnchorState = strawberry.field(description="Whether it has this checkpoint, a later one, or neither.")
    receipt_at: datetime | None = strawberry.field(description="When what it has was received; null while it waits.")


@strawberry.type(description="A note by which the trust fixed its whole ledger at one size (C2SP tlog-checkpoint).")
class SignedCheckpoint:
    origin: str = strawberry.field(description="The name of the ledger, with the number of a later epoch.")
    size: int = strawberry.field(description="How many events it covers.")
    root: str = strawberry.field(description="The root of the tree over them, in hexadecimal.")
    recorded_at: datetime = strawberry.field(description="When the last of them was recorded.")
    epoch: int = strawberry.field(description="The epoch of the ledger, from 1: a restore begins another.")
    key_number: int = strawberry.field(description="Which of the trust's keys signed it, from 1.")
    note: str = strawberry.field(description="The note with its signature.")
    anchors: list[CheckpointAnchor] = strawberry.field(
        description="Every place outside that has received any checkpoint of the trust, by its name."
    )


@strawberry.type(description="A checkpoint in its place in a list.")
class SignedCheckpointEdge:
    cursor: str = strawberry.field(description="The cursor of this place.")
    node: SignedCheckpoint = strawberry.field(description="The checkpoint.")


@strawberry.type(description="A page of the checkpoints that the trust has signed, the largest first.")
class SignedCheckpointConnection:
    edges: list[SignedCheckpointEdge] = strawberry.field(description="The checkpoints of the page, with their cursors.")
    nodes: list[SignedCheckpoint] = strawberry.field(description="The checkpoints of the page.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")
    total_count: int = strawberry.field(description="How many checkpoints there are; counted only when asked for.")
