"""Complaints as they are received, and one that goes through every stage."""

from __future__ import annotations

from datetime import date
from typing import Any

from domain.complaint import Complaint, HeadReceived
from domain.complaint_parts import PanelMember
from domain.registers import school_register_id
from domain.sealed import Secret
from tests.plan.world import NOW, World

TODAY = NOW.date()


def a_complaint(world: World, name: str, urn: str, on: date, *heads: HeadReceived, **given: Any) -> Complaint:
    # Far from the numbers that complaints from conversions are given: no two cases have one reference.
    number = sum(each.startswith("complaint") for each in world.cases) + 901
    register: Any = world.ledger.load(school_register_id(world.trust_id, urn))
    case = Complaint.receive(
        case_id=world.fresh_id(),
        reference=f"CMP-2026-{number:06}",
        school_urn=urn,
        received_on=on,
        received_by="HEADTEACHER",
        means="EMAIL",
        heads=heads,
        today=TODAY,
        policy=register.policy_on(on),
        **given,
    )
    world.cases[name] = case.id
    return case


def a_head(world: World, school: bool, staff: bool, *about: Any) -> HeadReceived:
    return HeadReceived(world.fresh_id(), school, staff, about)


def take_through_its_stages(world: World, case: Complaint, on: date) -> None:
    """Every step of a complaint once, so that each of its parts is there to be read."""

    def words() -> Secret:
        return Secret(world.words())

    [head_id] = case.heads
    case.acknowledge_complaint(acknowledged_on=on, means="EMAIL", today=TODAY, notes=words())
    case.record_account(side="WITNESS", given_on=on, text=words(), person=world.named("witness"), today=TODAY)
    case.meet_parties(
        mode="ONLINE", held_on=on, roles=("PARENT",), attendees=(world.named("deputy"),), notes=words(), today=TODAY
    )
    for stage in ("INFORMAL", "FORMAL", "PANEL"):
        case.start_stage(stage=stage, started_on=on, today=TODAY)
        if stage == "FORMAL":
            case.appoint_investigator(investigator=world.named("deputy"), appointed_on=on, today=TODAY)
            case.extend_stage(until_on=on, extended_on=on, complainant_told=True, reason=words(), today=TODAY)
        if stage != "PANEL":
            case.respond_to_stage(
                resolved=False,
                in_writing=True,
                responded_on=on,
                responded_by=world.named("deputy"),
                response=words(),
                today=TODAY,
            )
    case.pause_clock(paused_on=on, reason=words(), today=TODAY)
    case.resume_clock(resumed_on=on, reason=words(), today=TODAY)
    panel = tuple(PanelMember(world.named(name), independent=True) for name in ("panel a", "panel b", "panel c"))
    case.appoint_panel(members=panel, appointed_on=on, today=TODAY)
    case.hold_hearing(held_on=on, complainant_attended=True, accompanied=True, notes=words(), today=TODAY)
    case.issue_findings(
        recipient_role="SUBJECT",
        recipient=world.named("trust-lead"),
        issued_on=on,
        findings=words(),
        recommendations=words(),
        remedies=("APOLOGY",),
        today=TODAY,
    )
    case.decide_head(
        head_id=head_id,
        outcome="NOT_UPHELD",
        decided_on=on,
        decided_by=world.named("panel a"),
        reasons=words(),
        today=TODAY,
    )
    case.route_to_procedure(route="FOI", routed_on=on, head_id=head_id, notes=words(), today=TODAY)
    case.request_withdrawal(asked_on=on, notes=words(), today=TODAY)
    case.confirm_withdrawal(confirmed_on=on, reference=words(), today=TODAY)
    case.manage_conduct(
        step="COMMUNICATION_PLAN", taken_on=on, review_on=on, person=world.named("parent"), notes=words(), today=TODAY
    )
    case.tag_complaint(tags=("CAMPAIGN", "LATE"))
    case.record_action_taken(action="APOLOGY", taken_on=on, notes=words(), today=TODAY)
    case.refer_to_body(referral_id=world.fresh_id(), body="DFE", grounds=("NO_COPY",), referred_on=on, today=TODAY)
