"""Progress of long work: a bar on a terminal, plain lines in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO

__all__ = ["Advance", "progress"]

_SECONDS_BETWEEN_LINES = 5.0


class Advance(Protocol):
    """Told how much is done of a phase, of how much if that is known."""

    def __call__(self, done: int, total: int | None = None, phase: str = "") -> None:
        """Show it."""


@contextmanager
def progress(label: str, *, stream: TextIO | None = None) -> Iterator[Advance]:
    """Show the progress of work called `label` on standard error while the block runs."""
    stream = stream or sys.stderr
    if stream.isatty():
        with _bar(label, stream) as advance:
            yield advance
    else:
        yield _Lines(label, stream)


@contextmanager
def _bar(label: str, stream: TextIO) -> Iterator[Advance]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(file=stream)) as bar:
        tasks = {"": bar.add_task(label, total=None)}

        def advance(done: int, total: int | None = None, phase: str = "") -> None:
            if phase not in tasks:
                bar.remove_task(tasks.popitem()[1])
                tasks[phase] = bar.add_task(_named(label, phase), total=None)
            bar.update(tasks[phase], completed=done, total=total)

        yield advance


class _Lines:
    """One line when a phase begins, one every few seconds, and one when it is done."""

    def __init__(self, label: str, stream: TextIO) -> None:
        self._label, self._stream = label, stream
        self._phase: str | None = None
        self._next = 0.0

    def __call__(self, done: int, total: int | None = None, phase: str = "") -> None:
        now = time.monotonic()
        if phase != self._phase or now >= self._next or done == total:
            self._phase, self._next = phase, now + _SECONDS_BETWEEN_LINES
            of = f" of {total}" if total is not None else ""
            print(f"{_named(self._label, phase)}: {done}{of}", file=self._stream, flush=True)


def _named(label: str, phase: str) -> str:
    return f"{label}, {phase}" if phase else label
