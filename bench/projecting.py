"""Projecting real histories, live and from the first event on, against the library's runner."""

from __future__ import annotations

import gc
import tempfile
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any
from uuid import UUID, uuid4

import psycopg

from bench.ground import Ground, fresh_ground
from bench.histories import carry_on, import_file, write_log
from bench.peers import prepare_peers, record_notes, run_library_projection
from bench.results import Result, in_words, interleaved, paired
from bench.sizes import Sizes
from ledger.embedded import EmbeddedPostgres
from ledger.reading import read_page
from projections.engine import Projector
from projections.generations import rebuild
from projections.states import event_of
from projections.tables import CORE_TABLES
from services.commands import Services

_PATIENCE = 120.0
_PAGE = 5_000


def measure(server: EmbeddedPostgres, sizes: Sizes) -> list[Result]:
    """Project the same ledger live and anew, in turn with the library's runner over its own events."""
    with fresh_ground(server) as ground:
        services = ground.trust()
        _record_histories(services, sizes.projected_rows)
        events, _ = services.ledger.head()
        prepare_peers(ground.admin_url)
        awaited = record_notes(ground.main_url, sizes.runner_events)
        ground.settle()
        busy: dict[str, list[float]] = {"live": [], "anew": []}
        rates = interleaved(
            sizes.rounds,
            {
                "live": partial(_project, ground, services, events, busy["live"]),
                "anew": partial(_rebuild, ground, services, events, busy["anew"]),
                "folded": partial(_fold_alone, services, events),
                "library": partial(_run_library, ground, awaited),
            },
        )
    library = f"the library's runner {in_words(median(rates['library']))}/s"
    live, anew = (
        f"{in_words(median(rates[name]))}/s, processor {in_words(median(busy[name]))} µs an event"
        for name in ("live", "anew")
    )
    folded = f"{in_words(median(rates['folded']))}/s"
    size = f"{in_words(events)} events"
    return [
        Result(f"project {size}, one worker", live, library, median(rates["live"]), "events/s", at_least=20_000),
        Result(f"rebuild {size} and switch", anew, library, median(rates["anew"]), "events/s", at_least=100_000),
        Result(
            "of those, read and folded by the library's aggregates alone",
            folded,
            "-",
            median(rates["folded"]),
            "events/s",
        ),
        Result("project, as a ratio", live, library, paired(rates["live"], rates["library"]), "x"),
        Result("rebuild, as a ratio", anew, library, paired(rates["anew"], rates["library"]), "x"),
    ]


def _record_histories(services: Services, rows: int) -> None:
    """A log of open cases, imported, and every case carried on to its end."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.csv"
        write_log(path, rows, all_open=True)
        import_file(services, path)
    with services.ledger.trust.connection() as connection:
        cases = connection.execute(
            "SELECT stream_id FROM event WHERE trust_id = %s AND version = 1 AND type = 'incident.reported.v1'"
            " ORDER BY position",
            (services.ledger.trust_id,),
        ).fetchall()
    carry_on(services.ledger, [case_id for (case_id,) in cases])


def _project(ground: Ground, services: Services, events: int, busy: list[float]) -> float:
    """Project all in batches as a worker does, into empty tables; returns events per second.

    Adds to `busy` the microseconds of processor time that the program itself took for each, without the database.
    """
    with psycopg.connect(ground.admin_url, autocommit=True) as admin:
        admin.execute(f"TRUNCATE projection, {', '.join(table.name for table in CORE_TABLES)}".encode())
    begun, before = perf_counter(), process_time()
    done = Projector(ground.main).catch_up(services.ledger.trust_id)
    elapsed = perf_counter() - begun
    busy.append((process_time() - before) / events * 1_000_000)
    if done != events:
        raise RuntimeError(f"{done} of {events} events were projected")
    return events / elapsed


def _rebuild(ground: Ground, services: Services, events: int, busy: list[float]) -> float:
    """Rebuild beside the live tables, switch and sweep the former ones; returns events per second, as above."""
    begun, before = perf_counter(), process_time()
    rebuilt = rebuild(ground.main, services.ledger.trust_id)
    elapsed = perf_counter() - begun
    busy.append((process_time() - before) / events * 1_000_000)
    if rebuilt.position != events or not rebuilt.is_live:
        raise RuntimeError("the rebuild did not go live")
    return events / elapsed


def _fold_alone(services: Services, events: int) -> float:
    """Read and fold the same events and do nothing with the aggregates: what no projection of them can be quicker than.

    Returns events per second.
    """
    trust, states = services.ledger.trust, dict[UUID, Any]()
    position, begun = 0, perf_counter()
    gc.disable()
    with trust.connection() as connection:
        while position < events:
            for row in read_page(connection, trust.trust_id, after=position, limit=_PAGE):
                states[row.stream_id] = event_of(row).mutate(states.get(row.stream_id))
                position = row.position
    elapsed = perf_counter() - begun
    gc.enable()
    return events / elapsed


def _run_library(ground: Ground, awaited: int) -> float:
    begun = perf_counter()
    run_library_projection(ground.main_url, awaited, name=f"view_{uuid4().hex[:8]}", patience=_PATIENCE)
    return awaited / (perf_counter() - begun)
