"""Checks of input that every kind of case shares: each refuses by naming the field, and never the value."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date

from domain.refusals import DatesOutOfOrder, EmptyText, FutureDate, MalformedValue, Refused, RepeatedValue
from domain.sealed import Sealed, Secret
from domain.vocabulary import require_code

_SHA256 = re.compile(r"[0-9a-f]{64}")


class InvalidIdentifier(Refused):
    """This is not an identifier of the kind that the field takes."""


def refuse(refusal: type[Refused] | None, *fields: str, clause: str | None = None) -> None:
    """Raise the refusal that a guard found, if it found one."""
    if refusal is not None:
        raise refusal(*fields, clause=clause)


def require_not_future(today: date, **dates: date | None) -> None:
    """Refuse, naming the fields, dates that lie after today."""
    late = [field for field, day in dates.items() if day is not None and day > today]
    if late:
        raise FutureDate(*late)


def require_order(earlier: date | None, later: date | None, field: str) -> None:
    """Refuse a step, naming its field, that is dated before the one it follows."""
    if earlier is not None and later is not None and later < earlier:
        raise DatesOutOfOrder(field)


def require_text(field: str, text: Sealed | None) -> None:
    """Refuse a missing or blank text where words are required."""
    if text is None or is_blank(text):
        raise EmptyText(field)


def is_blank(text: Sealed) -> bool:
    """Whether a text on its way to be sealed says nothing; one sealed before always said something."""
    return isinstance(text, Secret) and not text.text.strip()


def present(text: Sealed | None) -> Sealed | None:
    """The text, or None where it says nothing: a blank is not worth a key."""
    return None if text is None or is_blank(text) else text


def require_sha256(field: str, digest: str | None) -> None:
    """Refuse a digest that is not 64 lower-case hexadecimal digits."""
    if digest is not None and _SHA256.fullmatch(digest) is None:
        raise MalformedValue(field)


def require_word(field: str, word: str) -> None:
    """Refuse a clear reference or identifier that is empty, padded or not printable."""
    if not word or word != word.strip() or not word.isprintable():
        raise MalformedValue(field)


def require_codes(name: str, codes: Sequence[str], field: str, on: date | None = None) -> None:
    """Refuse a list that holds an unknown code or the same code twice."""
    for code in codes:
        require_code(name, code, field, on)
    require_distinct(codes, field)


def require_distinct(values: Collection[object], field: str) -> None:
    """Refuse a list that holds the same value twice."""
    if len(set(values)) != len(values):
        raise RepeatedValue(field)
