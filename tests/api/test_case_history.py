"""`GET /v1/cases/{case_id}/history`: one case step by step in three forms, recorded as taken out before it leaves."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import httpx
import pytest
from pypdf import PdfReader

from api.replay.table import COLUMNS
from tests.api.client import Client
from tests.api.reads import Json, Log

# Of the showcase: an incident with sealed texts, of many steps.
QUERY = """
query($id: ID!, $by: ActorSort, $types: [String!]) {
  case(id: $id) {
    history(first: 100, by: $by, types: $types) {
      nodes { position version type actor { role sort person { id name } } reason { state text } leafHash
              changes { field before after } sealed { part content { state text } } }
    }
  }
}
"""


@pytest.fixture(scope="module")
def case(shown: Client) -> Json:
    """The case of the showcase with the longest history of some."""
    listed = shown.ask(
        "{ cases(first: 100, orderBy: UPDATED_NEWEST) { nodes { id reference kind history { totalCount } } } }"
    )["cases"]["nodes"]
    incidents = [one for one in listed if one["kind"] == "INCIDENT"]
    found: Json = max(incidents, key=lambda one: (one["history"]["totalCount"], one["reference"]))
    assert found["history"]["totalCount"] >= 5
    return found


def get(client: Client, case: Json, role: str = "trust-lead", **params: Any) -> httpx.Response:
    return client.http.get(f"/v1/cases/{case['id']}/history", params=params, headers=client.headers(role))


def events(client: Client, case: Json, **given: Any) -> list[Json]:
    nodes: list[Json] = client.ask(QUERY, id=case["id"], **given)["case"]["history"]["nodes"]
    return nodes


def rows(answer: httpx.Response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def text_of(answer: httpx.Response) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages).split())


def test_each_step_is_what_the_graphql_history_says_of_the_event(shown: Client, case: Json) -> None:
    answer = get(shown, case)
    told = answer.json()

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.headers["content-disposition"] == f'attachment; filename="case-{case["id"]}.history.json"'
    assert told["case"]["reference"] == case["reference"]
    assert [
        {
            "position": step["position"],
            "version": step["version"],
            "type": step["type"],
            "actor": {
                "role": step["actor"]["role"],
                "sort": step["actor"]["sort"],
                "person": {name: step["actor"]["person"][name] for name in ("id", "name")},
            },
            "reason": step["reason"],
            "leafHash": step["leafHash"],
            "changes": step["changes"],
            "sealed": [
                {"part": text["part"], "content": {"state": text["state"], "text": text["text"]}}
                for text in step["texts"]
            ],
        }
        for step in told["steps"]
    ] == events(shown, case)


def test_the_changes_lead_from_each_state_to_the_next(shown: Client, case: Json) -> None:
    state: dict[str, Any] = {}
    for step in get(shown, case).json()["steps"]:
        for change in step["changes"]:
            assert state.pop(change["field"], None) == change["before"]
            if change["after"] is not None:
                state[change["field"]] = change["after"]
        assert state == step["state"]


def test_a_table_and_a_printed_history_say_the_same_events(shown: Client, case: Json) -> None:
    told = get(shown, case).json()["steps"]
    table, pages = get(shown, case, format="csv"), get(shown, case, format="pdf")

    assert table.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert pages.headers["content-type"] == "application/pdf"
    assert table.text.splitlines()[0] == ",".join(COLUMNS)
    assert [(row["position"], row["type"], row["leaf_hash"]) for row in rows(table)] == [
        (str(step["position"]), step["type"], step["leafHash"]) for step in told
    ]
    printed = text_of(pages)
    for step in told:
        assert f"position {step['position']} · {step['type']}" in printed
        assert step["leafHash"] in printed
        for text in step["texts"]:
            assert " ".join(text["text"].split()) in printed


def test_a_history_is_kept_to_types_to_people_or_programs_and_to_a_moment(shown: Client, case: Json) -> None:
    every = events(shown, case)
    types = [every[0]["type"], every[-1]["type"]]
    third = every[2]["position"]

    def versions(**params: Any) -> list[int]:
        return [step["version"] for step in get(shown, case, **params).json()["steps"]]

    assert versions(type=",".join(types)) == [event["version"] for event in every if event["type"] in types]
    for sort in ("HUMAN", "SYSTEM"):
        assert versions(by=sort.lower()) == [event["version"] for event in events(shown, case, by=sort)]
    assert versions(until=third) == [1, 2, 3]
    at = get(shown, case).json()["steps"][1]["recordedAt"]
    assert versions(until=at) == [1, 2]
    assert get(shown, case, until=third).json()["position"] == third


def test_who_knew_is_told_in_whole_on_request(shown: Client, case: Json) -> None:
    new, whole = get(shown, case).json()["steps"], get(shown, case, knew="all").json()["steps"]

    assert {step["knew"] for step in new} == {None}
    known: set[tuple[str, str]] = set()
    for step, with_all in zip(new, whole, strict=True):
        known |= {(one["person"]["id"], one["how"]) for one in step["learnt"]}
        assert {(one["person"]["id"], one["how"]) for one in with_all["knew"]} == known


@pytest.mark.parametrize(
    ("params", "fields"),
    [
        ({"format": "docx"}, ["format"]),
        ({"type": "incident.closed.v1,"}, ["type"]),
        ({"by": "HUMAN"}, ["by"]),
        ({"knew": "some"}, ["knew"]),
        ({"until": "yesterday"}, ["until"]),
        ({"until": "2026-09-14T08:30:00"}, ["until"]),
        ({"until": "0001-01-01T00:00:00+23:59"}, ["until"]),
        ({"until": "9999-12-31T23:59:59-23:59", "format": "pdf"}, ["until"]),
        ({"type": "incident.dreamt.v1"}, ["type"]),
        ({"frobnicate": "1"}, None),
    ],
)
def test_what_is_asked_wrongly_is_refused_by_the_parameters_name(
    log: Log, case: Json, params: dict[str, Any], fields: list[str] | None
) -> None:
    before = log.position
    answer = get(log.client, case, **params)

    assert (answer.status_code, answer.json().get("fields")) == (400, fields)
    assert answer.json()["code"] == "INVALID_INPUT"
    assert not any(value in answer.text for value in params.values() if value not in ("HUMAN", "1"))
    assert "frobnicate" not in answer.text
    assert log.position == before


@pytest.mark.parametrize("form", ["json", "csv", "pdf"])
def test_a_history_is_recorded_as_taken_out_with_the_parts_that_it_opens(log: Log, case: Json, form: str) -> None:
    for role, opens in (("trust-lead", True), ("auditor", False)):
        before = log.position
        answer = get(log.client, case, role, format=form)
        [recorded] = log.bodies(before)

        assert answer.status_code == 200
        assert (recorded["way"], recorded["cases"], recorded["histories"]) == ("export", [case["id"]], [case["id"]])
        # Who read the case is told in it.
        assert recorded["asked"] == ["readers"]
        assert bool(recorded.get("parts")) is opens
    [only] = log.client.ask(QUERY, id=case["id"], types=["incident.reported.v1"])["case"]["history"]["nodes"]
    before = log.position
    get(log.client, case, format=form, type=only["type"])
    [recorded] = log.bodies(before)
    assert [part[1:] for part in recorded["parts"]] == [[1, sealed["part"]] for sealed in only["sealed"]]


@pytest.mark.parametrize("form", ["json", "csv", "pdf"])
def test_an_auditor_is_given_neither_words_nor_names_in_any_form(shown: Client, case: Json, form: str) -> None:
    steps = get(shown, case).json()["steps"]
    said = {text["text"] for step in steps for text in step["texts"]} | {
        step["actor"]["person"]["name"] for step in steps
    }
    words = {" ".join(one.split()) for one in said if one}
    assert len(words) >= 5

    answer = get(shown, case, "auditor", format=form)
    found = text_of(answer) if form == "pdf" else " ".join(answer.text.split())
    if form == "json":
        found = " ".join(json.dumps(json.loads(answer.text), ensure_ascii=False).split())

    assert [one for one in words if one in found] == []


def test_a_history_of_a_case_that_is_not_there_is_no_history(shown: Client, case: Json) -> None:
    missing = get(shown, {"id": "6d1e2bf0-0000-4000-8000-000000000000"})
    other = get(shown, case, "hr")

    assert [(one.status_code, one.json()["code"]) for one in (missing, other)] == [(404, "NOT_FOUND")] * 2
    assert missing.content == other.content


def test_who_asks_who_knew_of_a_case_has_asked_who_read_it(log: Log, case: Json) -> None:
    query = "query($id: ID!) { case(id: $id) { history(first: 1) { nodes { knownBy { how what } } } } }"

    data, [recorded] = log.of(query, id=case["id"])

    [event] = data["case"]["history"]["nodes"]
    assert event["knownBy"][0]["how"] in ("RECORDED", "TOLD", "TOOK_PART", "READ")
    assert recorded["asked"] == ["case", "readers"]
