"""One event as it is stored for ever: its body, the header the ledger gives it, its leaf hash and its link.

docs/formats.md, sections 2 to 5, is the specification.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from ledger import canonical
from ledger.canonical import JSON

__all__ = [
    "FORMAT",
    "REASON",
    "Body",
    "EntryError",
    "SealedEntry",
    "body_link",
    "check_body",
    "decode_body",
    "encode_body",
    "format_instant",
    "header",
    "leaf_hash",
    "parse_instant",
    "parse_uuid",
]

FORMAT = 1
REASON = "reason"  # the sealed part in which every reason in words lies
VERSION_LIMIT = 2**32 - 1  # a head leaf writes the version in four bytes

_LINK_LABEL = b"caseledger/body/1\n"
_HEX_32 = re.compile(r"[0-9a-f]{64}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
_INSTANT_FORM = "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ"
_HEADER = f"caseledger/1 %d {_INSTANT_FORM}\n".encode()
_PART = re.compile(r"[!-~]+")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

_REQUIRED = frozenset(
    ("actor", "actor_role", "command", "data", "format", "prev", "sealed", "stream", "trust", "type", "version")
)
_MEMBERS = _REQUIRED | {"causation", "correlation", "on_behalf_of", "reason", "school"}
_SEALED = frozenset(("commitment", "key", "part"))


class EntryError(ValueError):
    """A body that breaks the format; `member` says where, `rule` what it breaks."""

    def __init__(self, member: str, rule: str) -> None:
        self.member = member
        self.rule = rule
        super().__init__(f"{member} {rule}")


# What a check makes hundreds of is a tuple with names: a frozen dataclass takes more than twice as long to make.


class SealedEntry(NamedTuple):
    """What a body says of one sealed part: its name, its key, and the commitment (32 bytes) to its text."""

    part: str
    key: UUID
    commitment: bytes


class Body(NamedTuple):
    """The part of an event that its writer fixes. `sealed` is ordered by part; `prev` is "" at version 1 only."""

    trust: UUID
    stream: UUID
    version: int
    type: str
    command: UUID
    actor: UUID
    actor_role: str
    data: dict[str, JSON]
    prev: str = ""
    school: str | None = None
    on_behalf_of: UUID | None = None
    reason: str | None = None
    causation: str | None = None
    correlation: str | None = None
    sealed: tuple[SealedEntry, ...] = ()


def encode_body(body: Body) -> bytes:
    """Write a body as canonical JSON. Raises EntryError or CanonicalError naming the member and the rule."""
    check_body(body)
    members: dict[str, JSON] = {
        "actor": str(body.actor),
        "actor_role": body.actor_role,
        "command": str(body.command),
        "data": body.data,
        "format": FORMAT,
        "prev": body.prev,
        "sealed": [
            {"commitment": entry.commitment.hex(), "key": str(entry.key), "part": entry.part} for entry in body.sealed
        ],
        "stream": str(body.stream),
        "trust": str(body.trust),
        "type": body.type,
        "version": body.version,
    }
    optional = {
        "causation": body.causation,
        "correlation": body.correlation,
        "on_behalf_of": None if body.on_behalf_of is None else str(body.on_behalf_of),
        "reason": body.reason,
        "school": body.school,
    }
    members.update((name, value) for name, value in optional.items() if value is not None)
    return canonical.encode(members)


def decode_body(data: bytes) -> Body:
    """Read a stored body; whatever `encode_body` could not have written raises EntryError or CanonicalError."""
    members: Any = canonical.decode(data)  # `check_body` looks at the types that this function does not
    if not isinstance(members, dict):
        raise EntryError("body", "must be an object")
    if not _MEMBERS.issuperset(members):
        raise EntryError("body", f"has {len(members.keys() - _MEMBERS)} member(s) that format {FORMAT} does not know")
    if not members.keys() >= _REQUIRED:
        raise EntryError(min(_REQUIRED - members.keys()), "is missing")
    if members["format"] != FORMAT or members["format"] is True:
        raise EntryError("format", f"must be {FORMAT}")
    if None in members.values():  # an absent value is omitted: null is not its other spelling
        raise EntryError(min(name for name, value in members.items() if value is None), "must not be null")
    if not isinstance(members["sealed"], list):
        raise EntryError("sealed", "must be an array")
    body = Body(
        trust=_uuid_of(members, "trust"),
        stream=_uuid_of(members, "stream"),
        version=members["version"],
        type=members["type"],
        command=_uuid_of(members, "command"),
        actor=_uuid_of(members, "actor"),
        actor_role=members["actor_role"],
        data=members["data"],
        prev=members["prev"],
        school=members.get("school"),
        on_behalf_of=_uuid_of(members, "on_behalf_of") if "on_behalf_of" in members else None,
        reason=members.get("reason"),
        causation=members.get("causation"),
        correlation=members.get("correlation"),
        sealed=tuple([_decode_sealed(index, entry) for index, entry in enumerate(members["sealed"])]),
    )
    check_body(body)
    return body


def check_body(body: Body) -> None:
    """Raise EntryError for the first rule of the format that a body breaks, the insides of `data` left aside."""
    version = body.version
    if type(version) is not int or not 1 <= version <= VERSION_LIMIT:
        raise EntryError("version", "must be an integer from 1 to 2^32 - 1")
    if version == 1:
        if body.prev != "":
            raise EntryError("prev", "must be empty at version 1")
    elif type(body.prev) is not str or _HEX_32.fullmatch(body.prev) is None:
        raise EntryError("prev", "must be 64 lower-case hex digits after version 1")
    if type(body.data) is not dict:
        raise EntryError("data", "must be an object")
    _check_text("type", body.type)
    _check_text("actor_role", body.actor_role)
    if body.school is not None:
        _check_text("school", body.school)
    if body.causation is not None:
        _check_text("causation", body.causation)
    if body.correlation is not None:
        _check_text("correlation", body.correlation)
    if body.sealed:
        _check_sealed(body.sealed)
    if body.reason is not None and (body.reason != REASON or all(entry.part != REASON for entry in body.sealed)):
        raise EntryError("reason", f'must be "{REASON}", the name of a sealed part of this event')


def header(position: int, recorded_at: datetime) -> bytes:
    """Write what the ledger adds to a body: its place from 1 and the instant of recording."""
    if type(position) is not int or not 1 <= position <= canonical.INTEGER_LIMIT:
        raise EntryError("position", "must be an integer from 1 to 2^53")
    return _HEADER % (position, *_figures(recorded_at))


def leaf_hash(position: int, recorded_at: datetime, body: bytes) -> bytes:
    """Hash a recorded event into its leaf (32 bytes) of the trust's tree."""
    return sha256(b"\x00" + header(position, recorded_at) + body).digest()


