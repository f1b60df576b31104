"""Sealed text as readers get it: open, erased or withheld, and never guessed at."""

# ruff: noqa: D101 - the description of each type and field stands in the schema
from __future__ import annotations

import strawberry

from api.graphql.enums import SealedState

__all__ = ["SealedText"]


@strawberry.type(description="Personal data kept encrypted under a key of its case, or of one person in the case.")
class SealedText:
    # Only the place is known until one of the fields is asked for; then all texts of the answer are opened together.
    state: SealedState = strawberry.field(description="Whether the text is open, erased or withheld.")
    text: str | None = strawberry.field(description="The text; null unless the state is OPEN.")
