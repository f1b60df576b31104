"""A program that was erased: its keys are nobody's with the next request, and none follows them."""

from __future__ import annotations

from uuid import UUID, uuid4

import httpx

from api.rest.api_keys import API_KEYS_PATH
from api.settings import DEMONSTRATION_TRUST
from domain.access import Role
from services.people import erase
from services.register_commands import AppointPerson, RegisterRecorded, run_on_register
from services.scope import Caller, system_caller
from tests.api.client import Client, Json


def test_the_keys_of_a_program_that_was_erased_end_at_once_and_cannot_be_followed(demo: Client) -> None:
    def post(path: str, **members: object) -> httpx.Response:
        content = {"commandId": str(uuid4())} | members
        return demo.http.post(f"{API_KEYS_PATH}{path}", json=content, headers=demo.headers("admin"))

    def issued(answer: httpx.Response) -> tuple[str, Json]:
        assert answer.status_code == 201, answer.text
        return answer.json()["text"], answer.json()["key"]

    def asked(*texts: str) -> list[int]:
        sent = [{"Authorization": f"Bearer {text}"} for text in texts]
        return [demo.http.get("/v1/me", headers=headers).status_code for headers in sent]

    former, key = issued(post("", name="Sync", scopes=["cases:read"]))
    later, _ = issued(post(f"/{key['id']}/rotation", overlapDays=3))
    other, _ = issued(post("", name="Other", scopes=["cases:read"]))
    system = system_caller(DEMONSTRATION_TRUST)
    appointing = AppointPerson(command_id=uuid4(), person=UUID(key["person"]), role="auditor")
    services = demo.runtime.services(DEMONSTRATION_TRUST)
    assert isinstance(run_on_register(services, system, appointing), RegisterRecorded)
    assert asked(former, later, other) == [200, 200, 200]

    erase(services.ledger.trust, Caller(DEMONSTRATION_TRUST, uuid4(), Role.TRUST_LEAD), UUID(key["person"]))

    assert asked(former, later, other) == [401, 401, 200]
    followed = post(f"/{key['id']}/rotation", overlapDays=3)
    assert (followed.status_code, followed.json()["code"]) == (404, "NOT_FOUND")
    listed = demo.http.get(API_KEYS_PATH, headers=demo.headers("admin")).json()["keys"]
    assert [one["isRevoked"] for one in listed if one["person"] == key["person"]] == [True, True]
