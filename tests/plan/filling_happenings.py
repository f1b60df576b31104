"""What the trust of `tests.plan.world` needs besides, so that every field of the schema gives something to somebody.

At one school there stand a case of each kind that has been through nearly everything, and one of each that is marked
as a copy. All are run by one person, who is the subject of none: so they are seen in roles that see their own alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import policies
from domain.incident import Incident
from domain.registers import school_register_id
from domain.sealed import Secret
from domain.staff_breach import StaffBreach
from domain.values import CaseKind
from services.case_access_commands import GrantAccess
from services.case_commands import (
    AddAddendum,
    AssignCase,
    LinkCase,
    MarkDuplicate,
    RejectCorrection,
    RequestCorrection,
    TransferCase,
)
from services.clock import now
from services.commands import Recorded, Services
from services.complaint_commands import (
    ChooseProcess,
    CloseComplaint,
    ComplaintHead,
    ReceiveComplaint,
    RequestEscalation,
    RespondToStage,
    StartStage,
)
from services.complaint_panel_commands import RecordEnquiry, TellOutcome
from services.emergency_access import OpenInEmergency
from services.incident_commands import CloseIncident, ReclassifyItem, ReopenIncident, ReportIncident
from services.incident_measure_commands import TagItem
from services.read_log import ReadEntry, ReadWay, append_read
from services.registers import adopt_pack
from services.running_commands import run
from services.scope import Caller, system_caller
from services.staff_breach_commands import (
    AskOfPerson,
    CloseStaffBreach,
    DecideNoAction,
    InformAboutBreach,
    NoteBreachDetails,
    ReopenStaffBreach,
    ReportStaffBreach,
)
from services.staff_breach_procedure_commands import (
    AssessHarmThreshold,
    HoldDisciplinaryHearing,
    ImposeSanction,
    ReferToDisciplinary,
)
from tests.plan.breach_happenings import DETAILS, go_through
from tests.plan.complaint_happenings import TODAY, a_complaint, a_head, take_through_its_stages
from tests.plan.file_happenings import hand_in
from tests.plan.keeping_happenings import decide, hold
from tests.plan.world import ALDER, CEDAR, World, classified

# Who runs every case that is asked for.
READER = "reader"
# Those that have been through nearly everything, one of each kind.
FULL = ("whole", "complaint in full", "breach in full")
_ON = date(2026, 9, 22)
_REPORTED_ON = date(2026, 3, 30)
_MOVED_ON = date(2026, 10, 12)


def fill(world: World) -> None:
    """Record everything."""
    world.register(reader="Reader")
    _incidents(world)
    _complaints(world)
    _breaches(world)
    hand_in(world, *FULL)
    converted: Any = world.ledger.load(world.cases["whole"])
    for case_id in (converted.converted_to, world.cases["soon"], world.cases["paused"], _without_calendar(world)):
        _run_by_reader(world, case_id)
    _read(world)


def _read(world: World) -> None:
    """A program read the cases, on somebody's behalf."""
    program = replace(world.caller(f"mis:{ALDER}"), client="a program", on_behalf_of=world.named("clerk"))
    ids = frozenset(world.story().cases())
    asked = frozenset(("cases",))
    append_read(world.ledger, ReadEntry(program, ReadWay.QUERY, "executed", opened=ids, asked=asked))


def let_examine(world: World, auditor: UUID, cases: Iterable[UUID]) -> None:
    """Grant an auditor these cases, for a day from now by the clock of the machine."""
    for case_id in cases:
        asked = GrantAccess(
            command_id=world.fresh_id(),
            case_id=case_id,
            person=auditor,
            role="EXAMINER",
            until=now() + timedelta(days=1),
            reason=world.words(),
        )
        given = run(Services(world.ledger, now), world.caller("dpo"), asked)
        assert isinstance(given, Recorded), given


def _run_by_reader(world: World, case_id: UUID) -> None:
    world.do(AssignCase, _clerk(world), case_id=case_id, owner=world.named(READER))


def _clerk(world: World) -> Caller:
    return world.caller("system", "clerk")


