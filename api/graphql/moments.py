"""Past moments, as questions give them."""

# ruff: noqa: D101 - the description of each type and field stands in the schema
from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import strawberry

from api.graphql.context import Context
from api.graphql.folds import document_of, read_histories
from domain.case_document import CaseDocument
from projections.snapshot import AsOf, resolve
from services.store import event_of

__all__ = ["AsOfInput", "as_of", "case_at"]


@strawberry.input(
    name="AsOf",
    one_of=True,
    description="The ledger as it stood. What the viewer may see is always decided as of today, and names are today's.",
)
class AsOfInput:
    position: int | None = strawberry.field(
        default=strawberry.UNSET, description="After the event at this position; 0 is before the first."
    )
    at: datetime | None = strawberry.field(default=strawberry.UNSET, description="At this instant, with its time zone.")


def as_of(given: AsOfInput | None) -> AsOf | None:
    """Return the moment asked for. Raise `MomentMalformed` when it names none."""
    if given is None:
        return None
    position = given.position if given.position is not strawberry.UNSET else None
    at = given.at if given.at is not strawberry.UNSET else None
    return AsOf(position=position, at=at if at is None or at.tzinfo is None else at.astimezone(UTC))


async def case_at(context: Context, case_id: UUID, moment: AsOf) -> CaseDocument | None:
    """Return a case that the caller sees today as it stood; null before its first event."""

    def fold() -> CaseDocument | None:
        services = context.services
        position = resolve(services.ledger.trust, moment)
        rows = read_histories(services, [case_id], up_to=position)[case_id]
        state: Any = None
        for row in rows:
            state = event_of(row).mutate(state)
        return None if state is None else document_of(services, context.caller, state)

    return await context.read(fold)
