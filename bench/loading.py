"""Loading a case through the repository, beyond fetching the same rows with the driver alone."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from statistics import median
from time import thread_time
from typing import Any
from uuid import UUID

import psycopg

from bench.ground import fresh_ground
from bench.histories import lengthen, open_cases
from bench.results import Result, in_words, interleaved
from bench.sizes import Sizes
from ledger.embedded import EmbeddedPostgres
from services.store import TrustLedger

_EVENTS = 20
# What the repository needs of a stream, and nothing else.
_FETCH = b"""
SELECT position, recorded_at, stream_id, version, type, school_urn, command_id, ordinal, body, leaf
FROM event WHERE trust_id = %s AND stream_id = %s ORDER BY version
"""


def measure(server: EmbeddedPostgres, sizes: Sizes) -> list[Result]:
    """Load and fetch the same cases in turn."""
    with fresh_ground(server) as ground:
        ledger = ground.trust().ledger
        cases = open_cases(ledger, sizes.long_cases)
        for case_id in cases:
            lengthen(ledger, case_id, _EVENTS)
        ground.settle()
        with ledger.trust.connection() as connection:
            times = interleaved(
                sizes.rounds,
                {
                    "load": partial(_load, ledger, cases, sizes.repeats),
                    "fetch": partial(_fetch, connection, ledger.trust_id, cases, sizes.repeats),
                },
            )
    beyond = median(load - fetch for load, fetch in zip(times["load"], times["fetch"], strict=True))
    return [
        Result(
            f"load a case of {_EVENTS} events through the repository, processor time beyond the fetch",
            f"{in_words(median(times['load']))} ms",
            f"fetching the rows {in_words(median(times['fetch']))} ms",
            beyond,
            "ms",
            at_most=0.3,
        )
    ]


def _load(ledger: TrustLedger, cases: Sequence[UUID], repeats: int) -> float:
    def once(case_id: UUID) -> None:
        case = ledger.load(case_id)
        assert case is not None
        assert case.version >= _EVENTS

    return _milliseconds(once, cases, repeats)


def _fetch(connection: psycopg.Connection[Any], trust_id: UUID, cases: Sequence[UUID], repeats: int) -> float:
    def once(case_id: UUID) -> None:
        with connection.cursor(binary=True) as cursor:
            rows = cursor.execute(_FETCH, (trust_id, case_id)).fetchall()
        assert len(rows) >= _EVENTS

    return _milliseconds(once, cases, repeats)


def _milliseconds(once: Any, cases: Sequence[UUID], repeats: int) -> float:
    """Processor time of one in this process, which leaves out other programs and the wait for the database."""
    begun = thread_time()
    for _ in range(repeats):
        for case_id in cases:
            once(case_id)
    return (thread_time() - begun) / (repeats * len(cases)) * 1_000
