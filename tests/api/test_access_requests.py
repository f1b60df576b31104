"""Requests for access and referrals over HTTP: from the receipt to the answer, and what is recorded of each look."""

from __future__ import annotations

import io
import json
import re
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zipfile import ZipFile

import httpx
import pytest

from api.rest.access_requests import ACCESS_OPERATIONS, Answering, KeepingBack, Receiving
from api.rest.tra_referrals import TraReferral
from domain.vocabulary import CODE_LISTS
from services import clock, people
from services.people import NameUse, Person
from services.tra_fields import REFERRAL_FIELDS
from tests.api.client import Client
from tests.api.reads import Log
from tests.api.uploads import PDF, upload
from tests.api.verbs import Run

SCHOOL = "900003"
TODAY = clock.london_date(clock.now())
PATH = "/v1/access-requests"
PAGES = {
    name: (Path(__file__).parents[2] / "docs" / "how-to" / f"{name}.md").read_text()
    for name in ("answer-an-access-request", "refer-to-the-tra")
}


def get(client: Client, path: str, role: str = "dpo", **parameters: Any) -> httpx.Response:
    return client.http.get(path, params=parameters, headers=client.headers(role))


def post(client: Client, path: str, role: str = "dpo", **body: Any) -> tuple[int, Any]:
    given = {"commandId": str(uuid4()), **body}
    answer = client.http.post(f"{PATH}{path}", json=given, headers=client.headers(role))
    return answer.status_code, answer.json()


@pytest.fixture
def pupil(demo: Client) -> str:
    """A pupil whom the registry knows, who posted something of which a file is kept."""
    person, trust = uuid4(), demo.runtime.database.trust(demo.trust_id)
    with trust.transaction() as connection:
        people.register(connection, demo.trust_id, [Person(person, "PUPIL", {NameUse.USUAL: "Ada <Quill>"})])
    return str(person)


def posted(client: Client, pupil: str, narrative: str = "Called a friend names.") -> str:
    """An incident in which the pupil posted something."""
    opened = client.command(
        "reportIncident", commandId=str(uuid4()), schoolUrn=SCHOOL, openedOn="2026-09-10", summary="A post."
    )
    case_id: str = opened["case"]["id"]
    recorded = client.command(
        "recordItem",
        commandId=str(uuid4()),
        caseId=case_id,
        platform="TIKTOK",
        posterRole="PUPIL",
        poster=pupil,
        discoveredOn="2026-09-10",
        handle="@quill",
        narrative=narrative,
    )
    assert recorded["__typename"] == "Recorded", recorded
    upload(client, case_id, about=pupil)
    return case_id


def received(client: Client, pupil: str, **given: Any) -> Any:
    told = {"person": pupil, "receivedOn": TODAY.isoformat(), "channel": "LETTER", **given}
    status, answer = post(client, "", **told)
    assert status == 201, answer
    return answer["request"]


