"""What a member of one trust asks with anything of another's is answered as for what there never was, to the byte.

Trust A is the demonstration with its showcase; B has one school of the same number and a few cases. Every argument of
the live schema that could name something of a trust has a row here, every command and every REST operation is asked; an
argument, a command or an operation without a row fails.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from graphql import GraphQLInputObjectType, GraphQLList, GraphQLNonNull, get_named_type

from api.rest.contract import OPERATIONS
from services.catalogue import COMMANDS
from services.registers import join_school, register_trust
from services.scope import system_caller
from tests.api.client import Client, Json
from tests.api.test_access import OPENING, an_input
from tests.api.test_fields import OBJECTS, SCHEMA
from tests.api.test_routes import HEADER_ALONE
from tests.api.whole_documents import whole_cases

B = UUID("b0000000-0000-4000-8000-00000000000b")
# The school of B has the number of one of A's; the other is A's alone.
SCHOOL, OF_A_ALONE, OF_NOBODY = "900003", "900001", "912345"
# What each command that opens a case is given, with all that it needs.
HEADS = {"heads": [{"aboutSchool": True, "aboutStaff": False}], "receivedBy": "HEADTEACHER", "means": "LETTER"}
GIVEN = {name: given | (HEADS if name == "ReceiveComplaint" else {}) for name, given in OPENING.items()}
ROLES = ("trust-lead", "auditor", "dashboard", "dpo", "hr", f"headteacher:{SCHOOL}", f"staff:{SCHOOL}", "admin")
DAYS = 'from: "2023-09-01", to: "2027-08-31"'
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
PAGE = "{ pageInfo { hasNextPage endCursor } totalCount"
CASES = f"{PAGE} nodes {{ id reference status }} }}"
# Asking is itself recorded, so that how many reads there are and where they stand differs.
READS = "{ nodes { person { id } } }"
EVENTS = f"{PAGE} nodes {{ position type data }} }}"


@dataclass(frozen=True)
class Asked:
    """How an argument is asked for, and with what of A; `own` marks what is asked of a case of the asker's own."""

    query: str
    of_a: Callable[[Harvest], Any]
    own: bool = False
    # Whether somebody of A is answered differently with what is real; a place in a list alone tells nothing.
    tells: bool = True


@dataclass(frozen=True)
class Harvest:
    """What somebody of A may know of A."""

    cases: Mapping[str, str]
    incident: str
    reference: str
    school_reference: str
    person: str
    owner: str
    subject: str
    reader: str
    position: int
    cursors: Mapping[str, str]
    commands: list[str]


def said(one: str) -> list[Any]:
    """What stands in a cursor."""
    told: list[Any] = json.loads(base64.urlsafe_b64decode(one + "=" * (-len(one) % 4)))
    return told


def cursor(said: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(said, separators=(",", ":")).encode()).decode().rstrip("=")


def further(real: str) -> str:
    """The cursor of a place that a list of B has not come to."""
    return cursor([one + 10_000 if type(one) is int else one for one in said(real)])


def _case(arguments: str, variable: str) -> str:
    return whole_cases(f"case({arguments})").replace("{", f"query($v: {variable}) {{", 1)


def _filtered(name: str, variable: str, field: str = "cases", nodes: str = CASES) -> str:
    return f"query($v: {variable}) {{ {field}(filter: {{ {name}: $v }}) {nodes} }}"


def _of_own_case(selection: str) -> str:
    return f"query($own: ID!, $v: String) {{ case(id: $own) {{ {selection} }} }}"


def _schools(field: str, arguments: str, selection: str) -> str:
    return f"query($v: [ID!]) {{ {field}({arguments}, schools: $v) {selection} }}"


_FIGURES = "{ scope position cells { value school { urn name } cases { totalCount } } excluded { value } }"
_CHANGES = "{ position type changes { count change } case { id } cases { id } }"
_DEADLINES = f"{PAGE} nodes {{ deadline {{ code }} case {{ id }} }} }}"
_DUTIES = f"{PAGE} nodes {{ duty {{ code }} case {{ id }} }} }}"
_REPORT = f"monitoring({DAYS}, groupBy: [COUNT, SCHOOL])"
URN_OF_A: Callable[[Harvest], Any] = lambda _: [OF_A_ALONE]  # noqa: E731

