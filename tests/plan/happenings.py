"""What happened in the trust of `tests.plan.world`: cases of all kinds, in every state that a reader can meet."""

from __future__ import annotations

from datetime import date
from typing import Any

from domain.sealed import Secret
from domain.staff_breach import StaffBreach
from services.case_commands import (
    AddAddendum,
    AssignCase,
    CorrectSchool,
    LinkCase,
    MarkDuplicate,
    MarkNotReportable,
    MarkRecordedInError,
    UnlinkCase,
    Unmark,
)
from services.complaint_commands import ComplaintHead
from services.conversion_commands import ConvertToComplaint
from services.incident_commands import (
    ClassifyItem,
    CloseIncident,
    CorrectItem,
    ExcludeItem,
    IdentifyPoster,
    ReclassifyItem,
    RecordItem,
    ReopenIncident,
    ReportIncident,
    RestoreItem,
)
from services.incident_step_commands import (
    AdviseParent,
    CommunicateOutcome,
    CompleteInvestigation,
    ConfirmRemoval,
    DirectToChannel,
    HoldMeeting,
    NoteEvidence,
    RecordAccount,
    RecordImpact,
    RecordInvestigation,
    RecordPlatformAnswer,
    RecordRepost,
    RefuseRemoval,
    ReportToHeadteacher,
    ReportToPlatform,
    RequestRemoval,
)
from tests.plan.breach_happenings import go_through
from tests.plan.complaint_happenings import a_complaint, a_head, take_through_its_stages
from tests.plan.lifecycle_happenings import live_on
from tests.plan.measure_happenings import take_measures
from tests.plan.routed_happenings import route_cases
from tests.plan.school_log import LOG
from tests.plan.world import ALDER, BIRCH, CEDAR, NOW, World, classified

TODAY = NOW.date()
STAFF = f"staff:{ALDER}"


def happen(world: World) -> None:
    """Record everything."""
    world.register(
        parent='O\'Neill "Pat" \\ 😀',
        pupil="\u05e9\u05dd e\u0301",
        gone="Erased \u2028 Name",
        taker="Taker",
        chair="Chair",
    )
    _whole_incident(world)
    _marked_incidents(world)
    _moved_and_changed(world)
    world.bring_in(LOG)
    _complaints_and_breaches(world)
    _links(world)
    live_on(world)
    world.forget("gone")
    world.destroy_keys("whole", "parent")
    world.destroy_keys("early", None)
    route_cases(world)


def _incident(world: World, name: str, urn: str, on: date, *items: str, **given: Any) -> Any:
    """An incident with items of these classifications; `by` is the role of who reports it."""
    by = world.caller(given.pop("by", "trust-lead"))
    case = world.do(ReportIncident, by, school_urn=urn, opened_on=on, **given)
    world.cases[name] = case.id
    for classifications in items:
        case = _item(world, name, classifications, on)
    return case


def _item(world: World, name: str, classifications: str, on: date, **given: Any) -> Any:
    values: dict[str, Any] = {"platform": "FACEBOOK", "poster_role": "PARENT", "discovered_on": on} | given
    return world.do(RecordItem, case_id=world.cases[name], classifications=classified(classifications), **values)


