"""Cases on which things fall due: in time, late, extended, standing still, waiting for a calendar and moved by one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import policies
from domain.calendars import Days, Term, TermName
from services.clock import london_date, now
from services.complaint_commands import (
    AcknowledgeComplaint,
    ChooseProcess,
    ComplaintHead,
    ExtendStage,
    PauseClock,
    ReceiveComplaint,
    RespondToStage,
    StartStage,
)
from services.registers import adopt_pack, join_school, set_calendar
from services.scope import system_caller
from services.staff_breach_commands import ReportStaffBreach
from services.staff_breach_procedure_commands import AssessHarmThreshold
from tests.plan.world import ELDER, World


def fall_due(world: World) -> None:
    """Record a school with the trust's standard policy, and complaints and a breach with deadlines of every state."""
    system = system_caller(world.trust_id)
    join_school(world.ledger, system, urn=ELDER, name="Elder", joined_on=date(2024, 9, 1))
    content = policies.content("trust-standard")
    adopt_pack(world.ledger, system, urn=ELDER, content=content, adopted_on=date(2025, 9, 1))
    _set_calendar(world, 2025)
    late = _complaint(world, date(2026, 5, 11))
    at_panel = _at_formal(world, date(2026, 6, 1))
    world.do(RespondToStage, case_id=at_panel, resolved=False, in_writing=True, responded_on=date(2026, 6, 8))
    world.do(StartStage, case_id=at_panel, stage="PANEL", started_on=date(2026, 7, 13))
    waiting = _complaint(world, date(2026, 10, 1))
    # The second calendar that this school has of the same year comes long after what it would have moved was missed.
    _set_calendar(world, 2025, Days(date(2026, 5, 12), date(2026, 5, 29)))
    _set_calendar(world, 2026)
    _set_calendar(world, 2026, Days(date(2026, 10, 2), date(2026, 10, 9)))
    moved = _complaint(world, date(2026, 10, 1))
    world.cases |= {"late": late, "at panel": at_panel, "waiting": waiting, "moved": moved}
    _elsewhere(world)


def _elsewhere(world: World) -> None:
    """What hangs on no calendar."""
    for name, days in (("soon", 3), ("later", 60)):
        extended = world.cases[name] = _at_formal(world, date(2026, 10, 1))
        until = london_date(now()) + timedelta(days=days)
        told: dict[str, Any] = {"extended_on": date(2026, 10, 5), "complainant_told": True}
        world.do(ExtendStage, case_id=extended, until_on=until, **told)
    paused = world.cases["paused"] = _at_formal(world, date(2026, 10, 1))
    world.do(PauseClock, case_id=paused, paused_on=date(2026, 10, 6))
    personal = world.cases["personal data"] = _complaint(world, date(2026, 10, 30))
    world.do(ChooseProcess, case_id=personal, process="DATA_PROTECTION")
    breach = world.do(ReportStaffBreach, school_urn=ELDER, reported_on=date(2026, 10, 20), source="OBSERVED")
    world.do(
        AssessHarmThreshold, case_id=breach.id, level="MET", criteria=("RISK_OF_HARM",), assessed_on=date(2026, 10, 21)
    )


def _complaint(world: World, received_on: date) -> UUID:
    heads = (ComplaintHead(about_school=True, about_staff=False),)
    case = world.do(
        ReceiveComplaint,
        school_urn=ELDER,
        received_on=received_on,
        received_by="HEADTEACHER",
        means="LETTER",
        heads=heads,
    )
    case_id: UUID = case.id
    return case_id


def _at_formal(world: World, received_on: date) -> UUID:
    case_id = _complaint(world, received_on)
    world.do(AcknowledgeComplaint, case_id=case_id, acknowledged_on=received_on, means="LETTER")
    world.do(StartStage, case_id=case_id, stage="INFORMAL", started_on=received_on)
    world.do(RespondToStage, case_id=case_id, resolved=False, in_writing=False, responded_on=received_on)
    world.do(StartStage, case_id=case_id, stage="FORMAL", started_on=received_on)
    return case_id


def _set_calendar(world: World, year: int, *holidays: Days) -> None:
    set_calendar(
        world.ledger,
        system_caller(world.trust_id),
        urn=ELDER,
        academic_year=f"{year}-{(year + 1) % 100}",
        terms=(
            Term(TermName.AUTUMN, date(year, 9, 2), date(year, 12, 18)),
            Term(TermName.SPRING, date(year + 1, 1, 4), date(year + 1, 3, 26)),
            Term(TermName.SUMMER, date(year + 1, 4, 12), date(year + 1, 7, 20)),
        ),
        holidays=holidays,
    )
