"""A body given to the quick writer, which takes it member by member."""

from __future__ import annotations

import msgspec

from ledger.entry import Body
from ledger.fast_canonical import SealedMembers, encode_body_fast


def write_fast(body: Body, data: msgspec.Struct | None = None) -> bytes:
    """The body as the recording path writes it, with `data` in place of its own if given."""
    return encode_body_fast(
        actor=body.actor,
        actor_role=body.actor_role,
        causation=body.causation,
        command=body.command,
        correlation=body.correlation,
        data=body.data if data is None else data,
        on_behalf_of=body.on_behalf_of,
        prev=body.prev,
        reason=body.reason,
        school=body.school,
        sealed=[SealedMembers(entry.commitment.hex(), entry.key, entry.part) for entry in body.sealed],
        stored_name=body.type,
        stream=body.stream,
        trust=body.trust,
        version=body.version,
    )
