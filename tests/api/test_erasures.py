"""Erasing over HTTP: asked for, approved by a second person, carried out behind the answer, and followed."""

from __future__ import annotations

import time
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from api.upkeep import UpkeepThread, carry_out_erasures
from tests.api.client import Client

SUMMARY = "query ($id: ID!) { case(id: $id) { ... on Incident { summary { state text } } } }"


def post(client: Client, path: str, role: str = "dpo", **body: Any) -> tuple[int, Any]:
    given = {"commandId": str(uuid4()), **body}
    answer = client.http.post(f"/v1/erasures{path}", json=given, headers=client.headers(role))
    return answer.status_code, answer.json()


def get(client: Client, path: str = "", role: str = "dpo") -> tuple[int, Any]:
    answer = client.http.get(f"/v1/erasures{path}", headers=client.headers(role))
    return answer.status_code, answer.json()


def opened(client: Client, summary: str) -> str:
    """An incident with a summary; its id."""
    given = {"schoolUrn": "900003", "openedOn": "2026-09-10", "summary": summary, "commandId": str(uuid4())}
    case_id: str = client.command("reportIncident", **given)["case"]["id"]
    return case_id


def erased(client: Client, erasure_id: str) -> Any:
    """The erasure once it is completed, which it has to be within a while."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        _, told = get(client, f"/{erasure_id}")
        if told["state"] == "COMPLETED":
            return told
        time.sleep(0.05)
    raise AssertionError(told)


def test_an_erasure_goes_its_way_from_the_wish_to_the_end(demo: Client) -> None:
    case_id = opened(demo, "The head wrote this.")
    asked = {"scope": "CASE", "authority": "DATA_SUBJECT_REQUEST", "caseId": case_id, "reason": "They wrote to us."}

    status, wished = post(demo, "", **asked)
    assert (status, wished["state"], wished["extent"]) == (
        201,
        "REQUESTED",
        {"cases": 1, "keys": 1, "texts": 1, "files": 0, "people": 0},
    )
    erasure_id = wished["erasureId"]
    assert post(demo, f"/{erasure_id}/approval", "dpo")[0] == 403
    assert demo.ask(SUMMARY, id=case_id)["case"]["summary"]["state"] == "OPEN"
    status, approved = post(demo, f"/{erasure_id}/approval", "trust-lead")
    assert (status, approved["state"]) == (202, "APPROVED")

    done = erased(demo, erasure_id)

    assert (done["done"], done["remaining"]) == (wished["extent"], None)
    assert done["asked"] == {"state": "OPEN", "text": "They wrote to us."}
    assert demo.ask(SUMMARY, id=case_id)["case"]["summary"] == {"state": "ERASED", "text": None}
    _, followed = get(demo, f"?after={wished['position']}", "auditor")
    assert [one["erasureId"] for one in followed["erasures"]] == [erasure_id]
    assert get(demo, f"?after={followed['position']}", "auditor")[1]["erasures"] == []


def test_why_in_words_is_for_who_decides(demo: Client) -> None:
    asked = {"scope": "CASE", "authority": "OTHER", "caseId": opened(demo, "Words."), "reason": "Because of this."}
    _, wished = post(demo, "", **asked)

    told = {role: get(demo, f"/{wished['erasureId']}", role)[1]["asked"] for role in ("trust-lead", "auditor")}

    assert told == {
        "trust-lead": {"state": "OPEN", "text": "Because of this."},
        "auditor": {"state": "WITHHELD", "text": None},
    }
    assert (
        post(demo, f"/{wished['erasureId']}/rejection", "trust-lead", reason="It is needed.")[1]["state"] == "REJECTED"
    )
    assert get(demo, f"/{wished['erasureId']}")[1]["decided"] == {"state": "OPEN", "text": "It is needed."}


def test_a_redacted_text_stands_in_the_answer_in_place_of_the_other(demo: Client) -> None:
    case_id = opened(demo, "Ada and Ben fought.")
    place = {"caseId": case_id, "ofVersion": 1, "part": "summary"}
    redactions = [{**place, "text": "Two pupils fought."}]

    status, wished = post(
        demo, "", "trust-lead", scope="PART", authority="OTHER", reason="One asked.", redactions=redactions, **place
    )
    assert status == 201, wished
    post(demo, f"/{wished['erasureId']}/approval", "dpo")
    erased(demo, wished["erasureId"])

    until = time.monotonic() + 20
    while (shown := demo.ask(SUMMARY, id=case_id)["case"]["summary"])["text"] is None and time.monotonic() < until:
        time.sleep(0.05)
    assert shown == {"state": "OPEN", "text": "Two pupils fought."}


@pytest.mark.parametrize(
    ("body", "status", "fields"),
    [
        ({"scope": "CASE"}, 400, ["caseId"]),
        ({"scope": "SCHOOL", "schoolUrn": "123456"}, 404, ["schoolUrn"]),
        ({"scope": "SCHOOL", "schoolUrn": "12"}, 400, ["schoolUrn"]),
        ({"scope": "PERSON", "person": str(uuid4())}, 404, ["person"]),
        ({"scope": "ALL"}, 400, ["scope"]),
        ({"scope": "TRUST", "authority": "NONE"}, 400, ["authority"]),
    ],
    ids=lambda one: str(one.get("scope")) if isinstance(one, dict) else None,
)
def test_what_is_wrong_with_a_wish_is_told_by_field(
    demo: Client, body: dict[str, Any], status: int, fields: list[str]
) -> None:
    given = {"authority": "COURT_ORDER", "reason": "An order."} | body

    answered, problem = post(demo, "", **given)

    assert (answered, problem["fields"]) == (status, fields)


def test_what_could_not_be_carried_out_is_left_for_the_upkeep(
    demo: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    wished = post(demo, "", scope="CASE", authority="OTHER", caseId=opened(demo, "Words."), reason="Because of this.")[
        1
    ]

    def unreachable(*_: Any, **__: Any) -> int:
        raise OSError("a path with a name in it")

    with monkeypatch.context() as patched:
        patched.setattr("api.upkeep.carry_out_all", unreachable)
        post(demo, f"/{wished['erasureId']}/approval", "trust-lead")
        assert carry_out_erasures(demo.runtime, demo.trust_id) == 0
    assert "OSError" in caplog.text
    assert "name in it" not in caplog.text
    assert get(demo, f"/{wished['erasureId']}")[1]["state"] == "APPROVED"

    UpkeepThread(demo.runtime).one_round()

    assert get(demo, f"/{wished['erasureId']}")[1]["state"] == "COMPLETED"


def test_what_goes_by_itself_is_looked_for_once_a_day_and_round_after_round_while_there_is_more(
    demo: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [100, 100, 7]
    upkeep = UpkeepThread(demo.runtime)
    monkeypatch.setattr(demo.runtime, "trust_ids", lambda: [demo.trust_id])
    monkeypatch.setattr("api.upkeep.dispose_of_what_is_due", lambda *_, **__: left.pop(0))

    for _ in range(5):
        upkeep.one_round()
    assert left == []

    left.append(0)
    monkeypatch.setattr("services.clock.london_date", lambda _: date(2050, 1, 1))
    upkeep.one_round()
    assert left == []
