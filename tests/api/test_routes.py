"""Every route of the application, method by method, and who may call it: a route that has no row here fails.

The rows say who is answered with success; everybody else is answered as the row says, and who has no token by 401.
Which fields of GraphQL a role may read is shown elsewhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from starlette.routing import Route

from api.authentication import UNAUTHENTICATED
from api.bootstrap import Runtime
from api.identity.claimed_roles import SERVED_ROLES
from api.rest.contract import OPERATIONS
from api.rest.operations import Operation
from api.settings import DEMONSTRATION_TRUST
from domain.access import CASE_ROLES, SCHOOL_ROLES, Role
from tests.api.client import Client, demonstration

SCHOOL = "900003"
QUERY = "{ viewer { role } }"
EVERYBODY = frozenset(SERVED_ROLES)
# Those that see incidents of the school whole; who is shown a case only where it names them does not see this one.
SEE_INCIDENTS = frozenset(
    {
        *("trust-lead", "headteacher", "coordinator", "auditor", "dsl", "equalities", "chair", "dpo"),
        *("investigator", "witness", "examiner", "emergency"),
    }
)
EXPORT_INCIDENTS = SEE_INCIDENTS - {"coordinator", "equalities", "investigator", "witness", "emergency"}
# Of somebody whom nobody knows.
A_BINDING = {"commandId": str(UUID(int=773)), "issuer": "i", "subject": "s", "person": str(UUID(int=79))}
A_SWITCH = {"commandId": str(UUID(int=774)), "issuer": "i", "subject": "s", "isActive": False}
SEE_ALERTS = frozenset({"dpo", "trust-lead"})
BREAK_GLASS = frozenset({"trust-lead", "alternate", "headteacher", "dsl", "hr"})
# Of a case that there is not.
AN_EMERGENCY = {"commandId": str(UUID(int=775)), "reference": "INC-1999-000001", "reason": "x", "minutes": 5}
A_KEY = {"commandId": str(UUID(int=776)), "name": "x", "scopes": ["no such scope"]}
A_ROTATION = {"commandId": str(UUID(int=777))}
# That cannot be used, of everything, and of a hold that there is not.
A_TABLE = {"commandId": str(UUID(int=778)), "content": "rules = ["}
A_HOLD = {"commandId": str(UUID(int=779)), "authority": "POLICE", "reviewOn": "2099-01-01", "reason": "x"}
A_LIFTING = {"commandId": str(UUID(int=780)), "reason": "x"}
KEEP_RETENTION = frozenset({"dpo", "trust-lead"})
EMPLOY = frozenset({"hr", "trust-lead"})
ANSWER_REQUESTS = frozenset({"dpo", "trust-lead"})
# Of somebody whom nobody knows, and on a request that there is not.
A_REQUEST = {
    "commandId": str(UUID(int=781)),
    "person": str(UUID(int=82)),
    "receivedOn": "2026-09-10",
    "channel": "EMAIL",
}
ON_REQUESTS: Mapping[str, Mapping[str, Any]] = {
    "clock/stop": {"cause": "IDENTITY", "stoppedOn": "2026-09-10"},
    "clock/resumption": {"resumedOn": "2026-09-10"},
    "extension": {"months": 1, "extendedOn": "2026-09-10", "toldOn": "2026-09-10", "reason": "x"},
    "kept-back": {"caseId": str(UUID(int=83)), "exemption": "THIRD_PARTY"},
    "kept-back/undoing": {"caseId": str(UUID(int=83))},
    "answer": {"answeredOn": "2026-09-10", "through": 1, "manifest": "ab" * 32},
    "refusal": {"ground": "EXEMPT", "refusedOn": "2026-09-10", "reason": "x"},
    "withdrawal": {"withdrawnOn": "2026-09-10"},
}
_READ = ("GET", "HEAD")
SEE_PROOFS = frozenset(
    {
        *("trust-lead", "alternate", "headteacher", "chair", "dsl", "clerk", "hr", "dpo", "auditor", "examiner"),
        "admin",
    }
)
EXPORT_PERIODS = frozenset({"trust-lead", "dpo", "auditor"})
DECIDE_ERASURES = frozenset({"trust-lead", "alternate", "dpo"})
SEE_ERASURES = DECIDE_ERASURES | {"auditor"}
# It names nothing.
AN_ERASURE = {"commandId": str(UUID(int=779)), "scope": "CASE", "authority": "COURT_ORDER", "reason": "An order."}
A_PERIOD = {"since": "2026-09-01T00:00:00Z", "until": "2026-09-02T00:00:00Z"}
SCIM = frozenset(
    (method, f"/scim/v2/{path}")
    for path, methods in {
        **dict.fromkeys(
            ("ServiceProviderConfig", "ResourceTypes", "ResourceTypes/User", "Schemas", "Schemas/{urn}"), _READ
        ),
        "Users": (*_READ, "POST"),
        "Users/{user_id}": (*_READ, "PUT", "PATCH", "DELETE"),
    }.items()
    for method in methods
)
ADMINISTRATORS = frozenset({"admin"})
SEE_ROLES = frozenset({"admin", "trust-lead", "dpo", "auditor"})
# Who opens words of incidents is given files, and who establishes what happened hands them in.
GIVEN_FILES = SEE_INCIDENTS - {"auditor", "dpo", "witness"}
HAND_IN_FILES = frozenset({"trust-lead", "headteacher", "coordinator", "dsl", "investigator", "emergency"})
FILE_WORDS = {"commandId": str(UUID(int=778)), "noIndecentImageOfChild": True}
# A file that no case keeps: whoever may hand it in is told that.
A_FILE = {
    "files": [
        ("metadata", (None, json.dumps(FILE_WORDS), "application/json")),
        ("file", ("page.html", b"<html></html>", "text/html")),
    ]
}
IMPORT = "/v1/imports/e-safety-log"
AN_APPOINTMENT = {"commandId": str(UUID(int=771)), "person": str(UUID(int=77)), "role": "hr", "since": "2026-09-01"}
# Of a role that the person does not hold.
A_REVOCATION = {"commandId": str(UUID(int=772)), "person": str(UUID(int=78)), "role": "hr"}
HEADER_ALONE = (
    "reference,school_urn,discovered_on,posted_on,recorded_on,platform,url,poster_role,poster_name,classifications,"
    "protected_characteristics,narrative,evidence_note,removal,outcome,closed_on,status,duplicate_of\n"
)


@dataclass(frozen=True)
class Row:
    """How a route is called and who is answered: `may` None for anybody, also without a token."""

    may: frozenset[str] | None
    otherwise: int = 403
    # Who is told 403 where others hear that there is nothing.
    seen: frozenset[str] = frozenset()
    status: int = 200
    request: Mapping[str, Any] = field(default_factory=dict)


ROWS: Mapping[tuple[str, str], Row] = {
    ("GET", "/graphql"): Row(EVERYBODY, request={"params": {"query": QUERY}}),
    ("HEAD", "/graphql"): Row(EVERYBODY, request={"params": {"query": QUERY}}),
    ("POST", "/graphql"): Row(EVERYBODY, request={"json": {"query": QUERY}}),
    ("GET", "/health/live"): Row(None),
    ("HEAD", "/health/live"): Row(None),
    ("GET", "/health/ready"): Row(None),
    ("HEAD", "/health/ready"): Row(None),
    ("POST", IMPORT): Row(
        frozenset({"trust-lead", "headteacher", "coordinator"}),
        request={"content": HEADER_ALONE, "headers": {"Content-Type": "text/csv"}},
    ),
    ("GET", "/v1/cases/{case_id}/bundle"): Row(EXPORT_INCIDENTS, otherwise=404, seen=SEE_INCIDENTS),
    ("HEAD", "/v1/cases/{case_id}/bundle"): Row(EXPORT_INCIDENTS, otherwise=404, seen=SEE_INCIDENTS),
    **{
        (method, f"/v1/ledger/{path}"): row
        for method in _READ
        for path, row in {
            "checkpoint": Row(SEE_PROOFS),
            # The id of a case is no size, and no tile.
            "checkpoints/{size}": Row(SEE_PROOFS, status=404),
            "tile/{level}/{number:path}": Row(SEE_PROOFS, status=404),
            "proofs/inclusion": Row(SEE_PROOFS, request={"params": {"position": 1}}),
            "proofs/consistency": Row(SEE_PROOFS, request={"params": {"from": 1}}),
            "period": Row(EXPORT_PERIODS, request={"params": A_PERIOD}),
        }.items()
    },
    ("POST", "/v1/ledger/checkpoints"): Row(SEE_PROOFS),
    ("GET", "/v1/cases/{case_id}/history"): Row(EXPORT_INCIDENTS, otherwise=404, seen=SEE_INCIDENTS),
    ("HEAD", "/v1/cases/{case_id}/history"): Row(EXPORT_INCIDENTS, otherwise=404, seen=SEE_INCIDENTS),
    ("POST", "/v1/cases/{case_id}/files"): Row(
        HAND_IN_FILES, otherwise=404, seen=SEE_INCIDENTS, status=400, request=A_FILE
    ),
    # The case has no file of that id.
    ("GET", "/v1/cases/{case_id}/files/{file_id}"): Row(GIVEN_FILES, otherwise=404, seen=SEE_INCIDENTS, status=404),
    ("HEAD", "/v1/cases/{case_id}/files/{file_id}"): Row(GIVEN_FILES, otherwise=404, seen=SEE_INCIDENTS, status=404),
    ("GET", "/v1/me"): Row(EVERYBODY),
    ("HEAD", "/v1/me"): Row(EVERYBODY),
    ("GET", "/v1/roles"): Row(SEE_ROLES),
    ("HEAD", "/v1/roles"): Row(SEE_ROLES),
    ("POST", "/v1/roles"): Row(ADMINISTRATORS, request={"json": AN_APPOINTMENT}),
    ("POST", "/v1/roles/revocations"): Row(ADMINISTRATORS, status=409, request={"json": A_REVOCATION}),
    ("POST", "/v1/accounts"): Row(ADMINISTRATORS, status=404, request={"json": A_BINDING}),
    ("POST", "/v1/accounts/switches"): Row(ADMINISTRATORS, status=404, request={"json": A_SWITCH}),
    ("POST", "/v1/emergency-access"): Row(BREAK_GLASS, status=404, request={"json": AN_EMERGENCY}),
    ("GET", "/v1/alerts"): Row(SEE_ALERTS),
    ("HEAD", "/v1/alerts"): Row(SEE_ALERTS),
    ("GET", "/v1/api-keys"): Row(ADMINISTRATORS),
    ("HEAD", "/v1/api-keys"): Row(ADMINISTRATORS),
    ("POST", "/v1/api-keys"): Row(ADMINISTRATORS, status=400, request={"json": A_KEY}),
    ("POST", "/v1/api-keys/{key_id}/rotation"): Row(ADMINISTRATORS, status=404, request={"json": A_ROTATION}),
    ("POST", "/v1/api-keys/{key_id}/revocation"): Row(ADMINISTRATORS, status=404, request={"json": A_ROTATION}),
    ("POST", "/v1/retention/tables"): Row(KEEP_RETENTION, status=400, request={"json": A_TABLE}),
    ("POST", "/v1/retention/confirmations"): Row(KEEP_RETENTION, status=409, request={"json": A_ROTATION}),
    ("GET", "/v1/holds"): Row(KEEP_RETENTION),
    ("HEAD", "/v1/holds"): Row(KEEP_RETENTION),
    ("POST", "/v1/holds"): Row(KEEP_RETENTION, status=400, request={"json": A_HOLD}),
    ("POST", "/v1/holds/{hold_id}/lifting"): Row(KEEP_RETENTION, status=404, request={"json": A_LIFTING}),
    ("PUT", "/v1/people/{person_id}/employment"): Row(EMPLOY, status=404, request={"json": {"leftOn": "2030-08-31"}}),
    ("GET", "/v1/erasures"): Row(SEE_ERASURES),
    ("HEAD", "/v1/erasures"): Row(SEE_ERASURES),
    ("POST", "/v1/erasures"): Row(frozenset({"trust-lead", "dpo"}), status=400, request={"json": AN_ERASURE}),
    ("GET", "/v1/erasures/{erasure_id}"): Row(SEE_ERASURES, status=404),
    ("HEAD", "/v1/erasures/{erasure_id}"): Row(SEE_ERASURES, status=404),
    ("POST", "/v1/erasures/{erasure_id}/approval"): Row(DECIDE_ERASURES, status=404, request={"json": A_ROTATION}),
    ("POST", "/v1/erasures/{erasure_id}/rejection"): Row(DECIDE_ERASURES, status=404, request={"json": A_LIFTING}),
    ("POST", "/v1/access-requests"): Row(ANSWER_REQUESTS, status=404, request={"json": A_REQUEST}),
    **{(method, "/v1/access-requests"): Row(ANSWER_REQUESTS) for method in _READ},
    **{
        (method, f"/v1/access-requests/{{request_id}}{what}"): Row(ANSWER_REQUESTS, status=404)
        for method in _READ
        for what in ("", "/review", "/answer")
    },
    **{
        ("POST", f"/v1/access-requests/{{request_id}}/{what}"): Row(
            ANSWER_REQUESTS, status=404, request={"json": {"commandId": str(UUID(int=784)), **told}}
        )
        for what, told in ON_REQUESTS.items()
    },
    # An incident is no breach, whoever asks.
    **{(method, "/v1/cases/{case_id}/tra-referral"): Row(EVERYBODY, status=404) for method in _READ},
    # Directories sign in by keys, which no role's token is.
    **{pair: Row(frozenset(), otherwise=401) for pair in SCIM},
    ("GET", "/openapi.json"): Row(None),
    ("HEAD", "/openapi.json"): Row(None),
    ("GET", "/graphiql"): Row(None),
    ("HEAD", "/graphiql"): Row(None),
}


@pytest.fixture(scope="module")
def demo(runtime: Runtime) -> Iterator[Client]:
    """The demonstration, which takes any number of wrong tokens."""
    runtime.settings = runtime.settings.model_copy(update={"rate_limit_failures": 0})
    demonstration(runtime)
    with Client(runtime, DEMONSTRATION_TRUST) as client:
        yield client


def application(client: Client) -> FastAPI:
    """The router within everything that surrounds it."""
    app: Any = client._server.config.app
    while not isinstance(app, FastAPI):
        app = app._app
    return app


def live_routes(client: Client) -> set[tuple[str, str]]:
    found = set()
    for route in application(client).routes:
        assert isinstance(route, Route), f"{route} is no route of methods"
        # The files of the editor are its page's.
        if not route.path.startswith("/graphiql/"):
            found |= {(method, route.path) for method in route.methods or ()}
    return found


def test_every_route_has_a_row_and_every_row_a_route(demo: Client) -> None:
    assert live_routes(demo) == set(ROWS)


def test_every_route_but_those_that_have_a_contract_of_their_own_is_in_the_openapi_document(demo: Client) -> None:
    described = {(operation.method, operation.path) for operation in OPERATIONS}
    others = {(method, path) for method, path in ROWS if path in ("/graphql", "/graphiql", "/openapi.json")} | SCIM

    assert {pair for pair in live_routes(demo) - others if pair[0] != "HEAD"} == described


def test_a_route_that_needs_no_token_is_one_that_the_document_calls_public() -> None:
    public = {(operation.method, operation.path) for operation in OPERATIONS if operation.is_public}
    described = {(operation.method, operation.path) for operation in OPERATIONS}

    assert {pair for pair, row in ROWS.items() if row.may is None} & described == public


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
def test_the_document_names_every_status_with_which_a_route_answers(operation: Operation) -> None:
    row = ROWS[operation.method, operation.path]
    refused = frozenset() if row.may in (None, EVERYBODY) else {row.otherwise} | ({403} if row.seen else set())

    assert operation.answers.keys() | operation.problem_statuses >= {row.status} | refused


@pytest.fixture(scope="module")
def case(demo: Client) -> UUID:
    """An incident of the school that names nobody who asks."""
    query = f'{{ cases(first: 1, filter: {{schools: ["{SCHOOL}"], kinds: [INCIDENT]}}) {{ nodes {{ id }} }} }}'
    return UUID(demo.ask(query)["cases"]["nodes"][0]["id"])


def addressed(path: str, case: UUID) -> str:
    return re.sub(r"\{[^}]*\}", str(case), path)


def called(demo: Client, method: str, path: str, case: UUID, headers: dict[str, str]) -> httpx.Response:
    row = ROWS[method, path]
    request = dict(row.request)
    request["headers"] = request.get("headers", {}) | headers
    return demo.http.request(method, addressed(path, case), **request)


def token_for(role: str, case: UUID) -> str:
    if Role(role) in SCHOOL_ROLES:
        return f"{role}:{SCHOOL}"
    return f"{role}:{case}" if Role(role) in CASE_ROLES else role


@pytest.mark.parametrize(("method", "path"), ROWS, ids=[" ".join(pair) for pair in ROWS])
def test_a_route_is_answered_to_whom_its_row_names_and_to_nobody_else(
    demo: Client, case: UUID, method: str, path: str
) -> None:
    row = ROWS[method, path]

    without = called(demo, method, path, case, {}).status_code
    found = {
        role: called(demo, method, path, case, demo.headers(token_for(role, case))).status_code for role in SERVED_ROLES
    }

    assert without == (row.status if row.may is None else 401)
    may = EVERYBODY if row.may is None else row.may
    otherwise = {role: 403 if role in row.seen else row.otherwise for role in SERVED_ROLES}
    assert found == {role: row.status if role in may else otherwise[role] for role in SERVED_ROLES}


@pytest.mark.parametrize(("method", "path"), [pair for pair, row in ROWS.items() if row.may is not None])
@pytest.mark.parametrize("token", ["", "Bearer", "Bearer caseledger-dev.e30.AAAA", "Basic dTpw", "bearer null"])
def test_a_token_that_is_none_is_answered_alike_by_every_route(
    demo: Client, case: UUID, method: str, path: str, token: str
) -> None:
    row = ROWS[method, path]
    headers = row.request.get("headers", {}) | {"Authorization": token}
    answer = demo.http.request(method, addressed(path, case), **{**row.request, "headers": headers})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="caseledger"'
    if method != "HEAD":
        assert answer.json()["detail"] == UNAUTHENTICATED
