"""What somebody asks of a case's history: which events of it, up to when, and in which form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.actors import ActorSort

__all__ = ["Asked", "Form"]


class Form(StrEnum):
    """The forms in which a history is given."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class Asked:
    """Events of these stored names and by this sort of actor, None being any, up to a position or an instant.

    `all_who_knew`: each event is to say all who knew by then, and not only those who came to know by it.
    """

    types: Sequence[str] | None = None
    by: ActorSort | None = None
    until: int | datetime | None = None
    all_who_knew: bool = False
