"""How a trust's directory calls people: the userName, what of two is the same, and the name that somebody goes by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from unicodedata import normalize

from domain.refusals import Refused

__all__ = ["WORD_LIMIT", "UserNameUnusable", "key_of_user_name", "require_user_name", "usual_name"]

# Characters of a userName, and of an externalId.
WORD_LIMIT: Final = 400


class UserNameUnusable(Refused):
    """A userName is needed, of at most 400 printable characters."""


def require_user_name(user_name: str | None) -> str:
    """The userName, which has to be there. Raises UserNameUnusable."""
    if user_name is None or not user_name.strip() or len(user_name) > WORD_LIMIT or not user_name.isprintable():
        raise UserNameUnusable("userName")
    return user_name


def key_of_user_name(user_name: str) -> str:
    """What is the same of userNames that differ in case alone."""
    return normalize("NFC", normalize("NFC", user_name).casefold())


def usual_name(attributes: Mapping[str, Any]) -> str | None:
    """How somebody is called, as far as the directory says it."""
    name = attributes.get("name") or {}
    parts = (name.get("givenName"), name.get("familyName"))
    candidates = (attributes.get("displayName"), name.get("formatted"), " ".join(part for part in parts if part))
    return next((text.strip() for text in candidates if text and text.strip()), None)