def test_a_request_is_received_looked_through_and_answered_and_each_look_is_recorded(demo: Client, pupil: str) -> None:
    # given
    log = Log(demo)
    case_id = posted(demo, pupil)
    request = received(demo, pupil, asked="Everything, please.")
    request_id = request["requestId"]
    assert (request["state"], request["isOverdue"], request["months"]) == ("OPEN", False, 1)
    assert date.fromisoformat(request["dueOn"]) >= date.fromisoformat(request["endsOn"])
    assert (date.fromisoformat(request["dueOn"]) - TODAY).days == request["daysLeft"]

    # when it is looked through
    before = log.position
    review = get(demo, f"{PATH}/{request_id}/review").json()

    # then
    [case] = review["content"]["cases"]
    [entry] = log.bodies(before)
    assert (entry["actor_role"], entry["purpose"], entry["way"], entry["cases"], entry["asked"]) == (
        "dpo",
        "SUBJECT_ACCESS",
        "export",
        [case_id],
        ["accessRequest"],
    )
    assert {part[2] for part in entry["parts"]} == {"narrative", "handle", "file_name", "fingerprint"}
    texts = {text["text"]: text["mark"] for event in case["events"] for text in event["texts"]}
    assert texts == {"Called a friend names.": "MAY_MENTION_OTHERS", "@quill": "ABOUT_THEM"}
    [event] = [event for event in case["events"] if event["texts"]]

    # when the narrative is kept back, and the answer is given
    kept = {"caseId": case_id, "version": event["version"], "part": "narrative", "exemption": "THIRD_PARTY"}
    assert post(demo, f"/{request_id}/kept-back", **kept)[0] == 200
    opened = get(demo, f"{PATH}/{request_id}").json()
    assert (opened["name"], opened["asked"], len(opened["keptBack"])) == ("Ada <Quill>", "Everything, please.", 1)
    before = log.position
    archive = get(demo, f"{PATH}/{request_id}/answer", format="zip")
    assert archive.headers["content-type"] == "application/zip"
    assert len(log.bodies(before)) == 1
    with ZipFile(io.BytesIO(archive.content)) as opened_archive:
        members = {name: opened_archive.read(name) for name in opened_archive.namelist()}
    assert not any(b"Called a friend names." in content for content in members.values())
    assert PDF in members.values()
    assert b"Ada &lt;Quill&gt;" in members["index.html"]
    manifest = json.loads(members["manifest.json"])
    told = {
        "answeredOn": TODAY.isoformat(),
        "through": manifest["through"],
        "manifest": sha256(members["manifest.json"]).hexdigest(),
    }

    # then it is recorded, once, with the hash of what was given
    status, answered = post(demo, f"/{request_id}/answer", **told)
    assert (status, answered["request"]["state"], answered["request"]["manifest"]) == (
        200,
        "ANSWERED",
        told["manifest"],
    )
    assert post(demo, f"/{request_id}/answer", **told)[0] == 409
    assert get(demo, f"{PATH}/{request_id}/review").status_code == 409
    again = get(demo, f"{PATH}/{request_id}/answer").json()
    assert (again["manifestSha256"], again["content"]) == (told["manifest"], json.loads(members["data.json"]))
    page = get(demo, f"{PATH}/{request_id}/answer", format="html")
    assert page.content == members["index.html"]
    assert (
        "sandbox" in page.headers["content-security-policy"]
        or "default-src 'none'" in (page.headers["content-security-policy"])
    )


def test_a_look_that_finds_no_case_is_recorded_all_the_same(demo: Client, pupil: str) -> None:
    log = Log(demo)
    request_id = received(demo, pupil)["requestId"]
    before = log.position

    review = get(demo, f"{PATH}/{request_id}/review").json()

    assert review["content"]["cases"] == []
    assert [(entry["cases"], entry["purpose"]) for entry in log.bodies(before)] == [([], "SUBJECT_ACCESS")]


def test_the_clock_stops_runs_on_and_is_extended(demo: Client, pupil: str) -> None:
    ten, five = (TODAY - timedelta(days=days) for days in (10, 5))
    request = received(demo, pupil, receivedOn=ten.isoformat())
    path = f"/{request['requestId']}"

    status, stopped = post(
        demo, f"{path}/clock/stop", cause="IDENTITY", stoppedOn=ten.isoformat(), asked="Who are you?"
    )
    assert (status, stopped["request"]["state"], stopped["request"]["dueOn"]) == (200, "CLOCK_STOPPED", None)
    assert stopped["request"]["pauses"] == [{"from": ten.isoformat(), "to": None}]
    status, resumed = post(demo, f"{path}/clock/resumption", resumedOn=five.isoformat())
    assert (status, resumed["request"]["state"]) == (200, "OPEN")
    assert date.fromisoformat(resumed["request"]["endsOn"]) == date.fromisoformat(request["endsOn"]) + timedelta(days=5)
    day = TODAY.isoformat()
    status, extended = post(demo, f"{path}/extension", months=2, extendedOn=day, toldOn=day, reason="Very many.")
    assert (status, extended["request"]["months"], extended["request"]["toldOfExtensionOn"]) == (200, 3, day)
    assert post(demo, f"{path}/extension", months=2, extendedOn=day, toldOn=day, reason="x")[0] == 409
    for months in (-18277174952848179200, 2**53):
        assert post(demo, f"{path}/extension", months=months, extendedOn=day, toldOn=day, reason="x")[0] == 400
    for wrong in ({}, {"cause": "IDENTITY"}, {"stoppedOn": day, "cause": "IDENTITY", "resumedOn": day}):
        assert post(demo, f"{path}/clock/stop", **wrong)[0] == 400


