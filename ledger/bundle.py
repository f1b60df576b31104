"""The bundle: one case with all that is needed to check it without us, as one file of canonical JSON.

`build` lays out what others have read from the database; `parse` reads a file back and checks its shape alone, the
truth of it is `ledger.verify`'s matter. docs/formats.md, section 10, is the specification.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast
from uuid import UUID

from ledger import canonical
from ledger.canonical import INTEGER_LIMIT, JSON
from ledger.checkpoint import VerifierKey
from ledger.entry import EntryError, format_instant, leaf_hash, parse_instant, parse_uuid

__all__ = [
    "FORMAT",
    "Bundle",
    "BundleError",
    "BundledEvent",
    "ClosedPart",
    "ClosedState",
    "Consistency",
    "HeadProof",
    "OpenedPart",
    "Part",
    "build",
    "parse",
]

FORMAT = "caseledger-bundle/1"

ClosedState = Literal["ERASED", "WITHHELD"]

_HEX_32 = re.compile(r"[0-9a-f]{64}")


class BundleError(ValueError):
    """A file that is no bundle; `place` is the member, `rule` what it breaks."""

    def __init__(self, place: str, rule: str) -> None:
        self.place = place
        self.rule = rule
        super().__init__(f"{place} {rule}")


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
    events: tuple[BundledEvent, ...]
    inclusion: tuple[bytes, ...]
    head: HeadProof
    erasures: tuple[BundledEvent, ...] = ()
    consistency: tuple[Consistency, ...] = ()

    def encode(self) -> bytes:
        """Write the file: canonical JSON, no newline at its end."""
        return canonical.encode(
            {
                "checkpoint": self.checkpoint,
                "consistency": [
                    {"proof": _hex_list(one.proof), "root": one.root.hex(), "size": one.size}
                    for one in self.consistency
                ],
                "erasures": [_recorded(event) for event in self.erasures],
                "events": [
                    {**_recorded(event), "parts": [_part(part) for part in event.parts]} for event in self.events
                ],
                "format": FORMAT,
                "head": {"index": self.head.index, "proof": _hex_list(self.head.proof)},
                "inclusion": _hex_list(self.inclusion),
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
    events: Sequence[BundledEvent],
    head: tuple[int, Sequence[bytes]],
    prove: Callable[[Sequence[int]], Sequence[bytes]],
    erasures: Sequence[BundledEvent] = (),
    consistency: Sequence[Consistency] = (),
) -> Bundle:
    """Put together the bundle of a case.

    `events` are all versions of the stream in order; `head` is what `Heads.proof` gives; `prove` gives the
    `tree.set_proof` of leaf indices (position - 1, rising) in the tree of the checkpoint's size.
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
    )


def parse(data: bytes) -> Bundle:
    """Read a bundle's file. Raises CanonicalError or BundleError naming the first member that is not as it must be."""
    members = _object(
        canonical.decode(data),
        "bundle",
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
        ),
    )
    if members["format"] != FORMAT:
        raise BundleError("format", f'must be "{FORMAT}"')
    head = _object(members["head"], "head", ("index", "proof"))
    return Bundle(
        trust=_uuid(members["trust"], "trust"),
        stream=_uuid(members["stream"], "stream"),
        checkpoint=_text(members["checkpoint"], "checkpoint"),
        public_key=_text(members["public_key"], "public_key"),
        events=tuple(
            _parse_event(event, f"events[{at}]", has_parts=True)
            for at, event in enumerate(_list(members["events"], "events"))
        ),
        inclusion=_hashes(members["inclusion"], "inclusion"),
        head=HeadProof(_integer(head["index"], "head.index", 0), _hashes(head["proof"], "head.proof")),
        erasures=tuple(
            _parse_event(event, f"erasures[{at}]", has_parts=False)
            for at, event in enumerate(_list(members["erasures"], "erasures"))
        ),
        consistency=tuple(
            _parse_consistency(one, f"consistency[{at}]")
            for at, one in enumerate(_list(members["consistency"], "consistency"))
        ),
    )


