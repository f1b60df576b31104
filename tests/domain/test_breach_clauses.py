"""Which clauses of each school's code a staff breach breaks, whom they spare, and how it counts by itself."""

from __future__ import annotations

from typing import Any

import pytest

import policies
from domain.policy import PolicyPack, parse_pack
from domain.staff_breach import StaffBreach
from domain.staff_breach_refusals import ClauseSparesAdults
from domain.staff_breach_severity import clauses_broken, default_severity
from domain.vocabulary import CODE_LISTS
from tests.domain.breaches import with_details
from tests.domain.complaints import TODAY, day, reported
from tests.support.scenario import Given

SHARP_LANE, WESTACRE, RIVINGTON, PARK_HALL = (
    parse_pack(policies.content(name), name) for name in ("sharp-lane", "westacre", "rivington", "park-hall")
)


def broken(breach: StaffBreach, pack: PolicyPack) -> list[str]:
    return [clause.id for clause in clauses_broken(breach, pack)]


@pytest.mark.obligation("S0-047", "S0-049", "S0-050", "S0-051", "S0-052", "S0-054", "S0-056", "S0-057", "S0-058")
@pytest.mark.obligation("S0-059", "S0-060", "S0-061", "S0-063", "S0-064", "S0-065", "S0-066", "S0-067", "S0-068")
@pytest.mark.obligation("S0-069", "S0-070", "S1-012", "S1-014", "S1-015", "S1-016", "S1-017", "S1-018", "S1-019")
@pytest.mark.obligation("S1-021", "S1-028", "S1-029", "S1-030", "S1-031", "S3-012", "S3-013", "S3-014", "S3-015")
@pytest.mark.obligation("S3-016", "S3-017", "S3-018", "S3-019", "S3-024", "S3-027", "S3-028", "S3-029", "S3-030")
@pytest.mark.obligation("S3-034", "S3-035", "S3-036", "S3-037", "S3-038", "S3-039", "S4-012", "S4-013")
@pytest.mark.parametrize(
    ("pack", "kind", "clause"),
    [
        pytest.param(pack, kind, clause, id=f"{obligation}:{kind}")
        for pack, rows in (
            (
                SHARP_LANE,
                """
                S0-047 DISRESPECT_TO_COLLEAGUE COLLEAGUES
                S0-047 REPUTATION_OF_SCHOOL REPUTATION
                S0-049 CONTACT_WITH_PUPIL PUPIL_CONTACT
                S0-050 CONTACT_WITH_FORMER_PUPIL FORMER_PUPIL_CONTACT
                S0-051 FRIEND_REQUEST FRIEND_REQUESTS
                S0-052 USE_AT_WORK_ON_SCHOOL_EQUIPMENT USE_AT_WORK
                S0-054 NAME_OR_LOGO NAME_AND_LOGO
                S0-056 LINK_TO_ILLEGAL_CONDUCT ILLEGAL_OR_DAMAGING
                S0-056 REPUTATION_OF_SCHOOL ILLEGAL_OR_DAMAGING
                S0-056 DEFAMATORY_COMMENT ILLEGAL_OR_DAMAGING
                S0-057 CONFIDENTIALITY CONFIDENTIALITY
                S0-058 SECURITY SECURITY
                S0-059 IMAGE_POSTED IMAGES
                S0-060 DEROGATORY_COMMENT COMMENTS
                S0-060 DEFAMATORY_COMMENT COMMENTS
                S0-060 RUDE_COMMENT COMMENTS
                S0-060 THREATENING_COMMENT COMMENTS
                S0-060 INAPPROPRIATE_COMMENT COMMENTS
                S0-061 REPUTATION_PERSONAL REPUTATION
                S0-061 REPUTATION_OF_SCHOOL REPUTATION
                S0-063 PROFESSIONAL_BOUNDARY BOUNDARIES
                S0-064 PERSONAL_INFORMATION_SHARED PERSONAL_INFORMATION
                S0-065 NON_TRANSPARENT_COMMUNICATION TRANSPARENCY
                S0-066 CONTACT_DETAILS_GIVEN CONTACT_DETAILS
                S0-067 PRIVACY_SETTINGS PRIVATE_SITES
                S0-067 PUPIL_AS_CONTACT PRIVATE_SITES
                S0-068 ACCESS_TO_PUPIL_SITE PUPIL_SITES
                S0-069 CONTACT_DETAILS_GIVEN DETAILS_TO_PUPILS
                S0-070 UNAPPROVED_CHANNEL APPROVED_CHANNEL
                """,
            ),
            (
                WESTACRE,
                """
                S1-012 FINANCIAL_INTEREST OWN_INTERESTS
                S1-012 COMMERCIAL_VENTURE OWN_INTERESTS
                S1-012 PERSONAL_CAMPAIGN OWN_INTERESTS
                S1-014 OTHER_POLICY OTHER_POLICIES
                S1-015 BULLYING MISCONDUCT_POLICIES
                S1-015 HARASSMENT MISCONDUCT_POLICIES
                S1-015 EQUALITY MISCONDUCT_POLICIES
                S1-016 DISCUSSING_SCHOOL_MATTERS SCHOOL_MATTERS
                S1-017 PUPIL_AS_CONTACT FRIENDS
                S1-018 SELF_IDENTIFIED_AS_REPRESENTATIVE REPRESENTATION
                S1-019 REFERENCE_WITHOUT_PERMISSION REFERENCES
                S1-021 OFF_DUTY_CONDUCT OUT_OF_WORK
                S1-028 CONTACT_WITH_PUPIL PUPIL_CONTACT
                S1-029 CONTACT_WITH_FORMER_PUPIL FORMER_PUPIL_CONTACT
                S1-030 ACCESS_REQUESTED ACCESS
                S1-031 ACCESS_GRANTED ACCESS
                """,
            ),
            (
                RIVINGTON,
                """
                S3-012 PERSONAL_USE_IN_WORKING_HOURS WORKING_HOURS
                S3-013 PRIVACY_SETTINGS PRIVACY
                S3-014 DISREPUTE DISREPUTE
                S3-015 PARENTAL_COMPLAINTS PARENTAL_COMPLAINTS
                S3-016 DEROGATORY_COMMENT DEROGATORY_SCHOOL
                S3-017 DEROGATORY_COMMENT DEROGATORY_SCHOOL
                S3-018 SUITABILITY SUITABILITY
                S3-019 CONTACT_WITH_PARENT PARENT_AND_PUPIL_CONTACT
                S3-019 CONTACT_WITH_PUPIL PARENT_AND_PUPIL_CONTACT
                S3-024 IMPROPER_VETTING VETTING
                S3-027 PROFESSIONAL_BOUNDARY BOUNDARIES
                S3-028 PERSONAL_INFORMATION_REQUESTED PERSONAL_INFORMATION
                S3-029 NON_TRANSPARENT_COMMUNICATION TRANSPARENCY
                S3-029 GROOMING_RISK TRANSPARENCY
                S3-030 CONTACT_DETAILS_GIVEN CONTACT_DETAILS
                S3-034 OTHER_POLICY OTHER_POLICIES
                S3-035 CONTACT_OUTSIDE_WORK OUTSIDE_WORK
                S3-036 OWN_EQUIPMENT EQUIPMENT
                S3-037 DEVICE_OUTSIDE_AUP DEVICES
                S3-038 OTHER_POLICY OTHER_POLICIES
                S3-039 DISREPUTE EMPLOYER_DISREPUTE
                S3-040 DATA_IN_STAFF_GROUP STAFF_GROUPS
                """,
            ),
            (
                PARK_HALL,
                """
                S4-012 OFF_DUTY_CONDUCT STANDARDS
                S4-012 OTHER_POLICY CODE_OF_CONDUCT
                S4-013 PROFESSIONAL_BOUNDARY BOUNDARIES
                S4-013 MISINTERPRETABLE_BEHAVIOUR BOUNDARIES
                """,
            ),
        )
        for obligation, kind, clause in map(str.split, rows.strip().splitlines())
    ],
)
def test_a_breach_cites_the_clause_of_the_code_that_speaks_of_it(pack: PolicyPack, kind: str, clause: str) -> None:
    assert clause in broken(with_details(breach_types=(kind,)), pack)
    with_details(breach_types=(kind,), clauses=(clause,), policy=pack)


