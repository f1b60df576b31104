"""The record of an incident put right: items corrected, posters identified, items excluded and restored."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.items import Item
from domain.refusals import (
    EmptyText,
    FutureDate,
    ItemExcluded,
    ItemNotExcluded,
    NotClearable,
    PostedAfterDiscovery,
    Refused,
    UnknownCode,
    UnknownItem,
)
from domain.sealed import SealedRef, Secret
from domain.values import Mark
from tests.domain.incidents import (
    TODAY,
    WHY,
    classified,
    closed,
    day,
    named,
    with_item,
)
from tests.support.scenario import Given

ITEM = named("item")
EVERYTHING: dict[str, Any] = {
    "platform": "TIKTOK",
    "poster_role": "PUPIL",
    "poster": named("pupil"),
    "taker_role": "PARENT",
    "taker": named("parent"),
    "about": (named("teacher"), named("assistant")),
    "names_individual": True,
    "posted_on": day(-2),
    "characteristics": ("RACE",),
    "url": Secret("https://social.example/1"),
    "handle": Secret("@someone", about=named("pupil")),
    "narrative": Secret("A film of a lesson."),
}


# --- corrected


def test_a_correction_records_what_changed_and_the_facts_whole() -> None:
    incident = with_item(posted_on=day(-1), narrative=Secret("first words"))
    Given(incident).when(
        lambda one: one.correct_item(
            item_id=ITEM, platform="TIKTOK", discovered_on=day(1), narrative=Secret("better"), reason=WHY, today=TODAY
        )
    ).then(
        (
            "incident.item_corrected.v1",
            {
                "item_id": ITEM,
                "changed": ("platform", "discovered_on", "narrative"),
                "platform": "TIKTOK",
                "poster_role": "PARENT",
                "about": (),
                "names_individual": False,
                "discovered_on": day(1),
                "posted_on": day(-1),
                "narrative": Secret("better"),
                "reason": WHY,
            },
        )
    )


def test_a_correction_leaves_the_sealed_texts_that_it_does_not_change() -> None:
    incident = with_item()
    sealed = SealedRef(2, "narrative")
    incident.items[ITEM] = _with(incident.items[ITEM], narrative=sealed, url=SealedRef(2, "url"))

    incident.correct_item(item_id=ITEM, platform="TIKTOK", clear=("url",), reason=WHY, today=TODAY)

    assert incident.items[ITEM] == _with(incident.items[ITEM], platform="TIKTOK", narrative=sealed, url=None)
    assert vars(incident.pending_events[-1])["narrative"] is None


def _with(one: Item, **given: Any) -> Item:
    from dataclasses import replace

    return replace(one, **given)


def test_a_correction_that_changes_nothing_records_nothing() -> None:
    Given(with_item(posted_on=day(-1))).when(
        lambda one: one.correct_item(
            item_id=ITEM, platform="FACEBOOK", posted_on=day(-1), clear=("taker",), reason=WHY, today=TODAY
        )
    ).then()


def test_a_correction_can_empty_what_may_be_empty() -> None:
    incident = with_item(posted_on=day(-1), taker_role="PUPIL", taker=named("pupil"))
    incident.correct_item(item_id=ITEM, clear=("posted_on", "taker_role", "taker"), reason=WHY, today=TODAY)
    corrected = incident.items[ITEM]
    assert (corrected.posted_on, corrected.taker_role, corrected.taker) == (None, None, None)


@pytest.mark.parametrize("given", [{"clear": ("platform",)}, {"clear": ("taker",), "taker": named("pupil")}])
def test_a_correction_does_not_empty_what_must_be_there_or_what_it_gives(given: dict[str, Any]) -> None:
    Given(with_item()).refuses(
        lambda one: one.correct_item(item_id=ITEM, reason=WHY, today=TODAY, **given), NotClearable, given["clear"][0]
    )


@pytest.mark.parametrize(
    ("given", "because", "field"),
    [
        ({"platform": "FRIENDSTER"}, UnknownCode, "platform"),
        ({"discovered_on": date(2026, 10, 31)}, FutureDate, "discovered_on"),
        ({"posted_on": day(1)}, PostedAfterDiscovery, "posted_on"),
        ({"discovered_on": day(-3)}, PostedAfterDiscovery, "posted_on"),
        ({"reason": Secret("")}, EmptyText, "reason"),
        ({"item_id": named("nothing")}, UnknownItem, "item_id"),
    ],
)
def test_a_correction_obeys_the_rules_of_recording(given: dict[str, Any], because: type[Refused], field: str) -> None:
    Given(with_item(posted_on=day(-1))).refuses(
        lambda one: one.correct_item(**{"item_id": ITEM, "reason": WHY, "today": TODAY, **given}), because, field
    )


def test_the_record_of_a_closed_case_can_still_be_put_right() -> None:
    incident = closed(with_item("ALLEGATION:STAFF"))
    incident.reclassify_item(item_id=ITEM, classifications=classified("COMPLAINT:STAFF"), reason=WHY)
    incident.correct_item(item_id=ITEM, platform="TIKTOK", reason=WHY, today=TODAY)
    incident.identify_poster(item_id=ITEM, poster_role="CARER")
    incident.exclude_item(item_id=ITEM, mark="DUPLICATE", reason=WHY)
    incident.restore_item(item_id=ITEM, reason=WHY)
    assert incident.items[ITEM].platform == "TIKTOK"


# --- the poster


def test_a_poster_is_identified_by_role_and_by_person_where_known() -> None:
    incident = with_item(poster_role="UNKNOWN")
    Given(incident).when(
        lambda one: one.identify_poster(item_id=ITEM, poster_role="PARENT", poster=named("parent")),
        lambda one: one.identify_poster(item_id=ITEM, poster_role="PARENT", poster=named("parent")),
    ).then(
        ("incident.poster_identified.v1", {"item_id": ITEM, "poster_role": "PARENT", "poster": named("parent")}),
    )
    Given(incident).refuses(
        lambda one: one.identify_poster(item_id=ITEM, poster_role="GHOST"), UnknownCode, "poster_role"
    )


# --- excluded


def test_an_item_is_excluded_by_a_mark_with_a_reason_and_restored() -> None:
    incident = with_item()
    given = Given(incident)
    given.refuses(lambda one: one.exclude_item(item_id=ITEM, mark="SILLY", reason=WHY), UnknownCode, "mark")
    given.refuses(lambda one: one.exclude_item(item_id=ITEM, mark="DUPLICATE", reason=Secret("")), EmptyText, "reason")
    given.refuses(lambda one: one.restore_item(item_id=ITEM, reason=WHY), ItemNotExcluded, "item_id")

    given.when(lambda one: one.exclude_item(item_id=ITEM, mark="DUPLICATE", reason=WHY)).then(
        ("incident.item_excluded.v1", {"item_id": ITEM, "mark": "DUPLICATE", "reason": WHY})
    )
    assert (incident.items[ITEM].mark, incident.counting_items) == (Mark.DUPLICATE, ())
    Given(incident).when(lambda one: one.restore_item(item_id=ITEM, reason=WHY)).then(
        ("incident.item_restored.v1", {"item_id": ITEM, "reason": WHY})
    )
    assert incident.items[ITEM].mark is None


def test_an_excluded_item_is_restored_before_anything_else_is_done_to_it() -> None:
    incident = with_item()
    incident.exclude_item(item_id=ITEM, mark="DUPLICATE", reason=WHY)
    given = Given(incident)
    text = classified("ALLEGATION:STAFF")
    given.refuses(lambda one: one.exclude_item(item_id=ITEM, mark="DUPLICATE", reason=WHY), ItemExcluded, "item_id")
    given.refuses(
        lambda one: one.reclassify_item(item_id=ITEM, classifications=text, reason=WHY), ItemExcluded, "item_id"
    )
    given.refuses(lambda one: one.correct_item(item_id=ITEM, reason=WHY, today=TODAY), ItemExcluded, "item_id")
    given.refuses(lambda one: one.identify_poster(item_id=ITEM, poster_role="CARER"), ItemExcluded, "item_id")
    given.refuses(
        lambda one: one.request_removal(item_id=ITEM, requested_on=day(1), today=TODAY), ItemExcluded, "item_id"
    )


def test_an_item_is_restored_with_a_reason() -> None:
    incident = with_item()
    incident.exclude_item(item_id=ITEM, mark="DUPLICATE", reason=WHY)
    Given(incident).refuses(lambda one: one.restore_item(item_id=ITEM, reason=Secret("")), EmptyText, "reason")
