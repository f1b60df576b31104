"""The rulings on hard cases of counting, by number: how the rules answer inputs that two readers could count apart.

INC, CMP and SBR are cases of the three kinds. Rulings on the day and the school of what counts are in
test_rulings_on_days_and_schools, those on periods in test_periods; rulings on reports, returns and the import of logs
are tested where those are made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from domain.counting import DEFINITIONS, MonitoringCount, characteristics_of_item
from domain.values import Mark
from tests.domain.countable_cases import (
    Breach,
    Case,
    Complaint,
    Incident,
    breach,
    complaint,
    contributions_of,
    excluded,
    figures,
    incident,
    item,
    numbered,
)


def converted(text: str, *about: str) -> tuple[Incident, Complaint]:
    """An incident of one item, and the complaint it was converted to, of these heads."""
    origin = incident(text)
    return origin, complaint(*about, arose_from=(origin.id,))


def breach_from(origin: Case, source: str = "ALLEGED") -> tuple[Case, Breach]:
    return origin, breach(source, arose_from=(origin.id,))


@pytest.mark.obligation("S2-029", "S2-031", "S2-032", "S2-037", "S2-039", "S2-040", "S2-041")
@pytest.mark.parametrize(
    ("cases", "expected"),
    [
        pytest.param(
            lambda: converted("NEGATIVE_COMMENT:SCHOOL", "SCHOOL"),
            numbered(3),
            marks=pytest.mark.ruling(1),
            id="a complaint is withheld only where its incident adds to the same count",
        ),
        pytest.param(
            lambda: converted("COMPLAINT:STAFF", "STAFF", "SCHOOL"),
            numbered(3, 4),
            marks=pytest.mark.ruling(2),
            id="the conversion adds its other head and not the one the incident has",
        ),
        pytest.param(
            lambda: (breach("OBSERVED"),),
            {},
            marks=pytest.mark.ruling(5),
            id="a breach that was only observed is no allegation",
        ),
        pytest.param(
            lambda: breach_from(complaint("STAFF")),
            numbered(4),
            marks=pytest.mark.ruling(7),
            id="a breach arising from a complaint about staff adds nothing",
        ),
        pytest.param(
            lambda: breach_from(incident("UNAUTHORISED_IMAGE:PUPIL")),
            numbered(1),
            marks=pytest.mark.ruling(8),
            id="an alleged breach arising from images of pupils is one allegation",
        ),
        pytest.param(
            lambda: (breach("OBSERVED"),),
            {},
            marks=pytest.mark.ruling(9),
            id="a racist post recorded only as an observed breach",
        ),
        pytest.param(
            lambda: (
                (post := incident(item("RACIST_COMMENT:PUPIL", poster_role="STAFF"))),
                breach("OBSERVED", arose_from=(post.id,)),
            ),
            numbered(9),
            marks=pytest.mark.ruling(9),
            id="the same post once recorded as an incident too",
        ),
        pytest.param(
            lambda: (incident("RACIST_COMMENT:STAFF"),),
            numbered(9),
            marks=pytest.mark.ruling(10),
            id="a racist comment about staff is no negative comment unless so classified",
        ),
        pytest.param(
            lambda: (incident("THREAT_OF_VIOLENCE:PUPIL RACIST_COMMENT:PUPIL"),),
            numbered(9, 10),
            marks=pytest.mark.ruling(11),
            id="a threat with a racist word is both",
        ),
        pytest.param(
            lambda: (incident(item("UNAUTHORISED_IMAGE:STAFF", taker_role="PUPIL", poster_role="UNKNOWN")),),
            numbered(11),
            marks=pytest.mark.ruling(12),
            id="an image a pupil took counts although an unknown account posted it",
        ),
        pytest.param(
            lambda: (incident(item("UNAUTHORISED_IMAGE:STAFF", taker_role="FAMILY_MEMBER", poster_role="PARENT")),),
            {},
            marks=pytest.mark.ruling(13),
            id="an image that a grandmother took does not",
        ),
        pytest.param(
            lambda: (incident(item("UNAUTHORISED_IMAGE:STAFF", platform="TEXT_MESSAGE", poster_role="PUPIL")),),
            numbered(11),
            marks=pytest.mark.ruling(14),
            id="an image sent to one person is an item like any other",
        ),
        pytest.param(
            lambda: (incident("ALLEGATION:STAFF ALLEGATION:STAFF ALLEGATION:STAFF"),),
            numbered(1),
            marks=pytest.mark.ruling(15),
            id="one post naming three teachers is one allegation",
        ),
        pytest.param(
            lambda: (
                incident(
                    item("NEGATIVE_COMMENT:STAFF", "on one", platform="FACEBOOK"),
                    item("NEGATIVE_COMMENT:STAFF", "on the other", platform="INSTAGRAM"),
                ),
            ),
            numbered(C7=2),
            marks=pytest.mark.ruling(16),
            id="the same post on two networks is two items",
        ),
        pytest.param(
            lambda: (
                incident(
                    item("DEFAMATORY_STATEMENT:STAFF", "first", discovered_on=date(2026, 9, 14)),
                    item("DEFAMATORY_STATEMENT:STAFF", "again", discovered_on=date(2026, 9, 21)),
                ),
            ),
            numbered(C6=2),
            marks=pytest.mark.ruling(17),
            id="a removed post put up again is a new item",
        ),
        pytest.param(
            lambda: (complaint("STAFF"),),
            numbered(4),
            marks=pytest.mark.ruling(28),
            id="a concern settled by the class teacher is one once recorded",
        ),
        pytest.param(
            lambda: (complaint("BOTH"),),
            numbered(3, 4),
            marks=pytest.mark.ruling(31),
            id="one head about school and staff together is one and one",
        ),
        pytest.param(
            lambda: tuple(complaint("SCHOOL", name=f"letter {n}") for n in range(60)),
            numbered(C3=60),
            marks=pytest.mark.ruling(32),
            id="sixty parents with one template letter are sixty complaints",
        ),
        pytest.param(
            lambda: (incident("NEGATIVE_COMMENT:TRUST COMPLAINT:TRUST"),),
            {},
            marks=pytest.mark.ruling(33),
            id="a comment about the trust",
        ),
        pytest.param(
            lambda: (incident("NEGATIVE_COMMENT:GOVERNOR ALLEGATION:GOVERNOR"),),
            {},
            marks=pytest.mark.ruling(33),
            id="a comment about a governor",
        ),
        pytest.param(
            lambda: (incident("NEGATIVE_COMMENT:STAFF"),),
            numbered(7),
            marks=pytest.mark.ruling(33),
            id="a comment about a volunteer, who is staff",
        ),
        pytest.param(
            lambda: (incident(item("RACIST_COMMENT:PUPIL", characteristics=("RACE", "RELIGION_BELIEF"))),),
            numbered(9),
            marks=pytest.mark.ruling(34),
            id="an antisemitic comment is racist",
        ),
        pytest.param(
            lambda: (incident(item("PREJUDICED_COMMENT:PUPIL", characteristics=("GENDER_REASSIGNMENT",))),),
            {},
            marks=pytest.mark.ruling(34),
            id="a transphobic comment is prejudiced and reported apart",
        ),
        pytest.param(
            lambda: (
                incident("DEFAMATORY_STATEMENT:SCHOOL", name="here", school_urn="900001"),
                incident("DEFAMATORY_STATEMENT:SCHOOL", name="there", school_urn="900002"),
            ),
            numbered(C5=2),
            marks=pytest.mark.ruling(36),
            id="a post that defames two schools is a case in each",
        ),
        pytest.param(
            lambda: (
                incident(
                    item("COMPLAINT:STAFF", "one"),
                    item("COMPLAINT:STAFF", "twice", mark=Mark.RECORDED_IN_ERROR),
                    item("COMPLAINT:SCHOOL", "three"),
                ),
            ),
            numbered(3, 4),
            marks=pytest.mark.ruling(39),
            id="an item recorded twice by mistake leaves the other two",
        ),
        pytest.param(
            lambda: (incident("NEGATIVE_COMMENT:PUPIL", "NEGATIVE_COMMENT:PUPIL"),),
            numbered(C8=2),
            marks=pytest.mark.ruling(40),
            id="two items alike in everything are two",
        ),
        pytest.param(
            lambda: (incident(""),),
            {},
            marks=pytest.mark.ruling(48),
            id="an item with no classification yet is kept and counts nothing",
        ),
    ],
)
def test_the_counts_answer_as_ruled(cases: Callable[[], tuple[Case, ...]], expected: dict[str, int]) -> None:
    assert figures(*cases()) == expected


@pytest.mark.obligation("S2-032")
@pytest.mark.ruling(3)
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
@pytest.mark.ruling(4)
def test_ruling_4_the_links_of_a_duplicate_are_those_of_its_original() -> None:
    original = incident("COMPLAINT:STAFF", name="INC-B")
    origin, conversion = converted("COMPLAINT:STAFF", "STAFF")
    copy = replace(origin, mark=Mark.DUPLICATE, duplicate_of=original.id)

    assert figures(original, copy, conversion) == numbered(4)
    assert contributions_of(conversion, original, copy) == frozenset()


@pytest.mark.obligation("S2-029")
@pytest.mark.ruling(6)
def test_ruling_6_linking_an_alleged_breach_to_its_incident_later_takes_its_allegation_back() -> None:
    post = incident("ALLEGATION:STAFF")
    reported = breach("ALLEGED")

    assert figures(post, reported) == numbered(C1=2)
    assert figures(post, replace(reported, arose_from=(post.id,))) == numbered(1)


@pytest.mark.parametrize(
    ("count", "sentence"),
    [
        pytest.param(7, "Only what is classified counts", marks=pytest.mark.ruling(10)),
        pytest.param(11, "an image sent to one person is an item too", marks=pytest.mark.ruling(14)),
        pytest.param(
            9,
            "transphobic comments too are recorded as prejudiced comments and reported apart",
            marks=pytest.mark.ruling(34),
        ),
        pytest.param(9, "Antisemitic comments are recorded as racist", marks=pytest.mark.ruling(34)),
    ],
)
def test_rulings_that_a_reader_must_know_are_said_in_the_definition(count: int, sentence: str) -> None:
    assert sentence in DEFINITIONS[count - 1].definition


@pytest.mark.ruling(11)
def test_ruling_11_the_threat_and_the_racist_word_are_one_item() -> None:
    found = contributions_of(incident("THREAT_OF_VIOLENCE:PUPIL RACIST_COMMENT:PUPIL"))

    assert len(found) == 2
    assert len({each.item_id for each in found}) == 1


@pytest.mark.ruling(24)
def test_ruling_24_an_item_of_counts_9_and_10_is_one_different_item() -> None:
    found = contributions_of(incident("HOMOPHOBIC_COMMENT:STAFF THREAT_OF_VIOLENCE:STAFF"))

    assert {each.count for each in found} == {
        MonitoringCount.RACIST_OR_HOMOPHOBIC_COMMENTS,
        MonitoringCount.THREATS_OF_VIOLENCE,
    }
    assert len({each.item_id for each in found}) == 1


@pytest.mark.ruling(27)
def test_ruling_27_a_complaint_has_no_platform_and_no_poster() -> None:
    (only,) = contributions_of(complaint("STAFF"))

    assert (only.platform, only.poster_role) == (None, None)


@pytest.mark.parametrize(
    ("text", "implied"), [("RACIST_COMMENT:STAFF", {"RACE"}), ("HOMOPHOBIC_COMMENT:STAFF", {"SEXUAL_ORIENTATION"})]
)
@pytest.mark.ruling(35)
def test_ruling_35_a_racist_or_homophobic_comment_implies_its_characteristic(text: str, implied: set[str]) -> None:
    assert figures(incident(text)) == numbered(9)
    assert characteristics_of_item(item(text)) == implied