@pytest.mark.obligation("S0-050", "S1-017", "S1-029")
@pytest.mark.parametrize(
    ("pack", "under_18", "cited", "severity"),
    [
        pytest.param(pack, age, cited, severity, id=f"{pack.id}:{age}")
        for pack, age, cited, severity in (
            (SHARP_LANE, "NO", ["FORMER_PUPIL_CONTACT"], "SERIOUS_DISCIPLINARY_OFFENCE"),
            (SHARP_LANE, "YES", ["FORMER_PUPIL_CONTACT"], "SERIOUS_DISCIPLINARY_OFFENCE"),
            (WESTACRE, "NO", [], None),
            (WESTACRE, "YES", ["FRIENDS", "FORMER_PUPIL_CONTACT"], "GROSS_MISCONDUCT"),
            (WESTACRE, "UNKNOWN", ["FRIENDS", "FORMER_PUPIL_CONTACT"], "GROSS_MISCONDUCT"),
            (RIVINGTON, "NO", ["FORMER_PUPIL_CONTACT"], None),
            (RIVINGTON, "YES", ["FORMER_PUPIL_CONTACT", "FORMER_PUPIL_UNDER_18"], None),
            (PARK_HALL, "YES", [], None),
        )
    ],
)
def test_contact_with_a_former_pupil_counts_by_age_where_the_school_says_so(
    pack: PolicyPack, under_18: str, cited: list[str], severity: str | None
) -> None:
    breach = with_details(breach_types=("CONTACT_WITH_FORMER_PUPIL",), under18_at_contact=under_18)

    assert (broken(breach, pack), default_severity(breach, pack)) == (cited, severity)


