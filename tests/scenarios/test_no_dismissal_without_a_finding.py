"""Somebody at Rivington wants a teacher dismissed at once; the policy asks first for a finding of gross misconduct.

At Rivington gross misconduct is found and not presumed: only conduct that was found to be so may lead to dismissal
(L80). Another school's policy does not say so, and its cases are not held to it.
"""

from __future__ import annotations

import pytest

from tests.scenarios.school import Done, School

STANDING = "status ... on StaffBreach { findings { finding grossMisconduct } sanctions { sanction decidedOn } }"
DISMISSED = {"sanction": "SUMMARY_DISMISSAL", "decidedOn": "2026-10-09"}


def an_allegation(school: School) -> Done:
    return school.lead.gives(
        "reportStaffBreach", reportedOn="2026-09-14", source="ALLEGED", subject=school.trust.person("Mr Holt")
    )


def found(school: School, case: Done, *, gross_misconduct: bool, on: str = "2026-10-05") -> None:
    school.lead.gives(
        "recordBreachFinding",
        case,
        finding="SUBSTANTIATED",
        grossMisconduct=gross_misconduct,
        foundBy=school.trust.person("Ms Sykes"),
        foundOn=on,
    )


@pytest.mark.obligation("S3-046", "S3-047")
def test_nobody_is_dismissed_unless_gross_misconduct_was_found(rivington: School) -> None:
    lead = rivington.lead
    case = an_allegation(rivington)
    decided = {"decidedBy": rivington.trust.person("Mrs Quill")} | DISMISSED

    without_any = lead.refused("imposeSanction", case, **decided)
    found(rivington, case, gross_misconduct=False)
    without_gross = lead.refused("imposeSanction", case, **decided)
    closing = lead.refused("closeStaffBreach", case, outcome="DISMISSAL", closedOn="2026-10-09")
    found(rivington, case, gross_misconduct=True, on="2026-10-08")
    lead.gives("imposeSanction", case, **decided)

    assert without_any["code"] == "STEP_PREREQUISITE"
    assert (without_gross["code"], without_gross["clause"]) == ("STEP_PREREQUISITE", rivington.clause("L80"))
    assert closing["code"] == "STEP_PREREQUISITE"
    lead.gives("closeStaffBreach", case, outcome="DISMISSAL", closedOn="2026-10-12")
    assert lead.reads(case, STANDING) == {
        "status": "CLOSED",
        "findings": [
            {"finding": "SUBSTANTIATED", "grossMisconduct": False},
            {"finding": "SUBSTANTIATED", "grossMisconduct": True},
        ],
        "sanctions": [DISMISSED],
    }


@pytest.mark.obligation("S3-047")
def test_a_warning_needs_a_finding_and_no_more(rivington: School) -> None:
    case = an_allegation(rivington)
    found(rivington, case, gross_misconduct=False)

    rivington.lead.gives(
        "imposeSanction",
        case,
        sanction="FINAL_WRITTEN_WARNING",
        decidedOn="2026-10-09",
        decidedBy=rivington.trust.person("Mrs Quill"),
    )

    sanctions = rivington.lead.reads(case, STANDING)["sanctions"]
    assert sanctions == [{"sanction": "FINAL_WRITTEN_WARNING", "decidedOn": "2026-10-09"}]


@pytest.mark.obligation("S1-023")
def test_westacre_whose_policy_presumes_gross_misconduct_may_dismiss_on_any_finding(westacre: School) -> None:
    case = an_allegation(westacre)
    found(westacre, case, gross_misconduct=False)

    westacre.lead.gives("imposeSanction", case, decidedBy=westacre.trust.person("Mrs Quill"), **DISMISSED)

    assert westacre.lead.reads(case, STANDING)["sanctions"] == [DISMISSED]
