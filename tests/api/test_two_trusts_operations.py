"""REST operations of a member of one trust on what is another's are answered as on what there never was.

Every operation is asked, and every one with the other trust named in its header; an operation without a row fails.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from api.rest.contract import OPERATIONS
from tests.api.client import Client
from tests.api.test_access import an_input
from tests.api.test_routes import A_PERIOD, A_REQUEST, HEADER_ALONE, ON_REQUESTS
from tests.api.two_trusts import OF_A_ALONE, ROLES, Harvest, invented, mutation, told
from tests.api.uploads import uploaded


@dataclass(frozen=True)
class Call:
    """How a REST operation is asked with something that has a trust."""

    path: str = ""
    request: Callable[[Any], Mapping[str, Any]] = lambda _: {}
    of_a: Callable[[Harvest], Any] = lambda _: ""
    # What of an answer differs each time.
    masked: str = r"(?!)"


def _json(value: Any) -> Mapping[str, Any]:
    return {"json": value}


def _role_of(person: Any) -> Mapping[str, Any]:
    return _json({"commandId": str(uuid4()), "person": person, "role": "headteacher", "schoolUrn": OF_A_ALONE})


def _account_of(person: Any) -> Mapping[str, Any]:
    return _json({"commandId": str(uuid4()), "issuer": "https://login.example", "subject": "s", "person": person})


def _switch_of(_nothing: Any) -> Mapping[str, Any]:
    return _json({"commandId": str(uuid4()), "issuer": "https://login.example", "subject": "s", "isActive": False})


def _emergency_of(case: Any) -> Mapping[str, Any]:
    return _json({"commandId": str(uuid4()), "caseId": case, "reason": "A child may be in danger.", "minutes": 5})


def _key_of(person: Any) -> Mapping[str, Any]:
    return _json({"commandId": str(uuid4()), "name": "x", "scopes": ["figures:read"], "person": person})


def _hold_of(person: Any) -> Mapping[str, Any]:
    told = {"authority": "POLICE", "reviewOn": "2099-01-01", "reason": "They asked.", "persons": [person]}
    return _json({"commandId": str(uuid4()), **told})


def _erasure_of(case: Any) -> Mapping[str, Any]:
    told = {"scope": "CASE", "authority": "COURT_ORDER", "reason": "An order.", "caseId": case}
    return _json({"commandId": str(uuid4()), **told})


def _command_alone(_nothing: Any) -> Mapping[str, Any]:
    return _json({"commandId": str(uuid4())})


def _on_request(told: Mapping[str, Any], _request: Any) -> Mapping[str, Any]:
    return _json({"commandId": str(uuid4()), **told})


def _a_file(_case: Any) -> Mapping[str, Any]:
    return uploaded(b"%PDF-1.7\n")


_LINE = "{},{},2026-09-14,,2026-09-14,FACEBOOK,,PARENT,,OTHER:STAFF,,,,NOT_REQUESTED,,,OPEN,\n"
CALLS: Mapping[tuple[str, str], Call] = {
    ("GET", "/health/live"): Call(),
    ("GET", "/health/ready"): Call(),
    ("GET", "/v1/me"): Call(),
    ("GET", "/v1/roles"): Call(),
    ("GET", "/v1/cases/{case_id}/bundle"): Call(path="/v1/cases/{}/bundle", of_a=lambda a: a.cases["INCIDENT"]),
    ("GET", "/v1/ledger/checkpoint"): Call(),
    ("GET", "/v1/ledger/checkpoints/{size}"): Call(path="/v1/ledger/checkpoints/{}", of_a=lambda a: a.position),
    ("POST", "/v1/ledger/checkpoints"): Call(),
    ("GET", "/v1/ledger/proofs/inclusion"): Call(
        request=lambda position: {"params": {"position": position}}, of_a=lambda a: a.position
    ),
    ("GET", "/v1/ledger/proofs/consistency"): Call(
        request=lambda size: {"params": {"from": size}}, of_a=lambda a: a.position
    ),
    ("GET", "/v1/ledger/tile/{level}/{number:path}"): Call(path="/v1/ledger/tile/0/{}", of_a=lambda a: a.position),
    ("GET", "/v1/ledger/period"): Call(request=lambda _: {"params": A_PERIOD}),
    ("GET", "/v1/cases/{case_id}/history"): Call(path="/v1/cases/{}/history", of_a=lambda a: a.cases["INCIDENT"]),
    ("POST", "/v1/cases/{case_id}/files"): Call(
        path="/v1/cases/{}/files", request=_a_file, of_a=lambda a: a.cases["INCIDENT"]
    ),
    ("GET", "/v1/cases/{case_id}/files/{file_id}"): Call(path="/v1/cases/{}", of_a=lambda a: a.file),
    ("POST", "/v1/roles"): Call(request=_role_of, of_a=lambda a: a.person, masked=r'"commandId":"[^"]*"'),
    ("POST", "/v1/roles/revocations"): Call(request=_role_of, of_a=lambda a: a.person),
    ("POST", "/v1/accounts"): Call(request=_account_of, of_a=lambda a: a.person),
    ("POST", "/v1/accounts/switches"): Call(request=_switch_of),
    ("POST", "/v1/emergency-access"): Call(request=_emergency_of, of_a=lambda a: a.cases["INCIDENT"]),
    ("GET", "/v1/alerts"): Call(),
    ("GET", "/v1/api-keys"): Call(),
    ("POST", "/v1/api-keys"): Call(request=_key_of, of_a=lambda a: a.person),
    # A has no key: its ids are as good as any.
    **{
        ("POST", f"/v1/api-keys/{{key_id}}/{what}"): Call(
            path=f"/v1/api-keys/{{}}/{what}", request=_command_alone, of_a=lambda a: a.person
        )
        for what in ("rotation", "revocation")
    },
    ("POST", "/v1/retention/tables"): Call(
        request=lambda _: _json({"commandId": str(uuid4()), "content": "rules = ["})
    ),
    ("POST", "/v1/retention/confirmations"): Call(request=_command_alone),
    ("GET", "/v1/holds"): Call(),
    ("POST", "/v1/holds"): Call(
        request=_hold_of, of_a=lambda a: a.person, masked=r'"holdId":"[^"]*"|"position":[0-9]*'
    ),
    # A has no hold: its ids are as good as any.
    ("POST", "/v1/holds/{hold_id}/lifting"): Call(
        path="/v1/holds/{}/lifting",
        request=lambda _: _json({"commandId": str(uuid4()), "reason": "It is over."}),
        of_a=lambda a: a.person,
    ),
    ("GET", "/v1/erasures"): Call(),
    ("POST", "/v1/erasures"): Call(
        request=_erasure_of, of_a=lambda a: a.cases["INCIDENT"], masked=r'"erasureId":"[^"]*"|"position":[0-9]*'
    ),
    # A has asked for none: its ids are as good as any.
    ("GET", "/v1/erasures/{erasure_id}"): Call(path="/v1/erasures/{}", of_a=lambda a: a.person),
    **{
        ("POST", f"/v1/erasures/{{erasure_id}}/{what}"): Call(
            path=f"/v1/erasures/{{}}/{what}",
            request=lambda _: _json({"commandId": str(uuid4()), "reason": "It is needed."}),
            of_a=lambda a: a.person,
        )
        for what in ("approval", "rejection")
    },
    ("PUT", "/v1/people/{person_id}/employment"): Call(
        path="/v1/people/{}/employment", request=lambda _: _json({"leftOn": "2030-08-31"}), of_a=lambda a: a.person
    ),
    ("GET", "/v1/access-requests"): Call(),
    ("POST", "/v1/access-requests"): Call(
        request=lambda person: _json({**A_REQUEST, "commandId": str(uuid4()), "person": person}),
        of_a=lambda a: a.person,
    ),
    # A has received no request: its ids are as good as any.
    **{
        ("GET", f"/v1/access-requests/{{request_id}}{what}"): Call(
            path=f"/v1/access-requests/{{}}{what}", of_a=lambda a: a.person
        )
        for what in ("", "/review", "/answer")
    },
    **{
        ("POST", f"/v1/access-requests/{{request_id}}/{what}"): Call(
            path=f"/v1/access-requests/{{}}/{what}",
            request=partial(_on_request, told),
            of_a=lambda a: a.person,
        )
        for what, told in ON_REQUESTS.items()
    },
    ("GET", "/v1/cases/{case_id}/tra-referral"): Call(
        path="/v1/cases/{}/tra-referral", of_a=lambda a: a.cases["STAFF_BREACH"]
    ),
    ("POST", "/v1/imports/e-safety-log"): Call(
        request=lambda urn: {
            "content": HEADER_ALONE + _LINE.format("L-1", urn[0]),
            "headers": {"Content-Type": "text/csv"},
        },
        of_a=lambda _: [OF_A_ALONE],
        masked=r'"(runId|fileSha256)":"[^"]*"',
    ),
}
GRAPHQL = [("POST", "/graphql"), ("GET", "/graphql")]


def test_every_operation_has_a_row() -> None:
    assert {(operation.method, operation.path) for operation in OPERATIONS} == set(CALLS)


def call(client: Client, method: str, path: str, value: Any, role: str, **headers: str) -> tuple[int, str]:
    row = CALLS[method, path]
    request = dict(row.request(value))
    request["headers"] = {**request.get("headers", {}), **client.headers(role), **headers}
    answer = client.http.request(method, (row.path or path).format(value), **request)
    return answer.status_code, re.sub(row.masked, "", answer.text)


@pytest.mark.parametrize(("method", "path"), CALLS, ids=[" ".join(pair) for pair in CALLS])
def test_an_operation_on_what_is_anothers_is_answered_as_on_what_there_never_was(
    shown: Client, of_b: Client, of_a: Harvest, method: str, path: str
) -> None:
    real = CALLS[method, path].of_a(of_a)
    other = invented(real) if real else real

    for role in ROLES:
        assert call(of_b, method, path, real, role) == call(of_b, method, path, other, role), role
    if "{" in path:
        # Administrators alone hear of keys, and there is neither a hold nor a request nor an erasure nor such a person
        # in the registry; what there is of them is for their own tests. Nor is a position the number of a tile.
        nowhere = any(one in path for one in ("holds", "access-requests", "people", "tile", "erasures"))
        is_there = 404 if nowhere else 201 if method == "POST" else 200
        assert call(shown, method, path, real, "trust-lead")[0] == (403 if "api-keys" in path else is_there)


@pytest.mark.parametrize("role", ROLES)
def test_another_trust_cannot_be_named_by_somebody_of_one_alone(
    shown: Client, of_b: Client, of_a: Harvest, role: str
) -> None:
    """By the header: as a trust that never was, at every operation, and of the two that anybody may ask nothing."""
    # What tests before have recorded may still be on its way into the figures, and is none of either trust's business.
    until = time.monotonic() + 30
    while of_b.http.get("/health/ready").status_code != 200 and time.monotonic() < until:
        time.sleep(0.05)
    for (method, path), row in CALLS.items():
        real = row.of_a(of_a)
        answers = [
            call(of_b, method, path, real, role, **{"Caseledger-Trust": str(trust)})
            for trust in (shown.trust_id, uuid4())
        ]
        assert answers[0] == answers[1], path
        open_to_all = path.startswith("/health") or path == "/v1/me"
        assert (answers[0][0] == 404) is not open_to_all, (path, answers[0])
        if path == "/v1/me":
            assert str(shown.trust_id) not in answers[0][1]
    for query in ("{ trust { id name } cases { totalCount } }", mutation("AddAddendum")):
        variables = {"input": an_input("AddAddendum", caseId=of_a.cases["INCIDENT"])} if "mutation" in query else {}
        found = [
            told(
                of_b.http.post(
                    "/graphql",
                    json={"query": query, "variables": variables},
                    headers={**of_b.headers(role), "Caseledger-Trust": str(trust)},
                )
            )
            for trust in (shown.trust_id, uuid4())
        ]
        assert found[0] == found[1]
        assert found[0][0] == 404
