"""Canonical JSON: one spelling for each value, and nothing that another reader could see otherwise."""

from __future__ import annotations

import enum
import json
import math
import random
from collections import OrderedDict
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import canonical
from ledger.canonical import JSON, CanonicalError
from ledger.fast_canonical import encode_fast

_ESCAPES = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}


def slow_writer(value: JSON) -> bytes:
    """RFC 8785 over again, byte by byte and without any JSON library."""
    if isinstance(value, bool) or value is None:
        return {True: b"true", False: b"false", None: b"null"}[value]
    if isinstance(value, int):
        return str(value).encode()
    if isinstance(value, str):
        written = "".join(_ESCAPES.get(ord(c), c if ord(c) >= 32 else f"\\u{ord(c):04x}") for c in value)
        return b'"' + written.encode() + b'"'
    if isinstance(value, list):
        return b"[" + b",".join(slow_writer(item) for item in value) + b"]"
    members = sorted(value.items(), key=lambda member: member[0].encode("utf-16-be"))
    return b"{" + b",".join(slow_writer(key) + b":" + slow_writer(item) for key, item in members) + b"}"


_texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
_names = st.text(st.characters(min_codepoint=1, max_codepoint=127), max_size=8)
_scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _texts
_values = st.recursive(
    _scalars, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(_names, inner, max_size=5), max_leaves=20
)


@given(_values)
def test_three_writers_agree_and_the_text_reads_back(value: JSON) -> None:
    written = canonical.encode(value)

    assert written == slow_writer(value)
    assert encode_fast(value) == written
    assert canonical.decode(written) == value


def test_ten_thousand_random_objects_are_written_alike() -> None:
    chance = random.Random(8785)
    alphabet = 'abcZ09 \t\n"\\/\x01\x1f\x7fé\u2028\uffff\U0001f600'

    def any_value(depth: int) -> JSON:
        kind = chance.randrange(7 if depth < 4 else 5)
        if kind == 5:
            return [any_value(depth + 1) for _ in range(chance.randrange(4))]
        if kind == 6:
            names = ("".join(chance.choices('aBz_\x1f~"', k=chance.randrange(4))) for _ in range(chance.randrange(4)))
            return {name: any_value(depth + 1) for name in names}
        scalars: tuple[JSON, ...] = (None, True, False, chance.randint(-(2**53), 2**53))
        return "".join(chance.choices(alphabet, k=chance.randrange(9))) if kind == 4 else scalars[kind]

    for _ in range(10_000):
        value = any_value(0)
        assert encode_fast(value) == canonical.encode(value) == slow_writer(value)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({}, b"{}"),
        ([], b"[]"),
        ("", b'""'),
        (0, b"0"),
        (-(2**53), b"-9007199254740992"),
        (2**53, b"9007199254740992"),
        ({"b": 1, "a": [True, False, None], "B": {}}, b'{"B":{},"a":[true,false,null],"b":1}'),
        ('\x08\t\n\x0b\x0c\r"\\/\x1f\x7f', b'"\\b\\t\\n\\u000b\\f\\r\\"\\\\/\\u001f\x7f"'),
        ("é\u2028\U0001f600", '"é\u2028\U0001f600"'.encode()),
        ("\\u0000", b'"\\\\u0000"'),
    ],
)
def test_each_value_has_one_spelling(value: JSON, written: bytes) -> None:
    assert canonical.encode(value) == encode_fast(value) == written
    assert canonical.decode(written) == value


class _Colour(enum.StrEnum):
    RED = "RED"


class _Number(enum.IntEnum):
    ONE = 1


def _nested(levels: int) -> JSON:
    value: JSON = 1
    for _ in range(levels):
        value = [value]
    return value


def _nested_objects(levels: int) -> JSON:
    value: JSON = 1
    for _ in range(levels):
        value = {"a": value}
    return value


