"""Texts that are stored sealed: what a decision holds before recording, and what a loaded case holds afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID


class Secret:
    """Text on its way to be sealed: it exists between a decision and its recording, and never in a loaded case.

    `about` is the person whose key, within this case, seals the text; None means the key of the case. It is no
    dataclass, for an encoder must not be able to write the text down like that of any other record.
    """

    __slots__ = ("about", "text")

    def __init__(self, text: str, about: UUID | None = None) -> None:
        self.text: Final = text
        self.about: Final = about

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return (self.text, self.about) == (other.text, other.about)

    def __hash__(self) -> int:
        return hash((self.text, self.about))

    def __repr__(self) -> str:
        # A traceback or a failing assertion must not print personal data.
        return "Secret(...)"


@dataclass(frozen=True, slots=True)
class SealedRef:
    """Where a sealed text of this case lies: the part `part` of the event with this version of its stream."""

    version: int
    part: str


Sealed = Secret | SealedRef
