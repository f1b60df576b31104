"""A directory that provisions people over SCIM with a key of its own, and what is then known of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from api.settings import DEMONSTRATION_TRUST
from domain.access import Role
from domain.scopes import Scope
from services import people
from services.accounts import Account, find_account
from services.api_keys import IssuedSecret, issue_key
from services.people import Person
from services.register_commands import AppointPerson, run_on_register
from services.scope import Caller, system_caller
from tests.api.client import Client
from tests.api.directories import ERROR, Json

LEAD = Caller(DEMONSTRATION_TRUST, uuid4(), Role.TRUST_LEAD)


@dataclass
class Provisioning:
    """A directory with a key of its own."""

    demo: Client
    issuer: str
    tenant: str | None
    key: IssuedSecret

    def send(self, method: str, path: str, content: Json | None = None, **params: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.key.text}"}
        if content is not None:
            headers["Content-Type"] = "application/scim+json; charset=utf-8"
        return self.demo.http.request(
            method,
            f"/scim/v2{path}",
            content=None if content is None else json.dumps(content),
            headers=headers,
            params=params or None,
        )

    def create(self, content: Json) -> Json:
        answer = self.send("POST", "/Users", content)
        assert answer.status_code == 201, answer.text
        found: Json = answer.json()
        assert answer.headers["location"] == found["meta"]["location"] == f"/scim/v2/Users/{found['id']}"
        return found

    def patch(self, user: Json, content: Json) -> Json:
        answer = self.send("PATCH", f"/Users/{user['id']}", content)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def found(self, condition: str) -> list[str]:
        answer = self.send("GET", "/Users", filter=condition)
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()["Resources"]]

    def account(self, user: Json) -> Account | None:
        subject = user["externalId"] if self.tenant is None else f"{self.tenant}/{user['externalId']}"
        trust = self.demo.runtime.database.trust(DEMONSTRATION_TRUST)
        return find_account(trust, self.issuer, subject)

    def is_on(self, user: Json) -> bool:
        account = self.account(user)
        assert account is not None
        return account.is_active

    def person(self, user: Json) -> Person:
        account = self.account(user)
        assert account is not None
        trust = self.demo.runtime.database.trust(DEMONSTRATION_TRUST)
        found = people.find(trust, LEAD.visibility, account.person_id)
        assert found is not None
        return found


def provisioning(demo: Client, issuer: str, tenant: str | None = None, *, role: str | None = "admin") -> Provisioning:
    services, system = demo.runtime.services(DEMONSTRATION_TRUST), system_caller(DEMONSTRATION_TRUST)
    key = issue_key(
        services, system, command_id=uuid4(), name="Directory", scopes=(Scope.SCIM,), issuer=issuer, tenant=tenant
    )
    assert isinstance(key, IssuedSecret)
    if role is not None:
        run_on_register(services, system, AppointPerson(command_id=uuid4(), person=key.key.person_id, role=role))
    return Provisioning(demo, issuer, tenant, key)


def somebody() -> str:
    return f"n{uuid4().hex[:10]}"


def access_events(demo: Client, user: Account) -> list[tuple[str, str]]:
    """What the ledger says of an account: each event with who caused it."""
    with demo.runtime.database.trust(DEMONSTRATION_TRUST).connection() as connection:
        return connection.execute(
            "SELECT type, convert_from(body, 'UTF8')::json ->> 'actor' FROM event WHERE trust_id = %s"
            " AND type LIKE 'trust.account%%' AND convert_from(body, 'UTF8')::json #>> '{data,account}' = %s"
            " ORDER BY position",
            (DEMONSTRATION_TRUST, str(user.account_id)),
        ).fetchall()


def refusal(answer: httpx.Response) -> tuple[int, str | None]:
    body = answer.json()
    assert answer.headers["content-type"] == "application/scim+json"
    assert (body["schemas"], body["status"]) == ([ERROR], str(answer.status_code))
    assert body["detail"]
    return answer.status_code, body.get("scimType")
