"""A witness is told which case it is, and not what stands in it: by no field, argument, page or answer to a command."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema, get_named_type, is_leaf_type

from api.graphql.case_cover import CaseCover
from api.graphql.schema import build_schema
from tests.api.client import Client
from tests.api.reads import Log

Json = dict[str, Any]

SCHEMA: GraphQLSchema = build_schema()._schema
KINDS = ("Incident", "Complaint", "StaffBreach")
OUTPUTS = {
    name: kind
    for name, kind in SCHEMA.type_map.items()
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and not name.startswith("__")
}
# Written apart from the program: all of the schema that says what stands in a case, but for these.
TOLD_OF_A_CASE = ("id", "reference", "kind", "school", "status", "openedOn", "closedOn", "version", "allowedActions")
TOLD_OF_AN_EVENT = {"id", "position", "version", "type", "recordedAt"}
OF_NO_CASE = {"Checkpoint", "Code", "CodeList", "Membership", "Person", "Refused", "School", "Trust", "Viewer"}
COVER = "{ id reference kind status openedOn closedOn version allowedActions school { urn name } }"


def cases_of_all_kinds(client: Client) -> dict[str, str]:
    nodes = client.ask("{ cases(first: 100) { nodes { __typename id } } }")["cases"]["nodes"]
    return {node["__typename"]: node["id"] for node in nodes}


def everything_but_covers() -> list[tuple[str, str]]:
    """Every field of a case, of whatever kind, that is not told; new ones are among them at once."""
    return [(kind, name) for kind in ("Case", *KINDS) for name in OUTPUTS[kind].fields if name not in TOLD_OF_A_CASE]


def document_of(kind: str, name: str, case_id: str) -> str:
    below = "" if is_leaf_type(get_named_type(OUTPUTS[kind].fields[name].type)) else " { __typename }"
    return f'{{ case(id: "{case_id}") {{ id ... on {kind} {{ {name}{below} }} }} }}'


def test_of_the_live_schema_nothing_else_is_held_out_to_a_witness() -> None:
    cover = CaseCover(SCHEMA)

    held = {
        f"{name}.{field}" for name, kind in OUTPUTS.items() for field in kind.fields if cover.holds(f"{name}.{field}")
    }

    assert held == (
        {f"{kind}.{name}" for kind in ("Case", *KINDS) for name in TOLD_OF_A_CASE}
        | {f"CaseEvent.{name}" for name in TOLD_OF_AN_EVENT}
        | {f"Query.{name}" for name in ("viewer", "trust", "schools", "case", "codes", "ledger")}
        | {f"Recorded.{name}" for name in ("case", "position", "events", "replayed")}
        | {f"Ledger.{name}" for name in ("position", "recordedAt", "projectedThrough", "publicKey", "checkpoint")}
        | {f"{name}.{field}" for name in (*OF_NO_CASE, "Mutation") for field in OUTPUTS[name].fields}
    )


def test_a_witness_is_told_the_cover_of_the_case_and_the_read_is_recorded(shown: Client, log: Log) -> None:
    for case_id in cases_of_all_kinds(shown).values():
        query = f'{{ case(id: "{case_id}") {COVER} }}'

        told, recorded = log.of(query, f"witness:{case_id}")

        of_lead = shown.ask(query)["case"]
        assert told["case"] == of_lead | {"allowedActions": told["case"]["allowedActions"]}
        assert set(told["case"]["allowedActions"]) <= {"RECORD_ACCOUNT", "ADD_ADDENDUM"}
        assert [entry["opened"] for entry in recorded] == [[case_id]]


def test_every_other_field_of_a_case_is_refused_by_its_name_and_nothing_is_given_or_recorded(
    shown: Client, log: Log
) -> None:
    cases = cases_of_all_kinds(shown)
    before = log.position
    given = []
    for kind, name in everything_but_covers():
        case_id = cases.get(kind, cases["StaffBreach"])
        answer = shown.send(document_of(kind, name, case_id), f"witness:{case_id}")
        [error] = answer.json()["errors"]
        if (answer.status_code, error["extensions"]["code"], "data" in answer.json()) != (400, "NOT_ALLOWED", False):
            given.append((kind, name, answer.text))
        assert f"{kind}.{name}" in error["extensions"]["fields"]

    assert given == []
    assert len(everything_but_covers()) > 150
    assert log.position == before


@pytest.mark.parametrize(
    "query",
    [
        "{ cases { totalCount } }",
        '{ cases(filter: {natures: ["ALLEGATION"]}) { nodes { id } } }',
        "{ duties { totalCount } }",
        "{ deadlines { totalCount } }",
        '{ monitoring(from: "2025-09-01", to: "2026-08-31") { cells { value } } }',
        '{ restatements(from: "2025-09-01", to: "2026-08-31", between: {position: 1}) { position } }',
        "{ readLog { totalCount } }",
        "{ ledger { readLog { position } } }",
        'query { case(id: "%s") { ...more } } fragment more on Case { outstanding { code } }',
        'query($no: Boolean = false) { case(id: "%s") { id owner @include(if: $no) { id } } }',
    ],
)
def test_no_list_count_figure_fragment_or_directive_leads_around_it(shown: Client, query: str) -> None:
    case_id = cases_of_all_kinds(shown)["StaffBreach"]

    assert shown.refuse(query.replace("%s", case_id), f"witness:{case_id}") == ["NOT_ALLOWED"]


def test_another_document_with_an_operation_that_tells_nothing_is_refused_for_the_one_that_tells(shown: Client) -> None:
    case_id = cases_of_all_kinds(shown)["Incident"]
    document = f'query Cover {{ case(id: "{case_id}") {{ id }} }} query Body {{ case(id: "{case_id}") {{ outcome }} }}'
    content = {"query": document, "operationName": "Cover"}

    answer = shown.http.post("/graphql", json=content, headers=shown.headers(f"witness:{case_id}")).json()

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["NOT_ALLOWED"]


def test_an_account_is_taken_and_answered_with_the_cover(shown: Client) -> None:
    case_id = cases_of_all_kinds(shown)["Incident"]
    on = {"commandId": str(uuid4()), "caseId": case_id}
    account = {**on, "side": "WITNESS", "givenOn": "2026-09-20", "text": "I saw it."}

    recorded = shown.command("recordAccount", f"witness:{case_id}", **account)

    assert recorded["__typename"] == "Recorded", recorded
    assert [event["type"] for event in recorded["events"]] == ["incident.account_recorded.v1"]


def test_a_command_whose_answer_would_tell_more_is_not_carried_out(shown: Client) -> None:
    case_id = cases_of_all_kinds(shown)["Incident"]
    position = "{ ledger { position } }"
    before = shown.ask(position)

    refused = shown.refuse(
        f'mutation {{ addAddendum(input: {{commandId: "{uuid4()}", caseId: "{case_id}", text: "And more."}})'
        " { ... on Recorded { case { id history { totalCount } } } } }",
        f"witness:{case_id}",
    )

    assert set(refused) == {"NOT_ALLOWED"}
    assert shown.ask(position) == before
