"""Who asks for an erasure and who approves it, what is refused, and what stands in the way."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import NAMESPACE_OID, uuid4, uuid5

import pytest

from domain.access import CASE_ROLES, SCHOOL_ROLES, Role
from domain.erasure import ErasureState
from ledger.database import Database
from projections.engine import Projector
from services.case_commands import LinkCase
from services.commands import Recorded
from services.erasure_commands import (
    ApproveErasure,
    ErasureRecorded,
    RedactedText,
    RejectErasure,
    run_on_erasure,
)
from services.erasures import UnknownErasure, list_erasures, see_erasure
from services.incident_commands import CloseIncident
from services.retention_commands import PlaceHold, ReviewRetention
from services.running_commands import run
from services.scope import Caller
from tests.services.access import OTHER, SCHOOL, Overseen
from tests.services.erasers import Eraser, code_of, person
from tests.support.ledgers import TODAY

# --- who asks and who approves


def test_whoever_asks_does_not_approve(overseen: Overseen, eraser: Eraser) -> None:
    asked = eraser.ask(scope="CASE", case_id=overseen.incident(summary="Words."))

    assert code_of(eraser.approve(asked.erasure.id, eraser.dpo)) == ("CONFLICT_OF_INTEREST", ())
    assert eraser.carry_out(asked.erasure.id).state is ErasureState.REQUESTED
    assert eraser.services.keys.keys_of_case(eraser.lead.trust_id, asked.erasure.what.case_id)


@pytest.mark.parametrize("role", [one for one in Role if one not in (Role.DPO, Role.TRUST_LEAD)])
def test_no_other_role_asks_for_an_erasure(overseen: Overseen, eraser: Eraser, role: Role) -> None:
    case_id = overseen.incident(summary="Words.")
    at = SCHOOL if role in SCHOOL_ROLES else None
    caller = overseen.trust.caller(role, at, case=case_id if role in CASE_ROLES else None)

    assert code_of(eraser.ask(caller, scope="CASE", case_id=case_id)) == ("NOT_ALLOWED", ())


def test_an_erasure_is_not_there_for_whom_it_concerns(
    database: Database, overseen: Overseen, eraser: Eraser, dpo: Caller
) -> None:
    me = person(overseen, "Trust Lead", "STAFF", person_id=eraser.lead.person_id)
    breach = overseen.breach(me)
    of_case = eraser.ask(scope="CASE", case_id=breach)
    of_person = eraser.ask(scope="PERSON", person=me)
    of_school = eraser.ask(scope="SCHOOL", school_urn=SCHOOL)
    Projector(database).catch_up(overseen.trust.trust_id)

    for asked in (of_case, of_person, of_school):
        assert code_of(eraser.approve(asked.erasure.id)) == ("NOT_FOUND", ("erasure_id",))
        with pytest.raises(UnknownErasure):
            see_erasure(eraser.services, eraser.lead, asked.erasure.id)
    assert list_erasures(eraser.services, eraser.lead).erasures == []
    assert len(list_erasures(eraser.services, dpo).erasures) == 3
    assert code_of(eraser.ask(eraser.lead, scope="CASE", case_id=breach)) == ("NOT_FOUND", ("case_id",))
    assert code_of(eraser.ask(eraser.lead, scope="SCHOOL", school_urn=SCHOOL)) == ("NOT_ALLOWED", ())
    assert code_of(eraser.ask(eraser.lead, scope="PERSON", person=me))[0] in ("NOT_ALLOWED", "CONFLICT_OF_INTEREST")


def test_an_erasure_that_was_rejected_stays_so(overseen: Overseen, eraser: Eraser) -> None:
    asked = eraser.ask(scope="CASE", case_id=overseen.incident(summary="Words."))
    rejecting = RejectErasure(command_id=uuid4(), erasure_id=asked.erasure.id, reason="It is needed.")

    rejected = run_on_erasure(eraser.services, eraser.lead, rejecting)

    assert isinstance(rejected, ErasureRecorded)
    assert rejected.erasure.state is ErasureState.REJECTED
    assert code_of(eraser.approve(asked.erasure.id)) == ("ILLEGAL_STATE", ())
    assert eraser.carry_out(asked.erasure.id).state is ErasureState.REJECTED


def test_a_command_given_again_is_answered_as_before(overseen: Overseen, eraser: Eraser) -> None:
    asked: dict[str, Any] = {"command_id": uuid4(), "scope": "CASE", "case_id": overseen.incident(summary="Words.")}

    first, again = eraser.ask(**asked), eraser.ask(**asked)

    assert (again.erasure.id, again.position, again.replayed) == (first.erasure.id, first.position, True)
    assert code_of(eraser.ask(**asked | {"authority": "COURT_ORDER"})) == ("COMMAND_ID_REUSED", ("command_id",))


@pytest.mark.parametrize(
    ("asked", "refused"),
    [
        ({"scope": "CASE"}, ("INVALID_INPUT", ("case_id",))),
        ({"scope": "PART", "case_id": uuid5(NAMESPACE_OID, "x")}, ("INVALID_INPUT", ("of_version", "part"))),
        ({"scope": "TRUST", "school_urn": SCHOOL}, ("INVALID_INPUT", ("school_urn",))),
        ({"scope": "ALL"}, ("INVALID_INPUT", ("scope",))),
        ({"scope": "TRUST", "authority": "WHIM"}, ("INVALID_INPUT", ("authority",))),
        ({"scope": "TRUST", "reason": " "}, ("INVALID_INPUT", ("reason",))),
        ({"scope": "CASE", "case_id": uuid5(NAMESPACE_OID, "x")}, ("NOT_FOUND", ("case_id",))),
        ({"scope": "PERSON", "person": uuid5(NAMESPACE_OID, "x")}, ("NOT_FOUND", ("person",))),
        ({"scope": "SCHOOL", "school_urn": "900009"}, ("NOT_FOUND", ("school_urn",))),
        ({"scope": "SCHOOL", "school_urn": OTHER}, ("ILLEGAL_STATE", ("scope",))),
    ],
)
def test_what_cannot_be_erased_is_refused_by_name(eraser: Eraser, asked: Any, refused: Any) -> None:
    assert code_of(eraser.ask(**asked)) == refused


@pytest.mark.parametrize(("version", "part"), [(9, "summary"), (1, "nothing"), (0, "summary")])
def test_a_text_that_is_not_there_cannot_be_erased(overseen: Overseen, eraser: Eraser, version: int, part: str) -> None:
    case_id = overseen.incident(summary="Words.")

    asked = eraser.ask(scope="PART", case_id=case_id, of_version=version, part=part)

    assert code_of(asked) == ("NOT_FOUND", ("part",))


def test_who_opens_no_texts_writes_none_in_their_place(overseen: Overseen, eraser: Eraser) -> None:
    case_id = overseen.incident(summary="Words.")
    instead = RedactedText(case_id, 1, "summary", "Other words.")

    asked = eraser.ask(scope="PART", case_id=case_id, of_version=1, part="summary", redactions=(instead,))

    assert code_of(asked) == ("NOT_FOUND", ("case_id",))


# --- what stands in the way


def test_what_is_held_is_not_erased(overseen: Overseen, eraser: Eraser) -> None:
    case_id = overseen.incident(summary="Words.")
    asked = eraser.ask(scope="CASE", case_id=case_id)
    placing = PlaceHold(
        command_id=uuid4(), case_id=case_id, authority="POLICE", review_on=date(2040, 1, 1), reason="An officer asked."
    )
    overseen.trust.do(placing)

    assert code_of(eraser.ask(scope="CASE", case_id=case_id)) == ("ON_HOLD", ())
    assert code_of(eraser.ask(scope="SCHOOL", school_urn=SCHOOL)) == ("ON_HOLD", ())
    assert code_of(eraser.approve(asked.erasure.id)) == ("ON_HOLD", ())


def test_an_open_case_holds_those_that_it_is_linked_with_unless_it_goes_with_them(
    overseen: Overseen, eraser: Eraser
) -> None:
    one, other = overseen.incident(summary="Words."), overseen.incident(summary="Others.")
    overseen.trust.do(LinkCase(command_id=uuid4(), case_id=one, other=other, kind="RELATED"))

    assert code_of(eraser.ask(scope="CASE", case_id=one)) == ("ON_HOLD", ())
    assert code_of(eraser.ask(scope="CASE", case_id=other)) == ("ON_HOLD", ())
    assert eraser.erase(scope="PART", case_id=other, of_version=1, part="summary").done.texts == 1
    assert eraser.erase(scope="SCHOOL", school_urn=SCHOOL).done.cases == 2


def test_time_is_over_only_where_a_review_said_so(overseen: Overseen, eraser: Eraser) -> None:
    case_id = overseen.incident(summary="Words.")
    asked: dict[str, Any] = {"scope": "CASE", "case_id": case_id, "authority": "RETENTION_OVER"}

    assert code_of(eraser.ask(**asked)) == ("RETENTION", ("authority",))

    closing = CloseIncident(command_id=uuid4(), case_id=case_id, outcome="NO_FURTHER_ACTION", closed_on=TODAY)
    overseen.trust.do(closing)
    assert code_of(eraser.ask(**asked)) == ("RETENTION", ("authority",))

    overseen.at = datetime(2033, 9, 1, 9, tzinfo=UTC)
    reviewing = ReviewRetention(command_id=uuid4(), case_id=case_id, choice="DISPOSE")
    assert isinstance(run(overseen.services, eraser.lead, reviewing), Recorded)
    assert eraser.erase(**asked).state is ErasureState.COMPLETED


def test_a_command_given_twice_at_once_is_carried_out_once_and_answered_twice(
    overseen: Overseen, eraser: Eraser, lead: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = eraser.ask(scope="CASE", case_id=overseen.incident(summary="Words."))
    approval = ApproveErasure(command_id=uuid4(), erasure_id=asked.erasure.id)
    decided = ApproveErasure.decide
    answers: list[Any] = []

    def meanwhile(command: ApproveErasure, context: Any) -> Any:
        if not answers:
            answers.append("under way")
            answers[0] = run_on_erasure(overseen.services, lead, approval)
        return decided(command, context)

    monkeypatch.setattr(ApproveErasure, "decide", meanwhile)
    answers.append(run_on_erasure(overseen.services, lead, approval))

    assert [(one.erasure.state, one.replayed) for one in answers] == [
        (ErasureState.APPROVED, False),
        (ErasureState.APPROVED, True),
    ]
