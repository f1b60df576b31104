"""Complaints and staff breaches that came about by their own decisions, for the tests of the domain."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid5

from domain.complaint import Complaint, HeadReceived
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
