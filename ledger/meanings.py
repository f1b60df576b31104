"""The few events whose meaning a verifier has to know: what was destroyed, who signs, what files there are.

They are known by how their stored names end, whatever stream records them, so that a verifier needs nothing of the
domain. docs/formats.md, section 10, is the specification.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID, uuid5

from ledger.entry import Body, parse_uuid

__all__ = [
    "FINGERPRINT",
    "EpochBegun",
    "ErasureApproved",
    "ErasureRequested",
    "KeyChanged",
    "StoredFile",
    "declaration_of",
    "destroyed_key",
    "erased_part",
    "erasure_of_part",
    "erasure_step",
    "ledger_register_of",
    "records_part_erasure",
    "removed_file",
    "stored_file",
]

# The sealed part of an event that stores a file which holds the SHA-256 of its bytes, in hex.
FINGERPRINT = "fingerprint"

_KEY_DESTROYED = re.compile(r"[a-z0-9_.]*key_destroyed(\.v[1-9][0-9]*)?")
_PART_ERASED = re.compile(r"[a-z0-9_.]*part_erased(\.v[1-9][0-9]*)?")
_KEY_CHANGED = re.compile(r"[a-z0-9_.]*checkpoint_key_changed(\.v[1-9][0-9]*)?")
_EPOCH_BEGUN = re.compile(r"[a-z0-9_.]*epoch_begun(\.v[1-9][0-9]*)?")
_REGISTER_OPENED = re.compile(r"[a-z0-9_.]*register_opened(\.v[1-9][0-9]*)?")
_ERASURE_REQUESTED = re.compile(r"erasure\.requested(\.v[1-9][0-9]*)?")
_ERASURE_APPROVED = re.compile(r"erasure\.approved(\.v[1-9][0-9]*)?")
_FILE_STORED = re.compile(r"[a-z0-9_.]*file_stored(\.v[1-9][0-9]*)?")
_FILE_REMOVED = re.compile(r"[a-z0-9_.]*file_removed(\.v[1-9][0-9]*)?")
# What stands in each of these names is by far the quicker to find missing.
_DESTROYED, _ERASED = "key_destroyed", "part_erased"
# In a body, which is canonical JSON, no text can hold these characters.
_TYPE_OF_PART_ERASURE = re.compile(r'"type":"[a-z0-9_.]*part_erased(\.v[1-9][0-9]*)?"')
_PUBLIC_KEY = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class KeyChanged:
    """That another key signs from here on; both are 32 bytes. Without `former` it is the first that is named."""

    former: bytes | None
    present: bytes


@dataclass(frozen=True, slots=True)
class EpochBegun:
    """That the ledger was put back; what stood up to `agrees_through` is the same, `lost_through` was known to be."""

    number: int
    agrees_through: int
    lost_through: int
    cause: str


@dataclass(frozen=True, slots=True)
class ErasureRequested:
    """That somebody asked for an erasure, by which authority."""

    authority: str
    by: UUID


@dataclass(frozen=True, slots=True)
class ErasureApproved:
    """That somebody approved an erasure."""

    by: UUID


@dataclass(frozen=True, slots=True)
class StoredFile:
    """That a file of so many bytes was handed in and kept."""

    file_id: UUID
    byte_length: int


def ledger_register_of(trust: UUID) -> UUID:
    """The stream in which a trust declares what it has to say about its ledger."""
    return uuid5(trust, "ledger-register")


def destroyed_key(body: Body) -> UUID | None:
    """The key whose destruction an event records; None for any other event."""
    if _DESTROYED not in body.type or _KEY_DESTROYED.fullmatch(body.type) is None:
        return None
    return _uuid(body.data.get("key"))


def records_part_erasure(body: bytes) -> bool:
    """Whether an event is one that records the erasing of a single part of its case."""
    if b"part_erased" not in body:
        return False
    return _TYPE_OF_PART_ERASURE.search(body.decode("utf-8", "replace")) is not None


def erased_part(body: Body) -> tuple[int, str] | None:
    """The part of the same stream, by version and name, whose erasing an event records; None for any other event."""
    if _ERASED not in body.type:
        return None
    version, part = body.data.get("version"), body.data.get("part")
    if _PART_ERASED.fullmatch(body.type) is None or type(version) is not int or not isinstance(part, str):
        return None
    return version, part


def erasure_of_part(body: Body) -> UUID | None:
    """The erasure that an event names which records the erasing of a part; None where it names none."""
    return _uuid(body.data.get("erasure_id"))


def erasure_step(body: Body) -> ErasureRequested | ErasureApproved | None:
    """What an event of an erasure says of who asked for it or approved it; None for any other event."""
    if _ERASURE_REQUESTED.fullmatch(body.type):
        by, authority = _uuid(body.data.get("requested_by")), body.data.get("authority")
        return ErasureRequested(authority, by) if by is not None and isinstance(authority, str) else None
    if _ERASURE_APPROVED.fullmatch(body.type):
        by = _uuid(body.data.get("approved_by"))
        return None if by is None else ErasureApproved(by)
    return None


def stored_file(body: Body) -> StoredFile | None:
    """The file whose keeping an event records; None for any other event."""
    file_id, length = _uuid(body.data.get("file_id")), body.data.get("byte_length")
    if _FILE_STORED.fullmatch(body.type) is None or file_id is None or type(length) is not int or length < 0:
        return None
    return StoredFile(file_id, length)


def removed_file(body: Body) -> UUID | None:
    """The file whose removal an event records; None for any other event."""
    return None if _FILE_REMOVED.fullmatch(body.type) is None else _uuid(body.data.get("file_id"))


def declaration_of(body: Body) -> KeyChanged | EpochBegun | None:
    """What an event of the ledger register declares; None for one that a verifier need not know."""
    told = body.data
    if _REGISTER_OPENED.fullmatch(body.type):
        present = _public_key(told.get("signed_by"))
        return None if present is None else KeyChanged(None, present)
    if _KEY_CHANGED.fullmatch(body.type):
        former, present = _public_key(told.get("former")), _public_key(told.get("present"))
        return None if former is None or present is None else KeyChanged(former, present)
    if _EPOCH_BEGUN.fullmatch(body.type):
        numbers = [told.get(name) for name in ("number", "agrees_through", "lost_through")]
        if all(type(number) is int for number in numbers):
            number, agrees_through, lost_through = numbers
            assert isinstance(number, int)
            assert isinstance(agrees_through, int)
            assert isinstance(lost_through, int)
            return EpochBegun(number, agrees_through, lost_through, str(told.get("cause")))
    return None


def _public_key(value: object) -> bytes | None:
    return bytes.fromhex(value) if isinstance(value, str) and _PUBLIC_KEY.fullmatch(value) else None


def _uuid(value: object) -> UUID | None:
    try:
        return parse_uuid(value) if isinstance(value, str) else None
    except ValueError:
        return None
