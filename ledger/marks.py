"""How far the ledger of each trust was known to reach, kept in the keys database: a restore of the ledger leaves it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from ledger.database import Database

__all__ = ["CheckpointMarks", "Mark"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A checkpoint that was signed: of which epoch, of which size, its note, and the public key (32 bytes) to it."""

    epoch: int
    size: int
    note: str
    public_key: bytes


class CheckpointMarks:
    """The marks of all trusts of one keys database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self, trust_id: UUID) -> Mark | None:
        """Give the mark of the largest checkpoint of the latest epoch, if any was made."""
        found = self._select(trust_id, "ORDER BY epoch DESC, size DESC LIMIT 1")
        return found[0] if found else None

    def all(self, trust_id: UUID) -> list[Mark]:
        """Give all marks of a trust, the largest first."""
        return self._select(trust_id, "ORDER BY size DESC, epoch DESC")

    def put(self, trust_id: UUID, mark: Mark) -> None:
        """Keep a mark; repeating it changes nothing."""
        with self._database.trust(trust_id).connection() as connection:
            connection.execute(
                "INSERT INTO checkpoint_mark (trust_id, epoch, size, note, public_key) VALUES (%s, %s, %s, %s, %s)"
                " ON CONFLICT DO NOTHING",
                (trust_id, mark.epoch, mark.size, mark.note, mark.public_key),
            )

    def _select(self, trust_id: UUID, rest: str) -> list[Mark]:
        with self._database.trust(trust_id).connection() as connection:
            rows = connection.execute(
                f"SELECT epoch, size, note, public_key FROM checkpoint_mark WHERE trust_id = %s {rest}".encode(),  # noqa: S608 - constants
                (trust_id,),
                binary=True,
            ).fetchall()
        return [Mark(*row) for row in rows]
