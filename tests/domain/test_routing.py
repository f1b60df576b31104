"""A case about somebody who would decide it goes up the ladder: head, chair, trust lead, alternate (D15)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from domain.case import Case
from domain.duties import DutyCode, duties
from domain.routing import DECIDES_ROUTED, LADDER, READS_ROUTED, ConflictRoute, Posts
from domain.staff_breach import StaffBreach
from tests.domain.complaints import day, head, named, received, reported
from tests.domain.recorded import recorded
from tests.support.scenario import Given

HEAD, CHAIR, LEAD, ALTERNATE = named("headteacher"), named("chair"), named("trust lead"), named("alternate")
POSTS = Posts(*(frozenset({person}) for person in (HEAD, CHAIR, LEAD, ALTERNATE)))


def routed(subject: UUID, posts: Posts = POSTS, **given: Any) -> StaffBreach:
    """A breach of somebody, as the posts on the day of naming have it."""
    breach = reported(subject=subject, **given)
    breach.route_past(named=breach.barred, posts=posts)
    return breach


@pytest.mark.parametrize(
    ("subject", "role", "because"),
    [(HEAD, "CHAIR", "HEADTEACHER"), (CHAIR, "TRUST_LEAD", "CHAIR"), (LEAD, "ALTERNATE", "TRUST_LEAD")],
)
@pytest.mark.parametrize("kind", ["breach", "complaint"])
def test_a_case_about_the_holder_of_a_post_goes_to_the_next_on_the_ladder(
    kind: str, subject: UUID, role: str, because: str
) -> None:
    case = reported(subject=subject) if kind == "breach" else received(head(staff=True, about=(subject,)))
    topic = "staff_breach.routed_to.v1" if kind == "breach" else "complaint.routed_to.v1"

    Given(case).when(lambda one: one.route_past(named=one.barred, posts=POSTS)).then(
        (topic, {"role": role, "because": because})
    )

    assert case.routed_to == ConflictRoute(role, because)


@pytest.mark.parametrize("subject", [named("teacher"), ALTERNATE])
def test_a_case_about_anybody_else_stays_where_it_is(subject: UUID) -> None:
    assert routed(subject).routed_to is None


@pytest.mark.parametrize(
    ("vacant", "subject", "role"),
    [
        ({"chairs"}, HEAD, "TRUST_LEAD"),
        ({"chairs", "trust_leads"}, HEAD, "ALTERNATE"),
        ({"trust_leads"}, CHAIR, "ALTERNATE"),
        # Nobody holds any role above: the first is the one who decides it, once there is somebody.
        ({"chairs", "trust_leads", "alternates"}, HEAD, "CHAIR"),
        ({"alternates"}, LEAD, "ALTERNATE"),
    ],
)
def test_where_nobody_holds_the_role_it_goes_one_further_up(vacant: set[str], subject: UUID, role: str) -> None:
    posts = Posts(
        headteachers=frozenset({HEAD}),
        chairs=frozenset() if "chairs" in vacant else frozenset({CHAIR}),
        trust_leads=frozenset() if "trust_leads" in vacant else frozenset({LEAD}),
        alternates=frozenset() if "alternates" in vacant else frozenset({ALTERNATE}),
    )

    assert routed(subject, posts).routed_to == ConflictRoute(role, routed(subject).routed_to.because)  # type: ignore[union-attr]


def test_who_is_chair_and_complained_about_beside_the_head_sends_it_to_the_trust_lead() -> None:
    both = received(head("one", staff=True, about=(HEAD,)), head("other", staff=True, about=(CHAIR,)))
    both.route_past(named=both.barred, posts=POSTS)
    assert both.routed_to == ConflictRoute("TRUST_LEAD", "CHAIR")


def test_a_role_whose_only_holder_may_not_see_the_case_is_passed_over() -> None:
    one_person = Posts(frozenset({HEAD}), frozenset({HEAD}), frozenset({LEAD}), frozenset({ALTERNATE}))
    assert routed(HEAD, one_person).routed_to == ConflictRoute("TRUST_LEAD", "CHAIR")


def test_a_second_chair_who_is_not_concerned_takes_the_case() -> None:
    chairs = frozenset({CHAIR, named("vice chair")})
    posts = Posts(frozenset({HEAD}), chairs, frozenset({LEAD}), frozenset())
    complaint = received(head(staff=True, about=(HEAD,)))
    complaint.route_past(named=complaint.barred, posts=posts)
    assert complaint.routed_to == ConflictRoute("CHAIR", "HEADTEACHER")


def test_naming_somebody_later_takes_it_further_up_and_never_down() -> None:
    complaint = received(head(staff=True, about=(HEAD,)))
    complaint.route_past(named=frozenset({HEAD}), posts=POSTS)
    complaint.name_subject(head_id=named("head"), person=CHAIR)

    given = Given(complaint)
    given.when(lambda one: one.route_past(named=frozenset({CHAIR}), posts=POSTS)).then(
        ("complaint.routed_to.v1", {"role": "TRUST_LEAD", "because": "CHAIR"})
    )
    Given(complaint).when(lambda one: one.route_past(named=frozenset({HEAD}), posts=POSTS)).then()
    Given(complaint).when(lambda one: one.route_past(named=frozenset({named("stranger")}), posts=POSTS)).then()


def test_nobody_the_case_does_not_bar_routes_it() -> None:
    Given(reported()).when(lambda one: one.route_past(named=frozenset({HEAD}), posts=POSTS)).then()


# --- who runs it, who sees it


def run_by(person: UUID) -> StaffBreach:
    breach = reported(subject=None)
    breach.assign(owner=person)
    return breach


def owed(case: Case) -> list[str]:
    return [duty.code for duty in duties(case) if duty.code == DutyCode.ASSIGN_CASE]


def test_a_subject_who_ran_the_case_runs_it_no_longer_and_somebody_is_to_be_found() -> None:
    breach = run_by(HEAD)
    breach.name_subject(subject=HEAD)
    breach.route_past(named=frozenset({HEAD}), posts=POSTS)

    kept = recorded(breach)
    assert (kept.owner, owed(kept), HEAD in kept.open_to) == (None, ["ASSIGN_CASE"], False)
    kept.assign(owner=CHAIR)
    assert owed(kept) == []


def test_another_owner_goes_on_running_a_routed_case() -> None:
    breach = run_by(named("hr"))
    breach.name_subject(subject=HEAD)
    breach.route_past(named=frozenset({HEAD}), posts=POSTS)
    assert (breach.owner, owed(breach)) == (named("hr"), [])


def test_a_subject_without_a_post_who_ran_the_case_is_to_be_replaced_too() -> None:
    breach = run_by(named("teacher"))
    breach.name_subject(subject=named("teacher"))
    assert owed(breach) == ["ASSIGN_CASE"]


def test_a_case_that_is_not_routed_or_is_closed_asks_for_nobody() -> None:
    assert owed(reported()) == []
    breach = routed(HEAD)
    breach.give_advice(advice_id=named("advice"), kind="CONTACT", given_on=day(0), today=day(20))
    breach.close(outcome="ADVICE_GIVEN", closed_on=day(1), today=day(20))
    assert owed(breach) == []


@pytest.mark.parametrize("role", LADDER)
def test_the_role_it_was_routed_to_reads_the_case_and_no_other_role_does(role: str) -> None:
    breach = routed({"CHAIR": HEAD, "TRUST_LEAD": CHAIR, "ALTERNATE": LEAD}[role], reported_by=named("clerk"))
    assert breach.open_to == {named("clerk"), READS_ROUTED[role]}


def protect(breach: StaffBreach, person: UUID) -> None:
    breach.contact_body(contact_id=named("lado"), body="LADO", contacted_on=day(1), contacted_by=person, today=day(9))


def investigate(breach: StaffBreach, person: UUID) -> None:
    breach.open_investigation(
        investigation_id=named("investigation"), investigator=person, started_on=day(1), today=day(9)
    )


def assess(breach: StaffBreach, person: UUID) -> None:
    breach.assess_harm_threshold(level="NOT_MET", assessed_on=day(1), assessed_by=person, today=day(9))


def tell_dsl(breach: StaffBreach, person: UUID) -> None:
    breach.inform_about_breach(role="DSL", informed_on=day(1), person=person, today=day(9))


@pytest.mark.parametrize("take_part", [protect, investigate, assess, tell_dsl], ids=lambda one: one.__name__)
def test_who_has_a_task_in_a_breach_sees_it_until_named_as_its_subject(
    take_part: Callable[[StaffBreach, UUID], None],
) -> None:
    breach = reported(subject=None)
    assert breach.readers == frozenset()
    take_part(breach, named("colleague"))
    assert breach.readers == {named("colleague")}
    breach.name_subject(subject=named("colleague"))
    assert breach.readers == frozenset()


def test_a_witness_and_a_parent_who_was_told_do_not_see_the_breach() -> None:
    breach = reported()
    investigate(breach, named("investigator"))
    breach.record_interview(
        investigation_id=named("investigation"), side="WITNESS", person=named("witness"), held_on=day(1), today=day(9)
    )
    breach.inform_about_breach(role="PARENT", informed_on=day(1), person=named("parent"), today=day(9))
    assert breach.readers == {named("investigator")}


# --- who decides


def test_the_ladder_and_the_roles_that_decide_agree() -> None:
    assert set(LADDER) == set(READS_ROUTED) == set().union(*DECIDES_ROUTED.values())
