"""A parent tells the head of Westacre something about a teacher: disclosure, police, officer, suspension.

The disclosure is recorded as the safeguarding policy says (Westacre L79-81) and may be referred to the Local Authority
Designated Officer (L83), who advises, after contact with the police, whether to suspend (L85). Nothing that protects a
child is refused: taken in another order each step is recorded, and what should have come first is owed.
"""

from __future__ import annotations

import pytest

from tests.scenarios.school import Done, School

OUTSIDE = (
    "... on StaffBreach { disclosures { source receivedOn words { text } }"
    " bodyContacts { body contactedOn advisedOn suspension } suspensions { suspended decidedOn } findings { finding } }"
)


def steps_of(school: School, case: Done) -> list[str]:
    history = school.lead.reads(case, "history { nodes { type } }")["history"]["nodes"]
    return [event["type"].split(".")[1] for event in history]


def what_a_parent_said(school: School) -> Done:
    lead = school.lead
    case = lead.gives(
        "reportStaffBreach", reportedOn="2026-09-14", source="ALLEGED", subject=school.trust.person("Mr Holt")
    )
    assert lead.owes(case) == {"RECORD_DISCLOSURE": school.clause("L79-81")}
    return case


@pytest.mark.obligation("S1-035", "S1-036", "S1-037", "S1-038", "S1-039")
def test_in_the_order_of_the_policy_nothing_is_left_over(westacre: School) -> None:
    lead = westacre.lead
    case = what_a_parent_said(westacre)
    said = "He sends my daughter messages at night."
    lead.gives("recordDisclosure", case, source="PARENT", receivedOn="2026-09-14", words=said)
    assert lead.owes(case) == {"REFER_TO_LADO": westacre.clause("L83")}

    lead.gives("contactBody", case, body="POLICE", contactedOn="2026-09-14")
    officer = lead.gives("contactBody", case, body="LADO", contactedOn="2026-09-14")
    lead.gives(
        "recordBodyAdvice",
        case,
        contactId=officer["contact_id"],
        advisedOn="2026-09-15",
        suspension="SUSPEND",
        advice="Suspend while the police look into it.",
    )
    suspended = lead.gives(
        "decideOnSuspension",
        case,
        suspended=True,
        decidedOn="2026-09-15",
        decidedBy=lead.id,
        reasons="Children must be kept safe meanwhile.",
    )

    assert suspended.owes == ()
    assert steps_of(westacre, case) == [
        "reported",
        "disclosure_recorded",
        "body_contacted",
        "body_contacted",
        "body_advised",
        "suspension_decided",
    ]
    assert lead.reads(case, OUTSIDE) == {
        "disclosures": [{"source": "PARENT", "receivedOn": "2026-09-14", "words": {"text": said}}],
        "bodyContacts": [
            {"body": "POLICE", "contactedOn": "2026-09-14", "advisedOn": None, "suspension": None},
            {"body": "LADO", "contactedOn": "2026-09-14", "advisedOn": "2026-09-15", "suspension": "SUSPEND"},
        ],
        "suspensions": [{"suspended": True, "decidedOn": "2026-09-15"}],
        "findings": [],
    }


@pytest.mark.obligation("S1-037", "S1-038", "S1-039")
def test_in_another_order_each_step_is_recorded_and_the_missing_one_is_owed(westacre: School) -> None:
    lead = westacre.lead
    case = what_a_parent_said(westacre)

    suspended = lead.gives(
        "decideOnSuspension",
        case,
        suspended=True,
        decidedOn="2026-09-14",
        decidedBy=lead.id,
        reasons="He was alone with the child this morning.",
    )
    assert "SEEK_LADO_ADVICE" in suspended.owes
    officer = lead.gives("contactBody", case, body="LADO", contactedOn="2026-09-15")
    advice = {"advisedOn": "2026-09-15", "suspension": "SUSPEND", "advice": "Rightly suspended."}
    advised = lead.gives("recordBodyAdvice", case, contactId=officer["contact_id"], **advice)
    assert "SEEK_LADO_ADVICE" not in advised.owes
    assert lead.owes(case) == {
        "RECORD_DISCLOSURE": westacre.clause("L79-81"),
        "CONTACT_POLICE_FIRST": westacre.clause("L85"),
    }

    lead.gives("contactBody", case, body="POLICE", contactedOn="2026-09-16")
    lead.gives("recordDisclosure", case, source="PARENT", receivedOn="2026-09-14", words="He writes to her at night.")

    assert lead.owes(case) == {}
    assert steps_of(westacre, case) == [
        "reported",
        "suspension_decided",
        "body_contacted",
        "body_advised",
        "body_contacted",
        "disclosure_recorded",
    ]


@pytest.mark.obligation("S1-036")
def test_the_officer_may_be_left_out_for_a_reason(westacre: School) -> None:
    lead = westacre.lead
    case = what_a_parent_said(westacre)
    lead.gives("recordDisclosure", case, source="PARENT", receivedOn="2026-09-14", words="She was rude to my son.")

    lead.gives("decideNotToRefer", case, body="LADO", decidedOn="2026-09-15", reasons="Rude, and no harm to a child.")

    assert lead.owes(case) == {}


@pytest.mark.obligation("S1-038")
def test_whoever_decides_against_the_police_is_not_asked_for_them_again(westacre: School) -> None:
    lead = westacre.lead
    case = what_a_parent_said(westacre)
    lead.gives("recordDisclosure", case, source="PARENT", receivedOn="2026-09-14", words="She was rude to my son.")
    officer = lead.gives("contactBody", case, body="LADO", contactedOn="2026-09-15")
    advice = {"advisedOn": "2026-09-15", "suspension": "DO_NOT_SUSPEND", "advice": "A matter for the school."}
    lead.gives("recordBodyAdvice", case, contactId=officer["contact_id"], **advice)
    assert lead.owes(case) == {"CONTACT_POLICE_FIRST": westacre.clause("L85")}

    lead.gives("decideNotToRefer", case, body="POLICE", decidedOn="2026-09-15", reasons="No crime is thought of.")

    assert lead.owes(case) == {}


@pytest.mark.obligation("S1-040")
def test_what_a_child_discloses_is_a_matter_of_safeguarding(westacre: School) -> None:
    lead = westacre.lead
    case = what_a_parent_said(westacre)

    lead.gives("recordDisclosure", case, source="CHILD", receivedOn="2026-09-14", words="He follows me online.")

    assert lead.owes(case) == {"REFER_TO_LADO": westacre.clause("L83"), "INFORM_DSL": westacre.clause("L87")}
    assert lead.reads(case, "... on StaffBreach { isSafeguardingConcern }")["isSafeguardingConcern"] is True
