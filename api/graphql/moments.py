"""Past moments, as questions give them."""

# ruff: noqa: D101 - the description of each type and field stands in the schema
from __future__ import annotations

from datetime import datetime

import strawberry

__all__ = ["AsOfInput"]


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
