"""Cases: one by its id, as it stands or stood, with its members, its links to others and what can be done with it."""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from domain.case_actions import CaseAction
from projections.plan.parts import PARTS, detail, part, person_of
from projections.plan.places import PLACED_PARTS, school_named, school_of
from projections.plan.reads import column, each_object, json_member, json_object, json_objects, number, person, words
from projections.plan.selections import Selected
from projections.plan.targets import is_target
from projections.plan.text import NULL, array_of, bare
from projections.plan.writer import Read, Row, Writer, hole, keys_of

__all__ = [
    "CASE_READS",
    "case_at",
    "case_by_id",
    "case_node",
    "case_row",
    "case_source",
    "folded",
    "folded_source",
    "one_case",
    "school_of",
]

_KINDS = {"INCIDENT": "Incident", "COMPLAINT": "Complaint", "STAFF_BREACH": "StaffBreach"}


def case_node(writer: Writer, selected: Selected, row: Row) -> str:
    """A case of whichever kind, from a row of `Reading.documents`."""
    kinds = {kind: name for kind, name in _KINDS.items() if row.is_recorded or kind in writer.visibility.seen_kinds}
    if not kinds:
        return NULL
    first, *others = [selected.of(name) for name in _KINDS.values()]
    if all(other is first for other in others):
        # Nothing of one kind alone is selected, so that one piece of SQL does for all.
        told = " ".join(f"""WHEN '{kind}' THEN '"{name}"'""" for kind, name in kinds.items())
        shown_type = f"(CASE {row.alias}.kind {told} END)"
        return writer.members("Case", writer.reads["Case"], first, row, shown_type=shown_type)
    shown = [f"WHEN '{kind}' THEN {writer.object(name, selected, row)}" for kind, name in kinds.items()]
    return f"CASE {row.alias}.kind {' '.join(shown)} ELSE {NULL} END"


def case_row(writer: Writer, *, is_recorded: bool = False) -> Row:
    """A row for a case, to be read from `case_source` or `folded_source`."""
    alias = writer.alias("c")
    return Row(alias, f"{alias}.case_id", f"{alias}d.content", is_recorded)


def case_source(writer: Writer, row: Row, used: str) -> str:
    """What follows FROM so that a case is there, as far as the SQL that reads it uses it.

    A document is read, and taken apart once, only where something in it is used.
    """
    is_parsed = f"{row.value}" in used
    has_document = is_parsed or any(f"{row.alias}.{name}" in used for name in ("version", "position"))
    source = f"{writer.reading.documents() if has_document else writer.reading.cases()} AS {row.alias}"
    if is_parsed:
        parsed = f"SELECT {row.alias}.document::jsonb AS content OFFSET 0"
        source += f" CROSS JOIN LATERAL ({parsed}) AS {row.alias}d"
    return source


def one_case(writer: Writer, selected: Selected, condition: str) -> str:
    """The case that a condition on its columns finds, or null when there is none in sight."""
    row = case_row(writer)
    shown = case_node(writer, selected, row)
    source = case_source(writer, row, shown)
    found = f"SELECT {shown} FROM {source} WHERE {row.alias}.{condition} ORDER BY {row.case_id} LIMIT 1"
    return f"coalesce(({found}), {NULL})"


def case_at(writer: Writer, selected: Selected, condition: str) -> str:
    """A case in sight as it stood at the moment that the field asks for; its condition is on `sought`."""
    number = folded(writer, selected, is_recorded=False)
    place = hole("past", f"'{number}'", f"'{selected.arguments}'", "sought.case_id")
    found = f"SELECT {place} FROM {writer.reading.cases()} AS sought WHERE {condition} ORDER BY sought.case_id LIMIT 1"
    return f"coalesce(({found}), {NULL})"


def folded(writer: Writer, selected: Selected, *, is_recorded: bool) -> int:
    """The number of a statement of its own that shows what is selected of cases which Python folds."""
    number, apart = writer.apart()
    row = case_row(apart, is_recorded=is_recorded)
    shown = case_node(apart, selected, row)
    apart.statement = f"SELECT {row.alias}.place, {shown} FROM {folded_source(apart, row)}"
    return number


def folded_source(writer: Writer, row: Row) -> str:
    """What follows FROM so that cases are there that Python has folded."""
    sees = writer.reading.recorded() if row.is_recorded else writer.reading.folded()
    parsed = f"SELECT {row.alias}.document::jsonb AS content OFFSET 0"
    return f"{sees} AS {row.alias} CROSS JOIN LATERAL ({parsed}) AS {row.alias}d"


def case_by_id(writer: Writer, selected: Selected, case_id: str) -> str:
    """The case with an id, an expression; null when it is out of sight."""
    return one_case(writer, selected, f"case_id = {case_id}")


