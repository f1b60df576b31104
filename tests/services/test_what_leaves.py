"""A case leaves the house without what its reader may not know of, and with what the law asks to be heeded (D15)."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.access import Role
from domain.refusals import Refused
from ledger.bundle import Notice
from ledger.verify import Report, verify
from services.case_commands import AddAddendum, AssignCase, LinkCase, MarkDuplicate
from services.checkpoint_signers import signer
from services.complaint_commands import ComplaintHead, MeetParties, ReceiveComplaint
from services.conversion_commands import ConvertToComplaint
from services.export import export_case
from services.incident_commands import ReportIncident
from services.incident_step_commands import RecordAccount
from services.scope import Caller, system_caller
from services.staff_breach_commands import ReportStaffBreach
from services.staff_breach_procedure_commands import (
    OpenBreachInvestigation,
    RecordInterview,
    SetReportingRestriction,
)
from tests.support.ledgers import Trust

ON = date(2026, 9, 10)
SCHOOL = "900001"
LAW = "Education Act 2002, section 141F"


def take_away(trust: Trust, reader: Caller, case_id: UUID) -> tuple[bytes, Report]:
    bundle = export_case(trust.ledger, reader.visibility, case_id)
    report = verify(bundle, public_key=signer(trust.ledger).verifier_key)
    assert report.ok, report.first_failure
    return bundle, report


def texts(bundle: bytes) -> list[str]:
    events = json.loads(bundle)["events"]
    return [part["text"] for event in events for part in event.get("parts", ()) if "text" in part]


def gives(trust: Trust, command: type[Any], by: Caller | None = None, **given: Any) -> Any:
    return trust.do(command(command_id=uuid4(), **given), by or system_caller(trust.trust_id))


# --- cases that the reader may not know of


@pytest.fixture
def converted(trust: Trust) -> tuple[UUID, UUID]:
    """An incident that went on as a complaint about the head, and two links to it after that."""
    head = trust.caller(Role.HEADTEACHER, SCHOOL)
    incident = gives(trust, ReportIncident, school_urn=SCHOOL, opened_on=ON, summary="A post.").id
    went_on: dict[str, Any] = {"converted_on": ON, "received_by": "HEADTEACHER", "means": "LETTER"}
    heads = (ComplaintHead(about_school=False, about_staff=True, about=(head.person_id,)),)
    complaint = gives(trust, ConvertToComplaint, case_id=incident, heads=heads, **went_on).converted_to
    for kind in ("RELATED", "CONCERNS_COMPLAINT"):
        gives(trust, LinkCase, case_id=incident, other=complaint, kind=kind)
    return incident, complaint


@pytest.mark.parametrize("goes_on", [False, True], ids=["withheld to its end", "and an event after it"])
def test_an_event_that_names_a_case_about_the_reader_is_withheld_as_a_whole(
    trust: Trust, converted: tuple[UUID, UUID], goes_on: bool
) -> None:
    incident, complaint = converted
    if goes_on:
        gives(trust, AddAddendum, case_id=incident, text="The parent rang.")

    bundle, report = take_away(trust, trust.caller(Role.HEADTEACHER, SCHOOL), incident)
    whole, of_whole = take_away(trust, trust.lead, incident)

    assert str(complaint).encode() not in bundle
    assert str(complaint).encode() in whole
    assert (report.withheld, of_whole.withheld) == (3, 0)
    assert report.checks[0].found == "canonical JSON of the form caseledger-bundle/2"
    assert of_whole.checks[0].found == "canonical JSON of the form caseledger-bundle/1"
    last = 5 if goes_on else 4
    events = json.loads(bundle)["events"]
    assert report.checks[5].found == (
        f"versions 1 to {last} without a gap, each bound to the one before; 3 of them withheld as a whole"
    )
    assert [set(event) for event in events[1:4]] == [{"leaf", "link", "position"}] * 3
    assert [bool(event["link"]) for event in events[1:4]] == [False, False, goes_on]
    assert texts(bundle) == ["A post.", "The parent rang."][: 1 + goes_on]


def test_a_copy_of_a_case_about_the_reader_is_not_there_to_be_exported(trust: Trust) -> None:
    breach: dict[str, Any] = {"school_urn": SCHOOL, "reported_on": ON, "source": "ALLEGED"}
    original = gives(trust, ReportStaffBreach, subject=trust.lead.person_id, **breach).id
    copy = gives(trust, ReportStaffBreach, **breach).id
    take_away(trust, trust.lead, copy)
    gives(trust, MarkDuplicate, case_id=copy, original=original, reason="The same.")

    with pytest.raises(Refused) as refusal:
        export_case(trust.ledger, trust.lead.visibility, copy)

    assert refusal.value.code == "NOT_FOUND"
    assert trust.refused(AddAddendum(command_id=uuid4(), case_id=copy, text="x")) == ("NOT_FOUND", ("case_id",))


# --- a teacher who may not be named


@pytest.fixture
def teacher(trust: Trust) -> UUID:
    return trust.caller(Role.STAFF, SCHOOL, "teacher").person_id


@pytest.fixture
def breach(trust: Trust, teacher: UUID) -> UUID:
    """A breach with words under the teacher's key and others under the key of the case."""
    head = trust.caller(Role.HEADTEACHER, SCHOOL)
    found = gives(trust, ReportStaffBreach, head, school_urn=SCHOOL, reported_on=ON, source="ALLEGED", subject=teacher)
    case = gives(trust, OpenBreachInvestigation, case_id=found.id, investigator=uuid4(), started_on=ON, notes="Begun.")
    [investigation] = case.investigations
    said: dict[str, Any] = {"side": "SUBJECT", "held_on": ON, "person": teacher, "notes": "It was I."}
    gives(trust, RecordInterview, case_id=found.id, investigation_id=investigation, **said)
    return found.id  # type: ignore[no-any-return]  # an aggregate's id


