"""The place where reads will be recorded: whoever is plugged in here is told of each answer before it leaves."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol
from uuid import UUID

from services.scope import Caller

__all__ = ["Given", "Read", "ReadRecorder"]


class Given(Enum):
    """How an answer came about."""

    EXECUTED = "executed"
    KEPT = "kept"
    # The reader has it already, and was told so.
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Read:
    """One answer: to whom, to which operation of which document, and of which cases; None where nobody counted them."""

    caller: Caller
    document: str
    operation: str | None
    cases: frozenset[UUID] | None
    given: Given


class ReadRecorder(Protocol):
    """Records reads."""

    async def record(self, read: Read) -> None:
        """Record a read; the answer leaves when this returns, and does not leave when it raises."""
