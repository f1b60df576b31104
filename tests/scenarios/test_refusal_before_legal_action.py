"""A parent will not take a libel down and goes on posting; the school goes to law.

Sharp Lane takes legal action against those who refuse to comply and go on (L60, L67). Recorded in that order nothing
is owed; an action taken before them is recorded all the same, and what should have come first is left to do.
"""

from __future__ import annotations

import pytest

from tests.scenarios.school import Done, Person, School, a_post, about


def a_libel(head: Person) -> tuple[Done, str]:
    case = head.gives("reportIncident", openedOn="2026-09-14", summary="Says that the school steals from its pupils.")
    post = head.gives("recordItem", case, **a_post(about("DEFAMATORY_STATEMENT", "SCHOOL")))
    return case, post["item_id"]


@pytest.mark.obligation("S0-034", "S0-043")
def test_refusal_and_continuation_stand_before_the_legal_action(sharp_lane: School) -> None:
    head = sharp_lane.head
    case, _ = a_libel(head)
    head.gives("recordRefusal", case, refusedOn="2026-09-21")
    head.gives("recordContinuation", case, continuedOn="2026-09-24")
    assert head.owes(case)["TAKE_LEGAL_ADVICE"] == sharp_lane.clause("L60-62")

    head.gives("takeLegalAdvice", case, advisedOn="2026-09-25")
    taken = head.gives("takeLegalAction", case, takenOn="2026-09-28")

    assert not {"RECORD_REFUSAL", "RECORD_CONTINUATION", "TAKE_LEGAL_ADVICE"} & set(taken.owes)
    history = head.reads(case, "history { nodes { type } }")["history"]["nodes"]
    assert [event["type"].split(".")[1] for event in history] == [
        "reported",
        "item_recorded",
        "refusal_recorded",
        "continuation_recorded",
        "legal_advice_taken",
        "legal_action_taken",
    ]


@pytest.mark.obligation("S0-034")
def test_legal_action_before_any_refusal_leaves_what_should_have_come_first(sharp_lane: School) -> None:
    head = sharp_lane.head
    case, _ = a_libel(head)

    head.gives("takeLegalAction", case, takenOn="2026-09-16")

    owed = head.owes(case)
    assert (owed["RECORD_REFUSAL"], owed["RECORD_CONTINUATION"]) == (sharp_lane.clause("L60"),) * 2
    head.gives("recordRefusal", case, refusedOn="2026-09-21")
    head.gives("recordContinuation", case, continuedOn="2026-09-24")
    assert not {"RECORD_REFUSAL", "RECORD_CONTINUATION"} & set(head.owes(case))


@pytest.mark.obligation("S0-031", "S0-034")
def test_who_refuses_to_take_the_post_down_has_refused_to_comply(sharp_lane: School) -> None:
    head = sharp_lane.head
    case, post = a_libel(head)
    head.gives("requestRemoval", case, itemId=post, requestedOn="2026-09-15")
    head.gives("refuseRemoval", case, itemId=post, refusedOn="2026-09-18")
    head.gives("recordContinuation", case, continuedOn="2026-09-24")

    taken = head.gives("takeLegalAction", case, takenOn="2026-09-28")

    assert not {"RECORD_REFUSAL", "RECORD_CONTINUATION"} & set(taken.owes)


@pytest.mark.obligation("S0-034")
def test_at_a_school_whose_policy_is_silent_nothing_has_to_come_first(park_hall: School) -> None:
    head = park_hall.head
    case, _ = a_libel(head)

    taken = head.gives("takeLegalAction", case, takenOn="2026-09-16")

    assert not {"RECORD_REFUSAL", "RECORD_CONTINUATION"} & set(taken.owes)
