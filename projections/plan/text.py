"""Pieces of SQL that give JSON as text. None of them is ever null: one null would take the whole answer with it.

Text is put together by concatenation, which takes PostgreSQL a third of the time of its own functions for JSON.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from typing import Any

__all__ = [
    "NULL",
    "array_literal",
    "array_of",
    "bare",
    "empty_if_null",
    "joined",
    "literal",
    "object_of",
    "quoted",
    "renamed",
    "string",
]

NULL = "'null'"


def string(expression: str) -> str:
    """A text of any content."""
    return f"coalesce(to_json({expression})::text, 'null')"


def quoted(expression: str) -> str:
    """What needs no escaping: an id, a date, a code of ours."""
    return f"""coalesce('"' || {expression} || '"', 'null')"""


def bare(expression: str) -> str:
    """A number or a truth value."""
    return f"coalesce(({expression})::text, 'null')"


def literal(json: str) -> str:
    """JSON that is known beforehand, as a constant of the statement."""
    return "'" + json.replace("'", "''").replace("%", "%%") + "'"


def object_of(members: Sequence[tuple[str, str]]) -> str:
    """An object; its keys are names of GraphQL, which need no escaping."""
    if not members:
        return "'{}'"
    pieces = [f"""'{"," if place else "{"}"{key}":' || {value}""" for place, (key, value) in enumerate(members)]
    return f"({' || '.join(pieces)} || '}}')"


def array_of(elements: str) -> str:
    """An array from a sub-select of one aggregated text, null when there is none."""
    return f"('[' || coalesce({elements}, '') || ']')"


def empty_if_null(expression: str) -> str:
    """JSON that is an array, or an empty one where there is none."""
    return f"coalesce(({expression})::text, '[]')"


def array_literal(values: Iterable[Any]) -> str:
    """An array as a parameter in PostgreSQL's own form, which the driver would make ten times more slowly."""
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return str(value)


def joined(conditions: Iterable[str]) -> str:
    """Conditions that must all hold; none always do."""
    return " AND ".join(conditions) or "true"


def renamed(statement: str, prefix: str, *, keep: Container[str]) -> str:
    """A statement with a prefix before the name of each parameter that is not to be kept."""
    return re.sub(r"%\((\w+)\)s", lambda found: found[0] if found[1] in keep else f"%({prefix}{found[1]})s", statement)
