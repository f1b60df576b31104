"""The quick writers of the recording path: the same bytes as their plain counterparts, several times sooner.

The tests hold the two kinds against each other on random values; where in doubt these ask the plain ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from ledger import canonical
from ledger.canonical import INTEGER_LIMIT, JSON, NESTING_LIMIT
from ledger.entry import FORMAT, REASON, VERSION_LIMIT, Body, SealedEntry, encode_body
from ledger.sealing import associated_data

__all__ = ["SealedMembers", "associated_data_fast", "encode_body_fast", "encode_fast"]

_LINK = re.compile(r"[0-9a-f]{64}").fullmatch
_COMMITMENT_DIGITS = 64
_BACKSLASH = 0x5C  # a number is found, or found missing, sooner than a text of one byte


class SealedMembers(msgspec.Struct, frozen=True):
    """What a body says of one sealed part, by the members' names; `commitment` is 64 lower-case hex digits."""

    commitment: str
    key: UUID
    part: str


class _Members(msgspec.Struct, frozen=True):
    """A body's members by name, as the canonical form orders them; what is absent is UNSET."""

    actor: UUID
    actor_role: str
    causation: str | UnsetType
    command: UUID
    correlation: str | UnsetType
    data: dict[str, Any] | msgspec.Struct
    format: int
    on_behalf_of: UUID | UnsetType
    prev: str
    reason: str | UnsetType
    school: str | UnsetType
    sealed: Sequence[SealedMembers]
    stream: UUID
    trust: UUID
    type: str
    version: int


_write = msgspec.json.Encoder(order="deterministic").encode


def encode_fast(value: JSON) -> bytes:
    """Write a value as `canonical.encode` does, with the same refusals."""
    if _is_plain(value, 0):
        written = _written(value)
        if written is not None:
            return written
    return canonical.encode(value)


def encode_body_fast(
    *,
    actor: UUID,
    actor_role: str,
    causation: str | None,
    command: UUID,
    correlation: str | None,
    data: dict[str, Any] | msgspec.Struct,
    on_behalf_of: UUID | None,
    prev: str,
    reason: str | None,
    school: str | None,
    sealed: Sequence[SealedMembers],
    stored_name: str,
    stream: UUID,
    trust: UUID,
    version: int,
) -> bytes:
    """Write a body as `entry.encode_body` does, with the same refusals, without a `Body` in between.

    `data` is plain JSON, or a struct whose maker has found each value to be of its declared type: a text, truth value,
    date, UUID, integer within 2^53, or a tuple or such a struct of these, with ASCII names in their order.
    """
    # What is not surely right is left to the careful writer, which refuses it or writes it.
    written = None
    if (
        version.__class__ is int
        and stored_name.__class__ is actor_role.__class__ is prev.__class__ is str
        and (1 < version <= VERSION_LIMIT and _LINK(prev) if version != 1 else prev == "")
        and (isinstance(data, msgspec.Struct) or (data.__class__ is dict and _is_plain(data, 1)))
        and stored_name
        and actor_role
        and (school is None or (school and school.__class__ is str))
        and (causation is None or (causation and causation.__class__ is str))
        and (correlation is None or (correlation and correlation.__class__ is str))
        and (not sealed or _are_in_order(sealed))
        and (reason is None or (reason == REASON and any(entry.part == REASON for entry in sealed)))
    ):
        written = _written(
            _Members(
                actor,
                actor_role,
                UNSET if causation is None else causation,
                command,
                UNSET if correlation is None else correlation,
                data,
                FORMAT,
                UNSET if on_behalf_of is None else on_behalf_of,
                prev,
                UNSET if reason is None else reason,
                UNSET if school is None else school,
                sealed,
                stream,
                trust,
                stored_name,
                version,
            )
        )
    if written is not None:
        return written
    return encode_body(
        Body(
            trust=trust,
            stream=stream,
            version=version,
            type=stored_name,
            command=command,
            actor=actor,
            actor_role=actor_role,
            data=_with_arrays(msgspec.to_builtins(data)) if isinstance(data, msgspec.Struct) else data,
            prev=prev,
            school=school,
            on_behalf_of=on_behalf_of,
            reason=reason,
            causation=causation,
            correlation=correlation,
            sealed=tuple([SealedEntry(entry.part, entry.key, bytes.fromhex(entry.commitment)) for entry in sealed]),
        )
    )


def associated_data_fast(trust: UUID, stream: UUID, command: UUID, ordinal: int, part: str, key: UUID) -> bytes:
    """Name the place of a sealed part as `sealing.associated_data` does, with the same refusals."""
    if type(ordinal) is int and 0 <= ordinal <= INTEGER_LIMIT and part.isascii() and part.isprintable():
        return _write((trust, stream, command, ordinal, part, key))
    return associated_data(trust, stream, command, ordinal, part, key)


def _are_in_order(sealed: Sequence[SealedMembers]) -> bool:
    before = ""
    for entry in sealed:
        part = entry.part
        # Rising, so never empty, and printable ASCII without spaces.
        if part <= before or not part.isascii() or not part.isprintable() or " " in part:
            return False
        if len(entry.commitment) != _COMMITMENT_DIGITS:
            return False
        before = part
    return True


def _with_arrays(value: Any) -> Any:
    # A struct's members as they are, but with lists for its tuples.
    if type(value) is dict:
        return {name: _with_arrays(member) for name, member in value.items()}
    return [_with_arrays(item) for item in value] if type(value) is tuple else value


def _written(value: object) -> bytes | None:
    try:
        written = _write(value)
    except UnicodeEncodeError:  # a lone surrogate: the careful writer says where
        return None
    # Either the character NUL or a backslash before "u0000": the careful writer tells them apart.
    return None if _BACKSLASH in written and b"\\u0000" in written else written


def _is_plain(value: Any, depth: int) -> bool:
    # Whether the library, which also takes dates, floats and enumerations, is sure to write what the format says.
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is int:
        return bool(-INTEGER_LIMIT <= value <= INTEGER_LIMIT)
    if depth >= NESTING_LIMIT or (kind is not dict and kind is not list):
        return False
    if kind is dict:
        for key in value:
            if type(key) is not str or not key.isascii():
                return False
        value = value.values()
    for item in value:  # noqa: SIM110 - `all` over a generator takes half as long again
        if type(item) is not str and not _is_plain(item, depth + 1):
            return False
    return True
