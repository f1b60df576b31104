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


class MomentsOutOfOrder(Refused):
    """The second of the two moments lies before the first."""


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


def resolve(trust: TrustDatabase, as_of: AsOf) -> int | None:
    """The position of a past moment; None for an instant to come, which is the present."""
    if as_of.at is None:
        return as_of.position
    with trust.connection() as connection:
        return position_at(connection, trust.trust_id, as_of.at)


def position_of(connection: psycopg.Connection[Any], reading: Reading, position: int | None) -> int:
    """The position that an answer of this snapshot stands at: the wanted one, or the last one projected."""
    row = connection.execute(
        reading.statement(f"SELECT position FROM {reading.position()} AS reached").encode(), reading.parameters
    ).fetchone()
    reached: int = 0 if row is None else row[0]
    return reached if position is None else min(position, reached)
