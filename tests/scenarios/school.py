"""The trust of a scenario as its people know it: whoever signs in gives commands and asks, over GraphQL alone.

A scenario speaks of schools and people, not of tokens, ids and positions:

    case = libra.head.gives("reportIncident", openedOn="2026-09-14")
    libra.head.gives("supportTarget", case, target="STAFF", kind="REASSURANCE", supportedOn="2026-09-15")
    assert "SUPPORT_TARGET" not in libra.head.owes(case)
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any
from uuid import UUID, uuid4, uuid5

from api.demo.schools import ADOPTED_ON, CALENDARS, JOINED_ON, SCHOOLS, TRUST_NAME, DemoSchool
from services.registers import adopt_pack, join_school, register_trust, set_calendar
from services.scope import system_caller
from tests.api.client import Client

Json = dict[str, Any]
# How the verbs of the command line are run: what they are given, and their exit status with what they print.
Verb = Callable[..., tuple[int, str]]

_RECORDED = "position events { type position data } case { id reference outstanding { code } }"
_REFUSED = "code clause message fields"
# In these commands the school is named by who reports.
_OPENINGS = ("reportIncident", "receiveComplaint", "reportStaffBreach")


def about(nature: str, target: str) -> Json:
    """What a post is: its nature and its target."""
    return {"nature": nature, "target": target}


def a_post(*classifications: Json, **changes: Any) -> Json:
    """A parent's post on Facebook that the school finds on 14 September 2026, but for what is said otherwise."""
    usual = {"platform": "FACEBOOK", "posterRole": "PARENT", "discoveredOn": "2026-09-14", "postedOn": "2026-09-13"}
    return usual | {"classifications": list(classifications)} | changes


@dataclass(frozen=True)
class Done:
    """A command that was carried out: `done["item_id"]` is what its first event says under that name."""

    case: str
    reference: str
    position: int
    owes: tuple[str, ...]
    events: tuple[str, ...]
    said: Json

    def __getitem__(self, name: str) -> Any:
        return self.said[name]


@dataclass
class Trust:
    """A trust of its own with the demonstration's five schools, each on its real policy."""

    application: Client
    caseledger: Verb
    id: UUID = field(default_factory=uuid4)
    # How far the figures have to be before anybody asks for them.
    recorded: int = 0

    def school(self, pack: str) -> School:
        """The school that adopted this pack."""
        [member] = (member for member in SCHOOLS if member.pack == pack)
        return School(self, member)

    def person(self, name: str) -> str:
        """The id of somebody; the same name is the same person."""
        return str(uuid5(self.id, name))

    def signed_in(self, role: str, name: str | None = None, *, school: str | None = None) -> Person:
        """Somebody who signs in with a role, such as `trust-lead` or `headteacher:900003`."""
        return Person(self, role, UUID(self.person(name or role)), school)

    def rebuilt(self) -> None:
        """Build every figure and list anew from the events; they have to be what they were."""
        status, printed = self.caseledger("rebuild", "--all", "--verify", "--trust", str(self.id))
        assert status == 0, printed
        assert ": live\n" in printed, printed


@dataclass(frozen=True)
class School:
    """A school and the people who work there."""

    trust: Trust
    member: DemoSchool

    @property
    def urn(self) -> str:
        return self.member.urn

    @property
    def head(self) -> Person:
        return self._works_here("headteacher")

    @property
    def coordinator(self) -> Person:
        return self._works_here("coordinator")

    @property
    def lead(self) -> Person:
        """The trust lead, at work on this school's cases: who alone reads breaches of the staff code."""
        return self.trust.signed_in("trust-lead", school=self.urn)

    def teacher(self, name: str) -> Person:
        """Somebody on the staff."""
        return self._works_here("staff", name)

    def _works_here(self, role: str, name: str | None = None) -> Person:
        return self.trust.signed_in(f"{role}:{self.urn}", name, school=self.urn)

    def clause(self, lines: str) -> str:
        """How the school's policy is cited at these lines."""
        pack = tomllib.loads(_pack(self.member.pack))
        return f"{pack['school']}, {pack['name']} ({pack['version']}), {lines}"


