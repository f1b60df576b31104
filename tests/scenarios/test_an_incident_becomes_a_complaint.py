"""Behind a mother's angry post stands a grievance: Park Hall takes it into its complaints procedure.

The Local Governing Body sees to it that a parent's grievance is dealt with through the complaints policy (Park Hall
L70). One command opens the complaint; the histories of both cases say so, and what was counted is not counted again.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.school import Done, School, a_post, about

HISTORY = "history { nodes { type position data } }"


def last_event(school: School, case: Done, kind: str) -> Any:
    events = school.head.reads(case, HISTORY)["history"]["nodes"]
    [found] = [event for event in events if event["type"] == kind]
    return found


@pytest.mark.obligation("S4-032", "S2-081")
def test_both_histories_tell_of_it_and_each_case_leads_to_the_other(park_hall: School) -> None:
    head = park_hall.head
    mother = park_hall.trust.person("Mrs Dale")
    incident = head.gives("reportIncident", openedOn="2026-09-14", summary="She writes that nobody helps her son.")
    head.gives("recordItem", incident, **a_post(about("COMPLAINT", "SCHOOL"), poster=mother))
    assert head.owes(incident)["REDIRECT_TO_COMPLAINTS"] == park_hall.clause("L70")

    converted = head.gives(
        "convertToComplaint",
        incident,
        convertedOn="2026-09-16",
        receivedBy="HEADTEACHER",
        means="ONLINE_POST",
        complainant=mother,
        heads=[{"aboutSchool": True, "aboutStaff": False}],
        summary="Her son gets no help in mathematics.",
    )

    assert "REDIRECT_TO_COMPLAINTS" not in converted.owes
    shown = head.reads(
        incident, "... on Incident { convertedOn convertedTo { id reference status ... on Complaint { receivedOn } } }"
    )
    complaint = shown["convertedTo"]
    assert (shown["convertedOn"], complaint["receivedOn"], complaint["status"]) == ("2026-09-16", "2026-09-16", "OPEN")
    assert complaint["reference"].startswith("CMP-")
    found = head.asks(
        "query($reference: String!) { case(reference: $reference) { links { kind case { reference } }"
        f" ... on Complaint {{ complainant {{ id }} }} {HISTORY} }} }}",
        reference=complaint["reference"],
    )["case"]
    assert found["links"] == [{"kind": "AROSE_FROM", "case": {"reference": incident.reference}}]
    assert found["complainant"] == {"id": mother}
    here = last_event(park_hall, incident, "incident.converted.v1")
    there = [event["type"] for event in found["history"]["nodes"]]
    assert here["data"]["complaint"] == complaint["id"]
    assert there == ["complaint.received.v1", "complaint.linked.v1"]
    # One append: the events stand beside each other in the ledger.
    assert [event["position"] for event in found["history"]["nodes"]] == [here["position"] + 1, here["position"] + 2]


@pytest.mark.obligation("S4-032")
def test_the_grievance_is_counted_once(park_hall: School) -> None:
    head = park_hall.head
    incident = head.gives("reportIncident", openedOn="2026-09-14")
    head.gives("recordItem", incident, **a_post(about("COMPLAINT", "SCHOOL")))
    assert head.counts() == {"COMPLAINTS_ABOUT_SCHOOL": 1}
    both = [{"aboutSchool": True, "aboutStaff": True}]
    going_on = {"convertedOn": "2026-09-16", "receivedBy": "HEADTEACHER", "means": "ONLINE_POST", "heads": both}

    head.gives("convertToComplaint", incident, **going_on)

    # About the school it was counted as a post; that it is about staff too is new.
    assert head.counts() == {"COMPLAINTS_ABOUT_SCHOOL": 1, "COMPLAINTS_ABOUT_STAFF": 1}
    again = head.refused("convertToComplaint", incident, **going_on)
    assert again["code"] == "ILLEGAL_STATE"
