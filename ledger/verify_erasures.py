"""What a file shows of erasures, once its checks hold: which texts each took, who asked for it, and who approved.

No check depends on it: that a text is erased is proven by the event that says so. Here is told whose word that is.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from ledger.entry import Body, decode_body
from ledger.findings import ErasureTold
from ledger.meanings import ErasureApproved, ErasureRequested, destroyed_key, erased_part, erasure_of_part, erasure_step
from ledger.verifying import Examination

__all__ = ["erasures_told"]


def erasures_told(examination: Examination) -> list[ErasureTold]:
    """Every erasure that the file shows anything of, in the order of their ids."""
    says: dict[UUID, list[int]] = {}
    asked: dict[UUID, tuple[int, ErasureRequested]] = {}
    approved: dict[UUID, tuple[int, ErasureApproved]] = {}
    for position, body in _bodies(examination):
        if (stream := _says(body)) is not None:
            says.setdefault(stream, []).append(position)
        step = erasure_step(body)
        if isinstance(step, ErasureRequested):
            asked[body.stream] = (position, step)
        elif isinstance(step, ErasureApproved):
            approved[body.stream] = (position, step)
    stream_of = {position: stream for stream, positions in says.items() for position in positions}
    texts: dict[UUID, int] = {}
    for part in examination.parts:
        if part.destroyed_at is not None:
            stream = stream_of[part.destroyed_at]
            texts[stream] = texts.get(stream, 0) + 1
    return [
        ErasureTold(stream, texts.get(stream, 0), tuple(sorted(says[stream])), asked.get(stream), approved.get(stream))
        for stream in sorted(says)
    ]


def _bodies(examination: Examination) -> Iterator[tuple[int, Body]]:
    yield from ((event.position, body) for event, body in examination.shown)
    yield from ((event.position, decode_body(event.body)) for event in examination.extract.erasures)


def _says(body: Body) -> UUID | None:
    """The stream by whose word an event says that something is erased; None for any other event."""
    if destroyed_key(body) is not None:
        return body.stream
    return None if erased_part(body) is None else erasure_of_part(body) or body.stream
