"""The commands of a staff breach, recorded in a ledger: from the report to the dismissal that a policy allows."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

import policies
from domain.access import Role
from ledger.database import Database
from ledger.key_store import KeyStore
from services.commands import Refusal
from services.sealed_texts import SealedPlace, open_texts
from services.staff_breach_commands import (
    CloseStaffBreach,
    DecideNoAction,
    NameBreachSubject,
    NoteBreachDetails,
    NoteEmployment,
    ReopenStaffBreach,
    ReportStaffBreach,
)
from services.staff_breach_procedure_commands import (
    CompleteBreachInvestigation,
    HoldDisciplinaryTrack,
    ImposeSanction,
    LiftDisciplinaryHold,
    OpenBreachInvestigation,
    RecordBreachFinding,
    RecordDisclosure,
)
from tests.support.ledgers import Trust, a_trust

AWARE = date(2026, 9, 10)
LATER = date(2026, 9, 14)
SUBJECT, INVESTIGATOR, DECIDER = uuid4(), uuid4(), uuid4()


@pytest.fixture
def rivington(database: Database, keys: KeyStore) -> Trust:
    """A trust whose schools have adopted Rivington's policy."""
    return a_trust(database, keys, pack=policies.content("rivington"))


def a_report(**given: Any) -> ReportStaffBreach:
    return ReportStaffBreach(
        **{
            "command_id": uuid4(),
            "school_urn": "900001",
            "reported_on": AWARE,
            "source": "ALLEGED",
            "subject": SUBJECT,
            **given,
        }
    )


def a_finding(case_id: UUID, *, gross: bool) -> RecordBreachFinding:
    return RecordBreachFinding(
        command_id=uuid4(),
        case_id=case_id,
        finding="SUBSTANTIATED",
        gross_misconduct=gross,
        found_on=LATER,
        found_by=DECIDER,
    )


def a_dismissal(case_id: UUID, **given: Any) -> ImposeSanction:
    return ImposeSanction(
        **{
            "command_id": uuid4(),
            "case_id": case_id,
            "sanction": "SUMMARY_DISMISSAL",
            "decided_on": LATER,
            "decided_by": DECIDER,
            **given,
        }
    )


def test_a_breach_is_reported_under_a_reference_of_its_own_and_its_policy(rivington: Trust) -> None:
    breach = rivington.do(a_report(summary="Messages to a pupil."))
    assert (breach.reference, breach.status, breach.policy.pack_id) == ("SBR-2026-000001", "OPEN", "rivington")
    place = SealedPlace(breach.id, 1, "summary")
    assert open_texts(rivington.ledger, rivington.lead.visibility, [place])[place].text == "Messages to a pupil."


@pytest.mark.obligation("S3-046", "S3-047")
def test_rivington_refuses_a_dismissal_until_gross_misconduct_is_found(rivington: Trust) -> None:
    case = rivington.do(a_report())
    assert rivington.refused(a_dismissal(case.id))[0] == "STEP_PREREQUISITE"
    rivington.do(a_finding(case.id, gross=False))
    refusal = rivington.give(a_dismissal(case.id))
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.clause) == (
        "STEP_PREREQUISITE",
        "Rivington, Social networking sites and social media (2023-09-2), L80",
    )
    rivington.do(a_finding(case.id, gross=True))

    dismissed = rivington.do(a_dismissal(case.id))

    assert dismissed.is_dismissed
    closing: dict[str, Any] = {"case_id": case.id, "outcome": "DISMISSAL", "closed_on": LATER}
    assert rivington.do(CloseStaffBreach(command_id=uuid4(), **closing)).status == "CLOSED"
    reopened = ReopenStaffBreach(command_id=uuid4(), case_id=case.id, reopened_on=LATER, reason="New facts came up.")
    assert rivington.do(reopened).status == "OPEN"


def test_the_trust_lead_may_set_that_aside_with_a_reason_and_it_shows(rivington: Trust) -> None:
    case = rivington.do(a_report())
    rivington.do(a_finding(case.id, gross=False))
    dismissed = rivington.do(a_dismissal(case.id, override="The tribunal had decided."))
    assert [(one.step, one.requirement) for one in dismissed.overrides] == [("DISMISS", "GROSS_MISCONDUCT_FOUND")]


def test_the_trust_lead_alone_sees_a_breach_and_never_the_subject(rivington: Trust) -> None:
    case = rivington.do(a_report(subject=None))
    head = rivington.caller(Role.HEADTEACHER, "900001")
    no_action: dict[str, Any] = {"case_id": case.id, "decided_on": LATER, "reasons": "Nothing in it."}
    assert rivington.refused(DecideNoAction(command_id=uuid4(), **no_action), head) == ("NOT_FOUND", ("case_id",))
    rivington.do(NameBreachSubject(command_id=uuid4(), case_id=case.id, subject=rivington.lead.person_id))
    assert rivington.refused(DecideNoAction(command_id=uuid4(), **no_action)) == ("NOT_FOUND", ("case_id",))


def test_the_clauses_are_those_of_the_policy_in_force_and_the_schools_those_of_the_trust(rivington: Trust) -> None:
    case = rivington.do(a_report())
    given: dict[str, Any] = {"case_id": case.id, "breach_types": ("CONTACT_WITH_PARENT",)}
    unknown = NoteBreachDetails(command_id=uuid4(), clauses=("FRIENDS",), **given)
    assert rivington.refused(unknown) == ("INVALID_INPUT", ("clauses",))
    noted = rivington.do(NoteBreachDetails(command_id=uuid4(), clauses=("PARENT_AND_PUPIL_CONTACT",), **given))
    assert noted.details.clauses == ("PARENT_AND_PUPIL_CONTACT",)
    elsewhere = NoteEmployment(command_id=uuid4(), case_id=case.id, schools=("900009",), is_central=True)
    assert rivington.refused(elsewhere)[1] == ("schools",)
    both = NoteEmployment(command_id=uuid4(), case_id=case.id, schools=("900001", "900002"), is_central=True)
    assert rivington.do(both).employment.schools == ("900001", "900002")


def test_a_hold_stops_the_investigation_and_not_the_disclosure(rivington: Trust) -> None:
    case = rivington.do(a_report())
    held = rivington.do(HoldDisciplinaryTrack(command_id=uuid4(), case_id=case.id, body="POLICE", from_on=AWARE))
    opening: dict[str, Any] = {"case_id": case.id, "investigator": INVESTIGATOR, "started_on": AWARE}
    assert rivington.refused(OpenBreachInvestigation(command_id=uuid4(), **opening)) == ("ON_HOLD", ())
    child = uuid4()
    disclosed = rivington.do(
        RecordDisclosure(
            command_id=uuid4(),
            case_id=case.id,
            source="CHILD",
            received_on=AWARE,
            words="He wrote to me at night.",
            disclosed_by=child,
        )
    )
    assert disclosed.is_safeguarding_concern
    [hold_id] = held.holds
    rivington.do(LiftDisciplinaryHold(command_id=uuid4(), case_id=case.id, hold_id=hold_id, lifted_on=LATER))
    opened = rivington.do(OpenBreachInvestigation(command_id=uuid4(), **opening))
    [investigation_id] = opened.investigations
    done = rivington.do(
        CompleteBreachInvestigation(
            command_id=uuid4(),
            case_id=case.id,
            investigation_id=investigation_id,
            completed_on=LATER,
            report="What was found.",
        )
    )
    assert done.investigations[investigation_id].completed_on == LATER
