"""Bodies of any kind sent over SCIM: none is a fault, and the account always stands as the user does."""

from __future__ import annotations

from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.directories import PATCH_OP, USER, Json, okta_user
from tests.api.provisioning import Provisioning, refusal, somebody


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
