"""Complaints and staff breaches that came about by their own decisions, for the tests of the domain."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid5

from domain.complaint import Complaint, HeadReceived
from domain.complaint_ladder import stages_of
from domain.complaint_parts import PanelMember
from domain.policy import PolicyPack
from domain.sealed import Secret
from domain.staff_breach import StaffBreach
from domain.values import PolicyRef

NAMESPACE = UUID("0e1d8a4c-7d1b-4f0e-8d3e-5a9a0c3f6b22")
TODAY = date(2026, 10, 30)
AWARE = date(2026, 9, 14)
POLICY = PolicyRef("sharp-lane", "2020-11", "cd" * 32)
WORDS = Secret("she shouted at my son")


def named(name: str) -> UUID:
    return uuid5(NAMESPACE, name)


def day(after: int) -> date:
    """The day so many days after the school became aware."""
    return AWARE + timedelta(days=after)


def head(
    name: str = "head", *, school: bool = False, staff: bool = False, about: tuple[UUID, ...] = ()
) -> HeadReceived:
    return HeadReceived(named(name), about_school=school, about_staff=staff, about=about)


def received(*heads: HeadReceived, **given: Any) -> Complaint:
    """A complaint of these heads, else of one about a member of staff called "teacher"."""
    return Complaint.receive(
        **{
            "case_id": named("complaint"),
            "reference": "CMP-2026-000001",
            "school_urn": "900001",
            "received_on": AWARE,
            "received_by": "HEADTEACHER",
            "means": "LETTER",
            "heads": heads or (head(staff=True, about=(named("teacher"),)),),
            "today": TODAY,
            **given,
        }
    )


def decided_on(complaint: Complaint, outcome: str = "NOT_UPHELD") -> Complaint:
    """The complaint, each head decided."""
    for head_id in complaint.heads:
        complaint.decide_head(head_id=head_id, outcome=outcome, decided_on=day(2), today=TODAY)
    return complaint


def in_stage(code: str, complaint: Complaint | None = None, policy: PolicyPack | None = None) -> Complaint:
    """A complaint in a stage of the procedure, after those before it were answered and left the matter unresolved."""
    complaint = complaint or received()
    for stage in stages_of(policy):
        complaint.start_stage(stage=stage.code, started_on=day(1), today=TODAY, policy=policy)
        if stage.code == code:
            break
        answered(complaint)
    return complaint


def answered(complaint: Complaint, **given: Any) -> Complaint:
    """The complaint, its open stage answered and unresolved."""
    answer = {"resolved": False, "in_writing": True, "responded_on": day(1), "today": TODAY}
    complaint.respond_to_stage(**{**answer, **given})
    return complaint


def members(*names: str, independent: str = "stranger") -> tuple[PanelMember, ...]:
    """Members of a panel, one of them independent."""
    return tuple(PanelMember(named(name), independent=name == independent) for name in names)


PANEL = members("governor", "director", "stranger")


def before_panel(complaint: Complaint | None = None) -> Complaint:
    """A complaint whose panel is appointed."""
    complaint = in_stage("PANEL", complaint)
    complaint.appoint_panel(members=PANEL, appointed_on=day(2), today=TODAY)
    return complaint


def heard(complaint: Complaint | None = None) -> Complaint:
    """A complaint that its panel has heard."""
    complaint = before_panel(complaint)
    complaint.hold_hearing(held_on=day(3), complainant_attended=True, accompanied=True, today=TODAY)
    return complaint


def reported(**given: Any) -> StaffBreach:
    """An alleged breach by a person called "teacher"."""
    return StaffBreach.report(
        **{
            "case_id": named("breach"),
            "reference": "SBR-2026-000001",
            "school_urn": "900001",
            "reported_on": AWARE,
            "source": "ALLEGED",
            "subject": named("teacher"),
            "today": TODAY,
            **given,
        }
    )
