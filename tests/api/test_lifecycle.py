"""Transfers, requested corrections and closings over GraphQL: given as commands, and read back on the case."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tests.api.client import Client, Json
from tests.api.test_commands import SCHOOL, new_id, report, reported

OTHER = "900001"
PERSON = UUID(int=91)


def give(demo: Client, name: str, case_id: str, role: str = "trust-lead", **fields: Any) -> Json:
    """Give a command that must be carried out."""
    result = demo.command(name, role, commandId=new_id(), caseId=case_id, **fields)
    assert result["__typename"] == "Recorded", result
    return result


def shown(demo: Client, case_id: str, position: str, selection: str, role: str = "trust-lead") -> Json:
    """What the case shows once everything up to a position can be read."""
    query = f"query($id: ID!, $at: Int) {{ case(id: $id, atLeast: $at) {{ {selection} }} }}"
    found: Json = demo.ask(query, role, id=case_id, at=position)["case"]
    return found


def test_a_case_shows_where_it_moved_and_where_its_items_count(demo: Client) -> None:
    case_id, item = reported(demo)
    moved = give(
        demo, "transferCase", case_id, schoolUrn=OTHER, transferredOn="2026-09-20", reason="She goes there now."
    )

    selection = (
        "school { urn } transfers { fromSchool { urn } toSchool { urn } transferredOn reason { state text } }"
        " ... on Incident { items { id countedAt { urn } } }"
    )
    assert shown(demo, case_id, moved["position"], selection) == {
        "school": {"urn": OTHER},
        "transfers": [
            {
                "fromSchool": {"urn": SCHOOL},
                "toSchool": {"urn": OTHER},
                "transferredOn": "2026-09-20",
                "reason": {"state": "OPEN", "text": "She goes there now."},
            }
        ],
        "items": [{"id": item, "countedAt": {"urn": SCHOOL}}],
    }
    assert shown(demo, case_id, moved["position"], "id", f"headteacher:{OTHER}") == {"id": case_id}
    assert shown(demo, case_id, moved["position"], "id", f"headteacher:{SCHOOL}") is None


def test_a_case_shows_what_was_asked_to_be_put_right_and_who_decided(demo: Client) -> None:
    case_id, item = reported(demo)
    asked = give(
        demo,
        "requestCorrection",
        case_id,
        f"headteacher:{SCHOOL}",
        text="It was Tuesday.",
        itemId=item,
        version=2,
        requestedBy=str(PERSON),
    )
    selection = (
        "outstanding { code itemId beforeClosing } corrections { id version itemId state text { text }"
        " requestedBy { id } decidedBy { id } notes { text } reason { text } }"
    )
    waiting = shown(demo, case_id, asked["position"], selection)
    assert {"code": "DECIDE_CORRECTION", "itemId": item, "beforeClosing": False} in waiting["outstanding"]
    [request] = waiting["corrections"]

    decided = give(demo, "rejectCorrection", case_id, correctionId=request["id"], reason="It was Monday.")

    after = shown(demo, case_id, decided["position"], selection)
    assert "DECIDE_CORRECTION" not in {duty["code"] for duty in after["outstanding"]}
    [answered] = after["corrections"]
    assert answered["decidedBy"] is not None
    assert answered | {"decidedBy": None} == {
        "id": request["id"],
        "version": 2,
        "itemId": item,
        "state": "REJECTED",
        "text": {"text": "It was Tuesday."},
        "requestedBy": {"id": str(PERSON)},
        "decidedBy": None,
        "notes": None,
        "reason": {"text": "It was Monday."},
    }


def test_a_case_that_was_closed_twice_shows_both_closings(demo: Client) -> None:
    case_id = report(demo)["case"]["id"]
    close: Json = {"outcome": "NO_FURTHER_ACTION", "closedOn": "2026-09-20", "override": "It is a test."}
    give(demo, "closeIncident", case_id, **close, notes="Nothing came of it.")
    give(demo, "reopenIncident", case_id, reopenedOn="2026-09-21", reason="Something did.")
    last = give(demo, "closeIncident", case_id, **close | {"outcome": "POST_REMOVED", "closedOn": "2026-09-22"})

    selection = "outcome closures { closedOn outcome asLogged notes { text } reopenedOn reason { text } }"
    assert shown(demo, case_id, last["position"], selection) == {
        "outcome": "POST_REMOVED",
        "closures": [
            {
                "closedOn": "2026-09-20",
                "outcome": "NO_FURTHER_ACTION",
                "asLogged": False,
                "notes": {"text": "Nothing came of it."},
                "reopenedOn": "2026-09-21",
                "reason": {"text": "Something did."},
            },
            {
                "closedOn": "2026-09-22",
                "outcome": "POST_REMOVED",
                "asLogged": False,
                "notes": None,
                "reopenedOn": None,
                "reason": None,
            },
        ],
    }
