"""Canonical JSON, the one byte form of everything that is hashed or signed: RFC 8785 limited to what Caseledger needs.

Standard library only, so that the offline verifier stands alone. docs/formats.md, section 1, is the specification.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from itertools import chain
from json import encoder as library
from json.encoder import encode_basestring
from typing import Any, NoReturn, TypeAlias

__all__ = ["INTEGER_LIMIT", "JSON", "NESTING_LIMIT", "CanonicalError", "decode", "encode"]

JSON: TypeAlias = "bool | int | str | list[JSON] | dict[str, JSON] | None"

INTEGER_LIMIT = 2**53  # beyond this a reader that holds numbers as doubles would see another number
NESTING_LIMIT = 64  # so that every reader, in any language, can afford to go as deep as every writer

_DIGITS = len(str(INTEGER_LIMIT))
_SMALL = 4096  # bytes: as long as the body of an event is
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_]{1,64}")


class CanonicalError(ValueError):
    """A value or a text that canonical JSON does not admit; `path` says where, `rule` what it breaks."""

    def __init__(self, path: str, rule: str) -> None:
        self.path = path
        self.rule = rule
        super().__init__(f"{path}: {rule}" if path else rule)

    def within(self, step: str) -> CanonicalError:
        """Give the same error as seen from the container one level up."""
        joint = "" if not self.path or self.path.startswith("[") else "."
        return CanonicalError(f"{step}{joint}{self.path}", self.rule)


def encode(value: JSON) -> bytes:
    """Write a value in its one canonical form, UTF-8. Raises CanonicalError for a value that has none."""
    return _text(value, 0).encode()


def decode(data: bytes) -> JSON:
    """Read canonical JSON, and nothing else: text that does not re-encode to the same bytes raises CanonicalError."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise CanonicalError("", f"is not UTF-8 at byte {error.start}") from None
    try:
        value = _read(text)
    except CanonicalError:
        raise
    except json.JSONDecodeError as error:
        raise CanonicalError("", f"is not JSON at character {error.pos}") from None
    except RecursionError:
        raise CanonicalError("", f"is nested deeper than {NESTING_LIMIT} levels") from None
    if not _is_plainly_canonical(value, text, data):
        again = encode(value)
        if again != data:
            raise CanonicalError("", f"is not canonical JSON from byte {_first_difference(again, data)}")
    return value


def _read(text: str) -> JSON:
    try:
        value, end = _READER.raw_decode(text)
    except json.JSONDecodeError:
        end = -1
    # What stands before or after the value is for the library to judge.
    return value if end == len(text) else _READER.decode(text)  # type: ignore[no-any-return] # JSON by its nature


def _is_plainly_canonical(value: JSON, text: str, data: bytes) -> bool:
    # The library writes what it has read in the canonical form, but for what is asked here first, which the careful
    # writer then decides; this quick road halves the time of a check.
    if b"\\" in data and b"\\u0000" in data:  # the first is by far the quicker to find missing
        return False
    # In a long text there are surely more, and counting them takes as long as looking.
    is_small = len(data) <= _SMALL and data.isascii() and data.count(b"{") + data.count(b"[") <= NESTING_LIMIT
    return (is_small or _is_shallow_with_ascii_names(value)) and _write(value) == text


def _is_shallow_with_ascii_names(value: JSON) -> bool:
    level: Iterable[JSON] = [value]
    for _ in range(NESTING_LIMIT + 1):
        objects = [item for item in level if type(item) is dict]
        arrays = [item for item in level if type(item) is list]
        if not "".join(chain.from_iterable(objects)).isascii():
            return False
        if not objects and not arrays:
            return True
        level = [*chain.from_iterable(item.values() for item in objects), *chain.from_iterable(arrays)]
    return False


def _text(value: JSON, depth: int) -> str:
    kind = type(value)
    if kind is str:
        return _quoted(value)  # type: ignore[arg-type] # `kind` is exact; isinstance would admit subclasses
    if kind is dict:
        return _object(value, depth + 1)  # type: ignore[arg-type] # as above
    if kind is list:
        return _array(value, depth + 1)  # type: ignore[arg-type] # as above
    if kind is int:
        if not -INTEGER_LIMIT <= value <= INTEGER_LIMIT:  # type: ignore[operator] # as above
            raise CanonicalError("", "is an integer beyond 2^53")
        return repr(value)
    if value is True:
        return "true"
    if value is False:
        return "false"
    if value is None:
        return "null"
    raise CanonicalError("", f"is of type {kind.__name__}, which canonical JSON does not have")


def _quoted(value: str) -> str:
    if "\0" in value:
        raise CanonicalError("", "holds the character NUL")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise CanonicalError("", "holds a lone surrogate") from None
    return encode_basestring(value)


def _object(members: dict[str, JSON], depth: int) -> str:
    if depth > NESTING_LIMIT:
        raise CanonicalError("", f"is nested deeper than {NESTING_LIMIT} levels")
    for key in members:
        if type(key) is not str or not key.isascii():
            raise CanonicalError("", "has a member whose name is not ASCII text")
    written = []
    for key in sorted(members):
        try:
            written.append(f"{_quoted(key)}:{_text(members[key], depth)}")
        except CanonicalError as error:
            # A name that is no plain identifier may be somebody's words: it is not repeated.
            raise error.within(key if _PLAIN_KEY.fullmatch(key) else "(member)") from None
    return "{" + ",".join(written) + "}"


def _array(items: list[JSON], depth: int) -> str:
    if depth > NESTING_LIMIT:
        raise CanonicalError("", f"is nested deeper than {NESTING_LIMIT} levels")
    written = []
    for index, item in enumerate(items):
        try:
            written.append(_text(item, depth))
        except CanonicalError as error:
            raise error.within(f"[{index}]") from None
    return "[" + ",".join(written) + "]"


def _no_such_number(_literal: str) -> NoReturn:
    raise CanonicalError("", "holds a number that is not an integer")


def _first_difference(one: bytes, other: bytes) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _integer(literal: str) -> int:
    if len(literal) < _DIGITS or (len(literal) <= _DIGITS + 1 and abs(int(literal)) <= INTEGER_LIMIT):
        return int(literal)
    raise CanonicalError("", "holds an integer beyond 2^53")


_READER = json.JSONDecoder(parse_int=_integer, parse_float=_no_such_number, parse_constant=_no_such_number)


def _library_writer() -> Callable[[JSON], str]:
    # The library makes its quick writer anew for each value, which for a body takes as long as the writing.
    slow = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, check_circular=False)
    make: Any = getattr(library, "c_make_encoder", None)
    if make is None:
        return slow.encode
    quick: Callable[[JSON, int], Iterable[str]] = make(
        None, slow.default, encode_basestring, None, ":", ",", True, False, True
    )
    return lambda value: "".join(quick(value, 0))


_write = _library_writer()
