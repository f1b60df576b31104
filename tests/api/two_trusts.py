"""Two trusts in one server: what somebody of A may know of it, somebody of B, and what of answers must be the same.

Trust A is the demonstration with its showcase; B has one school of the same number and a few cases.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx

from services.registers import join_school, register_trust
from services.scope import system_caller
from tests.api.client import Client
from tests.api.test_access import OPENING, an_input
from tests.api.uploads import upload

B = UUID("b0000000-0000-4000-8000-00000000000b")
# The school of B has the number of one of A's; the other is A's alone.
SCHOOL, OF_A_ALONE, OF_NOBODY = "900003", "900001", "912345"
# What each command that opens a case is given, with all that it needs.
HEADS = {"heads": [{"aboutSchool": True, "aboutStaff": False}], "receivedBy": "HEADTEACHER", "means": "LETTER"}
GIVEN = {name: given | (HEADS if name == "ReceiveComplaint" else {}) for name, given in OPENING.items()}
ROLES = ("trust-lead", "auditor", "dashboard", "dpo", "hr", f"headteacher:{SCHOOL}", f"staff:{SCHOOL}", "admin")
DAYS = 'from: "2023-09-01", to: "2027-08-31"'
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Harvest:
    """What somebody of A may know of A."""

    cases: Mapping[str, str]
    incident: str
    # As its address ends: the case, `files`, and the file.
    file: str
    reference: str
    school_reference: str
    person: str
    owner: str
    subject: str
    reader: str
    position: int
    cursors: Mapping[str, str]
    commands: list[str]


def said(one: str) -> list[Any]:
    """What stands in a cursor."""
    told: list[Any] = json.loads(base64.urlsafe_b64decode(one + "=" * (-len(one) % 4)))
    return told


def cursor(said: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(said, separators=(",", ":")).encode()).decode().rstrip("=")


REPORT = f"monitoring({DAYS}, groupBy: [COUNT, SCHOOL])"


def member(client: Client, trust: UUID) -> Client:
    """The same server, asked by somebody of another trust."""
    stranger = copy(client)
    stranger.trust_id = trust
    return stranger


def somebody_of_b(shown: Client) -> Client:
    """Somebody of B, which has a school and a few cases of its own."""
    ledger = register_trust(shown.runtime.database, shown.runtime.key_store, B, "Trust B")
    join_school(ledger, system_caller(B), urn=SCHOOL, name="School of B", joined_on=date(2024, 9, 1))
    client = member(shown, B)
    for name, given in GIVEN.items():
        recorded = client.command(name[0].lower() + name[1:], **an_input(name, **given))
        assert recorded["__typename"] == "Recorded", recorded
    client.ask("query($at: Int) { cases(atLeast: $at) { totalCount } }", at=recorded["position"])
    return client


def case_of_b(of_b: Client) -> str:
    """A case of B."""
    [node] = of_b.ask("{ cases(first: 1, filter: { kinds: [INCIDENT] }) { nodes { id } } }")["cases"]["nodes"]
    case_id: str = node["id"]
    return case_id


def harvest_of_a(shown: Client) -> Harvest:
    """What somebody of A finds by asking."""
    shown.ask("{ cases { totalCount } }")
    ends = " ".join(
        f"{name} {{ pageInfo {{ endCursor }} }}"
        for name in (
            "cases(first: 7)",
            "deadlines(first: 3)",
            "duties(first: 3)",
            "retention(first: 3)",
            "readLog(first: 1)",
        )
    )
    cursors = shown.ask(f"{{ {ends} }}")
    signed = shown.http.post("/v1/ledger/checkpoints", headers=shown.headers("auditor"))
    assert signed.status_code == 200, signed.text
    cursors |= shown.ask("{ ledger { checkpoints(first: 1) { pageInfo { endCursor } } } }")["ledger"]
    kinds = {
        kind: shown.ask(f"{{ cases(first: 1, filter: {{ kinds: [{kind}] }}) {{ nodes {{ id reference }} }} }}")
        for kind in ("INCIDENT", "COMPLAINT", "STAFF_BREACH")
    }
    cases = {kind: answer["cases"]["nodes"][0] for kind, answer in kinds.items()}
    pages = " ".join(f"{name}(first: 1) {{ pageInfo {{ endCursor }} }}" for name in ("history", "readers"))
    lists = shown.ask(f"query($id: ID!) {{ case(id: $id) {{ {pages} }} }}", id=cases["INCIDENT"]["id"])["case"]
    figures = shown.ask(f"{{ {REPORT} {{ cells {{ contributions(first: 1) {{ pageInfo {{ endCursor }} }} }} }} }}")
    listed = shown.ask(
        "{ cases(first: 100) { nodes { schoolReference owner { id } ... on StaffBreach { subject { id } } } }"
        " ledger { position } viewer { person { id } } }"
    )
    oldest = shown.ask("{ cases(first: 100, orderBy: OPENED_OLDEST) { nodes { schoolReference owner { id } } } }")
    nodes = listed["cases"]["nodes"] + oldest["cases"]["nodes"]
    with shown.runtime.database.trust(shown.trust_id).connection() as connection:
        rows = connection.execute(
            "SELECT command_id::text FROM command WHERE trust_id = %s ORDER BY first_position DESC LIMIT 400",
            (shown.trust_id,),
        ).fetchall()
    return Harvest(
        cases={kind: case["id"] for kind, case in cases.items()},
        incident=cases["INCIDENT"]["id"],
        file=f"{cases['INCIDENT']['id']}/files/{upload(shown, cases['INCIDENT']['id'])['fileId']}",
        reference=cases["COMPLAINT"]["reference"],
        school_reference=next(node["schoolReference"] for node in nodes if node["schoolReference"]),
        person=listed["viewer"]["person"]["id"],
        owner=next(node["owner"]["id"] for node in nodes if node["owner"]),
        subject=next(node["subject"]["id"] for node in nodes if node.get("subject")),
        reader=listed["viewer"]["person"]["id"],
        position=listed["ledger"]["position"] - 5,
        cursors={name: page["pageInfo"]["endCursor"] for name, page in cursors.items()}
        | {name: page["pageInfo"]["endCursor"] for name, page in lists.items()}
        | {
            "contributions": next(
                cell["contributions"]["pageInfo"]["endCursor"]
                for cell in figures["monitoring"]["cells"]
                if cell["contributions"]["pageInfo"]["endCursor"]
            )
        },
        commands=[one for (one,) in rows],
    )


def invented(real: Any) -> Any:
    """What is of the same form, and nobody's."""
    if isinstance(real, int):
        return real + 3
    if isinstance(real, list):
        return [OF_NOBODY]
    if ID.fullmatch(real):
        return str(uuid4())
    if "/" in real:
        return "/".join(map(invented, real.split("/")))
    if real.startswith("W"):
        other = [
            one + 3 if type(one) is int else str(uuid4()) if isinstance(one, str) and ID.fullmatch(one) else one
            for one in said(real)
        ]
        return cursor(other)
    return re.sub(r"[0-9]+$", lambda found: "9" * len(found[0]), real)


# What differs from one answer to the next whatever is asked.
_CHANGES_ALWAYS = {"date", "ratelimit", "etag", "server-timing", "x-request-id"}


def told(answer: httpx.Response) -> tuple[int, bytes, dict[str, str]]:
    """All of an answer that must be the same."""
    headers = {name: value for name, value in answer.headers.items() if name.lower() not in _CHANGES_ALWAYS}
    return answer.status_code, answer.content, headers


def mutation(name: str) -> str:
    command = name[0].lower() + name[1:]
    return (
        f"mutation($input: {name}Input!) {{ {command}(input: $input) {{ __typename"
        " ... on Refused { code message clause fields }"
        " ... on Recorded { replayed events { type version data } case { status version } } } }"
    )
