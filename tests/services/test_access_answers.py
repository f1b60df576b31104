"""What a person is given, and what is kept back: in no member of what leaves, and recorded each time."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest
from pydantic import BaseModel

from api.rest.access_schemas import AccessAnswer, AccessReview
from domain.access import Role
from domain.access_request import AccessRequestState, BundleForm
from domain.access_request_refusals import (
    AccessRequestOver,
)
from services.access_answers import AnswerAccessRequest, make_bundle
from services.access_commands import (
    GiveAfterAll,
)
from services.case_commands import LinkCase
from services.read_log import ReadEntry, ReadWay, append_read
from services.scope import Caller
from services.staff_breach_procedure_commands import SetReportingRestriction
from tests.services.access import ON, SCHOOL
from tests.services.access_worlds import (
    ANSWER,
    REVIEW,
    World,
    everywhere,
    keep_back,
    must,
    refused,
    texts_in,
    trust_ledger,
    unpacked,
    version_of,
)
from tests.support.file_samples import SAMPLES
from tests.support.ledgers import NOW


def test_what_is_kept_back_stands_nowhere_in_the_answer_and_what_is_given_does(world: World, officer: Caller) -> None:
    # given
    request_id = world.receive(world.pupil, officer)
    review = world.made(request_id, REVIEW, officer)
    case_id, version, part = version_of(review, world.words["about-post"])
    other_id, other_version, _ = version_of(review, world.words["own-support"])
    for command in (
        keep_back(request_id, case_id, version=version, part=part, instead="Somebody wrote about you."),
        keep_back(request_id, other_id, version=other_version, exemption="SERIOUS_HARM"),
        keep_back(request_id, world.cases["breach"], exemption="OTHER", notes=world.word("secret-note")),
        keep_back(request_id, world.cases["posted"], file_id=world.files["own"], exemption="LEGAL_PRIVILEGE"),
    ):
        must(world.give(command, officer))

    # when
    made = world.made(request_id, ANSWER, officer, with_files=True)
    members = unpacked(world.archived(made))

    # then
    kept = {"about-post", "own-support", "own-interview", "own-file", "breach-summary", "secret-note"}
    others = {name for name in world.words if name.startswith(("friend", "far", "other", "teacher", "addendum"))}
    whole = everywhere(members)
    assert {name for name in kept | others if world.words[name] in whole} == set()
    assert str(world.cases["breach"]) not in whole
    assert world.reference("breach") not in whole
    assert texts_in(made) == {
        "Somebody wrote about you.",
        *(world.words[name] for name in ("own-handle", "own-post", "own-account", "own-complaint")),
    }
    assert made.content["keptBack"] == [{"exemption": "OTHER"}]
    assert {"keptBack": "SERIOUS_HARM"} in [event for case in made.content["cases"] for event in case["events"]]
    assert [file for case in made.content["cases"] for file in case["files"]] == [{"keptBack": "LEGAL_PRIVILEGE"}]
    assert members.keys() == {"manifest.json", "data.json", "index.html"}
    assert SAMPLES["PDF"] not in b"".join(members.values())
    # The review still has all of it, with what was decided.
    again = world.made(request_id, REVIEW, officer)
    assert world.words["about-post"] in texts_in(again)
    [breach] = [case for case in again.content["cases"] if case["kind"] == "STAFF_BREACH"]
    assert breach["keptBack"] == {"exemption": "OTHER", "notes": world.words["secret-note"], "instead": None}


def test_what_is_given_after_all_stands_in_the_answer(world: World, officer: Caller) -> None:
    request_id = world.receive(world.pupil, officer)
    told: dict[str, Any] = {"request_id": request_id, "case_id": world.cases["complained"]}
    must(world.give(keep_back(request_id, world.cases["complained"]), officer))
    assert world.words["own-complaint"] not in texts_in(world.made(request_id, ANSWER, officer))

    must(world.give(GiveAfterAll(command_id=uuid4(), **told), officer))

    assert world.words["own-complaint"] in texts_in(world.made(request_id, ANSWER, officer))
    assert refused(world.give(GiveAfterAll(command_id=uuid4(), **told), officer)) == ("ILLEGAL_STATE", ())


def test_every_member_of_the_archive_is_what_the_manifest_says_and_both_readings_agree(
    world: World, officer: Caller
) -> None:
    request_id = world.receive(world.pupil, officer)

    made = world.made(request_id, ANSWER, officer, with_files=True)
    members = unpacked(world.archived(made))

    manifest = members.pop("manifest.json")
    assert sha256(manifest).hexdigest() == made.digest
    assert {one["name"]: (one["bytes"], one["sha256"]) for one in json.loads(manifest)["members"]} == {
        name: (len(content), sha256(content).hexdigest()) for name, content in members.items()
    }
    assert json.loads(members["data.json"]) == made.content
    [file] = [name for name in members if name.startswith("files/")]
    assert members[file] == SAMPLES["PDF"]
    page = members["index.html"].decode()
    # What the person asked for comes first, and what the file is comes last.
    headings = re.findall("<h2>(.*?)</h2>", page)
    assert (headings[:2], headings[-1]) == (["Request", "Person"], "About this file")
    assert all(word in page for word in texts_in(made))
    assert world.archived(made) == world.archived(made)


@pytest.mark.parametrize("person", ["pupil", "teacher"])
def test_both_forms_are_as_they_are_described_to_programs(world: World, officer: Caller, person: str) -> None:
    request_id = world.receive(getattr(world, person), officer)
    review = world.made(request_id, REVIEW, officer)
    auditor = replace(world.overseen.caller(Role.AUDITOR), purpose="AUDIT")
    opened = frozenset(map(str, world.cases.values()))
    append_read(trust_ledger(world), ReadEntry(auditor, ReadWay.QUERY, "executed", opened=opened))
    words = {"pupil": ("own-post", "own-support"), "teacher": ("breach-summary",)}
    text, *events = [version_of(review, world.words[word]) for word in words[person]]
    told_instead = {"version": text[1], "part": text[2], "instead": "Something."}
    must(world.give(keep_back(request_id, text[0], **told_instead), officer))
    for case_id, version, _ in events:
        must(world.give(keep_back(request_id, case_id, version=version), officer))

    models: tuple[tuple[BundleForm, type[BaseModel]], ...] = ((REVIEW, AccessReview), (ANSWER, AccessAnswer))
    for form, model in models:
        made = world.made(request_id, form, officer)
        told = {"manifestSha256": made.digest, "manifest": made.manifest, "content": made.content}

        described = model.model_validate(told, strict=True)

        assert described.model_dump(by_alias=True, exclude_unset=True) == told


def test_the_page_runs_nothing_of_what_somebody_wrote(world: World, officer: Caller) -> None:
    world.tells("written-about", "<script>alert('x')</script>")

    page = world.made(world.receive(world.pupil, officer), ANSWER, officer).page.decode()

    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "http" not in page.replace("http-equiv", "")


def test_other_people_are_told_by_what_they_are_but_for_staff_who_acted_for_the_school(
    world: World, officer: Caller
) -> None:
    answer = world.made(world.receive(world.pupil, officer), ANSWER, officer)

    people_told = {
        value
        for case in answer.content["cases"]
        for event in case["events"]
        for name, value in event["details"].items()
        if name in ("poster", "person", "supported_by", "complainant", "owner")
    }
    # The teacher supported her in one case, and ran another: there the name is given.
    assert people_told == {"you", "another pupil", world.words["teacher-name"]}
    # Complained of in this one, the teacher is not named.
    [complaint] = [case for case in answer.content["cases"] if case["kind"] == "COMPLAINT"]
    assert world.words["teacher-name"] not in json.dumps(complaint)
    assert "a member of staff" in json.dumps(complaint)


def test_that_a_case_belongs_to_another_one_is_told_to_the_officer_and_not_to_the_person(
    world: World, officer: Caller
) -> None:
    case_id, other = world.cases["complained"], world.cases["of-others"]
    world.do(LinkCase(command_id=uuid4(), case_id=case_id, other=other, kind="RELATED"))
    request_id = world.receive(world.pupil, officer)

    review, answer = (world.made(request_id, form, officer) for form in (REVIEW, ANSWER))

    linked = [
        event for case in review.content["cases"] for event in case["events"] if event["name"].endswith("linked.v1")
    ]
    assert [event["details"]["other"] for event in linked] == [str(other)]
    assert linked[0]["told"] not in answer.written.decode()
    assert str(other) not in answer.written.decode()


def test_a_teacher_whom_the_law_forbids_naming_is_named_to_nobody_also_where_they_acted(
    world: World, officer: Caller
) -> None:
    """Education Act 2002, s. 141F: of every case, and whoever else is asked about."""
    world.do(SetReportingRestriction(command_id=uuid4(), case_id=world.cases["breach"], applies=True, from_on=ON))
    request_id = world.receive(world.pupil, officer)

    review, answer = (world.made(request_id, form, officer) for form in (REVIEW, ANSWER))

    assert world.words["teacher-name"] not in answer.written.decode()
    assert review.content["notices"] == [{"law": "Education Act 2002, section 141F", "since": ON.isoformat()}]
    assert answer.content["notices"] == review.content["notices"]


def test_who_may_not_be_named_by_now_is_not_named_in_an_answer_as_it_would_have_been(
    world: World, officer: Caller
) -> None:
    request_id = world.receive(world.pupil, officer)
    before = world.made(request_id, ANSWER, officer)
    assert world.words["teacher-name"] in before.written.decode()
    world.do(SetReportingRestriction(command_id=uuid4(), case_id=world.cases["breach"], applies=True, from_on=ON))

    again = world.made(request_id, ANSWER, officer, through=before.manifest["through"])

    assert world.words["teacher-name"] not in again.written.decode()


def test_an_answer_is_recorded_by_the_hash_of_what_was_looked_at_and_by_no_other(world: World, officer: Caller) -> None:
    request_id = world.receive(world.pupil, officer)
    made = world.made(request_id, ANSWER, officer)
    told: dict[str, Any] = {
        "request_id": request_id,
        "answered_on": NOW.date(),
        "through": made.manifest["through"],
        "manifest": made.digest,
    }
    # What comes after it was looked at changes nothing of it.
    world.overseen.remark(world.cases["complained"], world.overseen.caller(Role.HEADTEACHER, SCHOOL))
    world.tells("written-about", "Said later.")
    for wrong in ({"manifest": "ab" * 32}, {"through": made.manifest["through"] - 1}):
        command = AnswerAccessRequest(command_id=uuid4(), **told | wrong)
        assert refused(world.give(command, officer)) == ("ILLEGAL_STATE", ("manifest",))
    assert refused(world.give(AnswerAccessRequest(command_id=uuid4(), **told | {"through": 10**9}), officer)) == (
        "INVALID_INPUT",
        ("through",),
    )

    request = must(world.give(AnswerAccessRequest(command_id=uuid4(), **told), officer)).request

    assert (request.state, request.manifest, request.through) == (
        AccessRequestState.ANSWERED,
        made.digest,
        made.manifest["through"],
    )
    again = world.made(request_id, ANSWER, officer)
    assert (again.digest, again.written) == (made.digest, made.written)
    with pytest.raises(AccessRequestOver):
        make_bundle(world.overseen.services, officer, request_id, REVIEW)


def test_what_was_kept_back_after_it_was_looked_at_asks_for_another_look(world: World, officer: Caller) -> None:
    request_id = world.receive(world.pupil, officer)
    made = world.made(request_id, ANSWER, officer)
    must(world.give(keep_back(request_id, world.cases["complained"]), officer))

    command = AnswerAccessRequest(
        command_id=uuid4(),
        request_id=request_id,
        answered_on=NOW.date(),
        through=made.manifest["through"],
        manifest=made.digest,
    )

    assert refused(world.give(command, officer)) == ("ILLEGAL_STATE", ("manifest",))


def test_each_time_it_is_put_together_is_an_event_of_the_request_and_each_file_one_of_its_case(
    world: World, officer: Caller
) -> None:
    request_id = world.receive(world.pupil, officer)
    review = world.made(request_id, REVIEW, officer)
    answer = world.made(request_id, ANSWER, officer, with_files=True)

    ledger = world.overseen.services.ledger
    with ledger.trust.connection() as connection:
        rows = connection.execute(
            "SELECT convert_from(body, 'UTF8')::json FROM event"
            " WHERE trust_id = %s AND stream_id = %s AND type = 'access_request.bundle_made.v1' ORDER BY position",
            (ledger.trust_id, request_id),
        ).fetchall()
    assert [(body["data"]["form"], body["data"]["manifest"], body["data"]["with_files"]) for (body,) in rows] == [
        ("REVIEW", review.digest, False),
        ("ANSWER", answer.digest, True),
    ]
    assert {body["actor"] for (body,) in rows} == {str(officer.person_id)}
    case: Any = ledger.load(world.cases["posted"])
    assert {name: case.files[file_id].export_count for name, file_id in world.files.items()} == {"own": 1, "friend": 0}