def test_the_list_has_what_is_overdue_first_and_says_so(demo: Client, pupil: str) -> None:
    late = received(demo, pupil, receivedOn=(TODAY - timedelta(days=60)).isoformat())["requestId"]
    due = received(demo, pupil)["requestId"]
    over = received(demo, pupil)["requestId"]
    assert post(demo, f"/{over}/withdrawal", withdrawnOn=TODAY.isoformat())[0] == 200

    listed = get(demo, PATH, "trust-lead").json()["requests"]

    places = {one["requestId"]: (place, one["isOverdue"]) for place, one in enumerate(listed)}
    assert places[late][0] < places[due][0] < places[over][0]
    assert (places[late][1], places[due][1]) == (True, False)
    assert "Quill" not in json.dumps(listed)


def test_an_open_request_holds_what_is_asked_for_as_everybody_sees(demo: Client, pupil: str) -> None:
    case_id = posted(demo, pupil)
    state = f'{{ case(id: "{case_id}", atLeast: %d) {{ retention {{ heldByTrust }} }} }}'

    def is_held() -> bool:
        position, _ = demo.runtime.services(demo.trust_id).ledger.head()
        held: bool = demo.ask(state % position)["case"]["retention"]["heldByTrust"]
        return held

    before = is_held()
    request_id = received(demo, pupil)["requestId"]
    during = is_held()
    assert post(demo, f"/{request_id}/refusal", ground="EXCESSIVE", refusedOn=TODAY.isoformat(), reason="x")[0] == 200

    assert (before, during, is_held()) == (False, True, False)


def test_what_cannot_be_asked_is_refused_by_name(demo: Client, pupil: str) -> None:
    request_id = received(demo, pupil)["requestId"]

    assert get(demo, f"{PATH}/{request_id}/review", format="pdf").status_code == 400
    assert get(demo, f"{PATH}/{request_id}/review", through="x").status_code == 400
    assert get(demo, f"{PATH}/{request_id}/review", through=10**12).status_code == 400
    assert get(demo, f"{PATH}/{uuid4()}/review").status_code == 404
    assert post(demo, "", person=pupil, receivedOn=TODAY.isoformat(), channel="PIGEON")[1]["fields"] == ["channel"]
    tomorrow = (TODAY + timedelta(days=2)).isoformat()
    assert post(demo, "", person=pupil, receivedOn=tomorrow, channel="EMAIL")[1]["fields"] == ["receivedOn"]


# --- what the pages say


def test_what_the_page_on_requests_sends_is_taken_and_it_names_every_exemption_and_operation() -> None:
    [received_] = re.findall(r"-d '(.*?)'", PAGES["answer-an-access-request"], re.S)
    kept, given = re.findall(r"```json\n(.*?)```", PAGES["answer-an-access-request"], re.S)
    ids = {"commandId": str(uuid4()), "caseId": str(uuid4())}

    Receiving.model_validate_json(received_)
    KeepingBack.model_validate(json.loads(kept) | ids)
    Answering.model_validate(json.loads(given) | {"commandId": ids["commandId"], "manifest": "9f" * 32})

    page = PAGES["answer-an-access-request"]
    codes = [code.code for code in CODE_LISTS["access_exemptions"]]
    assert re.findall(r"^\| `([A-Z_]+)` \| .*\.", page.split("| exemption |")[1], re.M) == codes
    for name in ("access_refusal_grounds", "access_clock_stops"):
        assert all(f"`{code.code}`" in page for code in CODE_LISTS[name])
    last = {f"/{operation.path.rpartition('/')[2]}`" for operation in ACCESS_OPERATIONS if "{" in operation.path}
    assert {one for one in last - {"/{request_id}`"} if one not in page} == set()


