"""What a program gets with a key of some scopes and schools: cases, texts, figures, bundles, imports, commands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from starlette.requests import Request

from api.callers import Authenticate
from domain.scopes import Scope
from services.scope import Caller
from tests.api.client import Client, Json

CASES = "{ cases(first: 3) { totalCount edges { node { id schoolUrn: school { urn } } } } }"
TEXTS = "{ cases(first: 5) { edges { node { ... on Incident { items { narrative { state } } } } } } }"
FIGURES = """{ monitoring(from: "2024-09-01", to: "2026-07-31", groupBy: [COUNT, SCHOOL]) {
    scope cells { count value withheld school { urn } } } }"""
RESTATEMENTS = """{ restatements(from: "2024-09-01", to: "2026-07-31", between: {position: 1}) { position } }"""
URN = "900003"


@pytest.fixture
def as_program(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let whoever is authenticated be a program of these scopes and schools, in the role that the token says."""
    authenticate = Authenticate.__call__
    held: dict[str, Any] = {}

    async def scoped(self: Authenticate, request: Request) -> Caller:
        return replace(await authenticate(self, request), client="clk_1", **held)

    monkeypatch.setattr(Authenticate, "__call__", scoped)

    def hold(*scopes: str, schools: tuple[str, ...] | None = None) -> None:
        held.update(scopes=frozenset(scopes), schools=schools)

    return hold


def values(answer: Json) -> int:
    return sum(cell["value"] for cell in answer["monitoring"]["cells"])


def test_cases_are_listed_and_found_with_the_scope_alone(demo: Client, as_program: Any) -> None:
    as_program(Scope.CASES_READ)
    found = demo.ask(CASES)["cases"]
    assert found["totalCount"] > 0
    one = found["edges"][0]["node"]["id"]
    query = "query($id: ID!) { case(id: $id) { id } }"
    assert demo.ask(query, id=one)["case"] == {"id": one}

    as_program(*(set(Scope) - {Scope.CASES_READ}))
    assert demo.ask(CASES)["cases"] == {"totalCount": 0, "edges": []}
    assert demo.ask(query, id=one)["case"] is None
    assert demo.http.get(f"/v1/cases/{one}/bundle", headers=demo.headers("trust-lead")).status_code == 404


def test_words_are_opened_with_the_scope_alone(demo: Client, as_program: Any) -> None:
    def states() -> set[str]:
        return {
            item["narrative"]["state"]
            for edge in demo.ask(TEXTS)["cases"]["edges"]
            for item in edge["node"].get("items", [])
            if item["narrative"] is not None
        }

    as_program(Scope.CASES_READ, Scope.TEXTS_READ)
    opened = states()
    as_program(Scope.CASES_READ, Scope.FIGURES_READ, Scope.CASES_WRITE)
    assert (opened, states()) == ({"OPEN"}, {"WITHHELD"})


def test_figures_need_their_scope_and_never_pass_for_none(demo: Client, as_program: Any) -> None:
    as_program(Scope.FIGURES_READ, Scope.CASES_READ)
    whole = demo.ask(FIGURES)
    assert values(whole) > 0
    # The same reader but for that one scope; what was planned before must not be what answers.
    as_program(Scope.CASES_READ)
    assert demo.refuse(FIGURES) == ["NOT_ALLOWED"]
    as_program(Scope.FIGURES_READ)
    alone = demo.ask(FIGURES)
    assert (values(alone), alone["monitoring"]["scope"]) == (values(whole), "ALL")
    # Who counts the cases in sight alone, and sees none, is not told of zeros.
    assert demo.refuse(FIGURES, "headteacher:900003") == ["NOT_ALLOWED"]
    as_program(*(set(Scope) - {Scope.FIGURES_READ}))
    for query in (FIGURES, RESTATEMENTS):
        assert demo.refuse(query) == ["NOT_ALLOWED"]


