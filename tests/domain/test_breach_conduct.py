"""What a staff breach says was done, how it counts under each school's code, and how the person was answered."""

from __future__ import annotations

from typing import Any

import pytest

import policies
from domain.duties import duties
from domain.policy import PolicyPack, parse_pack
from domain.refusals import DatesOutOfOrder, EmptyText, FutureDate, Refused, RepeatedValue, UnknownCode
from domain.sealed import SealedRef, Secret
from domain.staff_breach import StaffBreach
from domain.staff_breach_records import BreachDetails, Employment
from domain.staff_breach_refusals import (
    ActionMissing,
    ClauseSparesAdults,
    NotAdvisedAgainstContact,
    OutcomeNotReached,
    UnknownAdvice,
    UnknownClause,
    UnknownRequest,
)
from domain.staff_breach_severity import clauses_broken, default_severity
from domain.vocabulary import CODE_LISTS
from tests.domain.breaches import WHY, advised, with_details
from tests.domain.complaints import TODAY, day, named, reported
from tests.domain.recorded import recorded
from tests.support.scenario import Given

SHARP_LANE, WESTACRE, RIVINGTON, PARK_HALL = (
    parse_pack(policies.content(name), name) for name in ("sharp-lane", "westacre", "rivington", "park-hall")
)


def broken(breach: StaffBreach, pack: PolicyPack) -> list[str]:
    return [clause.id for clause in clauses_broken(breach, pack)]


def closed(breach: StaffBreach, outcome: str = "NO_CASE", **given: Any) -> None:
    breach.close(outcome=outcome, closed_on=day(9), today=TODAY, **given)


@pytest.mark.obligation("S1-008", "S1-014", "S3-009", "S3-010", "S3-011", "S3-030", "S3-031", "S3-033", "S4-012")
def test_a_breach_says_what_was_done_by_whom_and_in_which_circumstances() -> None:
    said: dict[str, Any] = {
        "intake": "PARENT",
        "breach_types": ("CONTACT_WITH_PUPIL", "OTHER_POLICY"),
        "clauses": ("PUPIL_CONTACT",),
        "subject_role": "CENTRAL_EMPLOYEE",
        "targets": ("PUPIL",),
        "channel": "PERSONAL_EMAIL",
        "on_duty": "OFF_DUTY",
        "capacity": "UNOFFICIAL",
        "direction": "ACCEPTED",
        "under18_at_contact": "YES",
        "contact_details": ("MOBILE_NUMBER",),
        "responded": False,
        "child_informed": True,
        "intent": "INADVERTENT",
        "published_by_third_party": True,
        "complaint_valid": True,
        "device": "MOBILE_PHONE",
        "school_equipment": False,
        "other_policy": Secret("the acceptable-use policy"),
        "search_purpose": Secret("to vet an applicant"),
    }
    breach = reported()
    Given(breach).when(lambda one: one.note_details(today=TODAY, policy=RIVINGTON, **{**said, "clauses": ()})).then(
        ("staff_breach.details_noted.v1", {**said, "clauses": ()})
    )
    breach.note_details(today=TODAY, policy=SHARP_LANE, **said)
    assert recorded(breach).details == BreachDetails(
        **{**said, "other_policy": SealedRef(3, "other_policy"), "search_purpose": SealedRef(3, "search_purpose")}
    )


@pytest.mark.parametrize(
    ("details", "refusal", "field"),
    [
        ({"breach_types": ("GOSSIP",)}, UnknownCode, "breach_types"),
        ({"breach_types": ("SECURITY", "SECURITY")}, RepeatedValue, "breach_types"),
        ({"channel": "PIGEON"}, UnknownCode, "channel"),
        ({"direction": "BOTH"}, UnknownCode, "direction"),
        ({"clauses": ("NO_SUCH_CLAUSE",), "policy": SHARP_LANE}, UnknownClause, "clauses"),
        ({"clauses": ("PUPIL_CONTACT",)}, UnknownClause, "clauses"),
    ],
)
def test_details_that_break_a_rule_are_refused_by_field(
    details: dict[str, Any], refusal: type[Refused], field: str
) -> None:
    Given(reported()).refuses(lambda one: one.note_details(today=TODAY, **details), refusal, field)


