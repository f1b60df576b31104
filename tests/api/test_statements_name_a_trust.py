"""Whatever is asked, each statement that opens a table of tenants names the trust itself, beside row-level security."""

from __future__ import annotations

import re
from uuid import uuid4

import psycopg
import pytest

from tests.api.client import Client, counted_statements
from tests.api.test_access import SCHOOL, an_input, case_of_school
from tests.api.test_fields import OBJECTS, query_for
from tests.support.postgres import DatabaseUrls

# A column of the trust held to a parameter, or to the row `one` that is made of a parameter alone.
NAMES_IT = re.compile(
    r"trust_id\"?\s*=\s*(?:%|\$)|append_reads\(\$1|INSERT INTO \"?\w+\"? \(\"?trust_id"
    r"|\$1::uuid AS trust_id\) AS one\b"
)


@pytest.fixture(scope="module")
def tenant_tables(database_urls: DatabaseUrls) -> frozenset[str]:
    """Every table of either database that has a trust in each row."""
    found = set()
    for url in (database_urls.admin_main, database_urls.admin_keys):
        with psycopg.connect(url) as connection:
            rows = connection.execute(
                "SELECT table_name FROM information_schema.columns WHERE column_name = 'trust_id'"
                " AND table_schema = 'public'"
            ).fetchall()
            found |= {name for (name,) in rows}
    return frozenset(found)


def opened(statement: str) -> set[str]:
    return set(re.findall(r"(?:FROM|JOIN|INTO|UPDATE)\s+\"?(\w+)", statement))


def without_trust(statements: list[str], tables: frozenset[str]) -> set[str]:
    return {one for one in statements if opened(one) & tables and not NAMES_IT.search(one)}


def test_every_statement_of_questions_commands_and_files_names_its_trust(
    demo: Client, tenant_tables: frozenset[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = case_of_school(demo, SCHOOL)["id"]
    with counted_statements(monkeypatch) as statements:
        for role in ("trust-lead", f"headteacher:{SCHOOL}", "auditor"):
            for name in sorted(OBJECTS.keys() - {"Recorded", "Refused"}):
                demo.send(query_for(name), role)
            demo.http.get(f"/v1/cases/{case_id}/bundle", headers=demo.headers(role))
        demo.command("addAddendum", **an_input("AddAddendum", caseId=case_id))
        demo.command("reportIncident", **an_input("ReportIncident", schoolUrn=SCHOOL, openedOn="2026-09-14"))
        given = {"commandId": str(uuid4()), "person": str(uuid4()), "role": "hr"}
        for path in ("/v1/roles", "/v1/roles/revocations"):
            demo.http.post(path, json=given, headers=demo.headers("admin"))
        demo.http.get("/v1/roles", headers=demo.headers("admin"))

    of_tenants = [one for one in statements if opened(one) & tenant_tables]
    assert len(of_tenants) > 100
    assert without_trust(statements, tenant_tables) == set()


def test_a_statement_that_leaves_the_trust_to_the_database_is_found(tenant_tables: frozenset[str]) -> None:
    assert without_trust(["SELECT name FROM person WHERE person_id = %s"], tenant_tables)
