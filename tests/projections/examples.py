"""Cases and registers for the tests of projections, made by real decisions."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from domain.calendars import Days, Term, TermName
from domain.complaint import Complaint, HeadReceived
from domain.incident import Incident
from domain.items import Classification
from domain.registers import SchoolRegister, TrustRegister
from domain.sealed import Secret
from domain.staff_breach import StaffBreach
from tests.projections.recording import named

TODAY = date(2026, 12, 1)
SEPTEMBER = date(2026, 9, 14)


def classified(text: str) -> tuple[Classification, ...]:
    """Read "NATURE:TARGET NATURE:TARGET" as the log writes it."""
    return tuple(Classification(*one.split(":")) for one in text.split())


def school(trust_id: UUID, urn: str = "900001", **given: Any) -> SchoolRegister:
    """A school that joined before anything happened."""
    values: dict[str, Any] = {"name": f"School {urn}", "joined_on": date(2024, 9, 1)} | given
    return SchoolRegister.join(trust_id=trust_id, urn=urn, **values)


def trust_with_hold(trust_id: UUID) -> TrustRegister:
    """A trust that holds everything at one of its schools."""
    register = TrustRegister.register(trust_id=trust_id, name="A trust")
    register.place_hold(
        hold_id=named("hold"),
        authority="INSURER",
        review_on=date(2027, 9, 1),
        reason=Secret("the insurer wrote"),
        today=TODAY,
        schools=("900001",),
    )
    return register


def set_calendar(
    register: SchoolRegister, year: int = 2026, spring: date | None = None, closures: tuple[Days, ...] = ()
) -> None:
    """Set a calendar of three terms for the academic year that begins in `year`."""
    register.set_calendar(
        academic_year=f"{year}-{(year + 1) % 100}",
        terms=(
            Term(TermName.AUTUMN, date(year, 9, 2), date(year, 12, 18)),
            Term(TermName.SPRING, spring or date(year + 1, 1, 4), date(year + 1, 3, 26)),
            Term(TermName.SUMMER, date(year + 1, 4, 12), date(year + 1, 7, 20)),
        ),
        closures=closures,
    )


def incident(name: str, *items: str, urn: str = "900001", on: date = SEPTEMBER, **given: Any) -> Incident:
    """An incident with one item for each text of classifications, discovered on the day it was opened."""
    case = Incident.report(
        case_id=named(name),
        reference=f"INC-2026-{name}",
        school_urn=urn,
        opened_on=on,
        today=TODAY,
        reported_by=named("reporter"),
    )
    for number, classifications in enumerate(items, 1):
        add_item(case, f"{name} {number}", classifications, on=on, **given)
    return case


def add_item(case: Incident, name: str, classifications: str = "", on: date = SEPTEMBER, **given: Any) -> UUID:
    """Record one more item; returns its id."""
    values: dict[str, Any] = {"platform": "FACEBOOK", "poster_role": "PARENT", "discovered_on": on} | given
    case.record_item(item_id=named(name), today=TODAY, classifications=classified(classifications), **values)
    return named(name)


def complaint(name: str, *about: str, urn: str = "900001", on: date = SEPTEMBER, **given: Any) -> Complaint:
    """A complaint with heads, each about SCHOOL, STAFF or BOTH."""
    heads = tuple(
        HeadReceived(named(f"{name} {number}"), what in {"SCHOOL", "BOTH"}, what in {"STAFF", "BOTH"}, ())
        for number, what in enumerate(about, 1)
    )
    return Complaint.receive(
        case_id=named(name),
        reference=f"CMP-2026-{name}",
        school_urn=urn,
        received_on=on,
        received_by="HEADTEACHER",
        means="EMAIL",
        heads=heads,
        **{"today": TODAY, **given},
    )


def breach(name: str, source: str = "ALLEGED", urn: str = "900001", on: date = SEPTEMBER, **given: Any) -> StaffBreach:
    """A breach of the staff code."""
    return StaffBreach.report(
        case_id=named(name),
        reference=f"SBR-2026-{name}",
        school_urn=urn,
        reported_on=on,
        source=source,
        today=TODAY,
        **given,
    )