ROWS: Mapping[str, Asked] = {
    "Query.case.id": Asked(_case("id: $v", "ID!"), lambda a: a.cases["INCIDENT"]),
    "Query.case.reference": Asked(_case("reference: $v", "String!"), lambda a: a.reference),
    "Query.case.asOf.position": Asked(
        "query($own: ID!, $v: Int!) { case(id: $own, asOf: {position: $v}) { id version } }",
        lambda a: a.position,
        own=True,
        tells=False,
    ),
    "Query.case.atLeast": Asked(
        "query($own: ID!, $v: Int!) { case(id: $own, atLeast: $v) { id version } }",
        lambda a: a.position,
        own=True,
        tells=False,
    ),
    "Query.cases.filter.owner": Asked(_filtered("owner", "ID"), lambda a: a.owner),
    "Query.cases.filter.person": Asked(_filtered("person", "ID"), lambda a: a.subject),
    "Query.cases.filter.schoolReference": Asked(_filtered("schoolReference", "String"), lambda a: a.school_reference),
    "Query.cases.filter.schools": Asked(_filtered("schools", "[ID!]"), URN_OF_A),
    "Query.cases.filter.updatedAfterPosition": Asked(
        _filtered("updatedAfterPosition", "Int"), lambda a: a.position, tells=False
    ),
    "Query.cases.after": Asked(
        f"query($v: String) {{ cases(after: $v) {CASES} }}", lambda a: a.cursors["cases"], tells=False
    ),
    "Query.deadlines.filter.owner": Asked(
        _filtered("owner", "ID", "deadlines", _DEADLINES), lambda a: a.owner, tells=False
    ),
    "Query.deadlines.filter.schools": Asked(_filtered("schools", "[ID!]", "deadlines", _DEADLINES), URN_OF_A),
    "Query.deadlines.after": Asked(
        f"query($v: String) {{ deadlines(after: $v) {_DEADLINES} }}", lambda a: a.cursors["deadlines"], tells=False
    ),
    "Query.duties.filter.owner": Asked(_filtered("owner", "ID", "duties", _DUTIES), lambda a: a.owner, tells=False),
    "Query.duties.filter.schools": Asked(_filtered("schools", "[ID!]", "duties", _DUTIES), URN_OF_A),
    "Query.duties.after": Asked(
        f"query($v: String) {{ duties(after: $v) {_DUTIES} }}", lambda a: a.cursors["duties"], tells=False
    ),
    "Query.monitoring.schools": Asked(_schools("monitoring", f"{DAYS}, groupBy: [SCHOOL]", _FIGURES), URN_OF_A),
    "Query.monitoring.asOf.position": Asked(
        f"query($v: Int!) {{ monitoring({DAYS}, asOf: {{position: $v}}) {{ position }} }}",
        lambda a: a.position,
        tells=False,
    ),
    "Query.restatements.schools": Asked(
        _schools("restatements", f"{DAYS}, between: {{position: 0}}", _CHANGES), URN_OF_A
    ),
    "Query.restatements.between.position": Asked(
        f"query($v: Int!) {{ restatements({DAYS}, between: {{position: $v}}) {_CHANGES} }}",
        lambda a: a.position,
        tells=False,
    ),
    "Query.restatements.and.position": Asked(
        f"query($v: Int!) {{ restatements({DAYS}, between: {{position: 0}}, and: {{position: $v}}) {_CHANGES} }}",
        lambda a: a.position,
        tells=False,
    ),
    "Query.staffPattern.person": Asked(
        "query($v: ID!) { staffPattern(person: $v) { lowLevelConcerns others person { id nameState } } }",
        lambda a: a.subject,
    ),
    "Query.readLog.person": Asked(f"query($v: ID) {{ readLog(person: $v, first: 1) {READS} }}", lambda a: a.reader),
    "Query.readLog.case": Asked(
        f"query($v: ID) {{ readLog(case: $v, first: 1) {READS} }}", lambda a: a.cases["INCIDENT"]
    ),
    "Query.readLog.after": Asked(
        f"query($v: String) {{ readLog(after: $v, first: 1) {READS} }}",
        lambda a: further(a.cursors["readLog"]),
        tells=False,
    ),
    "Case.history.after": Asked(
        _of_own_case(f"history(after: $v) {EVENTS}"), lambda a: further(a.cursors["history"]), own=True, tells=False
    ),
    "Case.readers.after": Asked(
        _of_own_case(f"readers(after: $v, first: 1) {READS}"),
        lambda a: further(a.cursors["readers"]),
        own=True,
        tells=False,
    ),
    "MonitoringCell.contributions.after": Asked(
        f"query($v: String) {{ {_REPORT} {{ cells {{ contributions(after: $v) {PAGE} nodes {{ caseId }} }} }} }} }}",
        lambda a: a.cursors["contributions"],
        tells=False,
    ),
    "MonitoringCell.cases.after": Asked(
        f"query($v: String) {{ {_REPORT} {{ cells {{ cases(after: $v) {CASES} }} }} }}",
        lambda a: a.cursors["cases"],
        tells=False,
    ),
    "StaffPattern.cases.after": Asked(
        f"query($v: String, $person: ID!) {{ staffPattern(person: $person) {{ cases(after: $v) {CASES} }} }}",
        lambda a: a.cursors["cases"],
        tells=False,
    ),
}
# Codes, sizes and names of types, the same for all; and a wait for a position, which `Query.case.atLeast` stands for.
NOTHING_OF_A_TRUST = {
    *("first", "suppressBelow", "lists", "codes", "types", "natures", "targets", "outstanding", "atLeast"),
}
_COULD_NAME_SOMETHING = {"ID", "String", "Int"}


