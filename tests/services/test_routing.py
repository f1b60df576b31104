"""Cases about people who decide, over PostgreSQL: routed in the append that names them, out of their sight (D15)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.access import Role
from domain.refusals import RefusalCode
from domain.routing import ConflictRoute
from ledger.database import Database
from ledger.key_store import KeyStore
from ledger.reading import read_page
from services.case_commands import AddAddendum, AssignCase, CorrectSchool
from services.catalogue import COMMANDS
from services.commands import CaseCommand, Refusal
from services.complaint_commands import AddHead, ChooseProcess, ComplaintHead, NameSubject, ReceiveComplaint
from services.conversion_commands import ConvertToComplaint
from services.incident_commands import ReportIncident
from services.registers import appoint_at_school, appoint_in_trust
from services.scope import Caller, system_caller
from services.staff_breach_commands import (
    DecideNoAction,
    GiveBreachAdvice,
    InformAboutBreach,
    NameBreachSubject,
    ReportStaffBreach,
)
from services.staff_breach_procedure_commands import ContactBody, OpenBreachInvestigation, RecordInterview
from tests.support.ledgers import Trust, a_trust

ON = date(2026, 9, 10)
SCHOOL, OTHER = "900001", "900002"


@pytest.fixture
def staffed(database: Database, keys: KeyStore) -> Trust:
    """A trust whose posts are held by those who act in them here."""
    trust = a_trust(database, keys)
    system, since = system_caller(trust.trust_id), date(2024, 9, 1)
    for urn in (SCHOOL, OTHER):
        for role in (Role.HEADTEACHER, Role.CHAIR):
            person = trust.caller(role, urn).person_id
            appoint_at_school(trust.ledger, system, urn=urn, role=role.value, person=person, appointed_on=since)
    for role in (Role.TRUST_LEAD, Role.ALTERNATE):
        person = trust.caller(role).person_id
        appoint_in_trust(trust.ledger, system, role=role.value, person=person, appointed_on=since)
    return trust


def head(trust: Trust, urn: str = SCHOOL) -> Caller:
    return trust.caller(Role.HEADTEACHER, urn)


def chair(trust: Trust, urn: str = SCHOOL) -> Caller:
    return trust.caller(Role.CHAIR, urn)


def a_breach(**given: Any) -> ReportStaffBreach:
    asked: dict[str, Any] = {"command_id": uuid4(), "school_urn": SCHOOL, "reported_on": ON, "source": "ALLEGED"}
    return ReportStaffBreach(**asked | given)


def a_complaint(*about: UUID, **given: Any) -> ReceiveComplaint:
    heads = (ComplaintHead(about_school=False, about_staff=True, about=about),)
    asked: dict[str, Any] = {"school_urn": SCHOOL, "received_on": ON, "received_by": "CHAIR_OF_GOVERNORS"}
    return ReceiveComplaint(**{"command_id": uuid4(), "means": "LETTER", "heads": heads, **asked, **given})


def on(case_id: UUID, command: type[CaseCommand], **given: Any) -> Any:
    return command(command_id=uuid4(), case_id=case_id, **given)


def no_action(case_id: UUID) -> Any:
    return on(case_id, DecideNoAction, decided_on=ON, reasons="Nothing in it.")


def events_of(trust: Trust, last: int) -> list[str]:
    """The names of the events that were recorded last."""
    position = trust.ledger.head()[0]
    with trust.ledger.trust.connection() as connection:
        rows = read_page(connection, trust.trust_id, after=position - last, limit=last)
    return [row.type for row in rows]


# --- every road by which somebody is named


def _reported(trust: Trust, subject: UUID) -> UUID:
    return UUID(str(trust.do(a_breach(subject=subject)).id))


def _named(trust: Trust, subject: UUID) -> UUID:
    case = trust.do(a_breach())
    return UUID(str(trust.do(on(case.id, NameBreachSubject, subject=subject)).id))


def _received(trust: Trust, subject: UUID) -> UUID:
    return UUID(str(trust.do(a_complaint(subject)).id))


def _head_added(trust: Trust, subject: UUID) -> UUID:
    case = trust.do(a_complaint())
    added = ComplaintHead(about_school=False, about_staff=True, about=(subject,))
    return UUID(str(trust.do(on(case.id, AddHead, head=added)).id))


def _complained_about(trust: Trust, subject: UUID) -> UUID:
    case = trust.do(a_complaint())
    [head_id] = case.heads
    return UUID(str(trust.do(on(case.id, NameSubject, head_id=head_id, person=subject)).id))


def _converted(trust: Trust, subject: UUID) -> UUID:
    incident = trust.do(ReportIncident(command_id=uuid4(), school_urn=SCHOOL, opened_on=ON))
    heads = (ComplaintHead(about_school=False, about_staff=True, about=(subject,)),)
    given = {"converted_on": ON, "received_by": "HEADTEACHER", "means": "LETTER", "heads": heads}
    converted: UUID = trust.do(on(incident.id, ConvertToComplaint, **given)).converted_to
    return converted


ROADS = [_reported, _named, _received, _head_added, _complained_about, _converted]


@pytest.mark.parametrize("name", ROADS, ids=lambda road: road.__name__.strip("_"))
def test_naming_the_head_routes_the_case_to_the_chair_in_the_same_append(
    staffed: Trust, name: Callable[[Trust, UUID], UUID]
) -> None:
    case_id = name(staffed, head(staffed).person_id)
    case: Any = staffed.ledger.load(case_id)

    assert case.routed_to == ConflictRoute("CHAIR", "HEADTEACHER")
    assert [event for event in events_of(staffed, 3) if event.endswith(".routed_to.v1")] == [
        f"{'staff_breach' if case.kind == 'STAFF_BREACH' else 'complaint'}.routed_to.v1"
    ]
    # The case cannot be found by the head any more, nor what is said of it.
    missing = staffed.give(on(uuid4(), AddAddendum, text="x"), head(staffed))
    assert staffed.give(on(case_id, AddAddendum, text="x"), head(staffed)) == missing
    assert staffed.do(on(case_id, AssignCase, owner=chair(staffed).person_id), chair(staffed)).owner


@pytest.mark.parametrize(
    ("about", "role", "because", "decides"),
    [
        (Role.HEADTEACHER, "CHAIR", "HEADTEACHER", {Role.CHAIR, Role.TRUST_LEAD, Role.ALTERNATE}),
        (Role.CHAIR, "TRUST_LEAD", "CHAIR", {Role.TRUST_LEAD, Role.ALTERNATE}),
        (Role.TRUST_LEAD, "ALTERNATE", "TRUST_LEAD", {Role.ALTERNATE}),
    ],
)
def test_the_ladder_decides_and_nobody_below_it(
    staffed: Trust, about: Role, role: str, because: str, decides: set[Role]
) -> None:
    roles = (Role.HEADTEACHER, Role.COORDINATOR, Role.CHAIR, Role.TRUST_LEAD, Role.ALTERNATE, Role.HR)
    callers = {
        one: staffed.caller(one, SCHOOL if one in (Role.HEADTEACHER, Role.COORDINATOR, Role.CHAIR) else None)
        for one in roles
    }
    # All of them are told of, or report, what is going on before it is known whom it is about.
    case_id = staffed.do(a_breach(), system_caller(staffed.trust_id)).id
    for one in roles:
        told = on(case_id, InformAboutBreach, role="DSL", informed_on=ON, person=callers[one].person_id)
        staffed.do(told, system_caller(staffed.trust_id))
    named = on(case_id, NameBreachSubject, subject=callers[about].person_id)

    case = staffed.do(named, system_caller(staffed.trust_id))

    assert case.routed_to == ConflictRoute(role, because)
    for one, caller in callers.items():
        before = staffed.ledger.head()
        answer = staffed.give(no_action(case_id), caller)
        if one in decides | {Role.HR}:
            assert not isinstance(answer, Refusal), (one, answer)
            continue
        expected = "NOT_FOUND" if one is about else "NOT_ALLOWED" if one is Role.COORDINATOR else "CONFLICT_OF_INTEREST"
        assert (one, answer.code) == (one, expected)
        assert staffed.ledger.head() == before


def test_what_protects_and_addenda_stay_open_to_whoever_sees_a_routed_case(staffed: Trust) -> None:
    dsl = staffed.caller(Role.DSL, SCHOOL)
    case_id = staffed.do(a_breach(subject=head(staffed).person_id)).id
    staffed.do(on(case_id, InformAboutBreach, role="DSL", informed_on=ON, person=dsl.person_id))

    staffed.do(on(case_id, ContactBody, body="LADO", contacted_on=ON), dsl)
    staffed.do(on(case_id, AddAddendum, text="He rang again."), dsl)


def test_a_complaint_about_the_head_is_decided_by_the_chair_and_not_by_the_clerk(staffed: Trust) -> None:
    clerk = staffed.caller(Role.CLERK, SCHOOL)
    case_id = staffed.do(a_complaint(head(staffed).person_id), clerk).id
    choose = {"process": "DATA_PROTECTION"}

    assert staffed.refused(on(case_id, ChooseProcess, **choose), clerk) == ("CONFLICT_OF_INTEREST", ())
    assert staffed.refused(on(case_id, ChooseProcess, **choose), head(staffed)) == ("NOT_FOUND", ("case_id",))
    assert staffed.do(on(case_id, ChooseProcess, **choose), chair(staffed)).process == "DATA_PROTECTION"


def test_appointments_of_the_day_of_naming_decide(staffed: Trust) -> None:
    deputy = uuid4()
    system = system_caller(staffed.trust_id)
    tomorrow = date(2026, 9, 15)
    appoint_at_school(staffed.ledger, system, urn=SCHOOL, role="headteacher", person=deputy, appointed_on=tomorrow)
    assert staffed.do(a_breach(subject=deputy)).routed_to is None
    assert staffed.do(a_breach(subject=head(staffed, OTHER).person_id)).routed_to is None


def test_a_case_found_to_belong_to_another_school_is_looked_at_by_that_schools_posts(staffed: Trust) -> None:
    case = staffed.do(a_breach(subject=head(staffed, OTHER).person_id))
    corrected = staffed.do(on(case.id, CorrectSchool, school_urn=OTHER, reason="It was there."))
    assert corrected.routed_to == ConflictRoute("CHAIR", "HEADTEACHER")


def test_the_same_command_given_again_routes_nothing_again(staffed: Trust) -> None:
    command = a_breach(subject=head(staffed).person_id)
    staffed.do(command)
    at = staffed.ledger.head()
    assert staffed.give(command).replayed
    assert staffed.ledger.head() == at


# --- sight


def test_the_owner_who_is_named_loses_case_and_ownership(staffed: Trust) -> None:
    head_of_school = head(staffed)
    case_id = staffed.do(a_breach(), head_of_school).id
    owned = staffed.do(on(case_id, AssignCase, owner=head_of_school.person_id), head_of_school)
    assert owned.owner == head_of_school.person_id

    named = staffed.do(on(case_id, NameBreachSubject, subject=head_of_school.person_id))

    assert (named.owner, named.routed_to.role) == (None, "CHAIR")
    assert staffed.refused(no_action(case_id), head_of_school) == ("NOT_FOUND", ("case_id",))


def test_who_reported_a_breach_and_became_its_subject_does_not_hear_the_answer_again(staffed: Trust) -> None:
    report = a_breach()
    reporter = head(staffed)
    case_id = staffed.do(report, reporter).id
    assert staffed.give(report, reporter).replayed
    staffed.do(on(case_id, NameBreachSubject, subject=reporter.person_id))
    assert staffed.refused(report, reporter) == ("NOT_FOUND", ("case_id",))


def test_a_head_reports_a_breach_and_runs_it_to_its_end(staffed: Trust) -> None:
    """The headteacher is the case manager of allegations against staff (Keeping children safe in education, part 4)."""
    runs = head(staffed)
    case_id = staffed.do(a_breach(subject=uuid4()), runs).id
    staffed.do(on(case_id, AssignCase, owner=runs.person_id), runs)
    staffed.do(on(case_id, ContactBody, body="LADO", contacted_on=ON), runs)
    staffed.do(on(case_id, GiveBreachAdvice, kind="CONTACT", given_on=ON), runs)
    assert staffed.refused(no_action(case_id), head(staffed, OTHER)) == ("NOT_FOUND", ("case_id",))
    assert staffed.refused(no_action(case_id), chair(staffed)) == ("NOT_FOUND", ("case_id",))
    closing = on(case_id, COMMANDS["CloseStaffBreach"], outcome="ADVICE_GIVEN", closed_on=ON)  # type: ignore[arg-type]
    assert staffed.do(closing, runs).status == "CLOSED"


def test_a_breach_is_not_there_for_a_head_who_is_not_named_on_it(staffed: Trust) -> None:
    case_id = staffed.do(a_breach(subject=uuid4())).id
    assert staffed.refused(no_action(case_id), head(staffed)) == ("NOT_FOUND", ("case_id",))


def test_an_investigator_sees_the_one_case_that_the_role_is_given_in(staffed: Trust) -> None:
    cases = [staffed.do(a_breach(subject=uuid4())).id for _ in range(3)]
    investigator = staffed.caller(Role.INVESTIGATOR, case=cases[0])
    for case_id in cases[:2]:
        begun = {"investigator": investigator.person_id, "started_on": ON}
        case = staffed.do(on(case_id, OpenBreachInvestigation, **begun))
    [second] = case.investigations
    [first] = staffed.ledger.load(cases[0]).investigations  # type: ignore[union-attr]
    interview = {"side": "WITNESS", "held_on": ON}

    staffed.do(on(cases[0], RecordInterview, investigation_id=first, **interview), investigator)
    # Named on the second too, which the role was not taken for.
    elsewhere = on(cases[1], RecordInterview, investigation_id=second, **interview)
    assert staffed.refused(elsewhere, investigator) == ("NOT_FOUND", ("case_id",))
    about = staffed.ledger.load(cases[2]).subject  # type: ignore[union-attr]
    barred = replace(investigator, person_id=about, case_id=cases[2])
    assert staffed.refused(on(cases[2], AddAddendum, text="x"), barred) == ("NOT_FOUND", ("case_id",))


def test_whatever_a_subject_asks_is_answered_as_for_a_case_that_is_not_there(staffed: Trust) -> None:
    lead, system = staffed.lead, system_caller(staffed.trust_id)
    hidden = [staffed.do(a_breach(subject=lead.person_id), system).id]
    hidden.append(staffed.do(a_complaint(lead.person_id), system).id)
    before = staffed.ledger.head()

    answers = {
        name: [staffed.give(blank(command, case_id), lead) for case_id in (*hidden, uuid4())]
        for name, command in COMMANDS.items()
        if issubclass(command, CaseCommand)
    }

    missing = Refusal(RefusalCode.NOT_FOUND, "There is no such case. (fields: case_id)", None, ("case_id",))
    assert {name: given for name, given in answers.items() if given != [missing] * 3} == {}
    assert len(answers) > 100
    assert staffed.ledger.head() == before


def blank(command: type[CaseCommand], case_id: UUID) -> CaseCommand:
    """A command with no field of its own filled: who may see the case is asked before anything else is."""
    asked = object.__new__(command)
    known = {"command_id": uuid4(), "case_id": case_id, "reason": "Because."}
    for field in fields(command):
        object.__setattr__(asked, field.name, known.get(field.name))
    return asked
