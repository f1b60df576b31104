"""What counting reads of a case: the part of the state that any case, and any stand-in for one, must offer."""
# ruff: noqa: D102 - the members say what they are where the aggregates define them

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Protocol
from uuid import UUID

from domain.values import Mark


class Classified(Protocol):
    """A nature and a target given to an item."""

    @property
    def nature(self) -> str: ...
    @property
    def target(self) -> str: ...


class CountedItem(Protocol):
    """What counting reads of an item of an incident."""

    @property
    def item_id(self) -> UUID: ...
    @property
    def platform(self) -> str: ...
    @property
    def poster_role(self) -> str: ...
    @property
    def taker_role(self) -> str | None: ...
    @property
    def discovered_on(self) -> date: ...
    @property
    def posted_on(self) -> date | None: ...
    @property
    def recorded_on(self) -> date: ...
    @property
    def classifications(self) -> Iterable[Classified]: ...
    @property
    def characteristics(self) -> Iterable[str]: ...
    @property
    def mark(self) -> Mark | None: ...
    @property
    def counted_at(self) -> str | None: ...


class CountedHead(Protocol):
    """What counting reads of a head of complaint."""

    @property
    def head_id(self) -> UUID: ...
    @property
    def about_school(self) -> bool: ...
    @property
    def about_staff(self) -> bool: ...
    @property
    def recorded_on(self) -> date: ...
    @property
    def counted_at(self) -> str | None: ...


class CountedCase(Protocol):
    """What counting reads of a case of any kind."""

    @property
    def id(self) -> UUID: ...
    @property
    def kind(self) -> str: ...
    @property
    def school_urn(self) -> str: ...
    @property
    def mark(self) -> Mark | None: ...
    @property
    def duplicate_of(self) -> UUID | None: ...
    @property
    def arose_from(self) -> tuple[UUID, ...]: ...


class CountedIncident(CountedCase, Protocol):
    """What counting reads of a case of kind INCIDENT."""

    @property
    def items(self) -> Mapping[UUID, CountedItem]: ...


class CountedComplaint(CountedCase, Protocol):
    """What counting reads of a case of kind COMPLAINT."""

    @property
    def heads(self) -> Mapping[UUID, CountedHead]: ...
    @property
    def received_on(self) -> date: ...


class CountedBreach(CountedCase, Protocol):
    """What counting reads of a case of kind STAFF_BREACH."""

    @property
    def source(self) -> str: ...
    @property
    def reported_on(self) -> date: ...
    @property
    def recorded_on(self) -> date: ...
    @property
    def counted_at(self) -> str | None: ...
