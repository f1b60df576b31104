"""The history of a case: its events as recorded, what each changed, and the case as it stood after each."""

# ruff: noqa: D101 - the description of each type and field stands in the schema
from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from api.graphql.cases import Case
from api.graphql.connections import PageInfo
from api.graphql.enums import ActorSort, HowKnown, ReadKind
from api.graphql.people import Person
from api.graphql.texts import SealedText

__all__ = ["Actor", "CaseEvent", "CaseEventConnection", "CaseEventEdge", "FieldChange", "Knower", "SealedPart"]


@strawberry.type(description="Who did something, and in which role.")
class Actor:
    person: Person = strawberry.field(description="The person who did it.")
    role: str = strawberry.field(description="The role in which the person acted, such as `headteacher`.")
    on_behalf_of: Person | None = strawberry.field(description="The person for whom it was done, if another.")
    sort: ActorSort = strawberry.field(description="Whether a person did it or a program.")


@strawberry.type(description="One member of a case that an event changed.")
class FieldChange:
    field: str = strawberry.field(description="Which member, such as `status` or `items[1].platform`.")
    before: JSON | None = strawberry.field(description="Its value before; null: it had none.")
    after: JSON | None = strawberry.field(description="Its value after; null: it has none.")


@strawberry.type(description="A sealed text that an event brought.")
class SealedPart:
    part: str = strawberry.field(description="What the text is, such as `narrative` or `reason`.")
    key_id: strawberry.ID = strawberry.field(description="The key that seals it.")
    commitment: str = strawberry.field(description="What the ledger commits to for this text, in hexadecimal.")
    content: SealedText = strawberry.field(description="The text, as far as the reader may open it.")


@strawberry.type(description="Somebody who knew of a case; one who knew in several ways stands once for each.")
class Knower:
    person: Person = strawberry.field(description="The person.")
    how: HowKnown = strawberry.field(description="How the person came to know.")
    since: datetime = strawberry.field(description="Since when that is on record, in UTC.")
    what: list[ReadKind] = strawberry.field(description="For `READ`: what the person had been told by then; else none.")


@strawberry.type(description="One event of a case, as it stands in the ledger.")
class CaseEvent:
    id: strawberry.ID = strawberry.field(description="The event's id.")
    position: int = strawberry.field(description="Its position in the trust's ledger, from 1 without gaps.")
    version: int = strawberry.field(description="Its place in the history of the case, from 1.")
    type: str = strawberry.field(description="Its stored name, such as `incident.item_recorded.v1`.")
    recorded_at: datetime = strawberry.field(description="When it was recorded, in UTC.")
    actor: Actor = strawberry.field(description="Who did it.")
    reason: SealedText | None = strawberry.field(description="Why, in words, if somebody said.")
    data: JSON = strawberry.field(description="Its clear content, as it is hashed.")
    sealed: list[SealedPart] = strawberry.field(description="The sealed texts that it brought.")
    leaf_hash: str = strawberry.field(description="Its leaf in the trust's Merkle tree, in hexadecimal.")
    changes: list[FieldChange] = strawberry.field(description="What it changed in the case, member by member.")
    known_by: list[Knower] = strawberry.field(
        description="All who knew of the case by this event, whoever knew first at the head; who had read it is told to"
        " those who may see who reads it."
    )
    case_after: Case = strawberry.field(description="The case as it stood after this event.")


@strawberry.type(description="An event in its place in the history.")
class CaseEventEdge:
    cursor: str = strawberry.field(description="The cursor of this place.")
    node: CaseEvent = strawberry.field(description="The event.")


@strawberry.type(description="A page of a case's history, the oldest event first.")
class CaseEventConnection:
    edges: list[CaseEventEdge] = strawberry.field(description="The events of the page, with their cursors.")
    nodes: list[CaseEvent] = strawberry.field(description="The events of the page.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the history.")
    total_count: int = strawberry.field(description="How many events there are, of the types that were asked for.")
