"""Reading a bundle's file back: its shape alone is checked, the truth of it is `ledger.verify`'s matter.

docs/formats.md, section 10, is the specification.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from ledger import canonical
from ledger.bundle import (
    FORMAT,
    FORMAT_WITH_DECLARATIONS,
    FORMAT_WITH_MORE,
    Bundle,
    BundledEvent,
    ClosedPart,
    Consistency,
    HeadProof,
    Notice,
    OpenedPart,
    Part,
    WithheldEvent,
)
from ledger.canonical import INTEGER_LIMIT
from ledger.entry import EntryError, parse_instant, parse_uuid
from ledger.period import PERIOD_FORMAT, Period

__all__ = ["BundleError", "parse"]

HASH_BYTES = 32
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

_Read = TypeVar("_Read")


class BundleError(ValueError):
    """A file that is no bundle; `place` is the member, `rule` what it breaks."""

    def __init__(self, place: str, rule: str) -> None:
        self.place = place
        self.rule = rule
        super().__init__(f"{place} {rule}")

    def within(self, container: str) -> BundleError:
        """Give the same error as seen from the container one level up."""
        return BundleError(f"{container}.{self.place}" if self.place else container, self.rule)


def parse(data: bytes) -> Bundle | Period:
    """Read a file of either kind. Raises CanonicalError or BundleError naming the first member that is wrong."""
    members: Any = canonical.decode(data)
    format_ = str(members.get("format")) if isinstance(members, dict) else ""
    is_period = format_ == PERIOD_FORMAT
    wanted = _PERIOD if is_period else _BUNDLES.get(format_, _BUNDLES[FORMAT])
    try:
        _check_members(members, wanted)
    except BundleError as error:
        raise error.within("period" if is_period else "bundle") from None
    if is_period:
        return _parse_period(members)
    if format_ not in _BUNDLES:
        raise BundleError("format", f"must be one of {', '.join(_BUNDLES)} and {PERIOD_FORMAT}")
    found = Bundle(
        **_extract(members, shows_whole=format_ == FORMAT),
        stream=_uuid(members, "stream"),
        head=_one(members, "head", _parse_head),
    )
    if found.format != format_:
        raise BundleError("format", f"must be the earliest form that holds what is in it, {found.format}")
    return found


def _parse_period(members: Any) -> Period:
    return Period(
        **_extract(members, shows_whole=False),
        first=_integer(members, "first", 1),
        since=_instant(members, "since"),
        until=_instant(members, "until"),
        before=_text(members, "before"),
        after=_text(members, "after"),
    )


def _extract(members: Any, *, shows_whole: bool) -> dict[str, Any]:
    """What both kinds have; members that an earlier form lacks are empty."""
    return {
        "trust": _uuid(members, "trust"),
        "checkpoint": _text(members, "checkpoint"),
        "public_key": _text(members, "public_key"),
        "events": _each(members, "events", _parse_event if shows_whole else _parse_event_or_withheld),
        "inclusion": _hashes(members, "inclusion"),
        "erasures": _each(members, "erasures", _parse_erasure),
        "consistency": _each(members, "consistency", _parse_consistency),
        "notices": _each(members, "notices", _parse_notice) if "notices" in members else (),
        "declarations": _each(members, "declarations", _parse_erasure) if "declarations" in members else (),
        "handovers": _each(members, "handovers", _parse_handover) if "handovers" in members else (),
    }


# What reads a member raises a place as seen from its own object; `_one` and `_each` say where that object stands.

_COMMON = frozenset(("checkpoint", "consistency", "erasures", "events", "format", "inclusion", "public_key", "trust"))
_LATER = frozenset(("declarations", "handovers", "notices"))
_OF_A_CASE = _COMMON | {"head", "stream"}
_BUNDLES = {
    FORMAT: _OF_A_CASE,
    FORMAT_WITH_MORE: _OF_A_CASE | {"notices"},
    FORMAT_WITH_DECLARATIONS: _OF_A_CASE | _LATER,
}
_PERIOD = _COMMON | _LATER | {"after", "before", "first", "since", "until"}
_ERASURE = frozenset(("body", "leaf", "position", "recorded_at"))
_EVENT = _ERASURE | {"parts"}
_WITHHELD = frozenset(("leaf", "link", "position"))
_NOTICE = frozenset(("law", "since"))
_OPENED = frozenset(("ordinal", "part", "salt", "text"))
_CLOSED = frozenset(("part", "state"))
_HEAD = frozenset(("index", "proof"))
_CONSISTENCY = frozenset(("proof", "root", "size"))


def _parse_handover(value: Any) -> str:
    if not isinstance(value, str):
        raise BundleError("", "must be text")
    return value


def _parse_event(value: Any) -> BundledEvent:
    _check_members(value, _EVENT)
    return _recorded_event(value, _each(value, "parts", _parse_part))


def _parse_event_or_withheld(value: Any) -> BundledEvent | WithheldEvent:
    if not isinstance(value, dict) or "link" not in value:
        return _parse_event(value)
    _check_members(value, _WITHHELD)
    link = _text(value, "link")
    if link:
        _hash(value, "link")
    return WithheldEvent(_integer(value, "position", 1), _hash(value, "leaf"), link)


def _parse_notice(value: Any) -> Notice:
    _check_members(value, _NOTICE)
    since = _text(value, "since")
    if not _DAY.fullmatch(since):
        raise BundleError("since", "must read YYYY-MM-DD")
    return Notice(_text(value, "law"), since)


def _parse_erasure(value: Any) -> BundledEvent:
    _check_members(value, _ERASURE)
    return _recorded_event(value, ())


def _recorded_event(members: Any, parts: tuple[Part, ...]) -> BundledEvent:
    recorded_at = _instant(members, "recorded_at")
    position, body = _integer(members, "position", 1), _text(members, "body").encode()
    return BundledEvent(position, recorded_at, body, _hash(members, "leaf"), parts)


def _parse_part(value: Any) -> Part:
    if isinstance(value, dict) and "state" in value:
        _check_members(value, _CLOSED)
        if value["state"] not in ("ERASED", "WITHHELD"):
            raise BundleError("state", "must be ERASED or WITHHELD")
        return ClosedPart(_text(value, "part"), value["state"])
    _check_members(value, _OPENED)
    return OpenedPart(_text(value, "part"), _integer(value, "ordinal", 0), _hash(value, "salt"), _text(value, "text"))


def _parse_head(value: Any) -> HeadProof:
    _check_members(value, _HEAD)
    return HeadProof(_integer(value, "index", 0), _hashes(value, "proof"))


def _parse_consistency(value: Any) -> Consistency:
    _check_members(value, _CONSISTENCY)
    return Consistency(_integer(value, "size", 1), _hash(value, "root"), _hashes(value, "proof"))


def _one(members: Any, name: str, read: Callable[[Any], _Read]) -> _Read:
    try:
        return read(members[name])
    except BundleError as error:
        raise error.within(name) from None


def _each(members: Any, name: str, read: Callable[[Any], _Read]) -> tuple[_Read, ...]:
    items = members[name]
    if not isinstance(items, list):
        raise BundleError(name, "must be an array")
    found: list[_Read] = []
    for item in items:
        try:
            found.append(read(item))
        except BundleError as error:
            raise error.within(f"{name}[{len(found)}]") from None
    return tuple(found)


def _check_members(value: Any, names: frozenset[str]) -> None:
    if not isinstance(value, dict):
        raise BundleError("", "must be an object")
    if value.keys() != names:
        raise BundleError("", f"must have exactly the members {', '.join(sorted(names))}")


def _text(members: Any, name: str) -> str:
    value = members[name]
    if not isinstance(value, str):
        raise BundleError(name, "must be text")
    return value


def _instant(members: Any, name: str) -> datetime:
    try:
        return parse_instant(_text(members, name))
    except EntryError as error:
        raise BundleError(name, error.rule) from None


def _integer(members: Any, name: str, least: int) -> int:
    value = members[name]
    if type(value) is not int or not least <= value <= INTEGER_LIMIT:
        raise BundleError(name, f"must be an integer from {least} to 2^53")
    return value


def _uuid(members: Any, name: str) -> UUID:
    text = _text(members, name)
    try:
        return parse_uuid(text)
    except ValueError as error:
        raise BundleError(name, str(error)) from None


def _hash(members: Any, name: str) -> bytes:
    value = _unhex(members[name])
    if value is None or len(value) != HASH_BYTES:
        raise BundleError(name, "must be 64 lower-case hex digits")
    return value


def _hashes(members: Any, name: str) -> tuple[bytes, ...]:
    value = _unhex(members[name])
    if value is None or len(value) % HASH_BYTES:
        raise BundleError(name, "must be 64 lower-case hex digits for each hash")
    return tuple(value[at : at + HASH_BYTES] for at in range(0, len(value), HASH_BYTES))


def _unhex(value: Any) -> bytes | None:
    if not isinstance(value, str):
        return None
    try:
        decoded = bytes.fromhex(value)
    except ValueError:
        return None
    return decoded if decoded.hex() == value else None  # no capitals and no spaces
