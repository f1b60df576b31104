"""Work that the server does by itself every so often, in a thread of its own."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from types import TracebackType
from typing import ClassVar, Self

from ledger.connections import PoolClosed

__all__ = ["Rounds"]

log = logging.getLogger("caseledger.rounds")


class Rounds(ABC):
    """Does one round after another from entering to leaving; `seconds` lie between two, and 0 is never.

    The first begins after that time: the first answers of the program come before. Whatever is of `for_later` is left
    for the next round, with a line in the log that names its sort alone.
    """

    name: ClassVar[str]
    for_later: ClassVar[tuple[type[Exception], ...]]

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)

    @abstractmethod
    def one_round(self) -> None:
        """Do all of it once."""

    @property
    def is_ending(self) -> bool:
        """Whether a round that is under way is to come to its end."""
        return self._stop.is_set()

    def __enter__(self) -> Self:
        if self._seconds:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop.set()
        if self._seconds:
            self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stop.wait(self._seconds):
            try:
                self.one_round()
            except self.for_later as error:
                log.warning("%s goes on the next time: %s", self.name, type(error).__name__)
            except PoolClosed:
                return
