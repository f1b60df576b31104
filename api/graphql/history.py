"""The history of a case: its events as recorded, what each changed, and the case as it stood after each."""

# ruff: noqa: D101, D102 - the description of each type and field stands in the schema
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from api.graphql.cases import Case, case_of
from api.graphql.connections import PageInfo, page_info
from api.graphql.context import Info
from api.graphql.folds import History
from api.graphql.people import Person
from api.graphql.texts import SealedText
from ledger.entry import decode_body
from ledger.reading import StoredRow
from projections.case_changes import differences
from projections.pages import cursor_of, page_of, place_of
from services.sealed_texts import SealedPlace

__all__ = ["Actor", "CaseEvent", "CaseEventConnection", "CaseEventEdge", "FieldChange", "SealedPart"]


@strawberry.type(description="Who did something, and in which role.")
class Actor:
    person: Person = strawberry.field(description="The person who did it.")
    role: str = strawberry.field(description="The role in which the person acted, such as `headteacher`.")
    on_behalf_of: Person | None = strawberry.field(description="The person for whom it was done, if another.")


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


@strawberry.type(description="One event of a case, as it stands in the ledger.")
class CaseEvent:
    entry: strawberry.Private[Entry]

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

    @strawberry.field(description="What it changed in the case, member by member.")
    async def changes(self) -> list[FieldChange]:
        before, after = await self.entry.history.around(self.version)
        return [FieldChange(field=field, before=old, after=new) for field, old, new in differences(before, after)]

    @strawberry.field(description="The case as it stood after this event.")
    async def case_after(self) -> Case:
        _, after = await self.entry.history.around(self.version)
        return case_of(after)


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


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of a history."""

    history: History
    row: StoredRow


async def history_page(
    info: Info, case_id: UUID, first: int, after: str | None, types: list[str] | None
) -> CaseEventConnection:
    """Return a page of the history of a case that the caller sees. Raise `CursorMalformed`."""
    history = await info.context.histories.load(case_id)
    rows = [row for row in history.rows if types is None or row.type in types]
    version = 0 if after is None else int(place_of(after, int)[0])
    page = page_of([row for row in rows if row.version > version], first, lambda row: cursor_of(row.version))
    nodes = [_event(history, row) for row in page.entries]
    return CaseEventConnection(
        edges=[CaseEventEdge(cursor=cursor, node=node) for cursor, node in zip(page.cursors, nodes, strict=True)],
        nodes=nodes,
        page_info=page_info(page.cursors, has_next=page.has_next, after=after),
        total_count=len(rows),
    )


async def events_between(info: Info, case_id: UUID, first_position: int, last_position: int) -> list[CaseEvent]:
    """Return the events of a case from one position to another."""
    history = await info.context.histories.load(case_id)
    return [_event(history, row) for row in history.rows if first_position <= row.position <= last_position]


def _event(history: History, row: StoredRow) -> CaseEvent:
    body = decode_body(row.body)

    def text(part: str) -> SealedText:
        return SealedText(place=SealedPlace(row.stream_id, row.version, part))

    return CaseEvent(
        entry=Entry(history, row),
        id=strawberry.ID(f"{row.stream_id}:{row.version}"),
        position=row.position,
        version=row.version,
        type=row.type,
        recorded_at=row.recorded_at,
        actor=Actor(
            person=Person(id=strawberry.ID(str(body.actor))),
            role=body.actor_role,
            on_behalf_of=None if body.on_behalf_of is None else Person(id=strawberry.ID(str(body.on_behalf_of))),
        ),
        reason=None if body.reason is None else text(body.reason),
        data=cast("JSON", body.data),
        sealed=[
            SealedPart(
                part=entry.part,
                key_id=strawberry.ID(str(entry.key)),
                commitment=entry.commitment.hex(),
                content=text(entry.part),
            )
            for entry in body.sealed
        ],
        leaf_hash=row.leaf.hex(),
    )
