"""Whom and which single texts erasures took, kept in the keys database: a restore of the ledger brings none back.

Which keys they took is told by the keys themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from ledger.database import Database

__all__ = ["ErasedText", "ErasureMarks"]


@dataclass(frozen=True, slots=True)
class ErasedText:
    """A part of a version of a stream that an erasure took by itself."""

    erasure_id: UUID
    stream_id: UUID
    version: int
    part: str


class ErasureMarks:
    """The marks of all trusts of one keys database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, trust_id: UUID, erasure_id: UUID, people: Sequence[UUID], texts: Sequence[ErasedText]) -> None:
        """Keep what an erasure takes; repeating it changes nothing."""
        with self._database.trust(trust_id).transaction() as connection:
            connection.execute(
                "INSERT INTO erased_person (trust_id, person_id, erasure_id)"
                " SELECT %s, person_id, %s FROM unnest(%s::uuid[]) AS p (person_id) ON CONFLICT DO NOTHING",
                (trust_id, erasure_id, list(people)),
            )
            with connection.cursor() as cursor:
                cursor.executemany(
                    "INSERT INTO erased_text (trust_id, stream_id, version, part, erasure_id)"
                    " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                    [(trust_id, one.stream_id, one.version, one.part, one.erasure_id) for one in texts],
                )

    def people(self, trust_id: UUID) -> frozenset[UUID]:
        """Everybody who was erased."""
        with self._database.trust(trust_id).connection() as connection:
            rows = connection.execute(
                "SELECT person_id FROM erased_person WHERE trust_id = %s", (trust_id,), binary=True
            ).fetchall()
        return frozenset(person_id for (person_id,) in rows)

    def texts(self, trust_id: UUID) -> list[ErasedText]:
        """Every single text that was erased."""
        with self._database.trust(trust_id).connection() as connection:
            rows = connection.execute(
                "SELECT erasure_id, stream_id, version, part FROM erased_text WHERE trust_id = %s"
                " ORDER BY stream_id, version, part",
                (trust_id,),
                binary=True,
            ).fetchall()
        return [ErasedText(*row) for row in rows]
