"""Items put together and taken apart: one post that was recorded as two items, and two posts recorded as one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.incident import Incident
from domain.items import Classification
from domain.lifecycle_refusals import MergedIntoItself, MergedItemChanged, NothingToMerge, NothingToSplit, NotOfTheItem
from domain.refusals import (
    CharacteristicMissing,
    DeciderIsSubject,
    EmptyText,
    IdentityTaken,
    ItemExcluded,
    ItemNotExcluded,
    MalformedValue,
    RepeatedValue,
    UnknownCode,
    UnknownItem,
)
from domain.sealed import Secret
from domain.values import Mark
from tests.domain.countable_cases import figures, numbered
from tests.domain.incidents import TODAY, WHY, classified, closed, item, named, with_item
from tests.domain.recorded import recorded
from tests.support.scenario import Given

ITEM, SECOND, PART = named("item"), named("second"), named("part")
MERGE: dict[str, Any] = {"item_id": SECOND, "into": ITEM, "reason": WHY}
SPLIT: dict[str, Any] = {
    "item_id": ITEM,
    "new_item_id": PART,
    "classifications": classified("COMPLAINT:SCHOOL"),
    "reason": WHY,
}


def two(first: str = "ALLEGATION:STAFF", second: str = "ALLEGATION:STAFF THREAT_OF_VIOLENCE:PUPIL") -> Incident:
    """One post that was recorded as two items; the second speaks of a teacher and of a characteristic."""
    incident = with_item(first)
    about = {"about": (named("teacher"),), "characteristics": ("RACE",)}
    item(incident, "second", classifications=classified(second), **about)
    return incident


def both() -> Incident:
    """Two posts that were recorded as one item."""
    return with_item("ALLEGATION:STAFF COMPLAINT:SCHOOL", poster=named("pupil"), url=Secret("https://a.example"))


# --- merged


def test_the_item_that_is_merged_counts_nothing_and_the_other_gets_what_it_did_not_have() -> None:
    incident = two()
    assert figures(incident) == numbered(10, C1=2)
    Given(incident).when(lambda one: one.merge_items(**MERGE)).then(
        (
            "incident.items_merged.v1",
            {
                **MERGE,
                "classifications": classified("THREAT_OF_VIOLENCE:PUPIL"),
                "characteristics": ("RACE",),
                "about": (named("teacher"),),
            },
        )
    )
    first, second = incident.items.values()
    assert (second.mark, second.merged_into) == (Mark.DUPLICATE, ITEM)
    assert first.classifications == classified("ALLEGATION:STAFF THREAT_OF_VIOLENCE:PUPIL")
    assert figures(incident) == numbered(1, 10)
    assert figures(recorded(incident)) == numbered(1, 10)


def test_whom_the_merged_item_accuses_still_does_not_decide() -> None:
    incident = two("NEGATIVE_COMMENT:STAFF")
    incident.merge_items(**MERGE)
    assert incident.subjects == {named("teacher")}


def test_restoring_a_merged_item_takes_away_what_the_merge_added() -> None:
    incident = two()
    before = dict(incident.items)
    incident.merge_items(**MERGE)
    Given(incident).when(lambda one: one.restore_item(item_id=SECOND, reason=WHY)).then(
        (
            "incident.merge_undone.v1",
            {
                **MERGE,
                "classifications": classified("THREAT_OF_VIOLENCE:PUPIL"),
                "characteristics": ("RACE",),
                "about": (named("teacher"),),
            },
        )
    )
    assert incident.items == before
    Given(incident).refuses(lambda one: one.restore_item(item_id=SECOND, reason=WHY), ItemNotExcluded, "item_id")


def test_an_item_that_was_not_classified_is_not_again_when_the_merge_is_undone() -> None:
    incident = two("")
    before = dict(incident.items)
    incident.merge_items(**MERGE)
    incident.restore_item(item_id=SECOND, reason=WHY)
    assert incident.items == before


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one.reclassify_item(item_id=ITEM, classifications=classified("COMPLAINT:STAFF"), reason=WHY),
        lambda one: one.correct_item(item_id=ITEM, about=(named("pupil"),), reason=WHY, today=TODAY),
        lambda one: one.exclude_item(item_id=ITEM, mark="RECORDED_IN_ERROR", reason=WHY),
        lambda one: one.split_item(
            item_id=ITEM, new_item_id=PART, classifications=classified("ALLEGATION:STAFF"), reason=WHY
        ),
        lambda one: (
            item(one, "third", classifications=classified("COMPLAINT:STAFF")),
            one.merge_items(item_id=named("third"), into=ITEM, reason=WHY),
        ),
    ],
    ids=["reclassified", "corrected", "excluded", "split", "merged again"],
)
def test_a_merge_is_not_undone_once_the_other_item_was_changed(change: Any) -> None:
    incident = two()
    incident.merge_items(**MERGE)
    change(incident)
    Given(incident).refuses(lambda one: one.restore_item(item_id=SECOND, reason=WHY), MergedItemChanged, "item_id")


def test_merges_into_one_item_are_undone_the_last_first() -> None:
    incident = two()
    item(incident, "third", classifications=classified("THREAT_OF_VIOLENCE:PUPIL COMPLAINT:STAFF"))
    before = dict(incident.items)
    incident.merge_items(**MERGE)
    incident.merge_items(item_id=named("third"), into=ITEM, reason=WHY)
    incident.restore_item(item_id=named("third"), reason=WHY)
    incident.restore_item(item_id=SECOND, reason=WHY)
    assert incident.items == before


@pytest.mark.parametrize(
    ("given", "because", "fields"),
    [
        ({"into": SECOND}, MergedIntoItself, ("into",)),
        ({"item_id": named("none")}, UnknownItem, ("item_id",)),
        ({"into": named("none")}, UnknownItem, ("into",)),
        ({"reason": Secret("")}, EmptyText, ("reason",)),
        ({"by": named("teacher")}, DeciderIsSubject, ()),
    ],
)
def test_two_items_of_the_incident_are_merged_with_a_reason_by_somebody_else(
    given: dict[str, Any], because: Any, fields: tuple[str, ...]
) -> None:
    Given(two()).refuses(lambda one: one.merge_items(**MERGE | given), because, *fields)


def test_an_excluded_item_is_neither_merged_nor_merged_into() -> None:
    incident = two()
    item(incident, "third")
    incident.exclude_item(item_id=SECOND, mark="NOT_REPORTABLE", reason=WHY)
    Given(incident).refuses(lambda one: one.merge_items(**MERGE), ItemExcluded, "item_id")
    Given(incident).refuses(lambda one: one.merge_items(item_id=ITEM, into=SECOND, reason=WHY), ItemExcluded, "into")
    incident.exclude_item(item_id=named("third"), mark="NOT_REPORTABLE", reason=WHY)
    Given(incident).refuses(lambda one: one.merge_items(**MERGE), NothingToMerge)


# --- split


def test_a_split_makes_an_item_with_the_same_days_and_poster_and_the_classifications_moved() -> None:
    incident = both()
    original = incident.items[ITEM]
    assert figures(incident) == numbered(1, 3)
    Given(incident).when(lambda one: one.split_item(**SPLIT, platform="TIKTOK", description=WHY)).then(
        (
            "incident.item_split.v1",
            {**SPLIT, "characteristics": (), "platform": "TIKTOK", "description": WHY},
        )
    )
    assert incident.items == {
        ITEM: replace(original, classifications=classified("ALLEGATION:STAFF")),
        PART: replace(
            original,
            item_id=PART,
            ordinal=2,
            classifications=classified("COMPLAINT:SCHOOL"),
            platform="TIKTOK",
            split_from=ITEM,
            url=None,
            description=WHY,
        ),
    }
    assert figures(incident) == numbered(1, 3)
    part = recorded(incident).items[PART]
    assert (part.recorded_on, part.discovered_on) == (
        recorded(incident).items[ITEM].recorded_on,
        original.discovered_on,
    )


def test_two_racist_posts_recorded_as_one_count_twice_once_they_are_split() -> None:
    incident = with_item("RACIST_COMMENT:STAFF HOMOPHOBIC_COMMENT:STAFF")
    assert figures(incident) == numbered(9)
    incident.split_item(**SPLIT | {"classifications": classified("HOMOPHOBIC_COMMENT:STAFF")})
    assert figures(incident) == numbered(C9=2)


def test_the_side_of_the_school_goes_with_the_classification() -> None:
    incident = with_item("ALLEGATION:STAFF COMPLAINT:SCHOOL:POLICY")
    incident.split_item(**SPLIT)
    assert incident.items[PART].classifications == (Classification("COMPLAINT", "SCHOOL", "POLICY"),)


def test_the_new_item_has_the_persons_of_the_old_one_so_that_nobody_decides_about_himself() -> None:
    incident = with_item("ALLEGATION:STAFF COMPLAINT:SCHOOL", about=(named("teacher"),))
    incident.split_item(**SPLIT | {"classifications": classified("ALLEGATION:STAFF")})
    assert incident.subjects == {named("teacher")}


def test_a_prejudiced_comment_takes_its_characteristic_with_it() -> None:
    text = "PREJUDICED_COMMENT:PUPIL ALLEGATION:STAFF"
    moved = {"classifications": classified("PREJUDICED_COMMENT:PUPIL")}
    incident = with_item(text, characteristics=("RELIGION_BELIEF", "AGE"))
    Given(incident).refuses(
        lambda one: one.split_item(**SPLIT | moved, characteristics=()), CharacteristicMissing, "characteristics"
    )
    incident.split_item(**SPLIT | moved, characteristics=("AGE",))
    assert [one.characteristics for one in incident.items.values()] == [("RELIGION_BELIEF", "AGE"), ("AGE",)]


@pytest.mark.parametrize(
    ("given", "because", "fields"),
    [
        ({"item_id": named("none")}, UnknownItem, ("item_id",)),
        ({"new_item_id": ITEM}, IdentityTaken, ("item_id",)),
        ({"classifications": ()}, MalformedValue, ("classifications",)),
        ({"classifications": classified("COMPLAINT:SCHOOL COMPLAINT:SCHOOL")}, RepeatedValue, ("classifications",)),
        ({"classifications": classified("COMPLAINT:STAFF")}, NotOfTheItem, ("classifications",)),
        ({"classifications": classified("COMPLAINT:SCHOOL ALLEGATION:STAFF")}, NothingToSplit, ("classifications",)),
        ({"characteristics": ("RACE",)}, NotOfTheItem, ("characteristics",)),
        ({"platform": "TELEGRAPH"}, UnknownCode, ("platform",)),
        ({"reason": Secret("")}, EmptyText, ("reason",)),
    ],
)
def test_a_split_leaves_something_on_each_side(given: dict[str, Any], because: Any, fields: tuple[str, ...]) -> None:
    Given(both()).refuses(lambda one: one.split_item(**SPLIT | given), because, *fields)


def test_an_item_of_one_classification_or_an_excluded_one_is_not_split() -> None:
    Given(with_item()).refuses(lambda one: one.split_item(**SPLIT), NothingToSplit, "item_id")
    excluded = both()
    excluded.exclude_item(item_id=ITEM, mark="NOT_REPORTABLE", reason=WHY)
    Given(excluded).refuses(lambda one: one.split_item(**SPLIT), ItemExcluded, "item_id")


def test_items_of_a_closed_incident_are_merged_and_split_too() -> None:
    incident = closed(two())
    incident.merge_items(**MERGE)
    incident.split_item(**SPLIT | {"classifications": classified("ALLEGATION:STAFF")})
    assert [one.counts for one in incident.items.values()] == [True, False, True]
