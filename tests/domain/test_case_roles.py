"""In which roles of one case a person may act at an instant: named or granted, to the second, and never when barred."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.case_roles import case_roles_of, holds_role
from domain.roles import CASE_ROLES, Role
from tests.domain import complaints
from tests.domain.access import AT, HOUR, WHY, granted, opened
from tests.domain.breaches import INVESTIGATOR, investigated
from tests.domain.complaints import named, received
from tests.domain.incidents import TODAY, day, with_item

SECOND = timedelta(seconds=1)
DEPUTY = named("deputy")


@pytest.mark.parametrize("role", ["INVESTIGATOR", "PANEL", "WITNESS", "EXAMINER"])
def test_a_grant_gives_its_role_until_its_end_and_no_other(role: str) -> None:
    case = granted(received(), role=role, until=AT + HOUR)
    assert [case_roles_of(case, DEPUTY, at) for at in (AT, AT + HOUR - SECOND, AT + HOUR)] == [
        {Role[role]},
        {Role[role]},
        frozenset(),
    ]
    assert case_roles_of(case, named("other"), AT) == frozenset()


def test_a_grant_without_an_end_lasts_until_it_is_ended() -> None:
    case = granted(with_item())
    assert case_roles_of(case, DEPUTY, AT + 10_000 * HOUR) == {Role.INVESTIGATOR}
    case.end_access(grant_id=named("grant"), reason=WHY)
    assert case_roles_of(case, DEPUTY, AT) == frozenset()


def test_an_emergency_lets_in_for_its_minutes_and_not_a_second_longer() -> None:
    case = opened(with_item(), minutes=1)
    held = [holds_role(case, named("opener"), Role.EMERGENCY, AT + SECOND * after) for after in (0, 59, 60)]
    assert held == [True, True, False]


def test_who_is_named_in_the_case_needs_no_grant() -> None:
    incident = with_item("ALLEGATION:STAFF")
    incident.record_investigation(investigation_id=named("one"), started_on=day(1), investigator=DEPUTY, today=TODAY)
    breach = complaints.reported()
    investigated(breach)
    complaint = complaints.in_stage("FORMAL")
    complaint.appoint_investigator(investigator=DEPUTY, appointed_on=complaints.day(2), today=complaints.TODAY)
    heard = complaints.before_panel()

    assert case_roles_of(incident, DEPUTY, AT) == {Role.INVESTIGATOR}
    assert case_roles_of(breach, INVESTIGATOR, AT) == {Role.INVESTIGATOR}
    assert case_roles_of(complaint, DEPUTY, AT) == {Role.INVESTIGATOR}
    assert case_roles_of(heard, named("governor"), AT) == {Role.PANEL}


def test_who_left_the_panel_sits_on_it_no_longer() -> None:
    complaint = complaints.before_panel()
    [member] = complaints.members("fresh", independent="")
    complaint.replace_panel_member(
        leaving=named("governor"), member=member, replaced_on=complaints.day(3), reason=WHY, today=complaints.TODAY
    )
    assert not holds_role(complaint, named("governor"), Role.PANEL, AT)
    assert holds_role(complaint, named("fresh"), Role.PANEL, AT)


def named_in_complaint(case: Any) -> None:
    case.name_subject(head_id=named("head"), person=DEPUTY)


def named_in_breach(case: Any) -> None:
    case.name_subject(subject=DEPUTY)


ROADS: list[tuple[str, Any, Role]] = [
    (kind, name, role)
    for kind, name in (("complaint", named_in_complaint), ("breach", named_in_breach))
    for role in sorted(CASE_ROLES)
    # A breach comes before no panel.
    if (kind, role) != ("breach", Role.PANEL)
]


@pytest.mark.parametrize(("kind", "name", "role"), ROADS)
def test_who_is_named_as_a_subject_loses_what_was_granted_at_once(kind: str, name: Any, role: Role) -> None:
    case = received(complaints.head(staff=True)) if kind == "complaint" else complaints.reported(subject=None)
    if role is Role.EMERGENCY:
        opened(case, person=DEPUTY)
    else:
        granted(case, role=role.name, until=AT + HOUR)
    assert case_roles_of(case, DEPUTY, AT) == {role}

    name(case)

    assert case_roles_of(case, DEPUTY, AT) == frozenset()


def test_a_role_that_is_of_no_case_is_held_in_none() -> None:
    assert not any(holds_role(granted(with_item()), DEPUTY, role, AT) for role in set(Role) - CASE_ROLES)