def _recorded(event: BundledEvent) -> dict[str, JSON]:
    return {
        "body": event.body.decode(),
        "leaf": event.leaf.hex(),
        "position": event.position,
        "recorded_at": format_instant(event.recorded_at),
    }


def _part(part: Part) -> JSON:
    if isinstance(part, OpenedPart):
        return {"ordinal": part.ordinal, "part": part.part, "salt": part.salt.hex(), "text": part.text}
    return {"part": part.part, "state": part.state}


def _hex_list(hashes: Sequence[bytes]) -> list[JSON]:
    return [one.hex() for one in hashes]


_EVENT = ("body", "leaf", "position", "recorded_at")


def _parse_event(value: JSON, place: str, *, has_parts: bool) -> BundledEvent:
    members = _object(value, place, (*_EVENT, "parts") if has_parts else _EVENT)
    try:
        recorded_at = parse_instant(_text(members["recorded_at"], f"{place}.recorded_at"))
    except EntryError as error:
        raise BundleError(f"{place}.recorded_at", error.rule) from None
    return BundledEvent(
        position=_integer(members["position"], f"{place}.position", 1),
        recorded_at=recorded_at,
        body=_text(members["body"], f"{place}.body").encode(),
        leaf=_hash(members["leaf"], f"{place}.leaf"),
        parts=tuple(
            _parse_part(part, f"{place}.parts[{at}]")
            for at, part in enumerate(_list(members["parts"], f"{place}.parts") if has_parts else ())
        ),
    )


def _parse_part(value: JSON, place: str) -> Part:
    if isinstance(value, dict) and "state" in value:
        members = _object(value, place, ("part", "state"))
        if members["state"] not in ("ERASED", "WITHHELD"):
            raise BundleError(f"{place}.state", "must be ERASED or WITHHELD")
        return ClosedPart(_text(members["part"], f"{place}.part"), cast(ClosedState, members["state"]))
    members = _object(value, place, ("ordinal", "part", "salt", "text"))
    return OpenedPart(
        part=_text(members["part"], f"{place}.part"),
        ordinal=_integer(members["ordinal"], f"{place}.ordinal", 0),
        salt=_hash(members["salt"], f"{place}.salt"),
        text=_text(members["text"], f"{place}.text"),
    )


def _parse_consistency(value: JSON, place: str) -> Consistency:
    members = _object(value, place, ("proof", "root", "size"))
    return Consistency(
        size=_integer(members["size"], f"{place}.size", 1),
        root=_hash(members["root"], f"{place}.root"),
        proof=_hashes(members["proof"], f"{place}.proof"),
    )


def _object(value: JSON, place: str, names: tuple[str, ...]) -> dict[str, JSON]:
    if not isinstance(value, dict):
        raise BundleError(place, "must be an object")
    if len(value) != len(names) or any(name not in value for name in names):
        raise BundleError(place, f"must have exactly the members {', '.join(names)}")
    return value


def _list(value: JSON, place: str) -> list[JSON]:
    if not isinstance(value, list):
        raise BundleError(place, "must be an array")
    return value


def _text(value: JSON, place: str) -> str:
    if not isinstance(value, str):
        raise BundleError(place, "must be text")
    return value


def _integer(value: JSON, place: str, least: int) -> int:
    if type(value) is not int or not least <= value <= INTEGER_LIMIT:
        raise BundleError(place, f"must be an integer from {least} to 2^53")
    return value


def _uuid(value: JSON, place: str) -> UUID:
    try:
        return parse_uuid(_text(value, place))
    except BundleError:
        raise
    except ValueError as error:
        raise BundleError(place, str(error)) from None


def _hash(value: JSON, place: str) -> bytes:
    if not isinstance(value, str) or _HEX_32.fullmatch(value) is None:
        raise BundleError(place, "must be 64 lower-case hex digits")
    return bytes.fromhex(value)


def _hashes(value: JSON, place: str) -> tuple[bytes, ...]:
    return tuple(_hash(one, f"{place}[{at}]") for at, one in enumerate(_list(value, place)))
