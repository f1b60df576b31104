"""The base of every aggregate: events that read no clock, told to the library by their stored names alone.

An aggregate names itself by `TOPIC = "incident.v1"`. Its first event is a nested class derived from `Opening`; every
other event is declared once, by its change method:

    @event("Closed", topic="incident.closed.v1")
    def _closed(self, outcome: str, closed_on: date, timestamp: datetime = UNRECORDED) -> None: ...

The method's parameters are the event's fields. A field annotated `Sealed` or `Sealed | None` is stored as a sealed part
named after the field. `timestamp` may be named by a change that needs the instant of recording.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from eventsourcing.domain import AggregateCreated, AggregateEvent, BaseAggregate, event

__all__ = ["UNRECORDED", "Opening", "Recordable", "event"]

# The instant of an event that has been decided and not yet recorded: the ledger alone gives times.
UNRECORDED = datetime(1, 1, 1, tzinfo=UTC)


class Recordable(BaseAggregate[UUID]):
    """An aggregate whose events go into the ledger."""

    class Event(AggregateEvent):
        """An event of this aggregate; its `timestamp` is the ledger's `recorded_at` once loaded."""

        @staticmethod
        def create_timestamp() -> datetime:
            """Leave the time open: it is given by the ledger when the event is recorded."""
            return UNRECORDED


class Opening(AggregateCreated):
    """The first event of a stream."""

    @staticmethod
    def create_timestamp() -> datetime:
        """Leave the time open: it is given by the ledger when the event is recorded."""
        return UNRECORDED