@dataclass(frozen=True)
class Person:
    """Somebody who signs in."""

    trust: Trust
    role: str
    person_id: UUID
    school: str | None

    @property
    def id(self) -> str:
        return str(self.person_id)

    # --- saying

    def gives(self, mutation: str, case: Done | None = None, **fields: Any) -> Done:
        """Give a command that has to be carried out, on a case unless it opens one."""
        result = self._command(mutation, case, fields)
        assert result["__typename"] == "Recorded", f"{mutation}: {result}"
        self.trust.recorded = max(self.trust.recorded, result["position"] or 0)
        shown, events = result["case"], result["events"]
        return Done(
            case=shown["id"],
            reference=shown["reference"],
            position=result["position"],
            owes=tuple(duty["code"] for duty in shown["outstanding"]),
            events=tuple(event["type"] for event in events),
            said=events[0]["data"] if events else {},
        )

    def refused(self, mutation: str, case: Done | None = None, **fields: Any) -> Json:
        """Give a command that has to be refused, with nothing recorded; the refusal as the person reads it."""
        before = self._head()
        result = self._command(mutation, case, fields)
        assert result.pop("__typename") == "Refused", f"{mutation} was carried out"
        assert self._head() == before
        return result

    def _command(self, mutation: str, case: Done | None, fields: Json) -> Json:
        given: Json = {"commandId": str(uuid4())} | fields
        if case is not None:
            given |= {"caseId": case.case}
        elif mutation in _OPENINGS:
            given = {"schoolUrn": self.school} | given
        query = (
            f"mutation($input: {mutation[0].upper()}{mutation[1:]}Input!) {{ {mutation}(input: $input) {{ __typename"
            f" ... on Refused {{ {_REFUSED} }} ... on Recorded {{ {_RECORDED} }} }} }}"
        )
        result: Json = self._answer(query, {"input": given})[mutation]
        return result

    def _head(self) -> int:
        position: int = self.trust.signed_in("trust-lead")._answer("{ ledger { position } }", {})["ledger"]["position"]
        return position

    # --- asking

    def asks(self, query: str, **variables: Any) -> Json:
        """Ask for what all that was recorded comes to."""
        if self.trust.recorded:
            waiting = "query($at: Int!) { cases(first: 1, atLeast: $at) { totalCount } }"
            self._answer(waiting, {"at": self.trust.recorded})
        return self._answer(query, variables)

    def sees(self, case: Done, selection: str) -> Json | None:
        """The case as this person sees it, or None."""
        found: Json | None = self.asks(f"query($id: ID!) {{ case(id: $id) {{ {selection} }} }}", id=case.case)["case"]
        return found

    def reads(self, case: Done, selection: str) -> Json:
        """The case, which this person has to see."""
        found = self.sees(case, selection)
        assert found is not None
        return found

    def owes(self, case: Done) -> dict[str, str | None]:
        """What is left to do on the case, each with the clause that asks for it."""
        duties = self.reads(case, "outstanding { code clause }")["outstanding"]
        return {duty["code"]: duty["clause"] for duty in duties}

    def finds(self, **wanted: Any) -> set[str]:
        """The references of the cases that a list with this filter names."""
        query = "query($filter: CaseFilter) { cases(first: 100, filter: $filter) { nodes { reference } } }"
        return {node["reference"] for node in self.asks(query, filter=wanted)["cases"]["nodes"]}

    def counts(self, **asked: Any) -> dict[str, int]:
        """The figures of September 2026 that are not zero, by count."""
        return {cell["count"]: cell["value"] for cell in self.figures("count value", **asked) if cell["value"]}

    def figures(self, selection: str, **asked: Any) -> list[Json]:
        """The cells of a report on September 2026."""
        query = (
            "query($schools: [ID!], $groupBy: [MonitoringDimension!]! = [COUNT], $unit: CountingUnit! = ITEMS,"
            ' $asOf: AsOf) { monitoring(from: "2026-09-01", to: "2026-09-30", schools: $schools, groupBy: $groupBy,'
            f" unit: $unit, asOf: $asOf) {{ cells {{ {selection} }} }} }}"
        )
        cells: list[Json] = self.asks(query, **asked)["monitoring"]["cells"]
        return cells

    def fetches(self, path: str) -> tuple[int, bytes]:
        """What the server gives at a path outside GraphQL: status and content."""
        response = self.trust.application.http.get(path, headers=self._headers())
        return response.status_code, response.content

    def _answer(self, query: str, variables: Mapping[str, Any]) -> Json:
        answer = self.trust.application.http.post(
            "/graphql", json={"query": query, "variables": variables}, headers=self._headers()
        ).json()
        assert "errors" not in answer, answer["errors"]
        data: Json = answer["data"]
        return data

    def _headers(self) -> dict[str, str]:
        token = self.trust.application.tokens.issue(self.trust.id, self.role, hours=1, person_id=self.person_id)
        return {"Authorization": f"Bearer {token}"}


def found(trust: Trust, schools: Iterable[DemoSchool] = SCHOOLS) -> Trust:
    """Let the trust begin, as the demonstration does: its schools, their calendars and their policies; no case."""
    runtime = trust.application.runtime
    ledger = register_trust(runtime.database, runtime.key_store, trust.id, TRUST_NAME)
    caller = system_caller(trust.id)
    for school in schools:
        join_school(ledger, caller, urn=school.urn, name=school.name, joined_on=JOINED_ON)
        this_year = CALENDARS[-1]
        set_calendar(
            ledger,
            caller,
            urn=school.urn,
            academic_year=this_year.academic_year,
            terms=this_year.terms,
            holidays=this_year.holidays,
            inset_days=this_year.shifted_by(school.inset_shift),
        )
        adopt_pack(ledger, caller, urn=school.urn, content=_pack(school.pack), adopted_on=ADOPTED_ON)
    return trust


def _pack(name: str) -> str:
    return (files("policies") / f"{name}.toml").read_text()
