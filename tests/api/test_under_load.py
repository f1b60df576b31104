"""Commands that wait keep nobody from reading; what passes by itself is told as that; waiting for a position ends."""

from __future__ import annotations

import threading
import time
from uuid import uuid4

import psycopg
import pytest

from tests.api.client import Client, Json
from tests.support.postgres import DatabaseUrls


def test_queries_are_answered_while_commands_wait_for_the_ledger(demo: Client, database_urls: DatabaseUrls) -> None:
    results: list[Json] = []

    def report() -> None:
        fields: Json = {"commandId": str(uuid4()), "schoolUrn": "900003", "openedOn": "2026-09-14"}
        results.append(demo.command("reportIncident", **fields))

    threads = [threading.Thread(target=report) for _ in range(12)]
    with psycopg.connect(database_urls.admin_main) as holder:
        holder.execute("SELECT 1 FROM ledger_head WHERE trust_id = %s FOR UPDATE", [demo.trust_id])
        for thread in threads:
            thread.start()
        begun = time.monotonic()
        for _ in range(5):
            demo.ask("{ cases(first: 10) { nodes { reference } } }")
        took = time.monotonic() - begun
        assert results == []
    for thread in threads:
        thread.join()

    assert took < 2  # the commands would have waited for as long as the lock is held
    assert [result["__typename"] for result in results] == ["Recorded"] * 12


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
