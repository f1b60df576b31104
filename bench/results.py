"""What a benchmark finds: one row for each figure, with its peer and its bar."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

HEADINGS = ("what", "ours", "peer", "figure", "bar", "")


@dataclass(frozen=True, slots=True)
class Result:
    """One figure: `figure` in `unit` is what the bar is about, `ours` and `peer` are what it came from, in words.

    A figure without a bar stands beside those that have one, to say what they are made of.
    """

    what: str
    ours: str
    peer: str
    figure: float
    unit: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def is_met(self) -> bool | None:
        """Whether the bar is met; None without one."""
        if self.at_least is not None:
            return self.figure >= self.at_least
        if self.at_most is not None:
            return self.figure <= self.at_most
        return None

    @property
    def cells(self) -> tuple[str, ...]:
        """The row as the table shows it, under HEADINGS."""
        bar = "-"
        if self.at_least is not None:
            bar = f"at least {in_words(self.at_least)} {self.unit}"
        elif self.at_most is not None:
            bar = f"at most {in_words(self.at_most)} {self.unit}"
        met = {True: "met", False: "MISSED", None: "-"}[self.is_met]
        return (self.what, self.ours, self.peer, f"{in_words(self.figure)} {self.unit}", bar, met)


def interleaved(rounds: int, subjects: Mapping[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Measure each subject once a round, another one first each time: none has the quiet minutes to itself."""
    found: dict[str, list[float]] = {name: [] for name in subjects}
    names = list(subjects)
    for turn in range(rounds):
        for place in range(len(names)):
            name = names[(turn + place) % len(names)]
            found[name].append(subjects[name]())
    return found


def paired(ours: Sequence[float], peer: Sequence[float]) -> float:
    """The median of the ratios within each round: what slows a whole round slows both."""
    return median(one / other for one, other in zip(ours, peer, strict=True))


def in_words(figure: float) -> str:
    """A figure with as many places as it is worth."""
    if figure >= 1_000:
        return f"{round(figure, -len(str(int(figure))) + 3):,.0f}"
    return f"{figure:.0f}" if figure >= 100 else f"{figure:.1f}" if figure >= 10 else f"{figure:.2f}"


def plain_table(results: Sequence[Result]) -> str:
    """The results as text in columns."""
    rows = [HEADINGS, *(result.cells for result in results)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "-" * (sum(widths) + 2 * (len(widths) - 1)), *lines[1:]])


def markdown_table(results: Sequence[Result]) -> str:
    """The results as a table of a document."""
    rows = [HEADINGS, ("---",) * len(HEADINGS), *(result.cells for result in results)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
