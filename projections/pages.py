"""Cursors of long lists, which say where the next page begins."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec

from domain.refusals import Refused


class CursorMalformed(Refused):
    """The cursor is not one that this list has given, in this order."""


def place_of(cursor: str, *types: Any) -> tuple[Any, ...]:
    """The place that a cursor says, of the given types; raises CursorMalformed."""
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        return msgspec.json.decode(text, type=tuple[types])  # type: ignore[valid-type] # one type for each member
    except (binascii.Error, msgspec.MsgspecError, UnicodeError, ValueError):
        raise CursorMalformed("after") from None
