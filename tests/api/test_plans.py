"""Planned queries: one statement gives what resolvers give, for every role, in whatever way a query selects it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from api.graphql.context import Context, WorkerSlots
from api.graphql.execution import Executor
from api.graphql.limits import Limits
from api.graphql.report_size import cells_of
from api.graphql.schema import build_schema
from domain.access import Role
from services.scope import Caller
from tests.api.client import Client

RESOLVERS = Executor(build_schema(), Limits(), cells_of, None)
ROLES = ("trust-lead", "headteacher:900003", "coordinator:900001", "auditor", "dashboard", "staff:900003", "mis:900003")


def resolved(demo: Client, query: str, role: str) -> Any:
    """The answer of resolvers."""
    name, _, urn = role.partition(":")
    identity = demo.tokens.identify(demo.headers(role)["Authorization"])
    caller = Caller(demo.trust_id, identity.person_id, Role(name), urn or None)
    context = Context(demo.runtime, caller, WorkerSlots(4))

    async def run() -> Any:
        answer = await RESOLVERS.answer(
            query, variables={}, operation_name=None, mutations=False, context=lambda _document: context
        )
        found = answer.as_json()
        return {"data": found["data"], "errors": found.get("errors", [])}

    return asyncio.run(run())


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

YEARS = 'from: "2024-09-01", to: "2026-08-31"'
MONTH = 'from: "2025-01-06", to: "2025-02-10"'
CELL = """{ count school { urn name } source period platform posterRole value partial coverage suppressed withheld }"""
GROUPS = (
    "COUNT,SCHOOL,MONTH",
    "SCHOOL",
    "MONTH,COUNT",
    "SOURCE,ACADEMIC_YEAR",
    "PLATFORM",
    "POSTER_ROLE,PLATFORM,SCHOOL",
    "TERM,COUNT",
    "SCHOOL,TERM",
)
DRILL = """contributions(first: 2) { totalCount pageInfo { hasNextPage endCursor startCursor hasPreviousPage }
    edges { cursor node { count source itemId caseId discoveredOn postedOn recordedOn platform posterRole
    school { urn } case { reference ... on Incident { summary { text } } } } } }
    cases(first: 1) { totalCount pageInfo { hasNextPage endCursor } nodes { reference } edges { cursor } }"""
KNOWN = 'case(reference: "INC-2025-000003"'
REPORTS = {
    f"{groups} {unit} {basis}": f"""{{ monitoring({YEARS}, groupBy: [{groups}], unit: {unit}, dateBasis: {basis}) {{
        cells {CELL} excluded {{ mark value }} }} }}"""
    for groups in GROUPS
    for unit in ("ITEMS", "CASES")
    for basis in ("DISCOVERED", "RECORDED")
}
FIGURES = {
    "report": f"""{{ monitoring({YEARS}) {{ position recordedThrough scope cells {CELL}
        definitions {{ number count title definition source __typename }} excluded {{ mark value }} }} }}""",
    "days": f"""{{ monitoring({MONTH}, groupBy: [DAY], schools: ["900001", "900003"], sources: [ONLINE]) {{
        cells {CELL} }} }}""",
    "no source": f"{{ monitoring({MONTH}, groupBy: [SOURCE], sources: []) {{ cells {CELL} }} }}",
    "no school": f"{{ monitoring({MONTH}, groupBy: [MONTH], schools: []) {{ cells {CELL} }} }}",
    "past": f"""{{ past: monitoring({YEARS}, groupBy: [COUNT, SCHOOL, MONTH], asOf: {{position: 300}}) {{ position
        recordedThrough cells {CELL} excluded {{ mark value }} }}
        later: monitoring({YEARS}, asOf: {{position: 300000}}) {{ position recordedThrough cells {CELL} }}
        first: monitoring({YEARS}, asOf: {{position: 0}}) {{ position recordedThrough cells {CELL} }} }}""",
    "past items": f"""{{ monitoring({YEARS}, groupBy: [SCHOOL, MONTH], asOf: {{position: 200}}) {{ cells {CELL} }}
        at: monitoring({YEARS}, asOf: {{at: "2030-01-01T00:00:00Z"}}) {{ position cells {{ value }} }} }}""",
    "small figures": f"""{{ monitoring({YEARS}, groupBy: [COUNT, SCHOOL], suppressBelow: 3) {{ cells {CELL} }}
        other: monitoring({YEARS}, groupBy: [SCHOOL, ACADEMIC_YEAR], suppressBelow: 5) {{ cells {{ value suppressed
        withheld contributions(first: 2) {{ totalCount nodes {{ itemId case {{ reference
        ... on Incident {{ summary {{ text }} }} }} }} }} }} }} }}""",
    "behind": f"{{ monitoring({YEARS}, groupBy: [COUNT, SCHOOL]) {{ cells {{ value {DRILL} }} }} }}",
    "behind past": f"""{{ monitoring({YEARS}, groupBy: [MONTH], unit: CASES, asOf: {{position: 400}}) {{
        cells {{ value {DRILL} }} }} }}""",
    "behind terms": f"{{ monitoring({YEARS}, groupBy: [TERM, PLATFORM]) {{ cells {{ value {DRILL} }} }} }}",
    "restated": f"""{{ restatements({YEARS}, between: {{position: 100}}) {{ position type recordedAt
        changes {{ count source month change school {{ urn name }} }} case {{ reference }}
        cases {{ reference status }} }} }}""",
    "restated between": f"""{{ restatements({YEARS}, between: {{position: 300}}, and: {{position: 400}},
        schools: ["900001"]) {{ position changes {{ change }} }} }}""",
}
STORIES = {
    "schema": """query ($name: String = "Case") { viewer { role } __schema { queryType { name } ...Types } __typename
        named: __type(name: $name) { name fields(includeDeprecated: true) { name type { kind } }
            possibleTypes { name } }
        other: __type(name: "Nothing") { name } } fragment Types on __Schema { types { name kind } }""",
    "codes": """{ codes { name codes { code label definition activeFrom activeTo order __typename } }
        some: codes(lists: ["natures", "nothing"]) { name __typename } }""",
    "ledger": "{ ledger { position recordedAt projectedThrough publicKey checkpoint { size note } } }",
    "changes": """{ cases(first: 6) { nodes { history(first: 6) {
        nodes { type changes { field before after } } } } } }""",
    "states": """{ cases(first: 6) { nodes { history(first: 6) { nodes { changes { before __typename } caseAfter {
        status version reference school { name } owner { id } ... on Incident { summary { state text }
        items { id narrative { text } } } links { case { reference } } } } } } } }""",
    "states of states": """{ cases(first: 2) { nodes { history(first: 3) {
        nodes { caseAfter { version history(first: 2) {
        nodes { caseAfter { version allowedActions } } } } other: caseAfter { reference } } } } } }""",
    "past cases": f"""{{ {KNOWN}, asOf: {{position: 200}}) {{ reference status version history(first: 2) {{
        nodes {{ type }} }} }} before: {KNOWN}, asOf: {{position: 5}}) {{ reference }}
        now: {KNOWN}, asOf: {{at: "2031-01-01T00:00:00Z"}}) {{ version
        ... on Incident {{ items {{ id narrative {{ text }} }} }} }} }}""",
}
REFUSED = {
    "case": "{ a: case { id } viewer { role } }",
    "days": '{ monitoring(from: "2026-01-01", to: "2025-01-01") { position } }',
    "owner": '{ cases(filter: {owner: "x"}) { totalCount } }',
    "cursor": '{ cases(after: "x") { totalCount } }',
    "periods": f"{{ monitoring({YEARS}, groupBy: [MONTH, DAY]) {{ position }} }}",
    "position": f"{{ monitoring({YEARS}, asOf: {{position: -1}}) {{ position }} }}",
    "instant": f'{{ monitoring({YEARS}, asOf: {{at: "2025-01-01T00:00:00"}}) {{ position }} }}',
    "terms": '{ monitoring(from: "2010-01-01", to: "2025-01-01", groupBy: [TERM]) { position } }',
    "moments": f"{{ restatements({YEARS}, between: {{position: 300}}, and: {{position: 100}}) {{ position }} }}",
    "in time": f"{{ {KNOWN}, atLeast: 99999999) {{ id }} viewer {{ role }} }}",
}
ALL = QUERIES | REPORTS | FIGURES | STORIES | {f"refused {name}": query for name, query in REFUSED.items()}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", ALL)
def test_a_plan_answers_what_resolvers_answer(demo: Client, name: str, role: str) -> None:
    answer = demo.send(ALL[name], role).json()
    assert {"data": answer["data"], "errors": answer.get("errors", [])} == resolved(demo, ALL[name], role)


@pytest.mark.parametrize("order", ["OPENED_NEWEST", "OPENED_OLDEST", "UPDATED_NEWEST", "REFERENCE"])
def test_pages_follow_one_another_to_the_end(demo: Client, order: str) -> None:
    # given
    query = """query ($after: String, $order: CaseOrder!) { cases(first: 37, after: $after, orderBy: $order) {
        totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor } nodes { id } } }"""
    after, pages, ids = None, 0, []

    # when
    while True:
        page = demo.ask(query, after=after, order=order)
        ids += [node["id"] for node in page["cases"]["nodes"]]
        pages += 1
        after = page["cases"]["pageInfo"]["endCursor"]
        if not page["cases"]["pageInfo"]["hasNextPage"]:
            break

    # then
    assert (pages, len(ids), len(set(ids))) == (4, page["cases"]["totalCount"], page["cases"]["totalCount"])
