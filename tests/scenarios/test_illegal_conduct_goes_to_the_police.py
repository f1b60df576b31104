"""What a parent posted looks unlawful: Park Hall tells the police, and does not close the case before it has.

Park Hall deals with unacceptable conduct itself, and reports what it considers illegal to the police and to other
bodies outside (L68). A referral is never refused, and no decision of the school takes its place.
"""

from __future__ import annotations

import pytest

from tests.scenarios.school import School, a_post, about

CLOSED = {"outcome": "REPORTED_TO_POLICE", "closedOn": "2026-09-25"}


@pytest.mark.obligation("S4-028", "S4-029")
def test_the_case_stays_open_until_the_police_were_told(park_hall: School) -> None:
    head = park_hall.head
    case = head.gives("reportIncident", openedOn="2026-09-14", summary="A film of a fight, with addresses.")
    head.gives("recordItem", case, **a_post(about("ILLEGAL_MATERIAL", "PUPIL"), posterRole="OTHER"))

    head.gives("assessConduct", case, assessment="ILLEGAL", assessedOn="2026-09-15")
    assert head.owes(case) == {
        "REFER_TO_POLICE": park_hall.clause("L68"),
        "REPORT_TO_AUTHORITIES": park_hall.clause("L68"),
    }
    head.gives("decideOnAction", case, action="POLICE", taken=False, decidedOn="2026-09-16", reasons="They are busy.")
    refusal = head.refused("closeIncident", case, **CLOSED)
    assert (refusal["code"], refusal["clause"]) == ("DUTIES_OUTSTANDING", park_hall.clause("L68"))
    assert "REFER_TO_POLICE" in refusal["message"]

    head.gives("referToBody", case, body="POLICE", grounds=["ILLEGAL_CONDUCT"], referredOn="2026-09-17")
    head.gives("referToBody", case, body="CEOP", grounds=["SAFEGUARDING"], referredOn="2026-09-17")
    assert head.owes(case) == {}
    head.gives("closeIncident", case, **CLOSED)


@pytest.mark.obligation("S4-027")
def test_unacceptable_conduct_is_dealt_with_by_the_academy_itself(park_hall: School) -> None:
    head = park_hall.head
    case = head.gives("reportIncident", openedOn="2026-09-14")
    head.gives("recordItem", case, **a_post(about("NEGATIVE_COMMENT", "STAFF"), posterRole="PUPIL"))

    head.gives("assessConduct", case, assessment="UNACCEPTABLE", assessedOn="2026-09-15")
    assert head.owes(case) == {"DECIDE_ON_ACTION": park_hall.clause("L68")}
    head.gives("decideOnAction", case, action="INTERNAL", taken=True, decidedOn="2026-09-16")

    assert head.owes(case) == {}


@pytest.mark.obligation("S4-033", "S4-034")
@pytest.mark.parametrize("nature", ["RACIST_COMMENT", "THREAT_OF_VIOLENCE"])
def test_where_racism_or_violence_is_in_it_the_police_are_considered(park_hall: School, nature: str) -> None:
    head = park_hall.head
    case = head.gives("reportIncident", openedOn="2026-09-14")
    head.gives("recordItem", case, **a_post(about(nature, "STAFF")))

    assert head.owes(case) == {"CONSIDER_POLICE": park_hall.clause("L72")}


@pytest.mark.obligation("S4-028")
def test_the_police_are_told_in_whatever_state_the_case_is(park_hall: School) -> None:
    head = park_hall.head
    case = head.gives("reportIncident", openedOn="2026-09-14")
    head.gives("closeIncident", case, outcome="NO_FURTHER_ACTION", closedOn="2026-09-15")

    told = head.gives("referToBody", case, body="POLICE", grounds=["SUSPECTED_CRIME"], referredOn="2026-09-30")

    assert told.events == ("incident.referred.v1",)