def body_link(body: bytes) -> str:
    """Hash a body into the `prev` of the next version of its stream: 64 lower-case hex digits."""
    return sha256(_LINK_LABEL + body).hexdigest()


def format_instant(instant: datetime) -> str:
    """Write an instant in UTC, always with six digits: 2026-09-14T08:30:00.000000Z. A naive datetime is refused."""
    return _INSTANT_FORM % _figures(instant)


def _figures(instant: datetime) -> tuple[int, ...]:
    # The instant's own `isoformat` takes twice as long: it asks the zone for its offset.
    if instant.tzinfo is None:
        raise EntryError("recorded_at", "must have a time zone")
    if instant.tzinfo is not UTC:
        instant = instant.astimezone(UTC)
    return (
        instant.year,
        instant.month,
        instant.day,
        instant.hour,
        instant.minute,
        instant.second,
        instant.microsecond,
    )


def parse_instant(text: str) -> datetime:
    """Read what `format_instant` writes, and no other spelling; otherwise raises EntryError."""
    if _INSTANT.fullmatch(text) is not None:
        try:
            return datetime.fromisoformat(text)
        except ValueError:  # a date or time of day that there is not
            pass
    raise EntryError("recorded_at", "must read YYYY-MM-DDTHH:MM:SS.ffffffZ")


@lru_cache(maxsize=4096)  # the same few ids stand in every event of a case
def parse_uuid(text: str) -> UUID:
    """Read a UUID in its one spelling, lower-case with hyphens; otherwise raises ValueError."""
    if _UUID.fullmatch(text) is None:
        raise ValueError("must be a UUID in lower case with hyphens")
    return UUID(text)


def _uuid_of(members: dict[str, Any], name: str) -> UUID:
    try:
        return parse_uuid(members[name])
    except (TypeError, ValueError):  # a value that is no text may not even be hashable
        raise EntryError(name, "must be a UUID in lower case with hyphens") from None


def _decode_sealed(index: int, entry: Any) -> SealedEntry:
    if not isinstance(entry, dict) or entry.keys() != _SEALED:
        raise EntryError(f"sealed[{index}]", "must be an object of commitment, key and part")
    commitment = entry["commitment"]
    if not isinstance(commitment, str) or _HEX_32.fullmatch(commitment) is None:
        raise EntryError(f"sealed[{index}].commitment", "must be 64 lower-case hex digits")
    try:
        return SealedEntry(entry["part"], _uuid_of(entry, "key"), bytes.fromhex(commitment))
    except EntryError as error:
        raise EntryError(f"sealed[{index}].{error.member}", error.rule) from None


def _check_text(member: str, value: object) -> None:
    if type(value) is not str or not value:
        raise EntryError(member, "must be text of at least one character")


def _check_sealed(sealed: Iterable[SealedEntry]) -> None:
    before = ""
    for index, entry in enumerate(sealed):
        if type(entry.part) is not str or _PART.fullmatch(entry.part) is None:
            raise EntryError(f"sealed[{index}].part", "must be printable ASCII without spaces")
        if entry.part <= before:
            raise EntryError("sealed", "must be ordered by part, each part once")
        if len(entry.commitment) != 32:
            raise EntryError(f"sealed[{index}].commitment", "must be 32 bytes")
        before = entry.part
