"""Moments as people write them: a position of the ledger, or an instant with its time zone."""

from __future__ import annotations

import re
from datetime import MAXYEAR, MINYEAR, datetime

from projections.snapshot import MomentMalformed

__all__ = ["POSITION", "instant_of", "moment_of"]

POSITION = re.compile("[0-9]{1,15}")


def moment_of(text: str, field: str) -> int | datetime:
    """The position or instant that a text says. Raise `MomentMalformed` naming the field."""
    if POSITION.fullmatch(text):
        return int(text)
    found = instant_of(text)
    if found is None:
        raise MomentMalformed(field)
    return found


def instant_of(text: str) -> datetime | None:
    """The instant that a text says; None for what is none, says no time zone, or has no date in every other zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if found.tzinfo is None or not MINYEAR < found.year < MAXYEAR else found
