"""JSON as both interfaces take it: in UTF-8, no member twice, no NaN, no deeper than anything that is asked for."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

__all__ = ["MOST_LEVELS", "JsonMalformed", "JsonTooDeep", "is_json_type", "parse_json"]

# How deep JSON may be: nothing that is taken is half as deep.
MOST_LEVELS = 32
_JSON_TYPE = "application/json"


class JsonMalformed(ValueError):
    """The text is not JSON in UTF-8, or has a member twice."""


class JsonTooDeep(ValueError):
    """The text is nested deeper than it may be."""


def is_json_type(content_type: str) -> bool:
    """Return whether a body of this content type is JSON in UTF-8: a type that no page of another origin just sends."""
    name, *parameters = (piece.strip().lower() for piece in content_type.split(";"))
    charsets = [piece[8:].strip('"') for piece in parameters if piece.startswith("charset=")]
    return name == _JSON_TYPE and all(charset in ("utf-8", "utf8") for charset in charsets)


def parse_json(text: bytes) -> Any:
    """Return the value of a text. Raise `JsonMalformed` or `JsonTooDeep`."""
    try:
        found = json.loads(text.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except RecursionError:
        raise JsonTooDeep from None
    except ValueError:
        raise JsonMalformed from None
    level = list(_nested([found]))
    for _ in range(MOST_LEVELS + 1):
        if not level:
            return found
        level = [inner for value in level for inner in _nested(value.values() if isinstance(value, dict) else value)]
    raise JsonTooDeep


def _nested(values: Iterable[Any]) -> Iterable[Any]:
    """Return those of some values that hold others."""
    return (value for value in values if isinstance(value, dict | list))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _no_constant(_name: str) -> Any:
    raise ValueError
