"""What a policy may ask about an incident."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from domain.fact import DatedFact, Fact, RuledStep
from domain.items import Item
from domain.steps import Meeting

_PREJUDICE = frozenset({"RACIST_COMMENT", "HOMOPHOBIC_COMMENT", "PREJUDICED_COMMENT"})


def is_prejudiced(item: Item) -> bool:
    """Whether an item attacks people for what the law protects (Libra L73, L276)."""
    return bool(item.characteristics) or any(one.nature in _PREJUDICE for one in item.classifications)


def is_with_chair(meeting: Meeting) -> bool:
    """Whether the chair of governors or directors was among those who met."""
    return "CHAIR" in meeting.roles


# What shows that an action was taken; of the others a decision alone tells.
_TAKEN: dict[str, Callable[[Any], bool]] = {
    "PLATFORM_REPORT": lambda case: bool(case.platform_reports),
    "PROVIDER": lambda case: bool(case.provider_contacts),
    "WARNING_LETTER": lambda case: bool(case.warnings),
    "CHAIR_MEETING": lambda case: any(map(is_with_chair, case.meetings)),
    "ACCESS_RESTRICTION": lambda case: bool(case.restrictions),
    "POLICE": lambda case: any(one.body == "POLICE" for one in case.referrals.values()),
    "AUTHORITIES": lambda case: any(one.body != "POLICE" for one in case.referrals.values()),
    "LEGAL_ADVICE": lambda case: bool(case.legal_advice),
    "LEGAL_ACTION": lambda case: bool(case.legal_actions),
}


def _considered(case: Any, action: str) -> bool:
    taken = _TAKEN.get(action)
    return any(one.action == action for one in case.decisions.values()) or (taken is not None and taken(case))


INCIDENT_FACTS = (
    Fact(
        "NATURE",
        "An item that counts is of this nature.",
        lambda case, code: any(item.has_nature(code) for item in case.counting_items),
        "natures",
    ),
    Fact(
        "TARGET",
        "An item that counts is about this target.",
        lambda case, code: any(one.target == code for item in case.counting_items for one in item.classifications),
        "targets",
    ),
    Fact(
        "POSTER",
        "An item that counts was posted by somebody in this role.",
        lambda case, code: any(item.poster_role == code for item in case.counting_items),
        "poster_roles",
    ),
    Fact(
        "PREJUDICE",
        "An item that counts attacks people for a protected characteristic.",
        lambda case: any(is_prejudiced(item) for item in case.counting_items),
    ),
    Fact("EVIDENCE_NOTED", "Evidence was noted.", lambda case: bool(case.evidence)),
    Fact("HEADTEACHER_TOLD", "The headteacher was told.", lambda case: case.reported_to_headteacher_on is not None),
    Fact("MEETING_OFFERED", "A meeting was offered.", lambda case: bool(case.meetings)),
    Fact(
        "MEETING_UNRESOLVED",
        "A meeting was offered and did not resolve the matter, not attended included.",
        lambda case: any(meeting.outcome != "RESOLVED" for meeting in case.meetings),
    ),
    Fact(
        "MEETING_RESOLVED",
        "A meeting resolved the matter.",
        lambda case: any(meeting.outcome == "RESOLVED" for meeting in case.meetings),
    ),
    Fact("INVESTIGATION_RECORDED", "The school investigates or did.", lambda case: bool(case.investigations)),
    Fact(
        "INVESTIGATION_COMPLETE",
        "The school investigated, and every investigation has a finding.",
        lambda case: bool(case.investigations) and all(one.is_complete for one in case.investigations.values()),
    ),
    Fact("IMPACT_RECORDED", "Harm was recorded.", lambda case: bool(case.impacts)),
    Fact(
        "REMOVAL_ASKED",
        "Somebody was asked to take down an item that counts.",
        lambda case: any(item.removal is not None for item in case.counting_items),
    ),
    Fact(
        "REMOVAL_ASKED_BY",
        "This part of the school asked, last, for an item that counts to be taken down.",
        lambda case, code: any(item.removal_asked_by == code for item in case.counting_items),
        "removal_askers",
    ),
    Fact(
        "REMOVAL_UNCONFIRMED",
        "Somebody was asked to take an item down and nobody has checked yet.",
        lambda case: any(item.removal_unconfirmed for item in case.counting_items),
    ),
    Fact("PLATFORM_REPORTED", "An item was reported to its network.", lambda case: bool(case.platform_reports)),
    Fact("CHANNEL_SHOWN", "A poster was shown the right private channel.", lambda case: bool(case.directions)),
    Fact("PARENT_ADVISED", "A parent of a pupil was advised.", lambda case: bool(case.parent_advice)),
    Fact(
        "SUPPORTED",
        "Somebody of this target was supported.",
        lambda case, code: any(one.target == code for one in case.supports),
        "targets",
    ),
    Fact(
        "INFORMED",
        "Somebody in this role was told, or took it in.",
        lambda case, code: (
            any(one.role == code for one in case.informed)
            or (case.intake is not None and case.intake.received_by == code)
        ),
        "informed_roles",
    ),
    Fact(
        "MEETING_PURPOSE",
        "A meeting that was offered was to discuss this.",
        lambda case, code: any(code in meeting.purposes for meeting in case.meetings),
        "meeting_purposes",
    ),
    Fact("CAUSE_ESTABLISHED", "A meeting brought out why.", lambda case: any(one.cause for one in case.meetings)),
    Fact(
        "WAY_FORWARD_AGREED",
        "A meeting agreed on a way forward.",
        lambda case: any(one.way_forward for one in case.meetings),
    ),
    Fact(
        "CHAIR_MEETING_OFFERED",
        "A meeting with the chair was offered.",
        lambda case: any(map(is_with_chair, case.meetings)),
    ),
    Fact(
        "LEGAL_CONSEQUENCE_EXPLAINED", "Somebody was told of legal action.", lambda case: bool(case.legal_explanations)
    ),
    Fact("WARNING_SENT", "A warning was sent in writing.", lambda case: bool(case.warnings)),
    Fact(
        "REFUSED",
        "Somebody refused to comply, or to take down an item that counts.",
        lambda case: bool(case.refusals) or any(item.removal == "REFUSED" for item in case.counting_items),
    ),
    Fact("CONTINUED", "It went on after the school had asked.", lambda case: bool(case.continuations)),
    Fact(
        "REFERRED",
        "The matter was reported to this body.",
        lambda case, code: any(one.body == code for one in case.referrals.values()),
        "external_bodies",
    ),
    Fact(
        "CONSIDERED",
        "This action was taken, or decided upon or against.",
        lambda case, code: _considered(case, code),
        "considered_actions",
    ),
    Fact(
        "OUTSIDE_CONSIDERED",
        "Somebody outside was told, or a decision was made about it.",
        lambda case: _considered(case, "POLICE") or _considered(case, "AUTHORITIES"),
    ),
    Fact(
        "PROVIDER_CONTACTED",
        "A provider of this kind was contacted.",
        lambda case, code: any(one.provider == code for one in case.provider_contacts.values()),
        "providers",
    ),
    Fact(
        "CONDUCT",
        "The conduct was assessed as this, last.",
        lambda case, code: bool(case.conduct_assessments) and case.conduct_assessments[-1].assessment == code,
        "conduct_assessments",
    ),
    Fact("CONDUCT_ASSESSED", "The conduct was assessed.", lambda case: bool(case.conduct_assessments)),
    Fact("DEFAMATION_ASSESSED", "An item was held against the tests.", lambda case: bool(case.defamation_assessments)),
    Fact(
        "CONTENT",
        "An item shows this.",
        lambda case, code: any(code in tags.content_kinds for tags in case.item_tags.values()),
        "content_kinds",
    ),
    Fact(
        "LEGAL_BASIS",
        "This law is concerned by an item.",
        lambda case, code: any(code in tags.legal_bases for tags in case.item_tags.values()),
        "legal_bases",
    ),
    Fact(
        "IN_WORKING_DAY",
        "An item was done in the working or school day.",
        lambda case: any(tags.in_working_day for tags in case.item_tags.values()),
    ),
    Fact(
        "INTAKE",
        "The school came to know by this road.",
        lambda case, code: case.intake is not None and case.intake.source == code,
        "discovery_sources",
    ),
    Fact("CONVERTED", "The matter went on as a complaint.", lambda case: case.converted_to is not None),
    Fact(
        "CHANNEL_SHOWN_OR_CONVERTED",
        "A poster was shown the right private channel, or the matter went on as a complaint.",
        lambda case: bool(case.directions) or case.converted_to is not None,
    ),
    Fact("OUTCOME_TOLD", "Somebody was told the outcome.", lambda case: bool(case.outcome_notices)),
    Fact(
        "ALLEGATIONS_LOOKED_INTO",
        "No item that counts is an allegation, or the school investigated, and every investigation has a finding.",
        lambda case: (
            not any(item.has_nature("ALLEGATION") for item in case.counting_items)
            or (bool(case.investigations) and all(one.is_complete for one in case.investigations.values()))
        ),
    ),
)
INCIDENT_DATES = (
    DatedFact(
        "PLATFORM_REPORTED",
        "An item was first reported to its network.",
        lambda case: min((one.reported_on for one in case.platform_reports.values()), default=None),
    ),
)
INCIDENT_STEPS = (
    RuledStep("HOLD_MEETING", "Meeting those who posted", lambda case: bool(case.meetings)),
    RuledStep("HOLD_CHAIR_MEETING", "Meeting with the chair", lambda case: any(map(is_with_chair, case.meetings))),
    RuledStep("COMMUNICATE_OUTCOME", "Telling the outcome", lambda case: bool(case.outcome_notices)),
    RuledStep("CONVERT_TO_COMPLAINT", "Going on as a complaint", lambda case: case.converted_to is not None),
    RuledStep("SEND_WARNING", "A warning in writing", lambda case: bool(case.warnings)),
    RuledStep("TAKE_LEGAL_ADVICE", "Taking legal advice", lambda case: bool(case.legal_advice)),
    RuledStep("TAKE_LEGAL_ACTION", "Taking legal action", lambda case: bool(case.legal_actions)),
    RuledStep("RESTRICT_ACCESS", "Restricting access", lambda case: bool(case.restrictions)),
    RuledStep("REPORT_TO_PLATFORM", "Reporting to the network", lambda case: bool(case.platform_reports), True),
    RuledStep("REFER_TO_BODY", "Telling a body outside", lambda case: bool(case.referrals), True),
    RuledStep("SUPPORT_TARGET", "Supporting the person targeted", lambda case: bool(case.supports), True),
)
