"""Of which cases an answer tells anything: each object that is read from a case leaves a mark in the statement's text.

A mark is a place between two markers, as a hole is, and is taken out of the text in the same pass. It is written by
`Writer.members`, through which every object of an answer passes, so that no new field can leave it out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["NOTHING", "Told", "Way", "told_by"]


class Way(StrEnum):
    """How an answer tells of a case."""

    # It was asked for by itself, or is the one that a command was carried out on.
    OPENED = "opened"
    # It stands in a list, or behind a figure.
    LISTED = "listed"
    # Events of it are shown.
    HISTORY = "history"


@dataclass(frozen=True, slots=True)
class Told:
    """The cases of an answer by the way in which it tells of them, and the sealed parts that were opened for it.

    Cases are named by their ids as these are written, for that is how they come and how they go into the log. A part
    is named by its case, the version of the event that brought it, and its name.
    """

    opened: frozenset[str] = frozenset()
    listed: frozenset[str] = frozenset()
    histories: frozenset[str] = frozenset()
    parts: frozenset[tuple[str, int, str]] = frozenset()

    @property
    def cases(self) -> frozenset[str]:
        """All of them."""
        return self.opened | self.listed | self.histories | {case_id for case_id, _, _ in self.parts}

    def __or__(self, other: Told) -> Told:
        """What two answers tell together."""
        return Told(
            self.opened | other.opened,
            self.listed | other.listed,
            self.histories | other.histories,
            self.parts | other.parts,
        )


NOTHING = Told()
_STARTS = tuple(f"{way.value} " for way in Way)


def told_by(marks: Iterable[str], parts: Iterable[tuple[str, int, str]] = ()) -> Told:
    """What the marks of a text say: each is a way and the id of a case, with a space between."""
    all_marks = list(marks)
    opened, listed, histories = (
        frozenset([mark[len(start) :] for mark in all_marks if mark.startswith(start)]) for start in _STARTS
    )
    return Told(opened, listed, histories, frozenset(parts))
