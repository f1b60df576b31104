"""Appends by several processes at once, against inserts that take no lock and against the library's recorder."""

from __future__ import annotations

from functools import partial
from statistics import median
from uuid import UUID

import psycopg

from bench import writers as ways
from bench.ground import fresh_ground
from bench.peers import library_recorder, prepare_peers
from bench.results import Result, in_words, interleaved, paired
from bench.sizes import Sizes
from bench.writers import Addresses, writers
from ledger.embedded import EmbeddedPostgres


def measure(server: EmbeddedPostgres, sizes: Sizes) -> list[Result]:
    """Append in every way, one way after another in each round."""
    with fresh_ground(server) as ground:
        prepare_peers(ground.admin_url)
        library_recorder(ground.main_url, make_table=True)
        trusts = [ground.trust().ledger.trust_id for _ in range(sizes.writers)]
        addresses = Addresses(ground.main_url, ground.keys_url, ground.key_file, sizes.cases_at_hand)
        with writers(addresses, trusts) as writing:
            ground.settle()
            rates = interleaved(sizes.rounds, {way: partial(writing.rate, way, sizes.seconds) for way in ways.WAYS})
        _require_no_gap(ground.admin_url, trusts)
    return [
        _compared(rates, sizes, ways.UNIT, ways.PLAIN_EVENT, 0.8),
        _compared(rates, sizes, ways.UNIT, ways.LIBRARY, 2),
        _compared(rates, sizes, ways.SERVICES, ways.LIBRARY, 2),
        _compared(rates, sizes, ways.SERVICES, ways.PLAIN_EVENT),
        _compared(rates, sizes, ways.UNIT, ways.PLAIN_UNIT),
        _compared(rates, sizes, ways.EVENT_ALONE, ways.PLAIN_EVENT),
    ]


def _compared(
    rates: dict[str, list[float]], sizes: Sizes, way: str, peer: str, at_least: float | None = None
) -> Result:
    return Result(
        f"append, {sizes.writers} writers in different trusts: {way}",
        f"{in_words(median(rates[way]))}/s",
        f"{peer} {in_words(median(rates[peer]))}/s",
        paired(rates[way], rates[peer]),
        "x",
        at_least=at_least,
    )


def _require_no_gap(admin_url: str, trusts: list[UUID]) -> None:
    """Positions rise without a gap in every trust, or the figures are of no worth."""
    with psycopg.connect(admin_url) as admin:
        rows = admin.execute("SELECT trust_id, count(*), max(position) FROM event GROUP BY trust_id").fetchall()
    if {row[0] for row in rows} != set(trusts) or any(count != last for _, count, last in rows):
        raise RuntimeError("the ledgers have gaps")
