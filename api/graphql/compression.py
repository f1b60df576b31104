"""Compressed answers: which are compressed, and how.

An answer that holds names or opened texts is never compressed. Whoever can both choose a part of what is compressed
with a secret and see how long the result is learns the secret bit by bit (BREACH). Tokens come in a header of their
own, so no page of another origin can send a question in somebody's name; this closes what that might leave open.
"""

from __future__ import annotations

import gzip

import anyio

__all__ = ["GZIP", "accepts_gzip", "compressed", "is_worth_compressing"]

GZIP = "gzip"
# A shorter answer travels in one packet either way.
_LEAST = 1_000
# What takes longer than a change of thread is compressed in one.
_IN_THREAD = 64 * 1024
# JSON of repeated names becomes hardly smaller at higher levels, which take several times as long.
_LEVEL = 1


def accepts_gzip(header: str | None) -> bool:
    """Whether an `Accept-Encoding` header allows gzip."""
    weights: dict[str, float] = {}
    for part in (header or "").split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weights[name] = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    weights[name] = float(parameter[2:])
                except ValueError:
                    weights[name] = 0.0
    return weights.get(GZIP, weights.get("x-gzip", weights.get("*", 0.0))) > 0


def is_worth_compressing(content: bytes) -> bool:
    """Whether the answer is long enough."""
    return len(content) >= _LEAST


async def compressed(content: bytes) -> bytes:
    """Return the content by gzip; the same bytes each time, because its tag is a strong one."""
    if len(content) < _IN_THREAD:
        return _compress(content)
    return await anyio.to_thread.run_sync(_compress, content)


def _compress(content: bytes) -> bytes:
    return gzip.compress(content, _LEVEL, mtime=0)
