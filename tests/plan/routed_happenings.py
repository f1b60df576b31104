"""Cases about people who decide, and people named on cases, so that every role has some in sight and others not."""

from __future__ import annotations

from datetime import date
from typing import Any

from domain.sealed import Secret
from domain.staff_breach import StaffBreach
from services.registers import appoint_at_school, appoint_in_trust
from services.scope import system_caller
from services.staff_breach_commands import InformAboutBreach, NameBreachSubject
from services.staff_breach_procedure_commands import ContactBody, OpenBreachInvestigation
from tests.domain.incidents import TODAY
from tests.plan.world import ALDER, CEDAR, World

_ON = date(2026, 9, 24)


def route_cases(world: World) -> None:
    """Name the holders of posts in breaches, so that these are routed; and others on breaches of anybody."""
    _appoint(world)
    system = world.caller("system", "clerk")
    for number, (name, urn, subject) in enumerate(
        (
            ("breach of head", ALDER, f"headteacher:{ALDER}"),
            ("breach of chair", ALDER, f"chair:{ALDER}"),
            ("breach of a lead", ALDER, "trust-lead"),
            ("breach in hand", ALDER, "pupil"),
            ("breach elsewhere", CEDAR, "pupil"),
        ),
        start=11,
    ):
        breach = StaffBreach.report(
            case_id=world.fresh_id(),
            reference=f"SBR-2026-{700 + number:06}",
            school_urn=urn,
            reported_on=_ON,
            source="OBSERVED",
            today=TODAY,
            summary=Secret(world.words()),
            reported_by=world.named(f"headteacher:{ALDER}"),
        )
        # The head of the school runs each of them until it is known whom it is about.
        breach.assign(owner=world.named(f"headteacher:{ALDER}"))
        world.cases[name] = breach.id
        world.record(breach)
        _told(world, name, "DSL", f"dsl:{ALDER}")
        world.do(NameBreachSubject, system, case_id=breach.id, subject=world.named(subject))
    for name in ("breach in hand", "breach elsewhere"):
        investigator = world.named("investigator:breach in hand")
        given: dict[str, Any] = {"investigator": investigator, "started_on": _ON, "notes": world.words()}
        world.do(OpenBreachInvestigation, system, case_id=world.cases[name], **given)
    _told(world, "breach of head", "CHAIR", f"governor:{ALDER}")
    world.do(
        ContactBody,
        system,
        case_id=world.cases["breach of chair"],
        body="LADO",
        contacted_on=_ON,
        contacted_by=world.named(f"coordinator:{ALDER}"),
    )


def _appoint(world: World) -> None:
    system, since = system_caller(world.trust_id), date(2025, 9, 1)
    for role in ("headteacher", "chair"):
        person = world.named(f"{role}:{ALDER}")
        appoint_at_school(world.ledger, system, urn=ALDER, role=role, person=person, appointed_on=since)
    for role in ("trust-lead", "alternate"):
        appoint_in_trust(world.ledger, system, role=role, person=world.named(role), appointed_on=since)


def _told(world: World, name: str, role: str, who: str) -> None:
    given: dict[str, Any] = {"role": role, "informed_on": _ON, "person": world.named(who)}
    world.do(InformAboutBreach, world.caller("system", "clerk"), case_id=world.cases[name], **given)
