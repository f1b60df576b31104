"""Moments as people write them: a position of the ledger, or an instant with its time zone."""

from __future__ import annotations

import re
from datetime import datetime

from projections.snapshot import MomentMalformed

__all__ = ["moment_of"]

_POSITION = re.compile("[0-9]{1,15}")


def moment_of(text: str, field: str) -> int | datetime:
    """The position or instant that a text says. Raise `MomentMalformed` naming the field."""
    if _POSITION.fullmatch(text):
        return int(text)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise MomentMalformed(field) from None
    if found.tzinfo is None:
        raise MomentMalformed(field)
    return found
