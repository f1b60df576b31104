"""Pages of long lists: how many at most, and cursors that say where the next one begins."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from domain.refusals import Refused

LARGEST_PAGE = 100

Entry = TypeVar("Entry")


class PageTooLarge(Refused):
    """A page has from 1 to 100 entries."""


class CursorMalformed(Refused):
    """The cursor is not one that this list has given, in this order."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Entry]):
    """Some entries of a list in its order, each with the cursor after it, and whether more follow."""

    entries: tuple[Entry, ...]
    cursors: tuple[str, ...]
    has_next: bool


def require_page(first: int) -> None:
    """Refuse a page that is empty or too large."""
    if not 1 <= first <= LARGEST_PAGE:
        raise PageTooLarge("first")


def page_of(found: Sequence[Entry], first: int, cursor: Callable[[Entry], str]) -> Page[Entry]:
    """The page of the `first` entries out of at most one more than that."""
    entries = tuple(found[:first])
    return Page(entries, tuple(map(cursor, entries)), has_next=len(found) > first)


def cursor_of(*place: Any) -> str:
    """A cursor: the order of the list and the place in it, opaque to whoever carries it."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def place_of(cursor: str, *types: Any) -> tuple[Any, ...]:
    """The place that a cursor says, of the given types; raises CursorMalformed."""
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        return msgspec.json.decode(text, type=tuple[types])  # type: ignore[valid-type] # one type for each member
    except (binascii.Error, msgspec.MsgspecError, UnicodeError, ValueError):
        raise CursorMalformed("after") from None
