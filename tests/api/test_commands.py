"""Commands over GraphQL: carried out once, refused in words, and read back by every road."""

from __future__ import annotations

import threading
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.catalogue import COMMANDS
from tests.api.client import Client, Json

SCHOOL = "900003"
ITEM: Json = {
    "platform": "FACEBOOK",
    "posterRole": "PARENT",
    "discoveredOn": "2026-09-14",
    "postedOn": "2026-09-13",
    "classifications": [{"nature": "ALLEGATION", "target": "STAFF"}],
    "narrative": "Says that a teacher was drunk.",
}


def new_id() -> str:
    return str(uuid4())


def report(demo: Client, role: str = "trust-lead", **fields: Any) -> Json:
    given = {"commandId": new_id(), "schoolUrn": SCHOOL, "openedOn": "2026-09-14"} | fields
    return demo.command("reportIncident", role, **given)


def reported(demo: Client) -> tuple[str, str]:
    """A new incident with one item: their ids."""
    case_id = report(demo)["case"]["id"]
    result = demo.command("recordItem", caseId=case_id, commandId=new_id(), **ITEM)
    assert result["__typename"] == "Recorded", result
    [item] = items(demo, case_id, result["position"])
    return case_id, item["id"]


def items(demo: Client, case_id: str, at_least: int) -> list[Json]:
    query = (
        "query($id: ID!, $at: Int) { case(id: $id, atLeast: $at) { ... on Incident"
        " { items { id platform classifications { nature target } mark } } } }"
    )
    found: list[Json] = demo.ask(query, id=case_id, at=at_least)["case"]["items"]
    return found


def figures(demo: Client, **moment: Any) -> list[int]:
    query = (
        'query($asOf: AsOf, $at: Int) { monitoring(from: "2026-09-01", to: "2026-09-30", asOf: $asOf, atLeast: $at)'
        " { cells { value } } }"
    )
    return [cell["value"] for cell in demo.ask(query, **moment)["monitoring"]["cells"]]


def test_an_incident_is_reported_and_says_what_was_recorded(demo: Client) -> None:
    result = report(demo, summary="A post about a teacher.")

    assert result["__typename"] == "Recorded"
    assert result["replayed"] is False
    assert result["events"] == [{"type": "incident.reported.v1", "position": result["position"]}]
    assert result["case"]["status"] == "OPEN"
    assert result["case"]["version"] == 1


def test_the_same_command_is_carried_out_once(demo: Client) -> None:
    fields: Json = {"commandId": new_id(), "schoolUrn": SCHOOL, "openedOn": "2026-09-14"}
    first = demo.command("reportIncident", **fields)

    again = demo.command("reportIncident", **fields)

    assert again == first | {"replayed": True}


@pytest.mark.parametrize("change", ["content", "actor"])
def test_a_command_id_is_not_used_twice_for_different_things(demo: Client, change: str) -> None:
    fields: Json = {"commandId": new_id(), "schoolUrn": SCHOOL, "openedOn": "2026-09-14"}
    demo.command("reportIncident", **fields)

    if change == "content":
        again = demo.command("reportIncident", **fields | {"openedOn": "2026-09-13"})
    else:
        again = demo.command("reportIncident", "trust-lead", UUID(int=7), **fields)

    assert (again["__typename"], again["code"], again["fields"]) == ("Refused", "COMMAND_ID_REUSED", ["commandId"])


def test_a_command_decided_on_an_old_version_is_refused(demo: Client) -> None:
    case_id, _ = reported(demo)

    result = demo.command("addAddendum", caseId=case_id, commandId=new_id(), text="More.", expectedVersion=1)

    assert (result["code"], result["fields"]) == ("VERSION_CONFLICT", ["expectedVersion"])


