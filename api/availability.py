"""Faults that say nothing of the program: something that it needs is away or busy, or a question takes too long."""

from __future__ import annotations

import psycopg
from eventsourcing.persistence import OperationalError

from api.identity.signed_in import ProviderUnreachable
from domain.refusals import RefusalCode
from ledger.blob_store import BlobStoreUnavailableError
from ledger.connections import NoConnectionFree, StatementTimedOut
from ledger.keys import KeysUnavailableError
from services.malware_scan import ScannerUnavailableError
from services.read_log import NotRecorded

__all__ = ["BUSY", "TOO_LONG", "passing_fault"]

# The codes of faults that are no refusal. What was asked can be asked again, and after TOO_LONG had better be less.
BUSY = "UNAVAILABLE"
TOO_LONG = "QUERY_TIMEOUT"
_BUSY_WORDS = "The database is busy or away. Try again: a command sent again with its commandId is carried out once."
_LONG_WORDS = (
    "The question took too long and was given up. Ask for less: fewer schools, a shorter range, a smaller page."
)
_UNRECORDED_WORDS = (
    "What was read could not be recorded, so it is not given. Try again: a command sent again with its commandId is "
    "carried out once."
)
_KEYS_WORDS = "The keys that open and seal personal data cannot be reached."
_STORE_WORDS = "The store of files cannot be reached. Try again: a file sent again with its commandId is kept once."
_SCANNER_WORDS = "The scanner for malware cannot be reached, and no file is kept unscanned. Try again later."
_PROVIDER_WORDS = "The identity provider is not reachable, and its keys are needed to tell who is asking."
_AWAY = (psycopg.OperationalError, OperationalError, NoConnectionFree)


def passing_fault(error: BaseException | None) -> tuple[str, str] | None:
    """Return the code and the sentence of a fault that passes by itself; None for any other error."""
    if isinstance(error, StatementTimedOut):
        return TOO_LONG, _LONG_WORDS
    if isinstance(error, ProviderUnreachable):
        return BUSY, _PROVIDER_WORDS
    if isinstance(error, KeysUnavailableError):
        return RefusalCode.KEYS_UNAVAILABLE.value, _KEYS_WORDS
    if isinstance(error, BlobStoreUnavailableError):
        return BUSY, _STORE_WORDS
    if isinstance(error, ScannerUnavailableError):
        return BUSY, _SCANNER_WORDS
    if isinstance(error, NotRecorded):
        return BUSY, _UNRECORDED_WORDS
    return (BUSY, _BUSY_WORDS) if isinstance(error, _AWAY) else None