def _whole_incident(world: World) -> None:
    """An incident with every step there is, reported and so seen by a member of staff."""
    aware = date(2026, 9, 14)
    _incident(world, "whole", ALDER, aware, by=STAFF, summary=world.words(), school_reference='AL/"1"\\2')
    persons: dict[str, Any] = {
        "poster": world.named("parent"),
        "taker": world.named("taker"),
        "about": (world.named("gone"), world.fresh_id()),
    }
    texts = {"url": world.words(), "handle": world.words(), "narrative": world.words(), "description": world.words()}
    case = _item(
        world,
        "whole",
        "ALLEGATION:STAFF RACIST_COMMENT:PUPIL OTHER:STAFF UNAUTHORISED_IMAGE:STAFF",
        aware,
        posted_on=date(2026, 9, 1),
        taker_role="PUPIL",
        names_individual=True,
        characteristics=("RACE",),
        platform="WHATSAPP",
        **persons,
        **texts,
    )
    case = _item(
        world, "whole", "COMPLAINT:SCHOOL:POLICY THREAT_OF_VIOLENCE:STAFF", date(2026, 10, 1), poster_role="PUPIL"
    )
    case = _item(world, "whole", "", date(2026, 10, 2), platform="TIKTOK", poster_role="UNKNOWN")
    first, second, third = case.items
    step: dict[str, Any] = {"case_id": case.id}
    on = date(2026, 10, 5)
    world.do(IdentifyPoster, item_id=second, poster_role="CARER", poster=world.named("gone"), **step)
    world.do(
        NoteEvidence,
        kind="SCREENSHOT",
        item_id=first,
        sha256="ab" * 32,
        collected_by=world.named("chair"),
        collected_on=on,
        description=world.words(),
        custody=world.words(),
        **step,
    )
    world.do(NoteEvidence, kind="OTHER", **step)
    world.do(ReportToHeadteacher, reported_on=on, notes=world.words(), **step)
    world.do(RequestRemoval, item_id=first, requested_on=on, person=world.named("parent"), notes=world.words(), **step)
    world.do(RequestRemoval, item_id=first, requested_on=on, asked_by="GOVERNING_BODY", **step)
    world.do(ConfirmRemoval, item_id=first, checked_on=on, **step)
    world.do(RecordRepost, repost_of=first, discovered_on=on, url=world.words(), narrative=world.words(), **step)
    world.do(RequestRemoval, item_id=second, requested_on=on, **step)
    world.do(RefuseRemoval, item_id=second, refused_on=on, notes=world.words(), **step)
    case = world.do(
        ReportToPlatform, item_id=second, network="FACEBOOK", reported_on=on, reference=world.words(), **step
    )
    [report] = case.platform_reports
    world.do(RecordPlatformAnswer, report_id=report, result="NO_ACTION", answered_on=on, notes=world.words(), **step)
    world.do(ReportToPlatform, item_id=third, network="TIKTOK", reported_on=on, **step)
    world.do(
        HoldMeeting,
        mode="ONLINE",
        held_on=on,
        attended=True,
        outcome="NOT_RESOLVED",
        roles=("CHAIR", "PARENT"),
        attendees=(world.named("parent"), world.named("chair")),
        purposes=("REPERCUSSIONS", "WAY_FORWARD"),
        cause=world.words(),
        way_forward=world.words(),
        notes=world.words(),
        **step,
    )
    world.do(HoldMeeting, mode="TELEPHONE", held_on=on, attended=False, **step)
    world.do(
        RecordImpact,
        target="STAFF",
        impact="EMOTIONAL",
        noted_on=on,
        person=world.named("gone"),
        raised_before=False,
        notes=world.words(),
        **step,
    )
    world.do(RecordImpact, target="SCHOOL", impact="REPUTATION", noted_on=on, **step)
    case = world.do(RecordInvestigation, started_on=on, investigator=world.named("chair"), notes=world.words(), **step)
    [investigation] = case.investigations
    world.do(RecordAccount, side="POSTER", given_on=on, text=world.words(), person=world.named("parent"), **step)
    world.do(
        CompleteInvestigation,
        investigation_id=investigation,
        completed_on=on,
        finding="MALICIOUS",
        report=world.words(),
        **step,
    )
    world.do(
        CommunicateOutcome,
        recipient_role="POSTER",
        communicated_on=on,
        recipient=world.named("parent"),
        notes=world.words(),
        **step,
    )
    world.do(
        DirectToChannel,
        channel="COMPLAINTS_PROCEDURE",
        directed_on=on,
        person=world.named("parent"),
        notes=world.words(),
        **step,
    )
    world.do(ClassifyItem, item_id=third, classifications=classified("OTHER:PUPIL"), description=world.words(), **step)
    world.do(IdentifyPoster, item_id=second, poster_role="PUPIL", **step)
    world.do(AdviseParent, item_id=second, advised_on=on, notes=world.words(), parent=world.named("parent"), **step)
    world.do(AddAddendum, world.caller(STAFF), text=world.words(), **step)
    world.do(AssignCase, owner=world.named(f"coordinator:{ALDER}"), **step)
    take_measures(world, first, on, step)
    world.do(
        ConvertToComplaint,
        converted_on=on,
        received_by="HEADTEACHER",
        means="ONLINE_POST",
        heads=(ComplaintHead(about_school=True, about_staff=False),),
        complainant=world.named("parent"),
        summary=world.words(),
        **step,
    )
    world.do(
        CloseIncident,
        outcome="RESOLVED_AT_MEETING",
        closed_on=on,
        notes=world.words(),
        override=world.words(),
        **step,
    )
    world.do(ReopenIncident, reopened_on=date(2026, 10, 6), **step)


