"""Who read a case, and how far the log of reads has come."""

# ruff: noqa: D101 - the description of each type and field stands in the schema
from __future__ import annotations

from datetime import datetime

import strawberry

from api.graphql.connections import PageInfo
from api.graphql.enums import ReadKind
from api.graphql.people import Person

__all__ = ["CaseRead", "CaseReadConnection", "CaseReadEdge", "Checkpoint", "ReadLog"]


@strawberry.type(description="A signed note that fixes a whole log at one size (C2SP tlog-checkpoint).")
class Checkpoint:
    size: int = strawberry.field(description="How many entries it covers.")
    note: str = strawberry.field(description="The note with its signature, to be kept outside the operator's reach.")


@strawberry.type(description="That somebody was told something of a case.")
class CaseRead:
    position: int = strawberry.field(description="Its position in the trust's log of reads, from 1 without gaps.")
    read_at: datetime = strawberry.field(description="When it was recorded, just before the answer left, in UTC.")
    person: Person = strawberry.field(description="Who read.")
    role: str = strawberry.field(description="The role in which the person read, such as `headteacher`.")
    on_behalf_of: Person | None = strawberry.field(description="The person for whom it was read, if another.")
    what: list[ReadKind] = strawberry.field(description="What was told.")
    purpose: str | None = strawberry.field(description="Why, if the client said: a code of the list `read_purposes`.")
    client: str | None = strawberry.field(description="The program that asked, by its id, if it has one.")
    leaf_hash: str = strawberry.field(description="Its leaf in the tree of the log of reads, in hexadecimal.")


@strawberry.type(description="A read in its place in a list.")
class CaseReadEdge:
    cursor: str = strawberry.field(description="The cursor of this place.")
    node: CaseRead = strawberry.field(description="The read.")


@strawberry.type(description="A page of those who read a case, the latest first.")
class CaseReadConnection:
    edges: list[CaseReadEdge] = strawberry.field(description="The reads of the page, with their cursors.")
    nodes: list[CaseRead] = strawberry.field(description="The reads of the page.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")
    total_count: int = strawberry.field(description="How many reads there are; counted only when asked for.")


@strawberry.type(description="How far the trust's log of reads has come.")
class ReadLog:
    position: int = strawberry.field(description="The position of the last entry; 0 before the first.")
    recorded_at: datetime | None = strawberry.field(description="When it was recorded.")
    public_key: str = strawberry.field(description="The key that verifies the checkpoints of the log.")
    checkpoint: Checkpoint | None = strawberry.field(description="The last checkpoint that was signed, if any was.")
