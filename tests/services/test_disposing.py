"""What goes by itself: only where two people decided it, on its day, and told of like every other erasure."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

import services.disposing
from domain.access import Role
from domain.erasure import Erasure, ErasureState
from domain.retention import RetentionState
from ledger.blob_store import FolderBlobs
from ledger.database import Database
from ledger.entry import decode_body
from projections.engine import Projector
from services import clock, retention
from services.disposing import dispose_of_what_is_due
from services.erasing import carry_out_all
from services.erasures import list_erasures
from services.incident_commands import CloseIncident
from services.register_commands import run_on_register
from services.retention_commands import PlaceHold
from services.retention_register_commands import AdoptRetention, ConfirmAutomaticDisposal
from services.scope import Caller, system_caller
from services.staff_breach_commands import CloseStaffBreach, GiveBreachAdvice
from services.staff_breach_procedure_commands import AssessHarmThreshold
from tests.domain.kept import content
from tests.services.access import Overseen
from tests.services.erasers import Eraser

GOES = content({"kinds": '["INCIDENT", "STAFF_BREACH"]', "action": '"DISPOSE"', "number": "1"})
CLOSED = date(2026, 9, 14)
DAY_BEFORE = datetime(2027, 9, 13, 9, tzinfo=UTC)
DAY = datetime(2027, 9, 14, 9, tzinfo=UTC)


@pytest.fixture
def automatic(overseen: Overseen, lead: Caller, dpo: Caller) -> Overseen:
    """A trust that lets incidents and breaches go a year after they were closed, by themselves."""
    services = overseen.services
    run_on_register(services, dpo, AdoptRetention(command_id=uuid4(), content=GOES, disposal="AUTOMATIC"))
    run_on_register(services, lead, ConfirmAutomaticDisposal(command_id=uuid4()))
    return overseen


def closed(overseen: Overseen, **given: Any) -> UUID:
    case_id = overseen.incident(**given)
    overseen.trust.do(CloseIncident(command_id=uuid4(), case_id=case_id, outcome="NO_FURTHER_ACTION", closed_on=CLOSED))
    return case_id


def dispose(overseen: Overseen, database: Database, store: FolderBlobs, on: datetime = DAY, most: int = 100) -> int:
    overseen.at = on
    Projector(database).catch_up(overseen.trust.trust_id)
    return dispose_of_what_is_due(overseen.services, store, backup_days=35, most=most)


def state_of(overseen: Overseen, case_id: UUID) -> RetentionState:
    ledger: Any = overseen.services.ledger
    return retention.keeping(ledger, ledger.load(case_id), clock.london_date(overseen.at)).state


def test_a_case_goes_on_its_day_and_its_erasure_names_who_decided_that_it_shall(
    automatic: Overseen, database: Database, store: FolderBlobs, eraser: Eraser, lead: Caller, dpo: Caller
) -> None:
    case_id = closed(automatic, summary="A name in words.")
    assert eraser.text(case_id, 1, "summary").text == "A name in words."

    assert dispose(automatic, database, store, DAY_BEFORE) == 0
    assert state_of(automatic, case_id) is RetentionState.RUNNING
    assert dispose(automatic, database, store) == 1
    assert dispose(automatic, database, store) == 0

    assert state_of(automatic, case_id) is RetentionState.DISPOSED
    assert eraser.text(case_id, 1, "summary").state.value == "ERASED"
    [seen] = list_erasures(automatic.services, dpo).erasures
    erasure = seen.erasure
    assert (erasure.state, erasure.authority, erasure.what.case_id) == (
        ErasureState.COMPLETED,
        "RETENTION_OVER",
        case_id,
    )
    assert (erasure.requested_by, erasure.decided_by) == (dpo.person_id, lead.person_id)
    assert who_recorded(automatic, erasure) == {("system", dpo.person_id), ("system", lead.person_id)}


def who_recorded(overseen: Overseen, erasure: Erasure) -> set[tuple[str, UUID | None]]:
    with overseen.trust.ledger.trust.connection() as connection:
        rows = connection.execute(
            "SELECT body FROM event WHERE trust_id = %s AND stream_id = %s", (overseen.trust.trust_id, erasure.id)
        ).fetchall()
    return {(body.actor_role, body.on_behalf_of) for body in (decode_body(row[0]) for row in rows)}


def test_nothing_goes_where_the_trust_did_not_say_so(
    overseen: Overseen, database: Database, store: FolderBlobs, dpo: Caller
) -> None:
    case_id = closed(overseen, summary="Words.")
    run_on_register(overseen.services, dpo, AdoptRetention(command_id=uuid4(), content=GOES, disposal="AUTOMATIC"))

    assert dispose(overseen, database, store) == 0
    assert state_of(overseen, case_id) is RetentionState.DUE


def test_no_more_go_at_once_than_may_and_those_without_texts_stand_in_nobodys_way(
    automatic: Overseen, database: Database, store: FolderBlobs
) -> None:
    bare = [closed(automatic) for _ in range(3)]
    full = [closed(automatic, summary="Words.") for _ in range(3)]

    assert [dispose(automatic, database, store, most=2) for _ in range(3)] == [2, 1, 0]
    assert {state_of(automatic, one) for one in full} == {RetentionState.DISPOSED}
    assert {state_of(automatic, one) for one in bare} == {RetentionState.DUE}


def test_a_case_that_was_held_after_it_was_found_does_not_go(
    automatic: Overseen, database: Database, store: FolderBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = closed(automatic, summary="Words.")
    decided = services.disposing._decided

    def held_first(*given: Any) -> Any:
        automatic.trust.do(
            PlaceHold(
                command_id=uuid4(),
                case_id=case_id,
                authority="POLICE",
                review_on=date(2040, 1, 1),
                reason="They asked.",
            )
        )
        return decided(*given)

    monkeypatch.setattr(services.disposing, "_decided", held_first)

    assert dispose(automatic, database, store) == 0
    assert state_of(automatic, case_id) is RetentionState.ON_HOLD


@pytest.mark.parametrize("decider", [Role.DPO, Role.TRUST_LEAD])
def test_a_case_about_one_of_the_two_waits_for_somebody_else(
    automatic: Overseen, database: Database, store: FolderBlobs, decider: Role
) -> None:
    about_them, about_another = (automatic.breach(one) for one in (automatic.caller(decider).person_id, uuid4()))
    for case_id in (about_them, about_another):
        given: dict[str, Any] = {"case_id": case_id}
        level: dict[str, Any] = {"level": "LOW_LEVEL", "criteria": (), "assessed_on": CLOSED}
        for step in (
            AssessHarmThreshold(command_id=uuid4(), **level, **given),
            GiveBreachAdvice(command_id=uuid4(), kind="CONDUCT", given_on=CLOSED, **given),
            CloseStaffBreach(command_id=uuid4(), outcome="ADVICE_GIVEN", closed_on=CLOSED, **given),
        ):
            automatic.trust.do(step, system_caller(automatic.trust.trust_id))

    assert dispose(automatic, database, store) == 1
    assert [state_of(automatic, one) for one in (about_them, about_another)] == [
        RetentionState.DUE,
        RetentionState.DISPOSED,
    ]


def test_one_that_was_cut_short_is_brought_to_its_end(
    automatic: Overseen, database: Database, store: FolderBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = closed(automatic, summary="Words.")
    with monkeypatch.context() as patched:
        patched.setattr(services.disposing, "carry_out", cut_short)
        with pytest.raises(OSError, match="power"):
            dispose(automatic, database, store)

    assert carry_out_all(automatic.services, store, backup_days=35) == 1
    assert state_of(automatic, case_id) is RetentionState.DISPOSED
    assert dispose(automatic, database, store) == 0


def cut_short(*_given: Any, **_named: Any) -> None:
    raise OSError("power")
