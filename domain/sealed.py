"""Texts that are stored sealed: what a decision holds before recording, and what a loaded case holds afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Secret:
    """Text on its way to be sealed: it exists between a decision and its recording, and never in a loaded case.

    `about` is the person whose key, within this case, seals the text; None means the key of the case.
    """

    text: str
    about: UUID | None = None

    def __repr__(self) -> str:
        # A traceback or a failing assertion must not print personal data.
        return "Secret(...)"


@dataclass(frozen=True, slots=True)
class SealedRef:
    """Where a sealed text of this case lies: the part `part` of the event with this version of its stream."""

    version: int
    part: str


Sealed = Secret | SealedRef
