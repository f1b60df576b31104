"""The complaints of the showcase: received, at each stage, before a panel, withdrawn, out of scope, closed."""

from __future__ import annotations

from typing import Any

from api.demo.showcase.parts import HEAD_OF_COMPLAINT, CaseOf, Each, Later, Step, Story, Who, by_pack, each, step
from domain.values import CaseKind

__all__ = ["COMPLAINTS"]

# The first stage is Park Hall's own; the other schools' policies list none, so there the law's stands.
_FIRST = by_pack("INFORMAL", park_hall="CLASS_TEACHER")
_PARENT, _CARER, _DEPUTY = Who("parent"), Who("carer"), Who("deputy")
_PANEL = (
    {"person": Who("governor"), "independent": False},
    {"person": Who("trustee"), "independent": False},
    {"person": Who("independent"), "independent": True},
)


def _received(
    summary: str | Each,
    complainant: Who,
    *,
    means: str | Each = "EMAIL",
    about: Who | None = None,
    received_by: str | Each = "HEADTEACHER",
    **fields: Any,
) -> Step:
    heads = ({"about_school": about is None, "about_staff": about is not None, "about": (about,) if about else ()},)
    return step(
        "ReceiveComplaint",
        summary=summary,
        complainant=complainant,
        means=means,
        received_by=received_by,
        heads=heads,
        **fields,
    )


def _acknowledged(after: int, **fields: Any) -> Step:
    return step("AcknowledgeComplaint", after=after, means="EMAIL", **fields)


def _stage(stage: str | Each, after: int, **fields: Any) -> Step:
    return step("StartStage", after=after, stage=stage, **fields)


def _answered(after: int, response: str | Each, *, resolved: bool = False, in_writing: bool = False, by: Who) -> Step:
    return step(
        "RespondToStage", after=after, resolved=resolved, in_writing=in_writing, responded_by=by, response=response
    )


def _informally_unresolved(after: int) -> tuple[Step, ...]:
    """The informal part of the procedure, which did not settle it: one stage, at Park Hall two."""
    return (
        _stage(_FIRST, after),
        _answered(3, "Explained on the telephone; the complainant does not accept it.", by=Who("colleague")),
        step("StartStage", at=("park-hall",), after=1, stage="PHASE_LEADER"),
        step(
            "RespondToStage",
            at=("park-hall",),
            after=1,
            resolved=False,
            in_writing=False,
            responded_by=_DEPUTY,
            response="The phase leader met the family; the matter stays open between them.",
        ),
        step("RequestEscalation", after=1),
    )


def _story(title: str, day: int, *steps: Step, **fields: Any) -> Story:
    return Story(CaseKind.COMPLAINT, title, day, steps, **fields)


