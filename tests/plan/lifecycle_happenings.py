"""Cases that moved with their pupils, corrections that were asked for, items put together and apart, and closings."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from domain.complaint import Complaint, HeadReceived
from domain.registers import school_register_id
from domain.sealed import Secret
from domain.staff_breach import StaffBreach
from services.case_commands import (
    ApproveCorrection,
    CorrectSchool,
    RejectCorrection,
    RequestCorrection,
    TransferCase,
)
from services.incident_commands import (
    CloseIncident,
    MergeItems,
    RecordItem,
    ReopenIncident,
    ReportIncident,
    RestoreItem,
    SplitItem,
)
from tests.plan.world import ALDER, BIRCH, CEDAR, NOW, World, classified

_TODAY = NOW.date()
_ON = date(2026, 9, 3)
_MOVED_ON = date(2026, 9, 10)


def live_on(world: World) -> None:
    """Take the steps that every kind of case knows beside its own."""
    incident = _incident(world, "transferred")
    first = next(iter(incident.items))
    _correct(world, incident.id, first)
    world.do(TransferCase, case_id=incident.id, school_urn=CEDAR, transferred_on=_MOVED_ON)
    _item(world, incident.id, "COMPLAINT:SCHOOL NEGATIVE_COMMENT:STAFF")
    # What was counted since the move moves on; what was counted before it stays.
    world.do(CorrectSchool, case_id=incident.id, school_urn=BIRCH)
    world.do(TransferCase, case_id=incident.id, school_urn=ALDER, transferred_on=_MOVED_ON)
    _join(world, incident.id)
    _close_twice(world, incident.id)
    _complaint(world)
    _breach(world)


def _incident(world: World, name: str) -> Any:
    case = world.do(ReportIncident, school_urn=ALDER, opened_on=_ON, summary=world.words())
    world.cases[name] = case.id
    _item(world, case.id, "ALLEGATION:STAFF COMPLAINT:SCHOOL", poster=world.named("pupil"))
    return _item(world, case.id, "ALLEGATION:STAFF THREAT_OF_VIOLENCE:PUPIL")


def _item(world: World, case_id: UUID, classifications: str, **given: Any) -> Any:
    values: dict[str, Any] = {"platform": "FACEBOOK", "poster_role": "PUPIL", "discovered_on": _ON} | given
    return world.do(RecordItem, case_id=case_id, classifications=classified(classifications), **values)


def _correct(world: World, case_id: UUID, item_id: UUID) -> None:
    """A correction that was approved, one that was rejected, and one that waits: of an item, an event, neither."""
    parent = world.named("parent")
    asked = world.do(RequestCorrection, case_id=case_id, text=world.words(), item_id=item_id, requested_by=parent)
    world.do(RequestCorrection, case_id=case_id, text=world.words(), version=1, requested_on=_ON)
    case: Any = world.do(RequestCorrection, case_id=case_id, text=world.words())
    assert len(asked.corrections) == 1
    approved, rejected, _ = case.corrections
    world.do(ApproveCorrection, case_id=case_id, correction_id=approved, notes=world.words())
    other = world.caller("system", "clerk")
    world.do(RejectCorrection, other, case_id=case_id, correction_id=rejected, decided_on=_MOVED_ON)


def _join(world: World, case_id: UUID) -> None:
    """An item split in two, two items merged, and a merge that was undone."""
    case: Any = world.ledger.load(case_id)
    first, second, third = case.items
    world.do(
        SplitItem,
        case_id=case_id,
        item_id=first,
        classifications=classified("COMPLAINT:SCHOOL"),
        platform="TIKTOK",
        url=world.words(),
        description=world.words(),
    )
    world.do(MergeItems, case_id=case_id, item_id=first, into=second)
    world.do(RestoreItem, case_id=case_id, item_id=first)
    world.do(MergeItems, case_id=case_id, item_id=third, into=second)


def _close_twice(world: World, case_id: UUID) -> None:
    world.do(
        CloseIncident,
        case_id=case_id,
        outcome="WARNING_ISSUED",
        closed_on=date(2026, 9, 20),
        override=world.words(),
        notes=world.words(),
    )
    world.do(ReopenIncident, case_id=case_id, reopened_on=date(2026, 9, 21))
    world.do(
        CloseIncident,
        case_id=case_id,
        outcome="POST_REMOVED",
        closed_on=date(2026, 9, 22),
        override=world.words(),
    )


def _complaint(world: World) -> None:
    register: Any = world.ledger.load(school_register_id(world.trust_id, ALDER))
    complaint = Complaint.receive(
        case_id=world.fresh_id(),
        reference="CMP-2026-000091",
        school_urn=ALDER,
        received_on=_ON,
        received_by="HEADTEACHER",
        means="EMAIL",
        heads=(HeadReceived(world.fresh_id(), True, True, ()),),
        today=_TODAY,
        policy=register.policy_on(_ON),
    )
    _move(world, complaint, CEDAR)
    complaint.add_head(head=HeadReceived(world.fresh_id(), True, False, ()))
    complaint.request_correction(correction_id=world.fresh_id(), text=_words(world), today=_TODAY, version=1)
    world.cases["complaint moved"] = complaint.id
    world.record(complaint)


def _breach(world: World) -> None:
    breach = StaffBreach.report(
        case_id=world.fresh_id(),
        reference="SBR-2026-000091",
        school_urn=CEDAR,
        reported_on=_ON,
        source="ALLEGED",
        today=_TODAY,
    )
    _move(world, breach, ALDER)
    breach.correct_school(school_urn=BIRCH, reason=_words(world))
    _move(world, breach, CEDAR)
    asked = world.fresh_id()
    breach.request_correction(correction_id=asked, text=_words(world), today=_TODAY, item_id=breach.id)
    breach.reject_correction(correction_id=asked, reason=_words(world), today=_TODAY, by=world.named("decider"))
    world.cases["breach moved"] = breach.id
    world.record(breach)


def _move(world: World, case: Complaint | StaffBreach, urn: str) -> None:
    case.transfer(school_urn=urn, transferred_on=_MOVED_ON, reason=_words(world), today=_TODAY)


def _words(world: World) -> Any:
    return Secret(world.words())
