"""Hiding small figures, so that a published report does not point at the few people behind them.

A figure from 1 to n - 1 is hidden; 0 is shown, for it points at nobody. A hidden figure could be found again where all
the others that make up a total are shown and the total is printed, as the same report with one dimension less prints
it. So the figures are looked at in lines: cells that differ in one dimension alone, and whose sum is such a total. A
line tells its hidden figures when there is one of them, or when their sum says that each is 1; then the smallest figure
still shown in it is hidden too, a zero only if nothing else is left, until no line tells anything. Counts make no line:
one item may add to several, so their sum is printed nowhere.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

Key = tuple[Any, ...]


def hidden(figures: Mapping[Key, int], below: int, adding: Sequence[int]) -> frozenset[Key]:
    """The cells to hide, of a report whose cells have keys of equal length.

    `below` is the smallest figure from 1 on that may be shown; `adding` are the places in the keys of the dimensions
    over which figures add up to printed totals.
    """
    small = [key for key, value in figures.items() if 0 < value < below]
    hiding = set(small)
    lines: dict[Key, list[Key]] = {}
    for key in figures:
        for place in adding:
            lines.setdefault(_line(key, place), []).append(key)
    waiting = deque(dict.fromkeys(_line(key, place) for key in small for place in adding))
    while waiting:
        cells = lines[waiting.popleft()]
        more = _also(cells, hiding, figures)
        if more is not None:
            hiding.add(more)
            # The cell lies in other lines too, and its own may still tell.
            waiting.extend(_line(more, place) for place in adding)
    return frozenset(hiding)


def _line(key: Key, place: int) -> Key:
    return (place, *key[:place], *key[place + 1 :])


def _also(cells: Sequence[Key], hiding: set[Key], figures: Mapping[Key, int]) -> Key | None:
    """The cell that has to be hidden with those of its line that are; None when they are safe, or none is left."""
    among = [key for key in cells if key in hiding]
    total = sum(figures[key] for key in among)
    tells = len(among) == 1 or total == len(among)
    shown = [key for key in cells if key not in hiding]
    if not among or not tells or not shown:
        return None
    return min(shown, key=lambda key: (figures[key] == 0, figures[key]))
