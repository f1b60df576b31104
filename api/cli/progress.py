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
    """Told how much is done, of how much if that is known."""

    def __call__(self, done: int, total: int | None = None) -> None:
        """Show it."""


@contextmanager
def progress(label: str, total: int | None = None, *, stream: TextIO | None = None) -> Iterator[Advance]:
    """Show the progress of work called `label` on standard error while the block runs."""
    stream = stream or sys.stderr
    if stream.isatty():
        with _bar(label, total, stream) as advance:
            yield advance
    else:
        yield _Lines(label, total, stream)


@contextmanager
def _bar(label: str, total: int | None, stream: TextIO) -> Iterator[Advance]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(file=stream)) as bar:
        task = bar.add_task(label, total=total)

        def advance(done: int, total: int | None = None) -> None:
            if total is None:
                bar.update(task, completed=done)
            else:
                bar.update(task, completed=done, total=total)

        yield advance


class _Lines:
    """One line at first, one every few seconds, and one at the end."""

    def __init__(self, label: str, total: int | None, stream: TextIO) -> None:
        self._label, self._total, self._stream = label, total, stream
        self._next = 0.0

    def __call__(self, done: int, total: int | None = None) -> None:
        self._total = total if total is not None else self._total
        finished = self._total is not None and done >= self._total
        now = time.monotonic()
        if now >= self._next or finished:
            self._next = now + _SECONDS_BETWEEN_LINES
            of = f" of {self._total}" if self._total is not None else ""
            print(f"{self._label}: {done}{of}", file=self._stream, flush=True)