@pytest.mark.parametrize("write", [canonical.encode, encode_fast], ids=["plain", "fast"])
@pytest.mark.parametrize(
    ("value", "path", "rule"),
    [
        (1.0, "", "is of type float, which canonical JSON does not have"),
        ({"a": [1, math.nan]}, "a[1]", "is of type float, which canonical JSON does not have"),
        ({"a": {"b": 2**53 + 1}}, "a.b", "is an integer beyond 2^53"),
        ([-(2**53) - 1], "[0]", "is an integer beyond 2^53"),
        ({"a": "x\0y"}, "a", "holds the character NUL"),
        ({"a\0": 1}, "(member)", "holds the character NUL"),
        ({"a": "\ud800"}, "a", "holds a lone surrogate"),
        ({"é": 1}, "", "has a member whose name is not ASCII text"),
        ({"a": [{1: 2}]}, "a[0]", "has a member whose name is not ASCII text"),
        ({"a": (1, 2)}, "a", "is of type tuple, which canonical JSON does not have"),
        ({"a": b"x"}, "a", "is of type bytes, which canonical JSON does not have"),
        ({"a": uuid4()}, "a", "is of type UUID, which canonical JSON does not have"),
        ({"a": datetime(2026, 1, 1, tzinfo=UTC)}, "a", "is of type datetime, which canonical JSON does not have"),
        ({"a": _Colour.RED}, "a", "is of type _Colour, which canonical JSON does not have"),
        ({"a": _Number.ONE}, "a", "is of type _Number, which canonical JSON does not have"),
        (OrderedDict(a=1), "", "is of type OrderedDict, which canonical JSON does not have"),
        ({"her own words": {"b": 0.5}}, "(member).b", "is of type float, which canonical JSON does not have"),
        (_nested(65), "[0]" * 64, "is nested deeper than 64 levels"),
        (_nested_objects(65), ".".join("a" * 64), "is nested deeper than 64 levels"),
    ],
)
def test_what_has_no_canonical_form_is_refused_by_both_writers(write, value, path, rule) -> None:  # type: ignore[no-untyped-def] # the values are wrong on purpose
    with pytest.raises(CanonicalError) as refused:
        write(value)

    assert (refused.value.path, refused.value.rule) == (path, rule)


def test_sixty_four_levels_are_written_and_read() -> None:
    value = _nested(64)

    assert canonical.decode(canonical.encode(value)) == value
    assert encode_fast(value) == canonical.encode(value)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (b"", "is not JSON at character 0"),
        (b" 1", "is not canonical JSON from byte 0"),
        (b"1\n", "is not canonical JSON from byte 1"),
        (b"\xef\xbb\xbf1", "is not JSON at character 0"),
        (b'{"a": 1}', "is not canonical JSON from byte 5"),
        (b'{"b":1,"a":2}', "is not canonical JSON from byte 2"),
        (b'{"a":1,"a":1}', "is not canonical JSON from byte 6"),
        (b'{"a":1,"a":2}', "is not canonical JSON from byte 5"),
        (b'"\\u0041"', "is not canonical JSON from byte 1"),
        (b'"\\/"', "is not canonical JSON from byte 1"),
        (b'"\\u001F"', "is not canonical JSON from byte 6"),
        (b'"\\u00e9"', "is not canonical JSON from byte 1"),
        (b'"a\nb"', "is not JSON at character 2"),
        (b"-0", "is not canonical JSON from byte 0"),
        (b"01", "is not JSON at character 1"),
        (b"1.0", "holds a number that is not an integer"),
        (b"1e2", "holds a number that is not an integer"),
        (b"NaN", "holds a number that is not an integer"),
        (b"-Infinity", "holds a number that is not an integer"),
        (b"9007199254740993", "holds an integer beyond 2^53"),
        (b"-" + b"9" * 10_000, "holds an integer beyond 2^53"),
        (b"\xff", "is not UTF-8 at byte 0"),
        (b'"\xed\xa0\x80"', "is not UTF-8 at byte 1"),
        (b'"\\ud800"', "holds a lone surrogate"),
        (b'"\\u0000"', "holds the character NUL"),
        ('{"é":1}'.encode(), "has a member whose name is not ASCII text"),
        (b"[" * 65 + b"]" * 65, "is nested deeper than 64 levels"),
        (b"[" * 100_000, "is nested deeper than 64 levels"),
        (b'{"a":' * 100_000, "is nested deeper than 64 levels"),
        (b"1 2", "is not JSON at character 2"),
        (b"undefined", "is not JSON at character 0"),
    ],
)
def test_text_in_another_spelling_is_refused(text: bytes, rule: str) -> None:
    with pytest.raises(CanonicalError) as refused:
        canonical.decode(text)

    assert refused.value.rule == rule


@given(st.binary(max_size=40) | _values.map(lambda value: json.dumps(value).encode()))
def test_reading_gives_back_the_very_bytes_or_refuses(text: bytes) -> None:
    try:
        value = canonical.decode(text)
    except CanonicalError:
        return

    assert slow_writer(value) == text
