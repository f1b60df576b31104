"""What happened in the trust of `tests.plan.world` later: complaints of one who posts, and breaches by one person."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from domain.complaint import Complaint, HeadReceived
from domain.registers import school_register_id
from domain.sealed import Secret
from domain.staff_breach import StaffBreach
from services.case_commands import AssignCase, LinkCase
from services.incident_commands import ExcludeItem, RecordItem, ReportIncident
from tests.plan.world import ALDER, BIRCH, CEDAR, NOW, World, classified

TODAY = NOW.date()


def happen_later(world: World) -> None:
    """Record everything."""
    _posts_of_a_complainant(world)
    _breaches_of_one_person(world)


def _posts_of_a_complainant(world: World) -> None:
    """Posts around the days of complaints, which come to be known, end, are taken up again and are marked later."""
    aware = date(2026, 8, 20)
    case = world.do(ReportIncident, school_urn=ALDER, opened_on=aware)
    world.cases["while open"] = case.id
    given: dict[str, Any] = {
        "case_id": case.id,
        "platform": "FACEBOOK",
        "discovered_on": aware,
        "classifications": classified("COMPLAINT:SCHOOL"),
    }
    for posted_on in (None, date(2026, 5, 31), date(2026, 6, 1), date(2026, 6, 20), date(2026, 6, 21), aware):
        world.do(RecordItem, posted_on=posted_on, poster=world.named("pupil"), poster_role="PUPIL", **given)
    case = world.do(RecordItem, poster=world.named("taker"), poster_role="PUPIL", **given)
    world.do(ExcludeItem, case_id=case.id, item_id=list(case.items)[-2], mark="NOT_REPORTABLE")
    short: Any = _complaint(world, "complaint short", date(2026, 6, 1))
    marked: Any = _complaint(world, "complaint marked", date(2026, 5, 1))
    unseen = _complaint(world, "complaint unseen by the head", date(2026, 8, 1), world.named(f"headteacher:{ALDER}"))
    world.record(short, marked, unseen)
    short, marked = (world.ledger.load(one.id) for one in (short, marked))
    short.decide_head(head_id=next(iter(short.heads)), outcome="UPHELD", decided_on=date(2026, 6, 20), today=TODAY)
    short.close(outcome="UPHELD", closed_on=date(2026, 6, 20), today=TODAY)
    marked.mark_not_reportable(reason=Secret(world.words()))
    world.record(short, marked)
    # What comes after it shows the same case with other complaints.
    world.do(AssignCase, case_id=case.id, owner=world.named("chair"))
    short = world.ledger.load(short.id)
    short.reopen(reopened_on=date(2026, 6, 25), today=TODAY, reason=Secret(world.words()))
    world.record(short)
    world.do(LinkCase, case_id=case.id, other=world.cases["moved"], kind="RELATED")


def _complaint(world: World, name: str, on: date, *about: UUID) -> Complaint:
    """A complaint by the pupil about the school, or about somebody who then does not see it."""
    made = Complaint.receive(
        case_id=world.fresh_id(),
        reference=f"CMP-2026-{700 + len(world.cases):06}",
        school_urn=ALDER,
        received_on=on,
        received_by="HEADTEACHER",
        means="LETTER",
        heads=(HeadReceived(world.fresh_id(), about_school=not about, about_staff=bool(about), about=about),),
        complainant=world.named("pupil"),
        today=TODAY,
    )
    world.cases[name] = made.id
    return made


def _breaches_of_one_person(world: World) -> None:
    """Breaches below and above the harm threshold, held to policies that say how each counts, or to none."""
    for number, (name, urn, types, levels, finding) in enumerate(
        (
            ("low", ALDER, ("RUDE_COMMENT", "PRIVACY_SETTINGS"), ("MET", "LOW_LEVEL"), None),
            ("low too", BIRCH, ("RUDE_COMMENT",), ("LOW_LEVEL",), None),
            ("met", ALDER, ("CONTACT_WITH_PUPIL",), ("LOW_LEVEL", "MET"), "SUBSTANTIATED"),
            ("not met", CEDAR, (), ("NOT_MET",), "UNFOUNDED"),
            ("marked", CEDAR, ("RUDE_COMMENT",), ("LOW_LEVEL",), None),
            ("parents", ALDER, ("CONTACT_WITH_PARENT",), (), None),
        ),
        start=11,
    ):
        on = date(2026, 2, number)
        register: Any = world.ledger.load(school_register_id(world.trust_id, urn))
        breach = StaffBreach.report(
            case_id=world.fresh_id(),
            reference=f"SBR-2026-{800 + number:06}",
            school_urn=urn,
            reported_on=on,
            source="OBSERVED",
            today=TODAY,
            subject=world.named("taker"),
            policy=register.policy_on(on),
        )
        if types:
            breach.note_details(today=TODAY, breach_types=types)
        for level in levels:
            criteria = ("SUITABILITY",) if level == "MET" else ()
            breach.assess_harm_threshold(level=level, criteria=criteria, assessed_on=on, today=TODAY)
        if finding is not None:
            breach.record_finding(
                finding=finding,
                gross_misconduct=finding == "SUBSTANTIATED",
                found_on=on,
                found_by=world.named("decider"),
                today=TODAY,
            )
        if name == "marked":
            breach.mark_not_reportable(reason=Secret(world.words()))
        world.cases[f"breach {name}"] = breach.id
        world.record(breach)
