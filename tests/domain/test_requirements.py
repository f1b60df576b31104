"""What a policy asks for before a step, and before closing: refused, expected, or set aside with a reason."""

from __future__ import annotations

from typing import Any

import pytest

from domain.case_actions import CaseAction
from domain.duties import Duty, duties
from domain.facts import FACTS, UnknownFact, holds, require_fact
from domain.incident import Incident
from domain.offered import offered
from domain.policy import PolicyPackError
from domain.refusals import DutiesOutstanding, EmptyText, PrerequisiteMissing, RefusalCode
from domain.sealed import Secret
from domain.step_codes import STEPS
from domain.values import CaseKind, CaseStatus, Override
from tests.domain.incidents import TODAY, day, named, with_item
from tests.domain.packs import pack_with
from tests.support.scenario import Given

CHAIR_LAST = pack_with("""
[[rules]]
kind = "INCIDENT"
step = "HOLD_CHAIR_MEETING"
needs = ["MEETING_UNRESOLVED"]
strength = "REQUIRED"
text = "The chair meets the parents after a first meeting."
source = "L125"
""")
REFUSAL_FIRST = pack_with("""
[[rules]]
kind = "INCIDENT"
step = "TAKE_LEGAL_ACTION"
needs = ["REFUSED"]
strength = "EXPECTED"
duty = "RECORD_REFUSAL"
text = "Legal action is for those who refuse."
source = "L60"
""")
SUPPORT = pack_with("""
[[duties]]
kind = "INCIDENT"
code = "SUPPORT_TARGET"
when = ["TARGET:STAFF"]
until = ["SUPPORTED:STAFF"]
before_closing = true
text = "Staff are supported."
source = "L119"
""")
WHY = Secret("the chair was in the first meeting already")


def chair_meeting(incident: Incident, **given: Any) -> None:
    incident.hold_meeting(
        mode="IN_PERSON", held_on=day(2), attended=True, roles=("CHAIR", "PARENT"), today=TODAY, **given
    )


@pytest.mark.obligation("S2-051")
def test_a_required_step_is_refused_with_its_clause_and_what_is_missing_and_leaves_no_event() -> None:
    refusal = Given(with_item()).refuses(lambda one: chair_meeting(one, policy=CHAIR_LAST), PrerequisiteMissing)

    assert (refusal.code, refusal.clause, refusal.needs) == (
        RefusalCode.STEP_PREREQUISITE,
        "Made Up, Online safety (1), L125",
        ("MEETING_UNRESOLVED",),
    )
    assert refusal.message == (
        "The school's policy requires something else first: The chair meets the parents after a first meeting."
        " (needs: MEETING_UNRESOLVED)"
    )


@pytest.mark.obligation("S2-051")
@pytest.mark.parametrize("attended", [True, False], ids=["held", "nobody came"])
def test_the_chair_meets_the_parents_once_a_first_meeting_did_not_resolve_the_matter(attended: bool) -> None:
    incident = with_item()
    incident.hold_meeting(
        mode="TELEPHONE",
        held_on=day(1),
        attended=attended,
        outcome="NOT_RESOLVED" if attended else None,
        today=TODAY,
        policy=CHAIR_LAST,
    )

    chair_meeting(incident, policy=CHAIR_LAST)

    assert len(incident.meetings) == 2
    assert incident.overrides == ()


@pytest.mark.obligation("S2-051")
def test_a_first_meeting_that_resolved_the_matter_leads_to_none_with_the_chair() -> None:
    incident = with_item()
    incident.hold_meeting(mode="ONLINE", held_on=day(1), attended=True, outcome="RESOLVED", today=TODAY)

    Given(incident).refuses(lambda one: chair_meeting(one, policy=CHAIR_LAST), PrerequisiteMissing)


