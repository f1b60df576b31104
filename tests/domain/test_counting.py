"""Each count against the items, heads and breaches that meet it and those that nearly do."""

from __future__ import annotations

from datetime import date

import pytest

from domain.counting import (
    DEFINITIONS,
    Contribution,
    CountSource,
    MonitoringCount,
    characteristics_of_item,
    counts_of_item,
)
from domain.values import Mark
from tests.domain.countable_cases import (
    Case,
    Head,
    breach,
    classified,
    complaint,
    contributions_of,
    excluded,
    figures,
    incident,
    item,
    named,
    numbered,
)

NATURES = [
    "ALLEGATION",
    "COMPLAINT",
    "DEFAMATORY_STATEMENT",
    "NEGATIVE_COMMENT",
    "RACIST_COMMENT",
    "HOMOPHOBIC_COMMENT",
    "PREJUDICED_COMMENT",
    "THREAT_OF_VIOLENCE",
    "UNAUTHORISED_IMAGE",
    "CYBERBULLYING",
    "HARASSMENT",
    "OBSCENE_MATERIAL",
    "SEXUAL_MATERIAL",
    "ILLEGAL_MATERIAL",
    "PRIVACY_BREACH",
    "COPYRIGHT_BREACH",
    "IMPERSONATION",
    "UNDERAGE_USE",
    "DEVICE_MISUSE",
    "UNSUITABLE_MATERIAL",
    "OTHER",
]
TARGETS = ["SCHOOL", "STAFF", "PUPIL", "PARENT", "GOVERNOR", "TRUST", "COMMUNITY"]
ROLES = [
    "PARENT",
    "CARER",
    "PUPIL",
    "FORMER_PUPIL",
    "FAMILY_MEMBER",
    "STAFF",
    "GOVERNOR",
    "VOLUNTEER",
    "CONTRACTOR",
    "PTA_MEMBER",
    "VISITOR",
    "OTHER",
    "UNKNOWN",
]

# The table of the counting rules, written out cell by cell: which count a nature and a target meet.
MEETS = {
    ("ALLEGATION", "STAFF"): 1,
    ("ALLEGATION", "PUPIL"): 2,
    ("COMPLAINT", "SCHOOL"): 3,
    ("COMPLAINT", "STAFF"): 4,
    ("DEFAMATORY_STATEMENT", "SCHOOL"): 5,
    ("DEFAMATORY_STATEMENT", "STAFF"): 6,
    ("NEGATIVE_COMMENT", "STAFF"): 7,
    ("NEGATIVE_COMMENT", "PUPIL"): 8,
    ("RACIST_COMMENT", "SCHOOL"): 9,
    ("RACIST_COMMENT", "STAFF"): 9,
    ("RACIST_COMMENT", "PUPIL"): 9,
    ("RACIST_COMMENT", "PARENT"): 9,
    ("RACIST_COMMENT", "GOVERNOR"): 9,
    ("RACIST_COMMENT", "TRUST"): 9,
    ("RACIST_COMMENT", "COMMUNITY"): 9,
    ("HOMOPHOBIC_COMMENT", "SCHOOL"): 9,
    ("HOMOPHOBIC_COMMENT", "STAFF"): 9,
    ("HOMOPHOBIC_COMMENT", "PUPIL"): 9,
    ("HOMOPHOBIC_COMMENT", "PARENT"): 9,
    ("HOMOPHOBIC_COMMENT", "GOVERNOR"): 9,
    ("HOMOPHOBIC_COMMENT", "TRUST"): 9,
    ("HOMOPHOBIC_COMMENT", "COMMUNITY"): 9,
    ("THREAT_OF_VIOLENCE", "SCHOOL"): 10,
    ("THREAT_OF_VIOLENCE", "STAFF"): 10,
    ("THREAT_OF_VIOLENCE", "PUPIL"): 10,
    ("THREAT_OF_VIOLENCE", "PARENT"): 10,
    ("THREAT_OF_VIOLENCE", "GOVERNOR"): 10,
    ("THREAT_OF_VIOLENCE", "TRUST"): 10,
    ("THREAT_OF_VIOLENCE", "COMMUNITY"): 10,
    ("UNAUTHORISED_IMAGE", "STAFF"): 11,
}