def arguments_that_could_name_something() -> Iterator[str]:
    for name, kind in OBJECTS.items():
        # What the three kinds have in common is asked of the case.
        shared = set(OBJECTS["Case"].fields) if name in ("Incident", "Complaint", "StaffBreach") else set()
        for field, of in kind.fields.items():
            if field not in shared:
                yield from (f"{name}.{field}.{path}" for path in _paths(of.args))


def _paths(arguments: Mapping[str, Any]) -> Iterator[str]:
    for name, one in arguments.items():
        kind = get_named_type(one.type)
        if isinstance(kind, GraphQLInputObjectType):
            yield from (f"{name}.{path}" for path in _paths(kind.fields))
        elif kind.name in _COULD_NAME_SOMETHING and (name not in NOTHING_OF_A_TRUST):
            yield name


def test_every_argument_that_could_name_something_of_a_trust_has_a_row() -> None:
    assert {*arguments_that_could_name_something(), "Query.case.atLeast"} == set(ROWS)


def member(client: Client, trust: UUID) -> Client:
    """The same server, asked by somebody of another trust."""
    stranger = copy(client)
    stranger.trust_id = trust
    return stranger


@pytest.fixture(scope="module")
def of_b(shown: Client) -> Client:
    """Somebody of B, which has a school and a few cases of its own."""
    ledger = register_trust(shown.runtime.database, shown.runtime.key_store, B, "Trust B")
    join_school(ledger, system_caller(B), urn=SCHOOL, name="School of B", joined_on=date(2024, 9, 1))
    client = member(shown, B)
    for name, given in GIVEN.items():
        recorded = client.command(name[0].lower() + name[1:], **an_input(name, **given))
        assert recorded["__typename"] == "Recorded", recorded
    client.ask("query($at: Int) { cases(atLeast: $at) { totalCount } }", at=recorded["position"])
    return client


@pytest.fixture(scope="module")
def own(of_b: Client) -> str:
    """A case of B."""
    [node] = of_b.ask("{ cases(first: 1, filter: { kinds: [INCIDENT] }) { nodes { id } } }")["cases"]["nodes"]
    case_id: str = node["id"]
    return case_id


