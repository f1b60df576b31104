"""What has been projected of a recording, and an event on which projecting it fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import projections.states
from ledger.reading import EventRow
from tests.projections.recording import Recording

CONTRIBUTIONS = (
    "SELECT count_number, valid_from, valid_to, excluded_by FROM contribution ORDER BY valid_from, count_number"
)


def rows(recording: Recording, query: str) -> list[tuple[Any, ...]]:
    with recording.trust.connection() as connection:
        return connection.execute(query.encode()).fetchall()


def position(recording: Recording) -> int:
    found = rows(recording, "SELECT position FROM projection WHERE live")
    return int(found[0][0]) if found else 0


@contextmanager
def failing_at(failing: int, fault: type[Exception] = LookupError) -> Iterator[None]:
    """Let the event at a position fail to be read, as when the code does not know its name."""
    read = projections.states.event_of

    def reading(row: EventRow) -> Any:
        if row.position == failing:
            raise fault("secret words")
        return read(row)

    with patch("projections.folding.event_of", reading):
        yield
