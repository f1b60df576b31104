"""Requests for access over PostgreSQL: who deals with them, what is held meanwhile, each command once, in one trust."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest

from domain.access import Role
from domain.access_request import BundleForm, access_request_id
from domain.access_request_refusals import (
    AnotherPersonNeeded,
    StrongerSignInNeeded,
    UnknownAccessRequest,
)
from domain.refusals import MalformedValue
from domain.registers import trust_register_id
from domain.scopes import Scope
from ledger.bundle_parsing import parse
from ledger.database import Database
from ledger.key_store import KeyStore
from ledger.period import Period
from services import people, retention
from services.access_answers import AnswerAccessRequest, make_bundle
from services.access_commands import (
    AccessRecorded,
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
from services.scope import Caller, system_caller
from services.staff_breach_commands import ReportStaffBreach
from services.staff_breach_procedure_commands import OpenBreachInvestigation, RecordInterview
from tests.services.access import ON, SCHOOL
from tests.services.access_worlds import (
    ANSWER,
    REVIEW,
    World,
    keep_back,
    must,
    refused,
    trust_ledger,
)
from tests.support.ledgers import NOW, a_trust


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


def test_who_was_alerted_by_their_office_or_has_a_part_in_another_case_has_none_in_what_is_found(
    world: World, officer: Caller
) -> None:
    world.overseen.open(world.cases["breach"], world.overseen.caller(Role.DSL, SCHOOL))
    case: Any = trust_ledger(world).load(world.cases["breach"])
    assert [grant.alerted for grant in case.access_grants.values()] == [(officer.person_id,)]
    # Nor is it anything to this request what part they have in a case in which the pupil does not stand.
    world.do(AssignCase(command_id=uuid4(), case_id=world.cases["of-others"], owner=officer.person_id))

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