COMPLAINTS = (
    _story(
        "just received",
        28,
        _received(
            "The letter about {trip} came three days before it was to be paid for.",
            _CARER,
            means=each("EMAIL", "FORM", "LETTER", "EMAIL", "IN_PERSON"),
            received_by=each("CLASS_TEACHER", "HEADTEACHER", "CHAIR_OF_GOVERNORS", "OTHER", "CLASS_TEACHER"),
        ),
    ),
    _story(
        "acknowledged",
        26,
        _received("Lost property of {club} is thrown away after a day.", _PARENT, means="FORM"),
        _acknowledged(1, notes="With a copy of the procedure."),
    ),
    _story(
        "at an informal stage, the clock standing still",
        19,
        _received("{assistant} spoke sharply to a child at {club}.", _PARENT, about=Who("assistant")),
        _stage(_FIRST, 1),
        step("PauseClock", after=2, reason="The family is away until the end of next week and asked for the time."),
    ),
    _story(
        "with the phase leader",
        20,
        _received("Reading books come home that were read last year.", _CARER, received_by="CLASS_TEACHER"),
        _stage("CLASS_TEACHER", 0),
        _answered(2, "The class teacher explained how the books are chosen.", by=Who("colleague")),
        _stage("PHASE_LEADER", 2),
        at=("park-hall",),
    ),
    _story(
        "at the formal stage, extended",
        8,
        _received("A child was left behind at the gate after {trip} for half an hour.", _CARER, means="LETTER"),
        _acknowledged(1),
        *_informally_unresolved(0),
        _stage("FORMAL", 1),
        step("AppointInvestigator", investigator=_DEPUTY),
        step(
            "ExtendStage",
            after=4,
            until_on=Later(14),
            complainant_told=True,
            reason="The driver of the coach is heard next week.",
        ),
    ),
    _story(
        "before a panel",
        3,
        _received("A place at {club} was given away although it had been paid for.", _PARENT),
        *_informally_unresolved(1),
        _stage("FORMAL", 1),
        _answered(5, "The place was offered twice, once in error; the fee is returned.", in_writing=True, by=_DEPUTY),
        _stage("PANEL", 2),
        step("AppointPanel", after=3, members=_PANEL),
    ),
    _story(
        "with the panel's findings",
        1,
        _received("{rule} was brought in against the school's own promise to ask families first.", _CARER),
        *_informally_unresolved(1),
        _stage("FORMAL", 1),
        _answered(5, "The promise was made for larger changes than this one.", in_writing=True, by=_DEPUTY),
        _stage("PANEL", 1),
        step("AppointPanel", after=2, members=_PANEL),
        step("HoldHearing", after=6, complainant_attended=True, accompanied=True),
        step(
            "IssueFindings",
            after=3,
            recipient_role="COMPLAINANT",
            recipient=_CARER,
            findings="The panel finds that families should have been asked, and that {rule} itself is reasonable.",
            remedies=("APOLOGY", "POLICY_REVIEW"),
            recommendations="An apology for the way it came in, and a review after a term.",
        ),
    ),
    _story(
        "withdrawn",
        9,
        _received("The music at {event} was too loud for a child with sensory needs.", _PARENT),
        step("RequestWithdrawal", after=3, notes="The head rang, and a quiet room is promised for next time."),
        step("ConfirmWithdrawal", after=1, reference="E-mail of the same day."),
        step("CloseComplaint", outcome="WITHDRAWN"),
    ),
    _story(
        "out of scope",
        7,
        _received("A place for a younger sister was refused.", _CARER, means="LETTER"),
        step("RouteToProcedure", after=2, route="ADMISSIONS", notes="Told how to appeal, and until when."),
        step("CloseComplaint", outcome="OUT_OF_SCOPE"),
    ),
    _story(
        "about personal data",
        18,
        _received(
            "A list with the medical needs of the children on {trip} was sent to all families.",
            _PARENT,
            process="DATA_PROTECTION",
        ),
        _acknowledged(1),
        step("RecordEnquiry", after=3, complainant_told=True, notes="The e-mail was recalled; six had opened it."),
    ),
    _story(
        "about personal data, and not acknowledged in time",
        2,
        _received(
            "Photographs of {event} went to a printer outside without a word to families.",
            _CARER,
            process="DATA_PROTECTION",
        ),
    ),
    _story(
        "settled and closed",
        10,
        _received("{colleague} marked homework as missing that had been handed in.", _CARER, means="IN_PERSON"),
        _acknowledged(0),
        _stage(_FIRST, 1),
        _answered(2, "The books were in the wrong tray; the marks are put right.", resolved=True, by=Who("deputy")),
        step("DecideHead", head_id=HEAD_OF_COMPLAINT, outcome="UPHELD", decided_by=Who("head")),
        step("RecordActionTaken", action="APOLOGY"),
        step("CloseComplaint", after=1, outcome="RESOLVED_INFORMALLY"),
    ),
    _story(
        "a stage begun out of turn",
        21,
        _received("{teacher} is said to have shown a film that is not for children.", _CARER, about=Who("teacher")),
        _stage(
            "FORMAL",
            2,
            override="The family asks in writing for a formal answer at once, and both sides want it over quickly.",
        ),
    ),
    _story(
        "a duplicate",
        27,
        _received("Lost property of {club} is thrown away, sent again from another address.", _PARENT),
        step("MarkDuplicate", original=CaseOf("acknowledged"), reason="The same words, sent twice."),
    ),
    _story(
        "not reportable",
        16,
        _received("An advertisement for blinds, sent by the complaints form.", Who("neighbour"), means="FORM"),
        step("MarkNotReportable", reason="It complains of nothing."),
    ),
    _story(
        "recorded in error",
        16,
        _received("Entered during staff training on the new record.", Who("neighbour")),
        step("MarkRecordedInError", reason="An exercise of the training day, and no complaint."),
    ),
    _story(
        "marked by mistake, then opened again",
        5,
        _received("The report of last year came without a word on effort.", Who("neighbour"), means="TELEPHONE"),
        step("RequestWithdrawal", after=1),
        step("ConfirmWithdrawal", reference="Letter of the same day."),
        step("CloseComplaint", outcome="WITHDRAWN"),
        step("MarkNotReportable", after=1, reason="Taken for a question and no complaint."),
        step("Unmark", after=1, reason="It was one: the letter calls it a complaint."),
        step("ReopenComplaint", after=3, reason="The family takes the withdrawal back."),
    ),
)
