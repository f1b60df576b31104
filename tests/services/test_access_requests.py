"""Requests for access over PostgreSQL: what is found, what is kept back, who may, what is held, what is recorded."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4, uuid5
from zipfile import ZipFile

import pytest

from domain.access import Role
from domain.access_request import AccessRequestState, BundleForm, access_request_id
from domain.access_request_refusals import (
    AccessRequestOver,
    AnotherPersonNeeded,
    StrongerSignInNeeded,
    UnknownAccessRequest,
)
from domain.case import Case
from domain.people_of_case import people_of
from domain.refusals import MalformedValue
from domain.registers import trust_register_id
from domain.scopes import Scope
from ledger.bundle_parsing import parse
from ledger.database import Database
from ledger.key_store import KeyStore
from ledger.period import Period
from services import people, retention
from services.access_answers import AnswerAccessRequest, Bundle, make_bundle
from services.access_commands import (
    AccessRecorded,
    GiveAfterAll,
    KeepBack,
    ReceiveAccessRequest,
    RefuseAccessRequest,
    StopAccessClock,
    WithdrawAccessRequest,
    run_on_access_request,
)
from services.access_list import access_requests, opened_request
from services.case_commands import AssignCase
from services.checkpoints import make_checkpoint
from services.command_refusals import NotAllowed
from services.export_period import export_period
from services.read_log import ReadEntry, ReadWay, append_read
from services.registers import appoint_at_school
from services.scope import Caller, system_caller
from services.staff_breach_commands import ReportStaffBreach
from services.staff_breach_procedure_commands import OpenBreachInvestigation, RecordInterview, SetReportingRestriction
from tests.services.access import ON, SCHOOL, Overseen
from tests.services.access_worlds import World, must, world_of
from tests.support.evidence import Desk
from tests.support.file_samples import SAMPLES
from tests.support.ledgers import NOW, Trust, a_trust

REVIEW, ANSWER = BundleForm.REVIEW, BundleForm.ANSWER


@pytest.fixture
def world(trust: Trust, desk: Desk) -> World:
    overseen = Overseen(trust)
    overseen.appoint(Role.DPO, Role.TRUST_LEAD)
    return world_of(overseen, desk)


@pytest.fixture
def officer(world: World) -> Caller:
    return world.overseen.caller(Role.DPO)


def keep_back(request_id: UUID, case_id: UUID, **given: Any) -> KeepBack:
    return KeepBack(command_id=uuid4(), request_id=request_id, case_id=case_id, **{"exemption": "THIRD_PARTY", **given})


def texts_in(made: Bundle) -> set[str]:
    """Every text that is open in what was put together."""
    return {
        text["text"]
        for case in made.content["cases"]
        for event in case["events"]
        for text in event.get("texts", ())
        if "text" in text
    }


def version_of(made: Bundle, word: str) -> tuple[UUID, int, str]:
    """Where a text stands: the case, the version, and the part."""
    for case in made.content["cases"]:
        for event in case["events"]:
            for text in event["texts"]:
                if text.get("text") == word:
                    return UUID(case["id"]), event["version"], text["part"]
    raise AssertionError(word)


def everywhere(content: Mapping[str, bytes]) -> str:
    return "\n".join(text.decode("utf-8", "replace") for text in content.values())


def unpacked(archive: bytes) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def refused(outcome: Any) -> tuple[str, tuple[str, ...]]:
    return outcome.code.value, outcome.fields


# --- what is found


def oracle(world: World, person: UUID) -> dict[str, tuple[str, ...]]:
    """In which cases of the whole trust a person has which parts, by each case as it stands."""
    ledger = world.overseen.services.ledger
    with ledger.trust.connection() as connection:
        rows = connection.execute("SELECT DISTINCT stream_id FROM event WHERE trust_id = %s", (ledger.trust_id,))
        streams = [stream for (stream,) in rows.fetchall()]
    cases = [case for case in ledger.load_many(streams).values() if isinstance(case, Case)]
    parts = {case.reference: {role for one, role in people_of(case) if one == person} for case in cases}
    return {reference: tuple(sorted(found)) for reference, found in parts.items() if found}


def test_every_case_in_which_somebody_stands_is_found_in_every_part_and_no_other(world: World, officer: Caller) -> None:
    for person, parts in (
        (
            world.pupil,
            {
                "posted": ("POSTER", "SHOWN"),
                "written-about": ("ABOUT", "ACCOUNT", "SUPPORTED"),
                "complained": ("COMPLAINANT",),
                "breach": ("ACCOUNT",),
            },
        ),
        (
            world.teacher,
            {
                "posted": ("OWNER",),
                "written-about": ("SUPPORTER",),
                "complained": ("ABOUT", "SUBJECT"),
                "breach": ("SUBJECT",),
            },
        ),
    ):
        made = world.made(world.receive(person, officer), REVIEW, officer)

        found = {case["reference"]: tuple(case["parts"]) for case in made.content["cases"]}

        assert found == {world.reference(name): known for name, known in parts.items()} == oracle(world, person)
        assert [case["isBarredFromIt"] for case in made.content["cases"] if case["kind"] == "STAFF_BREACH"] == [
            person == world.teacher
        ]


def test_the_words_about_somebody_are_found_with_their_marks_and_those_of_others_stay_closed(
    world: World, officer: Caller
) -> None:
    made = world.made(world.receive(world.pupil, officer), REVIEW, officer)

    told = {
        (text.get("text"), text["mark"])
        for case in made.content["cases"]
        for event in case["events"]
        for text in event["texts"]
    }

    own = {"own-handle", "own-account", "own-support", "own-interview"}
    beside = {"own-post", "about-post", "own-complaint"}
    assert {(world.words[name], "ABOUT_THEM") for name in own} <= told
    assert {(world.words[name], "MAY_MENTION_OTHERS") for name in beside} <= told
    # The friend's handle stands in an event that names the pupil, under the friend's own key.
    assert (None, "ABOUT_ANOTHER") in told
    assert texts_in(made) == {world.words[name] for name in own | beside}
    assert {file["name"] for case in made.content["cases"] for file in case["files"]} == {
        f"{world.words['own-file']}.pdf"
    }


def test_somebody_who_ran_a_case_and_no_longer_does_is_found_by_what_was_recorded(
    world: World, officer: Caller
) -> None:
    """The pupil was named as the owner for a moment: the state does not say so any more, the events do."""
    made = world.made(world.receive(world.pupil, officer), REVIEW, officer)

    [posted] = [case for case in made.content["cases"] if case["reference"] == world.reference("posted")]
    assert "incident.assigned.v1" in {event["name"] for event in posted["events"]}


def test_a_staff_subject_is_told_of_the_whole_breach_and_what_else_the_trust_has_of_them(
    world: World, officer: Caller
) -> None:
    trust = world.overseen.services.ledger.trust
    appoint_at_school(
        world.overseen.services.ledger,
        system_caller(trust.trust_id),
        urn=SCHOOL,
        role="coordinator",
        person=world.teacher,
        appointed_on=ON,
    )
    request_id = world.receive(world.teacher, officer)
    review, answer = (world.made(request_id, form, officer) for form in (REVIEW, ANSWER))

    assert world.words["breach-summary"] in texts_in(review) & texts_in(answer)
    assert world.words["own-interview"] not in texts_in(review) | texts_in(answer)
    assert [one["name"] for one in review.content["elsewhere"]] == ["school.role_appointed.v1", "trust.hold_placed.v1"]
    # That something is held may serve somebody else, and is not told.
    assert [one["details"]["role"] for one in answer.content["elsewhere"]] == ["coordinator"]
    assert answer.content["person"]["names"] == {"USUAL": world.words["teacher-name"]}


def test_what_lies_outside_the_days_asked_for_is_left_out(world: World, officer: Caller) -> None:
    """Everything was recorded on 14 September, and says of the 10th."""
    by_days = {
        (date(2026, 9, 11), date(2026, 9, 13)): 0,
        (date(2026, 9, 10), date(2026, 9, 10)): 1,
        (None, date(2026, 9, 9)): 0,
        (date(2027, 1, 1), None): 0,
    }
    found = {}
    for first, last in by_days:
        made = world.made(world.receive(world.pupil, officer, data_from=first, data_to=last), REVIEW, officer)
        found[first, last] = int(world.words["own-post"] in texts_in(made))

    assert found == by_days


def test_it_is_told_who_read_the_cases_that_are_about_somebody(world: World, officer: Caller) -> None:
    ledger = world.overseen.services.ledger
    reader = replace(world.overseen.caller(Role.AUDITOR), purpose="AUDIT")
    for name in ("written-about", "of-others"):
        case_id = frozenset({str(world.cases[name])})
        append_read(ledger, ReadEntry(reader, ReadWay.QUERY, "executed", opened=case_id))
    # Only what was read before the last event of the ledger is of that moment.
    request_id = world.receive(world.pupil, officer)
    world.overseen.remark(world.cases["of-others"], world.overseen.caller(Role.HEADTEACHER, SCHOOL))

    review, answer = (world.made(request_id, form, officer) for form in (REVIEW, ANSWER))

    told = [
        (read["reader"], read["role"], read["purpose"]) for case in review.content["cases"] for read in case["reads"]
    ]
    assert told == [(str(reader.person_id), "auditor", "AUDIT")]
    given = [read for case in answer.content["cases"] for read in case["reads"]]
    assert given == [{"on": given[0]["on"], "role": "auditor", "told": ["CASE"]}]


# --- what is given


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
    assert all(word in page for word in texts_in(made))
    assert world.archived(made) == world.archived(made)


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


# --- who may


def test_requests_are_dealt_with_by_those_who_answer_for_data_and_by_nobody_else(world: World) -> None:
    callers = {role: world.overseen.caller(role) for role in (Role.DPO, Role.TRUST_LEAD, Role.HR, Role.AUDITOR)}
    callers |= {
        Role.ADMIN: world.overseen.caller(Role.ADMIN),
        Role.SYSTEM: system_caller(world.overseen.trust.trust_id),
    }
    callers[Role.HEADTEACHER] = world.overseen.caller(Role.HEADTEACHER, SCHOOL)
    request_id = world.receive(world.pupil, callers[Role.DPO])
    ledger = world.overseen.services.ledger

    received = {
        role
        for role, caller in callers.items()
        if isinstance(
            world.give(
                ReceiveAccessRequest(command_id=uuid4(), person=world.pupil, received_on=ON, channel="EMAIL"), caller
            ),
            AccessRecorded,
        )
    }

    assert received == {Role.DPO, Role.TRUST_LEAD}
    for role in callers.keys() - received:
        with pytest.raises(NotAllowed):
            access_requests(ledger, callers[role], NOW.date())
        for form in BundleForm:
            with pytest.raises(NotAllowed):
                make_bundle(world.overseen.services, callers[role], request_id, form)


def test_nobody_deals_with_what_is_about_themselves_nor_learns_of_such_a_request(world: World, officer: Caller) -> None:
    trust = world.overseen.services.ledger.trust
    with trust.transaction() as connection:
        people.register(connection, trust.trust_id, [people.Person(officer.person_id, "STAFF")])
    own = ReceiveAccessRequest(command_id=uuid4(), person=officer.person_id, received_on=ON, channel="EMAIL")
    assert refused(world.give(own, officer)) == ("CONFLICT_OF_INTEREST", ("person",))
    lead = world.overseen.caller(Role.TRUST_LEAD)
    request_id = world.receive(officer.person_id, lead)

    assert access_requests(trust_ledger(world), officer, NOW.date()) == []
    assert [one.id for one in access_requests(trust_ledger(world), lead, NOW.date())] == [request_id]
    with pytest.raises(UnknownAccessRequest):
        opened_request(trust_ledger(world), officer, request_id)
    with pytest.raises(UnknownAccessRequest):
        make_bundle(world.overseen.services, officer, request_id, REVIEW)
    withdrawal = WithdrawAccessRequest(command_id=uuid4(), request_id=request_id, withdrawn_on=NOW.date())
    assert refused(world.give(withdrawal, officer)) == ("NOT_FOUND", ("request_id",))


def trust_ledger(world: World) -> Any:
    return world.overseen.services.ledger


def test_an_officer_who_is_the_subject_of_what_is_found_is_refused_as_one_with_any_other_part_is(
    world: World, officer: Caller
) -> None:
    """D15: nobody is told by a refusal that there is a case about them."""
    request_id = world.receive(world.pupil, officer)
    lead = world.overseen.caller(Role.TRUST_LEAD)
    # The lead runs a case in which the pupil stands; the officer is the subject of another.
    world.do(AssignCase(command_id=uuid4(), case_id=world.cases["posted"], owner=lead.person_id))
    about = world.do(
        ReportStaffBreach(
            command_id=uuid4(), school_urn=SCHOOL, reported_on=ON, source="ALLEGED", subject=officer.person_id
        )
    )
    opening = OpenBreachInvestigation(command_id=uuid4(), case_id=about.id, investigator=uuid4(), started_on=ON)
    world.do(opening)
    world.do(
        RecordInterview(
            command_id=uuid4(),
            case_id=about.id,
            investigation_id=uuid5(opening.command_id, "investigation_id"),
            side="WITNESS",
            held_on=ON,
            person=world.pupil,
        )
    )

    messages = set()
    for caller in (lead, officer):
        for form in BundleForm:
            with pytest.raises(AnotherPersonNeeded) as caught:
                make_bundle(world.overseen.services, caller, request_id, form)
            messages.add((caught.value.message, caught.value.code, caught.value.fields))
        refusal = RefuseAccessRequest(
            command_id=uuid4(), request_id=request_id, ground="EXEMPT", refused_on=NOW.date(), reason="No."
        )
        withdrawal = WithdrawAccessRequest(command_id=uuid4(), request_id=request_id, withdrawn_on=NOW.date())
        for command in (keep_back(request_id, world.cases["posted"]), refusal, withdrawal):
            assert refused(world.give(command, caller)) == ("CONFLICT_OF_INTEREST", ())
        # What is kept back is told by its case, and why.
        with pytest.raises(AnotherPersonNeeded):
            opened_request(trust_ledger(world), caller, request_id)
    assert len(messages) == 1
    # Somebody else who answers for data can.
    other = world.overseen.caller(Role.DPO, name="another")
    assert world.reference("posted") in world.made(request_id, REVIEW, other).written.decode()


def test_who_has_a_part_by_now_is_not_shown_what_stood_before_they_had_it(world: World, officer: Caller) -> None:
    request_id = world.receive(world.pupil, officer)
    made = world.made(request_id, ANSWER, officer)
    before = made.manifest["through"]
    world.do(AssignCase(command_id=uuid4(), case_id=world.cases["posted"], owner=officer.person_id))

    for form in BundleForm:
        with pytest.raises(AnotherPersonNeeded):
            make_bundle(world.overseen.services, officer, request_id, form, through=before)
    command = AnswerAccessRequest(
        command_id=uuid4(), request_id=request_id, answered_on=NOW.date(), through=before, manifest=made.digest
    )
    assert refused(world.give(command, officer)) == ("CONFLICT_OF_INTEREST", ())


def test_requests_leave_with_a_period_for_those_alone_who_deal_with_them(world: World, officer: Caller) -> None:
    """They name a person and cases; that they were recorded is proven to everybody who takes the period."""
    # given: the pupil's request, of which a case is kept back that is about the teacher, and the officer's own
    lead = world.overseen.caller(Role.TRUST_LEAD)
    trust = world.overseen.services.ledger.trust
    with trust.transaction() as connection:
        people.register(connection, trust.trust_id, [people.Person(officer.person_id, "STAFF")])
    of_pupil = world.receive(world.pupil, officer)
    must(world.give(keep_back(of_pupil, world.cases["breach"]), officer))
    of_officer = world.receive(officer.person_id, lead)
    make_checkpoint(trust_ledger(world))
    callers = {
        "officer": officer,
        "lead": lead,
        "teacher": replace(officer, person_id=world.teacher),
        "auditor": world.overseen.caller(Role.AUDITOR),
        "program": replace(officer, scopes=frozenset(Scope)),
    }

    # when
    taken = {
        name: export_period(
            trust_ledger(world), caller, datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
        )
        for name, caller in callers.items()
    }

    # then
    streams = {
        name: {UUID(json.loads(event.body)["stream"]) for event in period_of(text).shown}
        for name, text in taken.items()
    }
    assert {name: found & {of_pupil, of_officer} for name, found in streams.items()} == {
        "officer": {of_pupil},
        "lead": {of_pupil, of_officer},
        "teacher": {of_officer},
        "auditor": set(),
        "program": set(),
    }
    assert len({len(period_of(text).events) for text in taken.values()}) == 1


def period_of(text: bytes) -> Period:
    found = parse(text)
    assert isinstance(found, Period)
    return found


def test_somebody_who_was_alerted_of_an_emergency_by_office_has_no_part_in_the_case(
    world: World, officer: Caller
) -> None:
    world.overseen.open(world.cases["breach"], world.overseen.caller(Role.DSL, SCHOOL))
    case: Any = trust_ledger(world).load(world.cases["breach"])
    assert [grant.alerted for grant in case.access_grants.values()] == [(officer.person_id,)]

    assert world.made(world.receive(world.pupil, officer), REVIEW, officer).content["cases"]


def test_what_needs_a_stronger_sign_in_is_not_shown_to_a_weaker_one(world: World, officer: Caller) -> None:
    request_id = world.receive(world.pupil, officer)

    with pytest.raises(StrongerSignInNeeded):
        make_bundle(world.overseen.services, replace(officer, withheld=("STAFF_BREACH",)), request_id, REVIEW)


def test_a_program_deals_with_no_request_whatever_its_scopes(world: World, officer: Caller) -> None:
    program = replace(officer, scopes=frozenset(Scope))

    with pytest.raises(NotAllowed):
        access_requests(trust_ledger(world), program, NOW.date())


def test_a_passage_that_was_not_found_is_not_kept_back(world: World, officer: Caller) -> None:
    request_id = world.receive(world.pupil, officer)
    posted = world.cases["posted"]

    for told, field in (
        ({"case_id": world.cases["of-others"]}, "case_id"),
        ({"case_id": uuid4()}, "case_id"),
        ({"case_id": posted, "version": 99}, "version"),
        ({"case_id": posted, "version": 1, "part": "handle"}, "part"),
        ({"case_id": posted, "file_id": uuid4()}, "file_id"),
    ):
        given: dict[str, Any] = dict(told)
        assert refused(world.give(keep_back(request_id, given.pop("case_id"), **given), officer)) == (
            "NOT_FOUND",
            (field,),
        )


def test_a_position_that_there_is_not_is_refused(world: World, officer: Caller) -> None:
    with pytest.raises(MalformedValue):
        make_bundle(world.overseen.services, officer, world.receive(world.pupil, officer), REVIEW, through=10**9)


# --- what is held


@pytest.mark.parametrize("ending", ["answered", "refused", "withdrawn"])
def test_what_somebody_asked_for_is_held_until_their_request_is_over(
    world: World, officer: Caller, ending: str
) -> None:
    """Data Protection Act 2018, s. 173."""
    ledger = trust_ledger(world)
    before = {name: retention.is_held(ledger, ledger.load(case_id)) for name, case_id in world.cases.items()}
    request_id = world.receive(world.pupil, officer)
    during = {name: retention.is_held(ledger, ledger.load(case_id)) for name, case_id in world.cases.items()}
    made = world.made(request_id, ANSWER, officer)
    told: dict[str, Any] = {"command_id": uuid4(), "request_id": request_id}
    on = NOW.date()
    command = {
        "answered": AnswerAccessRequest(answered_on=on, through=made.manifest["through"], manifest=made.digest, **told),
        "refused": RefuseAccessRequest(ground="EXCESSIVE", refused_on=on, reason="Asked daily.", **told),
        "withdrawn": WithdrawAccessRequest(withdrawn_on=on, **told),
    }[ending]

    must(world.give(command, officer))

    # What is linked with a case that is open is held for that, whatever is asked.
    linked = {"written-about", "breach"}
    assert before == {name: name in linked for name in world.cases}
    assert during == {name: name != "of-others" for name in world.cases}
    assert {name: retention.is_held(ledger, ledger.load(one)) for name, one in world.cases.items()} == before
    holds: Any = ledger.load(trust_register(world))
    [hold] = holds.holds.values()
    assert (hold.authority, hold.persons, hold.review_on) == ("ACCESS_REQUEST", (world.pupil,), date(2026, 10, 12))


def trust_register(world: World) -> UUID:
    return trust_register_id(world.overseen.trust.trust_id)


# --- once, and in one trust


def test_a_command_given_twice_is_carried_out_once_and_with_other_input_refused(world: World, officer: Caller) -> None:
    command = ReceiveAccessRequest(
        command_id=uuid4(), person=world.pupil, received_on=ON, channel="LETTER", asked="Everything."
    )
    first = must(world.give(command, officer))
    head = trust_ledger(world).head()

    again = must(world.give(command, officer))

    assert (again.request.id, again.position, again.replayed) == (first.request.id, first.position, True)
    assert first.request.id == access_request_id(officer.trust_id, command.command_id)
    assert trust_ledger(world).head() == head
    assert refused(world.give(replace(command, channel="EMAIL"), officer)) == ("COMMAND_ID_REUSED", ("command_id",))
    lead = world.overseen.caller(Role.TRUST_LEAD)
    assert refused(world.give(command, lead)) == ("COMMAND_ID_REUSED", ("command_id",))
    opened = opened_request(trust_ledger(world), officer, first.request.id)
    assert (opened.said(opened.request.asked), opened.name) == ("Everything.", world.words["pupil-name"])


def test_a_person_or_a_request_of_another_trust_is_not_there(
    world: World, officer: Caller, database: Database, keys: KeyStore
) -> None:
    request_id = world.receive(world.pupil, officer)
    other = a_trust(database, keys)
    stranger = other.caller(Role.DPO)
    asked = ReceiveAccessRequest(command_id=uuid4(), person=world.pupil, received_on=ON, channel="EMAIL")
    stop = StopAccessClock(command_id=uuid4(), request_id=request_id, cause="IDENTITY", stopped_on=ON)

    assert refused(run_on_access_request(other.services, stranger, asked)) == ("NOT_FOUND", ("person",))
    assert refused(run_on_access_request(other.services, stranger, stop)) == ("NOT_FOUND", ("request_id",))
    assert access_requests(other.ledger, stranger, NOW.date()) == []
    with pytest.raises(UnknownAccessRequest):
        make_bundle(other.services, stranger, request_id, REVIEW)


def test_the_list_has_what_is_overdue_first_and_what_is_over_last(world: World, officer: Caller) -> None:
    running = world.receive(world.pupil, officer, received_on=date(2026, 9, 1))
    overdue = world.receive(world.friend, officer, received_on=date(2026, 7, 1))
    stopped = world.receive(world.teacher, officer, received_on=date(2026, 9, 1))
    over = world.receive(world.teacher, officer, received_on=date(2026, 6, 1))
    must(
        world.give(
            StopAccessClock(
                command_id=uuid4(), request_id=stopped, cause="CLARIFICATION", stopped_on=ON, asked="Which?"
            ),
            officer,
        )
    )
    must(world.give(WithdrawAccessRequest(command_id=uuid4(), request_id=over, withdrawn_on=ON), officer))

    found = access_requests(trust_ledger(world), officer, NOW.date())

    assert [one.id for one in found] == [overdue, running, stopped, over]
    assert [one.is_overdue(NOW.date()) for one in found] == [True, False, False, True]


def test_the_day_is_that_in_london(world: World, officer: Caller) -> None:
    """At half past eleven at night in summer the next day has begun in UTC's eyes only an hour later."""
    world.overseen.at = datetime(2026, 9, 14, 23, 30, tzinfo=UTC)
    asked = ReceiveAccessRequest(command_id=uuid4(), person=world.pupil, received_on=date(2026, 9, 15), channel="EMAIL")

    assert must(world.give(asked, officer)).request.received_on == date(2026, 9, 15)


def test_no_word_of_a_request_stands_open_in_the_ledger(world: World, officer: Caller) -> None:
    request_id = world.receive(world.pupil, officer, asked=world.word("asked"))
    must(
        world.give(
            keep_back(
                request_id,
                world.cases["complained"],
                notes=world.word("why"),
            ),
            officer,
        )
    )
    ledger = trust_ledger(world)
    with ledger.trust.connection() as connection:
        bodies = connection.execute("SELECT body FROM event WHERE trust_id = %s", (ledger.trust_id,)).fetchall()

    stored = b"".join(bytes(body) for (body,) in bodies).decode()

    assert [name for name, word in world.words.items() if word in stored] == []
