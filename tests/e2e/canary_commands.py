"""Every command there is, given over HTTP with a canary in each of its sealed fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any, get_args, get_type_hints
from uuid import UUID, uuid4, uuid5

from api.settings import DEMONSTRATION_TRUST
from domain.case import Case
from domain.complaint import Complaint
from domain.incident import Incident
from domain.naming import camel
from domain.staff_breach import StaffBreach
from services.catalogue import COMMANDS
from services.commands import Command, OpeningCommand, new_case_id
from services.conversion_commands import ConvertToComplaint
from services.decisions import CaseDecision, parameters
from tests.e2e.canaries import Canaries
from tests.e2e.demonstration import Demonstration

Json = dict[str, Any]
DAY = "2026-03-02"
# Whose decision a command names; what every case has is asked of an incident.
_AGGREGATES: dict[str | None, type[Case]] = {
    None: Incident,
    "INCIDENT": Incident,
    "COMPLAINT": Complaint,
    "STAFF_BREACH": StaffBreach,
}
_OPENINGS: dict[str, Callable[..., Case]] = {
    "INC": Incident.report,
    "CMP": Complaint.receive,
    "SBR": StaffBreach.report,
}


def sealed_fields(command: type[Command]) -> list[str]:
    """The fields of a command that its decision takes as texts to be sealed; every command has a reason."""
    if issubclass(command, CaseDecision):
        decision = getattr(_AGGREGATES[command.case_kind], command.decision)
    else:
        assert issubclass(command, OpeningCommand)
        decision = _OPENINGS[command.reference_kind]
    own = {field.name for field in fields(command)}
    sealed = {name for name, is_sealed in parameters(decision) if is_sealed and name in own}
    # The complaint that an incident goes on as takes its own.
    opened = {"summary"} if command is ConvertToComplaint else set()
    return sorted(sealed | opened | {"reason"})


def fields_by_kind(command: type[Command]) -> tuple[list[str], list[str]]:
    """The fields of a command that are texts and are not sealed, and those that are no texts at all."""
    sealed = sealed_fields(command)
    kinds = {name: (kind, *get_args(kind)) for name, kind in get_type_hints(command).items() if name not in sealed}
    members = [field.name for field in fields(command) if field.name in kinds]
    return [name for name in members if str in kinds[name]], [name for name in members if str not in kinds[name]]


def camel_name(command: str) -> str:
    """What the mutation of a command is called."""
    return command[0].lower() + command[1:]


def mutation(command: str) -> str:
    """The document that gives a command."""
    return (
        f"mutation ($input: {command}Input!) {{ {camel_name(command)}(input: $input) {{ __typename"
        " ... on Refused { code message fields } ... on Recorded { position case { id } } } }"
    )


class Giver:
    """Gives commands in one role and plants canaries in them; `given` are the inputs that were carried out, by name."""

    def __init__(self, shown: Demonstration, canaries: Canaries, role: str) -> None:
        self._shown, self._canaries, self._role = shown, canaries, role
        self.given: dict[str, Json] = {}
        self.cases: list[str] = []

    def give(self, name: str, **content: Any) -> Json:
        """Give a command that must be carried out; returns its result, with the command's id."""
        command = COMMANDS[name]
        command_id = str(uuid4())
        # What sets nothing aside is not recorded: it is given below, where something is missing.
        texts = [field for field in sealed_fields(command) if field != "override"]
        planted = {camel(field): self._text(name, field) for field in texts}
        whole = {"commandId": command_id, **planted, **content}
        result: Json = self._shown.ask(mutation(name), self._role, input=whole)[camel_name(name)]
        assert result["__typename"] == "Recorded", (name, result)
        self.given[name] = whole
        return result | {"commandId": command_id}

    def _text(self, name: str, field: str) -> str:
        canary = self._canaries.plant(f"{name}.{field} as {self._role}")
        # Long enough that the database would store it apart, and compressed, if it got it.
        return f"{canary} " + "and so on " * 300 if field in ("narrative", "report") else f"It says {canary}."

    def _open(self, school_urn: str) -> str:
        case_id: str = self.give("ReportIncident", schoolUrn=school_urn, openedOn=DAY)["case"]["id"]
        self.cases.append(case_id)
        return case_id

    def made(self, name: str, new_id: str, **content: Any) -> str:
        """Give a command that makes something; returns the id of what it made."""
        return str(uuid5(UUID(self.give(name, **content)["commandId"]), new_id))

    def give_all(self, school_urn: str, other_urn: str) -> None:
        """Lead cases through every command."""
        person = str(uuid4())
        case, other, unreportable, mistaken, copy = (self._open(school_urn) for _ in range(5))
        on = {"caseId": case}
        self.give("AssignCase", **on, owner=person)
        item: Json = {"platform": "FACEBOOK", "posterRole": "PUPIL", "discoveredOn": DAY, "poster": person}
        other_nature = {"classifications": [{"nature": "OTHER", "target": "COMMUNITY"}]}
        first = self.made("RecordItem", "item_id", **on, **item, **other_nature)
        second = self.made("RecordItem", "item_id", **on, **item | {"poster": None})
        self.give("ClassifyItem", **on, itemId=second, **other_nature)
        self.give("ReclassifyItem", **on, itemId=second, classifications=[{"nature": "ALLEGATION", "target": "STAFF"}])
        self.give("CorrectItem", **on, itemId=first, platform="TIKTOK")
        self.give("IdentifyPoster", **on, itemId=second, posterRole="PUPIL", poster=person)
        self.give("NoteEvidence", **on, kind="SCREENSHOT", itemId=first)
        self.give("ReportToHeadteacher", **on, reportedOn=DAY)
        self._take_down(case, first, person)
        self._investigate(case, person)
        meeting = {"mode": "IN_PERSON", "heldOn": DAY, "attended": True, "outcome": "RESOLVED"}
        self.give("HoldMeeting", **on, **meeting)
        self.give("RecordImpact", **on, target="STAFF", impact="EMOTIONAL", notedOn=DAY, person=person)
        self.give("DirectToChannel", **on, channel="HEADTEACHER", directedOn=DAY, person=person)
        self.give("AdviseParent", **on, itemId=first, advisedOn=DAY)
        self.give("AddAddendum", **on)
        self.give("LinkCase", **on, other=other, kind="RELATED")
        self.give("UnlinkCase", **on, other=other, kind="RELATED")
        self.give("ExcludeItem", **on, itemId=second, mark="NOT_REPORTABLE")
        self.give("RestoreItem", **on, itemId=second)
        self._join_and_correct(case, second, person)
        self.give("MarkDuplicate", caseId=copy, original=case)
        self.give("Unmark", caseId=copy)
        self.give("MarkNotReportable", caseId=unreportable)
        self.give("MarkRecordedInError", caseId=mistaken)
        self._measure(case, first, person)
        self._convert(case, other)
        chair: Json = {"mode": "IN_PERSON", "heldOn": DAY, "attended": True, "roles": ["CHAIR"]}
        self.give("HoldMeeting", **on, **chair, override=self._text("HoldMeeting", "override"))
        self.give("CloseIncident", **on, outcome="RESOLVED_AT_MEETING", closedOn=DAY)
        self.give("ReopenIncident", **on, reopenedOn=DAY)
        if other_urn != school_urn:
            self.give("CorrectSchool", caseId=other, schoolUrn=other_urn)
            self.give("TransferCase", caseId=other, schoolUrn=school_urn, transferredOn=DAY)

    def _join_and_correct(self, case: str, item: str, person: str) -> None:
        """Take an item apart, put it together again, and ask for corrections, of which one is not granted."""
        on: Json = {"caseId": case}
        both = [{"nature": "ALLEGATION", "target": "STAFF"}, {"nature": "OTHER", "target": "COMMUNITY"}]
        self.give("ReclassifyItem", **on, itemId=item, classifications=both)
        new = self.made("SplitItem", "new_item_id", **on, itemId=item, classifications=both[1:])
        self.give("MergeItems", **on, itemId=new, into=item)
        asked: Json = {**on, "requestedBy": person}
        granted, refused = (self.made("RequestCorrection", "correction_id", **asked, itemId=item) for _ in range(2))
        self.give("ApproveCorrection", **on, correctionId=granted)
        self.give("RejectCorrection", **on, correctionId=refused)

    def _take_down(self, case: str, item: str, person: str) -> None:
        on: Json = {"caseId": case, "itemId": item}
        self.give("RequestRemoval", **on, requestedOn=DAY, person=person)
        self.give("RefuseRemoval", **on, refusedOn=DAY)
        self.give("RequestRemoval", **on, requestedOn="2026-03-03")
        self.give("ConfirmRemoval", **on, checkedOn="2026-03-04")
        self.give("RecordRepost", caseId=case, repostOf=item, discoveredOn="2026-03-05")
        report = self.made("ReportToPlatform", "report_id", **on, network="FACEBOOK", reportedOn=DAY)
        self.give("RecordPlatformAnswer", caseId=case, reportId=report, result="NO_ACTION", answeredOn=DAY)

    def _measure(self, case: str, item: str, person: str) -> None:
        on: Json = {"caseId": case}
        whose: Json = {**on, "person": person}
        self.give("SupportTarget", **whose, target="STAFF", kind="REASSURANCE", supportedOn=DAY)
        self.give("InformPerson", **whose, role="DSL", informedOn=DAY)
        self.give("InformPerson", **whose, role="EQUALITIES_MANAGER", informedOn=DAY)
        self.give("ExplainLegalConsequence", **whose, toRole="POSTER", means="LETTER", explainedOn=DAY)
        self.give("SendWarning", **whose, sentOn=DAY, asksRemoval=True)
        self.give("RecordRefusal", **whose, refusedOn=DAY)
        self.give("RecordContinuation", **whose, continuedOn=DAY, itemId=item)
        self.give("TakeLegalAdvice", **on, advisedOn=DAY)
        self.give("TakeLegalAction", **whose, takenOn=DAY)
        restriction: Json = {"scope": "FORUM", "fromOn": DAY, "consulted": False}
        restricted = self.made("RestrictAccess", "restriction_id", **whose, **restriction)
        self.give("LiftRestriction", **on, restrictionId=restricted, liftedOn=DAY)
        referral: Json = {"body": "POLICE", "grounds": ["SUSPECTED_CRIME"], "referredOn": DAY}
        referred = self.made("ReferToBody", "referral_id", **on, **referral)
        self.give("RecordReferralAnswer", **on, referralId=referred, result="ADVICE", answeredOn=DAY)
        contact: Json = {"provider": "HOST", "contactedOn": DAY, "asksRemoval": True}
        contacted = self.made("ContactProvider", "contact_id", **on, **contact)
        self.give("RecordProviderAnswer", **on, contactId=contacted, result="REMOVED", answeredOn=DAY)
        self.give("NoteIntake", **on, source="NOTICED", receivedOn=DAY)
        self.give("TagItem", **on, itemId=item, account="PERSONAL")
        self.give("AssessConduct", **on, assessment="UNACCEPTABLE", assessedOn=DAY)
        self.give("AssessDefamation", **on, itemId=item, tests=["LOWERED"], assessedOn=DAY)
        self.give("DecideOnAction", **on, action="POLICE", taken=False, decidedOn=DAY)

    def _convert(self, case: str, other: str) -> None:
        head = {"aboutSchool": True, "aboutStaff": False}
        received: Json = {"receivedBy": "HEADTEACHER", "means": "LETTER", "heads": [head]}
        converted = self.give("ConvertToComplaint", caseId=case, convertedOn=DAY, **received)
        self.cases.append(str(new_case_id(DEMONSTRATION_TRUST, UUID(converted["commandId"]))))
        received |= {"schoolUrn": "900003", "receivedOn": DAY}
        self._complain(received, other)
        data = self._received(received | {"process": "DATA_PROTECTION"})
        self.give("RecordEnquiry", caseId=data, madeOn=DAY, complainantTold=True)
        self.give("TellOutcome", caseId=data, toldOn=DAY, commissionerNamed=True)
        self.give("ChooseProcess", caseId=self._received(received), process="DATA_PROTECTION")

    def _received(self, content: Json) -> str:
        case_id: str = self.give("ReceiveComplaint", **content)["case"]["id"]
        self.cases.append(case_id)
        return case_id

    def _complain(self, received: Json, other: str) -> None:
        """Lead a complaint through every step there is, and withdraw it in the end."""
        persons = [str(uuid4()) for _ in range(6)]
        on: Json = {"caseId": self._received(received)}
        head = self.made("AddHead", "head/0", **on, head={"aboutSchool": False, "aboutStaff": True})
        self.give("NameSubject", **on, headId=head, person=persons[0])
        self.give("AcknowledgeComplaint", **on, acknowledgedOn=DAY, means="EMAIL")
        self.give("TagComplaint", **on, tags=["CAMPAIGN"])
        self.give("StartStage", **on, stage="INFORMAL", startedOn=DAY)
        self.give("AppointInvestigator", **on, investigator=persons[1], appointedOn=DAY)
        self.give("MeetParties", **on, mode="ONLINE", heldOn=DAY)
        self.give("ExtendStage", **on, untilOn="2026-03-20", extendedOn=DAY, complainantTold=True)
        self.give("PauseClock", **on, pausedOn=DAY)
        self.give("ResumeClock", **on, resumedOn="2026-03-03")
        answer: Json = {"resolved": False, "inWriting": True, "respondedOn": "2026-03-04"}
        self.give("RespondToStage", **on, **answer)
        self.give("RequestEscalation", **on, requestedOn="2026-03-04")
        self.give("StartStage", **on, stage="FORMAL", startedOn="2026-03-04")
        self.give("RespondToStage", **on, **answer)
        self.give("StartStage", **on, stage="PANEL", startedOn="2026-03-04")
        members = [{"person": person, "independent": True} for person in persons[2:5]]
        self.give("AppointPanel", **on, members=members, appointedOn="2026-03-04")
        member = {"person": persons[5], "independent": True}
        self.give("ReplacePanelMember", **on, leaving=persons[2], member=member, replacedOn="2026-03-05")
        self.give("HoldHearing", **on, heldOn="2026-03-06", complainantAttended=True, accompanied=True)
        self.give("IssueFindings", **on, recipientRole="COMPLAINANT", issuedOn="2026-03-07")
        self.give("DecideHead", **on, headId=head, outcome="NOT_UPHELD", decidedOn="2026-03-07")
        self.give("RouteToProcedure", **on, route="DATA_PROTECTION", routedOn="2026-03-07", headId=head, other=other)
        self.give("ManageConduct", **on, step="WARNING", takenOn="2026-03-07")
        self.give("RecordActionTaken", **on, action="NONE", takenOn="2026-03-07")
        self.give("RequestWithdrawal", **on, askedOn="2026-03-07")
        self.give("ConfirmWithdrawal", **on, confirmedOn="2026-03-07")
        self.give("CloseComplaint", **on, outcome="WITHDRAWN", closedOn="2026-03-08")
        self.give("ReopenComplaint", **on, reopenedOn="2026-03-09")

    def _investigate(self, case: str, person: str) -> None:
        on = {"caseId": case}
        begun = self.made("RecordInvestigation", "investigation_id", **on, startedOn=DAY)
        self.give("CompleteInvestigation", **on, investigationId=begun, completedOn=DAY, finding="UNSUBSTANTIATED")
        self.give("CommunicateOutcome", **on, communicatedOn=DAY, recipientRole="TARGET")
        self.give("RecordAccount", **on, side="POSTER", givenOn=DAY, person=person)
