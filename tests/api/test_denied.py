"""A denied call returns nothing, records nothing but the refusal, and changes nothing: whole tables are compared."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from services.catalogue import COMMANDS
from tests.api.client import Client, Json
from tests.api.test_access import BLIND, OPENING, OTHER, SCHOOL, an_input, case_of_school
from tests.support.postgres import DatabaseUrls

ROLES = (*BLIND, "auditor", "dpo", f"staff:{SCHOOL}", f"equalities:{SCHOOL}", f"mis:{SCHOOL}")
# The only tables that a denied call may add to: that somebody looked for a case is recorded.
OF_READS = frozenset({"read_head", "read_entry", "read_of_case", "read_checkpoint"})
Tables = dict[str, tuple[int, str]]


def tables(urls: DatabaseUrls) -> Tables:
    """Every table of both databases: how many rows it has, and a digest of all of them."""
    found = {}
    for url in (urls.admin_main, urls.admin_keys):
        with psycopg.connect(url) as connection:
            names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            for (name,) in sorted(names):
                rows = connection.execute(
                    sql.SQL("SELECT t::text FROM {} AS t ORDER BY t::text").format(sql.Identifier(name))
                ).fetchall()
                found[name] = (len(rows), sha256("\n".join(one for (one,) in rows).encode()).hexdigest())
    return found


def changed(before: Tables, after: Tables) -> set[str]:
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


@pytest.fixture(scope="module")
def quiet(demo: Client) -> Client:
    """The trust with its figures up to date, so that nothing else moves a table."""
    demo.ask("{ cases { totalCount } }")
    return demo


def _denied_commands(demo: Client) -> Iterator[tuple[str, str, Json]]:
    hidden, seen = case_of_school(demo, OTHER)["id"], case_of_school(demo, SCHOOL)["id"]
    lookers = ("auditor", "dpo", "dashboard", "admin", f"mis:{SCHOOL}")
    for name in COMMANDS:
        for role in ROLES:
            place = {"schoolUrn": "999999"} if name in OPENING else {"caseId": hidden}
            # The auditor and the officer see every case, and change none.
            if name not in OPENING or role in lookers:
                yield name, role, an_input(name, **{**OPENING.get(name, {}), **place})
        if name not in OPENING:
            for role in lookers:
                yield name, role, an_input(name, caseId=seen)


def test_no_denied_command_of_any_role_changes_a_row_of_any_table(quiet: Client, database_urls: DatabaseUrls) -> None:
    given = list(_denied_commands(quiet))
    before = tables(database_urls)

    wrong = []
    for name, role, fields in given:
        command = name[0].lower() + name[1:]
        query = (
            f"mutation($input: {name}Input!) {{ {command}(input: $input) {{ __typename"
            " ... on Refused { code } ... on Recorded { case { id } } } }"
        )
        answer = quiet.send(query, role, input=fields).json()
        found = (answer.get("data") or {}).get(command)
        if found not in [{"__typename": "Refused", "code": code} for code in ("NOT_FOUND", "NOT_ALLOWED")]:
            wrong.append((name, role, found))

    print(f"{len(given)} denied commands")  # noqa: T201
    assert len(given) >= len(COMMANDS) * 10
    assert wrong == []
    assert changed(before, tables(database_urls)) == set()


def test_no_denied_operation_changes_a_row_but_of_the_log_of_reads(quiet: Client, database_urls: DatabaseUrls) -> None:
    hidden = case_of_school(quiet, OTHER)["id"]
    appointment = {"commandId": str(uuid4()), "person": str(UUID(int=5)), "role": "hr"}
    calls: list[tuple[str, str, Json]] = [
        ("GET", f"/v1/cases/{hidden}/bundle", {}),
        ("GET", "/v1/roles", {}),
        ("POST", "/v1/roles", {"json": appointment}),
        ("POST", "/v1/roles/revocations", {"json": appointment}),
        ("POST", "/v1/imports/e-safety-log", {"content": "reference\n", "headers": {"Content-Type": "text/csv"}}),
    ]
    denied = 0
    for method, path, request in calls:
        for role in (*BLIND, f"staff:{SCHOOL}"):
            may = (role == "admin" and "roles" in path) or (
                "imports" in path and role.partition(":")[0] in ("headteacher", "coordinator")
            )
            if may:
                continue
            before = tables(database_urls)
            headers: Any = {**request.get("headers", {}), **quiet.headers(role)}
            answer = quiet.http.request(method, path, **{**request, "headers": headers})
            denied += 1

            assert answer.status_code in (403, 404), (path, role, answer.text)
            assert set(answer.json()) <= {"type", "title", "status", "detail", "code", "fields", "clause"}
            assert changed(before, tables(database_urls)) <= OF_READS, (path, role)
    assert denied >= 60


def test_a_command_that_is_carried_out_is_seen_in_the_tables(quiet: Client, database_urls: DatabaseUrls) -> None:
    """The control: the comparison has eyes."""
    case_id = case_of_school(quiet, SCHOOL)["id"]
    before = tables(database_urls)

    quiet.command("addAddendum", **an_input("AddAddendum", caseId=case_id))

    assert changed(before, tables(database_urls)) >= {"event", "command", "ledger_head", "sealed_part"}
