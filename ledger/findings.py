"""What the offline check of a file finds: what holds, the first thing that does not, and what is erased or withheld."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple
from uuid import UUID

from ledger.archive import FileTold
from ledger.bundle import Notice
from ledger.meanings import ErasureApproved, ErasureRequested

__all__ = ["Check", "ErasureTold", "Failure", "PartFound", "PartState", "Report"]

PartState = Literal["OPEN", "ERASED", "WITHHELD"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked and holds, said in a sentence."""

    name: str
    found: str


@dataclass(frozen=True, slots=True)
class Failure:
    """The first thing that is wrong: the check that found it, the place in the file, and what is wrong there."""

    check: str
    place: str
    problem: str

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}"


class PartFound(NamedTuple):
    """What a file shows of one sealed part; `destroyed_at` is the position that proves an erasure.

    `position` is that of its event in the bundle of a period, where versions of several streams stand.
    """

    version: int
    part: str
    state: PartState
    destroyed_at: int | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True)
class ErasureTold:
    """An erasure as far as a file shows it: the stream that says so, and how many texts of the file it took.

    `positions` are those that prove it. `asked` and `approved` are what the erasure's own events say, each with its
    position: in the bundle of a case they are not there.
    """

    stream: UUID
    texts: int
    positions: tuple[int, ...]
    asked: tuple[int, ErasureRequested] | None
    approved: tuple[int, ErasureApproved] | None

    def __str__(self) -> str:
        """It in a sentence."""
        proven = ", ".join(str(one) for one in self.positions[:3]) + (", ..." if len(self.positions) > 3 else "")
        told = f"{self.texts} text(s), as stream {self.stream} says at position(s) {proven}"
        if self.asked is None:
            return f"{told}; by which authority, the bundle of that time shows"
        at, asked = self.asked
        told = f"{told}; {asked.authority}, asked for at position {at}"
        if self.approved is None:
            return f"{told}, and no approval is shown"
        approved_at, approved = self.approved
        by = "by another person" if approved.by != asked.by else "BY THE SAME PERSON"
        return f"{told}, approved {by} at position {approved_at}"


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome: every check that held, in order, and the first failure, after which nothing more was checked.

    `withheld` is the number of events of which the file shows the place alone; `notices` are the file's own; `files` is
    what was found of those that an archive holds, or would hold, `erasures` what is shown of each.
    """

    ok: bool
    checks: tuple[Check, ...]
    first_failure: Failure | None
    parts: tuple[PartFound, ...] = ()
    withheld: int = 0
    notices: tuple[Notice, ...] = ()
    files: tuple[FileTold, ...] = ()
    erasures: tuple[ErasureTold, ...] = ()