def _duplicate_of(writer: Writer, selected: Selected, row: Row) -> str:
    return case_by_id(writer, selected, f"{row.alias}.duplicate_of")


def _allowed_actions(writer: Writer, _selected: Selected, row: Row) -> str:
    alias = writer.alias("o")
    routed_to = f"({row.value}->'detail'->'routed_to'->>'role')"
    return array_of(
        f"""(SELECT string_agg('"' || {alias}.name || '"', ',' ORDER BY {alias}.is_later, {alias}.bit)"""
        " FROM unnest(%(action_kinds)s::text[], %(actions)s::text[], %(action_bits)s::bigint[],"
        " %(action_rungs)s::text[], %(target_actions)s::boolean[], %(later_actions)s::boolean[])"
        f" AS {alias} (kind, name, bit, rungs, of_target, is_later)"
        f" WHERE {alias}.kind = {row.alias}.kind AND (CASE WHEN {alias}.is_later"
        f" THEN ({row.value}->>'offered_later')::bigint ELSE ({row.value}->>'offered')::bigint END) & {alias}.bit <> 0"
        # What was routed past somebody is decided by others, and a target decides nothing; the same rules refuse the
        # commands (domain.permissions).
        f" AND ({routed_to} IS NULL OR {routed_to} = ANY(string_to_array({alias}.rungs, ',')))"
        f" AND ({alias}.of_target OR NOT {row.alias}.kind = 'INCIDENT' OR NOT {is_target(row)})"
        # Where all links lead to cases that the reader may not know of, there is none to take away.
        f" AND ({alias}.name <> '{CaseAction.UNLINK_CASE}' OR {_has_links(writer, row)}))"
    )


def _has_links(writer: Writer, row: Row) -> str:
    alias = writer.alias("l")
    hidden = writer.reading.is_hidden(f"({alias}.value->>'case')::uuid")
    return f"EXISTS (SELECT FROM jsonb_array_elements({row.value}->'links') AS {alias} (value) WHERE NOT {hidden})"


def _blocked_actions(_writer: Writer, selected: Selected, row: Row) -> str:
    return hole("blocked", row.case_id, f"{row.alias}.version", keys_of(selected.of("BlockedAction")))


def _converted_to(writer: Writer, selected: Selected, row: Row) -> str:
    return case_by_id(writer, selected, f"({row.value}->>'converted_to')::uuid")


def _converted_on(writer: Writer, _selected: Selected, row: Row) -> str:
    hidden = writer.reading.is_hidden(f"({row.value}->>'converted_to')::uuid")
    return f"CASE WHEN {hidden} THEN {NULL} ELSE coalesce(({row.value}->'converted_on')::text, {NULL}) END"


def _links(writer: Writer, selected: Selected, row: Row) -> str:
    """The links of a case; one to a case that is about the reader is not there."""
    alias = writer.alias("e")
    wanted = "NOT " + writer.reading.is_hidden(f"({alias}.value->>'case')::uuid")
    return each_object(writer, selected, row, "links", "CaseLink", alias, f"{alias}.value", wanted)


def _linked(writer: Writer, selected: Selected, row: Row) -> str:
    return case_by_id(writer, selected, f"({row.value}->>'case')::uuid")


def _restricted(writer: Writer, _selected: Selected, row: Row) -> str:
    alias = writer.alias("r")
    seen = f"SELECT FROM {writer.reading.cases()} AS {alias} WHERE {alias}.case_id = ({row.value}->>'case')::uuid"
    return bare(f"NOT EXISTS ({seen})")


def _deadlines(writer: Writer, selected: Selected, row: Row) -> str:
    """What falls due on a case; each says of which moment the case is shown, where that is not now."""
    alias = writer.alias("e")
    value = f"({alias}.value || jsonb_build_object('at', {row.value}->'measured_at'))"
    return each_object(writer, selected, row, "deadlines", "Deadline", alias, value)


_COMMON: dict[str, Read] = {
    "id": column("case_id"),
    "reference": words("reference"),
    "schoolReference": words("school_reference"),
    "kind": column("kind"),
    "status": column("status"),
    "openedOn": column("opened_on"),
    "closedOn": column("closed_on"),
    "outcome": words("outcome"),
    "closedAsLogged": json_member("closed_as_logged"),
    "mark": json_member("mark"),
    "policy": json_object("policy", "PolicyVersion"),
    "owner": person(lambda row: f"{row.alias}.owner_id"),
    "reportedBy": person_of("reported_by"),
    "imported": json_object("imported", "Imported"),
    "version": number("version"),
    "outstanding": json_objects("duties", "Duty"),
    "deadlines": _deadlines,
    "links": _links,
    "school": lambda writer, selected, row: school_of(writer, selected, f"{row.alias}.school_urn"),
    "duplicateOf": _duplicate_of,
    "allowedActions": _allowed_actions,
    "blockedActions": _blocked_actions,
    **detail(
        {
            "addenda": json_objects("addenda", "Addendum", wrap="text"),
            "overrides": json_objects("overrides", "Override"),
            "transfers": json_objects("transfers", "Transfer"),
            "corrections": json_objects("corrections", "Correction"),
            "closures": json_objects("closures", "Closure"),
            "accessGrants": json_objects("access_grants", "AccessGrant"),
            "files": json_objects("files", "CaseFile"),
            "legalHolds": json_objects("legal_holds", "LegalHold"),
            "retentionReviews": json_objects("retention_reviews", "RetentionReview"),
        }
    ),
}


