"""A panel of at least three people, none of them involved before and one independent, hears and finds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from domain.complaint import Complaint
from domain.complaint_parts import PanelMember
from domain.complaint_refusals import (
    CompanionAlone,
    NoHearing,
    NoPanel,
    PanelAppointed,
    PanelMemberInvolved,
    PanelNotIndependent,
    PanelNotInSession,
    PanelTooSmall,
    UnknownPanelMember,
)
from domain.involvement import involved_in
from domain.refusals import DatesOutOfOrder, EmptyText, RefusalCode, Refused, RepeatedValue, UnknownCode
from domain.sealed import Secret
from tests.domain import incidents
from tests.domain.complaints import (
    PANEL,
    TODAY,
    WORDS,
    answered,
    before_panel,
    day,
    head,
    heard,
    in_stage,
    members,
    named,
    received,
)
from tests.support.scenario import Given


def appointing(*panel: PanelMember, **given: Any) -> Callable[[Complaint], None]:
    return lambda one: one.appoint_panel(**{"members": panel or PANEL, "appointed_on": day(2), "today": TODAY, **given})


def replacing(leaving: str, member: PanelMember, **given: Any) -> Callable[[Complaint], None]:
    values = {"leaving": named(leaving), "member": member, "replaced_on": day(3), "reason": WORDS, "today": TODAY}
    return lambda one: one.replace_panel_member(**{**values, **given})


def hearing(**given: Any) -> Callable[[Complaint], None]:
    values = {"held_on": day(3), "complainant_attended": True, "accompanied": False, "today": TODAY}
    return lambda one: one.hold_hearing(**{**values, **given})


def issuing(**given: Any) -> Callable[[Complaint], None]:
    values = {"recipient_role": "COMPLAINANT", "issued_on": day(4), "findings": WORDS, "today": TODAY}
    return lambda one: one.issue_findings(**{**values, **given})


# Each way of having had to do with the matter, and the complaint in which the person called "somebody" had.
def investigated(complaint: Complaint) -> None:
    in_stage("FORMAL", complaint)
    complaint.appoint_investigator(investigator=named("somebody"), appointed_on=day(1), today=TODAY)


def responded(complaint: Complaint) -> None:
    answered(in_stage("FORMAL", complaint), responded_by=named("somebody"))


def decided_head(complaint: Complaint) -> None:
    complaint.decide_head(
        head_id=named("head"), outcome="UPHELD", decided_on=day(1), decided_by=named("somebody"), today=TODAY
    )


def gave_account(complaint: Complaint) -> None:
    complaint.record_account(side="WITNESS", given_on=day(1), text=WORDS, person=named("somebody"), today=TODAY)


def met_parties(complaint: Complaint) -> None:
    complaint.meet_parties(mode="ONLINE", held_on=day(1), attendees=(named("somebody"),), today=TODAY)


def complained_about(complaint: Complaint) -> None:
    complaint.name_subject(head_id=named("head"), person=named("somebody"))


def runs_it(complaint: Complaint) -> None:
    complaint.assign(owner=named("somebody"))


INVOLVED = [investigated, responded, decided_head, gave_account, met_parties, complained_about, runs_it]


def to_panel(complaint: Complaint) -> Complaint:
    """Take the complaint on to the stage of its panel from wherever it is."""
    for stage in ("INFORMAL", "FORMAL", "PANEL"):
        if complaint.last_stage and complaint.last_stage.is_open:
            answered(complaint)
        if stage not in complaint.stages:
            complaint.start_stage(stage=stage, started_on=day(1), today=TODAY)
    return complaint


@pytest.mark.parametrize("involve", INVOLVED, ids=lambda one: one.__name__)
def test_nobody_who_had_to_do_with_the_matter_sits_on_its_panel(involve: Callable[[Complaint], None]) -> None:
    complaint = received()
    involve(complaint)
    given = Given(to_panel(complaint))

    refusal = given.refuses(appointing(*members("governor", "somebody", "stranger")), PanelMemberInvolved, "members")
    assert refusal.code is RefusalCode.PANEL_INVALID
    given.when(appointing())
    Given(complaint).refuses(
        replacing("governor", PanelMember(named("somebody"), independent=False)), PanelMemberInvolved, "member"
    )


@pytest.mark.parametrize(
    ("panel", "refusal"),
    [
        (members("governor", "stranger"), PanelTooSmall),
        (members("governor", "director", "clerk"), PanelNotIndependent),
        (members("governor", "governor", "stranger"), RepeatedValue),
        (members("governor", "parent", "stranger"), PanelMemberInvolved),
    ],
)
def test_a_panel_that_breaks_a_rule_is_refused(panel: tuple[PanelMember, ...], refusal: type[Refused]) -> None:
    complaint = in_stage("PANEL", received(complainant=named("parent")))
    Given(complaint).refuses(appointing(*panel), refusal, "members")


def test_nobody_involved_in_the_case_from_which_it_arose_sits_on_the_panel() -> None:
    incident = incidents.reported()
    incident.record_investigation(
        investigation_id=named("investigation"), started_on=day(1), investigator=named("governor"), today=TODAY
    )
    involved = involved_in(incident)

    Given(in_stage("PANEL")).refuses(appointing(involved=involved), PanelMemberInvolved, "members")
    assert involved == {named("governor")}


def test_a_panel_is_appointed_in_its_stage_once() -> None:
    Given(in_stage("FORMAL")).refuses(appointing(), PanelNotInSession)
    complaint = in_stage("PANEL")
    Given(complaint).refuses(hearing(), NoPanel)

    Given(complaint).when(appointing()).then(
        ("complaint.panel_appointed.v1", {"members": PANEL, "appointed_on": day(2)})
    )
    Given(complaint).refuses(appointing(), PanelAppointed)


def test_a_member_is_replaced_and_the_panel_stays_independent() -> None:
    complaint = before_panel()
    given = Given(complaint)
    newcomer = PanelMember(named("newcomer"), independent=False)

    given.refuses(replacing("nobody", newcomer), UnknownPanelMember, "leaving")
    given.refuses(replacing("stranger", newcomer), PanelNotIndependent, "member")
    given.refuses(replacing("governor", PanelMember(named("director"), independent=True)), RepeatedValue, "member")
    given.refuses(replacing("governor", newcomer, reason=Secret(" ")), EmptyText, "reason")
    given.when(replacing("governor", newcomer)).then(
        (
            "complaint.panel_member_replaced.v1",
            {"leaving": named("governor"), "member": newcomer, "replaced_on": day(3), "reason": WORDS},
        )
    )
    assert [member.person for member in complaint.panel] == [
        named(name) for name in ("newcomer", "director", "stranger")
    ]


def test_a_member_of_the_panel_is_not_drawn_into_the_matter() -> None:
    given = Given(before_panel())
    account: dict[str, Any] = {"side": "WITNESS", "given_on": day(3), "text": WORDS, "today": TODAY}
    appoint: dict[str, Any] = {"investigator": named("governor"), "appointed_on": day(3), "today": TODAY}

    given.refuses(lambda one: one.record_account(**account, person=named("governor")), PanelMemberInvolved, "person")
    given.refuses(lambda one: one.appoint_investigator(**appoint), PanelMemberInvolved, "investigator")
    given.refuses(lambda one: one.assign(owner=named("governor")), PanelMemberInvolved, "owner")


def test_a_panel_whose_member_turns_out_to_be_concerned_does_not_hear_until_the_member_is_replaced() -> None:
    complaint = before_panel()
    complaint.add_head(head=head("second", school=True))
    complaint.name_subject(head_id=named("second"), person=named("governor"))

    Given(complaint).refuses(hearing(), PanelMemberInvolved)
    replacing("governor", PanelMember(named("newcomer"), independent=False))(complaint)

    hearing(held_on=day(4))(complaint)
    assert len(complaint.hearings) == 1


def test_a_hearing_says_who_came_and_a_panel_answers_after_it() -> None:
    complaint = before_panel()
    Given(complaint).refuses(lambda one: answered(one, responded_on=day(3)), NoHearing)
    Given(complaint).refuses(hearing(complainant_attended=False, accompanied=True), CompanionAlone, "accompanied")
    Given(complaint).refuses(hearing(held_on=day(1)), DatesOutOfOrder, "held_on")

    Given(complaint).when(hearing(accompanied=True, notes=WORDS)).then(
        (
            "complaint.hearing_held.v1",
            {"held_on": day(3), "complainant_attended": True, "accompanied": True, "notes": WORDS},
        )
    )
    answered(complaint, responded_on=day(4), responded_by=named("governor"))
    assert complaint.last_stage is not None
    assert not complaint.last_stage.is_open


def test_each_party_is_given_the_findings_in_a_wording_of_its_own() -> None:
    Given(before_panel()).refuses(issuing(), NoHearing)
    given = Given(heard())

    given.refuses(issuing(recipient_role="PRESS"), UnknownCode, "recipient_role")
    given.refuses(issuing(remedies=("MONEY",)), UnknownCode, "remedies")
    given.refuses(issuing(issued_on=day(2)), DatesOutOfOrder, "issued_on")
    given.refuses(issuing(findings=Secret("")), EmptyText, "findings")
    given.when(
        issuing(recipient=named("parent"), remedies=("APOLOGY", "POLICY_REVIEW"), recommendations=WORDS),
        issuing(recipient_role="SUBJECT"),
    ).then(
        (
            "complaint.findings_issued.v1",
            {
                "recipient_role": "COMPLAINANT",
                "recipient": named("parent"),
                "issued_on": day(4),
                "remedies": ("APOLOGY", "POLICY_REVIEW"),
                "findings": WORDS,
                "recommendations": WORDS,
            },
        ),
        (
            "complaint.findings_issued.v1",
            {"recipient_role": "SUBJECT", "issued_on": day(4), "remedies": (), "findings": WORDS},
        ),
    )
