"""The bundle: one case with all that is needed to check it without us, as one file of canonical JSON.

`build` lays out what others have read from the database; `parse` reads a file back and checks its shape alone, the
truth of it is `ledger.verify`'s matter. docs/formats.md, section 10, is the specification.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeVar
from uuid import UUID

from ledger import canonical
from ledger.canonical import INTEGER_LIMIT, JSON
from ledger.checkpoint import VerifierKey
from ledger.entry import EntryError, format_instant, leaf_hash, parse_instant, parse_uuid

__all__ = [
    "FORMAT",
    "FORMAT_WITH_MORE",
    "Bundle",
    "BundleError",
    "BundledEvent",
    "ClosedPart",
    "ClosedState",
    "Consistency",
    "HeadProof",
    "Notice",
    "OpenedPart",
    "Part",
    "WithheldEvent",
    "build",
    "parse",
]

FORMAT = "caseledger-bundle/1"
# Of a bundle that withholds a whole event or bears a notice; any other is of the form that older programs read, too.
FORMAT_WITH_MORE = "caseledger-bundle/2"

ClosedState = Literal["ERASED", "WITHHELD"]

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


@dataclass(frozen=True, slots=True)
class OpenedPart:
    """A sealed part whose text the bundle shows, with what its commitment needs; `ordinal` as when it was sealed."""

    part: str
    ordinal: int
    salt: bytes
    text: str

    def __repr__(self) -> str:
        # A traceback or a failing assertion must not print personal data.
        return f"OpenedPart(part={self.part!r}, ...)"


@dataclass(frozen=True, slots=True)
class ClosedPart:
    """A sealed part whose text the bundle does not show: its key was destroyed, or the reader may not open it."""

    part: str
    state: ClosedState


Part = OpenedPart | ClosedPart


@dataclass(frozen=True, slots=True)
class BundledEvent:
    """A recorded event: place, instant, body as stored, leaf hash, and one part for each sealed entry of the body."""

    position: int
    recorded_at: datetime
    body: bytes
    leaf: bytes
    parts: tuple[Part, ...] = ()

    @classmethod
    def recorded(cls, position: int, recorded_at: datetime, body: bytes, parts: tuple[Part, ...] = ()) -> BundledEvent:
        """Make the event from what the ledger holds, its leaf computed."""
        return cls(position, recorded_at, body, leaf_hash(position, recorded_at, body), parts)


@dataclass(frozen=True, slots=True)
class WithheldEvent:
    """A recorded event of which the bundle shows its place alone: it names what its reader may not know of.

    `link` is what the next event states of this one's body; the empty text where the next is withheld too, or none is.
    """

    position: int
    leaf: bytes
    link: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """What whoever holds the bundle has to heed: the law, and the day (ISO 8601) since when. No proof binds it."""

    law: str
    since: str


@dataclass(frozen=True, slots=True)
class HeadProof:
    """Where the case's head stands among all heads, and its audit path."""

    index: int
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Consistency:
    """That the ledger at an earlier size, with this root, is the beginning of the one that the checkpoint fixes."""

    size: int
    root: bytes
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    """One case at one checkpoint. `erasures` are the events, of any stream, that record the destruction of a key."""

    trust: UUID
    stream: UUID
    checkpoint: str
    public_key: str
    events: tuple[BundledEvent | WithheldEvent, ...]
    inclusion: tuple[bytes, ...]
    head: HeadProof
    erasures: tuple[BundledEvent, ...] = ()
    consistency: tuple[Consistency, ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def shown(self) -> tuple[BundledEvent, ...]:
        """The events of which it shows more than the place."""
        return tuple(event for event in self.events if isinstance(event, BundledEvent))

    @property
    def withheld(self) -> int:
        """How many events are withheld as a whole."""
        return sum(isinstance(event, WithheldEvent) for event in self.events)

    @property
    def format(self) -> str:
        """The name of the form that the file has."""
        return FORMAT_WITH_MORE if self.withheld or self.notices else FORMAT

    def encode(self) -> bytes:
        """Write the file: canonical JSON, no newline at its end."""
        more: dict[str, JSON] = {}
        if self.format == FORMAT_WITH_MORE:
            more["notices"] = [{"law": one.law, "since": one.since} for one in self.notices]
        return canonical.encode(
            {
                **more,
                "checkpoint": self.checkpoint,
                "consistency": [
                    {"proof": b"".join(one.proof).hex(), "root": one.root.hex(), "size": one.size}
                    for one in self.consistency
                ],
                "erasures": [_recorded(event) for event in self.erasures],
                "events": [_event(event) for event in self.events],
                "format": self.format,
                "head": {"index": self.head.index, "proof": b"".join(self.head.proof).hex()},
                "inclusion": b"".join(self.inclusion).hex(),
                "public_key": self.public_key,
                "stream": str(self.stream),
                "trust": str(self.trust),
            }
        )


def build(
    *,
    trust: UUID,
    stream: UUID,
    checkpoint: str,
    public_key: VerifierKey,
    events: Sequence[BundledEvent | WithheldEvent],
    head: tuple[int, Sequence[bytes]],
    prove: Callable[[Sequence[int]], Sequence[bytes]],
    erasures: Sequence[BundledEvent] = (),
    consistency: Sequence[Consistency] = (),
    notices: Sequence[Notice] = (),
) -> Bundle:
    """Put together the bundle of a case.

    `events` are all versions of the stream in order, shown or withheld; `head` is what `Heads.proof` gives; `prove`
    gives the `tree.set_proof` of leaf indices (position - 1, rising) in the tree of the checkpoint's size.
    """
    erasures = sorted(erasures, key=lambda event: event.position)
    indices = sorted({event.position - 1 for event in (*events, *erasures)})
    return Bundle(
        trust=trust,
        stream=stream,
        checkpoint=checkpoint,
        public_key=public_key.text,
        events=tuple(events),
        inclusion=tuple(prove(indices)),
        head=HeadProof(head[0], tuple(head[1])),
        erasures=tuple(erasures),
        consistency=tuple(sorted(consistency, key=lambda one: one.size)),
        notices=tuple(notices),
    )


def parse(data: bytes) -> Bundle:
    """Read a bundle's file. Raises CanonicalError or BundleError naming the first member that is not as it must be."""
    members: Any = canonical.decode(data)
    has_more = isinstance(members, dict) and members.get("format") == FORMAT_WITH_MORE
    try:
        _check_members(members, _MEMBERS | {"notices"} if has_more else _MEMBERS)
    except BundleError as error:
        raise error.within("bundle") from None
    if not has_more and members["format"] != FORMAT:
        raise BundleError("format", f'must be "{FORMAT}" or "{FORMAT_WITH_MORE}"')
    found = Bundle(
        trust=_uuid(members, "trust"),
        stream=_uuid(members, "stream"),
        checkpoint=_text(members, "checkpoint"),
        public_key=_text(members, "public_key"),
        events=_each(members, "events", _parse_event_or_withheld if has_more else _parse_event),
        inclusion=_hashes(members, "inclusion"),
        head=_one(members, "head", _parse_head),
        erasures=_each(members, "erasures", _parse_erasure),
        consistency=_each(members, "consistency", _parse_consistency),
        notices=_each(members, "notices", _parse_notice) if has_more else (),
    )
    if found.format != members["format"]:
        raise BundleError("format", f'must be "{FORMAT}" where no event is withheld and no notice given')
    return found


def _recorded(event: BundledEvent) -> dict[str, JSON]:
    return {
        "body": event.body.decode(),
        "leaf": event.leaf.hex(),
        "position": event.position,
        "recorded_at": format_instant(event.recorded_at),
    }


def _event(event: BundledEvent | WithheldEvent) -> JSON:
    if isinstance(event, WithheldEvent):
        return {"leaf": event.leaf.hex(), "link": event.link, "position": event.position}
    return {**_recorded(event), "parts": [_part(part) for part in event.parts]}


def _part(part: Part) -> JSON:
    if isinstance(part, OpenedPart):
        return {"ordinal": part.ordinal, "part": part.part, "salt": part.salt.hex(), "text": part.text}
    return {"part": part.part, "state": part.state}


# What reads a member raises a place as seen from its own object; `_one` and `_each` say where that object stands.

_MEMBERS = frozenset(
    (
        "checkpoint",
        "consistency",
        "erasures",
        "events",
        "format",
        "head",
        "inclusion",
        "public_key",
        "stream",
        "trust",
    )
)
_ERASURE = frozenset(("body", "leaf", "position", "recorded_at"))
_EVENT = _ERASURE | {"parts"}
_WITHHELD = frozenset(("leaf", "link", "position"))
_NOTICE = frozenset(("law", "since"))
_OPENED = frozenset(("ordinal", "part", "salt", "text"))
_CLOSED = frozenset(("part", "state"))
_HEAD = frozenset(("index", "proof"))
_CONSISTENCY = frozenset(("proof", "root", "size"))


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
    try:
        recorded_at = parse_instant(_text(members, "recorded_at"))
    except EntryError as error:
        raise BundleError("recorded_at", error.rule) from None
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
