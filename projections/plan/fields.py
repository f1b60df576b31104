"""What is declared of every field of the schema: how it is read, for whom it is masked, and what moves it.

A field that is not declared here is not planned, and a test walks the schema and this registry side by side. How each
is read is in `projections.plan.roots.READS` and the modules that it names; what each kind costs is in the API.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

__all__ = ["FIELDS", "Field", "FieldKind"]


class FieldKind(Enum):
    """How a field is read."""

    # From the row or the document at hand.
    COLUMN = "column"
    # From rows of another table, or from a part of a document with fields of its own.
    JOIN = "join"
    # By itself: made in Python, or by a part of the statement that looks through many rows.
    HOLE = "hole"
    # A mutation.
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `needs` is what a reader's `Visibility` must have for it not to be masked.

    `of_events`: whether its value follows from the ledger, so that it stays the same until something is recorded.
    """

    kind: FieldKind
    needs: str | None = None
    of_events: bool = True


def _fields(columns: str = "", joins: str = "", holes: str = "") -> dict[str, Field]:
    told = ((FieldKind.COLUMN, columns), (FieldKind.JOIN, joins), (FieldKind.HOLE, holes))
    return {name: Field(kind) for kind, names in told for name in names.split()}


def _masked(fields: Mapping[str, Field], needs: str, *, of_events: bool = True) -> dict[str, Field]:
    return {name: replace(field, needs=needs, of_events=of_events) for name, field in fields.items()}


def _besides(columns: str, joins: str = "") -> dict[str, Field]:
    """Fields that stand in no event."""
    return {name: replace(field, of_events=False) for name, field in _fields(columns, joins).items()}


def _pages(of: str) -> dict[str, dict[str, Field]]:
    return {
        f"{of}Connection": _fields(joins="edges nodes pageInfo", holes="totalCount"),
        f"{of}Edge": _fields("cursor", "node"),
    }


_READ = _fields("position readAt role what purpose client leafHash", "person onBehalfOf")

_CASE = _fields(
    "id reference schoolReference kind status openedOn closedOn outcome closedAsLogged mark version allowedActions",
    "policy owner reportedBy imported outstanding overrides deadlines links addenda school duplicateOf history"
    " latestEvent transfers corrections closures accessGrants files legalHolds retentionReviews",
    "blockedActions",
) | {
    "readers": Field(FieldKind.JOIN, of_events=False),
    # It follows from the day and from what the registry knows of a person, too.
    "retention": Field(FieldKind.HOLE, of_events=False),
}

