"""What is about oneself and what is not there are answered after the same time, by every road that leads to one case.

Steps are long here, and to look closer at a case that there is takes a good part of one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import httpx
import pytest

import services.emergency_access
import services.running_commands
from api.even_answers import tells_of_nothing
from api.settings import DEMONSTRATION_TRUST
from tests.api.client import Client, Json, demonstration, open_runtime
from tests.api.test_access import OPENING, SCHOOL, an_input
from tests.support.postgres import DatabaseUrls

STEP = 0.4
LOOKING = 0.15
SUBJECT = UUID(int=88)


class Named(NamedTuple):
    """A case by what it can be asked for."""

    id: str
    reference: str


@pytest.fixture(scope="module")
def client(database_urls: DatabaseUrls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    data_dir: Path = tmp_path_factory.mktemp("data")
    with open_runtime(database_urls, data_dir, even_answers_milliseconds=int(STEP * 1000)) as runtime:
        demonstration(runtime)
        with Client(runtime, DEMONSTRATION_TRUST) as opened:
            yield opened


@pytest.fixture(scope="module")
def about_them(client: Client) -> Named:
    begun = client.command(
        "reportStaffBreach",
        **an_input("ReportStaffBreach", **OPENING["ReportStaffBreach"], subject=str(SUBJECT)),
    )
    query = "query($id: ID!, $at: Int!) { case(id: $id, atLeast: $at) { id reference } }"
    return Named(**client.ask(query, id=begun["case"]["id"], at=begun["position"])["case"])


@pytest.fixture
def slow_to_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever asks how somebody stands to a case that was found takes its time."""
    for module, name in ((services.running_commands, "standing_to"), (services.emergency_access, "is_in_reach")):
        looks: Callable[..., Any] = getattr(module, name)

        def slowly(*given: Any, looks: Callable[..., Any] = looks) -> Any:
            time.sleep(LOOKING)
            return looks(*given)

        monkeypatch.setattr(module, name, slowly)


def _query(query: str, **variables: str) -> dict[str, Any]:
    return {"method": "POST", "url": "/graphql", "json": {"query": query, "variables": variables}}


def _command(case: Named) -> dict[str, Any]:
    query = "mutation($input: AddAddendumInput!) { addAddendum(input: $input) { ... on Refused { code } } }"
    command: Json = {"input": an_input("AddAddendum", caseId=case.id)}
    return {"method": "POST", "url": "/graphql", "json": {"query": query, "variables": command}}


ROADS: dict[str, Callable[[Named], dict[str, Any]]] = {
    "by its id": lambda case: _query("query($id: ID!) { case(id: $id) { id } }", id=case.id),
    "by its reference": lambda case: _query("query($r: String!) { case(reference: $r) { id } }", r=case.reference),
    "beside one that is there": lambda case: _query(
        "query($r: String!) { there: cases(first: 1) { nodes { id } } case(reference: $r) { id } }", r=case.reference
    ),
    "as it stood": lambda case: _query("query($id: ID!) { case(id: $id, asOf: {position: 5}) { id } }", id=case.id),
    "in a list": lambda case: _query(
        "query($r: String!) { cases(filter: {schoolReference: $r}) { found: totalCount nodes { id } } }",
        r=case.reference,
    ),
    "by a command": _command,
    "as a bundle": lambda case: {"method": "GET", "url": f"/v1/cases/{case.id}/bundle"},
    "as a history": lambda case: {"method": "GET", "url": f"/v1/cases/{case.id}/history"},
    "in an emergency": lambda case: {
        "method": "POST",
        "url": "/v1/emergency-access",
        "json": {"commandId": str(uuid4()), "reference": case.reference, "reason": "Because.", "minutes": 5},
    },
}


def _asked(client: Client, request: dict[str, Any]) -> tuple[float, httpx.Response]:
    headers = client.headers("trust-lead", SUBJECT)
    begun = time.monotonic()
    answer = client.http.request(**request, headers=headers)
    return time.monotonic() - begun, answer


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.usefixtures("slow_to_look")
def test_what_is_about_oneself_is_answered_after_the_same_time_as_what_is_not_there(
    client: Client, about_them: Named, road: str
) -> None:
    hidden, absent = (
        _asked(client, ROADS[road](case)) for case in (about_them, Named(str(uuid4()), "SBR-2026-900000"))
    )

    assert hidden[1].content == absent[1].content
    assert [int(took / STEP) for took, _ in (hidden, absent)] == [1, 1]


def test_what_is_there_is_answered_at_once(client: Client) -> None:
    query = f'{{ cases(first: 1, filter: {{schools: ["{SCHOOL}"]}}) {{ nodes {{ id }} }} viewer {{ role }} }}'

    took = min(_asked(client, _query(query))[0] for _ in range(3))

    assert took < STEP


@pytest.mark.parametrize(
    ("answer", "nothing"),
    [
        ('{"case":null}', True),
        ('{"a":{"id":"x"},"b":null}', True),
        ('{"cases":{"nodes":[],"totalCount":0,"pageInfo":{"hasNextPage":false,"endCursor":null}}}', True),
        ('{"anything":{"under":[],"any":{"name":0}}}', True),
        ('{"duties":[]}', True),
        ('{"case":{"id":"x","links":[]}}', False),
        ('{"cases":{"nodes":[{"links":[]}]}}', False),
        ('{"monitoring":{"cells":[{"value":0}]}}', False),
        ('{"viewer":{"role":"hr"}}', False),
        ("{}", False),
    ],
)
def test_an_answer_tells_of_nothing_where_one_of_its_members_is_empty(answer: str, nothing: bool) -> None:
    assert tells_of_nothing(answer.encode()) is nothing
