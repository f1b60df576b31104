"""The names that the code writes with underscores, as clients know them, and back."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["camel", "with_underscores"]


def camel(name: str) -> str:
    """A name as clients know it: `item_id` is `itemId`."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


@lru_cache(maxsize=1_000)
def with_underscores(name: str) -> str:
    """A name of the API as the code writes it: `itemId` is `item_id`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
