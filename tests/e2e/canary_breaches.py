"""A staff breach led through every command, with a canary in each sealed field."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.e2e.canary_commands import DAY, Giver, Json

LATER = "2026-03-09"


def give_breach(giver: Giver, school_urn: str) -> None:
    """Lead a breach through every command; the trust lead alone may."""
    report: Json = {"schoolUrn": school_urn, "reportedOn": DAY, "source": "ALLEGED"}
    case: str = giver.give("ReportStaffBreach", **report)["case"]["id"]
    giver.cases.append(case)
    on: Json = {"caseId": case}
    giver.give("NameBreachSubject", **on, subject=str(uuid4()))
    giver.give("NoteBreachDetails", **on, breachTypes=["CONTACT_WITH_PUPIL"])
    giver.give("NoteEmployment", **on, schools=[school_urn], isCentral=True)
    giver.give("ConsultException", **on, exception="FAMILY_LINK", found=False, consultedOn=DAY)
    giver.give("RecordManagerReport", **on, reportedOn=DAY)
    giver.give("InformAboutBreach", **on, role="DSL", informedOn=DAY)
    advice = giver.made("GiveBreachAdvice", "advice_id", **on, kind="CONTACT", givenOn=DAY)
    giver.give("RecordLaterContact", **on, adviceId=advice, contactOn=LATER)
    request = giver.made("AskOfPerson", "request_id", **on, request="DELETE_MATERIAL", requestedOn=DAY)
    giver.give("RecordCompliance", **on, requestId=request, done=True, answeredOn=LATER)
    giver.give("DecideNoAction", **on, decidedOn=DAY)
    _protect(giver, on)
    _proceed(giver, on)
    giver.give("CloseStaffBreach", **on, outcome="ADVICE_GIVEN", closedOn=LATER)
    giver.give("ReopenStaffBreach", **on, reopenedOn=LATER)


def _protect(giver: Giver, on: dict[str, Any]) -> None:
    giver.give("RecordDisclosure", **on, source="CHILD", receivedOn=DAY, disclosedBy=str(uuid4()))
    giver.give("FlagForSafeguarding", **on, flaggedOn=DAY)
    giver.give("AssessHarmThreshold", **on, level="NOT_MET", assessedOn=DAY)
    contact = giver.made("ContactBody", "contact_id", **on, body="LADO", contactedOn=DAY)
    giver.give("RecordBodyAdvice", **on, contactId=contact, advisedOn=LATER)
    giver.give("DecideNotToRefer", **on, body="TRA", decidedOn=DAY)
    giver.give("SetReportingRestriction", **on, applies=True, fromOn=DAY)
    decision: Json = {"suspended": True, "decidedOn": DAY, "decidedBy": str(uuid4())}
    suspension = giver.made("DecideOnSuspension", "suspension_id", **on, **decision)
    giver.give("ConfirmSuspension", **on, suspensionId=suspension, confirmedOn=DAY)
    giver.give("EndSuspension", **on, suspensionId=suspension, endedOn=LATER)


def _proceed(giver: Giver, on: dict[str, Any]) -> None:
    decider = str(uuid4())
    hold = giver.made("HoldDisciplinaryTrack", "hold_id", **on, body="POLICE", fromOn=DAY)
    giver.give("LiftDisciplinaryHold", **on, holdId=hold, liftedOn=DAY)
    begun: Json = {"investigator": str(uuid4()), "startedOn": DAY}
    investigation = giver.made("OpenBreachInvestigation", "investigation_id", **on, **begun)
    heard: Json = {"investigationId": investigation, "side": "WITNESS", "heldOn": DAY, "person": str(uuid4())}
    giver.give("RecordInterview", **on, **heard)
    giver.give("CompleteBreachInvestigation", **on, investigationId=investigation, completedOn=DAY)
    finding: Json = {"finding": "SUBSTANTIATED", "grossMisconduct": False, "foundOn": DAY, "foundBy": decider}
    giver.give("RecordBreachFinding", **on, **finding)
    giver.give("ReferToDisciplinary", **on, referredOn=DAY)
    giver.give("HoldDisciplinaryHearing", **on, heldOn=DAY, attended=True)
    warned: Json = {"sanction": "FIRST_WRITTEN_WARNING", "decidedOn": DAY, "decidedBy": decider}
    sanction = giver.made("ImposeSanction", "sanction_id", **on, **warned)
    appeal = giver.made("LodgeAppeal", "appeal_id", **on, sanctionId=sanction, lodgedOn=LATER)
    decided: Json = {"result": "DISMISSED", "decidedOn": LATER, "officer": str(uuid4())}
    giver.give("DecideAppeal", **on, appealId=appeal, **decided)
    giver.give("SetTrackState", **on, track="CRIMINAL", state="CONCLUDED", setOn=LATER)