def _incidents(world: World) -> None:
    """The two that have been through everything, one that was brought in, and a copy."""
    whole, transferred = world.cases["whole"], world.cases["transferred"]
    world.do(ReopenIncident, case_id=transferred, reopened_on=_ON)
    brought_in = _brought_in(world)
    for case_id in (whole, transferred, brought_in):
        _run_by_reader(world, case_id)
    closed: dict[str, Any] = {"outcome": "POST_REMOVED", "closed_on": _MOVED_ON, "override": world.words()}
    world.do(CloseIncident, case_id=brought_in, **closed)
    decide(world, brought_in)
    hold(world, whole)
    case: Any = world.ledger.load(whole)
    world.do(
        TagItem,
        case_id=whole,
        item_id=next(iter(case.items)),
        legal_bases=("PRIVACY",),
        content_kinds=("SEXUAL",),
        account="PERSONAL",
        capacity="OFFICIAL",
        device="HANDHELD",
        private_space=True,
        in_working_day=False,
        teacher_directed=False,
        accidental=False,
    )
    of_school = classified("COMPLAINT:SCHOOL:POLICY")
    _open_in_emergency(world, whole)
    other: Any = world.ledger.load(transferred)
    world.do(ReclassifyItem, case_id=transferred, item_id=list(other.items)[1], classifications=of_school)
    copy = world.do(ReportIncident, school_urn=ALDER, opened_on=_ON).id
    _run_by_reader(world, copy)
    world.do(MarkDuplicate, case_id=copy, original=whole)


def _brought_in(world: World) -> UUID:
    cases: Any = (world.ledger.load(UUID(case_id)) for case_id in sorted(world.story().cases()))
    return next(
        case.id
        for case in cases
        if isinstance(case, Incident) and case.imported and case.school_urn == ALDER and case.bars_step() is None
    )


def _complaints(world: World) -> None:
    full = a_complaint(
        world,
        "complaint in full",
        ALDER,
        _ON,
        a_head(world, True, True, world.named("taker")),
        complainant=world.named("parent"),
        school_reference="AL/C",
        summary=Secret(world.words()),
        reported_by=world.named("clerk"),
    )
    take_through_its_stages(world, full, _ON)
    world.record(full)
    _run_by_reader(world, full.id)
    _what_every_case_knows(world, full.id)
    personal = a_complaint(world, "complaint about personal data", ALDER, _ON, a_head(world, True, False))
    world.record(personal)
    _run_by_reader(world, personal.id)
    given: dict[str, Any] = {"case_id": personal.id}
    world.do(ChooseProcess, process="DATA_PROTECTION", **given)
    world.do(RecordEnquiry, made_on=_ON, complainant_told=True, notes=world.words(), **given)
    world.do(TellOutcome, told_on=_ON, commissioner_named=True, notes=world.words(), **given)
    closed: dict[str, Any] = {"outcome": "UPHELD", "closed_on": _ON, "override": world.words(), "notes": world.words()}
    world.do(CloseComplaint, **closed, **given)
    decide(world, personal.id)
    # Of the headteacher, and so routed to the chair.
    head = ComplaintHead(about_school=False, about_staff=True, about=(world.named(f"headteacher:{ALDER}"),))
    received: dict[str, Any] = {"received_on": _ON, "received_by": "HEADTEACHER", "means": "LETTER", "heads": (head,)}
    copy = world.do(ReceiveComplaint, _clerk(world), school_urn=ALDER, **received)
    _run_by_reader(world, copy.id)
    given = {"case_id": copy.id}
    world.do(StartStage, stage="INFORMAL", started_on=_ON, **given)
    world.do(RespondToStage, resolved=False, in_writing=True, responded_on=_ON, **given)
    world.do(RequestEscalation, requested_on=_ON, **given)
    world.do(StartStage, stage="PANEL", started_on=_ON, override=world.words(), **given)
    world.do(MarkDuplicate, original=full.id, **given)


def _without_calendar(world: World) -> UUID:
    """A complaint at a school whose policy counts in school days, and that never said which days those are."""
    content = policies.content("trust-standard")
    adopt_pack(world.ledger, system_caller(world.trust_id), urn=CEDAR, content=content, adopted_on=_ON)
    received: dict[str, Any] = {"received_on": _ON, "received_by": "HEADTEACHER", "means": "LETTER"}
    heads = (ComplaintHead(about_school=True, about_staff=False),)
    case_id: UUID = world.do(ReceiveComplaint, school_urn=CEDAR, heads=heads, **received).id
    return case_id


