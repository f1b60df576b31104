"""Documents about each area of the schema, the same in every run: what has to agree whatever chance picks besides."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from uuid import uuid5

from tests.plan.agreement import PLACEHOLDER
from tests.plan.documents import ORDERS, Document, Pool
from tests.plan.fixed_figures import RANGE, behind_figures, figures, restatements
from tests.plan.selecting import KINDS, NAMED, WITHIN, aliased, documents, everything
from tests.plan.world import TRUST


def _reader(_pool: Pool) -> Iterator[Document]:
    yield Document(
        f"{{ viewer {everything('Viewer')} trust {everything('Trust')} schools {everything('School')}"
        " ... on Query { again: viewer { __typename role } schools { urn memberships { joinedOn } } } }",
        {},
    )


def _ledger(pool: Pool) -> Iterator[Document]:
    yield Document(f"{{ ledger {everything('Ledger')} codes {everything('CodeList')} }}", {})
    proofs = " ".join(
        f"p{at}: proof(position: {position}, size: {size}) {everything('InclusionProof')}"
        f" c{at}: consistency(from: {position}, to: {size}) {everything('ConsistencyProof')}"
        for at, (position, size) in enumerate(((1, 1), (3, 7), (7, 7), (8, 7), (0, 5), (-1, -1), (5, 999_999)))
    )
    yield Document(f"query($at: Int) {{ ledger {{ {proofs} proof(position: $at) {{ leafHash }} }} }}", {"at": 2})
    pages = [
        "first: 2",
        "first: 100",
        *(f'first: 2, after: "cursor-number-{at}-"' for at in pool.cursors["checkpoints"]),
    ]
    listed = (f"ledger {{ checkpoints({page}) {everything('SignedCheckpointConnection')} }}" for page in pages)
    yield from aliased(listed, 3)
    yield Document("{ ledger { checkpoints { totalCount nodes { keyNumber anchors { state } } } } }", {})
    names = [name for name in pool.codes if name != "duties"]
    yield Document(
        "query ($lists: [String!]) { codes(lists: $lists) { name codes { code } } }", {"lists": [*names[:2], "nothing"]}
    )
    yield Document("{ codes(lists: []) { name } }", {})


def _cases(pool: Pool) -> Iterator[Document]:
    by_id = (f"case(id: {json.dumps(given)}) {{ ...Whole }}" for given in pool.ids)
    yield from aliased(by_id, 3)
    by_reference = (f"case(reference: {json.dumps(given)}) {NAMED}" for given in pool.references)
    yield from aliased(by_reference, 14)
    yield from aliased((f"case(id: {json.dumps(given)}) {{ ...Deep }}" for given in pool.ids), 1)
    yield Document("{ case { id } }", {})
    yield Document(f'{{ case(id: "{pool.ids[0]}", reference: "{pool.references[0]}") {{ id }} }}', {})


def _past_cases(pool: Pool) -> Iterator[Document]:
    fields = [
        f"case(id: {json.dumps(case)}, asOf: {{position: {position}}}) {{ ...Whole }}"
        for place, case in enumerate(pool.ids)
        for position in (*range(pool.position - place % 9, 0, -19), 0)
    ]
    yield from aliased(fields, 3)
    instants = (f'case(id: "{pool.ids[3]}", asOf: {{at: "{each}"}}) {{ id version status }}' for each in pool.instants)
    yield from aliased(instants, 14)
    yield Document(f'{{ case(id: "{pool.ids[0]}", asOf: {{position: -1}}) {{ id }} }}', {})


def _at_events(pool: Pool) -> Iterator[Document]:
    """Every case at the position of each of its events, and at the one before."""
    shown = "{ version status allowedActions owner { id } outstanding { code itemId } links { kind case { id } } }"
    positions = sorted({(case, position - before) for case, position in pool.moments for before in (0, 1)})
    fields = (f'case(id: "{case}", asOf: {{position: {position}}}) {shown}' for case, position in positions)
    yield from aliased(fields, 14)


def _lists(pool: Pool) -> Iterator[Document]:
    listed = (
        "{ totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id } } }"
    )
    fields = [
        f"cases(orderBy: {order}, first: {first}{after}) {listed}"
        for order in ORDERS
        for first in (1, 100)
        for after in ("", *(f', after: "cursor-number-{number}-"' for number in pool.cursors[order][::8]))
    ]
    yield from aliased(fields, 14)
    filters = (f"cases(filter: {given}, first: 100) {{ totalCount nodes {{ id }} }}" for given in _filters(pool))
    yield from aliased(filters, 14)
    yield Document('{ cases(after: "nothing") { totalCount } }', {})
    yield Document('{ cases(filter: {person: "nobody"}) { totalCount } }', {})
    yield from documents("{ cases(first: 9) { nodes { ...Whole } } }")


def _filters(pool: Pool) -> Iterator[str]:
    yield from ("null", "{}", "{meetsNoCount: true}", "{meetsNoCount: false}", "{natures: []}", "{schools: []}")
    yield from ("{overdue: true}", "{overdue: false}", "{overdue: true, kinds: [COMPLAINT]}")
    for name, values in (
        ("kinds", ("INCIDENT", "COMPLAINT", "STAFF_BREACH", "INCIDENT, COMPLAINT")),
        ("statuses", ("OPEN", "CLOSED", "DUPLICATE", "NOT_REPORTABLE", "RECORDED_IN_ERROR")),
    ):
        yield from (f"{{{name}: [{value}]}}" for value in values)
    for name, codes in (
        ("natures", pool.codes["natures"]),
        ("targets", pool.codes["targets"]),
        ("outstanding", pool.codes["duties"]),
        ("schools", pool.urns),
    ):
        yield from (f"{{{name}: [{json.dumps(code)}]}}" for code in codes)
    for name, given in (
        ("owner", pool.persons),
        ("person", pool.persons),
        ("schoolReference", pool.school_references),
        ("awareFrom", pool.dates[::4]),
        ("awareTo", pool.dates[::4]),
    ):
        yield from (f"{{{name}: {json.dumps(one)}}}" for one in given)
    yield from (f"{{updatedAfterPosition: {position}}}" for position in range(0, pool.position, 13))
    yield '{natures: ["COMPLAINT"], targets: ["STAFF"], awareTo: "2026-10-01"}'
    yield '{natures: ["ALLEGATION", "OTHER"], targets: ["STAFF"], kinds: [INCIDENT], meetsNoCount: false}'


def _kept(pool: Pool) -> Iterator[Document]:
    """How cases are kept, across cases, and the trust's own table and holds."""
    listed = "{ totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node"
    shown = f"{{ __typename retention {everything('Retention')} case {NAMED} }}"
    filters = [
        "null",
        "{}",
        "{schools: []}",
        '{dueBefore: "2031-01-01"}',
        '{dueBefore: "2040-03-01", kinds: [STAFF_BREACH]}',
    ]
    filters += [f"{{schools: [{json.dumps(urn)}]}}" for urn in pool.urns]
    filters += [f"{{kinds: [{one}]}}" for one in ("INCIDENT", "COMPLAINT, STAFF_BREACH")]
    filters += [f"{{states: [{state}]}}" for state in ("NOT_BEGUN", "ON_HOLD, KEPT", "RUNNING", "NOT_COMPUTABLE, DUE")]
    fields = [f"retention(filter: {given}, first: 20) {listed} {shown} }} }}" for given in filters]
    fields.append(f"retention(first: 1) {{ nodes {shown} }}")
    fields += [
        f'retention(first: 3, after: "cursor-number-{number}-") {listed} {shown} }} }}'
        for number in pool.cursors["retention"][::9]
    ]
    yield from aliased(fields, 2)
    yield Document('{ retention(after: "nothing") { totalCount } }', {})
    yield Document(f"{{ trust {everything('Trust')} }}", {})


