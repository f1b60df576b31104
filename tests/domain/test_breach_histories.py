"""Any order of decisions on a staff breach: recorded or refused, replayed to the same, and never past its ending."""

from __future__ import annotations

from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import policies
from domain.case_actions import CaseAction
from domain.case_document import case_document
from domain.duties import bars_closing
from domain.offered import BITS, offered
from domain.policy import PolicyPack, parse_pack
from domain.refusals import Refused
from domain.staff_breach import StaffBreach
from domain.values import CaseKind
from tests.domain.breach_histories import ACTIONS, decisions, history
from tests.domain.breaches import WHY, contacted, investigated
from tests.domain.complaints import TODAY, named, reported
from tests.domain.histories import SEEDS
from tests.domain.recorded import recorded

PACKS = [
    None,
    *(parse_pack(policies.content(name), name) for name in ("sharp-lane", "westacre", "rivington", "park-hall")),
]
# What protects a child, or only says what is known, whatever became of the case.
NEVER_REFUSED = frozenset(
    {
        CaseAction.RECORD_MANAGER_REPORT,
        CaseAction.INFORM_ABOUT_BREACH,
        CaseAction.RECORD_DISCLOSURE,
        CaseAction.FLAG_FOR_SAFEGUARDING,
        CaseAction.ASSESS_HARM_THRESHOLD,
        CaseAction.CONTACT_BODY,
        CaseAction.DECIDE_NOT_TO_REFER,
        CaseAction.SET_REPORTING_RESTRICTION,
        CaseAction.SET_TRACK_STATE,
    }
)
OF_EVERY_STATE = frozenset(
    {
        CaseAction.ADD_ADDENDUM,
        CaseAction.LINK_CASE,
        CaseAction.CORRECT_SCHOOL,
        CaseAction.REQUEST_CORRECTION,
        CaseAction.GRANT_ACCESS,
        CaseAction.PLACE_HOLD,
        CaseAction.CLASSIFY_FOR_RETENTION,
    }
)


def succeeds(action: CaseAction, breach: StaffBreach, pack: PolicyPack | None) -> bool:
    for decide in decisions(action, breach, pack, "fresh"):
        try:
            decide(deepcopy(breach))
        except Refused:
            continue
        return True
    return False


@settings(deadline=None)  # the first one loads every stored name
@given(SEEDS, st.sampled_from(PACKS))
def test_what_is_offered_succeeds_with_some_input_and_all_else_is_refused(seed: int, pack: PolicyPack | None) -> None:
    breach = history(seed, pack)
    breach.pending_events.clear()
    assert {action for action in ACTIONS if succeeds(action, breach, pack)} == offered(breach, pack)


def test_the_histories_reach_states_that_offer_each_action_and_states_that_do_not() -> None:
    reached = [offered(history(seed, PACKS[1]), PACKS[1]) for seed in range(600)]
    assert frozenset.union(*reached) == frozenset(BITS[CaseKind.STAFF_BREACH])
    assert frozenset.intersection(*reached) == NEVER_REFUSED | OF_EVERY_STATE


@settings(deadline=None)  # the first one loads every stored name
@given(SEEDS)
def test_a_breach_replays_to_the_same_state(seed: int) -> None:
    breach = history(seed)
    once = recorded(breach)
    assert case_document(once) == case_document(recorded(breach))
    assert once.version == breach.version
    assert (once.status, once.tracks, once.is_on_hold, once.is_suspended) == (
        breach.status,
        breach.tracks,
        breach.is_on_hold,
        breach.is_suspended,
    )
    assert offered(once) == offered(breach)


@settings(deadline=None)  # the first one loads every stored name
@given(SEEDS, st.sampled_from(PACKS))
def test_some_sequence_closes_a_breach_from_any_state(seed: int, pack: PolicyPack | None) -> None:
    breach = history(seed, pack)
    if breach.mark is not None:
        original = None if breach.duplicate_of is None else reported(case_id=breach.duplicate_of)
        breach.unmark(reason=WHY, original=original)
    if breach.is_closed:
        breach.reopen(reopened_on=TODAY, reason=WHY, today=TODAY)
    for hold in [one for one in breach.holds.values() if one.lifted_on is None]:
        breach.lift_disciplinary_hold(hold_id=hold.hold_id, lifted_on=TODAY, today=TODAY)
    if not breach.investigations:
        investigated(breach, "last")
    for open_one in [one for one in breach.investigations.values() if one.completed_on is None]:
        breach.complete_investigation(investigation_id=open_one.investigation_id, completed_on=TODAY, today=TODAY)
    contacted(breach, "LADO", "last contact")
    contacted(breach, "POLICE", "last call")
    breach.inform_about_breach(role="DSL", informed_on=TODAY, today=TODAY)
    breach.decide_no_action(decided_on=TODAY, reasons=WHY, today=TODAY)
    assert bars_closing(breach, pack) == ()

    breach.close(outcome="ADVICE_GIVEN", closed_on=TODAY, today=TODAY, policy=pack)

    assert recorded(breach).is_closed


@pytest.mark.parametrize("seed", range(20))
def test_nobody_the_case_is_about_sees_it_or_reads_it(seed: int) -> None:
    breach = history(seed)
    assert breach.barred == breach.subjects
    assert not breach.readers & breach.subjects
    assert named("teacher") in breach.barred or breach.subject != named("teacher")
