"""What a story is written with: its steps, the people and cases that it speaks of, and what differs between schools."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from domain.values import CaseKind

__all__ = [
    "HEAD_OF_COMPLAINT",
    "PACKS",
    "At",
    "CaseOf",
    "Each",
    "Later",
    "Made",
    "Step",
    "Story",
    "Who",
    "by_pack",
    "each",
    "step",
]

# By their packs the schools are told apart: what a school's policy asks for is what makes its stories differ.
PACKS = ("sharp-lane", "westacre", "libra", "rivington", "park-hall")

At = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Who:
    """A person of the school's cast, by the part that the person plays."""

    part: str


@dataclass(frozen=True, slots=True)
class Made:
    """What an earlier step of the story made, such as the item that `RecordItem` recorded; the last one of several."""

    command: str


@dataclass(frozen=True, slots=True)
class _HeadOfComplaint:
    """The first head of the complaint."""


HEAD_OF_COMPLAINT = _HeadOfComplaint()


@dataclass(frozen=True, slots=True)
class CaseOf:
    """The case of another story of the same school and kind."""

    title: str


@dataclass(frozen=True, slots=True)
class Later:
    """A day counted in calendar days from the day of the step; a negative number is a day before it."""

    days: int


@dataclass(frozen=True, slots=True)
class Each:
    """A value that differs from school to school, in the order of the packs."""

    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A command by its name with its fields, so many school days `after` the step before it; `at` which packs."""

    command: str
    fields: dict[str, Any]
    after: int = 0
    at: At = PACKS


@dataclass(frozen=True, slots=True)
class Story:
    """One case from its opening step on: what it shows, on which school day of the autumn term 2026 it begins."""

    kind: CaseKind
    title: str
    day: int
    steps: tuple[Step, ...]
    at: At = PACKS

    def steps_at(self, pack: str) -> tuple[Step, ...]:
        """The steps that a school under this pack takes; none where it has no such story."""
        return tuple(one for one in self.steps if pack in one.at) if pack in self.at else ()


def step(command: str, *, after: int = 0, at: At = PACKS, **fields: Any) -> Step:
    """A step of a story."""
    return Step(command, fields, after, at)


def each(*values: Any) -> Each:
    """One value for each school, in the order of the packs."""
    assert len(values) == len(PACKS)
    return Each(values)


def by_pack(usual: Any, **special: Any) -> Each:
    """The usual value, and another under some packs, named with `_` for `-`."""
    return Each(tuple(special.get(pack.replace("-", "_"), usual) for pack in PACKS))