def _due(pool: Pool) -> Iterator[Document]:
    """What is owed and what falls due, across cases."""
    listed = "{ totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node"
    for name in ("deadline", "duty"):
        kind, plural = {"deadline": "Deadline", "duty": "Duty"}[name], {"deadline": "deadlines", "duty": "duties"}[name]
        shown = f"{{ __typename {name} {everything(kind)} case {NAMED} }}"
        filters = ["null", "{}", "{codes: []}", "{owner: null, kinds: [COMPLAINT]}", '{owner: "nobody"}']
        filters += [f"{{codes: [{json.dumps(code)}]}}" for code in pool.codes[plural]]
        filters += [f"{{schools: [{json.dumps(urn)}]}}" for urn in pool.urns]
        filters += [f"{{kinds: [{one}]}}" for one in ("INCIDENT", "COMPLAINT", "STAFF_BREACH", "INCIDENT, COMPLAINT")]
        filters += [f"{{owner: {json.dumps(person)}}}" for person in pool.persons]
        if name == "deadline":
            filters += [
                f"{{states: [{state}]}}" for state in ("OVERDUE", "DUE_SOON", "RUNNING, PAUSED", "NOT_COMPUTABLE")
            ]
            filters += [
                '{dueFrom: "2026-05-18", dueTo: "2026-10-08"}',
                '{dueTo: "2026-05-17"}',
                '{dueFrom: "2026-10-31"}',
            ]
        fields = [f"{plural}(filter: {given}, first: 100) {listed} {shown} }} }}" for given in filters]
        fields += [f"{plural}(first: {first}) {{ nodes {shown} }}" for first in (1, 100)]
        for number in pool.cursors[plural][::9]:
            fields.append(f'{plural}(first: 3, after: "cursor-number-{number}-") {listed} {shown} }} }}')
        yield from aliased(fields, 6)
        yield Document(f'{{ {plural}(after: "nothing") {{ totalCount }} }}', {})
        yield from documents(f"{{ {plural}(first: 5) {{ nodes {{ case {{ ...Whole }} }} }} }}")


