"""The head considers the police and a solicitor, and decides against both; the record says so, and why.

Sharp Lane "will consider" each of its measures (L60). A decision against one settles what was owed just as the measure
does, and stands in the record with its reasons and with what else was weighed.
"""

from __future__ import annotations

import pytest

from tests.scenarios.school import School, a_post, about

DECIDED = (
    "... on Incident { decisions { action taken decidedOn decidedBy { id } options reasons { text } }"
    " referrals { body } legalAdvice { advisedOn } }"
)


@pytest.mark.obligation("S0-035", "S0-044")
def test_a_decision_against_a_measure_is_kept_with_its_reasons(sharp_lane: School) -> None:
    head = sharp_lane.head
    case = head.gives("reportIncident", openedOn="2026-09-14", summary="Somebody will be sorry, says a father.")
    head.gives("recordItem", case, **a_post(about("THREAT_OF_VIOLENCE", "STAFF")))
    head.gives("recordRefusal", case, refusedOn="2026-09-16")
    head.gives("recordContinuation", case, continuedOn="2026-09-17")
    assert head.owes(case) == {
        "CONSIDER_POLICE": sharp_lane.clause("L64"),
        "TAKE_LEGAL_ADVICE": sharp_lane.clause("L60-62"),
    }
    refusal = head.refused("closeIncident", case, outcome="WARNING_ISSUED", closedOn="2026-09-18")
    assert (refusal["code"], refusal["clause"]) == ("DUTIES_OUTSTANDING", sharp_lane.clause("L64"))

    no_threat = "It was meant as a joke, and he has said so to the teacher."
    head.gives(
        "decideOnAction",
        case,
        action="POLICE",
        taken=False,
        decidedOn="2026-09-18",
        decidedBy=head.id,
        options=["WARNING_LETTER", "ACCESS_RESTRICTION"],
        reasons=no_threat,
    )
    too_dear = "The cost stands in no relation."
    head.gives("decideOnAction", case, action="LEGAL_ADVICE", taken=False, decidedOn="2026-09-18", reasons=too_dear)

    assert head.owes(case) == {}
    assert head.reads(case, DECIDED) == {
        "decisions": [
            {
                "action": "POLICE",
                "taken": False,
                "decidedOn": "2026-09-18",
                "decidedBy": {"id": head.id},
                "options": ["WARNING_LETTER", "ACCESS_RESTRICTION"],
                "reasons": {"text": no_threat},
            },
            {
                "action": "LEGAL_ADVICE",
                "taken": False,
                "decidedOn": "2026-09-18",
                "decidedBy": None,
                "options": [],
                "reasons": {"text": too_dear},
            },
        ],
        "referrals": [],
        "legalAdvice": [],
    }
    head.gives("closeIncident", case, outcome="WARNING_ISSUED", closedOn="2026-09-18")


@pytest.mark.obligation("S0-044")
def test_a_decision_against_a_measure_says_why(sharp_lane: School) -> None:
    head = sharp_lane.head
    case = head.gives("reportIncident", openedOn="2026-09-14")
    head.gives("recordItem", case, **a_post(about("RACIST_COMMENT", "STAFF")))

    refusal = head.refused("decideOnAction", case, action="POLICE", taken=False, decidedOn="2026-09-18")

    assert (refusal["code"], refusal["fields"]) == ("INVALID_INPUT", ["reasons"])
    assert "CONSIDER_POLICE" in head.owes(case)
