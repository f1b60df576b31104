"""Everybody whom a case names, and when its school became aware of what it holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from tests.plan.oracle.story import Json


def aware(case: Json) -> set[date]:
    """The days on which the school became aware of something of a case; of a case without items, of itself."""
    detail = case["detail"]
    days = {item["discovered_on"] for item in detail["items"]} if case["kind"] == "INCIDENT" else set()
    return {date.fromisoformat(day) for day in days or {case["opened_on"]}}


def people(case: Json) -> Iterable[str | None]:
    """Everybody whom a case names."""
    detail = case["detail"]
    yield from (case["owner"], case["reported_by"], detail.get("complainant"), detail.get("subject"))
    for correction in detail["corrections"]:
        yield from (correction["requested_by"], correction["decided_by"])
    for file in detail["files"]:
        yield from (file["about"], file["collected_by"], file["stored_by"])
    for grant in detail["access_grants"]:
        yield from (grant["person"], *grant["alerted"])
    for item in detail.get("items", ()):
        yield from (item["poster"], item["taker"], *item["about"])
    for head in detail.get("heads", ()):
        yield from (head["decided_by"], *head["about"])
    for stage in detail.get("stages", ()):
        yield from (stage["responded_by"], *stage["investigators"])
    for meeting in detail.get("party_meetings", ()):
        yield from meeting["attendees"]
    for meeting in detail.get("meetings", ()):
        yield from meeting["attendees"]
    for members, one in (
        ("evidence", "collected_by"),
        ("impacts", "person"),
        ("investigations", "investigator"),
        ("accounts", "person"),
        ("outcome_notices", "recipient"),
        ("directions", "person"),
        ("parent_advice", "parent"),
        ("supports", "person"),
        ("supports", "supported_by"),
        ("informed", "person"),
        ("legal_explanations", "person"),
        ("warnings", "person"),
        ("refusals", "person"),
        ("continuations", "person"),
        ("legal_actions", "person"),
        ("restrictions", "person"),
        ("conduct_assessments", "assessed_by"),
        ("decisions", "decided_by"),
        ("panel", "person"),
        ("findings_notices", "recipient"),
        ("conduct_steps", "person"),
    ):
        yield from (each[one] for each in detail.get(members, ()))
    if case["kind"] == "STAFF_BREACH":
        for members, one in _NAMED_IN_BREACHES:
            records = detail[members] or ()
            yield from (each[one] for each in ([records] if isinstance(records, dict) else records))


_NAMED_IN_BREACHES = (
    ("manager_reports", "manager"),
    ("advice", "given_by"),
    ("reasoned_none", "decided_by"),
    ("disclosures", "received_by"),
    ("disclosures", "disclosed_by"),
    ("threshold_assessments", "assessed_by"),
    ("body_contacts", "contacted_by"),
    ("decisions_not_to_refer", "decided_by"),
    ("suspensions", "decided_by"),
    ("suspensions", "contact_person"),
    ("interviews", "person"),
    ("findings", "found_by"),
    ("disciplinary_referral", "referred_by"),
    ("disciplinary_hearings", "chaired_by"),
    ("sanctions", "decided_by"),
    ("appeals", "officer"),
)
