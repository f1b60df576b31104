"""To whom a case about somebody who decides was routed."""

# ruff: noqa: D101 - the description of each type and field stands in the schema
from __future__ import annotations

import strawberry

__all__ = ["ROUTED_TO", "ConflictRoute"]

ROUTED_TO = "To whom the case was routed, if it is about somebody whose post would decide it; others do not decide."


@strawberry.type(description="To whom a case was routed, being about the holder of a post.")
class ConflictRoute:
    role: str = strawberry.field(description="Who decides it: a code of the list `conflict_roles`.")
    because: str = strawberry.field(description="Whose case it is: a code of the list `conflict_posts`.")