@pytest.mark.obligation("S1-017")
@pytest.mark.parametrize(
    ("breach_types", "cited"),
    [
        (("PUPIL_AS_CONTACT",), ["FRIENDS"]),
        (("FRIEND_REQUEST", "CONTACT_WITH_PUPIL"), ["FRIENDS", "PUPIL_CONTACT"]),
        (("FRIEND_REQUEST",), []),
        (("FRIEND_REQUEST", "CONTACT_WITH_FORMER_PUPIL"), []),
        (("CONTACT_WITH_PUPIL", "CONTACT_WITH_FORMER_PUPIL"), ["PUPIL_CONTACT"]),
    ],
)
def test_a_pupil_who_is_of_age_is_a_pupil_still(breach_types: tuple[str, ...], cited: list[str]) -> None:
    breach = with_details(breach_types=breach_types, under18_at_contact="NO")

    assert broken(breach, WESTACRE) == cited


@pytest.mark.obligation("S1-017", "S1-029")
@pytest.mark.parametrize("clause", ["FRIENDS", "FORMER_PUPIL_CONTACT"])
def test_a_clause_on_minors_is_not_cited_of_a_former_pupil_of_age(clause: str) -> None:
    given: Any = {"breach_types": ("CONTACT_WITH_FORMER_PUPIL",), "clauses": (clause,), "today": TODAY}
    refusal = Given(reported()).refuses(
        lambda one: one.note_details(under18_at_contact="NO", policy=WESTACRE, **given),
        ClauseSparesAdults,
        "clauses",
        "under18_at_contact",
    )
    assert refusal.clause == WESTACRE.clause({"FRIENDS": "L49", "FORMER_PUPIL_CONTACT": "L69"}[clause])
    for age in ("YES", "UNKNOWN", None):
        reported().note_details(under18_at_contact=age, policy=WESTACRE, **given)


@pytest.mark.parametrize(
    ("pack", "severity"),
    [
        pytest.param(SHARP_LANE, "SERIOUS_DISCIPLINARY_OFFENCE", marks=pytest.mark.obligation("S0-074")),
        pytest.param(WESTACRE, "GROSS_MISCONDUCT", marks=pytest.mark.obligation("S1-022")),
        pytest.param(RIVINGTON, "DISCIPLINARY", marks=pytest.mark.obligation("S3-046")),
        pytest.param(PARK_HALL, "DISCIPLINARY", marks=pytest.mark.obligation("S4-030")),
        (None, None),
    ],
)
def test_a_breach_counts_by_itself_as_the_school_says(pack: PolicyPack | None, severity: str | None) -> None:
    assert default_severity(reported(), pack) == severity


@pytest.mark.obligation("S3-008")
def test_using_a_network_breaks_no_clause_by_itself() -> None:
    assert "SOCIAL_NETWORK_USE" not in {code.code for code in CODE_LISTS["breach_types"]}
    assert broken(reported(), RIVINGTON) == broken(with_details(channel="SOCIAL_NETWORK"), RIVINGTON) == []


@pytest.mark.parametrize(
    ("pack", "kind", "exception", "left"),
    [
        pytest.param(SHARP_LANE, "NAME_OR_LOGO", "HEADTEACHER_PERMISSION", [], id="permission"),
        pytest.param(SHARP_LANE, "IMAGE_POSTED", "DESIGNATED_PERSON", [], id="designated"),
        pytest.param(WESTACRE, "CONTACT_WITH_PUPIL", "FAMILY_LINK", [], id="family link"),
        pytest.param(
            WESTACRE,
            "USE_AT_WORK_ON_SCHOOL_EQUIPMENT",
            "FAMILY_LINK",
            ["WORKING_DAY"],
            id="family link at work",
            marks=pytest.mark.obligation("S1-033"),
        ),
    ],
)
def test_an_exception_that_is_found_excuses_what_the_code_lets_it_excuse(
    pack: PolicyPack, kind: str, exception: str, left: list[str]
) -> None:
    breach = with_details(breach_types=(kind,))
    cited = broken(breach, pack)

    breach.consult_exception(exception=exception, found=False, consulted_on=day(1), today=TODAY)
    assert broken(breach, pack) == cited
    breach.consult_exception(exception=exception, found=True, consulted_on=day(2), today=TODAY)

    assert cited
    assert broken(breach, pack) == left
