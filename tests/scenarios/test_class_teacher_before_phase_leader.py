"""A father goes straight to the phase leader; at Park Hall the class teacher comes first.

Park Hall asks parents to take a concern to the class teacher, and to the phase leader where it stays unresolved (L63).
The second stage is refused until the first was answered and did not settle the matter.
"""

from __future__ import annotations

import pytest

from tests.scenarios.school import Done, School

STAGES = "... on Complaint { stages { stage startedOn respondedOn resolved } }"


def a_concern(school: School) -> Done:
    return school.head.gives(
        "receiveComplaint",
        receivedOn="2026-09-14",
        receivedBy="CLASS_TEACHER",
        means="IN_PERSON",
        heads=[{"aboutSchool": True, "aboutStaff": False}],
        summary="His daughter is bullied at lunch.",
    )


@pytest.mark.obligation("S4-023", "S4-024")
def test_the_phase_leader_waits_until_the_class_teacher_has_not_settled_it(park_hall: School) -> None:
    head = park_hall.head
    case = a_concern(park_hall)
    to_phase_leader = {"stage": "PHASE_LEADER", "startedOn": "2026-09-21"}

    before = head.refused("startStage", case, **to_phase_leader)
    head.gives("startStage", case, stage="CLASS_TEACHER", startedOn="2026-09-14")
    during = head.refused("startStage", case, **to_phase_leader)
    head.gives("respondToStage", case, resolved=False, inWriting=False, respondedOn="2026-09-18")
    assert head.owes(case)["START_STAGE"] == park_hall.clause("L63")
    head.gives("startStage", case, **to_phase_leader)

    assert (before["code"], before["clause"]) == ("STEP_PREREQUISITE", park_hall.clause("L63"))
    assert "A concern that the class teacher did not resolve goes to the phase leader." in before["message"]
    assert during["code"] == "ILLEGAL_STATE"
    assert "START_STAGE" not in head.owes(case)
    assert head.reads(case, STAGES)["stages"] == [
        {"stage": "CLASS_TEACHER", "startedOn": "2026-09-14", "respondedOn": "2026-09-18", "resolved": False},
        {"stage": "PHASE_LEADER", "startedOn": "2026-09-21", "respondedOn": None, "resolved": None},
    ]


@pytest.mark.obligation("S4-024")
def test_what_the_class_teacher_settled_goes_no_further(park_hall: School) -> None:
    head = park_hall.head
    case = a_concern(park_hall)
    head.gives("startStage", case, stage="CLASS_TEACHER", startedOn="2026-09-14")
    head.gives("respondToStage", case, resolved=True, inWriting=False, respondedOn="2026-09-18")

    refusal = head.refused("startStage", case, stage="PHASE_LEADER", startedOn="2026-09-21")

    assert (refusal["code"], refusal["clause"]) == ("STEP_PREREQUISITE", park_hall.clause("L63"))


@pytest.mark.obligation("S4-024")
def test_the_head_may_let_it_begin_there_and_says_why(park_hall: School) -> None:
    head = park_hall.head
    case = a_concern(park_hall)
    why = "The concern is about the class teacher."

    head.gives("startStage", case, stage="PHASE_LEADER", startedOn="2026-09-15", override=why)

    assert head.reads(case, "overrides { step requirement clause reason { text } }")["overrides"] == [
        {
            "step": "START_STAGE",
            "requirement": "STAGE_UNRESOLVED:CLASS_TEACHER",
            "clause": park_hall.clause("L63"),
            "reason": {"text": why},
        }
    ]
