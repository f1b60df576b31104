"""Whatever tells of a case is recorded before it leaves, by every road and for every role."""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from api.authentication import default_person
from api.bootstrap import Runtime
from api.graphql.recording import Given, Read
from api.read_recorder import LoggedReads
from domain.access import Role
from domain.reads import PURPOSES
from projections.plan.told import Told
from services.read_log import NotRecorded, ReadWay, audit_reads
from services.scope import Caller
from tests.api.client import Client, settle
from tests.api.reads import CASE_ID, READERS, Log, told
from tests.support.postgres import DatabaseUrls

Json = dict[str, Any]


@pytest.fixture(autouse=True)
def settled(log: Log) -> None:
    """Nothing that earlier tests recorded is still to be projected: an answer is kept as long as nothing moves."""
    settle(log.client)


NOBODY = UUID("0b7e6f0e-7a08-4c39-9f3c-6f8f3f1f2a10")


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ('{ case(reference: "INC-1999-000001") { id } }', ["case"]),
        (f'{{ case(id: "{NOBODY}") {{ id }} }}', ["case"]),
        ('{ cases(filter: {schoolReference: "nothing of the kind"}) { nodes { id } } }', ["cases"]),
        ("{ cases { totalCount } }", ["cases"]),
        (f'{{ staffPattern(person: "{NOBODY}") {{ others }} }}', ["staffPattern"]),
    ],
)
def test_who_looks_and_finds_nothing_is_recorded_as_having_looked(log: Log, query: str, asked: list[str]) -> None:
    _, [recorded] = log.of(query)

    assert (recorded["cases"], recorded["asked"]) == ([], asked)


def test_an_entry_says_who_read_what_and_why_and_nothing_of_its_content(log: Log) -> None:
    before, client = log.position, log.client
    person = default_person(client.trust_id, Role.TRUST_LEAD, None)
    query = "query Seek($x: String!) { cases(filter: {schoolReference: $x}) { nodes { id } } }"
    headers = client.headers("trust-lead") | {"Caseledger-Purpose": "SUBJECT_ACCESS"}
    for text in ("Jo Bloggs", "Jo Bloggs", "Jo Blogs"):
        client.http.post("/graphql", json={"query": query, "variables": {"x": text}}, headers=headers)

    first, second, third = log.bodies(before)

    assert second == first | {"given": "kept"}
    assert first | {"document": "", "variables": ""} == {
        "actor": str(person),
        "actor_role": "trust-lead",
        "asked": ["cases"],
        "cases": [],
        "document": "",
        "format": 1,
        "given": "executed",
        "purpose": "SUBJECT_ACCESS",
        "trust": str(client.trust_id),
        "variables": "",
        "way": "query",
    }
    assert re.fullmatch("[0-9a-f]{64}", first["variables"])
    assert first["variables"] != third["variables"]


def test_the_parts_that_were_opened_are_named(log: Log) -> None:
    query = "{ cases(first: 60) { nodes { id ... on Incident { summary { state } items { narrative { text } } } } } }"

    data, [recorded] = log.of(query)
    _, [closed] = log.of(query, "auditor")

    opened = {one["id"] for one in data["cases"]["nodes"] if (one.get("summary") or {}).get("state") == "OPEN"}
    assert opened
    assert {case for case, _, part in recorded["parts"] if part == "summary"} == opened
    assert {part for _, _, part in recorded["parts"]} == {"summary", "narrative"}
    assert "parts" not in closed


# --- Every road


@pytest.mark.parametrize("code", [entry.code for entry in PURPOSES])
def test_each_purpose_of_the_list_is_taken(log: Log, code: str) -> None:
    before = log.position
    headers = log.client.headers("auditor") | {"Caseledger-Purpose": code}
    answer = log.client.http.post("/graphql", json={"query": "{ cases { totalCount } }"}, headers=headers)

    assert answer.status_code == 200
    assert [body["purpose"] for body in log.bodies(before)] == [code]


@pytest.mark.parametrize("path", ["/graphql", f"/v1/cases/{NOBODY}/bundle"])
@pytest.mark.parametrize("value", ["", "case_work", "CURIOSITY", "AUDIT, LEGAL"])
def test_another_purpose_is_refused_and_the_header_named(shown: Client, path: str, value: str) -> None:
    answer = shown.http.get(
        path, params={"query": "{ __typename }"}, headers=shown.headers("auditor") | {"Caseledger-Purpose": value}
    )

    assert (answer.status_code, answer.json()["fields"]) == (400, ["Caseledger-Purpose"])
    assert value == "" or value not in answer.text


