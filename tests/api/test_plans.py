"""Planned queries: one statement gives what resolvers give, for every role, in whatever way a query selects it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from graphql import get_operation_ast, parse
from graphql.execution.values import VariableValues, get_variable_values

from api.graphql.enums import ACTION_COMMANDS
from api.graphql.schema import build_schema
from domain.access import Role, may
from domain.offered import to_mask
from projections.plan.plans import NotPlanned, Plans, Question
from services.scope import Caller
from services.sealed_texts import SealedPlace, open_texts
from tests.api.client import Client

SCHEMA = build_schema()._schema
ROLES = ("trust-lead", "headteacher:900003", "coordinator:900001", "auditor", "dashboard", "staff:900003", "mis:900003")


def planned(demo: Client, query: str, role: str, **variables: Any) -> Any:
    """The answer by the plan, its sealed texts filled in."""
    name, _, urn = role.partition(":")
    identity = demo.tokens.identify(demo.headers(role)["Authorization"])
    caller = Caller(demo.trust_id, identity.person_id, Role(name), urn or None)
    document = parse(query)
    operation = get_operation_ast(document)
    assert operation is not None
    values = get_variable_values(SCHEMA, operation.variable_definitions or (), variables)
    assert isinstance(values, VariableValues)
    actions = {
        action.value: to_mask(frozenset({action}))
        for action, command in ACTION_COMMANDS.items()
        if may(caller.role, command)
    }
    services = demo.runtime.services(demo.trust_id)
    question = Question(query, document, operation, values, caller.visibility, caller.role.value, actions)
    answer = PLANS.answer(services.ledger.trust, question)
    places = [SealedPlace(hole.case_id, hole.version, hole.part) for hole in answer.holes]
    opened = open_texts(services.ledger, caller.visibility, places)
    return json.loads(
        answer.filled(
            hole.filled(opened[place].state.value, opened[place].text)
            for hole, place in zip(answer.holes, places, strict=True)
        )
    )


PLANS = Plans(SCHEMA)

QUERIES = {
    "viewer": """{ viewer { person { id name nameState } role listsCases opensSealedText own: seesOwnCasesOnly
        __typename schools { urn } } }""",
    "trust": "{ trust { id name schools { urn name memberships { joinedOn leftOn __typename } } } schools { urn } }",
    "list": """{ cases(first: 20) { totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        edges { cursor node { id } } nodes { __typename id reference schoolReference kind status openedOn closedOn
        outcome closedAsLogged mark version school { urn name } owner { id name nameState } reportedBy { id }
        policy { packId version sha256 } imported { fileSha256 lines } outstanding { code clause itemId }
        allowedActions addenda { text { state text } } links { kind restricted case { reference } }
        duplicateOf { reference status } } } }""",
    "parts": """{ cases(first: 25, orderBy: REFERENCE) { nodes { reference ... on Incident { summary { state text }
        reportedToHeadteacherOn items { id ordinal platform posterRole poster { id name nameState } takerRole
        taker { id } discoveredOn postedOn recordedOn classifications { nature target aspect } characteristics
        about { id nameState } namesIndividual mark removal removalOn repostOf line url { text state } handle { state }
        narrative { words: text } description { state } } evidence { id kind itemId sha256 collectedBy { id }
        collectedOn description { text } custody { text } } meetings { heldOn roles attendees { id } notes { text } }
        impacts { target person { id } } investigations { id notes { text } } accounts { side text { text } }
        outcomeNotices { recipientRole } directions { channel } parentAdvice { itemId }
        platformReports { id reference { text } } } ... on Complaint { heads { id aboutSchool } receivedOn receivedBy }
        ... on StaffBreach { source reportedOn } } } }""",
    "history": """{ cases(first: 10) { nodes { id history(first: 3) { totalCount pageInfo { hasNextPage endCursor }
        edges { cursor } nodes { id position version type recordedAt actor { person { id name } role onBehalfOf { id } }
        reason { state text } data leafHash sealed { part keyId commitment content { state text } } } }
        closed: history(types: ["incident.closed.v1"]) { totalCount nodes { version } } } } }""",
    "merged": """query ($with: Boolean = true, $without: Boolean = false) {
        cases(first: 3) { nodes { ...Named reference @skip(if: true) outcome @include(if: $without)
        school { name } school { urn again: urn } ... on Case @include(if: $with) { kind } } }
        other: cases(first: 2, orderBy: REFERENCE) { ...Counted ...Counted nodes { ... { __typename } } } }
        fragment Named on Case { id: reference ... on Incident { items { id } items { platform } } ...Once }
        fragment Once on Incident { items { ordinal } status }
        fragment Counted on CaseConnection { totalCount }""",
    "filtered": """{ byKind: cases(filter: {kinds: [INCIDENT], statuses: [CLOSED, DUPLICATE]}) { totalCount }
        byNature: cases(filter: {natures: ["ALLEGATION"], targets: ["STAFF"]}, first: 5) { totalCount nodes { id } }
        byDay: cases(filter: {awareFrom: "2025-01-01", awareTo: "2025-06-30"}, orderBy: OPENED_OLDEST, first: 4) {
        totalCount nodes { openedOn } } bySchool: cases(filter: {schools: ["900003"], meetsNoCount: true}) { totalCount
        nodes { reference } } changed: cases(filter: {updatedAfterPosition: 500}, orderBy: UPDATED_NEWEST, first: 6) {
        totalCount nodes { reference } } owed: cases(filter: {outstanding: ["CLASSIFY_ITEM"]}) { totalCount }
        known: cases(filter: {schoolReference: "nothing '%s %% \\"\\u2028"}) { totalCount } }""",
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", QUERIES)
def test_a_plan_answers_what_resolvers_answer(demo: Client, name: str, role: str) -> None:
    assert planned(demo, QUERIES[name], role) == demo.ask(QUERIES[name], role)


@pytest.mark.parametrize("order", ["OPENED_NEWEST", "OPENED_OLDEST", "UPDATED_NEWEST", "REFERENCE"])
def test_pages_follow_one_another_to_the_end(demo: Client, order: str) -> None:
    # given
    query = """query ($after: String, $order: CaseOrder!) { cases(first: 37, after: $after, orderBy: $order) {
        totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor } nodes { id } } }"""
    after, pages, ids = None, 0, []

    # when
    while True:
        page = planned(demo, query, "trust-lead", after=after, order=order)
        assert page == demo.ask(query, after=after, order=order)
        ids += [node["id"] for node in page["cases"]["nodes"]]
        pages += 1
        after = page["cases"]["pageInfo"]["endCursor"]
        if not page["cases"]["pageInfo"]["hasNextPage"]:
            break

    # then
    assert (pages, len(ids), len(set(ids))) == (4, page["cases"]["totalCount"], page["cases"]["totalCount"])


@pytest.mark.parametrize("role", ROLES)
def test_a_case_is_found_by_its_id_or_its_reference_or_not_at_all(demo: Client, role: str) -> None:
    query = """query ($id: ID, $reference: String) { case(id: $id, reference: $reference) { id reference
        ... on Incident { items { narrative { state text } } } history(first: 2) { nodes { type } } } }"""
    [known] = demo.ask("{ cases(first: 1) { nodes { id reference } } }")["cases"]["nodes"]
    other = "00000000-0000-4000-8000-000000000000"
    for given in (
        {"id": known["id"]},
        {"id": known["id"].upper()},
        {"id": other},
        {"id": "no id {8}"},
        {"reference": known["reference"]},
        {"reference": "INC-1999-000001"},
    ):
        assert planned(demo, query, role, **given) == demo.ask(query, role, **given)


def test_a_field_without_a_declaration_is_not_planned(demo: Client) -> None:
    with pytest.raises(NotPlanned, match=r"^Query\.codes$"):
        planned(demo, "{ viewer { role } codes { name } }", "trust-lead")
