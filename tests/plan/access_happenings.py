"""Who was let into single cases: granted and ended, opened in an emergency and judged, in cases of every kind."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.case_access_commands import EndAccess, GrantAccess, ReviewEmergencyAccess
from services.case_commands import MarkNotReportable
from services.emergency_access import OpenInEmergency
from services.registers import appoint_in_trust
from services.scope import system_caller
from tests.plan.world import ALDER, NOW, World


def let_in(world: World) -> None:
    """Let people into cases; some of it is over, and one review is still owed on a case that was marked since."""
    for role in ("dpo", "auditor"):
        appoint_in_trust(
            world.ledger,
            system_caller(world.trust_id),
            role=role,
            person=world.named(role),
            appointed_on=date(2024, 9, 1),
        )
    incident, breach, complaint = (world.cases[name] for name in ("transferred", "breach in hand", "complaint moved"))
    witness = _granted(world, incident, "witness", "WITNESS")
    world.do(EndAccess, case_id=incident, grant_id=witness)
    world.do(
        GrantAccess,
        world.caller("dpo"),
        case_id=incident,
        person=world.named("auditor"),
        role="EXAMINER",
        until=NOW + timedelta(days=30, microseconds=-1),
    )
    _granted(world, complaint, "governor", "PANEL")
    _granted(world, breach, "deputy", "INVESTIGATOR")
    judged = _opened(world, incident, "hr")
    world.do(
        ReviewEmergencyAccess,
        world.caller("dpo"),
        case_id=incident,
        grant_id=judged,
        was_justified=False,
        notes=world.words(),
    )
    _opened(world, breach, f"headteacher:{ALDER}", "deputy head")
    marked = world.cases["while open"]
    _opened(world, marked, "hr")
    world.do(MarkNotReportable, case_id=marked)


def _granted(world: World, case_id: UUID, who: str, role: str) -> UUID:
    case: Any = world.do(GrantAccess, case_id=case_id, person=world.named(who), role=role)
    return UUID(str(list(case.access_grants)[-1]))


def _opened(world: World, case_id: UUID, role: str, name: str = "") -> UUID:
    case: Any = world.do(OpenInEmergency, world.caller(role, name), case_id=case_id, minutes=30)
    return UUID(str(list(case.access_grants)[-1]))
