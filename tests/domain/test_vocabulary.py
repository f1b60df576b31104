"""The code lists: every code well formed and told apart, and dated."""

from __future__ import annotations

import re
from datetime import date

import pytest

from domain import vocabulary
from domain.codes import Code
from domain.refusals import UnknownCode
from domain.values import Mark
from domain.vocabulary import CODE_LISTS, require_code

EVERY_CODE = [
    pytest.param(entry, id=f"{name}:{entry.code}") for name, entries in CODE_LISTS.items() for entry in entries
]


@pytest.mark.parametrize("entry", EVERY_CODE)
def test_a_code_is_upper_snake_and_says_what_it_means(entry: Code) -> None:
    assert re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*", entry.code)
    assert len(entry.code) <= 60
    assert entry.label
    assert entry.definition.endswith(".")


@pytest.mark.parametrize("name", CODE_LISTS)
def test_a_list_has_each_code_once_in_its_order(name: str) -> None:
    entries = CODE_LISTS[name]
    assert len({entry.code for entry in entries}) == len({entry.label for entry in entries}) == len(entries)
    assert [entry.order for entry in entries] == list(range(1, len(entries) + 1))


def codes(name: str) -> str:
    return " ".join(entry.code for entry in CODE_LISTS[name])


def test_the_lists_that_counting_rests_on_are_those_of_the_contract() -> None:
    assert codes("natures") == (
        "ALLEGATION COMPLAINT DEFAMATORY_STATEMENT NEGATIVE_COMMENT RACIST_COMMENT HOMOPHOBIC_COMMENT"
        " PREJUDICED_COMMENT THREAT_OF_VIOLENCE UNAUTHORISED_IMAGE CYBERBULLYING HARASSMENT OBSCENE_MATERIAL"
        " SEXUAL_MATERIAL ILLEGAL_MATERIAL PRIVACY_BREACH COPYRIGHT_BREACH IMPERSONATION UNDERAGE_USE DEVICE_MISUSE"
        " UNSUITABLE_MATERIAL OTHER"
    )
    assert codes("targets") == "SCHOOL STAFF PUPIL PARENT GOVERNOR TRUST COMMUNITY"
    assert codes("poster_roles") == (
        "PARENT CARER PUPIL FORMER_PUPIL FAMILY_MEMBER STAFF GOVERNOR VOLUNTEER CONTRACTOR PTA_MEMBER VISITOR OTHER"
        " UNKNOWN"
    )
    assert codes("platforms") == (
        "FACEBOOK TWITTER INSTAGRAM TIKTOK SNAPCHAT WHATSAPP YOUTUBE ONLYFANS DISCORD REDDIT MYSPACE FLICKR BLOG GAME"
        " SCHOOL_FORUM GOOGLE_CLASSROOM EMAIL TEXT_MESSAGE STAFF_GROUP_CHAT WEBSITE OTHER UNKNOWN"
    )
    assert codes("removal_states") == "REQUESTED REMOVED REFUSED"
    assert codes("breach_sources") == "ALLEGED OBSERVED SELF_REPORTED"
    assert codes("marks") == " ".join(Mark)


@pytest.mark.obligation("S0-004")
def test_a_post_may_come_from_parents_carers_pupils_other_individuals_and_stakeholders() -> None:
    assert {"PARENT", "CARER", "PUPIL", "FAMILY_MEMBER", "PTA_MEMBER", "GOVERNOR", "VISITOR", "OTHER"} <= set(
        codes("poster_roles").split()
    )


@pytest.mark.obligation("S0-005")
def test_harm_may_fall_on_the_school_staff_pupils_and_anyone_associated_with_the_school() -> None:
    assert {"SCHOOL", "STAFF", "PUPIL", "COMMUNITY"} <= set(codes("targets").split())


@pytest.mark.ruling(33)
def test_volunteers_supply_staff_and_contractors_are_staff_and_governors_and_the_trust_are_not() -> None:
    meanings = {entry.code: entry.definition for entry in CODE_LISTS["targets"]}

    assert "supply, volunteers and contractors included" in meanings["STAFF"]
    assert (meanings["GOVERNOR"], meanings["TRUST"]) == ("A governor, director or trustee.", "The trust as a body.")


@pytest.mark.obligation("S0-013")
def test_harm_may_be_done_to_reputation_to_the_school_and_to_learning() -> None:
    assert {"REPUTATION", "DETRIMENT", "PUPILS_LEARNING"} <= set(codes("impacts").split())


@pytest.mark.parametrize("code", ["facebook", "Facebook", "", "FACEBOOK ", "FRIENDSTER"])
def test_a_code_is_compared_as_it_is_written(code: str) -> None:
    with pytest.raises(UnknownCode) as refusal:
        require_code("platforms", code, "platform")
    assert refusal.value.fields == ("platform",)
    assert not code.strip() or code.strip() not in refusal.value.message


def test_a_code_is_known_on_the_days_it_was_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    vine = Code("VINE", "Vine", "A service of short films.", date(2013, 1, 24), date(2017, 1, 17))
    monkeypatch.setitem(vocabulary._BY_CODE, "platforms", {"VINE": vine})

    for day in (date(2013, 1, 24), date(2017, 1, 17), None):
        require_code("platforms", "VINE", "platform", day)
    for day in (date(2013, 1, 23), date(2017, 1, 18)):
        with pytest.raises(UnknownCode):
            require_code("platforms", "VINE", "platform", day)
