"""Complaints over PostgreSQL: received by a command, taken through the stages of the school's policy, and closed."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest

import policies
from domain.access import Role
from domain.complaint_parts import PanelMember
from domain.sealed import SealedRef
from ledger.database import Database
from ledger.key_store import KeyStore
from services.case_commands import LinkCase
from services.commands import CaseCommand, Refusal
from services.complaint_commands import (
    AddHead,
    CloseComplaint,
    ComplaintHead,
    DecideHead,
    NameSubject,
    PauseClock,
    ReceiveComplaint,
    RequestEscalation,
    RespondToStage,
    RouteToProcedure,
    StartStage,
)
from services.complaint_panel_commands import AppointPanel, HoldHearing, IssueFindings, RecordActionTaken
from services.incident_commands import CloseIncident, ReportIncident
from services.incident_measure_commands import ReferToBody
from services.incident_step_commands import DirectToChannel, RecordAccount, RecordInvestigation
from tests.support.ledgers import Trust, a_trust

DAY = date(2026, 9, 10)
HEAD = ComplaintHead(about_school=True, about_staff=False)


@pytest.fixture
def park_hall(database: Database, keys: KeyStore) -> Trust:
    """A trust whose schools have taken up Park Hall's policy."""
    return a_trust(database, keys, pack=policies.content("park-hall"))


def a_complaint(**changes: Any) -> ReceiveComplaint:
    given: dict[str, Any] = {
        "command_id": uuid4(),
        "school_urn": "900001",
        "received_on": DAY,
        "received_by": "CLASS_TEACHER",
        "means": "IN_PERSON",
        "heads": (HEAD,),
    }
    return ReceiveComplaint(**given | changes)


def on(case_id: UUID, command: type[CaseCommand], **given: Any) -> Any:
    return command(command_id=uuid4(), case_id=case_id, **given)


def start(case_id: UUID, stage: str, **given: Any) -> Any:
    return on(case_id, StartStage, stage=stage, started_on=DAY, **given)


def answer(case_id: UUID, *, resolved: bool = False) -> Any:
    return on(case_id, RespondToStage, resolved=resolved, in_writing=True, responded_on=DAY)


@pytest.mark.obligation("S0-014", "S0-016", "S2-006")
@pytest.mark.parametrize("receiver", ["CLASS_TEACHER", "HEADTEACHER", "CHAIR_OF_GOVERNORS"])
def test_a_complaint_is_received_under_a_reference_of_its_own_and_the_policy_in_force(
    park_hall: Trust, receiver: str
) -> None:
    heads = (HEAD, ComplaintHead(about_school=False, about_staff=True, about=(uuid4(),)))
    command = a_complaint(received_by=receiver, heads=heads, process="DATA_PROTECTION", summary="The queue.")

    case = park_hall.do(command)

    assert (case.reference, case.received_by, case.process) == ("CMP-2026-000001", receiver, "DATA_PROTECTION")
    assert (case.policy.pack_id, case.summary) == ("park-hall", SealedRef(1, "summary"))
    assert [(one.about_school, one.about_staff, one.about) for one in case.heads.values()] == [
        (one.about_school, one.about_staff, one.about) for one in heads
    ]
    assert park_hall.give(command).replayed


