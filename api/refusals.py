"""How a refusal is told outside: the inputs at fault by the names that the API gives them."""

from __future__ import annotations

from collections.abc import Sequence

from domain.naming import camel
from services.commands import Refusal

__all__ = ["CommandRefused", "told"]


class CommandRefused(Exception):
    """A command was not carried out; the refusal says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code.value)
        self.refusal = refusal


def told(message: str, fields: Sequence[str]) -> tuple[str, list[str]]:
    """Return the sentence and the fields of a refusal with names such as `openedOn` for `opened_on`."""
    for field in fields:
        message = message.replace(field, camel(field))
    return message, [camel(field) for field in fields]
