"""The rulings on hard cases that are about what a case keeps: shown on real cases, recorded and read back."""

from __future__ import annotations

import pytest

from domain.facts import holds
from domain.staff_breach_records import Employment
from tests.domain import incidents
from tests.domain.complaints import TODAY, answered, day, head, in_stage, named, received, reported
from tests.domain.countable_cases import figures, numbered
from tests.domain.packs import shipped
from tests.domain.recorded import recorded
from tests.support.scenario import Given

ITEM = incidents.named("item")
PARK_HALL = shipped("park-hall")


@pytest.mark.ruling(13)
def test_an_image_of_staff_from_another_member_of_the_family_is_kept_and_not_counted() -> None:
    kept = recorded(
        incidents.with_item("UNAUTHORISED_IMAGE:STAFF", poster_role="FAMILY_MEMBER", taker_role="FAMILY_MEMBER")
    )

    assert (kept.items[ITEM].poster_role, kept.items[ITEM].taker_role) == ("FAMILY_MEMBER", "FAMILY_MEMBER")
    assert kept.items[ITEM].has_nature("UNAUTHORISED_IMAGE")
    assert figures(kept) == {}


@pytest.mark.ruling(17)
def test_a_post_put_up_again_is_a_second_item_that_counts() -> None:
    incident = incidents.removed(incidents.with_item("DEFAMATORY_STATEMENT:STAFF"))
    incident.record_repost(
        item_id=incidents.named("again"), repost_of=ITEM, discovered_on=incidents.day(10), today=incidents.TODAY
    )

    assert figures(recorded(incident)) == numbered(C6=2)


@pytest.mark.ruling(28)
def test_a_concern_counts_from_the_first_stage_and_whether_it_became_formal_is_told_apart() -> None:
    settled, formal = received(head(staff=True)), in_stage("FORMAL", received(head(staff=True)))
    settled.start_stage(stage="CLASS_TEACHER", started_on=day(0), today=TODAY, policy=PARK_HALL)
    answered(settled, resolved=True)

    assert figures(recorded(settled)) == figures(recorded(formal)) == numbered(4)
    assert [holds(recorded(one), "FORMAL_REACHED") for one in (settled, formal)] == [False, True]


@pytest.mark.ruling(32)
def test_letters_of_one_campaign_count_each_and_can_be_told_by_their_tag() -> None:
    letters = [received(head(f"letter {n}", school=True), case_id=named(f"letter {n}")) for n in range(60)]
    for letter in letters:
        letter.tag_complaint(tags=("CAMPAIGN",))
    kept = [recorded(letter) for letter in letters]

    assert figures(*kept) == numbered(C3=60)
    assert {letter.tags for letter in kept} == {("CAMPAIGN",)}


@pytest.mark.ruling(36)
def test_one_post_that_defames_two_schools_is_a_case_at_each_and_the_cases_are_linked() -> None:
    here, there = (
        incidents.reported(case_id=incidents.named(urn), school_urn=urn, reference=f"INC-2026-{urn}")
        for urn in ("900001", "900002")
    )
    for case, name in ((here, "here"), (there, "there")):
        incidents.item(case, name, classifications=incidents.classified("DEFAMATORY_STATEMENT:SCHOOL"))

    Given(here).when(lambda one: one.link(other=there.id, kind="RELATED")).then(
        ("incident.linked.v1", {"other": there.id, "kind": "RELATED"})
    )

    assert figures(recorded(here), recorded(there)) == numbered(C5=2)


@pytest.mark.ruling(47)
def test_a_breach_by_somebody_employed_centrally_is_at_the_unit_where_it_was_noticed_and_says_where_they_work() -> None:
    breach = reported(school_urn="CENTRAL")
    breach.note_employment(schools=("900001", "900002"), is_central=True)

    kept = recorded(breach)

    assert (kept.school_urn, kept.employment) == ("CENTRAL", Employment(("900001", "900002"), is_central=True))
    assert figures(kept) == numbered(1)
