"""Reading at one moment: every statement inside sees the same figures, position and cases."""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from domain.refusals import Refused
from ledger.database import TrustDatabase
from ledger.reading import position_at
from projections.visible import Reading


class MomentMalformed(Refused):
    """A past moment is given either as a position, from 0 on, or as an instant with its time zone."""


@dataclass(frozen=True, slots=True)
class AsOf:
    """The ledger as it stood: after the event at a position, or at an instant. Give exactly one.

    Raises MomentMalformed.
    """

    position: int | None = None
    at: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse what names no moment."""
        if (self.position is None) == (self.at is None):
            raise MomentMalformed("asOf")
        if (self.position is not None and self.position < 0) or (self.at is not None and self.at.tzinfo is None):
            raise MomentMalformed("asOf")


@dataclass(frozen=True, slots=True)
class Moment:
    """The position that an answer stands at and when its last event was recorded; `is_live` when it is the latest."""

    position: int
    recorded_at: datetime | None
    is_live: bool


_BEGIN = b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


@contextmanager
def snapshot(trust: TrustDatabase) -> Iterator[psycopg.Connection[Any]]:
    """Lend a connection on which all statements read the same state and none can write."""
    with trust.connection() as connection:
        connection.execute(_BEGIN)
        try:
            yield connection
        finally:
            connection.execute("ROLLBACK")


def resolve(trust: TrustDatabase, as_of: AsOf | None) -> int | None:
    """The position of a past moment; None for the present. An instant to come is the present."""
    if as_of is None:
        return None
    if as_of.at is None:
        return as_of.position
    with trust.connection() as connection:
        return position_at(connection, trust.trust_id, as_of.at)


def moment(connection: psycopg.Connection[Any], reading: Reading, position: int | None) -> Moment:
    """The moment that an answer of this snapshot stands at: the wanted position, or the last one projected."""
    row = connection.execute(
        f"SELECT reached.position, reached.recorded_at FROM {reading.position()} AS reached".encode(),
        reading.parameters,
    ).fetchone()
    reached, recorded_at = row or (0, None)
    if position is None or position >= reached:
        return Moment(reached, recorded_at, is_live=True)
    row = connection.execute(
        f"SELECT recorded_at FROM {reading.instants()} AS instants WHERE position = %(position)s".encode(),
        {**reading.parameters, "position": position},
    ).fetchone()
    return Moment(position, None if row is None else row[0], is_live=False)