def test_of_two_commands_at_once_on_one_version_one_wins(demo: Client) -> None:
    case_id, _ = reported(demo)
    results: list[Json] = []

    def add(text: str) -> None:
        results.append(demo.command("addAddendum", caseId=case_id, commandId=new_id(), text=text, expectedVersion=2))

    threads = [threading.Thread(target=add, args=(text,)) for text in ("one", "two", "three", "four")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(result.get("code", "RECORDED") for result in results) == ["RECORDED"] + ["VERSION_CONFLICT"] * 3


def test_reclassifying_moves_live_figures_leaves_the_past_and_names_its_event(demo: Client) -> None:
    case_id, item_id = reported(demo)
    before = demo.ask("{ ledger { position } }")["ledger"]["position"]
    figures_before = figures(demo, at=before)

    result = demo.command(
        "reclassifyItem",
        caseId=case_id,
        itemId=item_id,
        commandId=new_id(),
        reason="It is a threat.",
        classifications=[{"nature": "THREAT_OF_VIOLENCE", "target": "STAFF"}],
    )

    after = figures(demo, at=result["position"])
    moved = [new - old for new, old in zip(after, figures_before, strict=True)]
    assert moved == [-1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]
    assert figures(demo, asOf={"position": before}) == figures_before
    restated = demo.ask(
        'query($p: Int!) { restatements(from: "2026-09-01", to: "2026-09-30", between: { position: $p })'
        " { position type case { id } changes { count school { urn } month change } } }",
        p=before,
    )["restatements"]
    assert restated == [
        {
            "position": result["position"],
            "type": "incident.item_reclassified.v1",
            "case": {"id": case_id},
            "changes": [
                {"count": "ALLEGATIONS_ABOUT_STAFF", "school": {"urn": SCHOOL}, "month": "2026-09", "change": -1},
                {"count": "THREATS_OF_VIOLENCE", "school": {"urn": SCHOOL}, "month": "2026-09", "change": 1},
            ],
        }
    ]


def test_a_duplicate_counts_nothing_any_more_and_still_did_before(demo: Client) -> None:
    original, _ = reported(demo)
    copy, _ = reported(demo)
    before = demo.ask("{ ledger { position } }")["ledger"]["position"]
    figures_before = figures(demo, at=before)

    result = demo.command("markDuplicate", caseId=copy, original=original, commandId=new_id(), reason="The same post.")

    assert result["case"]["status"] == "DUPLICATE"
    assert figures(demo, at=result["position"])[0] == figures_before[0] - 1
    assert figures(demo, asOf={"position": before}) == figures_before
    shown = demo.ask("query($id: ID!) { case(id: $id) { mark duplicateOf { id } } }", id=copy)["case"]
    assert shown == {"mark": "DUPLICATE", "duplicateOf": {"id": original}}


def test_a_case_is_shown_as_it_stood_and_after_each_event_alike(demo: Client) -> None:
    case_id, item_id = reported(demo)
    closed = demo.command(
        "excludeItem", caseId=case_id, itemId=item_id, commandId=new_id(), mark="NOT_REPORTABLE", reason="Not ours."
    )
    shape = "version status ... on Incident { items { id mark narrative { text } } }"
    history = demo.ask(
        f"query($id: ID!, $at: Int) {{ case(id: $id, atLeast: $at) {{ {shape} history {{ nodes"
        f" {{ position version changes {{ field before after }} caseAfter {{ {shape} }} }} }} }} }}",
        id=case_id,
        at=closed["position"],
    )["case"]

    nodes = history["history"]["nodes"]
    for node in nodes:
        past = demo.ask(
            f"query($id: ID!, $p: Int!) {{ case(id: $id, asOf: {{ position: $p }}) {{ {shape} }} }}",
            id=case_id,
            p=node["position"],
        )["case"]
        assert past == node["caseAfter"]
    assert nodes[-1]["caseAfter"] == {key: value for key, value in history.items() if key != "history"}
    assert nodes[-1]["changes"] == [{"field": "items[1].mark", "before": None, "after": "NOT_REPORTABLE"}]


def test_a_case_did_not_exist_before_its_first_event(demo: Client) -> None:
    case_id, _ = reported(demo)

    assert demo.ask("query($id: ID!) { case(id: $id, asOf: { position: 5 }) { id } }", id=case_id) == {"case": None}


@pytest.mark.parametrize(
    ("rule", "name", "fields", "code", "at_fault"),
    [
        ("no identifier", "addAddendum", {"caseId": "INC-2026-000001", "text": "x"}, "INVALID_INPUT", ["caseId"]),
        (
            "another spelling of one",
            "addAddendum",
            {"caseId": "{" + str(UUID(int=1)) + "}", "text": "x"},
            "INVALID_INPUT",
            ["caseId"],
        ),
        ("no such case", "addAddendum", {"caseId": str(UUID(int=1)), "text": "x"}, "NOT_FOUND", ["caseId"]),
        (
            "no such school",
            "reportIncident",
            {"schoolUrn": "999999", "openedOn": "2026-09-14"},
            "NOT_FOUND",
            ["schoolUrn"],
        ),
        (
            "a day to come",
            "reportIncident",
            {"schoolUrn": SCHOOL, "openedOn": "2999-01-01"},
            "INVALID_INPUT",
            ["openedOn"],
        ),
        (
            "text too long",
            "reportIncident",
            {"schoolUrn": SCHOOL, "openedOn": "2026-09-14", "summary": "x" * 20_001},
            "INVALID_INPUT",
            ["summary"],
        ),
    ],
)
def test_what_breaks_a_rule_is_refused_with_its_field(
    demo: Client, rule: str, name: str, fields: Json, code: str, at_fault: list[str]
) -> None:
    before = demo.ask("{ ledger { position } }")

    result = demo.command(name, commandId=new_id(), **fields)

    assert (result["__typename"], result["code"]) == ("Refused", code)
    assert result["fields"] == at_fault
    assert demo.ask("{ ledger { position } }") == before


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_known_to_the_api_by_its_fields(name: str) -> None:
    from dataclasses import fields

    from api.graphql.schema import build_schema
    from domain.naming import camel

    given = build_schema()._schema.type_map[f"{name}Input"]

    assert set(given.fields) == {camel(field.name) for field in fields(COMMANDS[name])}  # type: ignore[attr-defined]