def restrict(trust: Trust, breach: UUID, *, applies: bool = True) -> None:
    gives(trust, SetReportingRestriction, case_id=breach, applies=applies, from_on=ON)


@pytest.mark.parametrize(
    ("role", "opens"), [(Role.TRUST_LEAD, True), (Role.HR, True), (Role.HEADTEACHER, False), (Role.AUDITOR, False)]
)
def test_what_a_teacher_under_a_restriction_said_leaves_for_those_alone_who_need_to_know_whom_it_is(
    trust: Trust, breach: UUID, role: Role, opens: bool
) -> None:
    reader = trust.caller(role, SCHOOL if role is Role.HEADTEACHER else None)
    before, unrestricted = take_away(trust, reader, breach)
    restrict(trust, breach)

    after, report = take_away(trust, reader, breach)

    assert ("It was I." in texts(before)) == (role is not Role.AUDITOR)
    assert ("It was I." in texts(after)) == opens
    assert ("Begun." in texts(after)) == (role is not Role.AUDITOR)
    assert (unrestricted.notices, report.notices) == ((), (Notice(LAW, "2026-09-10"),))


def test_a_restriction_that_was_lifted_is_none(trust: Trust, breach: UUID) -> None:
    restrict(trust, breach)
    restrict(trust, breach, applies=False)

    bundle, report = take_away(trust, trust.caller(Role.HEADTEACHER, SCHOOL), breach)

    assert (report.notices, "It was I." in texts(bundle)) == ((), True)


def test_whoever_runs_the_case_has_to_know_whom_it_is_about(trust: Trust, breach: UUID) -> None:
    head = trust.caller(Role.HEADTEACHER, SCHOOL)
    restrict(trust, breach)
    gives(trust, AssignCase, case_id=breach, owner=head.person_id)

    bundle, report = take_away(trust, head, breach)

    assert (report.notices, "It was I." in texts(bundle)) == ((Notice(LAW, "2026-09-10"),), True)


def test_a_complaint_about_a_teacher_under_a_restriction_says_so(trust: Trust, breach: UUID, teacher: UUID) -> None:
    given: dict[str, Any] = {"school_urn": SCHOOL, "received_on": ON, "received_by": "HEADTEACHER", "means": "LETTER"}
    heads = (ComplaintHead(about_school=False, about_staff=True, about=(teacher,)),)
    complaint = gives(trust, ReceiveComplaint, heads=heads, **given).id
    said: dict[str, Any] = {"side": "SUBJECT", "given_on": ON, "person": teacher, "text": "She is wrong."}
    gives(trust, RecordAccount, case_id=complaint, **said)
    clerk = trust.caller(Role.CLERK, SCHOOL)
    assert texts(take_away(trust, clerk, complaint)[0]) == ["She is wrong."]

    restrict(trust, breach)

    bundle, report = take_away(trust, clerk, complaint)
    assert (report.notices, texts(bundle)) == ((Notice(LAW, "2026-09-10"),), [])
    assert texts(take_away(trust, trust.caller(Role.DSL, SCHOOL), complaint)[0]) == ["She is wrong."]


# --- who came along with a complainant


def test_what_a_companion_said_leaves_for_whoever_runs_the_complaint(trust: Trust) -> None:
    complainant, companion = uuid4(), uuid4()
    given: dict[str, Any] = {"school_urn": SCHOOL, "received_on": ON, "received_by": "HEADTEACHER", "means": "LETTER"}
    heads = (ComplaintHead(about_school=True, about_staff=False),)
    complaint = gives(trust, ReceiveComplaint, complainant=complainant, heads=heads, **given).id
    for side, person, text in (("COMPLAINANT", complainant, "I complain."), ("WITNESS", companion, "I saw it.")):
        gives(trust, RecordAccount, case_id=complaint, side=side, given_on=ON, person=person, text=text)
    head, lead = trust.caller(Role.HEADTEACHER, SCHOOL), trust.lead
    assert texts(take_away(trust, head, complaint)[0]) == ["I complain.", "I saw it."]
    met: dict[str, Any] = {"mode": "IN_PERSON", "held_on": ON, "attendees": (complainant, companion, head.person_id)}
    gives(trust, MeetParties, case_id=complaint, roles=("PARENT", "REPRESENTATIVE", "HEADTEACHER"), **met)

    gives(trust, AssignCase, case_id=complaint, owner=head.person_id)

    assert texts(take_away(trust, head, complaint)[0]) == ["I complain.", "I saw it."]
    assert texts(take_away(trust, lead, complaint)[0]) == ["I complain."]
    assert texts(take_away(trust, trust.caller(Role.CLERK, SCHOOL), complaint)[0]) == ["I complain.", "I saw it."]
