"""One entry of a dated code list, and how lists are written down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Code:
    """One entry of a code list; both ends of its use are included, None is open."""

    code: str
    label: str
    definition: str
    active_from: date | None = None
    active_to: date | None = None
    order: int = 0

    def is_active(self, on: date) -> bool:
        """Say whether the code was in use on a day."""
        return (self.active_from is None or self.active_from <= on) and (self.active_to is None or on <= self.active_to)


def listed(*entries: tuple[str, str, str]) -> tuple[Code, ...]:
    """A list from its entries in order: code, label and definition of each."""
    return tuple(Code(code, label, text, order=place) for place, (code, label, text) in enumerate(entries, start=1))