def test_a_requirement_is_set_aside_with_a_reason_and_the_record_says_so_before_the_step() -> None:
    incident = with_item()

    Given(incident).when(lambda one: chair_meeting(one, policy=CHAIR_LAST, override=WHY)).then(
        (
            "incident.requirement_overridden.v1",
            {
                "step": "HOLD_CHAIR_MEETING",
                "requirement": "MEETING_UNRESOLVED",
                "clause": "Made Up, Online safety (1), L125",
                "override": WHY,
            },
        ),
        (
            "incident.meeting_held.v1",
            {"mode": "IN_PERSON", "held_on": day(2), "attended": True, "roles": ("CHAIR", "PARENT"), "attendees": ()},
        ),
    )
    assert incident.overrides == (
        Override("HOLD_CHAIR_MEETING", "MEETING_UNRESOLVED", "Made Up, Online safety (1), L125", WHY),
    )


def test_a_reason_that_says_nothing_sets_nothing_aside() -> None:
    Given(with_item()).refuses(
        lambda one: chair_meeting(one, policy=CHAIR_LAST, override=Secret(" ")), EmptyText, "override"
    )


def test_an_override_where_nothing_is_missing_leaves_no_trace() -> None:
    incident = with_item()
    incident.hold_meeting(mode="ONLINE", held_on=day(1), attended=False, today=TODAY)

    chair_meeting(incident, policy=CHAIR_LAST, override=WHY)

    assert incident.overrides == ()


@pytest.mark.obligation("S0-034")
def test_what_is_expected_first_is_recorded_all_the_same_and_leaves_a_duty_until_it_is_there() -> None:
    incident = with_item()
    assert duties(incident, REFUSAL_FIRST) == ()

    incident.take_legal_action(taken_on=day(3), today=TODAY, policy=REFUSAL_FIRST)

    owed = Duty(
        "RECORD_REFUSAL", clause="Made Up, Online safety (1), L60", wording="Legal action is for those who refuse."
    )
    assert duties(incident, REFUSAL_FIRST) == (owed,)
    incident.record_refusal(refused_on=day(2), today=TODAY)
    assert duties(incident, REFUSAL_FIRST) == ()


@pytest.mark.obligation("S0-034")
def test_who_refuses_to_take_a_post_down_has_refused_to_comply() -> None:
    incident = with_item()
    incident.take_legal_action(taken_on=day(3), today=TODAY, policy=REFUSAL_FIRST)
    incident.request_removal(item_id=named("item"), requested_on=day(1), today=TODAY)
    assert [duty.code for duty in duties(incident, REFUSAL_FIRST)] == ["RECORD_REFUSAL"]

    incident.refuse_removal(item_id=named("item"), refused_on=day(2), today=TODAY)

    assert duties(incident, REFUSAL_FIRST) == ()


def test_a_case_is_not_closed_while_something_is_owed_first_and_the_refusal_lists_it() -> None:
    incident = with_item("ALLEGATION:STAFF")
    refusal = Given(incident).refuses(
        lambda one: one.close(outcome="POST_REMOVED", closed_on=day(5), today=TODAY, policy=SUPPORT), DutiesOutstanding
    )
    assert (refusal.code, refusal.needs) == (RefusalCode.DUTIES_OUTSTANDING, ("SUPPORT_TARGET",))
    assert CaseAction.CLOSE_INCIDENT not in offered(incident, SUPPORT)

    incident.support_target(target="STAFF", kind="REASSURANCE", supported_on=day(1), today=TODAY)
    assert CaseAction.CLOSE_INCIDENT in offered(incident, SUPPORT)
    incident.close(outcome="POST_REMOVED", closed_on=day(5), today=TODAY, policy=SUPPORT)

    assert (incident.status, incident.overrides) == (CaseStatus.CLOSED, ())


def test_closing_over_what_is_owed_takes_a_reason_and_shows() -> None:
    incident = with_item("ALLEGATION:STAFF")

    incident.close(outcome="POST_REMOVED", closed_on=day(5), today=TODAY, policy=SUPPORT, override=WHY)

    assert incident.status is CaseStatus.CLOSED
    assert incident.overrides == (Override("CLOSE", "SUPPORT_TARGET", "Made Up, Online safety (1), L119", WHY),)


