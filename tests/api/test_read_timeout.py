"""A question has a time limit for each statement, and is answered with a code of its own beyond it; nothing else is."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
import pytest
from httpx import Response
from psycopg.errors import QueryCanceled

from api.bootstrap import Runtime
from api.settings import DEMONSTRATION_TRUST, load_settings
from ledger.connections import StatementTimedOut
from projections.generations import rebuild
from tests.api.client import Client, Json
from tests.support.postgres import DatabaseUrls

LIMIT = 0.3
_PERIOD = "/v1/ledger/period?since=2020-01-01T00:00:00Z&until=2100-01-01T00:00:00Z"
CASES = "{ cases(first: 5) { nodes { version } } }"
FIGURES = '{ monitoring(from: "2025-09-01", to: "2026-08-31") { cells { value } } }'


@pytest.fixture(scope="module")
def hasty(demo: Client, database_urls: DatabaseUrls) -> Iterator[Client]:
    """The demonstration asked through a process that gives each statement of a question three tenths of a second."""
    settings = load_settings(
        data_dir=demo.runtime.settings.data_dir,
        port=0,
        database_url=database_urls.main,
        keys_database_url=database_urls.keys,
        read_timeout_seconds=LIMIT,
    )
    with Runtime.open(settings) as runtime, Client(runtime, DEMONSTRATION_TRUST) as client:
        yield client


@contextmanager
def locked(urls: DatabaseUrls, table: str) -> Iterator[psycopg.Connection]:
    """Hold a table so that whoever reads it waits, as behind a statement that takes very long."""
    with psycopg.connect(urls.admin_main) as holder:
        holder.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())
        yield holder
        holder.rollback()


def begun_and_refused(client: Client, query: str) -> tuple[float, Json]:
    begun = time.monotonic()
    answer = client.send(query)
    took = time.monotonic() - begun
    assert answer.status_code == 200
    content: Json = answer.json()
    return took, content


@pytest.mark.parametrize(
    ("query", "table"),
    [
        (CASES, "case_document"),
        (FIGURES, "contribution, count_month"),
        ("{ viewer { role schools { urn } } }", "school"),
        ("{ trust { name } }", "trust"),
        ('{ viewer { role } case(reference: "INC-2026-000001") { version } }', "case_document"),
        (
            '{ restatements(from: "2025-09-01", to: "2026-08-31", between: {position: 1}) { position } }',
            "contribution, count_month",
        ),
    ],
)
def test_a_question_that_takes_too_long_is_given_up_with_a_code_and_no_half_answer(
    hasty: Client, database_urls: DatabaseUrls, query: str, table: str
) -> None:
    with locked(database_urls, table):
        took, content = begun_and_refused(hasty, query)

    assert [error["extensions"] for error in content["errors"]] == [{"code": "QUERY_TIMEOUT"}]
    assert content["data"] is None
    assert took < 2
    # Nothing of it stays behind: not in the connections, and not in what is kept of answers.
    hasty.ask(query)


def test_the_sentence_says_what_to_do(hasty: Client, database_urls: DatabaseUrls) -> None:
    with locked(database_urls, "case_document"):
        # Not what another test has had answered, which would be known by now.
        _, content = begun_and_refused(hasty, CASES.replace("5", "6"))

    assert [error["message"] for error in content["errors"]] == [
        "The question took too long and was given up. Ask for less: fewer schools, a shorter range, a smaller page."
    ]


def test_an_answer_by_get_that_took_too_long_has_no_tag_and_is_kept_nowhere(
    hasty: Client, database_urls: DatabaseUrls
) -> None:
    query = "{ schools { urn } }"
    headers = hasty.headers("dashboard")
    with locked(database_urls, "school"):
        late = hasty.http.get("/graphql", params={"query": query}, headers=headers)
    with locked(database_urls, "projection"):
        unknown = hasty.http.get("/graphql", params={"query": query}, headers=headers)

    for answer in (late, unknown):
        assert answer.json()["data"] is None
        assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["QUERY_TIMEOUT"]
        assert "etag" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"
    whole = hasty.http.get("/graphql", params={"query": query}, headers=headers)
    assert len(whole.json()["data"]["schools"]) == 5


@pytest.fixture(scope="module")
def case_id(demo: Client) -> str:
    [case] = demo.ask("{ cases(first: 1) { nodes { id } } }")["cases"]["nodes"]
    return str(case["id"])


def by_rest(client: Client, path: str, case_id: str) -> Response:
    return client.http.get(path.format(case=case_id), headers=client.headers("trust-lead"))


@pytest.mark.parametrize(
    ("path", "table"),
    [
        ("/v1/cases/{case}/bundle", "event"),
        ("/v1/cases/{case}/bundle", "sealed_part"),
        *((f"/v1/cases/{{case}}/history?format={form}", "event") for form in ("json", "csv", "pdf")),
        (_PERIOD, "sealed_part"),
        ("/v1/ledger/checkpoints/1", "ledger_head"),
        ("/v1/ledger/proofs/inclusion?position=1", "event"),
        ("/v1/ledger/proofs/consistency?from=1", "event"),
        ("/v1/ledger/tile/0/000.p/1", "event"),
    ],
)
def test_a_file_or_proof_that_takes_too_long_is_a_problem_with_the_same_code(
    hasty: Client, database_urls: DatabaseUrls, case_id: str, path: str, table: str
) -> None:
    with locked(database_urls, table):
        answer = by_rest(hasty, path, case_id)

    assert (answer.status_code, answer.json()["code"]) == (503, "QUERY_TIMEOUT")
    assert answer.headers["retry-after"]
    assert by_rest(hasty, path, case_id).status_code == 200


@pytest.mark.parametrize(
    "path", ["/v1/cases/{case}/bundle", "/v1/cases/{case}/history", "/v1/cases/{case}/history?format=pdf", _PERIOD]
)
def test_signing_the_ledger_for_a_file_may_take_longer_than_a_question(
    hasty: Client, database_urls: DatabaseUrls, case_id: str, path: str
) -> None:
    assert by_rest(hasty, path, case_id).status_code == 200
    answers: list[Response] = []
    thread = threading.Thread(target=lambda: answers.append(by_rest(hasty, path, case_id)))
    with psycopg.connect(database_urls.admin_main) as holder:
        holder.execute("SELECT 1 FROM ledger_kept WHERE trust_id = %s FOR UPDATE", [hasty.trust_id])
        thread.start()
        time.sleep(4 * LIMIT)
        assert answers == []
    thread.join()

    assert [answer.status_code for answer in answers] == [200]


def test_a_statement_that_works_too_long_is_ended_and_its_connection_lent_again(hasty: Client) -> None:
    trust = hasty.runtime.reading(DEMONSTRATION_TRUST).ledger.trust
    for _ in range(2):
        with trust.connection() as connection:
            session = connection.info.backend_pid
        with pytest.raises(StatementTimedOut) as ended, trust.connection() as connection:
            connection.execute("SELECT count(*) FROM generate_series(1, 1000000000)")
        assert isinstance(ended.value.__cause__, QueryCanceled)
        with trust.connection() as connection:
            assert connection.info.backend_pid == session


def test_a_command_may_wait_longer_than_a_question(hasty: Client, database_urls: DatabaseUrls) -> None:
    results: list[Json] = []

    def report() -> None:
        fields: Json = {"commandId": str(uuid4()), "schoolUrn": "900003", "openedOn": "2026-09-14"}
        results.append(hasty.command("reportIncident", **fields))

    thread = threading.Thread(target=report)
    with psycopg.connect(database_urls.admin_main) as holder:
        holder.execute("SELECT 1 FROM ledger_head WHERE trust_id = %s FOR UPDATE", [hasty.trust_id])
        thread.start()
        time.sleep(4 * LIMIT)
        assert results == []
    thread.join()

    assert [result["__typename"] for result in results] == ["Recorded"]


def test_what_projects_imports_and_rebuilds_has_the_limit_of_the_role_alone(hasty: Client) -> None:
    def limit(connection: psycopg.Connection) -> str:
        row = connection.execute("SHOW statement_timeout").fetchone()
        assert row is not None
        return str(row[0])

    runtime = hasty.runtime
    with runtime.database.trust(hasty.trust_id).connection() as connection:
        assert limit(connection) == "30s"
        connection.execute("SELECT pg_sleep(%s)", [2 * LIMIT])
    with runtime.services(hasty.trust_id).ledger.trust.connection() as connection:
        assert limit(connection) == "30s"
    with runtime.reading(hasty.trust_id).ledger.trust.connection() as connection:
        assert limit(connection) == "300ms"
    rebuilt = rebuild(runtime.database, hasty.trust_id, verify=True)
    assert rebuilt is not None


def test_the_time_of_a_question_is_five_seconds_unless_it_is_set(demo: Client) -> None:
    with demo.runtime.reading_database.unscoped() as connection:
        assert connection.execute("SHOW statement_timeout").fetchone() == ("5s",)
