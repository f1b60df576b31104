"""An allegation is looked into before anybody hears the outcome, and a breach before it goes to the disciplinary.

Sharp Lane investigates allegations thoroughly and reports the outcome once that is complete (L36). Every breach of its
staff code is fully investigated, and the disciplinary procedure is for where a breach was found (L125).
"""

from __future__ import annotations

import pytest

from tests.scenarios.school import School, a_post, about


@pytest.mark.obligation("S0-011", "S0-012")
def test_nobody_hears_the_outcome_of_an_allegation_that_was_not_looked_into(sharp_lane: School) -> None:
    head = sharp_lane.head
    case = head.gives("reportIncident", openedOn="2026-09-14", summary="A father says that a teacher hit his son.")
    head.gives("recordItem", case, **a_post(about("ALLEGATION", "STAFF")))
    told = {"recipientRole": "COMPLAINANT", "communicatedOn": "2026-09-30"}

    before = head.refused("communicateOutcome", case, **told)
    unclosed = head.refused("closeIncident", case, outcome="NO_FURTHER_ACTION", closedOn="2026-09-30")
    looked_into = head.gives(
        "recordInvestigation", case, startedOn="2026-09-15", investigator=sharp_lane.trust.person("Mr Ashdown")
    )
    during = head.refused("communicateOutcome", case, **told)
    head.gives(
        "completeInvestigation",
        case,
        investigationId=looked_into["investigation_id"],
        completedOn="2026-09-29",
        finding="UNFOUNDED",
    )
    after = head.gives("communicateOutcome", case, **told)

    assert (before["code"], before["clause"]) == ("STEP_PREREQUISITE", sharp_lane.clause("L36"))
    assert (unclosed["code"], unclosed["clause"]) == ("DUTIES_OUTSTANDING", sharp_lane.clause("L36"))
    assert during["code"] == "STEP_PREREQUISITE"
    assert during["message"] == "The outcome is reported once the investigation is complete."
    assert after.events == ("incident.outcome_communicated.v1",)
    # An allegation that nothing supports was made nevertheless.
    assert head.counts() == {"ALLEGATIONS_ABOUT_STAFF": 1}


@pytest.mark.obligation("S0-072", "S0-073")
def test_a_breach_goes_to_the_disciplinary_once_it_was_investigated_and_found(sharp_lane: School) -> None:
    lead = sharp_lane.lead
    investigator, governor = sharp_lane.trust.person("Mr Ashdown"), sharp_lane.trust.person("Ms Sykes")
    case = lead.gives(
        "reportStaffBreach", reportedOn="2026-09-14", source="ALLEGED", subject=sharp_lane.trust.person("Mr Holt")
    )
    lead.gives("noteBreachDetails", case, breachTypes=["CONTACT_WITH_PUPIL"], clauses=["PUPIL_CONTACT"])
    referred = {"referredOn": "2026-10-05"}
    found = {"finding": "SUBSTANTIATED", "grossMisconduct": False, "foundBy": governor, "foundOn": "2026-10-02"}

    unfound = lead.refused("referToDisciplinary", case, **referred)
    lead.gives("recordBreachFinding", case, **found)
    uninvestigated = lead.refused("referToDisciplinary", case, **referred)
    looked_into = lead.gives("openBreachInvestigation", case, investigator=investigator, startedOn="2026-09-16")
    underway = lead.refused("referToDisciplinary", case, **referred)
    lead.gives(
        "completeBreachInvestigation",
        case,
        investigationId=looked_into["investigation_id"],
        completedOn="2026-10-01",
    )
    lead.gives("referToDisciplinary", case, **referred)

    assert unfound["code"] == "STEP_PREREQUISITE"
    assert unfound["message"] == ("The disciplinary procedure and its sanctions follow a finding; none is recorded.")
    for refusal in (uninvestigated, underway):
        assert (refusal["code"], refusal["clause"]) == ("STEP_PREREQUISITE", sharp_lane.clause("L125"))
    assert "INVESTIGATE_BREACH" not in lead.owes(case)


@pytest.mark.obligation("S0-073")
def test_a_breach_that_was_not_found_goes_no_further(sharp_lane: School) -> None:
    lead = sharp_lane.lead
    case = lead.gives("reportStaffBreach", reportedOn="2026-09-14", source="ALLEGED")
    looked_into = lead.gives(
        "openBreachInvestigation", case, investigator=sharp_lane.trust.person("Mr Ashdown"), startedOn="2026-09-16"
    )
    lead.gives(
        "completeBreachInvestigation", case, investigationId=looked_into["investigation_id"], completedOn="2026-10-01"
    )
    lead.gives(
        "recordBreachFinding",
        case,
        finding="UNFOUNDED",
        grossMisconduct=False,
        foundBy=sharp_lane.trust.person("Ms Sykes"),
        foundOn="2026-10-02",
    )

    refusal = lead.refused("referToDisciplinary", case, referredOn="2026-10-05")

    assert (refusal["code"], refusal["clause"]) == ("STEP_PREREQUISITE", sharp_lane.clause("L125"))


@pytest.mark.obligation("S0-072")
def test_no_breach_is_closed_uninvestigated_unless_the_lead_says_why(sharp_lane: School) -> None:
    lead = sharp_lane.lead
    case = lead.gives("reportStaffBreach", reportedOn="2026-09-14", source="OBSERVED")
    lead.gives("giveBreachAdvice", case, kind="CONDUCT", givenOn="2026-09-15")
    closed = {"outcome": "ADVICE_GIVEN", "closedOn": "2026-09-18"}

    refusal = lead.refused("closeStaffBreach", case, **closed)
    lead.gives("closeStaffBreach", case, override="He told us himself; there is nothing to find out.", **closed)

    assert (refusal["code"], refusal["clause"]) == ("DUTIES_OUTSTANDING", sharp_lane.clause("L125"))
    assert lead.reads(case, "status overrides { requirement clause reason { text } }") == {
        "status": "CLOSED",
        "overrides": [
            {
                "requirement": "INVESTIGATE_BREACH",
                "clause": sharp_lane.clause("L125"),
                "reason": {"text": "He told us himself; there is nothing to find out."},
            }
        ],
    }


@pytest.mark.obligation("S0-012")
def test_what_is_no_allegation_needs_no_investigation_before_its_outcome_is_told(sharp_lane: School) -> None:
    head = sharp_lane.head
    case = head.gives("reportIncident", openedOn="2026-09-14", summary="A rude word about the dinner.")
    head.gives("recordItem", case, **a_post(about("NEGATIVE_COMMENT", "SCHOOL")))

    head.gives("communicateOutcome", case, recipientRole="POSTER", communicatedOn="2026-09-16")

    shown = head.reads(case, "... on Incident { outcomeNotices { recipientRole communicatedOn } }")
    assert shown["outcomeNotices"] == [{"recipientRole": "POSTER", "communicatedOn": "2026-09-16"}]
