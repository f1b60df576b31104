"""How a refusal is told outside: the inputs at fault by the names that the API gives them."""

from __future__ import annotations

from collections.abc import Sequence

from domain.naming import camel

__all__ = ["told"]


def told(message: str, fields: Sequence[str]) -> tuple[str, list[str]]:
    """Return the sentence and the fields of a refusal with names such as `openedOn` for `opened_on`."""
    for field in fields:
        message = message.replace(field, camel(field))
    return message, [camel(field) for field in fields]