def _marked_incidents(world: World) -> None:
    """Copies, and incidents that count nothing for other reasons."""
    _incident(
        world, "copy", ALDER, date(2026, 9, 15), "ALLEGATION:STAFF", "RACIST_COMMENT:STAFF", summary=world.words()
    )
    world.do(MarkDuplicate, case_id=world.cases["copy"], original=world.cases["whole"])
    _incident(world, "not reportable", ALDER, date(2026, 2, 3), "NEGATIVE_COMMENT:PUPIL")
    world.do(MarkNotReportable, case_id=world.cases["not reportable"])
    _incident(world, "in error", CEDAR, date(2026, 2, 4), "DEFAMATORY_STATEMENT:SCHOOL")
    world.do(MarkRecordedInError, case_id=world.cases["in error"])
    world.do(Unmark, case_id=world.cases["in error"])
    world.do(MarkRecordedInError, case_id=world.cases["in error"])
    _incident(world, "unmarked", CEDAR, date(2026, 9, 14), "NEGATIVE_COMMENT:STAFF COMPLAINT:STAFF")
    world.do(MarkDuplicate, case_id=world.cases["unmarked"], original=world.cases["whole"])
    world.do(Unmark, case_id=world.cases["unmarked"])


def _moved_and_changed(world: World) -> None:
    """A case of the wrong school, items that were put right, and a case of the school that left."""
    _incident(
        world, "moved", CEDAR, date(2026, 9, 1), "ALLEGATION:PUPIL", by=f"headteacher:{CEDAR}", summary=world.words()
    )
    world.do(CorrectSchool, case_id=world.cases["moved"], school_urn=ALDER)
    case = _incident(
        world,
        "changed",
        CEDAR,
        date(2026, 8, 31),
        "DEFAMATORY_STATEMENT:STAFF",
        "HOMOPHOBIC_COMMENT:STAFF",
        "UNAUTHORISED_IMAGE:STAFF",
        by=f"staff:{CEDAR}",
        school_reference="C-1",
    )
    first, second, third = case.items
    world.do(ReclassifyItem, case_id=case.id, item_id=first, classifications=classified("NEGATIVE_COMMENT:STAFF"))
    world.do(ExcludeItem, case_id=case.id, item_id=second, mark="NOT_REPORTABLE")
    world.do(ExcludeItem, case_id=case.id, item_id=third, mark="DUPLICATE")
    world.do(RestoreItem, case_id=case.id, item_id=third)
    world.do(
        CorrectItem,
        case_id=case.id,
        item_id=third,
        platform="INSTAGRAM",
        discovered_on=date(2026, 9, 1),
        posted_on=date(2026, 7, 31),
        narrative=world.words(),
        poster=world.named("pupil"),
        url=world.words(),
    )
    world.do(AssignCase, case_id=case.id, owner=world.named(STAFF))
    _incident(world, "early", BIRCH, date(2026, 1, 12), "COMPLAINT:SCHOOL ALLEGATION:STAFF", summary=world.words())
    world.do(AddAddendum, case_id=world.cases["early"], text=world.words())
    world.do(CloseIncident, case_id=world.cases["early"], outcome="NO_FURTHER_ACTION", closed_on=date(2026, 1, 20))
    _incident(world, "same day", ALDER, date(2026, 9, 14), by=STAFF)
    _incident(world, "empty", ALDER, date(2024, 10, 1))


