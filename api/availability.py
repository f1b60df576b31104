"""Faults that pass by themselves: the database is away or busy, or the keys cannot be reached."""

from __future__ import annotations

import psycopg
from eventsourcing.persistence import OperationalError

from domain.refusals import RefusalCode
from ledger.connections import NoConnectionFree
from ledger.keys import KeysUnavailableError

__all__ = ["BUSY", "passing_fault"]

# The code of a fault that is no refusal; what was asked can be asked again.
BUSY = "UNAVAILABLE"
_BUSY_WORDS = "The database is busy or away. Try again: a command sent again with its commandId is carried out once."
_KEYS_WORDS = "The keys that open and seal personal data cannot be reached."
_AWAY = (psycopg.OperationalError, OperationalError, NoConnectionFree)


def passing_fault(error: BaseException | None) -> tuple[str, str] | None:
    """Return the code and the sentence of a fault that passes by itself; None for any other error."""
    if isinstance(error, KeysUnavailableError):
        return RefusalCode.KEYS_UNAVAILABLE.value, _KEYS_WORDS
    return (BUSY, _BUSY_WORDS) if isinstance(error, _AWAY) else None