def _history(pool: Pool) -> Iterator[Document]:
    recorded = everything("CaseEventConnection", changes=None, caseAfter=None, knownBy=None)
    yield from aliased((f"case(id: {json.dumps(given)}) {{ history {recorded} }}" for given in pool.ids), 1)
    events = everything("CaseEventConnection")
    yield from aliased((f"case(id: {json.dumps(given)}) {{ history {events} }}" for given in pool.ids), 1)
    of_kinds = " ".join(f"... on {kind} {{ history(first: 5) {events} }}" for kind in KINDS)
    yield Document(f"{{ cases(first: 2) {{ nodes {{ {of_kinds} }} }} }}", {})
    types = json.dumps(list(pool.types[::3]))
    some = (
        f"case(id: {json.dumps(given)}) {{ history(first: 3, types: {types}"
        f", after: {json.dumps(PLACEHOLDER.format(pool.cursors['history'][2]))})"
        " { totalCount nodes { id type changes { field } } } }"
        for given in pool.ids
    )
    yield from aliased(some, 14)
    knew = "nodes { version actor { sort } knownBy { how since what person { id name nameState } } }"
    for sort in ("HUMAN", "SYSTEM"):
        of_sort = (
            f"case(id: {json.dumps(given)}) {{ history(first: 50, by: {sort}) {{ totalCount {knew} }} }}"
            for given in pool.ids
        )
        yield from aliased(of_sort, 14)
    after = json.dumps(PLACEHOLDER.format(pool.cursors["history"][1]))
    for page in ("", f", after: {after}"):
        of_files = f"files {{ id custody(first: 3{page}) {everything('CaseEventConnection', changes=None)} }}"
        yield from aliased((f"case(id: {json.dumps(given)}) {{ {of_files} }}" for given in pool.ids), 1)


def _cases_after(pool: Pool) -> Iterator[Document]:
    """The case as it stood after each of its events."""
    for given in pool.ids:
        for after in ("", *(f', after: "cursor-number-{number}-"' for number in pool.cursors["history"][9::10])):
            yield from documents(
                f"{{ case(id: {json.dumps(given)}) {{ history(first: 10{after})"
                " { nodes { version caseAfter { ...Whole } } } } }"
            )


def _patterns(pool: Pool) -> Iterator[Document]:
    numbers = everything("StaffPattern")
    asked = (f"staffPattern(person: {json.dumps(given)}) {numbers}" for given in (*pool.persons, "nobody"))
    yield from aliased(asked, 14)
    listed = everything("StaffPattern", cases="(first: 2)", nodes=NAMED, node=NAMED)
    for given in pool.persons:
        yield Document(f"{{ staffPattern(person: {json.dumps(given)}) {listed} }}", {})
        yield from documents(
            f"{{ staffPattern(person: {json.dumps(given)}) {{ cases(first: 1) {{ nodes {{ ...Whole }} }} }} }}"
        )
    yield Document(f'{{ staffPattern(person: "{pool.persons[0].upper()}") {{ others }} }}', {})


def _reads(pool: Pool) -> Iterator[Document]:
    """Who read what."""
    listed = everything("ReadLogEntryConnection")
    whole = everything("CaseReadConnection")
    fields = [f"readLog({given}) {listed}" for given in ("first: 7", "first: 100", *_filters_of_reads(pool))]
    fields += [
        f'readLog(first: 3, after: "cursor-number-{number}-") {listed}' for number in pool.cursors["readLog"][::9]
    ]
    yield from aliased(fields, 4)
    by_kind = " ".join(f"... on {kind} {{ readers(first: 3) {{ nodes {{ position what }} }} }}" for kind in KINDS)
    yield Document(f"{{ cases(first: 9) {{ nodes {{ {by_kind} }} }} }}", {})
    of_cases = [f"case(id: {json.dumps(given)}) {{ id readers(first: 5) {whole} }}" for given in pool.ids]
    of_cases += [
        f'cases(first: 20) {{ nodes {{ readers(first: 2, after: "cursor-number-{number}-") {whole} }} }}'
        for number in pool.cursors["readers"][::5]
    ]
    yield from aliased(of_cases, 4)
    yield Document('{ readLog(after: "nothing") { totalCount } }', {})
    yield Document(f"{{ readLog(first: 2) {{ nodes {{ what casesWithheld cases {WITHIN} }} }} }}", {})
    # Of a past moment too the log is that of now.
    given = f"case(id: {json.dumps(pool.ids[0])}, asOf: {{position: {pool.position}}})"
    yield Document(f"{{ {given} {{ readers(first: 3) {whole} }} }}", {})