def test_a_bundle_is_recorded_with_the_parts_that_it_opens(log: Log) -> None:
    case = log.client.ask('{ case(reference: "INC-2026-000001") { id } }')["case"]["id"]
    for role, opens in (("trust-lead", True), ("auditor", False)):
        before = log.position
        answer = log.client.http.get(f"/v1/cases/{case}/bundle", headers=log.client.headers(role))
        [recorded] = log.bodies(before)

        assert answer.status_code == 200
        assert (recorded["way"], recorded["cases"], recorded["histories"]) == ("export", [case], [case])
        shown_parts = [part for event in answer.json()["events"] for part in event["parts"] if "text" in part]
        assert len(recorded.get("parts", ())) == len(shown_parts)
        assert bool(shown_parts) == opens


def test_a_command_is_recorded_as_a_read_of_what_it_answers(log: Log) -> None:
    before = log.position
    done = log.client.command(
        "reportIncident", commandId=str(uuid4()), schoolUrn="900003", openedOn="2026-03-02", summary="A summary"
    )
    [recorded] = log.bodies(before)

    case = done["case"]["id"]
    assert (recorded["way"], recorded["opened"], recorded["histories"]) == ("command", [case], [case])

    before = log.position
    refused = log.client.command("addAddendum", commandId=str(uuid4()), caseId=str(uuid4()), text="More words")
    assert refused["__typename"] == "Refused"
    assert log.bodies(before) == []


def test_what_is_kept_and_what_the_client_has_is_recorded_too(log: Log) -> None:
    params = {"query": "{ cases(first: 4, orderBy: REFERENCE) { nodes { id } } }"}
    headers, before = log.client.headers("auditor"), log.position
    made = log.client.http.get("/graphql", params=params, headers=headers)
    kept = log.client.http.get("/graphql", params=params, headers=headers)
    had = log.client.http.get("/graphql", params=params, headers=headers | {"If-None-Match": kept.headers["etag"]})

    recorded = log.bodies(before)
    assert (made.status_code, kept.status_code, had.status_code) == (200, 200, 304)
    assert [body["given"] for body in recorded] == ["executed", "kept", "unchanged"]
    ids = sorted(one["id"] for one in made.json()["data"]["cases"]["nodes"])
    assert [body["cases"] for body in recorded] == [ids] * 3


QUERIES = (
    "{ cases(first: 5) { nodes { id } } }",
    "{ cases(first: 3, orderBy: REFERENCE) { nodes { id history(first: 2) { nodes { id } } } } }",
    '{ case(reference: "INC-2026-000001") { id ... on Incident { summary { text } } } }',
    '{ case(reference: "INC-2026-000002") { id links { case { id } } } }',
    "{ duties(first: 4) { nodes { case { id } } } }",
    '{ monitoring(from: "2023-09-01", to: "2027-08-31") { cells { value cases(first: 2) { nodes { id } } } } }',
    '{ monitoring(from: "2023-09-01", to: "2027-08-31") { cells { value } } }',
)


def test_of_thousands_of_reads_by_every_road_and_role_none_is_missing(log: Log, case_ids: frozenset[str]) -> None:
    chance = random.Random(20261122)
    client, before = log.client, log.position
    cases = sorted(case_ids)
    roads = ("post", "post", "get", "get", "bundle", "command")
    asked = [
        (
            chance.choice(READERS),
            chance.choice(roads),
            chance.choice(QUERIES),
        )
        for _ in range(2_000)
    ]
    picked = [chance.choice(cases) for _ in asked]

    def ask(one: tuple[tuple[str, str, str], str]) -> tuple[str, frozenset[str]] | None:
        (role, road, query), case = one
        headers = client.headers(role)
        match road:
            case "post":
                answer = client.http.post("/graphql", json={"query": query}, headers=headers)
            case "get":
                answer = client.http.get("/graphql", params={"query": query}, headers=headers)
            case "bundle":
                answer = client.http.get(f"/v1/cases/{case}/bundle", headers=headers)
            case _:
                given = {"commandId": str(uuid4()), "caseId": case, "text": "More words"}
                mutation = (
                    "mutation($input: AddAddendumInput!) { addAddendum(input: $input)"
                    " { ... on Recorded { case { id } } } }"
                )
                body = {"query": mutation, "variables": {"input": given}}
                answer = client.http.post("/graphql", json=body, headers=headers)
        if road == "bundle":
            return (role, frozenset((case,))) if answer.status_code == 200 else None
        data = answer.json()["data"]
        shown_ids = frozenset(told(data, case_ids))
        looked = road != "command" and "monitoring" not in query
        return (role, shown_ids) if shown_ids or looked else None

    with ThreadPoolExecutor(8) as pool:
        left = Counter(one for one in pool.map(ask, zip(asked, picked, strict=True)) if one is not None)
    recorded = Counter((_token(body), frozenset(body["cases"])) for body in log.bodies(before))

    assert recorded == left
    assert sum(bool(ids) for _, ids in left) > 200
    ledger = client.runtime.services(client.trust_id).ledger
    assert audit_reads(ledger) is None
    # Some were signed on the way.
    assert ledger_checkpoints(client) >= 1


