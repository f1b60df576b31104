"""Appointments by REST: an administrator gives a role, somebody signs in with it, and it is gone when it is taken."""

from __future__ import annotations

from uuid import UUID, uuid4

import httpx
import pytest

from services.accounts import account_id_of
from services.people import Person, register
from tests.api.client import Client, Json

SOMEBODY = UUID(int=991)


def send(demo: Client, path: str, said: Json, by: UUID | None = None) -> httpx.Response:
    return demo.http.post(path, json=said, headers=demo.headers("admin", by))


def roles_of(demo: Client, person: UUID = SOMEBODY) -> list[Json]:
    answer = demo.http.get("/v1/roles", headers=demo.headers("auditor"))
    return [one for one in answer.json()["roles"] if one["person"] == str(person)]


def test_an_administrator_gives_a_role_and_takes_it_and_all_of_it_is_recorded(demo: Client) -> None:
    who = {"person": str(SOMEBODY), "role": "headteacher", "schoolUrn": "900003"}
    asked = {"commandId": str(uuid4()), "since": "2026-09-01", "until": "2199-07-31", "reason": "New head.", **who}

    given = send(demo, "/v1/roles", asked)
    again = send(demo, "/v1/roles", asked)

    position = demo.ask("{ ledger { position } }")["ledger"]["position"]
    assert (given.status_code, given.json()) == (200, {"position": position, "replayed": False})
    assert again.json() == {"position": position, "replayed": True}
    [held] = roles_of(demo)
    assert {name: held[name] for name in ("role", "schoolUrn", "since", "until")} == {
        "role": "headteacher",
        "schoolUrn": "900003",
        "since": "2026-09-01",
        "until": "2199-07-31",
    }
    assert UUID(held["givenBy"]) != SOMEBODY

    taken = send(demo, "/v1/roles/revocations", {"commandId": str(uuid4()), **who})

    assert taken.json() == {"position": position + 1, "replayed": False}
    [ended] = roles_of(demo)
    assert ended["until"] < "2199-07-31"


@pytest.mark.parametrize(
    ("said", "status", "code", "fields"),
    [
        ({"role": "king"}, 400, "INVALID_INPUT", ["role"]),
        ({"role": "headteacher"}, 400, "INVALID_INPUT", ["schoolUrn"]),
        ({"role": "headteacher", "schoolUrn": "999999"}, 404, "NOT_FOUND", ["schoolUrn"]),
        ({"role": "hr", "schoolUrn": "900003"}, 400, "INVALID_INPUT", ["schoolUrn"]),
        ({"role": "hr", "schoolUrn": "Mill Bank"}, 400, "INVALID_INPUT", ["schoolUrn"]),
        ({"role": "hr", "since": "14/09/2026"}, 400, "INVALID_INPUT", ["since"]),
        ({"role": "hr", "person": "Mrs Example"}, 400, "INVALID_INPUT", ["person"]),
        ({"role": "hr", "since": "2026-09-02", "until": "2026-09-01"}, 400, "INVALID_INPUT", ["until"]),
        ({"role": "hr", "salary": 1}, 400, "INVALID_INPUT", []),
        ({"role": None}, 400, "INVALID_INPUT", ["role"]),
        ({}, 400, "INVALID_INPUT", ["role"]),
    ],
)
def test_what_does_not_fit_is_named_and_not_repeated(
    demo: Client, said: Json, status: int, code: str, fields: list[str]
) -> None:
    answer = send(demo, "/v1/roles", {"commandId": str(uuid4()), "person": str(SOMEBODY), **said})

    assert (answer.status_code, answer.json()["code"], answer.json().get("fields", [])) == (status, code, fields)
    assert not any(word in answer.text for word in ("king", "Mill", "Mrs", "14/09", "salary"))


def test_nobody_gives_a_role_to_themselves(demo: Client) -> None:
    answer = send(
        demo, "/v1/roles", {"commandId": str(uuid4()), "person": str(SOMEBODY), "role": "trust-lead"}, SOMEBODY
    )

    assert (answer.status_code, answer.json()["code"]) == (403, "CONFLICT_OF_INTEREST")


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"{", {"Content-Type": "application/json"}, 400),
        (b"[]", {"Content-Type": "application/json"}, 400),
        (b'{"role": "hr", "role": "dpo"}', {"Content-Type": "application/json"}, 400),
        (b"{}", {"Content-Type": "text/plain"}, 415),
        (b"{}", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
        (b"\xff", {"Content-Type": "application/json"}, 400),
    ],
)
def test_a_body_that_is_no_object_of_json_is_refused(
    demo: Client, content: bytes, headers: dict[str, str], status: int
) -> None:
    answer = demo.http.post("/v1/roles", content=content, headers=demo.headers("admin") | headers)

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_who_one_is_names_the_trust_the_person_and_the_role(demo: Client) -> None:
    answer = demo.http.get("/v1/me", headers=demo.headers("headteacher:900003", SOMEBODY))

    me = {"trust": str(demo.trust_id), "person": str(SOMEBODY), "roles": ["headteacher:900003"]}
    assert answer.json() == {"trusts": [me]}


def test_an_account_is_bound_and_switched_by_an_administrator(demo: Client) -> None:
    with demo.runtime.services(demo.trust_id).ledger.trust.connection() as connection:
        register(connection, demo.trust_id, [Person(SOMEBODY, "STAFF")])
    who = {"issuer": "https://login.example", "subject": "tenant/object"}

    bound = send(demo, "/v1/accounts", {"commandId": str(uuid4()), "person": str(SOMEBODY), **who})
    off = send(demo, "/v1/accounts/switches", {"commandId": str(uuid4()), "isActive": False, **who})

    account = str(account_id_of(demo.trust_id, *who.values()))
    assert bound.json() == {"account": account, "person": str(SOMEBODY), "isActive": True}
    assert off.json() == {"account": account, "person": str(SOMEBODY), "isActive": False}
    other = send(demo, "/v1/accounts", {"commandId": str(uuid4()), "person": str(UUID(int=3)), **who})
    assert (other.status_code, other.json()["code"], other.json()["fields"]) == (404, "NOT_FOUND", ["person"])
