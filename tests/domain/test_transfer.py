"""A case that moves to another school with the pupil, and one that was recorded at the wrong school (ruling 37)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from domain.case import Case
from domain.counting import contributions
from domain.duties import duties
from domain.lifecycle_refusals import TransferredToItsSchool
from domain.refusals import CaseMarked, DatesOutOfOrder, DeciderIsSubject, EmptyText, FutureDate, MalformedValue
from domain.sealed import Secret
from tests.domain import complaints, incidents
from tests.domain.incidents import TODAY, WHY, classified, closed, day, item, marked, named, removed, with_item
from tests.domain.recorded import recorded
from tests.support.scenario import Given

FIRST, SECOND, THIRD = "900003", "900005", "900007"
MOVED: dict[str, Any] = {"school_urn": SECOND, "transferred_on": day(9), "reason": WHY, "today": TODAY}


def counted(case: Case) -> dict[UUID, str]:
    """The school at which each part of a case counts."""
    return {each.item_id: each.school_urn for each in contributions(case, lambda _: None)}


def moved(case: Case, urn: str = SECOND, on: int = 9) -> Any:
    """The case, transferred."""
    case.transfer(school_urn=urn, transferred_on=day(on), reason=WHY, today=TODAY)
    return case


def cases() -> list[Case]:
    """One case of each kind, at the first school."""
    return [
        with_item("ALLEGATION:STAFF"),
        complaints.received(school_urn=FIRST),
        complaints.reported(school_urn=FIRST, subject=None),
    ]


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.kind.value)
def test_a_case_moves_with_the_pupil_and_keeps_its_policy_and_its_counts(case: Case) -> None:
    policy, opened_at, before = case.policy, case.opened_at, counted(case)
    given = {"transferred_on": TODAY, "reason": WHY}

    Given(case).when(lambda one: one.transfer(school_urn=SECOND, today=TODAY, **given)).then(
        (f"{case.kind.lower()}.transferred.v1", {"from_school": FIRST, "to_school": SECOND, **given})
    )

    assert (case.school_urn, case.policy, case.opened_at) == (SECOND, policy, opened_at)
    assert counted(case) == before
    assert set(before.values()) == {FIRST}
    assert [(one.from_school, one.to_school, one.transferred_on) for one in case.transfers] == [(FIRST, SECOND, TODAY)]


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.kind.value)
def test_a_correction_moves_the_counts_past_included_and_a_transfer_does_not(case: Case) -> None:
    case.correct_school(school_urn=SECOND, reason=WHY)
    assert set(counted(case).values()) == {SECOND}
    case.transfer(school_urn=THIRD, transferred_on=TODAY, reason=WHY, today=TODAY)
    assert set(counted(case).values()) == {SECOND}
    # The school that took the case was the wrong one: nothing was counted there.
    case.correct_school(school_urn=FIRST, reason=WHY)
    assert (case.school_urn, set(counted(case).values())) == (FIRST, {SECOND})


def test_an_item_recorded_after_the_transfer_counts_at_the_new_school() -> None:
    incident = moved(with_item("ALLEGATION:STAFF"))
    item(incident, "later", classifications=classified("ALLEGATION:STAFF"))
    assert counted(incident) == {named("item"): FIRST, named("later"): SECOND}
    # What was recorded at the first school is put right there.
    incident.reclassify_item(item_id=named("item"), classifications=classified("COMPLAINT:STAFF"), reason=WHY)
    assert counted(incident) == {named("item"): FIRST, named("later"): SECOND}


def test_an_item_that_was_first_classified_after_the_transfer_counts_where_it_was_recorded() -> None:
    incident = incidents.reported()
    item(incident)
    moved(incident)
    incident.classify_item(item_id=named("item"), classifications=classified("ALLEGATION:STAFF"))
    assert counted(incident) == {named("item"): FIRST}


def test_a_post_put_up_again_after_the_transfer_counts_at_the_new_school() -> None:
    incident = moved(removed(with_item("ALLEGATION:STAFF")))
    incident.record_repost(item_id=named("again"), repost_of=named("item"), discovered_on=day(10), today=TODAY)
    assert counted(incident) == {named("item"): FIRST, named("again"): SECOND}


def test_a_part_of_an_item_that_was_split_after_the_transfer_counts_where_the_item_does() -> None:
    incident = moved(with_item("ALLEGATION:STAFF COMPLAINT:SCHOOL"))
    incident.split_item(
        item_id=named("item"), new_item_id=named("part"), classifications=classified("COMPLAINT:SCHOOL"), reason=WHY
    )
    assert counted(incident) == {named("item"): FIRST, named("part"): FIRST}


def test_a_head_added_after_the_transfer_counts_at_the_new_school() -> None:
    complaint = moved(complaints.received(complaints.head("first", school=True), school_urn=FIRST))
    complaint.add_head(head=complaints.head("second", staff=True))
    assert counted(complaint) == {complaints.named("first"): FIRST, complaints.named("second"): SECOND}


def test_a_school_corrected_after_the_transfer_moves_what_was_recorded_since_and_leaves_the_rest() -> None:
    incident = moved(with_item("ALLEGATION:STAFF"))
    item(incident, "later", classifications=classified("ALLEGATION:STAFF"))
    incident.correct_school(school_urn=THIRD, reason=WHY)
    assert counted(incident) == {named("item"): FIRST, named("later"): THIRD}


def test_a_case_that_comes_back_keeps_each_stay_apart() -> None:
    incident = moved(with_item("ALLEGATION:STAFF"))
    item(incident, "there", classifications=classified("ALLEGATION:STAFF"))
    moved(incident, FIRST)
    item(incident, "back", classifications=classified("ALLEGATION:STAFF"))
    assert counted(incident) == {named("item"): FIRST, named("there"): SECOND, named("back"): FIRST}
    incident.correct_school(school_urn=THIRD, reason=WHY)
    assert counted(incident) == {named("item"): FIRST, named("there"): SECOND, named("back"): THIRD}


def test_a_closed_case_is_transferred_too() -> None:
    assert moved(closed()).school_urn == SECOND


def test_a_transfer_is_read_back_as_it_was_decided() -> None:
    incident = moved(with_item("ALLEGATION:STAFF"))
    kept = recorded(incident)
    assert (kept.school_urn, counted(kept)) == (SECOND, counted(incident))
    assert duties(kept) == duties(incident)


@pytest.mark.parametrize(
    ("given", "because", "field"),
    [
        ({"school_urn": FIRST}, TransferredToItsSchool, "school_urn"),
        ({"school_urn": " "}, MalformedValue, "school_urn"),
        ({"transferred_on": TODAY.replace(year=2027)}, FutureDate, "transferred_on"),
        ({"transferred_on": day(-1)}, DatesOutOfOrder, "transferred_on"),
        ({"reason": Secret(" ")}, EmptyText, "reason"),
    ],
)
def test_a_transfer_names_another_school_a_day_and_a_reason(given: dict[str, Any], because: Any, field: str) -> None:
    Given(with_item()).refuses(lambda one: one.transfer(**MOVED | given), because, field)


def test_a_second_transfer_is_not_before_the_first() -> None:
    Given(moved(with_item())).refuses(
        lambda one: one.transfer(**MOVED | {"school_urn": THIRD, "transferred_on": day(8)}),
        DatesOutOfOrder,
        "transferred_on",
    )


def test_a_marked_case_is_not_transferred_and_nobody_transfers_a_case_about_himself() -> None:
    Given(marked()).refuses(lambda one: one.transfer(**MOVED), CaseMarked)
    about = with_item("ALLEGATION:STAFF", about=(named("teacher"),))
    Given(about).refuses(lambda one: one.transfer(**MOVED, by=named("teacher")), DeciderIsSubject)
