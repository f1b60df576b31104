"""A breach is recorded before anybody knows whose it is; the moment she is named, she sees nothing of it any more.

The person a staff breach is about does not read it by any road, whatever her role: not by a list, its id, reference,
link, history, past state or bundle (design, D15). Who decides is not the subject (Sharp Lane L43). The figures of the
trust stay whole, and say that she may not see what is behind one of them.
"""

from __future__ import annotations

import pytest

from tests.scenarios.school import Done, Person, School

BY_REFERENCE = "query($reference: String!) { case(reference: $reference) { id } }"
AS_IT_STOOD = "query($id: ID!, $at: Int!) { case(id: $id, asOf: { position: $at }) { id } }"
HISTORY = "history { nodes { type caseAfter { version } } }"
LINKS = "links { kind restricted case { reference } }"
FIGURE = "count value withheld contributions { totalCount nodes { caseId } } cases { totalCount nodes { id } }"


@pytest.fixture
def ms_ford(sharp_lane: School) -> Person:
    """Somebody who reads every breach of the trust, by her role."""
    return sharp_lane.trust.signed_in("trust-lead", "Ms Ford", school=sharp_lane.urn)


@pytest.fixture
def breach(sharp_lane: School) -> Done:
    """An allegation about somebody who is not known yet."""
    return sharp_lane.lead.gives(
        "reportStaffBreach", reportedOn="2026-09-14", source="ALLEGED", summary="A message to a pupil, unsigned."
    )


@pytest.mark.obligation("S0-015")
def test_from_the_moment_of_being_named_no_road_leads_to_it(sharp_lane: School, ms_ford: Person, breach: Done) -> None:
    lead = sharp_lane.lead
    other = lead.gives("reportStaffBreach", reportedOn="2026-09-15", source="OBSERVED")
    lead.gives("linkCase", other, other=breach.case, kind="RELATED")
    assert ms_ford.reads(breach, f"reference {HISTORY}")["reference"] == breach.reference
    assert ms_ford.finds() == {breach.reference, other.reference}

    named = lead.gives("nameBreachSubject", breach, subject=ms_ford.id)

    assert ms_ford.sees(breach, f"reference {HISTORY}") is None
    assert ms_ford.asks(BY_REFERENCE, reference=breach.reference) == {"case": None}
    # Not as it stood before she was named either: what she may see is decided as of today.
    assert ms_ford.asks(AS_IT_STOOD, id=breach.case, at=breach.position) == {"case": None}
    assert ms_ford.finds() == {other.reference}
    assert ms_ford.finds(person=ms_ford.id) == set()
    # For whom it is about there is no link, either; whoever merely does not see it hears that there is one.
    assert ms_ford.reads(other, LINKS)["links"] == []
    assert ms_ford.reads(other, "history { totalCount }")["history"] == {"totalCount": 1}
    assert ms_ford.fetches(f"/v1/cases/{breach.case}/bundle")[0] == 404
    assert ms_ford.refused("addAddendum", breach, text="It was not I.")["code"] == "NOT_FOUND"
    assert lead.reads(breach, "... on StaffBreach { subject { id } }")["subject"] == {"id": ms_ford.id}
    assert named.events == ("staff_breach.subject_named.v1",)


@pytest.mark.obligation("S0-015")
def test_she_never_sees_a_breach_that_names_her_from_the_start(sharp_lane: School, ms_ford: Person) -> None:
    lead = sharp_lane.lead
    breach = lead.gives("reportStaffBreach", reportedOn="2026-09-14", source="ALLEGED", subject=ms_ford.id)

    assert ms_ford.sees(breach, "id") is None
    assert ms_ford.finds() == set()
    assert lead.finds() == {breach.reference}


@pytest.mark.obligation("S0-015")
def test_what_she_reported_herself_is_closed_to_her_too(sharp_lane: School, ms_ford: Person) -> None:
    breach = ms_ford.gives("reportStaffBreach", reportedOn="2026-09-14", source="SELF_REPORTED")
    assert ms_ford.reads(breach, "reference")["reference"] == breach.reference

    ms_ford.gives("nameBreachSubject", breach, subject=ms_ford.id)

    assert ms_ford.sees(breach, "id") is None


def test_the_figure_stays_whole_and_says_that_something_is_withheld(
    sharp_lane: School, ms_ford: Person, breach: Done
) -> None:
    sharp_lane.lead.gives("nameBreachSubject", breach, subject=ms_ford.id)

    def allegations(who: Person) -> object:
        [cell] = (cell for cell in who.figures(FIGURE) if cell["count"] == "ALLEGATIONS_ABOUT_STAFF")
        return cell

    assert allegations(ms_ford) == {
        "count": "ALLEGATIONS_ABOUT_STAFF",
        "value": 1,
        "withheld": 1,
        "contributions": {"totalCount": 0, "nodes": []},
        "cases": {"totalCount": 0, "nodes": []},
    }
    assert allegations(sharp_lane.lead) == {
        "count": "ALLEGATIONS_ABOUT_STAFF",
        "value": 1,
        "withheld": 0,
        "contributions": {"totalCount": 1, "nodes": [{"caseId": breach.case}]},
        "cases": {"totalCount": 1, "nodes": [{"id": breach.case}]},
    }


@pytest.mark.obligation("S0-015")
def test_nobody_decides_in_a_case_about_themselves(sharp_lane: School, ms_ford: Person, breach: Done) -> None:
    lead = sharp_lane.lead
    lead.gives("nameBreachSubject", breach, subject=ms_ford.id)

    suspension = lead.refused(
        "decideOnSuspension",
        breach,
        suspended=False,
        decidedOn="2026-09-15",
        decidedBy=ms_ford.id,
        reasons="There is nothing in it.",
    )
    assigned = lead.refused("assignCase", breach, owner=ms_ford.id)

    assert {suspension["code"], assigned["code"]} == {"CONFLICT_OF_INTEREST"}