def _complaints_and_breaches(world: World) -> None:
    """The kinds that no command opens yet: what they add hangs on what they arose from, and some bar their readers."""
    on = date(2026, 9, 20)
    arisen = a_complaint(
        world,
        "complaint arisen",
        ALDER,
        on,
        a_head(world, True, True),
        a_head(world, False, True),
        complainant=world.named("gone"),
        summary=Secret(world.words()),
        reported_by=world.named(STAFF),
    )
    arisen.record_account(
        side="COMPLAINANT",
        given_on=on,
        text=Secret(world.words(), world.named("gone")),
        today=TODAY,
        person=world.named("gone"),
    )
    about_head = a_complaint(
        world, "complaint about head", ALDER, on, a_head(world, False, True, world.named(f"headteacher:{ALDER}"))
    )
    about_lead = a_complaint(
        world,
        "complaint about lead",
        CEDAR,
        on,
        a_head(world, True, False, world.named("trust-lead")),
        summary=Secret(world.words()),
    )
    take_through_its_stages(world, about_lead, on)
    about_lead.close(outcome="NOT_UPHELD", closed_on=on, today=TODAY, notes=Secret(world.words()))
    copy = a_complaint(world, "complaint copy", ALDER, on, a_head(world, True, False))
    for each in (arisen, about_head, about_lead, copy):
        world.record(each)
    for number, (name, urn, source, subject) in enumerate(
        (
            ("breach arisen", ALDER, "ALLEGED", "pupil"),
            ("breach observed", ALDER, "OBSERVED", None),
            ("breach of lead", CEDAR, "ALLEGED", "trust-lead"),
            ("breach of auditor", BIRCH, "ALLEGED", "auditor"),
            ("breach alone", CEDAR, "ALLEGED", None),
        ),
        start=1,
    ):
        breach = StaffBreach.report(
            case_id=world.fresh_id(),
            reference=f"SBR-2026-{900 + number:06}",
            school_urn=urn,
            reported_on=date(2026, 3, number),
            source=source,
            today=TODAY,
            concerns_post=number % 2 == 1,
            summary=Secret(world.words()),
            subject=None if subject is None else world.named(subject),
            reported_by=world.named("clerk"),
        )
        if name == "breach observed":
            go_through(world, breach)
        world.cases[name] = breach.id
        world.record(breach)


def _links(world: World) -> None:
    """Links in every direction, to cases out of sight too; adding and taking them away restates."""
    for case, other, kind in (
        ("complaint arisen", "whole", "AROSE_FROM"),
        ("breach arisen", "complaint arisen", "AROSE_FROM"),
        ("breach alone", "copy", "AROSE_FROM"),
        ("whole", "breach arisen", "RELATED"),
        ("whole", "early", "RELATED"),
        ("whole", "complaint about head", "CONCERNS_COMPLAINT"),
        ("moved", "changed", "RELATED"),
        ("changed", "moved", "AROSE_FROM"),
        ("complaint about head", "whole", "RELATED"),
    ):
        caller = world.caller("system", "clerk")
        world.do(LinkCase, caller, case_id=world.cases[case], other=world.cases[other], kind=kind)
    world.do(UnlinkCase, case_id=world.cases["breach alone"], other=world.cases["copy"], kind="AROSE_FROM")
    original, copy = world.cases["complaint arisen"], world.cases["complaint copy"]
    world.do(MarkDuplicate, case_id=copy, original=original)
    whole: Any = world.ledger.load(world.cases["whole"])
    second = list(whole.items)[1]
    # What arose from the incident counts again what the incident itself no longer does.
    world.do(ReclassifyItem, case_id=whole.id, item_id=second, classifications=classified("HARASSMENT:STAFF"))
    world.do(MarkNotReportable, world.caller("system", "clerk"), case_id=world.cases["early"])
