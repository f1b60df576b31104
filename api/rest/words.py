"""Sealed words as REST tells them."""

from __future__ import annotations

from api.rest.bodies import Answer
from services.sealed_texts import SealedText

__all__ = ["Told", "told"]


class Told(Answer):
    """Words that are sealed: OPEN, ERASED or WITHHELD, and the text of what is open."""

    state: str
    text: str | None


def told(text: SealedText) -> Told:
    """The words as their reader gets them."""
    return Told(state=text.state.value, text=text.text)