@pytest.mark.obligation(
    "S2-029", "S2-030", "S2-031", "S2-032", "S2-033", "S2-034", "S2-035", "S2-036", "S2-037", "S2-038", "S2-039"
)
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("nature", NATURES)
def test_a_classification_meets_the_count_of_its_nature_and_target_and_no_other(nature: str, target: str) -> None:
    number = MEETS.get((nature, target))
    expected = {} if number is None else numbered(number)

    assert figures(incident(f"{nature}:{target}")) == expected


@pytest.mark.parametrize(
    ("text", "number"),
    [
        pytest.param("ALLEGATION:STAFF", 1, marks=pytest.mark.obligation("S0-017", "S2-029")),
        pytest.param("ALLEGATION:PUPIL", 2, marks=pytest.mark.obligation("S0-018", "S2-030")),
        pytest.param("COMPLAINT:SCHOOL", 3, marks=pytest.mark.obligation("S0-020", "S2-031")),
        pytest.param("COMPLAINT:STAFF", 4, marks=pytest.mark.obligation("S0-021", "S2-032")),
        pytest.param("DEFAMATORY_STATEMENT:SCHOOL", 5, marks=pytest.mark.obligation("S0-022", "S2-033")),
        pytest.param("DEFAMATORY_STATEMENT:STAFF", 6, marks=pytest.mark.obligation("S2-034")),
        pytest.param("NEGATIVE_COMMENT:STAFF", 7, marks=pytest.mark.obligation("S0-024", "S2-035", "S4-022")),
        pytest.param("NEGATIVE_COMMENT:PUPIL", 8, marks=pytest.mark.obligation("S0-023", "S2-036", "S4-022")),
        pytest.param("RACIST_COMMENT:PUPIL", 9, marks=pytest.mark.obligation("S0-025", "S2-037")),
        pytest.param("HOMOPHOBIC_COMMENT:STAFF", 9, marks=pytest.mark.obligation("S0-026", "S2-037")),
        pytest.param("THREAT_OF_VIOLENCE:STAFF", 10, marks=pytest.mark.obligation("S0-027", "S2-038", "S4-034")),
        pytest.param("UNAUTHORISED_IMAGE:STAFF", 11, marks=pytest.mark.obligation("S2-039")),
    ],
)
def test_what_the_policies_name_enters_the_count_that_libra_asks_for(text: str, number: int) -> None:
    assert figures(incident(text)) == numbered(number)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("CYBERBULLYING:PUPIL", marks=pytest.mark.obligation("S0-019")),
        pytest.param("NEGATIVE_COMMENT:SCHOOL", marks=pytest.mark.obligation("S2-040", "S4-022")),
        pytest.param("UNAUTHORISED_IMAGE:PUPIL", marks=pytest.mark.obligation("S2-039", "S4-016")),
        pytest.param("OTHER:SCHOOL", marks=pytest.mark.obligation("S0-028")),
        "DEFAMATORY_STATEMENT:PUPIL",
        "COMPLAINT:PUPIL",
        "ALLEGATION:SCHOOL",
        "PREJUDICED_COMMENT:STAFF",
        "",
    ],
)
def test_what_fits_none_of_the_eleven_is_forced_into_none(text: str) -> None:
    assert figures(incident(text)) == {}


@pytest.mark.obligation("S2-040")
def test_there_are_exactly_eleven_counts() -> None:
    assert [count.value for count in MonitoringCount] == [
        "ALLEGATIONS_ABOUT_STAFF",
        "ALLEGATIONS_ABOUT_PUPILS",
        "COMPLAINTS_ABOUT_SCHOOL",
        "COMPLAINTS_ABOUT_STAFF",
        "DEFAMATION_OF_SCHOOL",
        "DEFAMATION_OF_STAFF",
        "NEGATIVE_COMMENTS_ABOUT_STAFF",
        "NEGATIVE_COMMENTS_ABOUT_PUPILS",
        "RACIST_OR_HOMOPHOBIC_COMMENTS",
        "THREATS_OF_VIOLENCE",
        "UNAUTHORISED_IMAGES_OF_STAFF",
    ]


@pytest.mark.obligation("S2-031", "S2-032")
def test_every_count_is_defined_in_order_with_its_line_of_the_policy_and_what_is_not_in_it() -> None:
    assert [definition.count for definition in DEFINITIONS] == list(MonitoringCount)
    assert [definition.number for definition in DEFINITIONS] == list(range(1, 12))
    assert [definition.source for definition in DEFINITIONS] == [f"Libra L{line}" for line in range(107, 118)]
    assert [definition.count for definition in DEFINITIONS if "Not in it:" not in definition.definition] == []
    assert len({definition.title for definition in DEFINITIONS}) == 11


