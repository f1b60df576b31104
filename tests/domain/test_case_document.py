"""The case document: everything a case holds, as JSON, and no text that should be sealed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, get_type_hints

import msgspec
import pytest
from hypothesis import given, settings

from domain.case import Case
from domain.case_document import DETAIL, CaseDocument, NotRecordedYetError, case_document, from_json
from domain.complaint import Complaint, HeadReceived
from domain.duties import Duty
from domain.offered import offered, to_mask, words_of
from domain.sealed import Secret
from domain.staff_breach import StaffBreach
from domain.stored import decode, fold, payload_of
from domain.values import CaseKind, CaseStatus, Imported, Mark
from tests.domain.histories import SEEDS, history
from tests.domain.incidents import AWARE, POLICY, TODAY, WHY, classified, day, item, named, reported, with_item
from tests.domain.test_duties import INVESTIGATE, SILENT

AT = datetime(2026, 10, 14, 23, 30, tzinfo=UTC)


def recorded(case: Case) -> Any:
    """The case as it is read from its ledger, recorded at half past midnight of 15 October in London."""
    events = []
    for one in case.pending_events:
        payload = payload_of(one)
        data = msgspec.json.encode(payload.data)
        events.append(decode(payload.name, one.originator_id, one.originator_version, AT, data, payload.secrets))
    return fold(None, events)


def complaint() -> Complaint:
    return Complaint.receive(
        case_id=named("complaint"),
        reference="CMP-2026-000001",
        school_urn="900003",
        received_on=AWARE,
        received_by="HEADTEACHER",
        means="LETTER",
        heads=(HeadReceived(named("head"), about_school=True, about_staff=False, about=(named("teacher"),)),),
        complainant=named("parent"),
        policy=POLICY,
        summary=Secret("the queue"),
        today=TODAY,
    )


def breach() -> StaffBreach:
    return StaffBreach.report(
        case_id=named("breach"),
        reference="SBR-2026-000001",
        school_urn="900003",
        reported_on=AWARE,
        source="ALLEGED",
        subject=named("teacher"),
        policy=POLICY,
        today=TODAY,
    )


# What was not done leaves empty lists.
EMPTY = (
    *("platform_reports", "supports", "informed", "legal_explanations", "warnings", "refusals", "continuations"),
    *("legal_advice", "legal_actions", "restrictions", "referrals", "provider_contacts", "item_tags"),
    *("conduct_assessments", "defamation_assessments", "decisions"),
    *("transfers", "corrections", "closures", "access_grants", "files", "legal_holds", "retention_reviews"),
)


def test_an_incident_is_shown_with_its_items_its_duties_and_what_can_be_done() -> None:
    incident = reported(school_reference="12", reported_by=named("teacher"), summary=Secret("a post"))
    incident.note_import(file_sha256="0f" * 32, lines=(2,))
    item(
        incident,
        classifications=classified("ALLEGATION:STAFF"),
        posted_on=day(-1),
        about=(named("teacher"),),
        narrative=Secret("words"),
    )
    incident.assign(owner=named("coordinator"))
    incident.link(other=named("complaint"), kind="AROSE_FROM")
    incident.report_to_headteacher(reported_on=day(1), today=TODAY)
    read = recorded(incident)

    shown = case_document(read, INVESTIGATE)

    assert msgspec.structs.asdict(shown) == {
        "id": incident.id,
        "kind": CaseKind.INCIDENT,
        "version": 6,
        "reference": "INC-2026-000001",
        "school_reference": "12",
        "school_urn": "900003",
        "status": CaseStatus.OPEN,
        "opened_on": AWARE,
        "closed_on": None,
        "outcome": None,
        "closed_as_logged": False,
        "policy": POLICY,
        "owner": named("coordinator"),
        "reported_by": named("teacher"),
        "mark": None,
        "duplicate_of": None,
        "copies": (),
        "links": shown.links,
        "imported": Imported("0f" * 32, (2,)),
        "offered": words_of(to_mask(offered(read, INVESTIGATE), CaseKind.INCIDENT))[0],
        "duties": (
            Duty(
                "INVESTIGATE_ALLEGATION",
                clause="Made Up, Online safety (1), L36",
                wording="Allegations are looked into.",
                before_closing=True,
            ),
        ),
        "detail": {
            "summary": {"version": 1, "part": "summary"},
            "items": [
                {
                    "item_id": str(named("item")),
                    "ordinal": 1,
                    "platform": "FACEBOOK",
                    "poster_role": "PARENT",
                    "poster": None,
                    "taker_role": None,
                    "taker": None,
                    "discovered_on": "2026-10-05",
                    "posted_on": "2026-10-04",
                    "recorded_on": "2026-10-15",
                    "classifications": [{"nature": "ALLEGATION", "target": "STAFF", "aspect": None}],
                    "characteristics": [],
                    "about": [str(named("teacher"))],
                    "names_individual": False,
                    "mark": None,
                    "removal": None,
                    "removal_on": None,
                    "repost_of": None,
                    "line": None,
                    "url": None,
                    "handle": None,
                    "narrative": {"version": 3, "part": "narrative"},
                    "description": None,
                    "removal_asked_by": None,
                    "counted_at": None,
                    "merged_into": None,
                    "split_from": None,
                }
            ],
            "addenda": [],
            "overrides": [],
            "evidence": [],
            "reported_to_headteacher_on": "2026-10-06",
            "meetings": [],
            "impacts": [],
            "investigations": [],
            "accounts": [],
            "outcome_notices": [],
            "directions": [],
            "parent_advice": [],
            **{name: [] for name in EMPTY},
            "intake": None,
            "retention_classes": None,
            "converted_to": None,
            "converted_on": None,
        },
        "deadlines": (),
        "measured_at": None,
        "offered_later": 0b0101,
    }
    assert [(link.case, link.kind) for link in shown.links] == [(named("complaint"), "AROSE_FROM")]


def test_a_closed_copy_is_shown_as_a_duplicate_with_its_closing() -> None:
    incident = reported()
    incident.close(outcome="NO_FURTHER_ACTION", closed_on=day(2), today=TODAY)
    original = reported(case_id=named("original"))
    incident.mark_duplicate(original=original, reason=WHY)

    shown = case_document(recorded(incident), SILENT)

    assert case_document(recorded(original), SILENT).copies == (incident.id,)
    assert (shown.status, shown.mark, shown.duplicate_of, shown.outcome, shown.closed_on) == (
        CaseStatus.DUPLICATE,
        Mark.DUPLICATE,
        named("original"),
        "NO_FURTHER_ACTION",
        day(2),
    )


def test_a_complaint_and_a_breach_are_shown_by_their_own_state() -> None:
    assert case_document(recorded(complaint()), SILENT).detail == {
        "summary": {"version": 1, "part": "summary"},
        "received_on": "2026-10-05",
        "received_by": "HEADTEACHER",
        "means": "LETTER",
        "complainant": str(named("parent")),
        "heads": [
            {
                "head_id": str(named("head")),
                "about_school": True,
                "about_staff": False,
                "about": [str(named("teacher"))],
                "recorded_on": "2026-10-15",
                **dict.fromkeys(("outcome", "decided_on", "decided_by", "reasons", "route", "counted_at")),
            }
        ],
        "process": "SCHOOL",
        **dict.fromkeys(("acknowledgement", "panel_appointed_on", "withdrawal", "routed_to", "retention_classes")),
        **{
            name: []
            for name in (
                *("addenda", "overrides", "accounts", "stages", "extensions", "pauses", "party_meetings", "panel"),
                *("hearings", "findings_notices", "routings", "conduct_steps", "tags", "actions_taken", "referrals"),
                *("enquiries", "outcomes_told", "transfers", "corrections", "closures", "access_grants", "files"),
                *("legal_holds", "retention_reviews"),
            )
        },
    }
    assert case_document(recorded(breach()), SILENT).detail == {
        "summary": None,
        "reported_on": "2026-10-05",
        "recorded_on": "2026-10-15",
        "source": "ALLEGED",
        "subject": str(named("teacher")),
        "concerns_post": False,
        "addenda": [],
        "overrides": [],
        "is_safeguarding_concern": False,
        "tracks": [{"track": track, "state": "NOT_STARTED"} for track in ("SAFEGUARDING", "DISCIPLINARY", "CRIMINAL")],
        **dict.fromkeys(
            ("details", "employment", "reasoned_none", "reporting_restriction", "disciplinary_referral", "counted_at")
        ),
        **dict.fromkeys(("severity", "severity_clause", "routed_to", "retention_classes")),
        **{
            name: []
            for name in (
                *("exceptions_consulted", "manager_reports", "informed", "advice", "later_contacts", "requests"),
                *("holds", "disclosures", "threshold_assessments", "body_contacts", "decisions_not_to_refer"),
                *(
                    "suspensions",
                    "investigations",
                    "interviews",
                    "findings",
                    "sanctions",
                    "appeals",
                    "disciplinary_hearings",
                ),
                *("transfers", "corrections", "closures", "access_grants", "files", "legal_holds"),
                "retention_reviews",
            )
        },
    }


@pytest.mark.parametrize("case", [reported(), complaint(), breach()], ids=lambda case: case.kind.value)
def test_nothing_of_the_state_is_left_out(case: Case) -> None:
    # A closed case is told by its status, the school it was opened at and the day of a mark by their events, a merge by
    # its items; what was erased by its own texts, and a redacted text by standing in its place.
    told_otherwise = {"is_closed", "opened_at", "marked_on", "merges", "erasures", "prepared", "redactions"}
    state = {name for name in vars(case) if not name.startswith("_")}
    shown = set(get_type_hints(CaseDocument)) | set(DETAIL[case.kind])
    assert state - told_otherwise <= shown


@settings(deadline=None)  # the first one loads every stored name
@given(SEEDS)
def test_a_document_survives_being_json(seed: int) -> None:
    shown = case_document(recorded(history(seed)), SILENT)
    assert from_json(shown.to_json()) == shown


@settings(deadline=None)  # the first one loads every stored name
@given(SEEDS)
def test_no_sealed_text_gets_into_a_document(seed: int) -> None:
    assert b"it was put in the wrong list" not in case_document(recorded(history(seed)), SILENT).to_json()


def test_a_case_with_a_text_not_sealed_yet_has_no_document() -> None:
    with pytest.raises(NotRecordedYetError):
        case_document(reported(summary=Secret("a post")))


@pytest.mark.parametrize("text", ["url", "handle", "narrative", "description"])
def test_a_case_with_an_item_whose_text_is_not_sealed_yet_has_no_document(text: str) -> None:
    decided = recorded(with_item())
    (held,) = decided.items.values()
    decided.items[held.item_id] = replace(held, **{text: Secret("a post")})

    with pytest.raises(NotRecordedYetError):
        case_document(decided)
