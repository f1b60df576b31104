"""What the oracle knows beside the ledger, because the test wrote it down when it happened."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.retention import PersonDates

CURSOR = "oracle-cursor-"


class Refusal(Exception):
    """A question that is refused, with the code that the design gives it."""

    def __init__(self, code: str = "INVALID_INPUT") -> None:
        super().__init__(code)
        self.code = code


class Opaque:
    """A value of the scalar JSON: what GraphQL takes as a whole, so that the order of its members says nothing."""

    def __init__(self, value: object) -> None:
        self._text = json.dumps(value, sort_keys=True)

    def is_same(self, given: object) -> bool:
        """Whether it is the same value; a number is never a truth value."""
        return self._text == json.dumps(given, sort_keys=True)

    def __repr__(self) -> str:
        return self._text


@dataclass
class Facts:
    """Plain texts by stream, version and part; names; and what stands in no event.

    A text is erased when the key that its event names was destroyed. A name of None was erased.
    """

    trust_id: UUID
    trust_name: str
    texts: dict[tuple[str, int, str], str] = field(default_factory=dict)
    destroyed_keys: set[str] = field(default_factory=set)
    names: dict[str, str | None] = field(default_factory=dict)
    programs: set[str] = field(default_factory=set)
    # Days of the working life of people, which decide how long records are kept.
    days: dict[str, PersonDates] = field(default_factory=dict)
    public_key: str = ""
    # Every note that was signed, and the keys that signed, in their order.
    checkpoints: list[str] = field(default_factory=list)
    signers: list[str] = field(default_factory=list)
    # What places outside received: the name of each, its kind and its address, the size, and when.
    anchors: list[tuple[str, str, str, int, datetime]] = field(default_factory=list)
    # The entries of the log of reads: position, recorded_at, body and leaf.
    reads: list[dict[str, Any]] = field(default_factory=list)
    reads_key: str = ""
    reads_checkpoint: str | None = None


def cursor_of(*place: object) -> str:
    """The oracle's own cursor for a place in a list; only hexadecimal, so that it fits into any document."""
    return CURSOR + json.dumps(place).encode().hex()


def list_of(cursor: str) -> str:
    """The list that gave a cursor of the oracle's."""
    return str(json.loads(bytes.fromhex(cursor.removeprefix(CURSOR)))[0])


def place_of(cursor: str, of: str) -> list[object]:
    """The place in the list `of` that a cursor says; refused when it is one of another list."""
    if not cursor.startswith(CURSOR):
        raise Refusal
    place: list[object] = json.loads(bytes.fromhex(cursor.removeprefix(CURSOR)))
    if place[0] != of:
        raise Refusal
    return place[1:]
