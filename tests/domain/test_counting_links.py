"""What a case does not add because another case adds it already: complaints, breaches and copies by their links."""

from __future__ import annotations

import pytest

from domain.counting import (
    contributions,
)
from domain.values import Mark
from tests.domain.countable_cases import (
    Case,
    breach,
    complaint,
    contributions_of,
    dependencies_of,
    excluded,
    figures,
    incident,
    item,
    named,
    numbered,
)
from tests.domain.test_counting import MEETS


def test_what_another_case_already_counts_is_no_exclusion_by_mark() -> None:
    origin = incident("COMPLAINT:STAFF")
    conversion = complaint("STAFF", arose_from=(origin.id,), mark=Mark.RECORDED_IN_ERROR)

    assert excluded(origin, conversion) == {}


def test_a_complaint_is_withheld_only_by_incidents_it_arose_from_itself() -> None:
    # the chain matters for breaches alone: a further complaint is one more complaint
    origin = incident("COMPLAINT:STAFF")
    first = complaint("STAFF", name="first", arose_from=(origin.id,))
    second = complaint("STAFF", name="second", arose_from=(first.id,))

    assert figures(origin, first, second) == numbered(C4=2)


def test_a_marked_item_of_the_origin_withholds_nothing() -> None:
    origin = incident(item("COMPLAINT:STAFF", mark=Mark.RECORDED_IN_ERROR))
    conversion = complaint("STAFF", arose_from=(origin.id,))

    assert figures(origin, conversion) == numbered(4)


def test_a_breach_is_withheld_by_any_case_in_the_chain_it_arose_from() -> None:
    # incident -> complaint about the school -> breach: the allegation was made in the first of them
    origin = incident("ALLEGATION:STAFF")
    middle = complaint("SCHOOL", arose_from=(origin.id,))
    last = breach(arose_from=(middle.id,))

    assert figures(origin, middle, last) == numbered(1, 3)


def test_a_chain_is_followed_through_a_marked_case_in_its_middle() -> None:
    origin = incident("ALLEGATION:STAFF")
    middle = complaint("STAFF", arose_from=(origin.id,), mark=Mark.RECORDED_IN_ERROR)
    last = breach(arose_from=(middle.id,))

    assert figures(origin, middle, last) == numbered(1)


@pytest.mark.parametrize("number", [number for number in range(2, 12) if number != 4])
def test_a_breach_is_not_withheld_by_any_other_count(number: int) -> None:
    nature, target = next(pair for pair, meets in MEETS.items() if meets == number)
    origin = incident(f"{nature}:{target}")

    assert figures(origin, breach(arose_from=(origin.id,))) == numbered(number, 1)


def test_a_duplicate_lends_the_links_of_its_original_and_not_its_own() -> None:
    unrelated = incident("ALLEGATION:STAFF", name="unrelated")
    original = incident("NEGATIVE_COMMENT:STAFF", name="original")
    copy = incident("ALLEGATION:STAFF", name="copy", mark=Mark.DUPLICATE, duplicate_of=original.id)
    copy_with_links = Case(
        id=named("copy with links"),
        kind="INCIDENT",
        mark=Mark.DUPLICATE,
        duplicate_of=original.id,
        arose_from=(unrelated.id,),
    )

    assert figures(original, copy, breach(arose_from=(copy.id,))) == numbered(1, 7)
    assert contributions_of(breach(arose_from=(copy_with_links.id,)), unrelated, original, copy_with_links)


def test_an_original_is_found_through_a_row_of_duplicates() -> None:
    original = incident("ALLEGATION:STAFF", name="original")
    copy = incident("OTHER:STAFF", name="copy", mark=Mark.DUPLICATE, duplicate_of=original.id)
    copy_of_copy = incident("OTHER:STAFF", name="copy of copy", mark=Mark.DUPLICATE, duplicate_of=copy.id)

    assert figures(original, copy, copy_of_copy, breach(arose_from=(copy_of_copy.id,))) == numbered(1)


