"""Personal data planted in every text of a case leaves only to whoever may open it, and is in no log and no error."""

from __future__ import annotations

import logging
import time
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.api.client import Client, Json
from tests.support.postgres import DatabaseUrls

CANARY = "Canary-7f3a"
SCHOOL = "900003"


def planted(demo: Client) -> tuple[str, int]:
    """A case with the canary in every sealed text and in every reason: its id and its last position."""

    def command(name: str, **fields: Any) -> Json:
        result = demo.command(name, commandId=str(uuid4()), reason=f"{CANARY} reason", **fields)
        assert result["__typename"] == "Recorded", (name, result)
        return result

    case_id: str = command("reportIncident", schoolUrn=SCHOOL, openedOn="2026-09-14", summary=f"{CANARY} summary")[
        "case"
    ]["id"]
    item = {
        "platform": "FACEBOOK",
        "posterRole": "PARENT",
        "poster": str(uuid4()),
        "discoveredOn": "2026-09-14",
        "classifications": [{"nature": "OTHER", "target": "STAFF"}],
        "url": f"https://{CANARY}.example",
        "handle": f"@{CANARY}",
        "narrative": f"{CANARY} narrative",
        "description": f"{CANARY} description",
    }
    at = command("recordItem", caseId=case_id, **item)["position"]
    query = "query($id: ID!, $at: Int) { case(id: $id, atLeast: $at) { ... on Incident { items { id } } } }"
    item_id = demo.ask(query, id=case_id, at=at)["case"]["items"][0]["id"]
    command(
        "noteEvidence", caseId=case_id, kind="SCREENSHOT", itemId=item_id, description=f"{CANARY} shot", custody=CANARY
    )
    command("addAddendum", caseId=case_id, text=f"{CANARY} addendum")
    command(
        "holdMeeting",
        caseId=case_id,
        heldOn="2026-09-15",
        mode="IN_PERSON",
        attended=True,
        outcome="RESOLVED",
        roles=["HEADTEACHER"],
        cause=f"{CANARY} cause",
        wayForward=f"{CANARY} way",
        notes=f"{CANARY} notes",
    )
    closed = command(
        "closeIncident",
        caseId=case_id,
        outcome="RESOLVED_AT_MEETING",
        closedOn="2026-09-16",
        notes=f"{CANARY} closing",
        override="What the policy asks for was done before it was recorded here.",
    )
    return case_id, closed["position"]


EVERYTHING = """query($id: ID!, $at: Int) { case(id: $id, atLeast: $at) {
  reference
  addenda { text { text } }
  ... on Incident {
    summary { text }
    items { url { text } handle { text } narrative { text } description { text } }
    evidence { description { text } custody { text } }
    meetings { cause { text } wayForward { text } notes { text } }
  }
  history { nodes { data changes { before after } reason { text } sealed { part content { state text } } } }
} }"""


def test_a_planted_text_is_read_by_who_may_and_by_nobody_else(demo: Client) -> None:
    case_id, position = planted(demo)

    opened = demo.send(EVERYTHING, id=case_id, at=position)
    # Eleven texts in the case and in their events, the note of the closing, and the reasons of nine events by two
    # roads: three of those set something aside.
    assert opened.text.count(CANARY) == 2 * 11 + 1 + 2 * 9

    for role in ("auditor", "dashboard", "headteacher:900001"):
        assert CANARY not in demo.send(EVERYTHING, role, id=case_id).text
        for path in ("bundle", "history", "history?format=csv"):
            assert CANARY not in demo.http.get(f"/v1/cases/{case_id}/{path}", headers=demo.headers(role)).text


def test_a_planted_text_is_in_no_column_of_either_database(demo: Client, database_urls: DatabaseUrls) -> None:
    planted(demo)

    for url in (database_urls.admin_main, database_urls.admin_keys):
        with psycopg.connect(url) as connection:
            tables = [
                name for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            ]
            for table in tables:
                found = connection.execute(
                    psycopg.sql.SQL("SELECT count(*) FROM {} AS t WHERE t::text LIKE %s OR t::text LIKE %s").format(
                        psycopg.sql.Identifier(table)
                    ),
                    [f"%{CANARY}%", f"%{CANARY.encode().hex()}%"],
                ).fetchone()
                assert found == (0,), table


