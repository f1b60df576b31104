"""JSON as both interfaces take it: in UTF-8, no member twice, no NaN, no deeper than anything that is asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from typing import Any

__all__ = ["JSON_TYPE", "MOST_LEVELS", "JsonMalformed", "JsonTooDeep", "is_json_type", "is_storable", "parse_json"]

# How deep JSON may be: nothing that is taken is half as deep.
MOST_LEVELS = 32
JSON_TYPE = "application/json"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class JsonMalformed(ValueError):
    """The text is not JSON in UTF-8, or has a member twice."""


class JsonTooDeep(ValueError):
    """The text is nested deeper than it may be."""


def is_json_type(content_type: str, media_types: Collection[str] = (JSON_TYPE,)) -> bool:
    """Return whether a body of this content type is JSON in UTF-8: a type that no page of another origin just sends."""
    name, *parameters = (piece.strip().lower() for piece in content_type.split(";"))
    charsets = [piece[8:].strip('"') for piece in parameters if piece.startswith("charset=")]
    return name in media_types and all(charset in ("utf-8", "utf8") for charset in charsets)


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


def is_storable(value: Any) -> bool:
    """Return whether a database can store every text of a value: no NUL character, no half of a surrogate pair."""
    if isinstance(value, str):
        return _UNSTORABLE.search(value) is None
    if isinstance(value, dict):
        return all(is_storable(name) and is_storable(member) for name, member in value.items())
    return not isinstance(value, list) or all(map(is_storable, value))


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