def test_breaches_that_arose_from_each_other_are_one_allegation() -> None:
    ring = ["one", "two", "three"]
    breaches = [breach(name=name, arose_from=(named(ring[n - 1]),)) for n, name in enumerate(ring)]

    assert figures(*breaches) == numbered(1)


@pytest.mark.parametrize(("first", "second"), [("one", "two"), ("two", "one")])
def test_a_breach_that_arose_from_an_alleged_breach_is_the_same_allegation(first: str, second: str) -> None:
    origin = breach(name=first)
    later = breach(name=second, arose_from=(origin.id,))

    assert figures(origin, later) == numbered(1)
    assert contributions_of(later, origin) == frozenset()


@pytest.mark.parametrize(("first", "second"), [("one", "two"), ("two", "one")])
def test_a_complaint_in_a_ring_with_a_breach_is_the_one_that_counts(first: str, second: str) -> None:
    received = complaint("STAFF", name=first, arose_from=(named(second),))
    reported = breach(name=second, arose_from=(received.id,))

    assert figures(received, reported) == numbered(4)


def test_a_duplicate_whose_original_is_not_known_withholds_nothing() -> None:
    copy = incident("ALLEGATION:STAFF", mark=Mark.DUPLICATE)
    reported = breach(arose_from=(copy.id,))

    assert figures(copy, reported) == numbered(1)
    assert dependencies_of(reported, copy) == {copy.id}


def test_a_breach_whose_origin_is_its_own_copy_is_still_counted() -> None:
    original = breach(name="original", arose_from=(named("copy"),))
    copy = breach(name="copy", mark=Mark.DUPLICATE, duplicate_of=original.id)

    assert figures(original, copy) == numbered(1)


def test_a_link_to_a_case_that_is_not_there_withholds_nothing() -> None:
    assert figures(breach(arose_from=(named("nowhere"),))) == numbered(1)


def test_an_incident_depends_on_no_other_case() -> None:
    assert dependencies_of(incident("ALLEGATION:STAFF", arose_from=(named("other"),))) == frozenset()


def test_a_complaint_depends_on_its_origins_and_their_originals_alone() -> None:
    before = incident("COMPLAINT:STAFF", name="before")
    original = incident("COMPLAINT:STAFF", name="original", arose_from=(before.id,))
    copy = incident("COMPLAINT:STAFF", name="copy", mark=Mark.DUPLICATE, duplicate_of=original.id)
    received = complaint("STAFF", arose_from=(copy.id, named("nowhere")))

    assert dependencies_of(received, before, original, copy) == {copy.id, original.id, named("nowhere")}


def test_a_breach_depends_on_the_whole_chain_it_arose_from() -> None:
    before = incident("OTHER:STAFF", name="before")
    original = incident("OTHER:STAFF", name="original", arose_from=(before.id,))
    copy = incident("OTHER:STAFF", name="copy", mark=Mark.DUPLICATE, duplicate_of=original.id)
    received = complaint("SCHOOL", arose_from=(copy.id,))
    reported = breach(arose_from=(received.id,))

    assert dependencies_of(reported, before, original, copy, received) == {
        received.id,
        copy.id,
        original.id,
        before.id,
    }


def test_counting_asks_for_no_case_that_it_does_not_depend_on() -> None:
    before = incident("OTHER:STAFF", name="before")
    received = complaint("SCHOOL", arose_from=(before.id,))
    reported = breach(arose_from=(received.id,))
    known = {case.id: case for case in (before, received, reported)}
    asked = []

    def resolve(case_id: object) -> Case | None:
        asked.append(case_id)
        return known.get(case_id)  # type: ignore[call-overload, no-any-return] # ids are the keys

    contributions(reported, resolve)

    assert set(asked) == dependencies_of(reported, before, received)
