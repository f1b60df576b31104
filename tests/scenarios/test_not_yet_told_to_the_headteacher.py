"""Which incidents does the headteacher not know of yet? A list answers.

At Libra the coordinator reports every e-safety incident to the headteacher, without exception (Libra L151). Whoever
asks for the cases in which that is still to be done gets them, and those of no other school.
"""

from __future__ import annotations

import pytest

from tests.scenarios.school import School, a_post, about

NOT_YET_TOLD = {"outstanding": ["REPORT_TO_HEADTEACHER"]}


@pytest.mark.obligation("S2-066")
def test_an_incident_is_on_the_list_until_the_headteacher_was_told(libra: School, park_hall: School) -> None:
    coordinator, head = libra.coordinator, libra.head
    told = coordinator.gives("reportIncident", openedOn="2026-09-14", summary="A rude post about a teacher.")
    coordinator.gives("recordItem", told, **a_post(about("NEGATIVE_COMMENT", "STAFF")))
    untold = coordinator.gives("reportIncident", openedOn="2026-09-15", summary="A pupil opened a gambling site.")
    # A school whose policy does not ask for it owes nothing.
    park_hall.coordinator.gives("reportIncident", openedOn="2026-09-14")

    coordinator.gives("reportToHeadteacher", told, reportedOn="2026-09-14")

    assert head.finds(**NOT_YET_TOLD) == {untold.reference}
    assert libra.lead.finds(**NOT_YET_TOLD) == {untold.reference}
    assert head.owes(untold)["REPORT_TO_HEADTEACHER"] == libra.clause("L151")
    assert head.reads(told, "... on Incident { reportedToHeadteacherOn }")["reportedToHeadteacherOn"] == "2026-09-14"


@pytest.mark.obligation("S2-066")
def test_an_incident_that_was_closed_untold_stays_on_the_list_and_can_still_be_told(libra: School) -> None:
    head = libra.head
    case = libra.coordinator.gives("reportIncident", openedOn="2026-09-14")
    head.gives("closeIncident", case, outcome="NO_FURTHER_ACTION", closedOn="2026-09-16")
    assert head.finds(**NOT_YET_TOLD) == {case.reference}

    head.gives("reportToHeadteacher", case, reportedOn="2026-09-17")

    assert head.finds(**NOT_YET_TOLD) == set()
