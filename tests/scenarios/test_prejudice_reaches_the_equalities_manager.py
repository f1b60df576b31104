"""A parent mocks a child's disability online: the incident stands in the equalities manager's queue.

Libra's directors name an equalities manager, who sees that every incident of prejudice is acted on (Libra L73): also
one, as against a disability, that enters none of the eleven counts.
"""

from __future__ import annotations

import pytest

from tests.scenarios.school import School, a_post, about

QUEUE = {"outstanding": ["INFORM_EQUALITIES_MANAGER"]}


@pytest.mark.obligation("S2-018")
def test_every_incident_of_prejudice_waits_in_the_queue_until_it_is_taken_on(libra: School) -> None:
    head = libra.head
    mocked = head.gives("reportIncident", openedOn="2026-09-14", summary="A parent mocks a child's wheelchair.")
    post = a_post(about("PREJUDICED_COMMENT", "PUPIL"), characteristics=["DISABILITY"])
    head.gives("recordItem", mocked, **post)
    # Rude to one child in words that make a mark of her faith.
    taunted = head.gives("reportIncident", openedOn="2026-09-14")
    taunt = a_post(about("NEGATIVE_COMMENT", "PUPIL"), characteristics=["RELIGION_BELIEF"])
    head.gives("recordItem", taunted, **taunt)
    racist = head.gives("reportIncident", openedOn="2026-09-14")
    head.gives("recordItem", racist, **a_post(about("RACIST_COMMENT", "COMMUNITY")))
    rude = head.gives("reportIncident", openedOn="2026-09-14")
    head.gives("recordItem", rude, **a_post(about("NEGATIVE_COMMENT", "STAFF")))

    assert head.finds(**QUEUE) == {mocked.reference, taunted.reference, racist.reference}
    assert head.owes(mocked)["INFORM_EQUALITIES_MANAGER"] == libra.clause("L73")
    assert head.reads(mocked, "... on Incident { items { characteristics } }")["items"] == [
        {"characteristics": ["DISABILITY"]}
    ]

    head.gives("informPerson", racist, role="EQUALITIES_MANAGER", informedOn="2026-09-15")
    assert head.finds(**QUEUE) == {mocked.reference, taunted.reference}


@pytest.mark.obligation("S2-018")
def test_it_is_not_closed_before_the_equalities_manager_knows(libra: School) -> None:
    head = libra.head
    case = head.gives("reportIncident", openedOn="2026-09-14")
    head.gives("recordItem", case, **a_post(about("HOMOPHOBIC_COMMENT", "COMMUNITY"), posterRole="VISITOR"))

    refusal = head.refused("closeIncident", case, outcome="NO_FURTHER_ACTION", closedOn="2026-09-18")

    assert (refusal["code"], refusal["clause"]) == ("DUTIES_OUTSTANDING", libra.clause("L73"))
    head.gives("informPerson", case, role="EQUALITIES_MANAGER", informedOn="2026-09-18")
    head.gives("closeIncident", case, outcome="NO_FURTHER_ACTION", closedOn="2026-09-18")
    assert head.reads(case, "status")["status"] == "CLOSED"
