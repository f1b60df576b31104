"""What a directory reads over SCIM: whom its filters find, in pages, as it asks for them; and what there is to ask."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.client import Client
from tests.api.directories import USER, entra_user, okta_user
from tests.api.provisioning import Provisioning, provisioning, refusal, somebody


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