@pytest.mark.obligation("S3-006")
def test_somebody_employed_centrally_may_work_at_several_schools() -> None:
    breach = reported()
    Given(breach).when(lambda one: one.note_employment(schools=("900001", "900002"), is_central=True)).then(
        ("staff_breach.employment_noted.v1", {"schools": ("900001", "900002"), "is_central": True})
    )
    assert recorded(breach).employment == Employment(("900001", "900002"), is_central=True)


@pytest.mark.obligation("S0-045", "S1-006", "S1-007", "S3-006", "S4-002")
@pytest.mark.parametrize(
    ("role", "pack"),
    [
        pytest.param(role, pack, id=f"{pack.id}:{role}")
        for pack, roles in (
            (SHARP_LANE, "EMPLOYEE VOLUNTEER TRUSTEE FRIEND_OF_SCHOOL"),
            (WESTACRE, "GOVERNOR EMPLOYEE PARENT PUPIL VISITOR VOLUNTEER PTA_MEMBER"),
            (RIVINGTON, "EMPLOYEE CENTRAL_EMPLOYEE"),
            (PARK_HALL, "EMPLOYEE GOVERNOR THIRD_PARTY"),
        )
        for role in roles.split()
    ],
)
def test_each_code_binds_those_whom_the_school_names(role: str, pack: PolicyPack) -> None:
    assert role in pack.staff.subjects
    assert recorded(with_details(subject_role=role)).details == BreachDetails(subject_role=role)


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


@pytest.mark.obligation("S3-007", "S3-025", "S3-027", "S0-054", "S0-070")
def test_the_channels_are_more_than_networks() -> None:
    channels = {code.code for code in CODE_LISTS["breach_channels"]}
    assert channels >= {"PERSONAL_EMAIL", "TEXT_MESSAGE", "PRINT", "GOOGLE_CLASSROOM", "GAMING_SITE", "OTHER"}
    platforms = {code.code for code in CODE_LISTS["platforms"]}
    assert platforms >= {"FACEBOOK", "TWITTER", "TIKTOK", "INSTAGRAM", "YOUTUBE", "SNAPCHAT", "ONLYFANS"}


@pytest.mark.obligation("S3-032", "S4-014")
def test_a_person_who_tells_a_manager_leaves_a_record_even_where_nothing_is_found() -> None:
    breach = reported(source="SELF_REPORTED")
    Given(breach).when(
        lambda one: one.note_details(intake="SELF_REPORT", today=TODAY),
        lambda one: one.record_manager_report(manager=named("manager"), reported_on=day(0), today=TODAY),
        lambda one: one.decide_no_action(decided_on=day(1), reasons=WHY, today=TODAY),
        closed,
    )
    kept = recorded(breach)
    assert (kept.is_closed, kept.findings) == (True, ())
    assert [(one.manager, one.reported_on) for one in kept.manager_reports] == [(named("manager"), day(0))]


@pytest.mark.obligation("S3-013", "S3-023")
def test_contact_that_goes_on_after_advice_is_linked_to_the_advice() -> None:
    given = Given(advised())
    given.refuses(
        lambda one: one.record_later_contact(advice_id=named("none"), contact_on=day(2), today=TODAY),
        UnknownAdvice,
        "advice_id",
    )
    given.refuses(
        lambda one: one.record_later_contact(advice_id=named("advice"), contact_on=day(-1), today=TODAY),
        DatesOutOfOrder,
        "contact_on",
    )
    given.when(lambda one: one.record_later_contact(advice_id=named("advice"), contact_on=day(2), today=TODAY)).then(
        ("staff_breach.contact_went_on.v1", {"advice_id": named("advice"), "contact_on": day(2)})
    )


