"""Commands that wait keep nobody from reading; what passes by itself is told as that; waiting for a position ends."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest

from tests.api.client import Client, Json
from tests.support.postgres import DatabaseUrls

QUESTIONS = (
    "{ cases(first: 10) { nodes { reference } } }",
    "{ cases(first: 3) { nodes { history { nodes { type } } ... on Incident { items { narrative { text } } } } } }",
    '{ monitoring(from: "2025-09-01", to: "2026-08-31", groupBy: [COUNT, SCHOOL]) { cells { value } } }',
    "{ ledger { position checkpoint { size } } }",
)


def waiting_for_locks(watcher: psycopg.Connection) -> int:
    row = watcher.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    ).fetchone()
    assert row is not None
    return int(row[0])


def test_queries_are_answered_while_commands_wait_for_the_ledger(demo: Client, database_urls: DatabaseUrls) -> None:
    results: list[Json] = []
    slots = demo.runtime.settings.pool_size // 2

    def report() -> None:
        fields: Json = {"commandId": str(uuid4()), "schoolUrn": "900003", "openedOn": "2026-09-14"}
        results.append(demo.command("reportIncident", **fields))

    def alive(_number: int) -> int:
        return demo.http.get("/health/live").status_code

    # Three times as many as can be carried out at once, so that others wait for those that wait for the ledger.
    threads = [threading.Thread(target=report) for _ in range(3 * slots)]
    with (
        # In no transaction, within which the waiting would look the same for ever.
        psycopg.connect(database_urls.admin_main, autocommit=True) as watcher,
        psycopg.connect(database_urls.admin_main) as holder,
        ThreadPoolExecutor(8) as readers,
    ):
        holder.execute("SELECT 1 FROM ledger_head WHERE trust_id = %s FOR UPDATE", [demo.trust_id])
        for thread in threads:
            thread.start()
        begun = time.monotonic()
        while waiting_for_locks(watcher) < slots and time.monotonic() < begun + 20:
            time.sleep(0.01)
        waiting_before, asked = waiting_for_locks(watcher), time.monotonic()
        answers = list(readers.map(demo.ask, QUESTIONS * 2))
        assert set(readers.map(alive, range(4))) == {200}
        took, waiting_after = time.monotonic() - asked, waiting_for_locks(watcher)
        done_meanwhile = len(results)
    for thread in threads:
        thread.join()

    assert (waiting_before, waiting_after, done_meanwhile) == (slots, slots, 0)
    assert len(answers) == 2 * len(QUESTIONS)
    # A query behind a command would have waited for as long as the lock was held, which is until all were answered.
    assert took < 1.5
    assert [result["__typename"] for result in results] == ["Recorded"] * len(threads)


def test_a_command_that_waited_too_long_says_that_it_may_be_sent_again(
    demo: Client, database_urls: DatabaseUrls
) -> None:
    fields: Json = {"commandId": str(uuid4()), "schoolUrn": "900003", "openedOn": "2026-09-14"}
    query = "mutation($input: ReportIncidentInput!) { reportIncident(input: $input) { ... on Recorded { replayed } } }"

    with psycopg.connect(database_urls.admin_main) as holder:
        holder.execute("SELECT 1 FROM ledger_head WHERE trust_id = %s FOR UPDATE", [demo.trust_id])
        refused = demo.refuse(query, input=fields)

    assert refused == ["UNAVAILABLE"]
    assert demo.ask(query, input=fields) == {"reportIncident": {"replayed": False}}


def test_waiting_for_a_position_that_does_not_come_ends_after_two_seconds(demo: Client) -> None:
    position = demo.ask("{ ledger { position } }")["ledger"]["position"]
    begun = time.monotonic()

    codes = demo.refuse("query($at: Int) { cases(atLeast: $at) { totalCount } }", at=position + 1000)

    assert codes == ["PROJECTION_BEHIND"]
    assert 2 <= time.monotonic() - begun < 4


@pytest.mark.parametrize("moment", ["{}", '{ position: 1, at: "2026-01-01T00:00:00Z" }', "{ position: null }"])
def test_a_past_moment_is_named_in_exactly_one_way(demo: Client, moment: str) -> None:
    query = f'{{ monitoring(from: "2026-09-01", to: "2026-09-30", asOf: {moment}) {{ position }} }}'

    assert demo.refuse(query) == ["INVALID_INPUT"]


@pytest.mark.parametrize("moment", [{"position": -1}, {"at": "2026-01-01T00:00:00"}, {"at": "yesterday"}, {"at": None}])
def test_a_moment_that_is_none_is_refused(demo: Client, moment: Json) -> None:
    query = 'query($m: AsOf) { monitoring(from: "2026-09-01", to: "2026-09-30", asOf: $m) { position } }'

    assert demo.refuse(query, m=moment) == ["INVALID_INPUT"]


def test_a_moment_to_come_is_now(demo: Client) -> None:
    query = '{ monitoring(from: "2026-09-01", to: "2026-09-30" MOMENT) { position cells { value } } }'

    position = demo.ask("{ ledger { position } }")["ledger"]["position"]
    now = demo.ask(query.replace("MOMENT", f", atLeast: {position}"))
    for moment in ("{ position: 2000000000 }", '{ at: "2999-01-01T00:00:00Z" }'):
        assert demo.ask(query.replace("MOMENT", f", asOf: {moment}")) == now