def _is_safeguarding_concern(_writer: Writer, _selected: Selected, row: Row) -> str:
    # Documents that were written before breaches had this say nothing.
    return bare(f"coalesce(({row.value}->>'is_safeguarding_concern')::boolean, false)")


CASE_READS: dict[str, dict[str, Read]] = {
    **PARTS,
    **PLACED_PARTS,
    "Case": _COMMON,
    "Incident": _COMMON
    | detail(
        part(
            "reportedToHeadteacherOn",
            texts="summary",
            collections={
                "items": "Item",
                "evidence": "Evidence",
                "meetings": "Meeting",
                "impacts": "Impact",
                "investigations": "Investigation",
                "accounts": "Account",
                "outcomeNotices": "OutcomeNotice",
                "directions": "Direction",
                "parentAdvice": "ParentAdvice",
                "platformReports": "PlatformReport",
                "supports": "Support",
                "informed": "Informing",
                "legalExplanations": "LegalExplanation",
                "warnings": "WrittenWarning",
                "refusals": "Refusal",
                "continuations": "Continuation",
                "legalAdvice": "LegalAdvice",
                "legalActions": "LegalAction",
                "restrictions": "Restriction",
                "referrals": "Referral",
                "providerContacts": "ProviderContact",
                "itemTags": "ItemTags",
                "conductAssessments": "ConductAssessment",
                "defamationAssessments": "DefamationAssessment",
                "decisions": "Decision",
            },
            objects={"intake": "Intake"},
        )
        | {"convertedTo": _converted_to, "convertedOn": _converted_on}
    ),
    "Complaint": _COMMON
    | detail(
        part(
            "receivedOn receivedBy means process panelAppointedOn",
            lists="tags",
            people="complainant",
            texts="summary",
            collections={
                "heads": "Head",
                "accounts": "Account",
                "stages": "ComplaintStage",
                "extensions": "StageExtension",
                "pauses": "ClockPause",
                "partyMeetings": "PartyMeeting",
                "panel": "PanelMember",
                "hearings": "Hearing",
                "findingsNotices": "FindingsNotice",
                "routings": "Routing",
                "conductSteps": "ConductStep",
                "actionsTaken": "ActionTaken",
                "referrals": "Referral",
                "enquiries": "Enquiry",
                "outcomesTold": "OutcomeTold",
            },
            objects={
                "acknowledgement": "Acknowledgement",
                "withdrawal": "Withdrawal",
                "routedTo": "ConflictRoute",
            },
        )
    ),
    "StaffBreach": _COMMON
    | detail(
        part(
            "source reportedOn concernsPost severity severityClause",
            people="subject",
            texts="summary",
            objects={
                "details": "BreachDetails",
                "employment": "Employment",
                "reasonedNone": "ReasonedNone",
                "reportingRestriction": "ReportingRestriction",
                "disciplinaryReferral": "DisciplinaryReferral",
                "routedTo": "ConflictRoute",
            },
            collections={
                "exceptionsConsulted": "ExceptionConsulted",
                "managerReports": "ManagerReport",
                "informed": "BreachInforming",
                "advice": "BreachAdvice",
                "laterContacts": "LaterContact",
                "requests": "BreachRequest",
                "tracks": "BreachTrack",
                "holds": "DisciplinaryHold",
                "disclosures": "Disclosure",
                "thresholdAssessments": "ThresholdAssessment",
                "bodyContacts": "BodyContact",
                "decisionsNotToRefer": "DecisionNotToRefer",
                "suspensions": "SuspensionDecision",
                "investigations": "BreachInvestigation",
                "interviews": "Interview",
                "findings": "BreachFinding",
                "disciplinaryHearings": "DisciplinaryHearing",
                "sanctions": "Sanction",
                "appeals": "SanctionAppeal",
            },
        )
        | {"isSafeguardingConcern": _is_safeguarding_concern, "countedAt": school_named("counted_at")}
    ),
    "CaseLink": {"kind": json_member("kind"), "restricted": _restricted, "case": _linked},
}
