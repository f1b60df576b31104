"""An incident that goes on as a complaint: one command, two histories, counted once where both would count the same."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.access import Role
from domain.complaint import Complaint
from domain.counting import MonitoringCount, contributions
from domain.items import Classification
from services.commands import Recorded, new_case_id
from services.complaint_commands import ComplaintHead
from services.conversion_commands import ConvertToComplaint
from services.incident_commands import RecordItem, ReportIncident
from tests.support.ledgers import Trust

AWARE = date(2026, 9, 10)
ABOUT_SCHOOL = ComplaintHead(about_school=True, about_staff=False)
ABOUT_BOTH = ComplaintHead(about_school=True, about_staff=True)


def an_incident(trust: Trust, *classifications: Classification) -> Any:
    case = trust.do(ReportIncident(command_id=uuid4(), school_urn="900001", opened_on=AWARE))
    return trust.do(
        RecordItem(
            command_id=uuid4(),
            case_id=case.id,
            platform="FACEBOOK",
            poster_role="PARENT",
            discovered_on=AWARE,
            classifications=classifications,
        )
    )


def converting(case_id: UUID, *heads: ComplaintHead) -> ConvertToComplaint:
    return ConvertToComplaint(
        command_id=uuid4(),
        case_id=case_id,
        converted_on=AWARE,
        received_by="HEADTEACHER",
        means="ONLINE_POST",
        heads=heads,
        summary="as it was posted",
    )


def the_complaint(trust: Trust, command: ConvertToComplaint) -> Complaint:
    found = trust.ledger.load(new_case_id(trust.trust_id, command.command_id))
    assert isinstance(found, Complaint)
    return found


@pytest.mark.obligation("S2-081", "S4-032", "S0-016")
def test_one_command_opens_the_complaint_and_both_histories_say_so(trust: Trust) -> None:
    incident = an_incident(trust, Classification("NEGATIVE_COMMENT", "SCHOOL"))
    command = converting(incident.id, ABOUT_SCHOOL)

    result = trust.give(command)

    complaint = the_complaint(trust, command)
    assert result.case.converted_to == complaint.id
    assert (complaint.arose_from, complaint.received_on) == ((incident.id,), AWARE)
    assert complaint.reference.startswith("CMP-2026-")
    assert complaint.policy == incident.policy


def test_the_same_command_again_opens_no_second_complaint(trust: Trust) -> None:
    incident = an_incident(trust, Classification("COMPLAINT", "STAFF"))
    command = converting(incident.id, ABOUT_SCHOOL)
    first = trust.give(command)

    again = trust.give(command)

    assert isinstance(again, Recorded)
    assert (again.replayed, again.first_position) == (True, first.first_position)
    assert trust.refused(converting(incident.id, ABOUT_SCHOOL))[0] == "ILLEGAL_STATE"


def test_a_complaint_that_cannot_be_leaves_the_incident_as_it_was(trust: Trust) -> None:
    incident = an_incident(trust, Classification("COMPLAINT", "STAFF"))

    assert trust.refused(converting(incident.id)) == ("INVALID_INPUT", ("heads",))

    kept = trust.ledger.load(incident.id)
    assert (kept and kept.version) == incident.version


def test_what_the_incident_counts_the_complaint_does_not_count_again(trust: Trust) -> None:
    incident = an_incident(trust, Classification("COMPLAINT", "STAFF"))
    command = converting(incident.id, ABOUT_BOTH)
    trust.give(command)

    adds = contributions(the_complaint(trust, command), trust.ledger.load)

    assert {each.count for each in adds} == {MonitoringCount.COMPLAINTS_ABOUT_SCHOOL}


def test_staff_do_not_convert(trust: Trust) -> None:
    teacher = trust.caller(Role.STAFF, "900001", "t")
    case = trust.do(ReportIncident(command_id=uuid4(), school_urn="900001", opened_on=AWARE), teacher)

    assert trust.refused(converting(case.id, ABOUT_SCHOOL), teacher)[0] == "NOT_ALLOWED"
