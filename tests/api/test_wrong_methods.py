"""A method that an address does not take is answered 405 with those that it does take, on every route that there is."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

import pytest

from api.problems import MEDIA_TYPE
from api.rest.contract import OPERATIONS
from api.rest.scim_errors import MEDIA_TYPE as SCIM_MEDIA_TYPE
from tests.api.client import Client
from tests.api.directories import ERROR
from tests.api.test_routes import ROWS, addressed

SENTENCE = "This address does not take that method."
# Each that a client may send but CONNECT, which is for proxies; PROPFIND is one that nothing here takes.
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
SOME_ID = UUID(int=7)


def _taken() -> dict[str, set[str]]:
    """The methods of each address; `test_routes` shows that the rows are the routes that there are."""
    found = defaultdict(set)
    for method, path in ROWS:
        found[path].add(method)
    return found


TAKEN = _taken()
WRONG = [(method, path) for path, taken in TAKEN.items() for method in METHODS if method not in taken]


def test_every_operation_of_the_contract_is_asked() -> None:
    assert {operation.path for operation in OPERATIONS} <= TAKEN.keys()


@pytest.mark.parametrize(("method", "path"), WRONG, ids=[" ".join(pair) for pair in WRONG])
@pytest.mark.parametrize("role", [None, "admin"])
def test_a_method_that_an_address_does_not_take_is_answered_with_those_that_it_takes(
    demo: Client, role: str | None, method: str, path: str
) -> None:
    headers = {} if role is None else demo.headers(role)
    answer = demo.http.request(method, addressed(path, SOME_ID), headers=headers)

    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == TAKEN[path]
    is_of_scim = path.startswith("/scim/")
    assert answer.headers["content-type"] == (SCIM_MEDIA_TYPE if is_of_scim else MEDIA_TYPE)
    if method == "HEAD":
        assert answer.content == b""
    elif is_of_scim:
        assert answer.json() == {"schemas": [ERROR], "status": "405", "detail": SENTENCE}
    else:
        told = {"type": "about:blank", "title": "Method not allowed", "status": 405, "detail": SENTENCE}
        assert answer.json() == told


@pytest.mark.parametrize("path", ["/scim/v2", "/scim/v2/", "/scim/v2/Groups", "/scim/v2/Users/1/2"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PROPFIND"])
def test_an_address_of_scim_that_is_none_is_told_in_its_form_whatever_is_asked_of_it(
    demo: Client, method: str, path: str
) -> None:
    answer = demo.http.request(method, path)

    assert (answer.status_code, answer.headers["content-type"]) == (404, SCIM_MEDIA_TYPE)
    assert answer.json() == {"schemas": [ERROR], "status": "404", "detail": "There is nothing at this address."}


@pytest.mark.parametrize("path", ["/scim", "/scim/v20", "/scim/v1/Users"])
def test_an_address_beside_those_of_scim_is_told_as_any_other(demo: Client, path: str) -> None:
    answer = demo.http.get(path)

    assert (answer.status_code, answer.headers["content-type"]) == (404, MEDIA_TYPE)
