"""SCIM over HTTP in the shapes that directories send: people come, change, leave at once, come back as themselves."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from api.settings import DEMONSTRATION_TRUST
from services import people
from services.accounts import bind_account
from services.people import NameUse, Person
from services.scope import system_caller
from tests.api.directories import ENTRA_ISSUER, LEAVING, LIST, TENANT, USER, Json, entra_user, okta_user, patch
from tests.api.provisioning import LEAD, Provisioning, access_events, refusal, somebody

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
