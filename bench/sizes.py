"""How much is measured: enough for a figure, or just enough to see that every benchmark still runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """The sizes of one run."""

    rounds: int
    # Appends: processes, how long each variant runs in a round, and cases at hand for each process and round.
    writers: int
    seconds: float
    cases_at_hand: int
    # Loads: cases of twenty events, and how often each is loaded in a round.
    long_cases: int
    repeats: int
    # Projections: rows of the imported log, and events for the library's runner, which is slow.
    projected_rows: int
    runner_events: int
    contributions: int
    sealed_events: int
    bundle_events: int
    imported_rows: int


FULL = Sizes(
    rounds=5,
    writers=8,
    seconds=1.0,
    cases_at_hand=500,
    long_cases=20,
    repeats=20,
    projected_rows=12_000,
    runner_events=1_500,
    contributions=1_000_000,
    sealed_events=20_000,
    bundle_events=200,
    imported_rows=100_000,
)
QUICK = Sizes(
    rounds=1,
    writers=2,
    seconds=0.05,
    cases_at_hand=20,
    long_cases=2,
    repeats=2,
    projected_rows=60,
    runner_events=20,
    contributions=2_000,
    sealed_events=50,
    bundle_events=20,
    imported_rows=200,
)