FAULTY = [
    ("a literal of the wrong type", f'{{ cases(first: "{CANARY}") {{ totalCount }} }}', {}),
    ("an enumeration that is none", f"{{ cases(orderBy: {CANARY.replace('-', '_')}) {{ totalCount }} }}", {}),
    ("text where a document should be", f'{{ "{CANARY}" }}', {}),
    ("a variable of the wrong type", "query($n: Int!) { cases(first: $n) { totalCount } }", {"n": CANARY}),
    ("a cursor that is none", "query($c: String) { cases(after: $c) { totalCount } }", {"c": CANARY}),
    ("a date that is none", "query($d: Date!) { monitoring(from: $d, to: $d) { position } }", {"d": CANARY}),
    ("an id that is none", "query($i: ID!) { cases(filter: {owner: $i}) { totalCount } }", {"i": CANARY}),
    (
        "a code that is none",
        "mutation($i: RecordItemInput!) { recordItem(input: $i) { ... on Refused { message fields } } }",
        {
            "i": {
                "commandId": str(uuid4()),
                "caseId": str(uuid4()),
                "platform": CANARY,
                "posterRole": CANARY,
                "discoveredOn": "2026-09-14",
            }
        },
    ),
    (
        "a field that is none",
        "mutation($i: AddAddendumInput!) { addAddendum(input: $i) { __typename } }",
        {"i": {"commandId": str(uuid4()), "caseId": str(uuid4()), "text": "x", "nickname": CANARY}},
    ),
]


@pytest.mark.parametrize(("wrong", "query", "variables"), FAULTY)
def test_what_was_submitted_is_in_no_error_and_in_no_log(
    demo: Client, caplog: pytest.LogCaptureFixture, wrong: str, query: str, variables: Json
) -> None:
    caplog.set_level(logging.DEBUG)

    answer = demo.send(query, **variables)

    assert CANARY not in answer.text.replace("_", "-")
    ours = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("http"))
    assert CANARY not in ours.replace("_", "-")
    assert [error["message"] for error in answer.json().get("errors", ())] != ["Unexpected error."]


def test_an_unexpected_error_says_where_in_the_code_and_nothing_of_the_request(
    demo: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: Any, **_named: Any) -> Any:
        raise RuntimeError(f"could not use {CANARY}")

    monkeypatch.setattr("api.graphql.answers.answer", fail)
    monkeypatch.setattr("api.rest.taking.case_to_take", fail)

    answer = demo.send("query($r: String) { cases(filter: {schoolReference: $r}) { totalCount } }", r=CANARY)
    bundle = demo.http.get(f"/v1/cases/{uuid4()}/bundle", params={"q": CANARY}, headers=demo.headers("trust-lead"))

    assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["INTERNAL_ERROR"]
    assert (bundle.status_code, bundle.json()["detail"]) == (
        500,
        "Something went wrong on our side; it has been logged.",
    )
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("caseledger"))
    assert CANARY not in answer.text + bundle.text + ours
    assert ours.count("RuntimeError in ") == 2


def test_the_access_log_names_the_route_and_neither_address_nor_query(
    demo: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "caseledger.access")

    demo.http.get(f"/v1/cases/{CANARY}/bundle", headers=demo.headers("trust-lead"))
    demo.http.get(f"/{CANARY}")
    demo.http.get("/graphql", params={"query": CANARY}, headers=demo.headers("trust-lead"))

    def lines() -> list[str]:
        return [
            record.getMessage().rsplit(" ", 2)[0] for record in caplog.records if record.name == "caseledger.access"
        ]

    # A line is written once the answer is on its way.
    until = time.monotonic() + 10
    while len(lines()) < 3 and time.monotonic() < until:
        time.sleep(0.01)
    assert lines() == ["GET /v1/cases/{case_id}/bundle 404", "GET unknown address 404", "GET /graphql 200"]
