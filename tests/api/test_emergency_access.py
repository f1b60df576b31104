"""Break-glass over HTTP: by reference or id, what stands on the case then, and the alert of the person it names."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from api.rest.emergency_access import ALERTS_FOLDER, ALERTS_PATH, EMERGENCY_PATH
from domain.access import Role
from services.alerts import FILE
from services.registers import appoint_in_trust
from services.scope import system_caller
from tests.api.client import Client, Json, counted_statements

SCHOOL, OTHER = "900003", "900001"
DSL, OFFICER = UUID(int=301), UUID(int=302)
REASON = "A child is at risk tonight."
SEEN = """
query ($id: ID!, $at: Int) { case(id: $id, atLeast: $at) {
  reference allowedActions outstanding { code itemId beforeClosing }
  accessGrants {
    id person { id } role since until roleHeld alerted { id } endedAt endReason { text } reviewedAt wasJustified
    reason { state text } notes { text }
  }
} }
"""


@pytest.fixture(autouse=True)
def officer(demo: Client) -> None:
    """The trust has a data protection officer."""
    ledger = demo.runtime.services(demo.trust_id).ledger
    appoint_in_trust(
        ledger, system_caller(demo.trust_id), role=Role.DPO.value, person=OFFICER, appointed_on=date(2024, 9, 1)
    )


def a_breach(demo: Client, subject: UUID | None = None, urn: str = SCHOOL) -> Json:
    """A breach of which the safeguarding lead of the school does not know; with its reference."""
    fields: Json = {"schoolUrn": urn, "reportedOn": "2026-09-14", "source": "ALLEGED", "summary": "He wrote to her."}
    if subject is not None:
        fields["subject"] = str(subject)
    made = demo.command("reportStaffBreach", commandId=str(uuid4()), **fields)
    case_id = made["case"]["id"]
    shown = demo.ask(SEEN, id=case_id, at=made["position"])["case"]
    return {"id": case_id, "reference": shown["reference"]}


def opened(demo: Client, role: str = f"dsl:{SCHOOL}", person: UUID = DSL, **content: Any) -> httpx.Response:
    asked = {"commandId": str(uuid4()), "reason": REASON, "minutes": 30} | content
    return demo.http.post(EMERGENCY_PATH, json=asked, headers=demo.headers(role, person))


def alerts(demo: Client, role: str = "dpo", person: UUID = OFFICER) -> list[Json]:
    found: list[Json] = demo.http.get(ALERTS_PATH, headers=demo.headers(role, person)).json()["alerts"]
    return found


def test_a_case_is_opened_by_its_reference_seen_in_that_role_and_judged(demo: Client) -> None:
    case = a_breach(demo)
    assert demo.ask(SEEN, f"dsl:{SCHOOL}", DSL, id=case["id"])["case"] is None

    answer = opened(demo, reference=case["reference"])

    content = answer.json()
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    assert content == {
        "grantId": content["grantId"],
        "role": f"emergency:{case['id']}",
        "until": content["until"],
        "alerted": 1,
        "replayed": False,
    }
    seen = demo.ask(SEEN, content["role"], DSL, id=case["id"])["case"]
    assert {"ADD_ADDENDUM", "FLAG_FOR_SAFEGUARDING"} <= set(seen["allowedActions"])
    assert not {"CLOSE_STAFF_BREACH", "GRANT_ACCESS", "END_ACCESS"} & set(seen["allowedActions"])
    [notice] = [line for line in sent(demo) if line["grantId"] == content["grantId"]]
    assert (notice["to"], notice["reference"]) == ([str(OFFICER)], case["reference"])
    [alert] = [one for one in alerts(demo) if one["grantId"] == content["grantId"]]
    assert alert == {
        "grantId": content["grantId"],
        "reference": case["reference"],
        "openedAt": alert["openedAt"],
        "until": content["until"],
    }

    owed = demo.ask(SEEN, "dpo", OFFICER, id=case["id"], at=position(demo))["case"]["outstanding"]
    assert {"code": "REVIEW_EMERGENCY_ACCESS", "itemId": content["grantId"], "beforeClosing": False} in owed
    judged: Json = {"caseId": case["id"], "grantId": content["grantId"], "wasJustified": True, "notes": "She was."}
    recorded = demo.command("reviewEmergencyAccess", "dpo", OFFICER, commandId=str(uuid4()), **judged)

    assert [event["type"] for event in recorded["events"]] == [
        "staff_breach.access_ended.v1",
        "staff_breach.access_reviewed.v1",
    ]
    shown = demo.ask(SEEN, id=case["id"], at=recorded["position"])["case"]
    [grant] = shown["accessGrants"]
    assert grant == {
        "id": content["grantId"],
        "person": {"id": str(DSL)},
        "role": "EMERGENCY",
        "since": grant["since"],
        "until": grant["until"],
        "roleHeld": "dsl",
        "alerted": [{"id": str(OFFICER)}],
        "endedAt": grant["endedAt"],
        "endReason": None,
        "reviewedAt": grant["reviewedAt"],
        "wasJustified": True,
        "reason": {"state": "OPEN", "text": REASON},
        "notes": {"text": "She was."},
    }
    assert "REVIEW_EMERGENCY_ACCESS" not in {duty["code"] for duty in shown["outstanding"]}
    assert content["grantId"] not in [one["grantId"] for one in alerts(demo)]


def sent(demo: Client) -> list[Json]:
    """The notices that were put down for whatever carries them on."""
    text = (demo.runtime.settings.data_dir / ALERTS_FOLDER / FILE).read_text()
    return [json.loads(line) for line in text.splitlines()]


def position(demo: Client) -> int:
    found: int = demo.ask("{ ledger { position } }")["ledger"]["position"]
    return found


def test_the_same_request_again_is_answered_alike_and_sends_no_other_notice(demo: Client) -> None:
    case, command_id = a_breach(demo), str(uuid4())
    first = opened(demo, caseId=case["id"], commandId=command_id).json()
    notices = len(sent(demo))

    again = opened(demo, caseId=case["id"], commandId=command_id)

    assert (again.status_code, again.json()) == (201, first | {"replayed": True})
    assert len(sent(demo)) == notices


def test_what_bars_the_opener_is_answered_by_either_road_as_what_is_not_there_with_as_much_work(
    demo: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = [a_breach(demo, DSL), a_breach(demo, urn=OTHER)]
    before = position(demo)
    for name, nothing, values in (
        ("caseId", str(uuid4()), [case["id"] for case in hidden]),
        ("reference", "SBR-2026-999999", [case["reference"] for case in hidden]),
    ):
        answers, work = [], []
        for value in (nothing, *values):
            with counted_statements(monkeypatch) as statements:
                answers.append(opened(demo, **{name: value}))
            work.append(len(statements))
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.content for answer in answers}) == 1
        assert answers[0].json()["fields"] == [name]
        assert len(set(work)) == 1, work
    assert position(demo) == before


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        ({"minutes": 61}, ["minutes"]),
        ({"minutes": 0}, ["minutes"]),
        ({"minutes": "30"}, ["minutes"]),
        ({"minutes": 1.5}, ["minutes"]),
        ({"reason": ""}, ["reason"]),
        ({"reason": "   "}, ["reason"]),
        ({"commandId": "canary"}, ["commandId"]),
        ({"caseId": "canary"}, ["caseId"]),
        ({"reference": "INC-canary"}, ["caseId"]),
        ({"caseId": None}, ["caseId"]),
        ({"canary": "canary"}, []),
    ],
)
def test_a_request_that_is_not_valid_is_told_its_field_and_rule_and_nothing_of_what_it_sent(
    demo: Client, content: Json, fields: list[str]
) -> None:
    asked: Json = {"caseId": str(uuid4())} | content
    answer = opened(demo, **asked)
    told = answer.json()
    # A reason of blanks reaches the service, which asks for it before it looks for a case.
    assert (answer.status_code, told["code"], told.get("fields", [])) == (400, "INVALID_INPUT", fields)
    assert "canary" not in answer.text


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"x"', b"\xff"])
def test_what_is_no_object_of_json_is_refused(demo: Client, body: bytes) -> None:
    headers = demo.headers(f"dsl:{SCHOOL}", DSL)
    answer = demo.http.post(EMERGENCY_PATH, content=body, headers=headers | {"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_INPUT")
    assert demo.http.post(EMERGENCY_PATH, content=b"{}", headers=headers).status_code == 415


def test_other_roles_open_nothing_and_hear_of_no_alert(demo: Client) -> None:
    case = a_breach(demo)
    assert opened(demo, "auditor", uuid4(), caseId=case["id"]).status_code == 403
    assert opened(demo, f"staff:{SCHOOL}", uuid4(), caseId=case["id"]).status_code == 403
    for role in ("auditor", "admin", f"headteacher:{SCHOOL}"):
        assert demo.http.get(ALERTS_PATH, headers=demo.headers(role)).status_code == 403
    assert demo.http.post(EMERGENCY_PATH, json={}).status_code == 401
    assert demo.http.get(ALERTS_PATH).status_code == 401


def test_an_auditor_is_let_in_to_examine_one_case_and_opens_its_texts_there_alone(demo: Client) -> None:
    auditor = uuid4()
    ledger = demo.runtime.services(demo.trust_id).ledger
    appoint_in_trust(
        ledger, system_caller(demo.trust_id), role="auditor", person=auditor, appointed_on=date(2024, 9, 1)
    )
    case, other = a_breach(demo), a_breach(demo)
    asked: Json = {"caseId": case["id"], "person": str(auditor), "role": "EXAMINER", "reason": "A complaint to us."}
    naive = demo.command("grantAccess", "dpo", OFFICER, commandId=str(uuid4()), **asked, until="2026-12-01T09:00:00")
    without = demo.command("grantAccess", "dpo", OFFICER, commandId=str(uuid4()), **asked)
    assert [(one["code"], one["fields"]) for one in (naive, without)] == [("INVALID_INPUT", ["until"])] * 2
    until = soon(demo)
    made = demo.command("grantAccess", "dpo", OFFICER, commandId=str(uuid4()), **asked, until=until)
    assert made["__typename"] == "Recorded", made

    texts = "query ($id: ID!, $at: Int) { case(id: $id, atLeast: $at) { ... on StaffBreach { summary { state } } } }"
    role, at = f"examiner:{case['id']}", made["position"]
    assert demo.ask(texts, role, auditor, id=case["id"], at=at)["case"] == {"summary": {"state": "OPEN"}}
    assert demo.ask(texts, "auditor", auditor, id=case["id"], at=at)["case"] == {"summary": {"state": "WITHHELD"}}
    assert demo.ask(texts, role, auditor, id=other["id"], at=at)["case"] is None
    assert demo.ask(SEEN, role, auditor, id=case["id"], at=at)["case"]["allowedActions"] == []


def soon(demo: Client) -> str:
    """An instant a day from now, by the clock of the server."""
    return (demo.runtime.services(demo.trust_id).now() + timedelta(days=1)).isoformat()
