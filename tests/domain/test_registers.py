"""The registers of trust and school: membership, calendars, packs and roles, each as on a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest

import policies
from domain.appointments import Appointment, NotAppointed, OwnAppointment
from domain.calendars import Days, SchoolCalendar, TermsIncomplete
from domain.policy import content_hash, parse_pack
from domain.refusals import DatesOutOfOrder, MalformedValue, RefusalCode, UnknownCode
from domain.registers import (
    AlreadyAMember,
    NotAMember,
    PackUnusable,
    SchoolRegister,
    TrustRegister,
    school_register_id,
    trust_register_id,
)
from domain.values import PolicyRef
from tests.domain.recorded import recorded
from tests.domain.test_calendars import CALENDAR
from tests.support.scenario import Given, decided

TRUST = UUID("11111111-2222-4333-8444-555555555555")
HEAD, DEPUTY = UUID(int=1), UUID(int=2)
JOINED = date(2024, 9, 1)
LIBRA, SHARP_LANE = policies.content("libra"), policies.content("sharp-lane")


def school(urn: str = "900003") -> SchoolRegister:
    return SchoolRegister.join(trust_id=TRUST, urn=urn, name="Mill Bank (Libra)", joined_on=JOINED)


def trust() -> TrustRegister:
    return TrustRegister.register(trust_id=TRUST, name="Five Schools Trust")


def reference(name: str) -> PolicyRef:
    pack = parse_pack(policies.content(name))
    return PolicyRef(pack.id, pack.version, content_hash(policies.content(name)))


def as_set(calendar: SchoolCalendar = CALENDAR) -> dict[str, Any]:
    """The calendar as the decision takes it."""
    return {
        "academic_year": calendar.academic_year,
        "terms": calendar.terms,
        "holidays": calendar.holidays,
        "closures": calendar.closures,
        "inset_days": calendar.inset_days,
    }


def test_registers_have_streams_of_their_own_within_the_trust() -> None:
    assert trust().id == trust_register_id(TRUST) == uuid5(TRUST, "trust-register")
    assert school().id == school_register_id(TRUST, "900003") == uuid5(TRUST, "school-register/900003")
    assert school("900004").id != school("900003").id


def test_a_trust_is_registered_by_name() -> None:
    assert decided(trust()) == [("trust.registered.v1", {"name": "Five Schools Trust"})]
    assert recorded(trust()).name == "Five Schools Trust"
    with pytest.raises(MalformedValue):
        TrustRegister.register(trust_id=TRUST, name=" ")


def test_a_school_is_a_member_from_the_day_it_joined_to_the_day_it_left() -> None:
    register = school()
    assert decided(register) == [
        ("school.joined.v1", {"urn": "900003", "name": "Mill Bank (Libra)", "joined_on": JOINED})
    ]
    Given(register).when(
        lambda one: one.leave(left_on=date(2026, 3, 31)), lambda one: one.rejoin(joined_on=date(2026, 9, 1))
    ).then(("school.left.v1", {"left_on": date(2026, 3, 31)}), ("school.rejoined.v1", {"joined_on": date(2026, 9, 1)}))

    kept = recorded(register)
    days = [JOINED - timedelta(days=1), JOINED, date(2026, 3, 31), date(2026, 4, 1), date(2026, 9, 1), date(2030, 1, 1)]
    assert [kept.is_member(day) for day in days] == [False, True, True, False, True, True]


def test_a_school_leaves_only_while_a_member_and_rejoins_only_after_it_left() -> None:
    given = Given(school())

    given.refuses(lambda one: one.rejoin(joined_on=date(2026, 9, 1)), AlreadyAMember, "joined_on")
    given.refuses(lambda one: one.leave(left_on=JOINED - timedelta(days=1)), DatesOutOfOrder, "left_on")

    given.case.leave(left_on=date(2026, 3, 31))
    given = Given(given.case)
    refusal = given.refuses(lambda one: one.leave(left_on=date(2026, 4, 1)), NotAMember, "left_on")
    assert refusal.code is RefusalCode.NOT_A_MEMBER
    given.refuses(lambda one: one.rejoin(joined_on=date(2026, 3, 31)), DatesOutOfOrder, "joined_on")


@pytest.mark.parametrize(("urn", "name"), [("", "A"), ("900001 ", "A"), ("900001", ""), ("900001", "A\n")])
def test_a_school_has_an_id_and_a_name(urn: str, name: str) -> None:
    with pytest.raises(MalformedValue):
        SchoolRegister.join(trust_id=TRUST, urn=urn, name=name, joined_on=JOINED)


def test_a_school_is_renamed_and_not_to_the_name_it_has() -> None:
    register = school()
    Given(register).when(
        lambda one: one.rename(name="Mill Bank Academy", renamed_on=date(2026, 1, 1)),
        lambda one: one.rename(name="Mill Bank Academy", renamed_on=date(2026, 1, 2)),
    ).then(("school.renamed.v1", {"name": "Mill Bank Academy", "renamed_on": date(2026, 1, 1)}))

    assert recorded(register).name == "Mill Bank Academy"
    Given(register).refuses(lambda one: one.rename(name="", renamed_on=date(2026, 1, 3)), MalformedValue, "name")


def test_a_calendar_is_set_for_its_academic_year_and_a_later_version_replaces_it() -> None:
    register = school()
    with_snow = replace(CALENDAR, version=2, closures=(*CALENDAR.closures, Days(date(2027, 2, 1), date(2027, 2, 1))))
    Given(register).when(
        lambda one: one.set_calendar(**as_set()),
        lambda one: one.set_calendar(**as_set()),  # the same again is no event
        lambda one: one.set_calendar(**as_set(with_snow)),
    ).then(
        ("school.calendar_set.v1", as_set() | {"calendar_version": 1}),
        ("school.calendar_set.v1", as_set(with_snow) | {"calendar_version": 2}),
    )

    assert recorded(register).calendars == {"2026-27": with_snow}


def test_the_days_of_a_calendar_are_kept_in_order_however_they_were_given() -> None:
    register = school()
    register.set_calendar(
        **as_set()
        | {"holidays": tuple(reversed(CALENDAR.holidays)), "inset_days": tuple(reversed(CALENDAR.inset_days))}
    )

    assert register.calendars == {"2026-27": CALENDAR}


def test_a_calendar_that_contradicts_itself_is_not_set() -> None:
    given = Given(school())

    given.refuses(lambda one: one.set_calendar(**as_set() | {"terms": CALENDAR.terms[:2]}), TermsIncomplete, "terms")
    assert given.case.calendars == {}


@pytest.mark.obligation("S0-016")
def test_a_school_keeps_each_pack_it_adopted_and_knows_which_was_in_force_on_a_day() -> None:
    register = school()
    Given(register).when(
        lambda one: one.adopt_pack(content=LIBRA, adopted_on=date(2024, 9, 1)),
        lambda one: one.adopt_pack(content=LIBRA, adopted_on=date(2024, 10, 1)),  # in force already
        lambda one: one.adopt_pack(content=SHARP_LANE, adopted_on=date(2025, 9, 1)),
        lambda one: one.adopt_pack(content=LIBRA, adopted_on=date(2026, 9, 1)),  # and back again
    ).then(
        (
            "school.pack_adopted.v1",
            {"policy": reference("libra"), "content": LIBRA, "adopted_on": date(2024, 9, 1)},
        ),
        (
            "school.pack_adopted.v1",
            {"policy": reference("sharp-lane"), "content": SHARP_LANE, "adopted_on": date(2025, 9, 1)},
        ),
        (
            "school.pack_adopted.v1",
            {"policy": reference("libra"), "content": LIBRA, "adopted_on": date(2026, 9, 1)},
        ),
    )

    kept = recorded(register)
    assert kept.policy_on(date(2024, 8, 31)) is None
    assert kept.policy_on(date(2025, 8, 31)) == reference("libra")
    assert kept.policy_on(date(2025, 9, 1)) == reference("sharp-lane")
    adoption = kept.adoption_on(date(2026, 9, 1))
    assert adoption is not None
    assert adoption.pack == parse_pack(LIBRA)


@pytest.mark.parametrize(
    ("content", "key", "rule"),
    [
        (LIBRA.replace('id = "libra"', ""), "id", "(id: is missing)"),
        (LIBRA.replace("[review]", "[reviews]"), "reviews", "(reviews: no such key)"),
        ("no pack", "", "(as a whole: is not TOML"),
    ],
)
def test_a_pack_that_cannot_be_used_is_not_adopted(content: str, key: str, rule: str) -> None:
    given = Given(school())

    refusal = given.refuses(lambda one: one.adopt_pack(content=content, adopted_on=JOINED), PackUnusable, "content")

    assert isinstance(refusal, PackUnusable)
    assert refusal.key == key
    assert rule in refusal.message
    assert given.case.adoptions == ()


@pytest.mark.parametrize(
    ("register", "role", "prefix"), [(school, "headteacher", "school"), (trust, "trust-lead", "trust")]
)
def test_a_person_has_a_role_from_the_day_of_appointment_to_its_last_day(register: Any, role: str, prefix: str) -> None:
    one_register = register()
    Given(one_register).when(
        lambda one: one.appoint(role=role, person=HEAD, appointed_on=date(2024, 9, 1)),
        lambda one: one.appoint(role=role, person=HEAD, appointed_on=date(2025, 9, 1)),  # has it already
        lambda one: one.end_role(role=role, person=HEAD, ended_on=date(2026, 8, 31)),
        lambda one: one.appoint(role=role, person=DEPUTY, appointed_on=date(2026, 9, 1)),
        lambda one: one.appoint(role=role, person=HEAD, appointed_on=date(2027, 9, 1)),
    ).then(
        (f"{prefix}.role_appointed.v1", {"role": role, "person": HEAD, "appointed_on": date(2024, 9, 1)}),
        (f"{prefix}.role_ended.v1", {"role": role, "person": HEAD, "ended_on": date(2026, 8, 31)}),
        (f"{prefix}.role_appointed.v1", {"role": role, "person": DEPUTY, "appointed_on": date(2026, 9, 1)}),
        (f"{prefix}.role_appointed.v1", {"role": role, "person": HEAD, "appointed_on": date(2027, 9, 1)}),
    )

    kept = recorded(one_register)
    assert [kept.holders(role, day) for day in (date(2024, 8, 31), date(2024, 9, 1), date(2026, 8, 31))] == [
        (),
        (HEAD,),
        (HEAD,),
    ]
    assert kept.holders(role, date(2026, 9, 1)) == (DEPUTY,)
    assert kept.holders(role, date(2027, 9, 1)) == (DEPUTY, HEAD)
    assert kept.holders("dsl", date(2027, 9, 1)) == ()
    assert kept.roles_of(HEAD, date(2025, 1, 1)) == {role}
    assert kept.roles_of(HEAD, date(2026, 9, 1)) == frozenset()


@pytest.mark.parametrize(
    ("register", "role", "foreign"), [(school, "headteacher", "trust-lead"), (trust, "auditor", "headteacher")]
)
def test_a_role_is_one_of_the_registers_own_and_ends_only_for_who_has_it(
    register: Any, role: str, foreign: str
) -> None:
    given = Given(register())

    given.refuses(lambda one: one.appoint(role=foreign, person=HEAD, appointed_on=JOINED), UnknownCode, "role")
    given.refuses(lambda one: one.end_role(role=role, person=HEAD, ended_on=JOINED), NotAppointed, "role", "person")
    given.case.appoint(role=role, person=HEAD, appointed_on=JOINED)
    Given(given.case).refuses(
        lambda one: one.end_role(role=role, person=HEAD, ended_on=JOINED - timedelta(days=1)),
        DatesOutOfOrder,
        "ended_on",
    )


@pytest.mark.parametrize(
    ("register", "role", "prefix"), [(school, "headteacher", "school"), (trust, "trust-lead", "trust")]
)
def test_a_role_that_is_revoked_gives_nothing_from_that_day_on_and_what_was_held_before_stays_known(
    register: Any, role: str, prefix: str
) -> None:
    begun, revoked = date(2025, 9, 1), date(2026, 3, 4)
    given = Given(register()).when(
        lambda one: one.appoint(role=role, person=HEAD, appointed_on=begun, until=date(2026, 8, 31)),
        lambda one: one.appoint(role=role, person=HEAD, appointed_on=date(2026, 9, 1)),
        lambda one: one.appoint(role=role, person=DEPUTY, appointed_on=begun),
        lambda one: one.revoke_role(role=role, person=HEAD, today=revoked),
    )
    given.then(
        (f"{prefix}.role_appointed.v1", {"role": role, "person": HEAD, "appointed_on": begun}),
        (f"{prefix}.role_ended.v1", {"role": role, "person": HEAD, "ended_on": date(2026, 8, 31)}),
        (f"{prefix}.role_appointed.v1", {"role": role, "person": HEAD, "appointed_on": date(2026, 9, 1)}),
        (f"{prefix}.role_appointed.v1", {"role": role, "person": DEPUTY, "appointed_on": begun}),
        (f"{prefix}.role_revoked.v1", {"role": role, "person": HEAD, "revoked_on": revoked}),
    )

    kept = recorded(given.case)
    assert kept.holders(role, revoked - timedelta(days=1)) == (HEAD, DEPUTY)
    assert kept.holders(role, revoked) == kept.holders(role, date(2026, 9, 1)) == (DEPUTY,)
    assert kept.appointments == (
        Appointment(role, HEAD, begun, revoked - timedelta(days=1)),
        Appointment(role, HEAD, date(2026, 9, 1), revoked - timedelta(days=1)),
        Appointment(role, DEPUTY, begun),
    )
    Given(kept).refuses(
        lambda one: one.revoke_role(role=role, person=HEAD, today=revoked), NotAppointed, "role", "person"
    )


@pytest.mark.parametrize(("register", "role"), [(school, "headteacher"), (trust, "admin")])
def test_nobody_gives_a_role_to_themselves_and_none_ends_before_it_begins(register: Any, role: str) -> None:
    given = Given(register())
    given.refuses(
        lambda one: one.appoint(role=role, person=HEAD, appointed_on=JOINED, by=HEAD), OwnAppointment, "person"
    )
    given.refuses(
        lambda one: one.appoint(role=role, person=HEAD, appointed_on=JOINED, until=JOINED - timedelta(days=1)),
        DatesOutOfOrder,
        "until",
    )
    given.case.appoint(role=role, person=HEAD, appointed_on=JOINED, by=DEPUTY)
