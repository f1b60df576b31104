"""Reading what a token says: JSON without second meanings, and claims of the type that they must have."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any, NoReturn

__all__ = ["Claims", "Malformed", "decode_segment", "encode_segment", "read_object"]

_MOST_TEXT = 255
_MOST_TEXTS = 64
# As far as a number is the same in every reader of JSON (RFC 8259, section 6).
_LARGEST_SECONDS = 2**53


class Malformed(ValueError):
    """A token is not of the shape, or a claim not of the type, that it must be. The sentence holds nothing of it."""


def encode_segment(value: bytes) -> str:
    """Return base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def decode_segment(text: str) -> bytes:
    """Return what a segment spells. Raise `Malformed` unless it is the one spelling there is."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("a segment is not base64url") from None
    if encode_segment(raw) != text:
        # Padding, or spare bits at the end, would give one token several spellings.
        raise Malformed("a segment is not base64url")
    return raw


def read_object(raw: bytes) -> dict[str, Any]:
    """Return a JSON object in which no name stands twice. Raise `Malformed` for anything else."""
    try:
        value = json.loads(raw.decode(), object_pairs_hook=_once, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise Malformed("it is not strict JSON") from None
    if not isinstance(value, dict):
        raise Malformed("it is not a JSON object")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    named = dict(pairs)
    if len(named) != len(pairs):
        # Two readers of the same token could take different ones.
        raise Malformed("a name stands twice")
    return named


def _refuse(_constant: str) -> NoReturn:
    raise Malformed("a number is none")


class Claims:
    """The claims of one token, each read as what it must be. Every method raises `Malformed` otherwise."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def has_any(self, names: frozenset[str]) -> bool:
        """Return whether any of these claims is there, whatever its value."""
        return not names.isdisjoint(self._values)

    def text(self, name: str) -> str:
        """Return a claim of 1 to 255 printable ASCII characters (OpenID Connect Core, section 2, on `sub`)."""
        value = self._values.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= _MOST_TEXT:
            raise Malformed(f"{name} is not of its type")
        if not (value.isascii() and value.isprintable()):
            raise Malformed(f"{name} is not of its type")
        return value

    def text_if_any(self, name: str) -> str | None:
        """Return such a claim; None where it is not there."""
        return self.text(name) if name in self._values else None

    def texts(self, name: str) -> frozenset[str]:
        """Return a list of texts; none where the claim is not there."""
        values = self._values.get(name, [])
        if not isinstance(values, list) or len(values) > _MOST_TEXTS:
            raise Malformed(f"{name} is not of its type")
        if not all(isinstance(value, str) and len(value) <= _MOST_TEXT and value.isprintable() for value in values):
            raise Malformed(f"{name} is not of its type")
        return frozenset(values)

    def text_or_texts(self, name: str) -> frozenset[str]:
        """Return a text or a list of texts, as `aud` may be (RFC 7519, section 4.1.3)."""
        if isinstance(self._values.get(name), str):
            return frozenset({self.text(name)})
        return self.texts(name)

    def words(self, name: str) -> frozenset[str]:
        """Return the words of a text of any length, as of `scope`, or a list of them; none where it is not there."""
        value = self._values.get(name, "")
        return frozenset(value.split()) if isinstance(value, str) else self.texts(name)

    def seconds(self, name: str) -> int:
        """Return an instant in whole seconds since 1970."""
        value = self._values.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _LARGEST_SECONDS:
            raise Malformed(f"{name} is not of its type")
        return value

    def seconds_if_any(self, name: str) -> int | None:
        """Return such an instant; None where the claim is not there."""
        return self.seconds(name) if name in self._values else None