def test_the_page_on_referrals_names_every_member() -> None:
    members = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", PAGES["refer-to-the-tra"].split("## Where")[0], re.M)

    assert set(re.findall(r"\w+", " ".join(members))) | {"format", "case"} == TraReferral.model_fields.keys()


# --- a referral


@pytest.fixture
def breach(demo: Client) -> tuple[str, str]:
    """A breach by a teacher whom the registry knows, with a file: its id and its reference."""
    person, trust = uuid4(), demo.runtime.database.trust(demo.trust_id)
    with trust.transaction() as connection:
        people.register(connection, demo.trust_id, [Person(person, "STAFF", {NameUse.USUAL: "Ed Marsh"})])
    opened = demo.command(
        "reportStaffBreach",
        commandId=str(uuid4()),
        schoolUrn=SCHOOL,
        reportedOn="2026-09-10",
        source="ALLEGED",
        subject=str(person),
        summary="He wrote to a pupil.",
    )
    case_id = opened["case"]["id"]
    upload(demo, case_id)
    case: Any = demo.runtime.services(demo.trust_id).ledger.load(UUID(case_id))
    return case_id, case.reference


def test_a_referral_is_filled_in_and_that_it_was_read_is_recorded(demo: Client, breach: tuple[str, str]) -> None:
    log, (case_id, reference) = Log(demo), breach
    before = log.position

    answer = get(demo, f"/v1/cases/{case_id}/tra-referral", "hr")

    assert answer.status_code == 200
    told = answer.json()
    assert (told["case"], tuple(told["referral"])) == (reference, REFERRAL_FIELDS)
    assert TraReferral.model_validate(told, strict=True).model_dump() == told
    assert (told["referral"]["last_name"], told["referral"]["allegation_details"]) == ("Marsh", "He wrote to a pupil.")
    [entry] = log.bodies(before)
    assert (entry["purpose"], entry["way"], entry["cases"]) == ("LEGAL", "export", [case_id])
    assert {part[2] for part in entry["parts"]} == {"summary", "file_name", "fingerprint"}
    archive = get(demo, f"/v1/cases/{case_id}/tra-referral", "hr", format="zip")
    with ZipFile(io.BytesIO(archive.content)) as opened:
        assert {name: opened.read(name) for name in opened.namelist()}["evidence/01-evidence.pdf"] == PDF
    assert get(demo, f"/v1/cases/{case_id}/tra-referral", "hr", format="pdf").status_code == 400


def test_who_may_not_prepare_a_referral_is_told_what_they_may_know(demo: Client, breach: tuple[str, str]) -> None:
    path = f"/v1/cases/{breach[0]}/tra-referral"

    found = {role: get(demo, path, role).status_code for role in ("hr", "trust-lead", "dpo", "auditor", "admin")}

    assert found == {"hr": 200, "trust-lead": 200, "dpo": 403, "auditor": 403, "admin": 404}
    assert get(demo, f"/v1/cases/{uuid4()}/tra-referral", "hr").status_code == 404


def test_a_referral_is_printed_and_written_by_the_command_line(
    demo: Client, breach: tuple[str, str], run: Run, tmp_path: Path
) -> None:
    log, (case_id, reference) = Log(demo), breach
    position, _ = demo.runtime.services(demo.trust_id).ledger.head()
    demo.ask(f"{{ cases(first: 1, atLeast: {position}) {{ totalCount }} }}")
    before = log.position

    status, out, _ = run("tra-referral", reference)
    assert (status, json.loads(out)["case"]) == (0, reference)
    target = tmp_path / "referral.zip"
    assert run("tra-referral", case_id, "--output", str(target))[0] == 0

    with ZipFile(target) as opened:
        assert opened.namelist() == ["referral.json", "index.html", "evidence/01-evidence.pdf"]
    assert [(entry["way"], entry["cases"]) for entry in log.bodies(before)] == [("export", [case_id])] * 2
    assert run("tra-referral", str(UUID(int=5)))[0] == 1