@pytest.mark.obligation("S4-023", "S4-024")
def test_at_park_hall_the_phase_leader_comes_after_the_class_teacher(park_hall: Trust) -> None:
    case_id = park_hall.do(a_complaint()).id
    head = park_hall.caller(Role.HEADTEACHER, "900001")

    refused = park_hall.give(start(case_id, "PHASE_LEADER"), head)
    assert isinstance(refused, Refusal)
    assert (refused.code, (refused.clause or "").rpartition(", ")[2]) == ("STEP_PREREQUISITE", "L63")
    park_hall.do(start(case_id, "CLASS_TEACHER"), head)
    park_hall.do(answer(case_id), head)
    park_hall.do(on(case_id, RequestEscalation, requested_on=DAY), head)
    park_hall.do(start(case_id, "PHASE_LEADER"), head)
    park_hall.do(answer(case_id, resolved=True), head)
    [head_id] = park_hall.do(start(case_id, "FORMAL", override="She asked for it in writing."), head).heads
    park_hall.do(answer(case_id, resolved=True), head)

    close = {"outcome": "NOT_UPHELD", "closed_on": DAY}
    assert park_hall.refused(on(case_id, CloseComplaint, **close), head)[0] == "DUTIES_OUTSTANDING"
    park_hall.do(on(case_id, DecideHead, head_id=head_id, outcome="NOT_UPHELD", decided_on=DAY), head)
    park_hall.do(on(case_id, RecordActionTaken, action="NONE", taken_on=DAY), head)
    case = park_hall.do(on(case_id, CloseComplaint, **close), head)

    assert (case.status, list(case.stages)) == ("CLOSED", ["CLASS_TEACHER", "PHASE_LEADER", "FORMAL"])
    assert [one.requirement for one in case.overrides] == ["STAGE_UNRESOLVED:PHASE_LEADER"]


def test_a_coordinator_does_not_set_the_order_of_the_stages_aside(park_hall: Trust) -> None:
    case_id = park_hall.do(a_complaint()).id
    coordinator = park_hall.caller(Role.COORDINATOR, "900001")
    command = start(case_id, "PHASE_LEADER", override="It is quicker.")
    assert park_hall.refused(command, coordinator) == ("NOT_ALLOWED", ("override",))


def to_panel(trust: Trust, case_id: UUID) -> None:
    for stage in ("CLASS_TEACHER", "PHASE_LEADER", "FORMAL", "PANEL"):
        trust.do(start(case_id, stage))
        if stage != "PANEL":
            trust.do(answer(case_id))


@pytest.mark.obligation("S4-032")
def test_nobody_who_investigated_the_incident_from_which_a_complaint_arose_sits_on_its_panel(park_hall: Trust) -> None:
    incident = park_hall.do(ReportIncident(command_id=uuid4(), school_urn="900001", opened_on=DAY))
    deputy, strangers = uuid4(), tuple(PanelMember(uuid4(), independent=True) for _ in range(3))
    park_hall.do(on(incident.id, RecordInvestigation, started_on=DAY, investigator=deputy))
    case_id = park_hall.do(a_complaint()).id
    park_hall.do(on(case_id, LinkCase, other=incident.id, kind="AROSE_FROM"))
    to_panel(park_hall, case_id)

    drawn_in = (*strangers[:2], PanelMember(deputy, independent=False))
    assert park_hall.refused(on(case_id, AppointPanel, members=drawn_in, appointed_on=DAY)) == (
        "PANEL_INVALID",
        ("members",),
    )
    park_hall.do(on(case_id, AppointPanel, members=strangers, appointed_on=DAY))
    park_hall.do(on(case_id, HoldHearing, held_on=DAY, complainant_attended=True, accompanied=False))
    case = park_hall.do(
        on(
            case_id,
            IssueFindings,
            recipient_role="COMPLAINANT",
            issued_on=DAY,
            findings="Sorry.",
            remedies=("APOLOGY",),
        )
    )
    assert [(one.recipient_role, one.remedies) for one in case.findings_notices] == [("COMPLAINANT", ("APOLOGY",))]


@pytest.mark.obligation("S2-081", "S2-006", "S0-010")
def test_a_post_that_belongs_to_the_complaints_procedure_is_sent_there_and_linked(park_hall: Trust) -> None:
    incident = park_hall.do(ReportIncident(command_id=uuid4(), school_urn="900001", opened_on=DAY))
    park_hall.do(on(incident.id, DirectToChannel, channel="COMPLAINTS_PROCEDURE", directed_on=DAY))
    complaint = park_hall.do(a_complaint())

    case = park_hall.do(on(incident.id, LinkCase, other=complaint.id, kind="CONCERNS_COMPLAINT"))

    assert list(case.links) == [(complaint.id, "CONCERNS_COMPLAINT")]
    assert [one.channel for one in case.directions] == ["COMPLAINTS_PROCEDURE"]