def _token(body: Mapping[str, Any]) -> str:
    return str(body["actor_role"]) + (f":{body['school']}" if "school" in body else "")


def ledger_checkpoints(client: Client) -> int:
    with client.runtime.database.trust(client.trust_id).connection() as connection:
        row = connection.execute("SELECT count(*) FROM read_checkpoint").fetchone()
    assert row is not None
    return int(row[0])


# --- When it cannot be recorded


@contextmanager
def unwritable(urls: DatabaseUrls) -> Iterator[None]:
    """While the block runs, the log of reads takes nothing."""
    with psycopg.connect(urls.admin_main, autocommit=True) as admin:
        admin.execute("REVOKE INSERT ON read_entry FROM caseledger_app")
        try:
            yield
        finally:
            admin.execute("GRANT INSERT ON read_entry TO caseledger_app")


def test_nothing_leaves_that_cannot_be_recorded(
    shown: Client, database_urls: DatabaseUrls, case_ids: frozenset[str]
) -> None:
    headers = shown.headers("trust-lead")
    query = "{ cases(first: 6) { nodes { id reference } } }"
    known = shown.http.get("/graphql", params={"query": query}, headers=headers)
    command_id = str(uuid4())
    report = {"commandId": command_id, "schoolUrn": "900003", "openedOn": "2026-03-02", "summary": "A summary"}
    mutation = (
        "mutation($input: ReportIncidentInput!) { reportIncident(input: $input)"
        " { ... on Recorded { replayed case { id } } } }"
    )
    given = {"query": mutation, "variables": {"input": report}}

    with unwritable(database_urls):
        answers: list[httpx.Response] = [
            shown.http.post("/graphql", json={"query": query}, headers=headers),
            shown.http.get("/graphql", params={"query": query}, headers=headers),
            shown.http.get(
                "/graphql", params={"query": query}, headers=headers | {"If-None-Match": known.headers["etag"]}
            ),
            shown.http.get(f"/v1/cases/{sorted(case_ids)[0]}/bundle", headers=headers),
            shown.http.post("/graphql", json=given, headers=headers),
        ]
        figures = shown.send('{ monitoring(from: "2023-09-01", to: "2027-08-31") { cells { value } } }')

    assert [answer.status_code for answer in answers] == [503] * 5
    assert not any(CASE_ID.search(answer.text) or "INC-" in answer.text for answer in answers)
    codes = [answer.json() for answer in answers]
    assert [one.get("code") or one["errors"][0]["extensions"]["code"] for one in codes] == ["UNAVAILABLE"] * 5
    assert all("ETag" not in answer.headers for answer in answers)
    assert figures.status_code == 200
    # What was carried out is told once it can be recorded.
    again = shown.http.post("/graphql", json=given, headers=headers).json()["data"]["reportIncident"]
    assert again["replayed"] is True


def test_an_answer_of_which_nobody_knows_what_it_tells_does_not_leave(runtime: Runtime) -> None:
    async def record() -> None:
        reads = LoggedReads(runtime, runtime.recording_connections())
        with pytest.raises(NotRecorded):
            await reads.record(Read(_caller(), "digest", None, None, Given.EXECUTED))
        await reads.close()

    asyncio.run(record())


def _caller() -> Caller:
    return Caller(uuid4(), uuid4(), Role.AUDITOR)


def _read(caller: Caller, number: int) -> Read:
    told = Told(opened=frozenset((str(UUID(int=number)),)))
    return Read(caller, None, None, told, Given.EXECUTED, way=ReadWay.EXPORT)


def test_reads_that_come_at_once_are_written_together(runtime: Runtime) -> None:
    caller = _caller()

    async def record() -> None:
        reads = LoggedReads(runtime, runtime.recording_connections())
        await reads.record(_read(caller, 1))
        await asyncio.gather(*(reads.record(_read(caller, number)) for number in range(2, 66)))
        await reads.close()

    asyncio.run(record())

    with runtime.database.trust(caller.trust_id).connection() as connection:
        rows = connection.execute(
            "SELECT count(*), count(DISTINCT xmin::text) FROM read_entry WHERE trust_id = %s", (caller.trust_id,)
        ).fetchall()
    assert rows == [(65, 2)]


def test_who_goes_away_while_it_is_written_takes_nobody_along(runtime: Runtime) -> None:
    caller = _caller()

    async def record() -> None:
        reads = LoggedReads(runtime, runtime.recording_connections())
        waiting = [asyncio.ensure_future(reads.record(_read(caller, number))) for number in range(6)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        waiting[3].cancel()
        done = await asyncio.gather(*waiting, return_exceptions=True)
        assert [one for one in done if not isinstance(one, asyncio.CancelledError)] == [None] * 4
        await reads.close()

    asyncio.run(record())