FIELDS: Mapping[str, Mapping[str, Field]] = {
    "Query": _fields(
        joins="viewer trust schools monitoring cases case deadlines duties codes ledger",
        holes="restatements staffPattern",
    )
    | {
        "readLog": Field(FieldKind.JOIN, of_events=False),
        "retention": Field(FieldKind.HOLE, of_events=False),
    },
    "Viewer": _fields("role listsCases opensSealedText seesOwnCasesOnly", "person schools"),
    "Trust": _fields("id name", "schools holds")
    # Which table is in force follows from the day, too.
    | {"retentionTable": Field(FieldKind.JOIN, of_events=False)},
    "RetentionTable": _fields("id version sha256 name adoptedOn disposal isConfirmed", "rules"),
    "TrustHold": _fields("id authority placedOn reviewOn awareFrom awareTo schools kinds", "persons"),
    "School": _fields("urn name", "memberships"),
    "Membership": _fields("joinedOn leftOn"),
    "Person": {
        **_fields("id"),
        **_masked(_fields(joins="name nameState"), "opens_sealed", of_events=False),
    },
    # Cases.
    "Case": _CASE,
    "Incident": _CASE
    | _fields(
        "reportedToHeadteacherOn convertedOn",
        "summary items evidence meetings impacts investigations accounts outcomeNotices directions parentAdvice"
        " platformReports supports informed legalExplanations warnings refusals continuations legalAdvice legalActions"
        " restrictions referrals providerContacts intake itemTags conductAssessments defamationAssessments decisions"
        " convertedTo",
    ),
    "Complaint": _CASE
    | _fields(
        "receivedOn receivedBy means process panelAppointedOn tags",
        "summary heads complainant acknowledgement accounts stages extensions pauses partyMeetings panel hearings"
        " findingsNotices routings withdrawal conductSteps actionsTaken referrals enquiries outcomesTold routedTo",
    ),
    "StaffBreach": _CASE
    | _fields(
        "source reportedOn concernsPost isSafeguardingConcern severity severityClause",
        "subject summary details employment exceptionsConsulted managerReports informed advice"
        " laterContacts requests reasonedNone tracks holds disclosures thresholdAssessments bodyContacts"
        " decisionsNotToRefer reportingRestriction suspensions investigations interviews findings"
        " disciplinaryReferral disciplinaryHearings sanctions appeals countedAt routedTo",
    ),
    **_pages("Case"),
    "SealedText": _masked(_fields(holes="state text"), "opens_sealed", of_events=False),
    "PolicyVersion": _fields("packId version sha256"),
    "Imported": _fields("fileSha256 lines"),
    "BlockedAction": _fields("action code message clause needs overridable"),
    "Duty": _fields("code clause itemId wording beforeClosing"),
    # How a deadline stands follows from the time, too.
    "Deadline": _fields("code clause wording since dueOn ends extended pausedSince missingYears")
    | {"state": Field(FieldKind.COLUMN, of_events=False)},
    **_pages("DeadlineOfCase"),
    "DeadlineOfCase": _fields(joins="deadline case"),
    **_pages("DutyOfCase"),
    "DutyOfCase": _fields(joins="duty case"),
    "Retention": _fields("state onOwnHold heldByTrust linkedCaseOpen decision keepUntil classes", "due trustHolds"),
    **_pages("RetentionOfCase"),
    "RetentionOfCase": _fields(joins="retention case"),
    "RetentionDue": _fields("on atLeast missing", "rule inputs applied"),
    "RetentionRule": _fields(
        "id record kinds outcomes needs unless trigger number unit action source edition certainty doubt effectiveFrom"
    ),
    "RetentionInput": _fields("input day"),
    "AppliedRetentionRule": _fields("on atLeast", "rule"),
    "CoveringHold": _fields("id authority placedOn reviewOn"),
    "LegalHold": _fields("id placedOn authority reviewOn isLifted", "reason liftedBecause"),
    "RetentionReview": _fields("decision keepUntil rule dueOn decidedOn isOver", "table inputs notes"),
    "Override": _fields("step requirement clause", "reason"),
    "CaseLink": _fields("kind restricted", "case"),
    "Addendum": _fields(joins="text"),
    "Item": _fields(
        "id ordinal platform posterRole takerRole discoveredOn postedOn recordedOn characteristics namesIndividual mark"
        " removal removalOn removalAskedBy repostOf line mergedInto splitFrom",
        "poster taker classifications about url handle narrative description countedAt",
        "postedWhileComplaintOpen",
    ),
    "Classification": _fields("nature target aspect"),
    "Evidence": _fields("id kind itemId sha256 collectedOn", "collectedBy description custody"),
    "PlatformReport": _fields("id itemId network reportedOn result answeredOn helplineFrom", "reference"),
    "Meeting": _fields("heldOn mode attended outcome roles purposes", "attendees cause wayForward notes"),
    "Impact": _fields("target impact notedOn raisedBefore", "person notes"),
    "Investigation": _fields("id startedOn completedOn finding", "investigator notes report"),
    "Account": _fields("side givenOn", "person text"),
    "OutcomeNotice": _fields("recipientRole communicatedOn", "recipient notes"),
    "Direction": _fields("channel directedOn", "person notes"),
    "ParentAdvice": _fields("itemId advisedOn", "parent notes"),
    "Support": _fields("target kind supportedOn", "person supportedBy notes"),
    "Informing": _fields("role informedOn", "person notes"),
    "LegalExplanation": _fields("toRole means explainedOn", "person notes"),
    "WrittenWarning": _fields("sentOn asksRemoval", "person reference notes"),
    "Refusal": _fields("refusedOn", "person notes"),
    "Continuation": _fields("itemId continuedOn", "person notes"),
    "LegalAdvice": _fields("advisedOn", "adviser advice"),
    "LegalAction": _fields("takenOn", "person notes"),
    "Restriction": _fields("id scope fromOn untilOn reviewOn consulted liftedOn", "person notes"),
    "Decision": _fields("id action options taken decidedOn", "decidedBy reasons"),
    "Referral": _fields("id body grounds referredOn result answeredOn", "bodyName reference notes"),
    "ProviderContact": _fields(
        "id provider itemId contactedOn asksRemoval result answeredOn",
        "providerName reference notes",
    ),
    "Intake": _fields("source reporterRole receivedBy reporterIsTarget receivedOn"),
    "ConductAssessment": _fields("assessment assessedOn", "assessedBy notes"),
    "DefamationAssessment": _fields("itemId tests seriousHarm assessedOn", "notes"),
    "ItemTags": _fields(
        "itemId legalBases contentKinds account capacity device privateSpace inWorkingDay teacherDirected accidental"
    ),
    "BreachDetails": _fields(
        "intake subjectRole channel onDuty capacity direction under18AtContact responded childInformed intent"
        " publishedByThirdParty complaintValid device schoolEquipment breachTypes clauses targets contactDetails",
        "otherPolicy searchPurpose",
    ),
    "Employment": _fields("isCentral schools"),
    "ExceptionConsulted": _fields("exception found consultedOn", "notes"),
    "ManagerReport": _fields("reportedOn", "manager notes"),
    "BreachInforming": _fields("role informedOn", "person notes"),
    "BreachAdvice": _fields("id kind givenOn", "givenBy notes"),
    "LaterContact": _fields("adviceId contactOn", "notes"),
    "BreachRequest": _fields("id request requestedOn done answeredOn", "notes"),
    "ReasonedNone": _fields("decidedOn", "decidedBy reasons"),
    "BreachTrack": _fields("track state"),
    "DisciplinaryHold": _fields("id body fromOn liftedOn", "notes"),
    "Disclosure": _fields("id source receivedOn", "receivedBy disclosedBy words policyReference"),
    "ThresholdAssessment": _fields("level assessedOn criteria", "assessedBy notes"),
    "BodyContact": _fields("id body contactedOn advisedOn suspension", "contactedBy bodyName reference reasons advice"),
    "DecisionNotToRefer": _fields("body decidedOn", "decidedBy reasons"),
    "ReportingRestriction": _fields("applies fromOn", "notes"),
    "SuspensionDecision": _fields(
        "id suspended decidedOn confirmedOn endedOn alternatives", "decidedBy contactPerson reasons"
    ),
    "BreachInvestigation": _fields("id startedOn completedOn", "investigator notes report"),
    "Interview": _fields("investigationId side heldOn accompanied", "person notes"),
    "BreachFinding": _fields("finding grossMisconduct foundOn", "foundBy reasons"),
    "ConflictRoute": _fields("role because"),
    "DisciplinaryReferral": _fields("referredOn", "referredBy notes"),
    "DisciplinaryHearing": _fields("heldOn attended accompanied", "chairedBy notes"),
    "Sanction": _fields("id sanction decidedOn spentOn setAside", "decidedBy reasons"),
    "SanctionAppeal": _fields("id sanctionId lodgedOn result decidedOn", "officer grounds reasons"),
    "Head": _fields("id aboutSchool aboutStaff outcome decidedOn route", "about decidedBy reasons countedAt"),
    "Acknowledgement": _fields("acknowledgedOn means", "notes"),
    "ComplaintStage": _fields(
        "stage form startedOn respondedOn resolved inWriting escalatedOn", "investigators respondedBy response"
    ),
    "StageExtension": _fields("stage extendedOn untilOn complainantTold", "reason"),
    "ClockPause": _fields("pausedOn resumedOn", "reason resumedBecause"),
    "PartyMeeting": _fields("mode heldOn roles", "attendees notes"),
    "PanelMember": _fields("independent", "person"),
    "Hearing": _fields("heldOn complainantAttended accompanied", "notes"),
    "FindingsNotice": _fields("recipientRole issuedOn remedies", "recipient findings recommendations"),
    "Routing": _fields("route headId routedOn", "notes"),
    "Withdrawal": _fields("askedOn confirmedOn", "notes reference"),
    "ConductStep": _fields("step takenOn reviewOn", "person notes"),
    "ActionTaken": _fields("action takenOn", "notes"),
    "Enquiry": _fields("madeOn complainantTold", "notes"),
    "OutcomeTold": _fields("toldOn commissionerNamed", "notes"),
    "Transfer": _fields("transferredOn", "fromSchool toSchool reason"),
    "Correction": _fields("id requestedOn itemId version state decidedOn", "requestedBy decidedBy text notes reason"),
    "Closure": _fields("closedOn outcome asLogged reopenedOn", "notes reason"),
    "AccessGrant": _fields(
        "id role since until roleHeld endedAt reviewedAt wasJustified", "person alerted reason endReason notes"
    ),
    "CaseFile": _fields(
        "id kind mediaType byteLength scanned evidenceId collectedOn storedAt state viewCount exportCount lastViewedAt"
        " removedAt erasureId",
        "about collectedBy storedBy fileName fingerprint custody",
    ),
    # Histories.
    "CaseEvent": _fields(
        "id position version type recordedAt data leafHash", "actor reason sealed", "changes caseAfter"
    )
    # Who read a case is in no event.
    | {"knownBy": Field(FieldKind.HOLE, of_events=False)},
    **_pages("CaseEvent"),
    # Programs are registered before they act, so that what they are follows from the ledger all the same.
    "Actor": _fields("role", "person onBehalfOf sort"),
    "Knower": _fields("how since what", "person"),
    "SealedPart": _fields("part keyId commitment", "content"),
    "FieldChange": _fields("field before after"),
    # Figures.
    "MonitoringReport": _fields("position recordedThrough scope", "cells definitions excluded"),
    "MonitoringCell": {
        **_fields("count source period platform posterRole value partial coverage suppressed withheld", "school"),
        **_masked(_fields(holes="contributions cases"), "lists_cases"),
    },
    "CountDefinition": _fields("number count title definition source"),
    "ExcludedCount": _fields("mark value"),
    "Contribution": _fields(
        "count source itemId caseId discoveredOn postedOn recordedOn platform posterRole", "school case"
    ),
    **_pages("Contribution"),
    "Restatement": _fields("position type recordedAt", "changes case cases"),
    "FigureChange": _fields("count source month change", "school"),
    # Patterns.
    "StaffPattern": _fields("lowLevelConcerns thresholdMet others firstOn lastOn", "person breachTypes cases"),
    "BreachTypeNumber": _fields("breachType number"),
    # The rest.
    "CodeList": _fields("name", "codes"),
    "Code": _fields("code label definition activeFrom activeTo order"),
    "Ledger": {
        **_fields("position recordedAt projectedThrough"),
        "publicKey": Field(FieldKind.HOLE, of_events=False),
        "checkpoint": Field(FieldKind.JOIN, of_events=False),
        **_masked(_fields(holes="proof consistency"), "sees_proofs"),
        **_masked(_fields(joins="checkpoints"), "sees_proofs", of_events=False),
        "readLog": Field(FieldKind.JOIN, of_events=False),
    },
    "Checkpoint": _fields("size note"),
    # When a checkpoint is signed, and who received it, is in no event.
    "SignedCheckpoint": _besides("origin size root recordedAt epoch keyNumber note", "anchors"),
    **_pages("SignedCheckpoint"),
    "CheckpointAnchor": _besides("sink address state receiptAt"),
    "InclusionProof": _fields("position size leafHash root hashes"),
    "ConsistencyProof": _fields("from fromRoot to toRoot hashes"),
    # Who read what.
    "CaseRead": _READ,
    **_pages("CaseRead"),
    "ReadLogEntry": _READ | _fields("casesWithheld", "cases"),
    **_pages("ReadLogEntry"),
    "ReadLog": {
        **_fields("position recordedAt"),
        "publicKey": Field(FieldKind.HOLE, of_events=False),
        "checkpoint": Field(FieldKind.JOIN, of_events=False),
    },
    # What became of a command.
    "Recorded": _fields("position replayed", "case events"),
    "Refused": _fields("code message clause fields"),
    "PageInfo": _fields("hasNextPage hasPreviousPage startCursor endCursor"),
}
