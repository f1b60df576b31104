"""What every body of JSON has to be, whichever endpoint takes it, and that nobody's is read who may not ask."""

from __future__ import annotations

from uuid import uuid4

import pytest

from api.problems import MEDIA_TYPE
from api.rest.contract import OPERATIONS
from api.strict_json import JSON_TYPE, is_storable
from tests.api.client import Client, Json
from tests.api.test_routes import addressed

TAKING = [
    (operation.method, operation.path)
    for operation in OPERATIONS
    if JSON_TYPE in (operation.body or {}).get("content", {})
]
MALFORMED = "The body: has to be JSON in UTF-8 that says nothing twice and is not nested deeply."
UNSTORABLE = "The body: holds a character that cannot be stored."


@pytest.fixture(scope="module")
def headers(demo: Client) -> dict[str, str]:
    return demo.headers("admin") | {"Content-Type": JSON_TYPE}


@pytest.mark.parametrize(("method", "path"), TAKING)
@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b"", MALFORMED),
        (b'{"a": 1, "a": 1}', MALFORMED),
        (b"[" * 40 + b"]" * 40, MALFORMED),
        (b'"\xff"', MALFORMED),
        (b"[]", "The body: has to be an object."),
        (b'{"reference": "INC\\u0000"}', UNSTORABLE),
        (b'{"reference": [{"a": "\\ud800"}]}', UNSTORABLE),
        (b'{"\\u0000": 1}', UNSTORABLE),
    ],
)
def test_a_body_that_is_not_what_is_taken_is_told_its_rule_by_every_endpoint(
    demo: Client, headers: dict[str, str], method: str, path: str, body: bytes, rule: str
) -> None:
    answer = demo.http.request(method, addressed(path, uuid4()), content=body, headers=headers)

    assert (answer.status_code, answer.headers["content-type"]) == (400, MEDIA_TYPE)
    assert answer.json() == {
        "type": "urn:caseledger:problem:invalid-input",
        "title": "The request is not valid",
        "status": 400,
        "detail": f"What was sent does not fit. {rule}",
        "code": "INVALID_INPUT",
    }


@pytest.mark.parametrize(("method", "path"), TAKING)
def test_a_body_of_another_type_is_refused_and_nobodys_is_read_who_is_not_known(
    demo: Client, method: str, path: str
) -> None:
    kinds = {"Content-Type": "text/plain"}
    known = demo.http.request(method, addressed(path, uuid4()), content=b"{", headers=demo.headers("admin") | kinds)
    unknown = demo.http.request(method, addressed(path, uuid4()), content=b"{", headers=kinds)

    assert (known.status_code, known.json()["detail"]) == (415, "Send the body as application/json, in UTF-8.")
    assert unknown.status_code == 401


def test_a_case_cannot_be_opened_by_a_reference_that_no_database_could_hold(demo: Client) -> None:
    asked: Json = {"commandId": str(uuid4()), "reference": "INC-1999-0\0", "reason": "Canary.", "minutes": 5}
    answer = demo.http.post("/v1/emergency-access", json=asked, headers=demo.headers("trust-lead"))

    assert (answer.status_code, answer.json()["detail"]) == (400, f"What was sent does not fit. {UNSTORABLE}")


@pytest.mark.parametrize(
    ("value", "is_so"),
    [
        ({"a": ["text", 1, None, {"é😀": True}]}, True),
        ("\0", False),
        ({"a\0": 1}, False),
        ({"a": [1, {"b": "\udfff"}]}, False),
        ([[["\ud800"]]], False),
    ],
)
def test_a_value_can_be_stored_when_each_of_its_texts_and_names_can(value: object, is_so: bool) -> None:
    assert is_storable(value) is is_so
