"""How the API writes the names that the layers below it write with underscores."""

from __future__ import annotations

__all__ = ["camel"]


def camel(name: str) -> str:
    """A field's name as clients know it: `item_id` is `itemId`."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