@pytest.mark.obligation("S3-023")
def test_contact_does_not_go_on_after_advice_on_something_else() -> None:
    breach = reported()
    breach.give_advice(advice_id=named("advice"), kind="PRIVACY_SETTINGS", given_on=day(0), today=TODAY)
    assert breach.bars_later_contact() is UnknownAdvice

    Given(breach).refuses(
        lambda one: one.record_later_contact(advice_id=named("advice"), contact_on=day(2), today=TODAY),
        NotAdvisedAgainstContact,
        "advice_id",
    )


@pytest.mark.obligation("S1-026", "S1-027")
@pytest.mark.parametrize("request_", ["DELETE_MATERIAL", "LEAVE_PREMISES"])
@pytest.mark.parametrize("done", [True, False])
def test_a_visitor_is_asked_to_delete_or_to_leave_and_does_it_or_not(request_: str, done: bool) -> None:
    given = Given(with_details(subject_role="VISITOR"))
    answer = {"request_id": named("request"), "done": done, "answered_on": day(2), "today": TODAY}
    given.refuses(lambda one: one.record_compliance(**answer), UnknownRequest, "request_id")
    given.when(
        lambda one: one.ask_of_person(request_id=named("request"), request=request_, requested_on=day(1), today=TODAY),
        lambda one: one.record_compliance(**answer),
    ).then(
        (
            "staff_breach.asked_of_person.v1",
            {"request_id": named("request"), "request": request_, "requested_on": day(1)},
        ),
        (
            "staff_breach.compliance_recorded.v1",
            {"request_id": named("request"), "done": done, "answered_on": day(2)},
        ),
    )
    again = Given(given.case)
    again.refuses(lambda one: one.record_compliance(**answer), UnknownRequest, "request_id")


@pytest.mark.obligation("S4-026")
def test_a_breach_ends_with_an_action_or_a_reasoned_none() -> None:
    given = Given(reported())
    given.refuses(closed, ActionMissing)
    given.refuses(
        lambda one: one.decide_no_action(decided_on=day(1), reasons=Secret(" "), today=TODAY), EmptyText, "reasons"
    )
    given.refuses(
        lambda one: one.decide_no_action(decided_on=day(99), reasons=WHY, today=TODAY), FutureDate, "decided_on"
    )
    given.when(lambda one: one.decide_no_action(decided_on=day(1), reasons=WHY, today=TODAY), closed)
    assert given.case.is_closed
    with_advice = advised()
    closed(with_advice, "ADVICE_GIVEN")
    assert with_advice.is_closed
    assert "DECIDE_ON_ACTION" in {duty.code for duty in duties(reported(), PARK_HALL)}
    assert "DECIDE_ON_ACTION" not in {duty.code for duty in duties(advised(), PARK_HALL)}


@pytest.mark.parametrize("outcome", ["GROSS_MISCONDUCT", "DISMISSAL"])
def test_no_breach_is_closed_with_an_outcome_that_nobody_found_or_decided(outcome: str) -> None:
    Given(advised()).refuses(lambda one: closed(one, outcome), OutcomeNotReached, "outcome")


@pytest.mark.obligation("S1-034")
def test_use_in_the_working_day_goes_to_the_designated_safeguarding_lead_before_closing() -> None:
    breach = advised()
    breach.note_details(today=TODAY, breach_types=("PERSONAL_USE_IN_WORKING_HOURS",))
    owed = {duty.code: duty for duty in duties(breach, WESTACRE)}
    assert (owed["INFORM_DSL"].before_closing, (owed["INFORM_DSL"].clause or "")[-3:]) == (True, "L75")

    breach.inform_about_breach(role="DSL", informed_on=day(1), today=TODAY)

    assert "INFORM_DSL" not in {duty.code for duty in duties(breach, WESTACRE)}
