"""What each role sees and may do, by every road: what is out of sight answers as if it were not there."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from graphql import GraphQLInputObjectType, GraphQLList, GraphQLNonNull

from api.graphql.schema import build_schema
from domain.access import Role
from services.catalogue import COMMANDS
from services.registers import appoint_at_school
from services.scope import system_caller
from tests.api.client import Client, Json

SCHOOL, OTHER = "900003", "900001"
RANGE = 'from: "2024-09-01", to: "2026-08-31"'
PERSON = UUID(int=77)
SINCE = date(2024, 9, 1)
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


SCHEMA = build_schema()._schema


def an_input(name: str, **given: Any) -> Json:
    """An input with every required field, plausible enough to get as far as the question who may."""
    return _filled(f"{name}Input") | {"reason": "Because."} | given


def _filled(type_name: str) -> Json:
    kind = SCHEMA.type_map[type_name]
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


@pytest.mark.parametrize("role", [f"{name}:{SCHOOL}" for name in ("headteacher", "coordinator", "dsl", "chair")])
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


@pytest.mark.obligation("S2-025")
def test_the_head_sees_every_open_incident_of_the_school(demo: Client) -> None:
    query = (
        "query($urn: ID!) { cases(first: 100, filter: { schools: [$urn], kinds: [INCIDENT], statuses: [OPEN] })"
        " { totalCount nodes { id } } }"
    )
    seen = demo.ask(query, f"headteacher:{SCHOOL}", urn=SCHOOL)["cases"]
    assert seen == demo.ask(query, urn=SCHOOL)["cases"]
    assert seen["totalCount"] > 0


def test_asking_for_another_schools_figures_gives_no_cell(demo: Client) -> None:
    report = f'{{ monitoring({RANGE}, schools: ["{OTHER}"], groupBy: [SCHOOL]) {{ cells {{ value }} }} }}'

    assert demo.ask(report, f"headteacher:{SCHOOL}")["monitoring"]["cells"] == []


# Roles for which the cases of the other school, incidents, are not there.
BLIND = (
    *("dashboard", "admin", "alternate", "hr", f"investigator:{PERSON}", f"panel:{PERSON}"),
    *(f"staff:{OTHER}", f"mis:{OTHER}", f"governor:{OTHER}", f"clerk:{OTHER}"),
    *(f"{name}:{SCHOOL}" for name in ("headteacher", "coordinator", "dsl", "equalities", "chair", "governor", "clerk")),
)


@pytest.mark.parametrize("role", BLIND)
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


def test_no_command_of_any_role_reaches_a_case_out_of_sight(demo: Client) -> None:
    hidden = case_of_school(demo, OTHER)
    before = position(demo)
    for role in BLIND:
        real = demo.command("addAddendum", role, **an_input("AddAddendum", caseId=hidden["id"]))
        assert (role, real["code"]) == (role, "NOT_FOUND")
        assert real == demo.command("addAddendum", role, **an_input("AddAddendum", caseId=str(uuid4())))
    assert position(demo) == before


LOOKING_ON = [(name, role) for name in sorted(COMMANDS) for role in ("auditor", "dashboard")]
# The table of roles is gone through whole in tests/services/test_catalogue.py; here the road of these two.
LOOKING_ON += [(name, role) for name in (*OPENING, "AddAddendum", "CloseIncident") for role in ("dpo", "admin")]


@pytest.mark.parametrize(("name", "role"), LOOKING_ON)
def test_who_looks_on_writes_nothing(demo: Client, name: str, role: str) -> None:
    case = case_of_school(demo, SCHOOL)
    before = position(demo)
    target = OPENING.get(name) or {"caseId": case["id"]}

    result = demo.command(name[0].lower() + name[1:], role, **an_input(name, **target))

    # These two see the case, which is an incident, and so that it is none for commands of other kinds.
    sees_it = role in ("auditor", "dpo")
    fits = name in OPENING or (sees_it and getattr(COMMANDS[name], "case_kind", None) in (None, "INCIDENT"))
    expected = "NOT_ALLOWED" if fits else "NOT_FOUND"
    assert (result["__typename"], result["code"]) == ("Refused", expected)
    assert position(demo) == before


# What a role at the school of an incident is offered, among others; None: whatever the trust lead is.
INCIDENT_ACTIONS: dict[str, set[str] | None] = {
    "coordinator": None,
    "headteacher": None,
    "chair": {"ADD_ADDENDUM", "HOLD_MEETING", "INFORM_PERSON", "SUPPORT_TARGET", "REFER_TO_BODY", "CONTACT_PROVIDER"},
    "equalities": {"ADD_ADDENDUM", "INFORM_PERSON", "SUPPORT_TARGET"},
    "dsl": {"ADD_ADDENDUM", "ASSIGN_CASE", "LINK_CASE", "RECORD_ITEM", "HOLD_MEETING", "NOTE_EVIDENCE", "NOTE_INTAKE"},
}


@pytest.mark.parametrize("name", INCIDENT_ACTIONS)
def test_a_role_is_offered_what_it_may_do_and_refused_what_it_may_not(demo: Client, name: str) -> None:
    reported = demo.command("reportIncident", **an_input("ReportIncident", schoolUrn=SCHOOL, openedOn="2026-09-14"))
    case_id, at = reported["case"]["id"], reported["position"]
    query = "query($id: ID!, $at: Int!) { case(id: $id, atLeast: $at) { allowedActions } }"
    all_of_them = set(demo.ask(query, id=case_id, at=at)["case"]["allowedActions"])
    expected = INCIDENT_ACTIONS[name]

    offered = set(demo.ask(query, f"{name}:{SCHOOL}", id=case_id, at=at)["case"]["allowedActions"])

    # A coordinator runs incidents like a head, and lets nobody into them; how long they are kept is for neither.
    kept_back = {"PLACE_HOLD", "CLASSIFY_FOR_RETENTION"} | ({"GRANT_ACCESS"} if name == "coordinator" else set())
    assert offered == all_of_them - kept_back if expected is None else offered >= expected
    for action in sorted(all_of_them - offered):
        command = "".join(word.capitalize() for word in action.split("_"))
        answer = demo.command(command[0].lower() + command[1:], f"{name}:{SCHOOL}", **an_input(command, caseId=case_id))
        assert (action, answer["code"]) == (action, "NOT_ALLOWED")


def test_a_breach_routed_to_the_chair_is_the_chairs_and_not_the_heads(demo: Client) -> None:
    """By the whole road: appointments in the registers, a report, what is shown and offered, and what is refused."""
    head, chair = uuid4(), uuid4()
    ledger = demo.runtime.services(demo.trust_id).ledger
    for role, person in ((Role.HEADTEACHER, head), (Role.CHAIR, chair)):
        appoint_at_school(
            ledger, system_caller(demo.trust_id), urn=OTHER, role=role.value, person=person, appointed_on=SINCE
        )
    report = {"schoolUrn": OTHER, "reportedOn": "2026-09-14", "source": "ALLEGED"}
    begun = demo.command("reportStaffBreach", f"headteacher:{OTHER}", head, commandId=str(uuid4()), **report)
    case_id = begun["case"]["id"]
    seen = (
        "query($id: ID!, $at: Int!) { case(id: $id, atLeast: $at)"
        " { allowedActions outstanding { code } ... on StaffBreach { routedTo { role because } } } }"
    )
    assert demo.ask(seen, f"headteacher:{OTHER}", head, id=case_id, at=begun["position"])["case"] is not None
    assert demo.ask(seen, f"chair:{OTHER}", chair, id=case_id, at=begun["position"])["case"] is None

    named = demo.command("nameBreachSubject", commandId=str(uuid4()), caseId=case_id, subject=str(head))

    asked = {"id": case_id, "at": named["position"]}
    assert demo.ask(seen, f"headteacher:{OTHER}", head, **asked)["case"] is None
    for token, reader in ((f"chair:{OTHER}", chair), ("trust-lead", None), ("hr", None)):
        shown = demo.ask(seen, token, reader, **asked)["case"]
        assert shown["routedTo"] == {"role": "CHAIR", "because": "HEADTEACHER"}
        assert "ASSIGN_CASE" in {duty["code"] for duty in shown["outstanding"]}
        assert "DECIDE_NO_ACTION" in shown["allowedActions"]
    # Another head of that school, who is told of it later, sees it and does not decide it.
    deputy, told = uuid4(), {"role": "DSL", "informedOn": "2026-09-14"}
    at = demo.command("informAboutBreach", caseId=case_id, commandId=str(uuid4()), person=str(deputy), **told)
    shown = demo.ask(seen, f"headteacher:{OTHER}", deputy, id=case_id, at=at["position"])["case"]
    assert {"ADD_ADDENDUM", "CONTACT_BODY"} <= set(shown["allowedActions"])
    assert "DECIDE_NO_ACTION" not in shown["allowedActions"]
    refused = demo.command(
        "decideNoAction", f"headteacher:{OTHER}", deputy, **an_input("DecideNoAction", caseId=case_id)
    )
    assert refused["code"] == "CONFLICT_OF_INTEREST"


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
