"""The parts of a case's document: each type's fields by the way in which they are read from the part's JSON.

A field is called as the API calls it; in the document its name is written with underscores, but for an `id`.
"""

from __future__ import annotations

from collections.abc import Mapping

from domain.naming import with_underscores
from domain.steps import HELPLINE_AFTER_DAYS
from projections.open_complaints import POSTED_WHILE_COMPLAINT_OPEN
from projections.plan.moments import deadline_state
from projections.plan.reads import json_member, json_object, json_objects, person, persons, text_hole
from projections.plan.selections import Selected
from projections.plan.text import bare, quoted
from projections.plan.writer import Read, Row, Writer

__all__ = ["PARTS", "detail", "part", "person_of"]


def part(
    plain: str = "",
    *,
    identity: str | None = None,
    lists: str = "",
    people: str = "",
    crowds: str = "",
    texts: str = "",
    objects: Mapping[str, str] | None = None,
    collections: Mapping[str, str] | None = None,
) -> dict[str, Read]:
    """The fields of one type, named in words.

    `plain` are shown as they stand, `lists` are lists of such, `people` are persons by id and `crowds` lists of them,
    `texts` are sealed; `objects` and `collections` are of another type each. `identity` is what the document calls the
    field `id`.
    """
    reads: dict[str, Read] = {name: json_member(with_underscores(name)) for name in plain.split()}
    if identity is not None:
        reads["id"] = json_member(identity)
    reads |= {name: json_member(with_underscores(name), is_list=True) for name in lists.split()}
    reads |= {name: person_of(with_underscores(name)) for name in people.split()}
    reads |= {name: persons(with_underscores(name)) for name in crowds.split()}
    reads |= {name: text_hole(with_underscores(name)) for name in texts.split()}
    reads |= {name: json_object(with_underscores(name), kind) for name, kind in (objects or {}).items()}
    reads |= {name: json_objects(with_underscores(name), kind) for name, kind in (collections or {}).items()}
    return reads


def person_of(name: str) -> Read:
    """A person whose id is a member of the part."""
    return person(lambda row: f"{row.value}->>'{name}'")


def detail(reads: Mapping[str, Read]) -> dict[str, Read]:
    """The same fields, read from what the kind of case adds to its document."""
    return {name: _of_detail(read) for name, read in reads.items()}


def _of_detail(read: Read) -> Read:
    return lambda writer, selected, row: read(
        writer, selected, Row(row.alias, row.case_id, f"({row.value}->'detail')", row.is_recorded)
    )


def _owed_before_closing(_writer: Writer, _selected: Selected, row: Row) -> str:
    # Documents that were written before duties had this say nothing.
    return bare(f"coalesce(({row.value}->>'before_closing')::boolean, false)")


def _state_of_deadline(_writer: Writer, _selected: Selected, row: Row) -> str:
    """How a deadline stands now, or did at the moment of which the case is shown."""
    one = row.value
    standing = (
        f"(CASE WHEN {one}->>'due_on' IS NOT NULL THEN 'RUNNING' WHEN {one}->>'paused_since' IS NOT NULL THEN 'PAUSED'"
        " ELSE 'NOT_COMPUTABLE' END)"
    )
    at = f"coalesce(({one}->>'at')::timestamptz, %(now)s::timestamptz)"
    due_on, ends = f"({one}->>'due_on')::date", f"({one}->>'ends')::timestamptz"
    return quoted(f"({deadline_state(standing, due_on, ends, at)})")


def _helpline_from(_writer: Writer, _selected: Selected, row: Row) -> str:
    one = row.value
    day = f"CASE WHEN {one}->>'result' IS DISTINCT FROM 'REMOVED' THEN"
    return quoted(f"({day} ({one}->>'reported_on')::date + {HELPLINE_AFTER_DAYS} END)")


def _posted_while_complaint_open(writer: Writer, _selected: Selected, row: Row) -> str:
    # Of a case that was folded, the domain has said it, by the complaints as they stood then.
    alias = writer.alias("w")
    day = f"coalesce({row.value}->>'posted_on', {row.value}->>'discovered_on')::date"
    open_then = (
        f"SELECT FROM {writer.reading.complaints()} AS {alias}"
        f" WHERE {alias}.complainant = ({row.value}->>'poster')::uuid AND jsonb_typeof({row.value}->'mark') = 'null'"
        f" AND NOT {alias}.is_marked AND {day} BETWEEN {alias}.received_on AND coalesce({alias}.closed_on, 'infinity')"
    )
    return bare(f"coalesce(({row.value}->>'{POSTED_WHILE_COMPLAINT_OPEN}')::boolean, EXISTS ({open_then}))")


