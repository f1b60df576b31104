"""Everything that the live schema has, asked of a filled trust by every role: which field gives a value to whom.

The trust is that of `tests.plan.world` with `tests.plan.filling_happenings`. Every role asks as the person who runs the
cases that are asked for, at their school or in each of them; the auditor with an account, once as appointed and once
by a grant on each case, which is the role of an examiner. Nobody asks as the subject of a case.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any, Self
from uuid import UUID, uuid4

import pytest
from graphql import GraphQLInterfaceType, get_named_type, is_leaf_type

from api.authentication import DevelopmentTokens
from api.identity.identities import load_identities
from api.projecting import bring_up
from domain.access import CASE_ROLES, SCHOOL_ROLES, Role
from domain.roles import REACH
from services.accounts import bind_account
from services.registers import appoint_in_trust
from services.scope import Caller, system_caller
from tests.api.client import Client, Json, open_runtime
from tests.api.test_case_cover import TOLD_OF_A_CASE
from tests.plan.filling_happenings import FULL, READER, fill, let_examine
from tests.plan.making import a_world
from tests.plan.reading import Unrecorded
from tests.plan.selecting import everything
from tests.plan.world import ALDER, CEDAR, ELDER, World
from tests.stored.field_access import GIVEN, MASKED, ROLES, SCHEMA, Found
from tests.support.issuing import Provider, pair
from tests.support.postgres import DatabaseUrls

# Those of which an open text or name alone is a value: that there is one is told to whoever is told of its field.
_SEALED = {"SealedText": "state", "Person": "nameState"}
_KEY = pair("k1", "ES256")
_AUDITOR = "signed in auditor"
# Whom the token of an issuer names, in the role of the account; all others are claimed.
_SIGNED_IN = (Role.AUDITOR, Role.EXAMINER)
_KINDS = {"INCIDENT": "Incident", "COMPLAINT": "Complaint", "STAFF_BREACH": "StaffBreach"}
# How many cases of a kind are asked for at once: no document holds many more.
_MOST = 8
# What no case stands behind, and is asked for in one document.
_PLAIN = {"viewer": "Viewer", "trust": "Trust", "schools": "School", "ledger": "Ledger", "codes": "CodeList"}
_NAMED = "{ __typename id reference status }"
_IN_CASE = {"case": _NAMED, "duplicateOf": _NAMED, "caseAfter": _NAMED, "node": _NAMED, "nodes": _NAMED}
_DAYS = 'from: "2026-01-01", to: "2026-12-31"'


@dataclass
class Trust:
    """The filled trust behind the real application, and how to ask it as anybody."""

    world: World
    client: Client
    issuer: str
    cases: list[Json] = field(default_factory=list)

    @classmethod
    def open(cls, urls: DatabaseUrls, folder: Path, stack: ExitStack) -> Self:
        """Make it; everything is closed with the stack."""
        provider = stack.enter_context(Provider(_KEY.public()))
        issuers = folder / "issuers.toml"
        runtime = stack.enter_context(
            open_runtime(
                urls, folder, response_cache_bytes=0, rate_limit_requests=0, rate_limit_cost=0, issuers=issuers
            )
        )
        world = a_world(runtime)
        fill(world)
        issuers.write_text(
            f'[[issuer]]\nname = "p"\nkind = "oidc"\nurl = "{provider.url}/p"\n'
            f'audiences = ["caseledger"]\ntrusts = ["{world.trust_id}"]\nalgorithms = ["ES256"]\n'
        )
        _project(world)
        tokens = DevelopmentTokens.load(folder, host="127.0.0.1")
        identities = load_identities(runtime.settings, tokens)
        # What is asked here is not recorded: the log of reads would be another for each question about it.
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("api.app.LoggedReads", Unrecorded)
            asked = Client(runtime, world.trust_id, identities=identities)
        client = stack.enter_context(asked)
        trust = cls(world, client, f"{provider.url}/p")
        trust._find_cases()
        trust._sign_in_auditor()
        return trust

    def _find_cases(self) -> None:
        reader = self.world.named(READER)
        asked = f'{{ cases(first: 50, filter: {{owner: "{reader}"}}) {{ nodes {{ id kind school {{ urn }} }} }} }}'
        nodes = self.client.ask(asked, "trust-lead", reader)["cases"]["nodes"]
        assert all(count <= _MOST for count in Counter(node["kind"] for node in nodes).values())
        self.cases = sorted(nodes, key=lambda node: str(node["id"]))

    def _sign_in_auditor(self) -> None:
        """An auditor with an account, who is then let into each of the cases."""
        world, person = self.world, self.world.named(_AUDITOR)
        system, since = system_caller(world.trust_id), date(2024, 9, 1)
        world.register(**{_AUDITOR: "Auditor"})
        appoint_in_trust(world.ledger, system, role=Role.AUDITOR.value, person=person, appointed_on=since)
        made = bind_account(
            world.runtime.services(world.trust_id),
            Caller(world.trust_id, UUID(int=1), Role.ADMIN),
            command_id=world.fresh_id(),
            issuer=self.issuer,
            subject=_AUDITOR,
            person_id=person,
        )
        assert not hasattr(made, "code"), made
        let_examine(world, person, [UUID(case["id"]) for case in self.cases])
        _project(world)

    def ask(self, document: str, role: Role, place: str | None) -> Json:
        """The answer, to the person who runs the cases, or to the auditor."""
        token = role.value if place is None else f"{role.value}:{place}"
        if role in _SIGNED_IN:
            headers = {"Authorization": f"Bearer {self._token()}", "Caseledger-Role": token}
        else:
            headers = self.client.headers(token, self.world.named(READER))
        answer: Json = self.client.http.post("/graphql", json={"query": document}, headers=headers).json()
        codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
        assert codes <= {"NOT_ALLOWED"}, (token, document, answer["errors"])
        return answer

    def _token(self) -> str:
        at = int(time.time())
        said = {"iss": self.issuer, "aud": "caseledger", "sub": _AUDITOR, "iat": at, "exp": at + 600}
        return _KEY.sign({**said, "client_id": "web"}, {"typ": "at+jwt"})


def _project(world: World) -> None:
    position, _ = world.ledger.head()
    bring_up(world.runtime.database, world.trust_id, position)


def field_access(trust: Trust, roles: Iterable[Role] = ROLES) -> Found:
    """What each of these roles is given of every field: the most that any answer holds."""
    found: Found = {}
    for role in roles:
        for document, place in documents(trust, role):
            answer = trust.ask(document, role, place)
            _take_in(found, role, SCHEMA.type_map["Query"], answer.get("data") or _refused(document))
    return found


def told_by_commands(trust: Trust) -> Found:
    """What each role is told by a command, asked for everything that its answer has: it adds to the full cases."""
    found: Found = {}
    for role, (name, kind) in product(ROLES, zip(FULL, _KINDS.values(), strict=True)):
        if REACH[role].cover_only:
            continue  # refused with all that it asks for, which `tests.api.test_case_cover` shows
        case_id = str(trust.world.cases[name])
        place = case_id if role in CASE_ROLES else ALDER if role in SCHOOL_ROLES else None
        whole = everything(kind, **_IN_CASE, history="(first: 5)", readers="(first: 1)", custody="(first: 1)")
        given = f'commandId: "{uuid4()}", caseId: "{case_id}", text: "What else."'
        recorded = f"case {{ __typename ... on {kind} {whole} }} position replayed"
        document = (
            f"mutation {{ addAddendum(input: {{{given}}}) {{ __typename ... on Recorded {{ {recorded}"
            f" events {everything('CaseEvent', **_IN_CASE)} }} ... on Refused {everything('Refused')} }} }}"
        )
        answer = trust.ask(document, role, place)["data"]["addAddendum"]
        _take_in(found, role, SCHEMA.type_map[answer["__typename"]], answer)
    return found


def _take_in(found: Found, role: Role, kind: Any, answer: Mapping[str, Any]) -> None:
    for name, given in found_in(kind, answer):
        of_field = found.setdefault(name, {})
        if given or role not in of_field:
            of_field[role] = GIVEN if given else MASKED


def _refused(document: str) -> Json:
    """What an answer without data says: that the one thing asked for was not given."""
    return {document.split("(")[0].strip(" {"): None}


def documents(trust: Trust, role: Role) -> Iterator[tuple[str, str | None]]:
    """What a role asks, with the place that it asks at."""
    if REACH[role].cover_only:
        yield from _covers(trust)
    if role in CASE_ROLES:
        for case in trust.cases:
            yield _of_kind(trust, case["kind"]), case["id"]
        yield from ((document, str(trust.world.cases[name])) for name in FULL for document in _besides(trust))
        yield _listed(trust, "deadlines", "DeadlineOfCaseConnection"), str(trust.world.cases["soon"])
        return
    place = ALDER if role in SCHOOL_ROLES else None
    yield from ((_of_kind(trust, kind), place) for kind in _KINDS)
    yield from ((document, place) for document in _besides(trust))
    if place is not None:
        # Schools where things fall due, where a deadline stands still, and where one cannot be computed.
        yield from ((_of_kind(trust, "COMPLAINT"), elsewhere) for elsewhere in (ELDER, CEDAR))
        yield _listed(trust, "deadlines", "DeadlineOfCaseConnection"), ELDER


def _covers(trust: Trust) -> Iterator[tuple[str, str]]:
    """What is told to whoever is refused anything more."""
    plain = {name: everything(kind) for name, kind in _PLAIN.items()}
    plain["trust"] = everything("Trust", retentionTable=None, holds=None)
    plain["ledger"] = f"{{ position recordedAt projectedThrough publicKey checkpoint {everything('Checkpoint')} }}"
    yield f"{{ {' '.join(f'{name} {below}' for name, below in plain.items())} }}", str(trust.cases[0]["id"])
    cover = " ".join(name if name != "school" else f"school {everything('School')}" for name in TOLD_OF_A_CASE)
    for case in trust.cases:
        yield f'{{ case(id: "{case["id"]}") {{ __typename ... on {_KINDS[case["kind"]]} {{ {cover} }} }} }}', case["id"]


def _of_kind(trust: Trust, kind: str) -> str:
    """Everything of the cases of one kind."""
    whole = everything(_KINDS[kind], **_IN_CASE, history="(first: 10)", readers="(first: 3)", custody="(first: 1)")
    mine = f'filter: {{kinds: [{kind}], owner: "{trust.world.named(READER)}"}}'
    return f"{{ cases(first: {_MOST}, {mine}) {{ nodes {{ __typename ... on {_KINDS[kind]} {whole} }} }} }}"


def _listed(trust: Trust, name: str, connection: str) -> str:
    mine = f', filter: {{owner: "{trust.world.named(READER)}"}}' if name in ("deadlines", "duties") else ""
    return f"{{ {name}(first: 20{mine}) {everything(connection, **_IN_CASE)} }}"


def _besides(trust: Trust) -> Iterator[str]:
    """Everything else; what may be refused stands in a document of its own."""
    yield f"{{ {' '.join(f'{name} {everything(kind)}' for name, kind in _PLAIN.items())} }}"
    yield f"{{ ledger {{ checkpoints(first: 20) {everything('SignedCheckpointConnection')} }} }}"
    for name, connection in (
        ("cases", "CaseConnection"),
        ("deadlines", "DeadlineOfCaseConnection"),
        ("duties", "DutyOfCaseConnection"),
        ("retention", "RetentionOfCaseConnection"),
        ("readLog", "ReadLogEntryConnection"),
    ):
        yield _listed(trust, name, connection)
    yield from (f'{{ case(id: "{trust.world.cases[name]}") {_NAMED} }}' for name in FULL)
    cell = everything("MonitoringReport", **_IN_CASE, contributions="(first: 5)", cases="(first: 5)")
    yield f"{{ monitoring({_DAYS}, groupBy: [COUNT, SOURCE]) {cell} }}"
    cell = everything("MonitoringReport")
    for dimensions in ("SCHOOL, ACADEMIC_YEAR", "PLATFORM", "POSTER_ROLE"):
        yield f"{{ monitoring({_DAYS}, groupBy: [{dimensions}]) {cell} }}"
    yield f"{{ restatements({_DAYS}, between: {{position: 0}}) {everything('Restatement', **_IN_CASE)} }}"
    pattern = everything("StaffPattern", **_IN_CASE, cases="(first: 5)")
    yield f'{{ staffPattern(person: "{trust.world.named("taker")}") {pattern} }}'


def found_in(kind: Any, answer: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """Each field of an answer, as `Type.field`, with whether it gives something; a case under both of its types."""
    if isinstance(kind, GraphQLInterfaceType):
        yield from ((f"{kind.name}.{name}", given) for name, given in _gives(kind, answer))
        kind = SCHEMA.type_map[answer["__typename"]]
    yield from ((f"{kind.name}.{name}", given) for name, given in _gives(kind, answer))
    for name, value in answer.items():
        inner = get_named_type(kind.fields[name].type) if name in kind.fields else None
        if inner is not None and not is_leaf_type(inner):
            for member in value if isinstance(value, list) else [value]:
                if member is not None:
                    yield from found_in(inner, member)


def _gives(kind: Any, answer: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    for name, value in answer.items():
        if name in kind.fields:
            inner = get_named_type(kind.fields[name].type)
            yield name, any(_says(inner, member) for member in (value if isinstance(value, list) else [value]))


def _says(kind: Any, value: Any) -> bool:
    if kind.name in _SEALED and value is not None:
        return bool(value[_SEALED[kind.name]] != "WITHHELD")
    return value not in (None, [], {}, "WITHHELD")
