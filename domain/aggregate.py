"""The base of every aggregate: events that read no clock, told to the library by their stored names alone.

An aggregate names itself by `TOPIC = "incident.v1"`. Its first event is a nested class derived from `Opening`; every
other event is declared once, by its change method:

    @event("Closed", topic="incident.closed.v1")
    def _closed(self, outcome: str, closed_on: date, timestamp: datetime = UNRECORDED) -> None: ...

The method's parameters are the event's fields. A field annotated `Sealed` or `Sealed | None` is stored as a sealed part
named after the field. `timestamp` may be named by a change that needs the instant of recording.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple, get_type_hints
from uuid import UUID

from eventsourcing.domain import (
    AggregateCreated,
    AggregateEvent,
    BaseAggregate,
    CommandMethodDecorator,
    OriginatorIDError,
    OriginatorVersionError,
    decorated_funcs,
    event,
)

__all__ = ["UNRECORDED", "Opening", "Recordable", "declare_inherited", "event"]

# The instant of an event that has been decided and not yet recorded: the ledger alone gives times.
UNRECORDED = datetime(1, 1, 1, tzinfo=UTC)


class _Change(NamedTuple):
    """A change method and the fields that are its arguments, in the order of its parameters."""

    call: Callable[..., None]
    fields: tuple[str, ...]


@cache
def _change_of(event_class: type[Any]) -> _Change:
    change = decorated_funcs[event_class]
    _, *parameters = inspect.signature(change).parameters.values()
    if any(one.kind is not one.POSITIONAL_OR_KEYWORD for one in parameters):
        raise TypeError(f"{change.__qualname__} must take the fields of its event as ordinary parameters")
    return _Change(change, tuple(one.name for one in parameters))


class Recordable(BaseAggregate[UUID]):
    """An aggregate whose events go into the ledger."""

    class Event(AggregateEvent):
        """An event of this aggregate; its `timestamp` is the ledger's `recorded_at` once loaded."""

        @staticmethod
        def create_timestamp() -> datetime:
            """Leave the time open: it is given by the ledger when the event is recorded."""
            return UNRECORDED

        def mutate(self, aggregate: Any) -> Any:
            """Call the change method: as the library does it, without asking anew for each event which fields it takes.

            Raises OriginatorIDError and OriginatorVersionError for an event that is not the next of this aggregate.
            """
            fields = self.__dict__
            version = fields["originator_version"]
            if fields["originator_id"] != aggregate.id:
                raise OriginatorIDError(self.originator_id, aggregate.id)
            if version != aggregate.version + 1:
                raise OriginatorVersionError(version, aggregate.version + 1)
            change = _change_of(type(self))
            change.call(aggregate, *[fields[name] for name in change.fields])
            aggregate.version = version
            aggregate.modified_on = fields["timestamp"]
            return aggregate

    def trigger_event(self, event_class: type[Any], **kwargs: Any) -> None:
        """Add an event that was decided: as the library does it, without checking anew what its class declares.

        The decorated change has named every field by now, those left to their defaults included.
        """
        new = object.__new__(event_class)
        fields = {
            **kwargs,
            "originator_id": self.id,
            "originator_version": self.version + 1,
            "timestamp": event_class.create_timestamp(),
        }
        object.__setattr__(new, "__dict__", fields)  # an event is frozen
        new.mutate(self)
        self.pending_events.append(new)


class Opening(AggregateCreated):
    """The first event of a stream."""

    @staticmethod
    def create_timestamp() -> datetime:
        """Leave the time open: it is given by the ledger when the event is recorded."""
        return UNRECORDED


def declare_inherited(cls: type[Any], kind: str) -> None:
    """Declare the changes of the classes that an aggregate is built on as its own; `kind` stands for their `*`."""
    for base in cls.__mro__[1:]:
        for name, change in tuple(vars(base).items()):
            if isinstance(change, CommandMethodDecorator) and name not in vars(cls):
                setattr(cls, name, _declared_again(change, kind))


def _declared_again(change: Any, kind: str) -> Any:
    """The same change, with its fields' types resolved and a stored name of its own."""
    method = change.decorated_func
    method.__annotations__ = get_type_hints(method)
    return event(change.event_cls_name, topic=change.event_topic.replace("*", kind))(method)
