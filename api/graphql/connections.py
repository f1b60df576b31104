"""Pages of a list, as Relay has them: edges, nodes, page information, and a total only when it is asked for."""

# ruff: noqa: D101 - the description of each type and field stands in the schema
from __future__ import annotations

from typing import Annotated

import strawberry

__all__ = ["After", "First", "PageInfo"]

First = Annotated[int, strawberry.argument(description="How many to return, from 1 to 100.")]
After = Annotated[
    str | None, strawberry.argument(description="The cursor to go on after: `pageInfo.endCursor` of the page before.")
]


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether the list goes on after this page.")
    has_previous_page: bool = strawberry.field(description="Whether a page came before this one.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first entry; null for an empty page.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last entry; give it as `after` to go on.")