@pytest.fixture(scope="module")
def of_a(shown: Client) -> Harvest:
    """What somebody of A finds by asking."""
    shown.ask("{ cases { totalCount } }")
    ends = " ".join(
        f"{name} {{ pageInfo {{ endCursor }} }}"
        for name in ("cases(first: 7)", "deadlines(first: 3)", "duties(first: 3)", "readLog(first: 1)")
    )
    cursors = shown.ask(f"{{ {ends} }}")
    kinds = {
        kind: shown.ask(f"{{ cases(first: 1, filter: {{ kinds: [{kind}] }}) {{ nodes {{ id reference }} }} }}")
        for kind in ("INCIDENT", "COMPLAINT", "STAFF_BREACH")
    }
    cases = {kind: answer["cases"]["nodes"][0] for kind, answer in kinds.items()}
    pages = " ".join(f"{name}(first: 1) {{ pageInfo {{ endCursor }} }}" for name in ("history", "readers"))
    lists = shown.ask(f"query($id: ID!) {{ case(id: $id) {{ {pages} }} }}", id=cases["INCIDENT"]["id"])["case"]
    figures = shown.ask(f"{{ {_REPORT} {{ cells {{ contributions(first: 1) {{ pageInfo {{ endCursor }} }} }} }} }}")
    listed = shown.ask(
        "{ cases(first: 100) { nodes { schoolReference owner { id } ... on StaffBreach { subject { id } } } }"
        " ledger { position } viewer { person { id } } }"
    )
    oldest = shown.ask("{ cases(first: 100, orderBy: OPENED_OLDEST) { nodes { schoolReference owner { id } } } }")
    nodes = listed["cases"]["nodes"] + oldest["cases"]["nodes"]
    with shown.runtime.database.trust(shown.trust_id).connection() as connection:
        rows = connection.execute(
            "SELECT command_id::text FROM command WHERE trust_id = %s ORDER BY first_position DESC LIMIT 400",
            (shown.trust_id,),
        ).fetchall()
    return Harvest(
        cases={kind: case["id"] for kind, case in cases.items()},
        incident=cases["INCIDENT"]["id"],
        reference=cases["COMPLAINT"]["reference"],
        school_reference=next(node["schoolReference"] for node in nodes if node["schoolReference"]),
        person=listed["viewer"]["person"]["id"],
        owner=next(node["owner"]["id"] for node in nodes if node["owner"]),
        subject=next(node["subject"]["id"] for node in nodes if node.get("subject")),
        reader=listed["viewer"]["person"]["id"],
        position=listed["ledger"]["position"] - 5,
        cursors={name: page["pageInfo"]["endCursor"] for name, page in cursors.items()}
        | {name: page["pageInfo"]["endCursor"] for name, page in lists.items()}
        | {
            "contributions": next(
                cell["contributions"]["pageInfo"]["endCursor"]
                for cell in figures["monitoring"]["cells"]
                if cell["contributions"]["pageInfo"]["endCursor"]
            )
        },
        commands=[one for (one,) in rows],
    )


def invented(real: Any) -> Any:
    """What is of the same form, and nobody's."""
    if isinstance(real, int):
        return real + 3
    if isinstance(real, list):
        return [OF_NOBODY]
    if ID.fullmatch(real):
        return str(uuid4())
    if real.startswith("W"):
        other = [
            one + 3 if type(one) is int else str(uuid4()) if isinstance(one, str) and ID.fullmatch(one) else one
            for one in said(real)
        ]
        return cursor(other)
    return re.sub(r"[0-9]+$", lambda found: "9" * len(found[0]), real)


# What differs from one answer to the next whatever is asked.
_CHANGES_ALWAYS = {"date", "ratelimit", "etag", "server-timing", "x-request-id"}


def told(answer: httpx.Response) -> tuple[int, bytes, dict[str, str]]:
    """All of an answer that must be the same."""
    headers = {name: value for name, value in answer.headers.items() if name.lower() not in _CHANGES_ALWAYS}
    return answer.status_code, answer.content, headers


@pytest.mark.parametrize("row", ROWS)
def test_what_is_anothers_is_answered_as_what_there_never_was(
    shown: Client, of_b: Client, of_a: Harvest, own: str, row: str
) -> None:
    asked = ROWS[row]
    real = asked.of_a(of_a)
    other = invented(real)
    assert real != other
    more: Json = ({"own": own} if asked.own else {}) | ({"person": of_a.subject} if "$person" in asked.query else {})

    for role in ROLES if row != "Query.case.atLeast" else ("trust-lead",):
        # Whoever reads the log of reads stands at its head.
        of_b.send(asked.query, role, v=other, **more)
        answers = [told(of_b.send(asked.query, role, v=value, **more)) for value in (real, other)]
        assert answers[0] == answers[1], (row, role)

    if asked.tells:
        # Somebody of A is told something: what was asked for is there.
        assert told(shown.send(asked.query, v=real))[1] != told(shown.send(asked.query, v=other))[1]


# --- commands


