"""Keeping records from outside: the table, holds and days of employment by REST, decisions by GraphQL, and the list."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from services import people
from tests.api.client import Client, settle
from tests.api.verbs import Run
from tests.domain.kept import content

TABLE = content({"kinds": '["INCIDENT", "COMPLAINT", "STAFF_BREACH"]', "number": "1"})
SHOWN = "{ trust { retentionTable { id adoptedOn disposal isConfirmed rules { id } } holds { id schools authority } } }"


def post(client: Client, path: str, role: str = "dpo", method: str = "POST", **body: Any) -> tuple[int, Any]:
    given = body if method == "PUT" else {"commandId": str(uuid4()), **body}
    answer = client.http.request(method, f"/v1/{path}", json=given, headers=client.headers(role))
    return answer.status_code, answer.json()


def closed(client: Client) -> str:
    """A closed case of the demonstration, for its id."""
    found = client.ask("{ cases(first: 1, filter: {statuses: [CLOSED], kinds: [INCIDENT]}) { nodes { id } } }")
    case_id: str = found["cases"]["nodes"][0]["id"]
    return case_id


def test_a_table_is_adopted_and_a_bad_one_is_refused_by_its_key(demo: Client) -> None:
    assert demo.ask(SHOWN)["trust"]["retentionTable"]["id"] == "shipped"
    bad = content({"number": "-1"})

    status, told = post(demo, "retention/tables", content=bad)
    assert (status, told["code"]) == (400, "INVALID_INPUT")
    assert "rules[0].number" in told["detail"]
    assert post(demo, "retention/tables", "admin", content=TABLE)[0] == 403
    assert post(demo, "retention/tables", content=TABLE, disposal="AUTOMATIC")[0] == 200
    status, told = post(demo, "retention/confirmations", "dpo")
    assert (status, told["code"]) == (403, "CONFLICT_OF_INTEREST")
    assert post(demo, "retention/confirmations", "trust-lead")[0] == 200

    settle(demo)
    table = demo.ask(SHOWN)["trust"]["retentionTable"]
    assert (table["id"], table["disposal"], table["isConfirmed"], table["rules"]) == (
        "invented",
        "AUTOMATIC",
        True,
        [{"id": "RULE"}],
    )


def test_a_hold_of_the_trust_comes_before_a_decision_until_it_is_lifted(demo: Client) -> None:
    case_id = closed(demo)
    state = f'{{ case(id: "{case_id}") {{ retention {{ state heldByTrust }} school {{ urn }} }} }}'
    urn = demo.ask(state)["case"]["school"]["urn"]

    status, placed = post(
        demo, "holds", authority="INSURER", reviewOn="2099-01-01", reason="They were told.", schools=[urn]
    )

    assert status == 201
    settle(demo)
    assert demo.ask(state)["case"]["retention"] == {"state": "ON_HOLD", "heldByTrust": True}
    assert demo.ask(SHOWN)["trust"]["holds"] == [{"id": placed["holdId"], "schools": [urn], "authority": "INSURER"}]
    assert demo.ask(SHOWN, f"headteacher:{urn}")["trust"]["holds"] is None
    given = demo.command("reviewRetention", commandId=str(uuid4()), caseId=case_id, choice="DISPOSE")
    assert given["code"] == "ON_HOLD"
    assert post(demo, f"holds/{placed['holdId']}/lifting", reason="It is settled.")[0] == 200
    settle(demo)
    listed = demo.http.get("/v1/holds", headers=demo.headers("trust-lead")).json()["holds"]
    assert [(one["reason"], one["isLifted"], one["liftedBecause"]) for one in listed if one["schools"] == [urn]] == [
        ({"state": "OPEN", "text": "They were told."}, True, {"state": "OPEN", "text": "It is settled."})
    ]
    assert demo.ask(state)["case"]["retention"]["heldByTrust"] is False
    assert post(demo, f"holds/{placed['holdId']}/lifting", reason="It is settled.")[0] == 409
    assert post(demo, "holds", authority="INSURER", reviewOn="2099-01-01", reason="x")[0] == 400


def test_the_days_of_employment_are_set_by_hr_and_go_into_no_event(demo: Client) -> None:
    person = UUID(int=771_001)
    trust = demo.runtime.database.trust(demo.trust_id)
    with trust.transaction() as connection:
        people.register(connection, demo.trust_id, [people.Person(person, "STAFF")])

    assert post(demo, f"people/{person}/employment", "dpo", "PUT", leftOn="2030-08-31")[0] == 403
    told = post(demo, f"people/{person}/employment", "hr", "PUT", leftOn="2030-08-31")
    assert told == (200, {"pensionOn": None, "leftOn": "2030-08-31"})
    assert people.employment_of(trust, [person])[person].left_on == date(2030, 8, 31)


def test_the_list_is_printed_and_that_it_was_read_is_recorded(demo: Client, run: Run) -> None:
    reads = "{ readLog(first: 100) { nodes { position role } } }"
    before = {one["position"] for one in demo.ask(reads)["readLog"]["nodes"]}

    status, out, _ = run("retention", "--due-before", "2050-01-01", "--format", "json")

    assert status == 0
    listed = json.loads(out)["cases"]
    found = demo.ask('{ retention(filter: {dueBefore: "2050-01-01"}) { totalCount } }')["retention"]["totalCount"]
    assert len(listed) == found > 0
    assert [one["day"] for one in listed] == sorted(one["day"] for one in listed)
    new = [one for one in demo.ask(reads)["readLog"]["nodes"] if one["position"] not in before]
    assert [one["role"] for one in new if one["role"] == "system"] == ["system"]
    status, out, _ = run("retention", "--due-before", "2050-01-01")
    assert (status, len(out.splitlines())) == (0, len(listed) + 1)
    assert run("retention", "--due-before", "soon")[0] == 2


def test_a_hold_is_listed_to_those_who_keep_holds_unless_it_names_them(demo: Client) -> None:
    named = uuid4()
    body: dict[str, Any] = {
        "authority": "POLICE",
        "reviewOn": "2099-01-01",
        "reason": "An officer asked.",
        "persons": [str(named)],
    }
    _, placed = post(demo, "holds", "trust-lead", **body)

    def listed(role: str, person: UUID | None = None) -> Any:
        answer = demo.http.get("/v1/holds", headers=demo.headers(role, person))
        return [one["holdId"] for one in answer.json()["holds"]] if answer.status_code == 200 else answer.status_code

    assert placed["holdId"] in listed("trust-lead")
    assert placed["holdId"] in listed("dpo")
    assert placed["holdId"] not in listed("dpo", named)
    assert [listed(role) for role in ("auditor", "admin", "headteacher:900003")] == [403] * 3
    post(demo, f"holds/{placed['holdId']}/lifting", reason="It is over.")
    settle(demo)
