"""What a command answers: the case as the ledger has it, whatever is asked of it, by one statement."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from api.graphql import commands
from api.graphql.answers import Opened, text_of
from ledger.keys import KeysUnavailableError
from tests.api.client import Client, Json, counted_statements
from tests.api.test_commands import ITEM, SCHOOL, new_id, report, reported
from tests.support.postgres import DatabaseUrls

STATE = """version status reference allowedActions outstanding { code clause } school { urn name } owner { id }
    links { kind restricted case { reference } } duplicateOf { reference }
    ... on Incident { summary { state text } items { id narrative { text } mark removal } }"""
EVENT = "id position version type recordedAt actor { person { id } role } reason { text } data leafHash"
WHOLE = f"""{STATE} __typename history(first: 10) {{ totalCount pageInfo {{ hasNextPage endCursor }}
    nodes {{ {EVENT} sealed {{ part content {{ text }} }} changes {{ field before after }}
    caseAfter {{ {STATE} history(first: 1) {{ nodes {{ type caseAfter {{ version }} }} }} }} }} }}"""


def told(demo: Client, name: str, selection: str, role: str = "trust-lead", **fields: Any) -> Json:
    kind = name[0].upper() + name[1:]
    query = f"mutation($input: {kind}Input!) {{ {name}(input: $input) {{ ... on Recorded {{ {selection} }} }} }}"
    result: Json = demo.ask(query, role, input={"commandId": new_id(), **fields})[name]
    return result


def read_back(demo: Client, case_id: str, selection: str, at: int, role: str = "trust-lead") -> Json:
    query = f"query($id: ID!, $at: Int) {{ case(id: $id, atLeast: $at) {{ {selection} }} }}"
    found: Json = demo.ask(query, role, id=case_id, at=at)["case"]
    return found


@contextmanager
def nothing_projected(urls: DatabaseUrls) -> Iterator[None]:
    """Hold the table of cases so that it can be read and not written."""
    with psycopg.connect(urls.admin_main) as holder:
        holder.execute("LOCK TABLE case_file IN EXCLUSIVE MODE")
        yield
        holder.rollback()


@pytest.mark.parametrize("role", ["trust-lead", f"headteacher:{SCHOOL}"])
def test_a_new_case_is_told_whole_before_the_read_tables_have_it(
    demo: Client, database_urls: DatabaseUrls, role: str
) -> None:
    with nothing_projected(database_urls):
        fields: Json = {"schoolUrn": SCHOOL, "openedOn": "2026-09-14", "summary": 'What \u2028 \U0001f600 "was" said.'}
        result = told(
            demo, "reportIncident", f"position replayed case {{ id {WHOLE} }} events {{ {EVENT} }}", role, **fields
        )

    case = result["case"]
    assert case["summary"] == {"state": "OPEN", "text": fields["summary"]}
    assert [event["caseAfter"]["version"] for event in case["history"]["nodes"]] == [1]
    assert [event["position"] for event in result["events"]] == [result["position"]]
    assert case == read_back(demo, case["id"], f"id {WHOLE}", result["position"], role)


def test_a_command_on_a_case_tells_it_as_a_query_does_afterwards(demo: Client) -> None:
    case_id, item_id = reported(demo)
    other, _ = reported(demo)
    told(demo, "linkCase", "position", caseId=case_id, other=other, kind="RELATED")

    result = told(
        demo,
        "excludeItem",
        f"position case {{ {WHOLE} }} events {{ type reason {{ text }} caseAfter {{ {STATE} }} changes {{ field }} }}",
        caseId=case_id,
        itemId=item_id,
        mark="NOT_REPORTABLE",
        reason="Not ours.",
    )

    [event] = result["events"]
    assert (event["type"], event["reason"]) == ("incident.item_excluded.v1", {"text": "Not ours."})
    case = read_back(demo, case_id, WHOLE, result["position"])
    assert result["case"] == case
    assert event["caseAfter"] == {name: case[name] for name in event["caseAfter"]}
    assert [link["case"]["reference"] for link in case["links"]] != []


def test_commands_of_one_document_are_carried_out_in_order_and_told_each_for_itself(demo: Client) -> None:
    case_id, _ = reported(demo)
    query = """mutation($one: AddAddendumInput!, $two: AddAddendumInput!) { __typename
        one: addAddendum(input: $one) { ...Told } two: addAddendum(input: $two) { ...Told }
        again: addAddendum(input: $one) { ...Told }
        none: addAddendum(input: {caseId: "x", commandId: "y", text: ""}) { ...Told } }
        fragment Told on CommandResult { __typename ... on Refused { code fields clause }
        ... on Recorded { replayed now: case { version } events { version } } }"""
    one = {"caseId": case_id, "commandId": new_id(), "text": "One."}
    two = {"caseId": case_id, "commandId": new_id(), "text": "Two."}

    answer = demo.ask(query, one=one, two=two)

    def recorded(now: int, version: int, *, replayed: bool = False) -> Json:
        events = [{"version": version}]
        return {"__typename": "Recorded", "replayed": replayed, "now": {"version": now}, "events": events}

    assert answer == {
        "__typename": "Mutation",
        "one": recorded(3, 3),
        "two": recorded(4, 4),
        "again": recorded(3, 3, replayed=True),
        "none": {"__typename": "Refused", "code": "INVALID_INPUT", "fields": ["commandId"], "clause": None},
    }


def test_nothing_is_carried_out_whose_answer_could_not_be_given(demo: Client) -> None:
    before = demo.ask("{ ledger { position } }")
    query = """mutation($input: ReportIncidentInput!) { reportIncident(input: $input) {
        ... on Recorded { case { history(after: "x") { totalCount } } } } }"""

    answer = demo.send(query, input={"commandId": new_id(), "schoolUrn": SCHOOL, "openedOn": "2026-09-14"}).json()

    assert answer["data"] is None
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["INVALID_INPUT"]
    assert demo.ask("{ ledger { position } }") == before


def test_what_is_refused_within_another_case_leaves_the_command_and_its_answer(demo: Client) -> None:
    case_id, _ = reported(demo)
    other, _ = reported(demo)
    told(demo, "linkCase", "position", caseId=case_id, other=other, kind="RELATED")
    query = """mutation($input: AddAddendumInput!) { addAddendum(input: $input) { ... on Recorded {
        case { version links { case { history(after: "x") { totalCount } } } } } } }"""

    answer = demo.send(query, input={"caseId": case_id, "commandId": new_id(), "text": "More."}).json()

    assert answer["data"] == {"addAddendum": {"case": {"version": 4, "links": [{"case": None}]}}}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["INVALID_INPUT"]


def test_an_answer_that_fails_says_what_stands_in_the_ledger_all_the_same(
    demo: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id, _ = reported(demo)
    position = demo.ask("{ ledger { position } }")["ledger"]["position"]
    fields = {"caseId": case_id, "text": "More."}
    query = """mutation($one: AddAddendumInput!, $two: AddAddendumInput!, $three: AddAddendumInput!) {
        one: addAddendum(input: $one) { __typename } two: addAddendum(input: $two) { __typename }
        three: addAddendum(input: $three) { __typename } }"""
    given: Json = {name: fields | {"commandId": new_id()} for name in ("one", "two", "three")}
    answers = iter([text_of])

    def keys_away(*asked: Any) -> Opened | None:
        found = next(answers, None)
        if found is None:
            raise KeysUnavailableError
        return found(*asked)

    with monkeypatch.context() as patched:
        patched.setattr(commands, "text_of", keys_away)
        answer = demo.send(query, **given).json()

    assert answer["data"] is None
    assert [(error["path"], error["extensions"]) for error in answer["errors"]] == [
        (["two"], {"code": "KEYS_UNAVAILABLE", "recorded": {"one": position + 1, "two": position + 2}})
    ]
    # The third was not carried out, and what was is told again to whoever asks with the same ids.
    assert demo.ask("{ ledger { position } }") == {"ledger": {"position": position + 2}}
    kinds = {name: result["__typename"] for name, result in demo.ask(query, **given).items()}
    assert kinds == {"one": "Recorded", "two": "Recorded", "three": "Recorded"}


def test_whatever_is_asked_of_a_command_takes_one_statement_and_one_fold(
    demo: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken(selection: str) -> int:
        case_id = report(demo, summary="S")["case"]["id"]
        demo.command("recordItem", caseId=case_id, commandId=new_id(), **ITEM)
        told(demo, "addAddendum", selection, caseId=case_id, text="More.")
        with counted_statements(monkeypatch) as statements:
            told(demo, "addAddendum", selection, caseId=case_id, text="More.")
        return len(statements)

    # One for the answer; then the openable cases, the streams and the pack of the fold, one for the states after it,
    # one for sealed texts and one for their keys.
    least = taken("position")
    assert taken(f"case {{ {STATE} }} events {{ type data }}") <= least + 2
    assert taken(f"case {{ {STATE} history {{ nodes {{ caseAfter {{ {STATE} }} }} }} }}") <= least + 7