def _named_fields(kind: GraphQLInputObjectType, prefix: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The fields of an input that take an id, and the way to each through objects and lists."""
    for name, field in kind.fields.items():
        inner = get_named_type(field.type)
        if isinstance(inner, GraphQLInputObjectType):
            yield from _named_fields(inner, (*prefix, name))
        elif inner.name == "ID":
            yield (*prefix, name)


def with_ids(kind: GraphQLInputObjectType, given: Json, choose: Callable[[str], str]) -> Json:
    """The input with an id in every field that takes one, also where none need be given."""
    filled = dict(given)
    for name, field in kind.fields.items():
        inner = get_named_type(field.type)
        is_list = isinstance(field.type, GraphQLList) or (
            isinstance(field.type, GraphQLNonNull) and isinstance(field.type.of_type, GraphQLList)
        )
        if isinstance(inner, GraphQLInputObjectType):
            if isinstance(filled.get(name), dict):
                filled[name] = with_ids(inner, filled[name], choose)
        elif inner.name == "ID" and name != "schoolUrn" and not name.endswith("School"):
            filled[name] = [choose(name)] if is_list else choose(name)
    return filled


def mutation(name: str) -> str:
    command = name[0].lower() + name[1:]
    return (
        f"mutation($input: {name}Input!) {{ {command}(input: $input) {{ __typename"
        " ... on Refused { code message clause fields }"
        " ... on Recorded { replayed events { type version data } case { status version } } } }"
    )


def kind_of(name: str) -> str:
    return str(getattr(COMMANDS[name], "case_kind", None) or "INCIDENT")


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_on_what_is_anothers_is_refused_as_on_what_there_never_was(
    of_b: Client, of_a: Harvest, name: str
) -> None:
    kind = SCHEMA.type_map[f"{name}Input"]
    assert isinstance(kind, GraphQLInputObjectType)
    real = {"caseId": of_a.cases[kind_of(name)], "commandId": of_a.commands[0]}
    if name in OPENING:
        given = [an_input(name, **{**GIVEN[name], "schoolUrn": urn}) for urn in (OF_A_ALONE, OF_NOBODY)]
    else:
        given = [
            with_ids(kind, an_input(name), lambda field: real.get(field, of_a.person)),
            with_ids(kind, an_input(name), lambda _: str(uuid4())),
        ]

    for role in ("trust-lead", "auditor", f"headteacher:{SCHOOL}", "admin"):
        answers = [told(of_b.send(mutation(name), role, input=one)) for one in given]
        assert answers[0] == answers[1], (name, role)
        assert b'"__typename":"Refused"' in answers[0][1]


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - set(OPENING)))
def test_what_is_anothers_in_a_command_on_ones_own_case_is_nobodys(of_b: Client, of_a: Harvest, name: str) -> None:
    """A case to link to, an item, a person: each of A's is to B as one that never was."""
    kind = SCHEMA.type_map[f"{name}Input"]
    assert isinstance(kind, GraphQLInputObjectType)
    opening = {"INCIDENT": "ReportIncident", "COMPLAINT": "ReceiveComplaint", "STAFF_BREACH": "ReportStaffBreach"}
    opens = opening[kind_of(name)]
    answers, command_id = [], of_a.commands.pop()
    for is_real in (True, False):
        opened = of_b.command(opens[0].lower() + opens[1:], **an_input(opens, **GIVEN[opens]))
        case_id = opened["case"]["id"]

        def choose(field: str, *, is_real: bool = is_real, case_id: str = case_id) -> str:
            if field == "caseId":
                return case_id
            if not is_real:
                return str(uuid4())
            of_case = {"other", "original", "of", "to", "complaintId", "incidentId", "duplicateOf"}
            if field == "commandId":
                return command_id
            return of_a.cases[kind_of(name)] if field in of_case else of_a.person

        given = with_ids(kind, an_input(name), choose)
        answer = of_b.send(mutation(name), input=given)
        answers.append((answer.status_code, ID.sub("ID", answer.text)))

    assert answers[0] == answers[1]
    assert '"replayed":true' not in answers[0][1]


# --- REST


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


def _command_alone(_nothing: Any) -> Mapping[str, Any]:
    return _json({"commandId": str(uuid4())})


_LINE = "{},{},2026-09-14,,2026-09-14,FACEBOOK,,PARENT,,OTHER:STAFF,,,,NOT_REQUESTED,,,OPEN,\n"
CALLS: Mapping[tuple[str, str], Call] = {
    ("GET", "/health/live"): Call(),
    ("GET", "/health/ready"): Call(),
    ("GET", "/v1/me"): Call(),
    ("GET", "/v1/roles"): Call(),
    ("GET", "/v1/cases/{case_id}/bundle"): Call(path="/v1/cases/{}/bundle", of_a=lambda a: a.cases["INCIDENT"]),
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
        # Administrators alone hear of keys; what there is of them is for its own tests.
        assert call(shown, method, path, real, "trust-lead")[0] == (403 if "api-keys" in path else 200)


@pytest.mark.parametrize("role", ROLES)
def test_another_trust_cannot_be_named_by_somebody_of_one_alone(
    shown: Client, of_b: Client, of_a: Harvest, role: str
) -> None:
    """By the header: as a trust that never was, at every operation, and of the two that anybody may ask nothing."""
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