def test_a_key_is_kept_to_its_schools(demo: Client, as_program: Any) -> None:
    as_program(*Scope)
    everywhere = demo.ask(CASES)["cases"]["totalCount"], values(demo.ask(FIGURES))
    as_program(*Scope, schools=(URN,))

    answer = demo.ask("{ cases(first: 100) { totalCount edges { node { school { urn } } } } }")["cases"]
    figures = demo.ask(FIGURES)["monitoring"]

    assert {edge["node"]["school"]["urn"] for edge in answer["edges"]} == {URN}
    assert {cell["school"]["urn"] for cell in figures["cells"]} == {URN}
    assert 0 < answer["totalCount"] < everywhere[0]
    assert 0 < sum(cell["value"] for cell in figures["cells"]) < everywhere[1]
    assert [school["urn"] for school in demo.ask("{ schools { urn } }")["schools"]] == [URN]


def opened(demo: Client, role: str, urn: str = URN) -> Json:
    return demo.command("reportIncident", role, commandId=str(uuid4()), schoolUrn=urn, openedOn="2026-07-01")


def remarked(demo: Client, case: str) -> Json:
    return demo.command("addAddendum", "trust-lead", commandId=str(uuid4()), caseId=case, text="Seen again")


def test_cases_are_opened_and_changed_with_the_scopes_alone_and_at_the_keys_schools(
    demo: Client, as_program: Any
) -> None:
    as_program(Scope.CASES_WRITE, schools=(URN,))
    done = opened(demo, f"mis:{URN}")
    assert done["__typename"] == "Recorded"
    assert opened(demo, "trust-lead", "900001")["code"] == "NOT_FOUND"
    as_program(Scope.CASES_READ)
    [one] = [edge["node"]["id"] for edge in demo.ask(CASES)["cases"]["edges"]][:1]
    refused = [opened(demo, f"mis:{URN}"), remarked(demo, one)]
    assert [answer["code"] for answer in refused] == ["NOT_ALLOWED", "NOT_ALLOWED"]
    as_program(Scope.CASES_WRITE)
    # What is not seen is not there.
    assert remarked(demo, one)["code"] == "NOT_FOUND"
    as_program(Scope.CASES_WRITE, Scope.CASES_READ)
    assert remarked(demo, one)["__typename"] == "Recorded"


@pytest.mark.parametrize("what", ["bundle", "history"])
def test_a_case_is_taken_out_with_the_scope_alone(demo: Client, as_program: Any, what: str) -> None:
    as_program(*Scope)
    one = demo.ask(CASES)["cases"]["edges"][0]["node"]["id"]
    address, headers = f"/v1/cases/{one}/{what}", demo.headers("trust-lead")
    assert demo.http.get(address, headers=headers).status_code == 200
    as_program(*(set(Scope) - {Scope.CASES_EXPORT}))

    refused = demo.http.get(address, headers=headers)

    assert (refused.status_code, refused.json()["code"]) == (403, "NOT_ALLOWED")


def test_a_log_is_imported_with_the_scope_alone_and_into_the_keys_schools(demo: Client, as_program: Any) -> None:
    header = (Path(__file__).parents[2] / "examples" / "e_safety_log.csv").read_text().splitlines()[0]
    headers = demo.headers("trust-lead") | {"Content-Type": "text/csv"}
    as_program(*(set(Scope) - {Scope.LOG_IMPORT}))
    refused = demo.http.post("/v1/imports/e-safety-log", content=header, headers=headers)
    as_program(Scope.LOG_IMPORT)
    taken = demo.http.post("/v1/imports/e-safety-log", content=header, headers=headers)

    assert (refused.status_code, refused.json()["code"], taken.status_code) == (403, "NOT_ALLOWED", 200)


def test_what_a_key_cannot_do_is_not_offered(demo: Client, as_program: Any) -> None:
    query = "{ cases(first: 1, filter: {statuses: [OPEN]}) { edges { node { allowedActions } } } }"
    as_program(Scope.CASES_READ, Scope.CASES_WRITE)
    offered = demo.ask(query)["cases"]["edges"][0]["node"]["allowedActions"]
    as_program(Scope.CASES_READ)
    kept = demo.ask(query)["cases"]["edges"][0]["node"]["allowedActions"]
    assert (bool(offered), kept) == (True, [])