@pytest.mark.obligation("S0-015")
def test_whoever_is_complained_about_loses_sight_of_the_case_and_both_sides_are_heard(trust: Trust) -> None:
    head = trust.caller(Role.HEADTEACHER, "900001")
    case = trust.do(a_complaint(), head)
    [head_id] = case.heads
    for side in ("COMPLAINANT", "SUBJECT"):
        trust.do(on(case.id, RecordAccount, side=side, given_on=DAY, text="What happened."), head)
    trust.do(on(case.id, AddHead, head=ComplaintHead(about_school=False, about_staff=True)), head)

    case = trust.do(on(case.id, NameSubject, head_id=head_id, person=head.person_id))

    assert ([one.side for one in case.accounts], len(case.heads)) == (["COMPLAINANT", "SUBJECT"], 2)
    decide = on(case.id, DecideHead, head_id=head_id, outcome="NOT_UPHELD", decided_on=DAY)
    assert trust.refused(decide, head) == ("NOT_FOUND", ("case_id",))


def test_who_complains_does_not_decide(trust: Trust) -> None:
    parent = trust.caller(Role.COORDINATOR, "900001")
    case = trust.do(a_complaint(complainant=parent.person_id))
    [head_id] = case.heads
    decide = on(case.id, DecideHead, head_id=head_id, outcome="UPHELD", decided_on=DAY)
    assert trust.refused(decide, parent)[0] == "CONFLICT_OF_INTEREST"


def test_a_body_outside_is_told_of_a_complaint_as_of_an_incident(trust: Trust) -> None:
    case = trust.do(a_complaint())
    told = {"body": "DFE", "referred_on": DAY}
    assert trust.refused(on(case.id, ReferToBody, grounds=("HATE",), **told)) == ("INVALID_INPUT", ("grounds",))
    case = trust.do(on(case.id, ReferToBody, grounds=("NO_COPY",), **told))
    assert [one.grounds for one in case.referrals.values()] == [("NO_COPY",)]


def test_a_case_that_is_routed_to_is_one_that_the_caller_sees(trust: Trust) -> None:
    case, elsewhere = trust.do(a_complaint()), trust.do(a_complaint(school_urn="900002"))
    head = trust.caller(Role.HEADTEACHER, "900001")
    route = {"route": "STAFF_CONDUCT", "routed_on": DAY}
    assert trust.refused(on(case.id, RouteToProcedure, other=elsewhere.id, **route), head) == ("NOT_FOUND", ("other",))
    assert trust.do(on(case.id, RouteToProcedure, **route), head).is_out_of_scope


@pytest.mark.parametrize("command", ["incident on complaint", "complaint on incident"])
def test_a_command_of_another_kind_of_case_finds_none(trust: Trust, command: str) -> None:
    if command == "incident on complaint":
        case = trust.do(a_complaint())
        asked = on(case.id, CloseIncident, outcome="NO_FURTHER_ACTION", closed_on=DAY)
    else:
        case = trust.do(ReportIncident(command_id=uuid4(), school_urn="900001", opened_on=DAY))
        asked = on(case.id, PauseClock, paused_on=DAY, reason="The police ask for it.")
    assert trust.refused(asked) == ("NOT_FOUND", ("case_id",))


def test_a_head_that_is_received_again_has_the_same_id(trust: Trust) -> None:
    command = a_complaint(heads=(HEAD, HEAD))
    assert list(trust.do(command).heads) == [uuid5(command.command_id, f"head/{place}") for place in (0, 1)]
