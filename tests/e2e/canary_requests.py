"""Requests that must be refused, each with a canary where something is wrong; no answer may repeat it."""

from __future__ import annotations

import csv
import io
import json
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import httpx

from domain.naming import camel
from services.catalogue import COMMANDS
from services.commands import TEXT_LIMIT
from tests.e2e.canaries import Canaries
from tests.e2e.canary_commands import Json, fields_by_kind, mutation, sealed_fields
from tests.e2e.demonstration import Demonstration
from tests.support.logs import COLUMNS, log_row, log_text

# A school's own reference is clear, as the ledger's own is: it is for finding a case by.
CLEAR_BY_DESIGN = {(name, "school_reference") for name in ("ReportIncident", "ReceiveComplaint", "ReportStaffBreach")}
READERS = (
    *("auditor", "dashboard", "mis:900003", "staff:900003", "headteacher:900001"),
    *("dpo", "admin", "alternate", "dsl:900001", "equalities:900001", "chair:900001", "clerk:900001"),
    "governor:900003",
)


@dataclass
class Answer:
    """What came back for a request: everything that the asker gets to see."""

    place: str
    status: int
    content: str


@dataclass
class Asker:
    """Sends requests and keeps their answers."""

    shown: Demonstration
    canaries: Canaries
    answers: list[Answer] = field(default_factory=list)
    _http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=90))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._http.close()

    def send(
        self,
        place: str,
        method: str = "POST",
        path: str = "/graphql",
        role: str = "trust-lead",
        headers: Mapping[str, str] | None = None,
        **request: Any,
    ) -> None:
        """Send a request as it is given, and keep what comes back."""
        own = {"Authorization": f"Bearer {self.shown.token(role)}", **(headers or {})}
        response = self._http.request(method, self.shown.address + path, headers=own, **request)
        self.answers.append(Answer(place, response.status_code, f"{response.headers!r}\n{response.text}"))

    def ask(self, place: str, query: str, variables: Json | None = None, role: str = "trust-lead") -> None:
        content = json.dumps({"query": query, "variables": variables or {}})
        self.send(place, role=role, content=content, headers={"Content-Type": "application/json"})

    def plant(self, place: str) -> str:
        return self.canaries.plant(f"refused: {place}")

    # --- Commands

    def refused_commands(self, given: Mapping[str, Json]) -> None:
        """Each command again with one thing wrong: a value of the wrong kind, an unknown code, too long a text."""
        for name, content in given.items():
            clear, others = fields_by_kind(COMMANDS[name])
            wrong: dict[str, Any] = {one: f"{self.plant(f'{name}.{one}')} as text" for one in [*clear, *others]}
            for sealed in sealed_fields(COMMANDS[name]):
                wrong[sealed] = self.plant(f"{name}.{sealed} too long").ljust(TEXT_LIMIT + 1, "x")
            for one, value in wrong.items():
                if (name, one) not in CLEAR_BY_DESIGN:
                    changed = content | {"commandId": str(uuid4()), camel(one): value}
                    self.ask(f"{name}.{one}", mutation(name), {"input": changed})
            self._refused_for_other_reasons(name, content)

    def _refused_for_other_reasons(self, name: str, content: Json) -> None:
        def with_reason(place: str, **changes: Any) -> Json:
            return content | {"commandId": str(uuid4()), "reason": self.plant(f"{name} {place}")} | changes

        query = mutation(name)
        reused = with_reason("with an id used before", commandId=content["commandId"])
        self.ask(f"{name} with an id used before", query, {"input": reused})
        self.ask(f"{name} as auditor", query, {"input": with_reason("as auditor")}, "auditor")
        self.ask(f"{name} as dashboard", query, {"input": with_reason("as dashboard")}, "dashboard")
        half = self.plant(f"{name} with half a character") + "\ud83d"
        self.ask(f"{name} with half a character", query, {"input": with_reason("beside half", reason=half)})
        within = {"in": [self.plant(f"{name} with an object")]}
        self.ask(f"{name} with an object", query, {"input": with_reason("beside an object", reason=within)})
        unknown = {self.plant(f"{name}, an unknown field"): self.plant(f"{name}, an unknown field's value")}
        self.ask(f"{name} with an unknown field", query, {"input": with_reason("beside an unknown field", **unknown)})
        if "caseId" in content:
            self.ask(f"{name} of no case", query, {"input": with_reason("of no case", caseId=str(uuid4()))})
            late = with_reason("of a stale version", expectedVersion=1)
            self.ask(f"{name} of a stale version", query, {"input": late})

    def commands_in_vain(self, given: Mapping[str, Json]) -> None:
        """A few sound commands that cannot be carried out at the moment."""
        for name, content in list(given.items())[:5]:
            reason = self.plant(f"{name} while the database is away")
            changed = content | {"commandId": str(uuid4()), "reason": reason}
            self.ask(f"{name} while the database is away", mutation(name), {"input": changed})

    # --- Requests

    def refused_requests(self, case_id: str) -> None:
        """What is wrong with the request rather than with a command."""
        plant = self.plant
        post = {"Content-Type": "application/json"}
        report = "mutation { reportIncident(input: {%s}) { __typename } }"
        literals = {
            "text for a date": 'schoolUrn: "900003", openedOn: "{}"',
            "text for an id": 'commandId: "{}", schoolUrn: "900003", openedOn: "2026-03-02"',
            "text for a number": 'schoolUrn: {{in: "{}"}}, openedOn: 7',
            "block text": 'schoolUrn: """{}""", openedOn: 3.5',
            "text never closed": 'summary: "{}',
            "text in the wrong place": 'summary "{}"',
        }
        for place, literal in literals.items():
            self.ask(place, report % literal.format(plant(place)))
        counting = '{ monitoring(from: "2026-01-01", to: "2026-02-01", %s) { position } }'
        questions = {
            "a moment": 'query ($x: DateTime) { case(id: "1", asOf: {at: $x}) { id } }',
            "a position": "query ($x: Int) { cases(atLeast: $x) { totalCount } }",
            "a cursor": "query ($x: String) { cases(after: $x) { totalCount } }",
            "a school": f"query ($x: ID!) {counting % 'schools: [$x]'}",
            "an enumeration": f"query ($x: CountingUnit!) {counting % 'unit: $x'}",
            "an owner": "query ($x: ID) { cases(filter: {owner: $x}) { totalCount } }",
            "a code": "query ($x: String!) { cases(filter: {natures: [$x]}) { totalCount } }",
            "a list of codes": "query ($x: String!) { codes(lists: [$x]) { name } }",
            "a reference": "query ($x: String!) { case(reference: $x) { id } }",
            "a case's id": "query ($x: ID!) { case(id: $x) { id } }",
        }
        for place, query in questions.items():
            self.ask(place, query, {"x": plant(place)})
            self.send(place, "GET", params={"query": query, "variables": json.dumps({"x": plant(f"{place} by GET")})})
        bodies = {
            "broken JSON": '{"query": "%s',
            "a member twice": '{"query": "{ ledger { position } }", "query": "%s"}',
            "no object": '["%s"]',
            "variables as text": '{"query": "{ ledger { position } }", "variables": "%s"}',
            "a name for an operation": '{"query": "{ ledger { position } }", "operationName": "%s"}',
            "extensions as text": '{"query": "{ ledger { position } }", "extensions": "%s"}',
            "no number of JSON": '{"query": "{ ledger { position } }", "variables": {"%s": NaN}}',
        }
        for place, body in bodies.items():
            self.send(place, content=body % plant(place), headers=post)
        self.send("no UTF-8", content=plant("no UTF-8").encode() + b"\xff\xfe", headers=post)
        self.send("too large", content='{"query": "' + plant("too large") * 5000, headers=post)
        self.send("a mutation by GET", "GET", params={"query": report % f'summary: "{plant("a mutation by GET")}"'})
        self.send("a form", data={"query": plant("a form")})
        self.send("a content type", content=b"{}", headers={"Content-Type": plant("a content type")})
        self.send("an accepted type", content=b"{}", headers={**post, "Accept": plant("an accepted type")})
        self.send("a token", content=b"{}", headers={**post, "Authorization": f"Bearer {plant('a token')}"})
        self.send("a scheme", content=b"{}", headers={**post, "Authorization": f"{plant('a scheme')} x"})
        self.send("a path", "GET", f"/{plant('a path')}")
        self.send("a method", plant("a method").upper(), "/graphql")
        self.send("a case's path", "GET", f"/v1/cases/{plant('a path to a case')}/bundle")
        self.send("a bundle's query", "GET", f"/v1/cases/{uuid4()}/bundle", params={"x": plant("a bundle's query")})
        self.send("a header", "GET", f"/v1/cases/{case_id}/bundle", "dashboard", {"X-Reason": plant("a header")})
        for name in ("format", "type", "by", "until", "knew", "x"):
            asked = {name: plant(f"a history's {name}")}
            self.send(f"a history's {name}", "GET", f"/v1/cases/{case_id}/history", params=asked)

        self._refused_emergencies(case_id)
        self._send_no_http("a line that is no request", plant("no request"))

    def _refused_emergencies(self, case_id: str) -> None:
        """Emergencies with one thing wrong each, and a reason that nobody is to read."""
        for name in ("commandId", "caseId", "reference", "minutes", self.plant("an unknown member")):
            asked = {"commandId": str(uuid4()), "caseId": case_id, "minutes": 5}
            asked |= {"reason": self.plant(f"the reason beside {name}"), name: self.plant(f"an emergency's {name}")}
            self._emergency(name, asked, "hr")
        told = {"commandId": str(uuid4()), "minutes": 5, "reason": self.plant("the reason for no case")}
        self._emergency("of no case", told | {"reference": self.plant("an emergency's reference")}, "hr")
        self._emergency("by an auditor", told | {"caseId": case_id}, "auditor")

    def _emergency(self, place: str, asked: Json, role: str) -> None:
        path, json_type = "/v1/emergency-access", {"Content-Type": "application/json"}
        self.send(f"emergency: {place}", path=path, role=role, content=json.dumps(asked), headers=json_type)

    def _send_no_http(self, place: str, line: str) -> None:
        with socket.create_connection(("127.0.0.1", self.shown.port), timeout=30) as connection:
            connection.sendall(f"{line}\r\n\r\n".encode())
            answer = connection.makefile("rb").read()
        self.answers.append(Answer(place, int(answer.split()[1]), answer.decode()))

    # --- Logs

    def refused_logs(self) -> Iterator[bytes]:
        """Logs with a canary wherever something is wrong; each is sent, and given to be imported otherwise."""
        path = "/v1/imports/e-safety-log"
        for name in ("bad rows", "bad bytes", "no header", "changed rows"):
            by_rest, otherwise = self._bad_log(name), self._bad_log(name)
            self.send(name, path=path, content=by_rest, headers={"Content-Type": "text/csv"})
            form = {"file": (self.plant(f"{name}, the file's name"), self._bad_log(name), "text/csv")}
            self.send(f"{name} in a form", path=path, files=form)
            yield otherwise
        self.send("a form's field", path=path, files={self.plant("a form's field"): ("x", b"y")})
        self.send("no form", path=path, content=self.plant("no form"), headers={"Content-Type": "multipart/form-data"})
        boundary = {"Content-Type": f"multipart/form-data; boundary={self.plant('a boundary')}"}
        self.send("a boundary", path=path, content=b"--x\r\n", headers=boundary)
        self.send("a log's type", path=path, content=b"", headers={"Content-Type": f"text/{self.plant('a type')}"})
        csv_type = {"Content-Type": "text/csv"}
        self.send("a log by an auditor", path=path, role="auditor", content=self._bad_log("bad rows"), headers=csv_type)

    def _bad_log(self, name: str) -> bytes:
        match name:
            case "bad rows":
                rows = [log_row(**{"reference": f"B{n}", **cells}) for n, cells in enumerate(self._bad_cells())]
                return log_text(*rows).encode()
            case "bad bytes":
                good = log_text(log_row(reference="C1", narrative=self.plant("beside bad bytes"))).encode()
                halves = [good + f'C2,900003,"{self.plant("quote never closed")}\n'.encode()]
                halves += [f"C3,900003,{self.plant('too few cells')}\n".encode()]
                halves += [f"C4,{self.plant('no UTF-8')}".encode() + b"\xff\n"]
                halves += [f"C5,{self.plant('NUL')}\0".encode() + b"\n"]
                return b"".join(halves).replace(b"2026-03-02", b"2026-02-31")
            case "no header":
                out = io.StringIO()
                csv.writer(out).writerow([self.plant(f"no header, {column}") for column in COLUMNS])
                return out.getvalue().encode()
            case _:
                changed = log_row(reference="GOOD-1", narrative=self.plant("changed since imported"))
                added = log_row(reference="GOOD-1", narrative=self.plant("added since imported"))
                return log_text(changed, added).encode()

    def _bad_cells(self) -> Iterator[dict[str, str]]:
        """Every column with a value that its rule refuses."""
        for column in COLUMNS:
            canary = self.plant(f"column {column}")
            match column:
                case "reference":
                    yield {column: f"={canary}"}
                    yield {column: canary.ljust(1000, "x")}
                case "url" | "poster_name" | "narrative" | "evidence_note":
                    yield {column: canary.ljust(20_001, "x")}
                case "classifications":
                    yield {column: canary}
                    yield {column: f"{self.plant('a nature')}:STAFF; ALLEGATION:STAFF"}
                    yield {column: f"ALLEGATION:{self.plant('a target')}"}
                case "duplicate_of":
                    yield {column: canary, "status": "DUPLICATE"}
                    yield {column: f"@{canary}", "status": "DUPLICATE"}
                case _:
                    yield {column: canary}


def write(folder: Path, name: str, content: bytes) -> Path:
    file = folder / name
    file.write_bytes(content)
    return file
