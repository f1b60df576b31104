"""Bodies of JSON: refused where two readers could read them differently, or a database could not keep them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from starlette.requests import Request

from api.strict_json import MOST_LEVELS, JsonMalformed, JsonTooDeep, parse_json

__all__ = ["MalformedBody", "read_object"]


class MalformedBody(Exception):
    """The body is not what the route takes; the sentence repeats nothing of it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


async def read_object(request: Request, media_types: Collection[str]) -> dict[str, Any]:
    """Return the JSON object that a request holds. Raise `MalformedBody`."""
    name, *parameters = (piece.strip().lower() for piece in request.headers.get("content-type", "").split(";"))
    charsets = [piece[8:].strip('"') for piece in parameters if piece.startswith("charset=")]
    if name not in media_types or any(charset not in ("utf-8", "utf8") for charset in charsets):
        raise MalformedBody(415, f"The content type has to be {' or '.join(media_types)}, in UTF-8.")
    try:
        found = parse_json(await request.body())
    except JsonTooDeep:
        raise MalformedBody(400, f"The body is nested too deeply; at most {MOST_LEVELS} levels are taken.") from None
    except JsonMalformed:
        raise MalformedBody(400, "The body is not JSON in UTF-8, or has a member twice.") from None
    if not isinstance(found, dict):
        raise MalformedBody(400, "The body has to be one JSON object.")
    _require_storable(found)
    return found


def _require_storable(found: Any) -> None:
    level: list[Any] = [found]
    while level:
        if any("\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text) for text in _texts(level)):
            raise MalformedBody(400, "The body holds a character that cannot be stored.")
        level = [inner for value in level for inner in _inner(value)]


def _texts(values: Iterable[Any]) -> Iterable[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from value


def _inner(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
