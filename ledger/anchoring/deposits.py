"""What is handed to a sink, and what every sink is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

__all__ = ["AnchorState", "Deposit", "NotDeposited", "Sink"]


class AnchorState(StrEnum):
    """Whether a place outside has a checkpoint, one of a ledger that continues it, or neither as yet."""

    RECEIVED = "RECEIVED"
    COVERED = "COVERED"
    WAITING = "WAITING"


class NotDeposited(RuntimeError):
    """A sink did not take a checkpoint. The sentence says why and holds no secret; it is tried again."""


@dataclass(frozen=True, slots=True)
class Deposit:
    """A checkpoint on its way out: of which trust, over how many events, and the signed note.

    `consistency` proves that it continues the ledger of a smaller size, as hashes of 32 bytes.
    """

    trust_id: UUID
    size: int
    note: str
    consistency: Callable[[int], list[bytes]]


class Sink(Protocol):
    """One place outside; `name` says which in tables and logs, without secrets or addresses of people."""

    name: str

    def deposit(self, deposit: Deposit) -> bytes:
        """Hand a checkpoint over and return the receipt. Raises NotDeposited."""
