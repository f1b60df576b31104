"""A mother complains to the school and, while she waits for the answer, posts about the matter to hurry it.

Sharp Lane does not want anybody who waits for an answer to a complaint to use social media to speed it up (L36). The
program says of the post that a complaint of hers was open, whether or not anybody links the two cases.
"""

from __future__ import annotations

import pytest

from tests.scenarios.school import School, a_post, about

COMPLAINT = "receivedOn closedOn complainant { id }"
LINKED = f"links {{ kind case {{ reference status ... on Complaint {{ {COMPLAINT} }} }} }}"
POST = "... on Incident { items { postedOn poster { id } postedWhileComplaintOpen } }"


@pytest.mark.obligation("S0-010")
def test_the_post_names_the_complaint_that_was_still_open(sharp_lane: School) -> None:
    head = sharp_lane.head
    mother = sharp_lane.trust.person("Mrs Dale")
    complaint = head.gives(
        "receiveComplaint",
        receivedOn="2026-09-07",
        receivedBy="HEADTEACHER",
        means="LETTER",
        complainant=mother,
        heads=[{"aboutSchool": True, "aboutStaff": False}],
    )
    case = head.gives("reportIncident", openedOn="2026-09-14", summary="She asks on Facebook why nobody answers.")
    head.gives("recordItem", case, **a_post(about("COMPLAINT", "SCHOOL"), poster=mother))

    head.gives("linkCase", case, other=complaint.case, kind="CONCERNS_COMPLAINT")

    shown = head.reads(case, f"{LINKED} {POST}")
    assert shown == {
        "links": [
            {
                "kind": "CONCERNS_COMPLAINT",
                "case": {
                    "reference": complaint.reference,
                    "status": "OPEN",
                    "receivedOn": "2026-09-07",
                    "closedOn": None,
                    "complainant": {"id": mother},
                },
            }
        ],
        "items": [{"postedOn": "2026-09-13", "poster": {"id": mother}, "postedWhileComplaintOpen": True}],
    }
    # Both count: the complaint that was received, and the post that says the same in public.
    assert head.counts() == {"COMPLAINTS_ABOUT_SCHOOL": 2}


@pytest.mark.obligation("S0-010", "S0-007")
def test_she_is_shown_the_way_that_would_have_been_right(sharp_lane: School) -> None:
    head = sharp_lane.head
    case = head.gives("reportIncident", openedOn="2026-09-14")
    head.gives("recordItem", case, **a_post(about("COMPLAINT", "SCHOOL")))
    assert head.owes(case)["REDIRECT_TO_COMPLAINTS"] == sharp_lane.clause("L34, L43")

    head.gives("directToChannel", case, channel="COMPLAINTS_PROCEDURE", directedOn="2026-09-15")

    assert "REDIRECT_TO_COMPLAINTS" not in head.owes(case)
