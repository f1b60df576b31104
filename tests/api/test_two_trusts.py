"""What a member of one trust asks with anything of another's is answered as for what there never was, to the byte.

Every argument of the live schema that could name something of a trust has a row here; an argument without a row fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, get_named_type

from tests.api.client import Client, Json
from tests.api.test_fields import OBJECTS
from tests.api.two_trusts import DAYS, OF_A_ALONE, REPORT, ROLES, Harvest, cursor, invented, said, told
from tests.api.whole_documents import whole_cases

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
_RETENTION = f"{PAGE} nodes {{ retention {{ state }} case {{ id }} }} }}"
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
    "Query.retention.filter.schools": Asked(_filtered("schools", "[ID!]", "retention", _RETENTION), URN_OF_A),
    **{
        f"Ledger.{path}": Asked(
            f"query($v: Int) {{ ledger {{ {name}({argument}: $v) {{ hashes root: {root} }} }} }}",
            lambda a: a.position,
            tells=False,
        )
        for path, name, argument, root in (
            ("proof.position", "proof", "position", "leafHash"),
            ("proof.size", "proof", "size", "root"),
            ("consistency.from", "consistency", "from", "fromRoot"),
            ("consistency.to", "consistency", "to", "toRoot"),
        )
    },
    "Ledger.checkpoints.after": Asked(
        f"query($v: String) {{ ledger {{ checkpoints(after: $v) {PAGE} nodes {{ size note }} }} }} }}",
        lambda a: further(a.cursors["checkpoints"]),
        tells=False,
    ),
    "Query.retention.after": Asked(
        f"query($v: String) {{ retention(after: $v) {_RETENTION} }}", lambda a: a.cursors["retention"], tells=False
    ),
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
    "CaseFile.custody.after": Asked(
        _of_own_case(f"files {{ custody(after: $v) {EVENTS} }}"),
        lambda a: further(a.cursors["history"]),
        own=True,
        tells=False,
    ),
    "Case.readers.after": Asked(
        _of_own_case(f"readers(after: $v, first: 1) {READS}"),
        lambda a: further(a.cursors["readers"]),
        own=True,
        tells=False,
    ),
    "MonitoringCell.contributions.after": Asked(
        f"query($v: String) {{ {REPORT} {{ cells {{ contributions(after: $v) {PAGE} nodes {{ caseId }} }} }} }} }}",
        lambda a: a.cursors["contributions"],
        tells=False,
    ),
    "MonitoringCell.cases.after": Asked(
        f"query($v: String) {{ {REPORT} {{ cells {{ cases(after: $v) {CASES} }} }} }}",
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
