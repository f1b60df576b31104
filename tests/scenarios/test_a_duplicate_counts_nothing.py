"""The same post was recorded twice; once it is marked as a copy, it counts once, also in the figures of the past.

Each of Libra's counts is of what was posted (L107-117), not of how often somebody wrote it down. A copy stays readable
and names its original, the report says how many cases were left out, and taking the mark off restores the figure.
"""

from __future__ import annotations

import pytest

from tests.scenarios.school import Done, Person, School, a_post, about

EXCLUDED = '{ monitoring(from: "2026-09-01", to: "2026-09-30") { excluded { mark value } } }'


def recorded(head: Person) -> Done:
    case = head.gives("reportIncident", openedOn="2026-09-14", summary="The post about the school trip.")
    head.gives("recordItem", case, **a_post(about("DEFAMATORY_STATEMENT", "SCHOOL")))
    return case


@pytest.mark.obligation("S2-033")
def test_a_copy_counts_nothing_until_the_mark_is_taken_off(lead: Person, libra: School) -> None:
    head = libra.head
    original, copy = recorded(head), recorded(libra.coordinator)
    assert lead.counts() == {"DEFAMATION_OF_SCHOOL": 2}

    head.gives("markDuplicate", copy, original=original.case, reason="Recorded by both of us.")

    assert lead.counts() == {"DEFAMATION_OF_SCHOOL": 1}
    assert {one["mark"]: one["value"] for one in lead.asks(EXCLUDED)["monitoring"]["excluded"]}["DUPLICATE"] == 1
    assert lead.finds(statuses=["DUPLICATE"]) == {copy.reference}
    assert lead.reads(copy, "status duplicateOf { reference } outstanding { code }") == {
        "status": "DUPLICATE",
        "duplicateOf": {"reference": original.reference},
        "outstanding": [],
    }
    head.gives("unmark", copy, reason="It was another post.")
    assert lead.counts() == {"DEFAMATION_OF_SCHOOL": 2}


@pytest.mark.obligation("S2-033")
def test_the_original_cannot_vanish_behind_its_copy(lead: Person, libra: School) -> None:
    head = libra.head
    original, copy = recorded(head), recorded(head)
    head.gives("markDuplicate", copy, original=original.case, reason="The same post.")

    in_a_circle = head.refused("markDuplicate", original, original=copy.case, reason="The same post.")
    unreportable = head.refused("markNotReportable", original, reason="It was nothing.")

    assert (in_a_circle["code"], unreportable["code"]) == ("DUPLICATE_TARGET", "DUPLICATE_TARGET")
    assert lead.counts() == {"DEFAMATION_OF_SCHOOL": 1}