def test_a_step_that_the_policy_rules_out_is_not_offered() -> None:
    ruled = pack_with("""
[[rules]]
kind = "INCIDENT"
step = "SEND_WARNING"
needs = ["REFUSED", "CONTINUED"]
strength = "REQUIRED"
text = "Warnings are for those who refuse and go on."
source = "L60"
""")
    incident = with_item()
    assert CaseAction.SEND_WARNING in offered(incident)
    assert CaseAction.SEND_WARNING not in offered(incident, ruled)

    incident.record_refusal(refused_on=day(1), today=TODAY)
    assert CaseAction.SEND_WARNING not in offered(incident, ruled)
    incident.record_continuation(continued_on=day(2), today=TODAY)
    assert CaseAction.SEND_WARNING in offered(incident, ruled)


# --- facts


def test_a_fact_is_asked_by_name_with_one_of_several_codes_or_not_at_all() -> None:
    incident = with_item("ALLEGATION:STAFF")
    assert [
        holds(incident, text)
        for text in (
            "NATURE:ALLEGATION",
            "NATURE:COMPLAINT",
            "NATURE:COMPLAINT|ALLEGATION",
            "NOT NATURE:COMPLAINT",
            "NOT NATURE:COMPLAINT|ALLEGATION",
            "EVIDENCE_NOTED",
            "NOT EVIDENCE_NOTED",
        )
    ] == [True, False, True, True, False, False, True]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("RUMOUR", "there is no fact RUMOUR"),
        ("NATURE", "NATURE takes a code"),
        ("NATURE:RUMOUR", "NATURE does not know the code RUMOUR"),
        ("EVIDENCE_NOTED:PHOTO", "EVIDENCE_NOTED takes no code"),
        ("not EVIDENCE_NOTED", "there is no fact not EVIDENCE_NOTED"),
    ],
)
def test_what_is_no_fact_is_refused_with_the_rule_it_breaks(text: str, rule: str) -> None:
    with pytest.raises(UnknownFact, match=rule):
        require_fact(CaseKind.INCIDENT, text)


@pytest.mark.parametrize("kind", CaseKind)
def test_every_fact_is_defined_in_a_sentence(kind: CaseKind) -> None:
    assert [fact.name for fact in FACTS[kind].values() if not fact.definition.endswith(".")] == []


# --- what a pack may ask


@pytest.mark.parametrize(
    ("change", "key", "rule"),
    [
        (('step = "HOLD_CHAIR_MEETING"', 'step = "DANCE"'), "rules[0].step", "is no step of this kind of case"),
        (("MEETING_UNRESOLVED", "DANCED"), "rules[0].needs[0]", "there is no fact DANCED"),
        (('"REQUIRED"', '"EXPECTED"'), "rules[0].duty", "is given for what is EXPECTED"),
        (('"HOLD_CHAIR_MEETING"', '"REFER_TO_BODY"'), "rules[0].strength", "protects somebody, and is never refused"),
        (('"REQUIRED"', '"EXPECTED"\nduty = "DANCE"'), "rules[0].duty", "is no code of the list duties"),
        (('"INCIDENT"', '"COMPLAINT"'), "rules[0].step", "is no step of this kind of case"),
    ],
)
def test_a_rule_that_speaks_of_what_there_is_not_is_refused_by_its_key(
    change: tuple[str, str], key: str, rule: str
) -> None:
    written = """
[[rules]]
kind = "INCIDENT"
step = "HOLD_CHAIR_MEETING"
needs = ["MEETING_UNRESOLVED"]
strength = "REQUIRED"
text = "After a first meeting."
source = "L125"
"""
    assert written.count(change[0]) == 1
    with pytest.raises(PolicyPackError) as refusal:
        pack_with(written.replace(*change))
    assert refusal.value.key == key
    assert rule in refusal.value.rule


@pytest.mark.parametrize("kind", CaseKind)
def test_every_step_has_a_title_and_starts_untaken(kind: CaseKind) -> None:
    assert [step.code for step in STEPS[kind].values() if not step.title] == []
    if kind is CaseKind.INCIDENT:
        assert [step.code for step in STEPS[kind].values() if step.taken(with_item())] == []
