"""The head of one school looks for a case of another: whichever way she tries, it is as if there were none.

What a school records is its own and the trust's; nobody at another school reads it, not by a list, its id or reference,
a link from a case of their own, its history or its figures. Whether there is such a case is not to be learnt either:
the answers are those to a question about a case that never was.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from tests.scenarios.school import Done, Person, School, a_post, about

BY_REFERENCE = "query($reference: String!) { case(reference: $reference) { id } }"
AS_IT_STOOD = "query($id: ID!, $at: Int!) { case(id: $id, asOf: { position: $at }) { id history { totalCount } } }"
EVENTS = "history { totalCount nodes { type caseAfter { id } } }"


def a_case(school: School) -> Done:
    case = school.head.gives("reportIncident", openedOn="2026-09-14", summary="About one of our teachers.")
    school.head.gives("recordItem", case, **a_post(about("ALLEGATION", "STAFF")))
    return case


@pytest.fixture
def theirs(libra: School) -> Done:
    """A case of Libra."""
    return a_case(libra)


@pytest.fixture
def stranger(sharp_lane: School, theirs: Done) -> Person:
    """The head of Sharp Lane."""
    return sharp_lane.head


def never_was(case: Done) -> Done:
    return replace(case, case=str(uuid4()))


def test_no_list_names_it(stranger: Person, sharp_lane: School, libra: School, theirs: Done) -> None:
    own = a_case(sharp_lane)

    assert stranger.finds() == {own.reference}
    assert stranger.finds(schools=[libra.urn]) == set()
    assert stranger.finds(natures=["ALLEGATION"]) == {own.reference}
    assert stranger.finds(outstanding=["REPORT_TO_HEADTEACHER"]) == set()
    assert libra.head.finds() == {theirs.reference}
    assert libra.lead.finds() == {own.reference, theirs.reference}


def test_neither_its_id_nor_its_reference_finds_it(stranger: Person, libra: School, theirs: Done) -> None:
    assert stranger.sees(theirs, f"reference {EVENTS}") is None
    assert stranger.asks(BY_REFERENCE, reference=theirs.reference) == {"case": None}
    assert stranger.asks(AS_IT_STOOD, id=theirs.case, at=theirs.position) == {"case": None}
    assert libra.head.reads(theirs, "reference")["reference"] == theirs.reference
    assert libra.head.asks(BY_REFERENCE, reference=theirs.reference) == {"case": {"id": theirs.case}}
    status, _ = stranger.fetches(f"/v1/cases/{theirs.case}/bundle")
    assert status == 404
    assert libra.head.fetches(f"/v1/cases/{theirs.case}/bundle")[0] == 200


def test_a_link_from_ones_own_case_does_not_show_it(
    stranger: Person, sharp_lane: School, libra: School, theirs: Done
) -> None:
    own = a_case(sharp_lane)
    sharp_lane.lead.gives("linkCase", own, other=theirs.case, kind="RELATED")
    links = "links { kind restricted case { reference } }"

    assert stranger.reads(own, links)["links"] == [{"kind": "RELATED", "restricted": True, "case": None}]
    [after] = stranger.reads(own, f'history(types: ["incident.linked.v1"]) {{ nodes {{ caseAfter {{ {links} }} }} }}')[
        "history"
    ]["nodes"]
    assert after["caseAfter"]["links"] == [{"kind": "RELATED", "restricted": True, "case": None}]
    assert sharp_lane.lead.reads(own, links)["links"] == [
        {"kind": "RELATED", "restricted": False, "case": {"reference": theirs.reference}}
    ]


def test_no_command_reaches_it(stranger: Person, sharp_lane: School, theirs: Done) -> None:
    own = a_case(sharp_lane)
    words = {"text": "I was here."}

    there, nowhere = (stranger.refused("addAddendum", case, **words) for case in (theirs, never_was(theirs)))
    assert there == nowhere
    assert there["code"] == "NOT_FOUND"
    for mutation, given in (
        ("linkCase", {"kind": "RELATED", "other": theirs.case}),
        ("markDuplicate", {"original": theirs.case, "reason": "The same."}),
    ):
        assert stranger.refused(mutation, own, **given)["code"] == "NOT_FOUND"


def test_its_figures_are_not_hers_to_see(stranger: Person, sharp_lane: School, libra: School, theirs: Done) -> None:
    assert stranger.counts() == {}
    assert stranger.figures("value", schools=[libra.urn], groupBy=["SCHOOL"]) == []
    assert {cell["school"]["urn"] for cell in stranger.figures("school { urn }", groupBy=["COUNT", "SCHOOL"])} == {
        sharp_lane.urn
    }
    assert libra.head.counts() == {"ALLEGATIONS_ABOUT_STAFF": 1}
    assert libra.lead.counts() == {"ALLEGATIONS_ABOUT_STAFF": 1}
