"""What is recorded of each answer before it leaves, and who is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol

from projections.plan.told import Told
from services.read_log import ReadWay
from services.scope import Caller

__all__ = ["KNOWN_BY", "Given", "Read", "ReadRecorder"]


class Given(Enum):
    """How an answer came about."""

    EXECUTED = "executed"
    KEPT = "kept"
    # The reader has it already, and was told so.
    UNCHANGED = "unchanged"


KNOWN_BY = "CaseEvent.knownBy"
# The questions that look through cases, or through the log itself, whether or not they find anything.
_LOOKING = {
    f"Query.{name}": name for name in ("case", "cases", "deadlines", "duties", "readLog", "retention", "staffPattern")
} | {f"{kind}.readers": "readers" for kind in ("Case", "Incident", "Complaint", "StaffBreach")}
# Who knew of a case says who read it, too.
_LOOKING[KNOWN_BY] = "readers"
# What is held about a person is looked for in everything, also where none of it is found.
_LOOKING["AccessRequest.bundle"] = "accessRequest"


@dataclass(frozen=True, slots=True)
class Read:
    """One answer: to whom, to which operation of which document, and of which cases; None where nobody counted them.

    `fields` are those that the document reads, as `Type.field`. `is_trusted`: the document was known beforehand, so
    that its digest says nothing that somebody searched for.
    """

    caller: Caller
    document: str | None
    operation: str | None
    told: Told | None
    given: Given
    fields: frozenset[str] = frozenset()
    variables: Mapping[str, Any] = field(default_factory=dict, repr=False)
    way: ReadWay = ReadWay.QUERY
    is_trusted: bool = False

    @property
    def asked(self) -> frozenset[str]:
        """The questions of the document that look through cases or through the log."""
        return frozenset(name for one, name in _LOOKING.items() if one in self.fields)

    @property
    def matters(self) -> bool:
        """Whether it is recorded: it tells of a case, or somebody looked for one. Figures alone are no content."""
        return self.told is None or bool(self.told.cases or self.asked)


class ReadRecorder(Protocol):
    """Records reads."""

    async def record(self, read: Read) -> None:
        """Record a read; the answer leaves when this returns, and does not leave when it raises."""
