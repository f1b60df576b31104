"""What a case is once its decisions are recorded: written as the ledger keeps them, read back, and folded."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from domain.aggregate import Recordable
from domain.stored import decode, fold, payload_of

Kept = TypeVar("Kept", bound=Recordable)

MORNING = datetime(2026, 9, 14, 8, 30, tzinfo=UTC)


def recorded(case: Kept, at: datetime = MORNING, *later: datetime) -> Kept:
    """The case as it is loaded; its events were recorded at `at`, the last ones at `later`."""
    events: list[Any] = list(case.pending_events)
    times = [at] * (len(events) - len(later)) + list(later)
    loaded = []
    for decided, recorded_at in zip(events, times, strict=True):
        payload = payload_of(decided)
        text = msgspec.json.encode(payload.data)
        version = decided.originator_version
        loaded.append(decode(payload.name, decided.originator_id, version, recorded_at, text, payload.secrets))
    case_loaded: Kept = fold(None, loaded)
    return case_loaded
