"""SCIM over HTTP in the shapes that directories send: people come, change, leave at once, come back as themselves."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.settings import DEMONSTRATION_TRUST
from domain.access import Role
from domain.scopes import Scope
from services import people
from services.accounts import Account, bind_account, find_account
from services.api_key_text import KeyText, new_key_text, parse_key
from services.api_keys import IssuedSecret, issue_key, revoke_key
from services.people import NameUse, Person
from services.register_commands import AppointPerson, RevokeRole, run_on_register
from services.scope import Caller, system_caller
from tests.api.client import Client
from tests.api.directories import (
    ENTRA_ISSUER,
    ERROR,
    LEAVING,
    LIST,
    OKTA_ISSUER,
    PATCH_OP,
    TENANT,
    USER,
    Json,
    entra_user,
    okta_user,
    patch,
)
from tests.api.test_api_keys import logged
from tests.support.postgres import DatabaseUrls

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


@pytest.fixture(scope="module")
def entra(demo: Client) -> Provisioning:
    return provisioning(demo, ENTRA_ISSUER, TENANT)


@pytest.fixture(scope="module")
def okta(demo: Client) -> Provisioning:
    return provisioning(demo, OKTA_ISSUER)


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


# --- coming


def test_entra_id_creates_somebody_who_is_then_a_person_with_an_account_and_no_role(entra: Provisioning) -> None:
    name = somebody()
    sent = entra_user(name)

    user = entra.create(sent)

    assert {key: value for key, value in user.items() if key not in ("id", "meta")} == {
        "schemas": [USER],
        **{key: sent[key] for key in ("externalId", "userName", "active", "displayName", "emails", "name")},
    }
    account = entra.account(user)
    assert account is not None
    assert (account.issuer, account.subject) == (ENTRA_ISSUER, f"{TENANT}/{sent['externalId']}")
    assert account.is_active
    person = entra.person(user)
    assert (person.kind, dict(person.names)) == ("STAFF", {NameUse.USUAL: f"{name} Marsden"})
    assert access_events(entra.demo, account) == [("trust.account_bound.v1", str(entra.key.key.person_id))]
    assert entra.send("GET", f"/Users/{user['id']}").json() == user


def test_okta_probes_creates_and_reads_back(okta: Provisioning) -> None:
    sent = okta_user(somebody())
    probe = okta.send("GET", "/Users", filter=f'userName eq "{sent["userName"]}"', startIndex=1, count=100)
    empty = {"schemas": [LIST], "totalResults": 0, "startIndex": 1, "itemsPerPage": 0, "Resources": []}
    assert (probe.status_code, probe.json()) == (200, empty)

    user = okta.create(sent)

    assert "password" not in user
    found = okta.send("GET", "/Users", filter=f'userName eq "{sent["userName"].upper()}"').json()
    assert (found["totalResults"], found["Resources"]) == (1, [user])
    account = okta.account(user)
    assert account is not None
    assert account.subject == sent["externalId"]


def test_somebody_may_come_switched_off(entra: Provisioning) -> None:
    user = entra.create(entra_user(somebody(), active="False"))
    assert (user["active"], entra.is_on(user)) == (False, False)


def test_whose_account_was_bound_by_hand_is_the_same_person(entra: Provisioning) -> None:
    services, system = entra.demo.runtime.services(DEMONSTRATION_TRUST), system_caller(DEMONSTRATION_TRUST)
    sent, teacher = entra_user(somebody()), uuid4()
    with services.ledger.trust.transaction() as connection:
        people.register(connection, DEMONSTRATION_TRUST, [Person(teacher, "STAFF", {NameUse.USUAL: "As imported"})])
    subject = f"{TENANT}/{sent['externalId']}"
    bind_account(services, system, command_id=uuid4(), issuer=ENTRA_ISSUER, subject=subject, person_id=teacher)

    user = entra.create(sent)

    assert entra.person(user).person_id == teacher
    assert entra.person(user).names == {NameUse.USUAL: sent["displayName"]}


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"externalId": None}, (400, "invalidValue")),
        # What Entra ID maps unless somebody changes it: nobody signs in by that.
        ({"externalId": "c.marsden"}, (400, "invalidValue")),
        ({"externalId": ""}, (400, "invalidValue")),
        ({"externalId": 7}, (400, "invalidValue")),
        ({"userName": None}, (400, "invalidValue")),
        ({"userName": " "}, (400, "invalidValue")),
        ({"userName": "a\nb"}, (400, "invalidValue")),
        ({"userName": "a" * 401}, (400, "invalidValue")),
        ({"active": "perhaps"}, (400, "invalidValue")),
        ({"emails": "a@b.example"}, (400, "invalidValue")),
        ({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"]}, (400, None)),
    ],
)
def test_what_cannot_be_a_user_is_refused_without_repeating_it(
    entra: Provisioning, members: Json, expected: tuple[int, str | None]
) -> None:
    name = somebody()
    answer = entra.send("POST", "/Users", entra_user(name, **members))

    status, kind = refusal(answer)
    assert (status, kind) == expected or (expected[1] is None and status == 400)
    assert name not in answer.text
    assert "marsden" not in answer.text.lower()


def test_nobody_is_there_twice_and_no_user_name_is_anothers(entra: Provisioning, okta: Provisioning) -> None:
    one = entra_user(somebody())
    entra.create(one)
    same_id = one | {"userName": f"{somebody()}@westacre.example"}
    same_name = entra_user(somebody(), userName=one["userName"].upper())
    of_another_directory = okta_user(somebody(), userName=one["userName"])

    assert refusal(entra.send("POST", "/Users", one)) == (409, "uniqueness")
    assert refusal(entra.send("POST", "/Users", same_id)) == (409, "uniqueness")
    assert refusal(entra.send("POST", "/Users", same_name)) == (409, "uniqueness")
    assert refusal(okta.send("POST", "/Users", of_another_directory)) == (409, "uniqueness")
    assert okta.account(of_another_directory) is None
    other = entra.create(entra_user(somebody()))
    renaming = patch({"op": "Replace", "path": "userName", "value": one["userName"]})
    assert refusal(entra.send("PATCH", f"/Users/{other['id']}", renaming)) == (409, "uniqueness")


# --- changing


def test_entra_id_changes_names_and_addresses_path_by_path(entra: Provisioning) -> None:
    user = entra.create(entra_user(somebody()))

    changed = entra.patch(
        user,
        patch(
            {"op": "Add", "path": "name.givenName", "value": "Ada"},
            {"op": "Replace", "path": "name.familyName", "value": "Nowak"},
            {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "ada.nowak@westacre.example"},
            {"op": "Add", "path": 'phoneNumbers[type eq "work"].value', "value": "020 7946 0000"},
            {"op": "Replace", "path": "displayName", "value": "Ada Nowak"},
            {"op": "Replace", "path": "name.formatted", "value": "Ada Nowak"},
        ),
    )

    assert changed["name"] == {"formatted": "Ada Nowak", "familyName": "Nowak", "givenName": "Ada"}
    assert changed["emails"] == [{"primary": True, "type": "work", "value": "ada.nowak@westacre.example"}]
    assert entra.person(changed).names == {NameUse.USUAL: "Ada Nowak"}
    assert entra.send("GET", f"/Users/{user['id']}").json() == changed


def test_okta_replaces_a_user_whole(okta: Provisioning) -> None:
    user = okta.create(okta_user(somebody()))
    sent = okta_user("ama", userName=user["userName"], externalId=user["externalId"]) | {"id": user["id"]}

    answer = okta.send("PUT", f"/Users/{user['id']}", sent)

    assert answer.status_code == 200
    assert answer.json()["displayName"] == "ama Osei"
    assert okta.person(user).names == {NameUse.USUAL: "ama Osei"}
    assert okta.is_on(user)


def test_what_a_school_calls_somebody_stays_until_the_directory_calls_them_otherwise(okta: Provisioning) -> None:
    user = okta.create(okta_user(somebody()))
    trust, person = okta.demo.runtime.database.trust(DEMONSTRATION_TRUST), okta.person(user).person_id
    people.rename(trust, LEAD, person, NameUse.USUAL, "As they wish")

    okta.patch(user, patch({"op": "replace", "path": "userName", "value": f"{somebody()}@westacre.example"}))
    kept = okta.person(user).names[NameUse.USUAL]
    okta.patch(user, patch({"op": "replace", "path": "displayName", "value": "Somebody New"}))

    assert (kept, okta.person(user).names[NameUse.USUAL]) == ("As they wish", "Somebody New")


def test_whose_account_it_is_cannot_be_changed(entra: Provisioning) -> None:
    user = entra.create(entra_user(somebody()))
    to_another = patch({"op": "replace", "path": "externalId", "value": str(uuid4())})
    assert refusal(entra.send("PATCH", f"/Users/{user['id']}", to_another)) == (400, "mutability")
    put = entra_user(somebody(), userName=user["userName"])
    assert refusal(entra.send("PUT", f"/Users/{user['id']}", put)) == (400, "mutability")
    in_capitals = patch({"op": "replace", "path": "externalId", "value": user["externalId"].upper()})
    assert entra.patch(user, in_capitals)["id"] == user["id"]


# --- leaving


@pytest.mark.parametrize("leaving", LEAVING.values(), ids=LEAVING)
def test_whoever_leaves_has_no_access_from_that_answer_on_and_stays_who_they_are(
    entra: Provisioning, leaving: Json
) -> None:
    user = entra.create(entra_user(somebody()))
    before = entra.account(user)
    person = entra.person(user)
    assert before is not None

    left = entra.patch(user, leaving)

    after = entra.account(user)
    assert after is not None
    assert (left["active"], after.is_active) == (False, False)
    assert (after.account_id, after.person_id) == (before.account_id, before.person_id)
    assert entra.person(user).names.keys() == person.names.keys()
    by = str(entra.key.key.person_id)
    assert access_events(entra.demo, after) == [("trust.account_bound.v1", by), ("trust.account_switched.v1", by)]
    # Said again it changes nothing, and said otherwise it is undone.
    entra.patch(user, leaving)
    assert len(access_events(entra.demo, after)) == 2
    back = entra.patch(user, patch({"op": "Replace", "path": "active", "value": "True"}))
    assert (back["active"], entra.is_on(user)) == (True, True)


def test_a_replacement_with_active_false_ends_access_and_one_without_it_changes_nothing(okta: Provisioning) -> None:
    user = okta.create(okta_user(somebody()))
    body = okta_user("ama", userName=user["userName"], externalId=user["externalId"])
    silent = {name: value for name, value in body.items() if name != "active"}

    states = []
    for sent in (silent, body | {"active": False}, silent, body):
        answer = okta.send("PUT", f"/Users/{user['id']}", sent)
        states.append((answer.json()["active"], okta.is_on(user)))

    assert states == [(True, True), (False, False), (False, False), (True, True)]


def test_whoever_is_deleted_is_gone_from_the_lists_and_comes_back_as_the_same_person(entra: Provisioning) -> None:
    sent = entra_user(somebody())
    user = entra.create(sent)
    person = entra.person(user).person_id

    deleted = entra.send("DELETE", f"/Users/{user['id']}")

    assert (deleted.status_code, deleted.content) == (204, b"")
    assert not entra.is_on(user)
    assert entra.found(f'externalId eq "{sent["externalId"]}"') == []
    for method, content in (("GET", None), ("PUT", sent), ("PATCH", LEAVING["Okta"]), ("DELETE", None)):
        assert refusal(entra.send(method, f"/Users/{user['id']}", content)) == (404, None)
    with entra.demo.runtime.database.trust(DEMONSTRATION_TRUST).connection() as connection:
        [kept] = connection.execute(
            "SELECT user_name, external_id, attributes FROM scim_user WHERE trust_id = %s AND user_id = %s",
            (DEMONSTRATION_TRUST, UUID(user["id"])),
        ).fetchall()
    assert kept == (None, None, {})
    again = entra.create(sent)
    assert (again["id"], entra.person(again).person_id, entra.is_on(again)) == (user["id"], person, True)


def test_a_name_that_was_given_up_may_be_anothers_and_whoever_had_it_comes_back_by_another(
    entra: Provisioning,
) -> None:
    sent = entra_user(somebody())
    user = entra.create(sent)
    entra.send("DELETE", f"/Users/{user['id']}")
    entra.create(entra_user(somebody(), userName=sent["userName"]))

    assert refusal(entra.send("POST", "/Users", sent)) == (409, "uniqueness")
    assert not entra.is_on(user)
    assert entra.create(sent | {"userName": f"{somebody()}@westacre.example"})["id"] == user["id"]


def test_whoever_was_erased_is_gone_here_too_and_does_not_come_back(entra: Provisioning) -> None:
    sent = entra_user(somebody())
    user = entra.create(sent)
    trust = entra.demo.runtime.database.trust(DEMONSTRATION_TRUST)
    people.erase(trust, LEAD, entra.person(user).person_id)

    with trust.connection() as connection:
        [(left,)] = connection.execute(
            "SELECT count(*) FROM scim_user WHERE trust_id = %s AND user_id = %s",
            (DEMONSTRATION_TRUST, UUID(user["id"])),
        ).fetchall()
    assert left == 0
    assert refusal(entra.send("GET", f"/Users/{user['id']}")) == (404, None)
    assert refusal(entra.send("POST", "/Users", sent)) == (409, "uniqueness")


# --- finding


def test_filters_that_directories_send_find_whom_they_name(entra: Provisioning) -> None:
    user = entra.create(entra_user(somebody()))
    off = entra.create(entra_user(somebody(), active=False))
    one, name, key = user["id"], user["userName"], user["externalId"]

    for condition in (
        f'userName eq "{name}"',
        f'UserName EQ "{name.upper()}"',
        f'{USER}:userName eq "{name}"',
        f'externalId eq "{key}"',
        f'id eq "{one}"',
        f'externalId eq "{key}" and active eq true',
        f'(userName eq "{name}") and (id eq "{one}")',
    ):
        assert entra.found(condition) == [one], condition
    for condition in (
        'userName eq "nobody@westacre.example"',
        'id eq "none"',
        f'externalId eq "{key}" and active eq false',
        'userName eq "a\\"b"',
    ):
        assert entra.found(condition) == [], condition
    assert off["id"] in entra.found("active eq false")
    assert user["id"] not in entra.found('active eq "False"')


@pytest.mark.parametrize(
    "condition",
    [
        *("userName", "userName eq", 'userName co "a"', "userName pr", 'title eq "a"', "active eq 7", "id eq true"),
        *('not (userName eq "a")', 'userName eq "a" or userName eq "b"', "(" * 3000, "", " ", '"', "\x00"),
        *('userName eq "\\u0000"', "name.givenName eq 'a'", 'emails[type eq "work"]'),
    ],
)
def test_other_filters_are_refused_as_such(entra: Provisioning, condition: str) -> None:
    assert refusal(entra.send("GET", "/Users", filter=condition)) == (400, "invalidFilter")


def test_lists_come_in_pages_of_a_hundred_at_most(demo: Client) -> None:
    directory = provisioning(demo, f"https://{somebody()}.example")
    users = [directory.create(okta_user(somebody()))["id"] for _ in range(3)]

    def page(**params: Any) -> tuple[int, int, list[str]]:
        body = directory.send("GET", "/Users", **params).json()
        assert body["itemsPerPage"] == len(body["Resources"])
        return body["totalResults"], body["startIndex"], [one["id"] for one in body["Resources"]]

    assert page() == page(startIndex=0, count=1000) == page(startIndex=-5) == (3, 1, users)
    assert page(startIndex=2, count=1) == (3, 2, users[1:2])
    assert page(startIndex=999_999_999) == (3, 999_999_999, [])
    assert page(count=0) == page(count=-1) == (3, 1, [])
    for wrong in ("many", "1.5", "", "9" * 40):
        assert refusal(directory.send("GET", "/Users", count=wrong)) == (400, "invalidValue")


def test_a_directory_is_shown_the_attributes_that_it_asks_for(okta: Provisioning) -> None:
    user = okta.create(okta_user(somebody()))
    named = okta.send("GET", f"/Users/{user['id']}", attributes="userName,name.givenName").json()
    without = okta.send("GET", f"/Users/{user['id']}", excludedAttributes="emails,groups").json()

    assert set(named) == {"schemas", "id", "userName", "name"}
    assert set(user) - set(without) == {"emails"}


def test_discovery_says_what_there_is(entra: Provisioning) -> None:
    config = entra.send("GET", "/ServiceProviderConfig").json()
    assert {name: config[name]["supported"] for name in ("patch", "bulk", "filter", "sort", "etag")} == {
        "patch": True,
        "bulk": False,
        "filter": True,
        "sort": False,
        "etag": False,
    }
    assert config["filter"]["maxResults"] == 100
    kinds = entra.send("GET", "/ResourceTypes").json()
    assert [(one["endpoint"], one["schema"]) for one in kinds["Resources"]] == [("/Users", USER)]
    assert entra.send("GET", "/ResourceTypes/User").json() == kinds["Resources"][0]
    [schema] = entra.send("GET", "/Schemas").json()["Resources"]
    names = [attribute["name"] for attribute in schema["attributes"]]
    assert names == ["externalId", "userName", "name", "displayName", "emails", "active"]
    assert entra.send("GET", f"/Schemas/{USER}").json() == schema


@pytest.mark.parametrize("path", ["/Groups", "/Bulk", "/Me", "/Schemas/none", "/Users/1/2", "/Users/none"])
def test_an_address_that_is_none_is_told_in_scims_form(entra: Provisioning, path: str) -> None:
    assert refusal(entra.send("GET", path)) == (404, None)


# --- who may


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
        return answer.status_code, answer.text, {**answer.headers, "date": None}.items()

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


# --- bodies of any kind


@pytest.mark.parametrize(
    ("content", "kind", "expected"),
    [
        (b"", "application/scim+json", (400, "invalidSyntax")),
        (b"[]", "application/scim+json", (400, "invalidSyntax")),
        (b"{}", "application/scim+json", None),
        (b'{"a": 1, "a": 2}', "application/scim+json", (400, "invalidSyntax")),
        (b'{"userName": "\\u0000"}', "application/json", (400, "invalidSyntax")),
        (b"{}", "text/plain", (415, None)),
    ],
)
def test_a_body_that_is_none_is_refused(
    entra: Provisioning, content: bytes, kind: str, expected: tuple[int, str | None] | None
) -> None:
    headers = {"Authorization": f"Bearer {entra.key.text}", "Content-Type": kind}
    found = refusal(entra.demo.http.post("/scim/v2/Users", content=content, headers=headers))
    assert found == expected if expected is not None else found[0] == 400


LEAVES = st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False) | st.text(max_size=8)
VALUES = st.recursive(
    LEAVES | st.sampled_from(["False", "True", "work", "x@y.example"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["value", "type", "primary", "active", "name.givenName", "emails", "userName", "$ref", "id"]
            )
            | st.text(max_size=6),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
PATHS = st.sampled_from(
    [
        *("active", "name", "name.givenName", "emails", 'emails[type eq "work"]', 'emails[type eq "work"].value', "id"),
        *("emails[primary eq true].value", "meta", "schemas", "userName", "displayName", f"{USER}:active", USER, ""),
        *(
            'emails[value pr and (type ne "home")]',
            "emails.value",
            "emails[",
            "externalId",
            "title",
            "name.x",
            "active.y",
        ),
    ]
)
OPERATIONS = st.fixed_dictionaries(
    {},
    optional={
        "op": st.sampled_from(["add", "Add", "replace", "Replace", "remove", "Remove", "move", "", None, 1]),
        "path": PATHS | st.text(max_size=12) | st.none() | st.integers(),
        "value": VALUES,
    },
)
BODIES = st.fixed_dictionaries(
    {},
    optional={
        "schemas": st.just([PATCH_OP]) | VALUES,
        "Operations": st.lists(OPERATIONS | VALUES, max_size=4) | VALUES,
        "operations": st.lists(OPERATIONS, max_size=2),
    },
) | st.fixed_dictionaries({"schemas": st.just([PATCH_OP]), "Operations": st.lists(OPERATIONS, min_size=1, max_size=4)})


@pytest.fixture(scope="module")
def patched(okta: Provisioning) -> Json:
    return okta.create(okta_user(somebody()))


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(body=BODIES)
def test_no_patch_is_a_fault_and_the_account_always_stands_as_the_user_does(
    okta: Provisioning, patched: Json, body: Json
) -> None:
    answer = okta.send("PATCH", f"/Users/{patched['id']}", body)

    if answer.status_code == 200:
        assert answer.json()["active"] is okta.is_on(patched)
    else:
        assert refusal(answer)[0] in (400, 409)
    shown = okta.send("GET", f"/Users/{patched['id']}").json()
    assert (shown["externalId"], shown["active"]) == (patched["externalId"], okta.is_on(patched))


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(
    body=st.dictionaries(
        st.sampled_from([*okta_user("x"), "id", "meta"]) | st.text(max_size=6), VALUES, max_size=5
    ).map(lambda given: okta_user(f"n{uuid4().hex}") | given)
)
def test_no_creation_is_a_fault(okta: Provisioning, body: Json) -> None:
    answer = okta.send("POST", "/Users", body)
    assert answer.status_code == 201 or refusal(answer)[0] in (400, 409)
