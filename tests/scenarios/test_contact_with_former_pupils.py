"""A teacher writes to a young woman who left the school: whether that breaks the staff code depends on school and age.

Sharp Lane forbids contact with former pupils of any age (L89), Westacre with those under 18 (L49, L69); Rivington
strongly discourages it, the more so under 18 (L57). The head notes the age at the time, never a date of birth, and
cites the clause of the school's own policy; a clause on minors is not cited of somebody who was of age.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.school import Done, School

CONTACT = {"breachTypes": ["CONTACT_WITH_FORMER_PUPIL"], "channel": "SOCIAL_NETWORK"}
NOTED = "... on StaffBreach { details { breachTypes clauses under18AtContact } }"


def a_teacher_who_wrote_to_a_former_pupil(school: School) -> Done:
    return school.lead.gives("reportStaffBreach", reportedOn="2026-09-14", source="ALLEGED")


def noted(school: School, case: Done) -> Any:
    return school.lead.reads(case, NOTED)["details"]


@pytest.mark.obligation("S0-050")
@pytest.mark.parametrize("under_18", ["YES", "NO", "UNKNOWN"])
def test_at_sharp_lane_it_is_a_breach_at_any_age(sharp_lane: School, under_18: str) -> None:
    case = a_teacher_who_wrote_to_a_former_pupil(sharp_lane)

    sharp_lane.lead.gives(
        "noteBreachDetails", case, under18AtContact=under_18, clauses=["FORMER_PUPIL_CONTACT"], **CONTACT
    )

    assert noted(sharp_lane, case) == {
        "breachTypes": ["CONTACT_WITH_FORMER_PUPIL"],
        "clauses": ["FORMER_PUPIL_CONTACT"],
        "under18AtContact": under_18,
    }


@pytest.mark.obligation("S1-017", "S1-029")
@pytest.mark.parametrize(("clause", "lines"), [("FRIENDS", "L49"), ("FORMER_PUPIL_CONTACT", "L69")])
def test_at_westacre_it_is_one_where_she_was_under_18_or_nobody_knows(
    westacre: School, clause: str, lines: str
) -> None:
    lead = westacre.lead
    case = a_teacher_who_wrote_to_a_former_pupil(westacre)

    refusal = lead.refused("noteBreachDetails", case, under18AtContact="NO", clauses=[clause], **CONTACT)

    assert refusal == {
        "code": "INVALID_INPUT",
        "clause": westacre.clause(lines),
        "message": "This clause speaks of former pupils under 18, and this one was of age."
        " (fields: clauses, under18AtContact)",
        "fields": ["clauses", "under18AtContact"],
    }
    lead.gives("noteBreachDetails", case, under18AtContact="NO", **CONTACT)
    assert noted(westacre, case)["clauses"] == []
    for age in ("UNKNOWN", "YES"):
        lead.gives("noteBreachDetails", case, under18AtContact=age, clauses=[clause], **CONTACT)
        assert noted(westacre, case)["clauses"] == [clause]


@pytest.mark.obligation("S3-020")
def test_at_rivington_it_is_discouraged_and_the_more_so_under_18(rivington: School) -> None:
    lead = rivington.lead
    case = a_teacher_who_wrote_to_a_former_pupil(rivington)
    both = ["FORMER_PUPIL_CONTACT", "FORMER_PUPIL_UNDER_18"]

    lead.gives("noteBreachDetails", case, under18AtContact="YES", clauses=both, **CONTACT)
    assert noted(rivington, case)["clauses"] == both
    refusal = lead.refused("noteBreachDetails", case, under18AtContact="NO", clauses=both, **CONTACT)
    assert refusal["clause"] == rivington.clause("L57")
    lead.gives("noteBreachDetails", case, under18AtContact="NO", clauses=both[:1], **CONTACT)
    assert noted(rivington, case)["clauses"] == both[:1]


def test_a_school_cites_no_clause_that_its_own_policy_does_not_have(park_hall: School) -> None:
    case = a_teacher_who_wrote_to_a_former_pupil(park_hall)

    refusal = park_hall.lead.refused(
        "noteBreachDetails", case, under18AtContact="YES", clauses=["FORMER_PUPIL_CONTACT"], **CONTACT
    )

    assert (refusal["code"], refusal["fields"]) == ("INVALID_INPUT", ["clauses"])