PARTS: dict[str, dict[str, Read]] = {
    "Deadline": part("code clause wording since dueOn ends extended pausedSince", lists="missingYears")
    | {"state": _state_of_deadline},
    "PolicyVersion": part("packId version sha256"),
    "Imported": part("fileSha256", lists="lines"),
    "Duty": part("code clause itemId wording") | {"beforeClosing": _owed_before_closing},
    "LegalHold": part("placedOn authority reviewOn isLifted", identity="hold_id", texts="reason liftedBecause"),
    "RetentionInput": part("input day"),
    "RetentionReview": part(
        "decision keepUntil rule dueOn decidedOn isOver",
        texts="notes",
        objects={"table": "PolicyVersion"},
        collections={"inputs": "RetentionInput"},
    ),
    "RetentionRule": part(
        "id record trigger number unit action source edition certainty doubt effectiveFrom",
        lists="kinds outcomes needs unless",
    ),
    "RetentionDue": part(
        "on atLeast",
        lists="missing",
        objects={"rule": "RetentionRule"},
        collections={"applied": "AppliedRetentionRule", "inputs": "RetentionInput"},
    ),
    "AppliedRetentionRule": part("on atLeast", objects={"rule": "RetentionRule"}),
    "CoveringHold": part("id authority placedOn reviewOn"),
    "Retention": part(
        "state onOwnHold heldByTrust linkedCaseOpen decision keepUntil",
        lists="classes",
        objects={"due": "RetentionDue"},
        collections={"trustHolds": "CoveringHold"},
    ),
    "Override": part("step requirement clause", texts="reason"),
    "Addendum": part(texts="text"),
    "Classification": part("nature target aspect"),
    "Item": part(
        "ordinal platform posterRole takerRole discoveredOn postedOn recordedOn namesIndividual mark removal removalOn"
        " removalAskedBy repostOf line mergedInto splitFrom",
        identity="item_id",
        lists="characteristics",
        people="poster taker",
        crowds="about",
        texts="url handle narrative description",
        collections={"classifications": "Classification"},
    )
    | {"postedWhileComplaintOpen": _posted_while_complaint_open},
    "Evidence": part(
        "kind itemId sha256 collectedOn", identity="evidence_id", people="collectedBy", texts="description custody"
    ),
    "PlatformReport": part("itemId network reportedOn result answeredOn", identity="report_id", texts="reference")
    | {"helplineFrom": _helpline_from},
    "Meeting": part(
        "heldOn mode attended outcome",
        lists="roles purposes",
        crowds="attendees",
        texts="cause wayForward notes",
    ),
    "Impact": part("target impact notedOn raisedBefore", people="person", texts="notes"),
    "Investigation": part(
        "startedOn completedOn finding", identity="investigation_id", people="investigator", texts="notes report"
    ),
    "Account": part("side givenOn", people="person", texts="text"),
    "OutcomeNotice": part("recipientRole communicatedOn", people="recipient", texts="notes"),
    "Direction": part("channel directedOn", people="person", texts="notes"),
    "ParentAdvice": part("itemId advisedOn", people="parent", texts="notes"),
    "Support": part("target kind supportedOn", people="person supportedBy", texts="notes"),
    "Informing": part("role informedOn", people="person", texts="notes"),
    "LegalExplanation": part("toRole means explainedOn", people="person", texts="notes"),
    "WrittenWarning": part("sentOn asksRemoval", people="person", texts="reference notes"),
    "Refusal": part("refusedOn", people="person", texts="notes"),
    "Continuation": part("itemId continuedOn", people="person", texts="notes"),
    "LegalAdvice": part("advisedOn", texts="adviser advice"),
    "LegalAction": part("takenOn", people="person", texts="notes"),
    "Restriction": part(
        "scope fromOn untilOn reviewOn consulted liftedOn", identity="restriction_id", people="person", texts="notes"
    ),
    "Decision": part(
        "action taken decidedOn", identity="decision_id", lists="options", people="decidedBy", texts="reasons"
    ),
    "Referral": part(
        "body referredOn result answeredOn",
        identity="referral_id",
        lists="grounds",
        texts="bodyName reference notes",
    ),
    "ProviderContact": part(
        "provider itemId contactedOn asksRemoval result answeredOn",
        identity="contact_id",
        texts="providerName reference notes",
    ),
    "Intake": part("source reporterRole receivedBy reporterIsTarget receivedOn"),
    "ConductAssessment": part("assessment assessedOn", people="assessedBy", texts="notes"),
    "DefamationAssessment": part("itemId seriousHarm assessedOn", lists="tests", texts="notes"),
    "ItemTags": part(
        "itemId account capacity device privateSpace inWorkingDay teacherDirected accidental",
        lists="legalBases contentKinds",
    ),
    "BreachDetails": part(
        "intake subjectRole channel onDuty capacity direction under18AtContact responded childInformed intent"
        " publishedByThirdParty complaintValid device schoolEquipment",
        lists="breachTypes clauses targets contactDetails",
        texts="otherPolicy searchPurpose",
    ),
    "Employment": part("isCentral", lists="schools"),
    "ExceptionConsulted": part("exception found consultedOn", texts="notes"),
    "ManagerReport": part("reportedOn", people="manager", texts="notes"),
    "BreachInforming": part("role informedOn", people="person", texts="notes"),
    "BreachAdvice": part("kind givenOn", identity="advice_id", people="givenBy", texts="notes"),
    "LaterContact": part("adviceId contactOn", texts="notes"),
    "BreachRequest": part("request requestedOn done answeredOn", identity="request_id", texts="notes"),
    "ReasonedNone": part("decidedOn", people="decidedBy", texts="reasons"),
    "BreachTrack": part("track state"),
    "DisciplinaryHold": part("body fromOn liftedOn", identity="hold_id", texts="notes"),
    "Disclosure": part(
        "source receivedOn", identity="disclosure_id", people="receivedBy disclosedBy", texts="words policyReference"
    ),
    "ThresholdAssessment": part("level assessedOn", lists="criteria", people="assessedBy", texts="notes"),
    "BodyContact": part(
        "body contactedOn advisedOn suspension",
        identity="contact_id",
        people="contactedBy",
        texts="bodyName reference reasons advice",
    ),
    "DecisionNotToRefer": part("body decidedOn", people="decidedBy", texts="reasons"),
    "ReportingRestriction": part("applies fromOn", texts="notes"),
    "SuspensionDecision": part(
        "suspended decidedOn confirmedOn endedOn",
        identity="suspension_id",
        lists="alternatives",
        people="decidedBy contactPerson",
        texts="reasons",
    ),
    "BreachInvestigation": part(
        "startedOn completedOn", identity="investigation_id", people="investigator", texts="notes report"
    ),
    "Interview": part("investigationId side heldOn accompanied", people="person", texts="notes"),
    "BreachFinding": part("finding grossMisconduct foundOn", people="foundBy", texts="reasons"),
    "ConflictRoute": part("role because"),
    "DisciplinaryReferral": part("referredOn", people="referredBy", texts="notes"),
    "DisciplinaryHearing": part("heldOn attended accompanied", people="chairedBy", texts="notes"),
    "Sanction": part(
        "sanction decidedOn spentOn setAside", identity="sanction_id", people="decidedBy", texts="reasons"
    ),
    "SanctionAppeal": part(
        "sanctionId lodgedOn result decidedOn", identity="appeal_id", people="officer", texts="grounds reasons"
    ),
    "Head": part(
        "aboutSchool aboutStaff outcome decidedOn route",
        identity="head_id",
        people="decidedBy",
        crowds="about",
        texts="reasons",
    ),
    "Acknowledgement": part("acknowledgedOn means", texts="notes"),
    "ComplaintStage": part(
        "stage form startedOn respondedOn resolved inWriting escalatedOn",
        people="respondedBy",
        crowds="investigators",
        texts="response",
    ),
    "StageExtension": part("stage extendedOn untilOn complainantTold", texts="reason"),
    "ClockPause": part("pausedOn resumedOn", texts="reason resumedBecause"),
    "PartyMeeting": part("mode heldOn", lists="roles", crowds="attendees", texts="notes"),
    "PanelMember": part("independent", people="person"),
    "Hearing": part("heldOn complainantAttended accompanied", texts="notes"),
    "FindingsNotice": part(
        "recipientRole issuedOn", lists="remedies", people="recipient", texts="findings recommendations"
    ),
    "Routing": part("route headId routedOn", texts="notes"),
    "Withdrawal": part("askedOn confirmedOn", texts="notes reference"),
    "ConductStep": part("step takenOn reviewOn", people="person", texts="notes"),
    "ActionTaken": part("action takenOn", texts="notes"),
    "Enquiry": part("madeOn complainantTold", texts="notes"),
    "OutcomeTold": part("toldOn commissionerNamed", texts="notes"),
    "Correction": part(
        "requestedOn itemId version state decidedOn",
        identity="correction_id",
        people="requestedBy decidedBy",
        texts="text notes reason",
    ),
    "Closure": part("closedOn outcome asLogged reopenedOn", texts="notes reason"),
    "CaseFile": part(
        "kind mediaType byteLength scanned evidenceId collectedOn storedAt state viewCount exportCount lastViewedAt"
        " removedAt erasureId",
        identity="file_id",
        people="about collectedBy storedBy",
        texts="fileName fingerprint",
    ),
    "AccessGrant": part(
        "role since until roleHeld endedAt reviewedAt wasJustified",
        identity="grant_id",
        people="person",
        crowds="alerted",
        texts="reason endReason notes",
    ),
}
