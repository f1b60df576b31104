"""Checking the bundle of a long case offline, against merely reading it as JSON."""

from __future__ import annotations

import json
from functools import partial
from statistics import median
from time import thread_time

from bench.ground import fresh_ground, trust_lead
from bench.histories import lengthen, open_cases
from bench.results import Result, in_words, interleaved
from bench.sizes import Sizes
from ledger.checkpoint import VerifierKey
from ledger.embedded import EmbeddedPostgres
from ledger.verify import verify
from services.checkpoint_signers import signer
from services.export import export_case

_OTHER_CASES = 200
_TIMES = 20


def measure(server: EmbeddedPostgres, sizes: Sizes) -> list[Result]:
    """Check one bundle many times, its texts opened, the trust's key known from elsewhere."""
    with fresh_ground(server) as ground:
        ledger = ground.trust().ledger
        (case_id,) = open_cases(ledger, 1)
        # Other cases stand between, so that the proofs are as long as in a ledger of a trust.
        open_cases(ledger, _OTHER_CASES)
        lengthen(ledger, case_id, sizes.bundle_events)
        bundle = export_case(ledger, trust_lead(ledger.trust_id).visibility, case_id)
        key = signer(ledger).verifier_key
    times = interleaved(sizes.rounds, {"check": partial(_check, bundle, key), "read": partial(_read, bundle)})
    return [
        Result(
            f"check a bundle of {sizes.bundle_events} events offline ({len(bundle) // 1_000} kB), processor time",
            f"{in_words(median(times['check']))} ms",
            f"reading it as JSON {in_words(median(times['read']))} ms",
            median(times["check"]),
            "ms",
            at_most=10,
        )
    ]


def _check(bundle: bytes, key: VerifierKey) -> float:
    begun = thread_time()
    for _ in range(_TIMES):
        report = verify(bundle, public_key=key)
        if not report.ok:
            raise RuntimeError(f"the bundle does not hold: {report.first_failure}")
    return (thread_time() - begun) / _TIMES * 1_000


def _read(bundle: bytes) -> float:
    begun = thread_time()
    for _ in range(_TIMES):
        json.loads(bundle)
    return (thread_time() - begun) / _TIMES * 1_000
