"""What was posted: items recorded, classified, put right, excluded and restored."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.incident import Incident
from domain.items import Classification, Item
from domain.refusals import (
    AlreadyClassified,
    CharacteristicMissing,
    EmptyText,
    FutureDate,
    IdentityTaken,
    ItemExcluded,
    ItemNotExcluded,
    MalformedValue,
    NotClearable,
    NotYetClassified,
    PostedAfterDiscovery,
    Refused,
    RepeatedValue,
    UnknownCode,
    UnknownItem,
)
from domain.sealed import SealedRef, Secret
from domain.stored import fold
from domain.values import Mark
from tests.domain.incidents import (
    AWARE,
    TODAY,
    WHY,
    classified,
    closed,
    day,
    item,
    named,
    reported,
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


# --- recorded


@pytest.mark.obligation("S2-043", "S0-008")
def test_an_item_keeps_what_was_posted_where_by_whom_and_whether_it_names_an_individual() -> None:
    incident = reported()
    Given(incident).when(
        lambda one: item(one, classifications=classified("RACIST_COMMENT:STAFF ALLEGATION:STAFF"), **EVERYTHING)
    ).then(
        (
            "incident.item_recorded.v1",
            {
                "item_id": ITEM,
                "discovered_on": AWARE,
                "classifications": (Classification("RACIST_COMMENT", "STAFF"), Classification("ALLEGATION", "STAFF")),
                **EVERYTHING,
            },
        )
    )


def test_the_items_of_an_incident_are_numbered_as_they_were_recorded() -> None:
    incident = with_item()
    item(incident, "another", platform="TIKTOK")
    assert [(one.ordinal, one.platform) for one in incident.items.values()] == [(1, "FACEBOOK"), (2, "TIKTOK")]


def test_two_items_may_be_alike_but_not_the_same() -> None:
    incident = with_item(narrative=Secret("twice"))
    item(incident, "another", classifications=classified("NEGATIVE_COMMENT:STAFF"), narrative=Secret("twice"))
    assert len(incident.items) == 2
    Given(incident).refuses(lambda one: item(one, "another"), IdentityTaken, "item_id")


@pytest.mark.parametrize(
    ("field", "value", "because"),
    [
        ("platform", "facebook", UnknownCode),
        ("platform", "FRIENDSTER", UnknownCode),
        ("poster_role", "Parent", UnknownCode),
        ("taker_role", "STRANGER", UnknownCode),
        ("discovered_on", date(2026, 10, 31), FutureDate),
        ("logged_on", date(2026, 10, 31), FutureDate),
        ("posted_on", day(1), PostedAfterDiscovery),
        ("characteristics", ("HAIR",), UnknownCode),
        ("characteristics", ("RACE", "RACE"), RepeatedValue),
        ("about", (named("teacher"), named("teacher")), RepeatedValue),
        ("removal", "GONE", UnknownCode),
        ("classifications", classified("ALLEGATION:STAFF ALLEGATION:STAFF"), RepeatedValue),
    ],
)
def test_an_item_with_an_impossible_value_is_refused_by_the_name_of_the_field(
    field: str, value: object, because: type[Refused]
) -> None:
    Given(reported()).refuses(lambda one: item(one, **{field: value}), because, field)


@pytest.mark.parametrize(
    ("text", "field"), [("RUDENESS:STAFF", "nature"), ("ALLEGATION:TEACHER", "target"), ("allegation:STAFF", "nature")]
)
def test_natures_and_targets_are_codes_of_their_lists(text: str, field: str) -> None:
    Given(reported()).refuses(lambda one: item(one, classifications=classified(text)), UnknownCode, field)


def test_a_post_may_be_discovered_on_the_day_it_was_made() -> None:
    assert with_item(posted_on=AWARE).items[ITEM].posted_on == AWARE


def test_blank_texts_are_not_kept() -> None:
    assert with_item(narrative=Secret(" \n"), url=Secret("")).items[ITEM].narrative is None


def test_the_day_of_recording_is_that_of_london() -> None:
    incident = with_item()
    at = datetime(2026, 10, 14, 23, 30, tzinfo=UTC)  # still summer time: half past midnight on the 15th
    replayed = _replayed(incident, at)
    assert replayed.items[ITEM].recorded_on == date(2026, 10, 15)


@pytest.mark.parametrize(("logged_on", "recorded_on"), [(day(2), day(2)), (None, AWARE)])
def test_an_imported_item_was_recorded_when_its_log_says(logged_on: date | None, recorded_on: date) -> None:
    incident = with_item(line=7, logged_on=logged_on)
    replayed = _replayed(incident, datetime(2026, 10, 30, 12, tzinfo=UTC))
    assert replayed.items[ITEM].recorded_on == recorded_on


def _replayed(incident: Incident, at: datetime) -> Incident:
    for one in incident.pending_events:
        vars(one)["timestamp"] = at
    replayed = fold(None, incident.pending_events)
    assert isinstance(replayed, Incident)
    return replayed


# --- classified


def test_an_item_is_classified_once_and_then_reclassified_with_a_reason() -> None:
    incident = with_item("")
    given = Given(incident)
    given.refuses(
        lambda one: one.reclassify_item(item_id=ITEM, classifications=classified("OTHER:STAFF"), reason=WHY),
        NotYetClassified,
        "item_id",
    )
    given.when(lambda one: one.classify_item(item_id=ITEM, classifications=classified("COMPLAINT:STAFF"))).then(
        (
            "incident.item_classified.v1",
            {"item_id": ITEM, "classifications": classified("COMPLAINT:STAFF"), "characteristics": ()},
        )
    )
    Given(incident).refuses(
        lambda one: one.classify_item(item_id=ITEM, classifications=classified("COMPLAINT:STAFF")),
        AlreadyClassified,
        "item_id",
    )
    Given(incident).refuses(
        lambda one: one.reclassify_item(
            item_id=ITEM, classifications=classified("ALLEGATION:STAFF"), reason=Secret("")
        ),
        EmptyText,
        "reason",
    )
    Given(incident).when(
        lambda one: one.reclassify_item(item_id=ITEM, classifications=classified("ALLEGATION:STAFF"), reason=WHY)
    ).then(
        (
            "incident.item_reclassified.v1",
            {
                "item_id": ITEM,
                "classifications": classified("ALLEGATION:STAFF"),
                "characteristics": (),
                "reason": WHY,
            },
        )
    )


def test_reclassifying_an_item_as_what_it_is_records_nothing() -> None:
    Given(with_item("ALLEGATION:STAFF COMPLAINT:SCHOOL")).when(
        lambda one: one.reclassify_item(
            item_id=ITEM, classifications=classified("COMPLAINT:SCHOOL ALLEGATION:STAFF"), reason=WHY
        )
    ).then()


def test_an_item_is_not_classified_as_nothing() -> None:
    Given(with_item("")).refuses(
        lambda one: one.classify_item(item_id=ITEM, classifications=()), MalformedValue, "classifications"
    )
    Given(with_item()).refuses(
        lambda one: one.reclassify_item(item_id=ITEM, classifications=(), reason=WHY),
        MalformedValue,
        "classifications",
    )


def test_a_prejudiced_comment_names_the_characteristic_unless_a_log_left_it_out() -> None:
    Given(reported()).refuses(
        lambda one: item(one, classifications=classified("PREJUDICED_COMMENT:PUPIL")),
        CharacteristicMissing,
        "characteristics",
    )
    given = with_item("PREJUDICED_COMMENT:PUPIL", characteristics=("DISABILITY",))
    logged = with_item("PREJUDICED_COMMENT:PUPIL", line=2)
    assert [one.items[ITEM].characteristics for one in (given, logged)] == [("DISABILITY",), ()]


@pytest.mark.obligation("S0-022")
def test_a_statement_about_the_school_can_say_which_side_of_it() -> None:
    incident = reported()
    about_policy = (Classification("DEFAMATORY_STATEMENT", "SCHOOL", "POLICY"),)
    item(incident, classifications=about_policy)
    assert incident.items[ITEM].classifications == about_policy
    given = Given(incident)
    given.refuses(
        lambda one: item(one, "b", classifications=(Classification("ALLEGATION", "STAFF", "POLICY"),)),
        MalformedValue,
        "aspect",
    )
    given.refuses(
        lambda one: item(one, "b", classifications=(Classification("ALLEGATION", "SCHOOL", "MOOD"),)),
        UnknownCode,
        "aspect",
    )


@pytest.mark.obligation("S0-028")
def test_what_fits_no_nature_is_other_and_told_in_words() -> None:
    Given(with_item("")).when(
        lambda one: one.classify_item(
            item_id=ITEM, classifications=classified("OTHER:COMMUNITY"), description=Secret("A chain letter.")
        )
    ).then(
        (
            "incident.item_classified.v1",
            {
                "item_id": ITEM,
                "classifications": classified("OTHER:COMMUNITY"),
                "characteristics": (),
                "description": Secret("A chain letter."),
            },
        )
    )


@pytest.mark.obligation("S0-005")
def test_one_item_may_be_about_the_school_staff_pupils_and_others_at_once() -> None:
    text = "NEGATIVE_COMMENT:SCHOOL NEGATIVE_COMMENT:STAFF NEGATIVE_COMMENT:PUPIL NEGATIVE_COMMENT:COMMUNITY"
    assert len(with_item(text).items[ITEM].classifications) == 4


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
