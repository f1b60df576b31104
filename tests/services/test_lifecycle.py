"""Cases that move with the pupil, corrections asked for and decided by two, and items put together and apart."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest

from domain.access import Role
from domain.items import Classification
from services.case_commands import ApproveCorrection, RejectCorrection, RequestCorrection, TransferCase
from services.commands import CaseCommand
from services.incident_commands import MergeItems, RecordItem, ReportIncident, RestoreItem, SplitItem
from services.registers import join_school, leave_school
from services.scope import system_caller
from tests.support.ledgers import TODAY, Trust

AWARE = date(2026, 9, 10)
BOTH = (Classification("ALLEGATION", "STAFF"), Classification("COMPLAINT", "SCHOOL"))


def on(case_id: UUID, command: type[CaseCommand], **given: Any) -> CaseCommand:
    return command(command_id=uuid4(), case_id=case_id, **given)


def an_incident(trust: Trust, **given: Any) -> Any:
    """An incident at the first school, with an item of two classifications."""
    case = trust.do(ReportIncident(command_id=uuid4(), school_urn="900001", opened_on=AWARE))
    item = {"platform": "FACEBOOK", "poster_role": "PUPIL", "discovered_on": AWARE, "classifications": BOTH}
    return trust.do(on(case.id, RecordItem, **item | given))


def transfer(case_id: UUID, urn: str, day: date = TODAY, reason: str = "She moved.") -> CaseCommand:
    return on(case_id, TransferCase, school_urn=urn, transferred_on=day, reason=reason)


def test_a_case_moves_to_a_school_of_the_trust_and_its_former_head_sees_it_no_more(trust: Trust) -> None:
    case = an_incident(trust)
    former, present = (trust.caller(Role.HEADTEACHER, urn) for urn in ("900001", "900002"))
    assert trust.refused(transfer(case.id, "900001")) == ("ILLEGAL_STATE", ("school_urn",))
    assert trust.refused(transfer(case.id, "999999")) == ("NOT_FOUND", ("school_urn",))
    assert trust.refused(transfer(case.id, "900002"), former) == ("NOT_FOUND", ("school_urn",))

    moved = trust.do(transfer(case.id, "900002"))

    assert (moved.school_urn, moved.opened_at, moved.policy) == ("900002", "900001", case.policy)
    ask = {"text": "It was Tuesday."}
    assert trust.refused(on(case.id, RequestCorrection, **ask), former) == ("NOT_FOUND", ("case_id",))
    assert trust.do(on(case.id, RequestCorrection, **ask), present).school_urn == "900002"


def test_a_case_moves_only_to_a_school_that_is_a_member_on_that_day(trust: Trust) -> None:
    system = system_caller(trust.trust_id)
    join_school(trust.ledger, system, urn="900009", name="Elm Primary", joined_on=date(2020, 9, 1))
    leave_school(trust.ledger, system, urn="900009", left_on=date(2026, 9, 11))
    case = an_incident(trust)
    assert trust.refused(transfer(case.id, "900009")) == ("NOT_A_MEMBER", ("school_urn",))
    assert trust.do(transfer(case.id, "900009", date(2026, 9, 11))).school_urn == "900009"


@pytest.mark.parametrize("reason", ["", " "])
def test_a_transfer_without_a_reason_is_refused(trust: Trust, reason: str) -> None:
    case = an_incident(trust)
    assert trust.refused(transfer(case.id, "900002", reason=reason)) == ("INVALID_INPUT", ("reason",))


def test_one_asks_for_a_correction_and_another_decides(trust: Trust) -> None:
    case = an_incident(trust)
    head, coordinator = (trust.caller(role, "900001") for role in (Role.HEADTEACHER, Role.COORDINATOR))
    asking = on(case.id, RequestCorrection, text="It was Tuesday.", version=2)
    asked = trust.do(asking, head)
    correction_id = uuid5(asking.command_id, "correction_id")
    assert list(asked.corrections) == [correction_id]
    assert (asked.corrections[correction_id].requested_by, asked.corrections[correction_id].requested_on) == (
        head.person_id,
        TODAY,
    )
    approve = {"correction_id": correction_id, "notes": "So it was."}
    assert trust.refused(on(case.id, ApproveCorrection, **approve), head) == ("CONFLICT_OF_INTEREST", ())
    reject = on(case.id, RejectCorrection, correction_id=correction_id, reason="No.")
    assert trust.refused(reject, head) == ("CONFLICT_OF_INTEREST", ())
    decided = trust.do(on(case.id, ApproveCorrection, **approve), coordinator).corrections[correction_id]
    assert (decided.state, decided.decided_by, decided.decided_on) == ("APPROVED", coordinator.person_id, TODAY)
    assert trust.refused(reject, coordinator) == ("ILLEGAL_STATE", ("correction_id",))


def test_staff_ask_for_a_correction_of_a_case_that_they_see_and_of_no_other(trust: Trust) -> None:
    staff = trust.caller(Role.STAFF, "900001")
    mine = trust.do(ReportIncident(command_id=uuid4(), school_urn="900001", opened_on=AWARE), staff)
    asked = trust.do(on(mine.id, RequestCorrection, text="It was Tuesday."), staff)
    [correction_id] = asked.corrections
    assert trust.refused(on(mine.id, ApproveCorrection, correction_id=correction_id), staff) == ("NOT_ALLOWED", ())
    other = on(an_incident(trust).id, RequestCorrection, text="It was Tuesday.")
    assert trust.refused(other, staff) == ("NOT_FOUND", ("case_id",))


def test_an_item_is_split_merged_again_and_the_merge_undone(trust: Trust) -> None:
    case = an_incident(trust)
    [item_id] = case.items
    split = on(case.id, SplitItem, item_id=item_id, classifications=BOTH[1:], reason="Two posts.")
    parts = trust.do(split).items
    new_item_id = uuid5(split.command_id, "new_item_id")
    assert list(parts) == [item_id, new_item_id]
    assert [one.classifications for one in parts.values()] == [BOTH[:1], BOTH[1:]]
    assert parts[new_item_id].split_from == item_id

    merged = trust.do(on(case.id, MergeItems, item_id=new_item_id, into=item_id, reason="One post.")).items
    assert (merged[new_item_id].merged_into, merged[item_id].classifications) == (item_id, BOTH)

    undone = trust.do(on(case.id, RestoreItem, item_id=new_item_id, reason="Two after all.")).items
    assert undone == parts


def test_the_account_of_a_split_item_is_sealed_under_the_key_of_its_poster(trust: Trust) -> None:
    poster = uuid4()
    case = an_incident(trust, poster=poster)
    [item_id] = case.items
    given = {"item_id": item_id, "classifications": BOTH[1:], "reason": "Two posts."}

    trust.do(on(case.id, SplitItem, **given, handle="@somebody", narrative="It says more."))

    keys = trust.ledger.keys.keys_of_case(trust.trust_id, case.id)
    assert {owner.person_id for owner in keys} == {None, poster}
