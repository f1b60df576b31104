"""What is decided about keeping records: a table of the trust's own, holds, classes, and what becomes of cases."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from domain.retention import PersonDates
from domain.retention_parts import KEEP
from services import people
from services.clock import now
from services.commands import Services
from services.register_commands import RegisterCommand, RegisterRecorded, run_on_register
from services.retention_commands import ClassifyForRetention, LiftHold, PlaceHold, ReviewRetention
from services.retention_register_commands import AdoptRetention, PlaceTrustHold
from services.scope import Caller, system_caller
from tests.domain.kept import content
from tests.plan.world import ALDER, World

_REVIEW_ON, _KEEP_UNTIL = date(2031, 9, 1), date(2032, 9, 1)
TABLE = content(
    {"id": '"EVERY"', "kinds": '["INCIDENT", "COMPLAINT", "STAFF_BREACH"]', "doubt": '"It is invented."'},
    {"id": '"OUTCOME"', "outcomes": '["UPHELD", "WITHDRAWN"]', "number": "9", "needs": '["NEGLIGENCE"]'},
    {
        "id": '"PENSION"',
        "kinds": '["STAFF_BREACH"]',
        "trigger": '"PENSION_AGE"',
        "unless": '["LOW_LEVEL_CONCERN"]',
        "number": "0",
    },
    {"id": '"BIRTH"', "kinds": '["INCIDENT"]', "needs": '["PREJUDICE"]', "trigger": '"DATE_OF_BIRTH"', "number": "25"},
    {"id": '"LEFT"', "kinds": '["STAFF_BREACH"]', "trigger": '"LEFT_EMPLOYMENT"', "number": "1"},
)


def keep(world: World) -> None:
    """Adopt a table, hold what concerns a person at a school, and decide about a case of each kind that is closed."""
    _give(world, AdoptRetention(command_id=world.fresh_id(), content=TABLE, adopted_on=date(2026, 9, 1)))
    known = PersonDates(pension_on=date(2040, 2, 29), left_on=date(2028, 8, 31))
    people.set_employment(world.ledger.trust, system_caller(world.trust_id), world.named("taker"), known)
    world.facts.days[str(world.named("taker"))] = known
    placed = PlaceTrustHold(
        command_id=world.fresh_id(),
        reason="The insurer was told.",
        authority="INSURER",
        review_on=_REVIEW_ON,
        schools=(ALDER,),
        kinds=("INCIDENT", "COMPLAINT", "STAFF_BREACH"),
        persons=(world.named("taker"), world.named("parent")),
        aware_from=date(2026, 1, 1),
        aware_to=date(2026, 12, 31),
    )
    _give(world, placed)
    for kind in ("INCIDENT", "COMPLAINT", "STAFF_BREACH"):
        closed = sorted(
            case["id"] for case in world.story().cases().values() if case["kind"] == kind and case["status"] == "CLOSED"
        )
        for case_id in closed[:2]:
            decide(world, UUID(case_id))


def hold(world: World, case_id: UUID) -> None:
    """Hold a case twice, of which one hold is lifted, and say what class it is of."""
    case: Any = world.do(PlaceHold, case_id=case_id, authority="ACCESS_REQUEST", review_on=_REVIEW_ON)
    world.do(LiftHold, case_id=case_id, hold_id=list(case.legal_holds)[-1])
    world.do(PlaceHold, case_id=case_id, authority="LITIGATION", review_on=_REVIEW_ON)
    world.do(ClassifyForRetention, case_id=case_id, classes=("NEGLIGENCE", "SAFEGUARDING"))


def decide(world: World, case_id: UUID) -> None:
    """Decide to keep a case longer."""
    world.do(ReviewRetention, _clerk(world), case_id=case_id, choice=KEEP, keep_until=_KEEP_UNTIL, notes=world.words())


def _give(world: World, command: RegisterCommand) -> None:
    given = run_on_register(Services(world.ledger, now), system_caller(world.trust_id), command)
    assert isinstance(given, RegisterRecorded), given


def _clerk(world: World) -> Caller:
    """Somebody whom no case is about."""
    return world.caller("system", "clerk")
