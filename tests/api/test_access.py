"""What each role sees and may do, by every road: what is out of sight answers as if it were not there."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from graphql import GraphQLInputObjectType, GraphQLList, GraphQLNonNull

from api.graphql.schema import build_schema
from services.catalogue import COMMANDS
from tests.api.client import Client, Json

SCHOOL, OTHER = "900003", "900001"
RANGE = 'from: "2024-09-01", to: "2026-08-31"'
PERSON = UUID(int=77)
# What each command that opens a case is given.
OPENING: dict[str, Json] = {
    "ReportIncident": {"schoolUrn": SCHOOL, "openedOn": "2026-09-14"},
    "ReportStaffBreach": {"schoolUrn": SCHOOL, "reportedOn": "2026-09-14", "source": "ALLEGED"},
    "ReceiveComplaint": {"schoolUrn": SCHOOL, "receivedOn": "2026-09-14"},
}
# Everything of a case by which its content could leave.
WHOLE = """{
  id reference version status owner { id name }
  ... on Incident {
    summary { state text }
    items { id narrative { state text } url { state text } poster { id name nameState } }
  }
  history { totalCount nodes { data reason { state text } sealed { content { state text } } caseAfter { reference } } }
}"""


def case_of_school(demo: Client, urn: str) -> Json:
    # The oldest is of the imported log, whatever other tests have reported.
    query = (
        "query($urn: ID!) { cases(first: 1, orderBy: OPENED_OLDEST, filter: { schools: [$urn] })"
        " { nodes { id reference } } }"
    )
    [node] = demo.ask(query, urn=urn)["cases"]["nodes"]
    found: Json = node
    return found


def an_input(name: str, **given: Any) -> Json:
    """An input with every required field, plausible enough to get as far as the question who may."""
    return _filled(f"{name}Input") | {"reason": "Because."} | given


def _filled(type_name: str) -> Json:
    kind = build_schema()._schema.type_map[type_name]
    assert isinstance(kind, GraphQLInputObjectType)
    filled: Json = {}
    for field, definition in kind.fields.items():
        if isinstance(definition.type, GraphQLNonNull):
            inner = definition.type.of_type
            samples = {"ID": str(uuid4()), "String": "OTHER", "Date": "2026-09-14", "Boolean": True, "Int": 1}
            if isinstance(inner, GraphQLInputObjectType):
                filled[field] = _filled(inner.name)
            else:
                filled[field] = [] if isinstance(inner, GraphQLList) else samples[str(inner)]
    return filled


def a_complaint(demo: Client) -> Json:
    """A complaint of the school, which the imported log has none of."""
    head = {"aboutSchool": True, "aboutStaff": False}
    asked = {"schoolUrn": SCHOOL, "receivedOn": "2026-09-14", "receivedBy": "HEADTEACHER", "means": "LETTER"}
    received: Json = demo.command("receiveComplaint", commandId=str(uuid4()), heads=[head], **asked)
    found: Json = received["case"]
    return found


def position(demo: Client) -> int:
    found: int = demo.ask("{ ledger { position } }")["ledger"]["position"]
    return found


@pytest.mark.obligation("S2-016")
def test_the_dashboard_sees_every_figure_and_no_case(demo: Client) -> None:
    case = case_of_school(demo, SCHOOL)
    query = (
        "query($id: ID!, $reference: String!) {"
        " byId: case(id: $id) { id } byReference: case(reference: $reference) { id }"
        " cases { totalCount nodes { id } } viewer { listsCases opensSealedText }"
        f" monitoring({RANGE}) {{ scope cells {{ value withheld contributions {{ totalCount }}"
        " cases { totalCount } } } }"
    )

    answer = demo.ask(query, "dashboard", id=case["id"], reference=case["reference"])

    assert (answer["byId"], answer["byReference"]) == (None, None)
    assert answer["cases"] == {"totalCount": 0, "nodes": []}
    assert answer["viewer"] == {"listsCases": False, "opensSealedText": False}
    assert answer["monitoring"]["scope"] == "ALL"
    values = [10, 11, 9, 15, 5, 15, 9, 12, 36, 12, 7]
    assert answer["monitoring"]["cells"] == [
        {"value": value, "withheld": value, "contributions": None, "cases": None} for value in values
    ]


def test_a_restatement_names_no_case_to_the_dashboard(demo: Client) -> None:
    answer = demo.ask(
        f"{{ restatements({RANGE}, between: {{ position: 0 }}) {{ position case {{ id }} cases {{ id }} }} }}",
        "dashboard",
    )

    assert len(answer["restatements"]) > 50
    assert {(node["case"], *node["cases"]) for node in answer["restatements"]} == {(None,)}


@pytest.mark.parametrize("role", [f"headteacher:{SCHOOL}", f"coordinator:{SCHOOL}"])
def test_a_role_at_a_school_sees_that_school_alone(demo: Client, role: str) -> None:
    query = (
        "{ schools { urn } trust { schools { urn } } cases(first: 100) { nodes { school { urn } } }"
        f" monitoring({RANGE}, groupBy: [COUNT, SCHOOL]) {{ scope cells {{ school {{ urn }} value }} }} }}"
    )

    answer = demo.ask(query, role)

    assert answer["schools"] == answer["trust"]["schools"] == [{"urn": SCHOOL}]
    assert {node["school"]["urn"] for node in answer["cases"]["nodes"]} == {SCHOOL}
    assert answer["monitoring"]["scope"] == "VISIBLE"
    assert {cell["school"]["urn"] for cell in answer["monitoring"]["cells"]} == {SCHOOL}


def test_asking_for_another_schools_figures_gives_no_cell(demo: Client) -> None:
    report = f'{{ monitoring({RANGE}, schools: ["{OTHER}"], groupBy: [SCHOOL]) {{ cells {{ value }} }} }}'

    assert demo.ask(report, f"headteacher:{SCHOOL}")["monitoring"]["cells"] == []


@pytest.mark.parametrize("role", ["dashboard", f"headteacher:{SCHOOL}", f"staff:{OTHER}", f"mis:{OTHER}"])
def test_a_case_out_of_sight_answers_exactly_as_one_that_is_not_there(demo: Client, role: str) -> None:
    hidden = case_of_school(demo, OTHER)
    queries = [
        (f"query($v: ID!) {{ case(id: $v) {WHOLE} }}", hidden["id"], str(uuid4())),
        (f"query($v: String!) {{ case(reference: $v) {WHOLE} }}", hidden["reference"], "INC-2026-999999"),
        (f"query($v: ID!) {{ case(id: $v, asOf: {{ position: 600 }}) {WHOLE} }}", hidden["id"], str(uuid4())),
        ("query($v: ID!) { cases(filter: { person: $v }) { totalCount } }", hidden["id"], str(uuid4())),
    ]
    for query, real, invented in queries:
        assert demo.send(query, role, v=real).content == demo.send(query, role, v=invented).content
    paths = [f"/v1/cases/{case_id}/bundle" for case_id in (hidden["id"], str(uuid4()))]
    bundles = [demo.http.get(path, headers=demo.headers(role)) for path in paths]
    assert bundles[0].status_code == 404
    assert bundles[0].content == bundles[1].content


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - set(OPENING)))
def test_no_command_reaches_a_case_out_of_sight(demo: Client, name: str) -> None:
    hidden = case_of_school(demo, OTHER)
    command = name[0].lower() + name[1:]
    before = position(demo)
    given = (
        {"commandId": str(uuid4()), "itemId": str(uuid4())}
        if "itemId" in an_input(name)
        else {"commandId": str(uuid4())}
    )

    real = demo.command(command, f"headteacher:{SCHOOL}", **an_input(name, **given, caseId=hidden["id"]))
    invented = demo.command(command, f"headteacher:{SCHOOL}", **an_input(name, **given, caseId=str(uuid4())))

    assert real["code"] == "NOT_FOUND"
    assert real == invented
    assert position(demo) == before


@pytest.mark.parametrize("role", ["auditor", "dashboard"])
@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_auditor_and_dashboard_write_nothing(demo: Client, name: str, role: str) -> None:
    case = case_of_school(demo, SCHOOL)
    before = position(demo)
    target = OPENING.get(name) or {"caseId": case["id"]}

    result = demo.command(name[0].lower() + name[1:], role, **an_input(name, **target))

    # The auditor sees the case, which is an incident, and so that it is none for commands of other kinds.
    fits = name in OPENING or (role == "auditor" and getattr(COMMANDS[name], "case_kind", None) in (None, "INCIDENT"))
    expected = "NOT_ALLOWED" if fits else "NOT_FOUND"
    assert (result["__typename"], result["code"]) == ("Refused", expected)
    assert position(demo) == before


def test_the_auditor_sees_structure_and_proofs_and_no_text_or_name(demo: Client) -> None:
    case = case_of_school(demo, SCHOOL)

    shown = demo.ask(f"query($id: ID!) {{ case(id: $id) {WHOLE} }}", "auditor", id=case["id"])["case"]

    texts: list[Json] = []

    def collect(value: Any) -> None:
        if isinstance(value, dict):
            if value.keys() == {"state", "text"}:
                texts.append(value)
            for member in value.values():
                collect(member)
        elif isinstance(value, list):
            for member in value:
                collect(member)

    collect(shown)
    assert len(texts) >= 3
    assert all(text == {"state": "WITHHELD", "text": None} for text in texts)
    assert [(item["poster"]["name"], item["poster"]["nameState"]) for item in shown["items"]] == [(None, "WITHHELD")]


def test_the_auditors_bundle_verifies_and_holds_no_text(demo: Client) -> None:
    from ledger.verify import verify

    case = case_of_school(demo, SCHOOL)
    path = f"/v1/cases/{case['id']}/bundle"

    closed = demo.http.get(path, headers=demo.headers("auditor"))
    opened = demo.http.get(path, headers=demo.headers("trust-lead"))

    assert verify(closed.content).ok
    assert verify(opened.content).ok
    assert b'"text"' in opened.content
    assert b'"text"' not in closed.content
    assert opened.headers["content-disposition"] == f'attachment; filename="case-{case["id"]}.bundle.json"'


def test_staff_see_the_cases_that_they_reported_and_no_others(demo: Client) -> None:
    role = f"staff:{SCHOOL}"
    fields: Json = {"commandId": str(uuid4()), "schoolUrn": SCHOOL, "openedOn": "2026-09-14"}
    mine = demo.command("reportIncident", role, PERSON, **fields)
    assert mine["__typename"] == "Recorded"
    query = "query($at: Int!) { cases(first: 100, atLeast: $at) { totalCount nodes { id } } }"

    own = demo.ask(query, role, PERSON, at=mine["position"])["cases"]
    others = demo.ask(query, role, UUID(int=78), at=mine["position"])["cases"]

    assert mine["case"]["id"] in [node["id"] for node in own["nodes"]]
    assert own["totalCount"] == len(own["nodes"]) < 10
    assert others == {"totalCount": 0, "nodes": []}


def test_a_role_at_a_school_reports_there_and_nowhere_else(demo: Client) -> None:
    for role in (f"headteacher:{SCHOOL}", f"coordinator:{SCHOOL}", f"staff:{SCHOOL}"):
        here = demo.command("reportIncident", role, **an_input("ReportIncident", schoolUrn=SCHOOL))
        there = demo.command("reportIncident", role, **an_input("ReportIncident", schoolUrn=OTHER))
        assert here["__typename"] == "Recorded"
        assert (there["__typename"], there["code"]) == ("Refused", "NOT_FOUND")


def test_another_trust_sees_nothing_of_this_one(demo: Client) -> None:
    case = case_of_school(demo, SCHOOL)
    stranger = Client.__new__(Client)
    stranger.http, stranger.tokens, stranger.trust_id = demo.http, demo.tokens, uuid4()
    query = (
        f"query($id: ID!) {{ case(id: $id) {{ id }} cases {{ totalCount }} schools {{ urn }} ledger {{ position }}"
        f" monitoring({RANGE}, groupBy: [SCHOOL]) {{ cells {{ value }} }} }}"
    )

    assert stranger.ask(query, id=case["id"]) == {
        "case": None,
        "cases": {"totalCount": 0},
        "schools": [],
        "ledger": {"position": 0},
        "monitoring": {"cells": []},
    }
    path = f"/v1/cases/{case['id']}/bundle"
    assert stranger.http.get(path, headers=stranger.headers("trust-lead")).status_code == 404
