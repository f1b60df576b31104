"""The rulings on hard cases of counting, by number: how the rules answer inputs that two readers could count apart.

INC, CMP and SBR are cases of the three kinds. Rulings on periods are in test_periods; rulings on reports, returns and
the import of logs are tested where those are made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from domain.counting import DEFINITIONS, MonitoringCount, characteristics_of_item
from domain.monitoring_counts import CountDefinition
from domain.values import Mark
from tests.domain.countable_cases import (
    Breach,
    Case,
    Complaint,
    Head,
    Incident,
    breach,
    complaint,
    contributions_of,
    excluded,
    figures,
    incident,
    item,
    named,
    numbered,
)


def definition(number: int) -> CountDefinition:
    return DEFINITIONS[number - 1]


def converted(text: str, *about: str) -> tuple[Incident, Complaint]:
    """An incident of one item, and the complaint it was converted to, of these heads."""
    origin = incident(text)
    return origin, complaint(*about, arose_from=(origin.id,))


def breach_from(origin: Case, source: str = "ALLEGED") -> tuple[Case, Breach]:
    return origin, breach(source, arose_from=(origin.id,))


ANSWERS: list[tuple[int, str, Callable[[], tuple[Case, ...]], dict[str, int]]] = [
    (
        1,
        "a complaint is withheld only where its incident adds to the same count",
        lambda: converted("NEGATIVE_COMMENT:SCHOOL", "SCHOOL"),
        numbered(3),
    ),
    (
        2,
        "the conversion adds its other head and not the one the incident has",
        lambda: converted("COMPLAINT:STAFF", "STAFF", "SCHOOL"),
        numbered(3, 4),
    ),
    (5, "a breach that was only observed is no allegation", lambda: (breach("OBSERVED"),), {}),
    (
        7,
        "a breach arising from a complaint about staff adds nothing",
        lambda: breach_from(complaint("STAFF")),
        numbered(4),
    ),
    (
        8,
        "an alleged breach arising from images of pupils is one allegation",
        lambda: breach_from(incident("UNAUTHORISED_IMAGE:PUPIL")),
        numbered(1),
    ),
    (9, "a racist post recorded only as an observed breach", lambda: (breach("OBSERVED"),), {}),
    (
        9,
        "the same post once recorded as an incident too",
        lambda: (
            (post := incident(item("RACIST_COMMENT:PUPIL", poster_role="STAFF"))),
            breach("OBSERVED", arose_from=(post.id,)),
        ),
        numbered(9),
    ),
    (
        10,
        "a racist comment about staff is no negative comment unless so classified",
        lambda: (incident("RACIST_COMMENT:STAFF"),),
        numbered(9),
    ),
    (
        11,
        "a threat with a racist word is both",
        lambda: (incident("THREAT_OF_VIOLENCE:PUPIL RACIST_COMMENT:PUPIL"),),
        numbered(9, 10),
    ),
    (
        12,
        "an image a pupil took counts although an unknown account posted it",
        lambda: (incident(item("UNAUTHORISED_IMAGE:STAFF", taker_role="PUPIL", poster_role="UNKNOWN")),),
        numbered(11),
    ),
    (
        13,
        "an image that a grandmother took does not",
        lambda: (incident(item("UNAUTHORISED_IMAGE:STAFF", taker_role="FAMILY_MEMBER", poster_role="PARENT")),),
        {},
    ),
    (
        14,
        "an image sent to one person is an item like any other",
        lambda: (incident(item("UNAUTHORISED_IMAGE:STAFF", platform="TEXT_MESSAGE", poster_role="PUPIL")),),
        numbered(11),
    ),
    (
        15,
        "one post naming three teachers is one allegation",
        lambda: (incident("ALLEGATION:STAFF ALLEGATION:STAFF ALLEGATION:STAFF"),),
        numbered(1),
    ),
    (
        16,
        "the same post on two networks is two items",
        lambda: (
            incident(
                item("NEGATIVE_COMMENT:STAFF", "on one", platform="FACEBOOK"),
                item("NEGATIVE_COMMENT:STAFF", "on the other", platform="INSTAGRAM"),
            ),
        ),
        numbered(C7=2),
    ),
    (
        17,
        "a removed post put up again is a new item",
        lambda: (
            incident(
                item("DEFAMATORY_STATEMENT:STAFF", "first", discovered_on=date(2026, 9, 14)),
                item("DEFAMATORY_STATEMENT:STAFF", "again", discovered_on=date(2026, 9, 21)),
            ),
        ),
        numbered(C6=2),
    ),
    (28, "a concern settled by the class teacher is one once recorded", lambda: (complaint("STAFF"),), numbered(4)),
    (31, "one head about school and staff together is one and one", lambda: (complaint("BOTH"),), numbered(3, 4)),
    (
        32,
        "sixty parents with one template letter are sixty complaints",
        lambda: tuple(complaint("SCHOOL", name=f"letter {n}") for n in range(60)),
        numbered(C3=60),
    ),
    (33, "a comment about the trust", lambda: (incident("NEGATIVE_COMMENT:TRUST COMPLAINT:TRUST"),), {}),
    (33, "a comment about a governor", lambda: (incident("NEGATIVE_COMMENT:GOVERNOR ALLEGATION:GOVERNOR"),), {}),
    (33, "a comment about a volunteer, who is staff", lambda: (incident("NEGATIVE_COMMENT:STAFF"),), numbered(7)),
    (
        34,
        "an antisemitic comment is racist",
        lambda: (incident(item("RACIST_COMMENT:PUPIL", characteristics=("RACE", "RELIGION_BELIEF"))),),
        numbered(9),
    ),
    (
        34,
        "a transphobic comment is prejudiced and reported apart",
        lambda: (incident(item("PREJUDICED_COMMENT:PUPIL", characteristics=("GENDER_REASSIGNMENT",))),),
        {},
    ),
    (
        36,
        "a post that defames two schools is a case in each",
        lambda: (
            incident("DEFAMATORY_STATEMENT:SCHOOL", name="here", school_urn="900001"),
            incident("DEFAMATORY_STATEMENT:SCHOOL", name="there", school_urn="900002"),
        ),
        numbered(C5=2),
    ),
    (
        39,
        "an item recorded twice by mistake leaves the other two",
        lambda: (
            incident(
                item("COMPLAINT:STAFF", "one"),
                item("COMPLAINT:STAFF", "twice", mark=Mark.RECORDED_IN_ERROR),
                item("COMPLAINT:SCHOOL", "three"),
            ),
        ),
        numbered(3, 4),
    ),
    (
        40,
        "two items alike in everything are two",
        lambda: (incident("NEGATIVE_COMMENT:PUPIL", "NEGATIVE_COMMENT:PUPIL"),),
        numbered(C8=2),
    ),
    (48, "an item with no classification yet is kept and counts nothing", lambda: (incident(""),), {}),
]


@pytest.mark.obligation("S2-029", "S2-031", "S2-032", "S2-037", "S2-039", "S2-040", "S2-041")
@pytest.mark.parametrize(
    ("cases", "expected"),
    [pytest.param(cases, expected, id=f"ruling {number}: {says}") for number, says, cases, expected in ANSWERS],
)
def test_the_counts_answer_as_ruled(cases: Callable[[], tuple[Case, ...]], expected: dict[str, int]) -> None:
    assert figures(*cases()) == expected


@pytest.mark.obligation("S2-032")
def test_ruling_3_a_complaint_counts_of_its_own_once_its_incident_is_not_reportable() -> None:
    origin, conversion = converted("COMPLAINT:STAFF", "STAFF", "SCHOOL")

    assert figures(origin, conversion) == numbered(3, 4)
    assert {each.source.value for each in contributions_of(conversion, origin)} == {"COMPLAINT"}

    marked = replace(origin, mark=Mark.NOT_REPORTABLE)

    assert figures(marked, conversion) == numbered(3, 4)
    assert {(each.count.value, each.source.value) for each in contributions_of(conversion, marked)} == {
        ("COMPLAINTS_ABOUT_SCHOOL", "COMPLAINT"),
        ("COMPLAINTS_ABOUT_STAFF", "COMPLAINT"),
    }
    assert excluded(marked, conversion) == {("COMPLAINTS_ABOUT_STAFF", Mark.NOT_REPORTABLE): 1}


@pytest.mark.obligation("S2-032")
def test_ruling_4_the_links_of_a_duplicate_are_those_of_its_original() -> None:
    original = incident("COMPLAINT:STAFF", name="INC-B")
    origin, conversion = converted("COMPLAINT:STAFF", "STAFF")
    copy = replace(origin, mark=Mark.DUPLICATE, duplicate_of=original.id)

    assert figures(original, copy, conversion) == numbered(4)
    assert contributions_of(conversion, original, copy) == frozenset()


@pytest.mark.obligation("S2-029")
def test_ruling_6_linking_an_alleged_breach_to_its_incident_later_takes_its_allegation_back() -> None:
    post = incident("ALLEGATION:STAFF")
    reported = breach("ALLEGED")

    assert figures(post, reported) == numbered(C1=2)
    assert figures(post, replace(reported, arose_from=(post.id,))) == numbered(1)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (10, (7, "Only what is classified counts")),
        (14, (11, "an image sent to one person is an item too")),
        (34, (9, "transphobic comments too are recorded as prejudiced comments and reported apart")),
        (34, (9, "Antisemitic comments are recorded as racist")),
    ],
)
def test_rulings_that_a_reader_must_know_are_said_in_the_definition(number: int, words: tuple[int, str]) -> None:
    count, sentence = words

    assert sentence in definition(count).definition


def test_ruling_11_the_threat_and_the_racist_word_are_one_item() -> None:
    found = contributions_of(incident("THREAT_OF_VIOLENCE:PUPIL RACIST_COMMENT:PUPIL"))

    assert len(found) == 2
    assert len({each.item_id for each in found}) == 1


def test_ruling_18_items_are_dated_by_their_own_discovery() -> None:
    found = contributions_of(
        incident(
            item("COMPLAINT:STAFF", "first", discovered_on=date(2026, 9, 30)),
            item("COMPLAINT:STAFF", "second", discovered_on=date(2026, 10, 2)),
        )
    )

    assert sorted(each.discovered_on for each in found) == [date(2026, 9, 30), date(2026, 10, 2)]


def test_ruling_19_a_classification_given_later_counts_on_the_day_of_the_item() -> None:
    before = item("", discovered_on=date(2026, 10, 5), recorded_on=date(2026, 10, 5))
    after = replace(before, classifications=item("COMPLAINT:STAFF").classifications)

    assert contributions_of(incident(before)) == frozenset()
    (only,) = contributions_of(incident(after))
    assert (only.discovered_on, only.recorded_on) == (date(2026, 10, 5), date(2026, 10, 5))


def test_ruling_24_an_item_of_counts_9_and_10_is_one_different_item() -> None:
    found = contributions_of(incident("HOMOPHOBIC_COMMENT:STAFF THREAT_OF_VIOLENCE:STAFF"))

    assert {each.count for each in found} == {
        MonitoringCount.RACIST_OR_HOMOPHOBIC_COMMENTS,
        MonitoringCount.THREATS_OF_VIOLENCE,
    }
    assert len({each.item_id for each in found}) == 1


def test_ruling_25_one_case_reaches_into_two_months_by_the_days_of_posting() -> None:
    found = contributions_of(
        incident(
            item("COMPLAINT:STAFF", "first", posted_on=date(2026, 9, 30), discovered_on=date(2026, 10, 5)),
            item("COMPLAINT:STAFF", "second", posted_on=date(2026, 10, 1), discovered_on=date(2026, 10, 5)),
        )
    )

    assert sorted(each.posted_on for each in found) == [date(2026, 9, 30), date(2026, 10, 1)]


def test_ruling_26_a_complaint_was_posted_on_the_day_of_receipt() -> None:
    (only,) = contributions_of(complaint("STAFF", received_on=date(2026, 9, 3)))

    assert only.posted_on == date(2026, 9, 3)


def test_ruling_27_a_complaint_has_no_platform_and_no_poster() -> None:
    (only,) = contributions_of(complaint("STAFF"))

    assert (only.platform, only.poster_role) == (None, None)


@pytest.mark.parametrize(
    ("text", "implied"), [("RACIST_COMMENT:STAFF", {"RACE"}), ("HOMOPHOBIC_COMMENT:STAFF", {"SEXUAL_ORIENTATION"})]
)
def test_ruling_35_a_racist_or_homophobic_comment_implies_its_characteristic(text: str, implied: set[str]) -> None:
    assert figures(incident(text)) == numbered(9)
    assert characteristics_of_item(item(text)) == implied


def test_ruling_37_a_corrected_school_moves_all_contributions_of_the_case() -> None:
    recorded = incident("COMPLAINT:STAFF", "ALLEGATION:PUPIL", school_urn="900001")
    corrected = replace(recorded, school_urn="900002")

    assert {each.school_urn for each in contributions_of(recorded)} == {"900001"}
    assert {each.school_urn for each in contributions_of(corrected)} == {"900002"}
    assert figures(recorded) == figures(corrected)


@pytest.mark.parametrize(
    "case",
    [
        incident(item("ALLEGATION:PUPIL", counted_at="900001"), school_urn="900002"),
        replace(
            complaint(school_urn="900002"),
            heads={named("head"): Head(named("head"), about_school=True, counted_at="900001")},
        ),
        breach(school_urn="900002", counted_at="900001"),
    ],
    ids=lambda case: case.kind,
)
def test_ruling_37_what_was_counted_before_a_transfer_stays_at_the_school(case: Case) -> None:
    (only,) = contributions_of(case)

    assert only.school_urn == "900001"


@pytest.mark.obligation("S2-039")
def test_ruling_46_a_poster_identified_next_term_brings_the_image_in_on_its_own_day() -> None:
    unknown = item("UNAUTHORISED_IMAGE:STAFF", poster_role="UNKNOWN", discovered_on=date(2026, 9, 14))

    assert contributions_of(incident(unknown)) == frozenset()
    (only,) = contributions_of(incident(replace(unknown, poster_role="PARENT")))
    assert (only.count, only.discovered_on) == (MonitoringCount.UNAUTHORISED_IMAGES_OF_STAFF, date(2026, 9, 14))


def test_ruling_47_a_breach_at_a_unit_of_the_trust_counts_there() -> None:
    (only,) = contributions_of(breach(school_urn="CENTRAL"))

    assert only.school_urn == "CENTRAL"
