"""What was posted: items recorded, classified, put right, excluded and restored."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.incident import Incident
from domain.items import Classification
from domain.refusals import (
    AlreadyClassified,
    CharacteristicMissing,
    EmptyText,
    FutureDate,
    IdentityTaken,
    MalformedValue,
    NotYetClassified,
    PostedAfterDiscovery,
    Refused,
    RepeatedValue,
    UnknownCode,
)
from domain.sealed import Secret
from domain.stored import fold
from tests.domain.incidents import (
    AWARE,
    WHY,
    classified,
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
    field: str, value: Any, because: type[Refused]
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


def test_classifying_and_reclassifying_obey_the_rules_of_recording() -> None:
    text = classified("RUDENESS:STAFF")
    Given(with_item("")).refuses(
        lambda one: one.classify_item(item_id=ITEM, classifications=text), UnknownCode, "nature"
    )
    Given(with_item()).refuses(
        lambda one: one.reclassify_item(item_id=ITEM, classifications=text, reason=WHY), UnknownCode, "nature"
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