@pytest.mark.obligation("S2-041")
def test_one_post_adds_one_to_each_count_it_meets_and_one_only() -> None:
    post = incident(
        "ALLEGATION:STAFF NEGATIVE_COMMENT:STAFF ALLEGATION:STAFF RACIST_COMMENT:PUPIL HOMOPHOBIC_COMMENT:STAFF "
        "UNDERAGE_USE:PUPIL"
    )

    assert figures(post) == numbered(1, 7, 9)


@pytest.mark.ruling(12)
@pytest.mark.obligation("S2-039")
@pytest.mark.parametrize("role", ROLES)
def test_an_image_of_staff_counts_by_who_took_it(role: str) -> None:
    # whoever posted it: a poster who would count does not help a taker who does not, and the other way about
    taken_by_role = item("UNAUTHORISED_IMAGE:STAFF", taker_role=role, poster_role="GOVERNOR")
    expected = numbered(11) if role in {"PARENT", "CARER", "PUPIL"} else {}

    assert figures(incident(taken_by_role)) == expected


@pytest.mark.ruling(12)
@pytest.mark.obligation("S2-039")
@pytest.mark.parametrize("taker", [None, "UNKNOWN"])
@pytest.mark.parametrize("role", ROLES)
def test_the_poster_of_an_image_stands_in_for_a_taker_who_is_not_known(role: str, taker: str | None) -> None:
    posted_by_role = item("UNAUTHORISED_IMAGE:STAFF", taker_role=taker, poster_role=role)
    expected = numbered(11) if role in {"PARENT", "CARER", "PUPIL"} else {}

    assert figures(incident(posted_by_role)) == expected


def test_an_item_carries_its_own_dates_platform_and_poster_into_its_contribution() -> None:
    post = item(
        "COMPLAINT:STAFF",
        discovered_on=date(2026, 10, 2),
        posted_on=date(2026, 9, 30),
        recorded_on=date(2026, 10, 5),
        platform="TIKTOK",
        poster_role="CARER",
    )

    assert contributions_of(incident(post, school_urn="900001")) == frozenset(
        {
            Contribution(
                item_id=post.item_id,
                count=MonitoringCount.COMPLAINTS_ABOUT_STAFF,
                source=CountSource.ONLINE,
                school_urn="900001",
                discovered_on=date(2026, 10, 2),
                posted_on=date(2026, 9, 30),
                recorded_on=date(2026, 10, 5),
                platform="TIKTOK",
                poster_role="CARER",
                excluded_by=None,
            )
        }
    )


def test_a_post_of_unknown_day_is_dated_by_its_discovery() -> None:
    (only,) = contributions_of(incident(item("COMPLAINT:STAFF", discovered_on=date(2026, 10, 2), posted_on=None)))

    assert only.posted_on == date(2026, 10, 2)


@pytest.mark.obligation("S2-031", "S2-032")
def test_each_head_of_a_complaint_adds_to_the_count_of_what_it_is_about() -> None:
    assert figures(complaint("SCHOOL", "STAFF", "STAFF", "BOTH", "NEITHER")) == numbered(C3=2, C4=3)


@pytest.mark.obligation("S2-032")
def test_a_head_is_dated_by_receipt_and_by_its_own_recording_and_has_no_platform() -> None:
    head = Head(named("head"), about_staff=True, recorded_on=date(2026, 10, 1))
    received = complaint(received_on=date(2026, 9, 10), school_urn="900005")
    received.heads[head.head_id] = head

    assert contributions_of(received) == frozenset(
        {
            Contribution(
                item_id=head.head_id,
                count=MonitoringCount.COMPLAINTS_ABOUT_STAFF,
                source=CountSource.COMPLAINT,
                school_urn="900005",
                discovered_on=date(2026, 9, 10),
                posted_on=date(2026, 9, 10),
                recorded_on=date(2026, 10, 1),
                platform=None,
                poster_role=None,
                excluded_by=None,
            )
        }
    )