def _filters_of_reads(pool: Pool) -> Iterator[str]:
    yield from (f"person: {json.dumps(person)}" for person in pool.persons)
    yield from (f"first: 3, case: {json.dumps(case)}" for case in pool.ids)
    yield 'from: "2020-01-01T00:00:00Z", to: "2099-01-01T00:00:00Z", first: 2'
    yield 'to: "2020-01-01T00:00:00Z"'
    yield from (f'{name}: "{given}"' for name in ("person", "case") for given in ("nobody", ""))


AREAS: Mapping[str, Callable[[Pool], Iterator[Document]]] = {
    "the reader, the trust and its schools": _reader,
    "the ledger and the code lists": _ledger,
    "cases": _cases,
    "cases of past moments": _past_cases,
    "cases at their events": _at_events,
    "lists of cases": _lists,
    "what is owed and falls due": _due,
    "how cases are kept": _kept,
    "histories": _history,
    "cases after events": _cases_after,
    "figures": figures,
    "what lies behind figures": behind_figures,
    "restatements": restatements,
    "patterns of one person": _patterns,
    "who read what": _reads,
}

_PAGE = "totalCount edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
# A query for a page after a cursor, and the way to the page in its answer.
LISTS: dict[str, tuple[str, tuple[str | int, ...]]] = {
    **{
        order: (
            f"query ($after: String) {{ cases(orderBy: {order}, first: 3, after: $after)"
            f" {{ {_PAGE} nodes {{ id reference }} }} }}",
            ("cases",),
        )
        for order in ORDERS
    },
    # Many of all cases, and few of them: they are found in two ways.
    **{
        f"{order} of {statuses}": (
            f"query ($after: String) {{ cases(filter: {{statuses: [{statuses}]}}, orderBy: {order}, first: {first},"
            f" after: $after) {{ {_PAGE} nodes {{ id reference }} }} }}",
            ("cases",),
        )
        for order in ORDERS
        for statuses, first in (("OPEN, CLOSED", 1), ("DUPLICATE, CLOSED", 2))
    },
    **{
        plural: (
            f"query ($after: String) {{ {plural}(first: 7, after: $after)"
            f" {{ {_PAGE} nodes {{ {name} {{ code }} case {{ id }} }} }} }}",
            (plural,),
        )
        for plural, name in (("deadlines", "deadline"), ("duties", "duty"))
    },
    "how cases are kept": (
        f"query ($after: String) {{ retention(first: 7, after: $after)"
        f" {{ {_PAGE} nodes {{ retention {{ state }} case {{ id }} }} }} }}",
        ("retention",),
    ),
    "a history": (
        'query ($after: String) { case(reference: "INC-2026-000001") { history(first: 4, after: $after)'
        f" {{ {_PAGE} nodes {{ id type }} }} }} }}",
        ("case", "history"),
    ),
    "the log of reads": (
        f"query ($after: String) {{ readLog(first: 9, after: $after) {{ {_PAGE} nodes {{ position }} }} }}",
        ("readLog",),
    ),
    "the checkpoints": (
        "query ($after: String) { ledger {"
        f" checkpoints(first: 2, after: $after) {{ {_PAGE} nodes {{ size }} }} }} }}",
        ("ledger", "checkpoints"),
    ),
    "the readers of a case": (
        'query ($after: String) { case(reference: "INC-2026-000001") { readers(first: 2, after: $after)'
        f" {{ {_PAGE} nodes {{ position }} }} }} }}",
        ("case", "readers"),
    ),
    "the breaches of one person": (
        f'query ($after: String) {{ staffPattern(person: "{uuid5(TRUST, "person/taker")}")'
        f" {{ cases(first: 2, after: $after) {{ {_PAGE} nodes {{ id reference }} }} }} }}",
        ("staffPattern", "cases"),
    ),
    **{
        behind: (
            f'query ($after: String) {{ monitoring({RANGE}, groupBy: [SCHOOL], schools: ["900001"])'
            f" {{ cells {{ {behind}(first: 2, after: $after) {{ {_PAGE} nodes {{ __typename }} }} }} }} }}",
            ("monitoring", "cells", 0, behind),
        )
        for behind in ("contributions", "cases")
    },
}
