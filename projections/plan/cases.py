"""Cases: one by its id, lists of them, links to others, and what happened to each."""

# ruff: noqa: S608 - the statements are put together from constants alone
from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from domain.checks import InvalidIdentifier
from domain.naming import with_underscores
from projections.cases import ORDERS, CaseFilter, CaseOrder, conditions_of
from projections.pages import CursorMalformed, place_of
from projections.plan.pages import Listing, connection, placed
from projections.plan.parts import PARTS, detail, part, person_of
from projections.plan.places import PLACED_PARTS, school_named, school_of
from projections.plan.reads import column, each_object, json_member, json_object, json_objects, number, person, words
from projections.plan.selections import Selected
from projections.plan.targets import is_target
from projections.plan.text import NULL, array_of, bare, joined, quoted, string
from projections.plan.writer import Arguments, Read, Row, Writer, hole, keys_of

__all__ = [
    "CASE_READS",
    "case_at",
    "case_by_id",
    "case_list",
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


def case_list(writer: Writer, selected: Selected) -> str:
    """The connection of all cases in sight that a filter lets through; its arguments are those of `Query.cases`."""
    given = writer.given(selected)
    order: CaseOrder = given["orderBy"]
    by = ORDERS[order]
    row = case_row(writer)

    def bound(arguments: Arguments) -> Mapping[str, Any]:
        _, parameters = conditions_of(writer.reading, filter_of(arguments))
        if arguments["after"] is not None:
            parameters["after_value"], parameters["after_id"] = _place(arguments["after"], order)
        return {**parameters, "has_after": arguments["after"] is not None}

    prefix = writer.bind(selected, bound)
    asked = filter_of(given)
    conditions, parameters = conditions_of(writer.reading, asked)
    listed = joined(conditions)
    for name in parameters:
        listed = listed.replace(f"%({name})s", f"%({prefix}{name})s")
    wanted = listed.replace("listed.", f"{row.alias}.")
    later = "true"
    if given["after"] is not None:
        later = (
            f"({row.alias}.{by.column}, {row.case_id}) {'<' if by.descending else '>'}"
            f" (%({prefix}after_value)s::{by.kind}, %({prefix}after_id)s::uuid)"
        )
    way = "DESC" if by.descending else "ASC"
    value = bare(f"{row.alias}.position") if by.column == "position" else string(f"{row.alias}.{by.column}")
    ordered = f"{row.alias}.{by.column} {way}, {row.case_id} {way}"
    on_page = f"{wanted} AND {later}"
    if asked.is_tallied and writer.reading.tallies_cases and (conditions or writer.visibility.schools is not None):
        on_page = _on_page(writer, row, by.column, listed, on_page, later, ordered, given["first"] + 1)
    listing = Listing(
        type_name="CaseConnection",
        node_name="Case",
        node=case_node,
        row=row,
        source=lambda used: f"{case_source(writer, row, used + on_page + ordered)} WHERE {on_page}",
        order=ordered,
        place=placed(f"'\"{order.value}\"'", value, quoted(row.case_id)),
        total=f"{_number(writer, asked, of_documents='position' in wanted)} AS {row.alias} WHERE {wanted}",
        first=writer.given(selected)["first"],
        after=f"%({prefix}has_after)s::boolean",
    )
    return connection(writer, selected, listing)


def _on_page(
    writer: Writer, row: Row, column: str, listed: str, wanted: str, later: str, ordered: str, first: int
) -> str:
    """The condition that holds for the `first` cases of a page, where they are asked for by what they are tallied by.

    Many are found in the order of the list, until there are enough; few by looking at each group of a school, kind and
    status by itself. PostgreSQL plans once for whatever is asked for, so it is told which when it is known.
    """
    alias = row.alias
    cases = writer.reading.documents() if column == "position" else writer.reading.cases()
    groups = f"{writer.reading.groups()} AS listed"
    page = f"ORDER BY {ordered} LIMIT {first}"
    # One way reads as many as stand before the end of the page; the other a page of each group where an index has its
    # cases in order, and all of it elsewhere.
    few_read = f"least(wanted, groups * {first})" if column == "opened_on" else "wanted"
    are_many = (
        f"(SELECT coalesce({first} * all_cases < wanted * {few_read}, false) FROM (SELECT sum(cases) AS all_cases,"
        f" sum(cases) FILTER (WHERE {listed}) AS wanted, count(*) FILTER (WHERE {listed}) AS groups"
        f" FROM {groups}) AS told)"
    )
    of_group = " AND ".join(f"{alias}.{name} = listed.{name}" for name in ("school_urn", "kind", "status"))
    found = f"SELECT {alias}.case_id, {alias}.{column} FROM {cases} AS {alias}"
    few = (
        f"SELECT {alias}.case_id FROM {groups} CROSS JOIN LATERAL"
        f" ({found} WHERE {of_group} AND {later} {page}) AS {alias} WHERE {listed} AND NOT {are_many} {page}"
    )
    many = f"SELECT case_id FROM ({found} WHERE {wanted} AND {are_many} {page}) AS {alias}"
    return f"{row.case_id} IN (({few}) UNION ALL ({many}))"


def _number(writer: Writer, asked: CaseFilter, *, of_documents: bool) -> str:
    """How many cases there are, up to the name of what they are read from: added up where that has been done."""
    if asked.is_tallied and writer.reading.tallies_cases:
        return f"SELECT coalesce(sum(cases), 0) FROM {writer.reading.tallies()}"
    return f"SELECT count(*) FROM {writer.reading.documents() if of_documents else writer.reading.cases()}"


def filter_of(arguments: Arguments) -> CaseFilter:
    """The filter that a query's arguments name; raises InvalidIdentifier."""
    given = arguments["filter"] or {}
    return CaseFilter(**{with_underscores(name): _filtered(name, value) for name, value in given.items()})


def _filtered(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(str, value))
    if name not in ("owner", "person") or value is None:
        return value
    try:
        return UUID(value)
    except ValueError:
        raise InvalidIdentifier(name) from None


def _place(after: str, order: CaseOrder) -> tuple[Any, Any]:
    given, value, case_id = place_of(after, str, ORDERS[order].type, UUID)
    if given != order.value:
        raise CursorMalformed("after")
    return value, case_id


def _duplicate_of(writer: Writer, selected: Selected, row: Row) -> str:
    return case_by_id(writer, selected, f"{row.alias}.duplicate_of")


def _allowed_actions(writer: Writer, _selected: Selected, row: Row) -> str:
    alias = writer.alias("o")
    routed_to = f"({row.value}->'detail'->'routed_to'->>'role')"
    return array_of(
        f"""(SELECT string_agg('"' || {alias}.name || '"', ',' ORDER BY {alias}.bit)"""
        " FROM unnest(%(action_kinds)s::text[], %(actions)s::text[], %(action_bits)s::bigint[],"
        " %(action_rungs)s::text[], %(target_actions)s::boolean[])"
        f" AS {alias} (kind, name, bit, rungs, of_target)"
        f" WHERE {alias}.kind = {row.alias}.kind AND ({row.value}->>'offered')::bigint & {alias}.bit <> 0"
        # What was routed past somebody is decided by others, and a target decides nothing; the same rules refuse the
        # commands (domain.permissions).
        f" AND ({routed_to} IS NULL OR {routed_to} = ANY(string_to_array({alias}.rungs, ',')))"
        f" AND ({alias}.of_target OR NOT {row.alias}.kind = 'INCIDENT' OR NOT {is_target(row)}))"
    )


def _blocked_actions(_writer: Writer, selected: Selected, row: Row) -> str:
    return hole("blocked", row.case_id, f"{row.alias}.version", keys_of(selected.of("BlockedAction")))


def _converted_to(writer: Writer, selected: Selected, row: Row) -> str:
    return case_by_id(writer, selected, f"({row.value}->>'converted_to')::uuid")


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
    "links": json_objects("links", "CaseLink"),
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
            "reportedToHeadteacherOn convertedOn",
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
        | {"convertedTo": _converted_to}
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
