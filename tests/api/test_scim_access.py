"""Who may provision over SCIM, with which key, and whom they reach; and nothing of it stands in a log or an error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from api.settings import DEMONSTRATION_TRUST
from domain.scopes import Scope
from services.api_key_text import KeyText, new_key_text, parse_key
from services.api_keys import IssuedSecret, issue_key, revoke_key
from services.register_commands import AppointPerson, RevokeRole, run_on_register
from services.scope import system_caller
from tests.api.client import Client
from tests.api.directories import ENTRA_ISSUER, LEAVING, OKTA_ISSUER, Json, entra_user, okta_user, patch
from tests.api.provisioning import Provisioning, provisioning, refusal, somebody
from tests.api.test_api_keys import logged
from tests.support.postgres import DatabaseUrls


def test_a_directory_sees_its_own_people_alone(entra: Provisioning, okta: Provisioning, demo: Client) -> None:
    user = entra.create(entra_user(somebody()))
    another_tenant = provisioning(demo, ENTRA_ISSUER, "6e1c0ffe-0000-4000-8000-0000000000bb")

    for other in (okta, another_tenant):
        assert other.found(f'externalId eq "{user["externalId"]}"') == []
        assert refusal(other.send("PATCH", f"/Users/{user['id']}", LEAVING["Okta"])) == (404, None)
        assert refusal(other.send("DELETE", f"/Users/{user['id']}")) == (404, None)
    assert entra.is_on(user)


EVERYTHING: list[tuple[str, str, Json | None]] = [
    ("GET", "/Users", None),
    ("GET", "/Users/5f0c7a56-6a3e-4f6a-9d3b-3b8f1d1c2a01", None),
    ("POST", "/Users", okta_user("nobody")),
    ("PUT", "/Users/5f0c7a56-6a3e-4f6a-9d3b-3b8f1d1c2a01", okta_user("nobody")),
    ("PATCH", "/Users/5f0c7a56-6a3e-4f6a-9d3b-3b8f1d1c2a01", LEAVING["Okta"]),
    ("DELETE", "/Users/5f0c7a56-6a3e-4f6a-9d3b-3b8f1d1c2a01", None),
    ("GET", "/ServiceProviderConfig", None),
    ("GET", "/ResourceTypes", None),
    ("GET", "/Schemas", None),
]


def revoked(demo: Client) -> Provisioning:
    one = provisioning(demo, OKTA_ISSUER)
    services = demo.runtime.services(DEMONSTRATION_TRUST)
    revoke_key(services, system_caller(DEMONSTRATION_TRUST), command_id=uuid4(), key_id=one.key.key.key_id)
    return one


def without_its_role(demo: Client) -> Provisioning:
    one = provisioning(demo, OKTA_ISSUER)
    services = demo.runtime.services(DEMONSTRATION_TRUST)
    taking = RevokeRole(command_id=uuid4(), person=one.key.key.person_id, role="admin")
    run_on_register(services, system_caller(DEMONSTRATION_TRUST), taking)
    return one


def of_other_scopes(demo: Client) -> Provisioning:
    services, system = demo.runtime.services(DEMONSTRATION_TRUST), system_caller(DEMONSTRATION_TRUST)
    scopes = tuple(scope for scope in Scope if scope is not Scope.SCIM)
    key = issue_key(services, system, command_id=uuid4(), name="Other", scopes=scopes)
    assert isinstance(key, IssuedSecret)
    run_on_register(services, system, AppointPerson(command_id=uuid4(), person=key.key.person_id, role="admin"))
    return Provisioning(demo, OKTA_ISSUER, None, key)


@pytest.mark.parametrize(
    ("directory", "status"),
    [
        (revoked, 401),
        (without_its_role, 403),
        (lambda demo: provisioning(demo, OKTA_ISSUER, role=None), 403),
        (lambda demo: provisioning(demo, OKTA_ISSUER, role="trust-lead"), 403),
        (of_other_scopes, 403),
    ],
    ids=["a revoked key", "a role that was taken away", "no role", "another role", "other scopes"],
)
def test_nobody_provisions_without_a_working_key_its_scope_and_its_role(
    demo: Client, directory: Callable[[Client], Provisioning], status: int
) -> None:
    one = directory(demo)
    answers = [one.send(method, path, content) for method, path, content in EVERYTHING]
    assert [refusal(answer)[0] for answer in answers] == [status] * len(EVERYTHING)


def test_whatever_is_wrong_with_a_key_the_answer_is_the_same_to_the_letter(
    demo: Client, okta: Provisioning, database_urls: DatabaseUrls
) -> None:
    given = parse_key(okta.key.text or "")
    assert given is not None
    expired = provisioning(demo, OKTA_ISSUER)
    with psycopg.connect(database_urls.admin_main) as owner:
        owner.execute(
            "UPDATE api_key SET created_at = now() - interval '2 days', expires_at = now() - interval '1 second'"
            " WHERE key_id = %s",
            (expired.key.key.key_id,),
        )
    credentials = {
        "revoked": revoked(demo).key.text,
        "expired": expired.key.text,
        "unknown": KeyText(uuid4(), given.secret).text,
        "wrong secret": new_key_text(given.key_id).text,
        "mistyped": given.text[:-1] + ("0" if given.text[-1] != "0" else "1"),
        "cut off": given.text[:40],
        "none": "clk",
    }

    def answered(path: str, credential: str | None) -> tuple[Any, ...]:
        answer = demo.http.get(path, headers={"Authorization": f"Bearer {credential}"})
        return answer.status_code, answer.text, {**answer.headers, "date": None, "ratelimit": None}.items()

    found = {name: answered("/scim/v2/Users", credential) for name, credential in credentials.items()}
    assert found["none"][0] == 401
    assert {name for name, answer in found.items() if answer != found["none"]} == set()


def test_a_persons_token_provisions_nobody(demo: Client) -> None:
    for headers in ({}, demo.headers("admin"), demo.headers("trust-lead")):
        answer = demo.http.get("/scim/v2/Users", headers=headers)
        assert refusal(answer) == (401, None)
        assert answer.headers["www-authenticate"] == 'Bearer realm="caseledger"'


def test_nothing_personal_goes_into_a_log_or_an_error(entra: Provisioning) -> None:
    name = somebody()
    with logged() as lines:
        user = entra.create(entra_user(name))
        answers = [
            entra.send("POST", "/Users", entra_user(name)),
            entra.send("GET", "/Users", filter=f'displayName eq "{name}"'),
            entra.send("GET", f"/Users/{name}@westacre.example"),
            entra.send("PATCH", f"/Users/{user['id']}", patch({"op": name, "path": "active"})),
            entra.send("PATCH", f"/Users/{user['id']}", patch({"op": "replace", "path": f"({name}", "value": name})),
            entra.send("PATCH", f"/Users/{user['id']}", patch({"op": "replace", "path": "active", "value": name})),
        ]
        entra.send("GET", "/Users", filter=f'userName eq "{user["userName"]}"')
    assert [answer.status_code for answer in answers] == [409, 400, 404, 400, 400, 400]
    assert [answer.text for answer in answers if name in answer.text] == []
    assert [line for line in lines if name in line or user["externalId"] in line] == []
    assert [line for line in lines if "/scim/v2/Users" in line] != []