def _breaches(world: World) -> None:
    full = _breach(world, school_reference="AL/B", reported_by=world.named("clerk"))
    go_through(world, full)
    world.record(full)
    _run_by_reader(world, full.id)
    given: dict[str, Any] = {"case_id": full.id}
    texts: dict[str, Any] = {"other_policy": world.words(), "search_purpose": world.words()}
    world.do(NoteBreachDetails, clauses=("PUPIL_CONTACT",), **DETAILS, **texts, **given)
    world.do(InformAboutBreach, role="DSL", informed_on=_ON, notes=world.words(), **given)
    world.do(AskOfPerson, request="LEAVE_PREMISES", requested_on=_ON, notes=world.words(), **given)
    level: dict[str, Any] = {"level": "MET", "criteria": ("SUITABILITY",), "assessed_on": _ON}
    world.do(AssessHarmThreshold, notes=world.words(), **level, **given)
    decider: dict[str, Any] = {"referred_by": world.named("decider")}
    world.do(ReferToDisciplinary, referred_on=_ON, notes=world.words(), **decider, **given)
    world.do(HoldDisciplinaryHearing, held_on=_ON, attended=True, accompanied=True, **given)
    world.do(
        ImposeSanction,
        sanction="FIRST_WRITTEN_WARNING",
        decided_on=_ON,
        decided_by=world.named("decider"),
        spent_on=date(2027, 9, 22),
        override=world.words(),
        **given,
    )
    _what_every_case_knows(world, full.id)
    override, notes = world.words(), world.words()
    world.do(CloseStaffBreach, outcome="WRITTEN_WARNING", closed_on=_ON, override=override, notes=notes, **given)
    decide(world, full.id)
    _breach_in_time(world, level)
    # Of the headteacher, and so routed to the chair.
    copy = _reported(world, subject=world.named(f"headteacher:{ALDER}"))
    world.do(MarkDuplicate, case_id=copy, original=full.id)


def _breach_in_time(world: World, level: dict[str, Any]) -> None:
    """One that has to be referred by a day, and in which what was owed was set aside."""
    given: dict[str, Any] = {"case_id": _reported(world)}
    world.do(AssessHarmThreshold, **level, **given)
    world.do(DecideNoAction, decided_on=_ON, reasons=world.words(), **given)
    closed: dict[str, Any] = {"outcome": "ADVICE_GIVEN", "closed_on": _ON, "override": world.words()}
    world.do(CloseStaffBreach, **closed, **given)
    world.do(ReopenStaffBreach, reopened_on=_ON, **given)


def _reported(world: World, **given: Any) -> UUID:
    case = world.do(
        ReportStaffBreach, _clerk(world), school_urn=ALDER, reported_on=_REPORTED_ON, source="OBSERVED", **given
    )
    _run_by_reader(world, case.id)
    case_id: UUID = case.id
    return case_id


def _breach(world: World, **given: Any) -> StaffBreach:
    register: Any = world.ledger.load(school_register_id(world.trust_id, ALDER))
    breach = StaffBreach.report(
        case_id=world.fresh_id(),
        reference="SBR-2026-000951",
        school_urn=ALDER,
        reported_on=_REPORTED_ON,
        source="ALLEGED",
        today=TODAY,
        subject=world.named("taker"),
        policy=register.policy_on(_REPORTED_ON),
        summary=Secret(world.words()),
        **given,
    )
    world.cases["breach in full"] = breach.id
    return breach


def _what_every_case_knows(world: World, case_id: UUID) -> None:
    """What people added, linked and asked to be put right, who was let in, and that it moved with a pupil, and back."""
    world.do(AddAddendum, case_id=case_id, text=world.words())
    world.do(LinkCase, _clerk(world), case_id=case_id, other=world.cases["whole"], kind="RELATED")
    for version in (None, 1):
        case: Any = world.do(RequestCorrection, case_id=case_id, text=world.words(), version=version)
    wanted = next(iter(case.corrections))
    world.do(RejectCorrection, world.caller("system", "decider"), case_id=case_id, correction_id=wanted)
    world.do(GrantAccess, case_id=case_id, person=world.named("let in"), role="WITNESS")
    _open_in_emergency(world, case_id)
    hold(world, case_id)
    for urn in (CEDAR, ALDER):
        world.do(TransferCase, case_id=case_id, school_urn=urn, transferred_on=_MOVED_ON)


def _open_in_emergency(world: World, case_id: UUID) -> None:
    """Somebody who does not see it otherwise opens a case, and a review is owed."""
    opener = world.caller(f"headteacher:{ALDER}", "deputy head")
    case: Any = world.ledger.load(case_id)
    world.do(
        OpenInEmergency,
        opener if case.kind == CaseKind.STAFF_BREACH else world.caller("hr"),
        case_id=case_id,
        minutes=30,
    )
