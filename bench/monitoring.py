"""The monitoring report over a million contributions, as at a past position and now.

This benchmark alone does not make its rows by decisions: a million contributions are written straight into the read
tables, by one statement, since only reading them is measured.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Callable
from datetime import date
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any

import psycopg

from bench.ground import Ground, fresh_ground, trust_lead
from bench.results import Result, in_words, interleaved, paired
from bench.sizes import Sizes
from ledger.embedded import EmbeddedPostgres
from projections.changes import SPANS, first_of_epoch
from projections.engine import Projector
from services.registers import join_school
from services.scope import system_caller
from services.store import TrustLedger

_SCHOOLS = 20
_FIRST = date(2023, 9, 1)
_RANGE: dict[str, Any] = {"from": _FIRST.isoformat(), "to": "2026-08-31"}
_BY_EVERYTHING = {"groupBy": ["COUNT", "SCHOOL", "MONTH"], **_RANGE}
# No monthly figures are kept by this date, so that both past and present are answered from the contributions.
_RECORDED = {"dateBasis": "RECORDED", **_BY_EVERYTHING}

# Four contributions a case, two an item; one in ten was closed later on, one in thirty does not count.
_FILL = (
    """
    INSERT INTO contribution
    SELECT %(trust)s, 1, md5('case' || i / 4)::uuid, md5('item' || i / 2)::uuid, 1 + i %% 11, i,
           CASE WHEN i %% 10 = 0 THEN i + 1 + i %% 1000 END, day, day, day + (i %% 3)::int,
           (900001 + i / 4 %% %(schools)s)::text, 'ONLINE', 'FACEBOOK', 'PARENT',
           CASE WHEN i / 4 %% 30 = 0 THEN 'DUPLICATE' END
    FROM generate_series(1, %(size)s) AS i,
         LATERAL (SELECT %(first)s::date + (i / 4 * 1000 / (%(size)s / 4 + 1) + i / 4 %% 60)::int) AS given (day)
    """,
    """
    INSERT INTO case_file
    SELECT DISTINCT ON (case_id) trust_id, generation, case_id, 'INCIDENT', 'INC-' || valid_from, NULL, school_urn,
           'OPEN', discovered_on, NULL::date, NULL, NULL::uuid, NULL::uuid, ARRAY[discovered_on], '{}'::text[],
           '{}'::int2[], '{}'::text[], '{}'::uuid[], '{}'::uuid[]
    FROM contribution WHERE trust_id = %(trust)s
    """,
    """
    INSERT INTO count_month
    SELECT trust_id, generation, school_urn, date_trunc('month', discovered_on)::date, count_number, source,
           coalesce(position / (%(epoch)s * length), 0) AS epoch,
           coalesce(sum(change) FILTER (WHERE excluded_by IS NULL), 0),
           coalesce(sum(change) FILTER (WHERE excluded_by IS NOT NULL), 0), span
    FROM (SELECT *, valid_from AS position, 1 AS change FROM contribution
          UNION ALL SELECT *, valid_to, -1 FROM contribution WHERE valid_to IS NOT NULL) AS moved,
         unnest(%(spans)s::int[]) WITH ORDINALITY AS spans (length, place), LATERAL (SELECT place - 1) AS of (span)
    WHERE trust_id = %(trust)s GROUP BY 1, 2, 3, 4, 5, 6, 7, 10
    """,
    "UPDATE projection SET position = %(size)s + 1000 WHERE trust_id = %(trust)s",
)


def measure(server: EmbeddedPostgres, sizes: Sizes) -> list[Result]:
    """Ask the same question of the past and of the present in turn."""
    from bench.asking import report

    with fresh_ground(server) as ground:
        ledger = ground.trust().ledger
        _fill(ground, ledger, sizes.contributions)
        ground.settle()
        past = {"asOf": {"position": sizes.contributions * 9 // 10}}
        variables = {
            "past": _BY_EVERYTHING | past,
            "now by month": _BY_EVERYTHING,
            "past recorded": _RECORDED | past,
            "now recorded": _RECORDED,
            "past counts": {"groupBy": ["COUNT"], **_RANGE, **past},
        }
        reader = trust_lead(ledger.trust_id)
        asked = {name: partial(_ask, report(ledger.trust, reader, given)) for name, given in variables.items()}
        for ask in asked.values():
            ask()
        # As the server does before it serves.
        gc.collect()
        gc.freeze()
        times = interleaved(max(sizes.rounds, 3), asked)
        gc.unfreeze()
    middle = {name: f"{in_words(median(given))} ms" for name, given in times.items()}
    size = f"{in_words(sizes.contributions)} contributions"
    return [
        Result(
            f"monitoring by count, school and month, as at a past position, {size}",
            middle["past"],
            f"now, from the monthly figures {middle['now by month']}",
            median(times["past"]),
            "ms",
            at_most=100,
        ),
        Result(
            "the same by date of recording, past to present",
            middle["past recorded"],
            f"now, from the same rows {middle['now recorded']}",
            paired(times["past recorded"], times["now recorded"]),
            "x",
            at_most=2,
        ),
        Result(
            "the eleven counts alone, as at a past position",
            middle["past counts"],
            "-",
            median(times["past counts"]),
            "ms",
        ),
    ]


def _fill(ground: Ground, ledger: TrustLedger, size: int) -> None:
    system = system_caller(ledger.trust_id)
    for number in range(_SCHOOLS):
        urn = str(900001 + number)
        join_school(ledger, system, urn=urn, name=f"School {urn}", joined_on=date(2020, 9, 1))
    Projector(ground.main).catch_up(ledger.trust_id)
    parameters = {
        "trust": ledger.trust_id,
        "size": size,
        "schools": _SCHOOLS,
        "first": _FIRST,
        "epoch": first_of_epoch(1),
        "spans": list(SPANS),
    }
    with psycopg.connect(ground.admin_url) as admin:
        for statement in _FILL:
            admin.execute(statement.encode(), parameters)


def _ask(report: Callable[[], str]) -> float:
    """Milliseconds until the whole report is there."""
    begun = perf_counter()
    answer = report()
    elapsed = perf_counter() - begun
    if not any(cell["value"] for cell in json.loads(answer)["monitoring"]["cells"]):
        raise RuntimeError("the report counts nothing")
    return elapsed * 1_000
