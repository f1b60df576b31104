"""The quick writers of the recording path: the same bytes as their plain counterparts, several times sooner.

The tests hold the two kinds against each other on random values; where in doubt these ask the plain ones.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from ledger import canonical
from ledger.canonical import INTEGER_LIMIT, JSON, NESTING_LIMIT
from ledger.entry import FORMAT, Body, check_body, encode_body
from ledger.sealing import associated_data

__all__ = ["associated_data_fast", "encode_body_fast", "encode_fast"]


class _SealedMembers(msgspec.Struct, frozen=True):
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
    data: dict[str, Any]
    format: int
    on_behalf_of: UUID | UnsetType
    prev: str
    reason: str | UnsetType
    school: str | UnsetType
    sealed: list[_SealedMembers]
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


def encode_body_fast(body: Body) -> bytes:
    """Write a body as `entry.encode_body` does, with the same refusals."""
    check_body(body)
    if not _is_plain(body.data, 1):
        return encode_body(body)
    written = _written(
        _Members(
            body.actor,
            body.actor_role,
            UNSET if body.causation is None else body.causation,
            body.command,
            UNSET if body.correlation is None else body.correlation,
            body.data,
            FORMAT,
            UNSET if body.on_behalf_of is None else body.on_behalf_of,
            body.prev,
            UNSET if body.reason is None else body.reason,
            UNSET if body.school is None else body.school,
            [_SealedMembers(entry.commitment.hex(), entry.key, entry.part) for entry in body.sealed],
            body.stream,
            body.trust,
            body.type,
            body.version,
        )
    )
    return encode_body(body) if written is None else written


def associated_data_fast(trust: UUID, stream: UUID, command: UUID, ordinal: int, part: str, key: UUID) -> bytes:
    """Name the place of a sealed part as `sealing.associated_data` does, with the same refusals."""
    if _is_plain(ordinal, 1) and _is_plain(part, 1) and part.isascii():
        written = _written((trust, stream, command, ordinal, part, key))
        if written is not None:
            return written
    return associated_data(trust, stream, command, ordinal, part, key)


def _written(value: object) -> bytes | None:
    try:
        written = _write(value)
    except UnicodeEncodeError:  # a lone surrogate: the careful writer says where
        return None
    # Either the character NUL or a backslash before "u0000": the careful writer tells them apart.
    return None if b"\\" in written and b"\\u0000" in written else written


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