@pytest.mark.obligation("S2-029")
def test_an_alleged_breach_is_dated_by_its_report_and_by_its_recording() -> None:
    reported = breach("ALLEGED", reported_on=date(2026, 9, 10), recorded_on=date(2026, 9, 12), school_urn="900004")

    assert contributions_of(reported) == frozenset(
        {
            Contribution(
                item_id=reported.id,
                count=MonitoringCount.ALLEGATIONS_ABOUT_STAFF,
                source=CountSource.STAFF_BREACH,
                school_urn="900004",
                discovered_on=date(2026, 9, 10),
                posted_on=date(2026, 9, 10),
                recorded_on=date(2026, 9, 12),
                platform=None,
                poster_role=None,
                excluded_by=None,
            )
        }
    )


@pytest.mark.obligation("S2-029")
@pytest.mark.parametrize(("source", "expected"), [("ALLEGED", numbered(1)), ("OBSERVED", {}), ("SELF_REPORTED", {})])
def test_a_breach_counts_only_when_somebody_alleged_it(source: str, expected: dict[str, int]) -> None:
    assert figures(breach(source)) == expected


@pytest.mark.parametrize("mark", list(Mark))
@pytest.mark.parametrize(
    "make",
    [
        lambda mark: incident("ALLEGATION:STAFF", mark=mark),
        lambda mark: incident(item("ALLEGATION:STAFF", mark=mark)),
        lambda mark: breach(mark=mark),
    ],
    ids=["a marked incident", "a marked item", "a marked breach"],
)
def test_what_is_marked_counts_nothing_and_shows_by_which_mark(make: object, mark: Mark) -> None:
    case = make(mark)  # type: ignore[operator] # one of the three above

    assert figures(case) == {}
    assert excluded(case) == {("ALLEGATIONS_ABOUT_STAFF", mark): 1}


@pytest.mark.parametrize("mark", list(Mark))
def test_a_marked_complaint_counts_nothing_for_any_head(mark: Mark) -> None:
    assert figures(complaint("BOTH", mark=mark)) == {}
    assert excluded(complaint("BOTH", mark=mark)) == {
        ("COMPLAINTS_ABOUT_SCHOOL", mark): 1,
        ("COMPLAINTS_ABOUT_STAFF", mark): 1,
    }


def test_the_mark_of_an_item_is_named_before_that_of_its_case() -> None:
    marked_twice = incident(
        item("COMPLAINT:STAFF", "first", mark=Mark.RECORDED_IN_ERROR),
        item("COMPLAINT:STAFF", "second"),
        mark=Mark.DUPLICATE,
    )

    assert excluded(marked_twice) == {
        ("COMPLAINTS_ABOUT_STAFF", Mark.RECORDED_IN_ERROR): 1,
        ("COMPLAINTS_ABOUT_STAFF", Mark.DUPLICATE): 1,
    }


def test_a_kind_without_a_counting_rule_is_an_error_and_not_a_silent_zero() -> None:
    with pytest.raises(ValueError, match="no counting rule for cases of kind SUGGESTION"):
        contributions_of(Case(id=named("odd"), kind="SUGGESTION"))


@pytest.mark.parametrize(
    ("text", "stated", "expected"),
    [
        ("RACIST_COMMENT:STAFF", (), {"RACE"}),
        ("HOMOPHOBIC_COMMENT:STAFF", (), {"SEXUAL_ORIENTATION"}),
        ("PREJUDICED_COMMENT:STAFF", ("DISABILITY",), {"DISABILITY"}),
        ("RACIST_COMMENT:PUPIL HOMOPHOBIC_COMMENT:PUPIL", ("RACE", "SEX"), {"RACE", "SEX", "SEXUAL_ORIENTATION"}),
        ("NEGATIVE_COMMENT:STAFF", (), set()),
    ],
)
def test_natures_imply_the_characteristics_they_are_about(
    text: str, stated: tuple[str, ...], expected: set[str]
) -> None:
    assert characteristics_of_item(item(text, characteristics=stated)) == expected


def test_the_counts_of_an_item_are_asked_whatever_its_mark() -> None:
    assert counts_of_item(item("ALLEGATION:STAFF", mark=Mark.NOT_REPORTABLE)) == {
        MonitoringCount.ALLEGATIONS_ABOUT_STAFF
    }


def test_classifications_are_read_as_the_log_writes_them() -> None:
    assert [(one.nature, one.target) for one in classified("ALLEGATION:STAFF OTHER:PUPIL")] == [
        ("ALLEGATION", "STAFF"),
        ("OTHER", "PUPIL"),
    ]
