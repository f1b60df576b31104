"""Grants on single cases over PostgreSQL: who gives them, what they open, and that they end at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.access import Role
from domain.involvement import involved_in
from domain.registers import TrustRegister, trust_register_id
from services.case_access_commands import EndAccess, GrantAccess
from services.case_commands import LinkCase
from services.case_roles import holds_in_case
from services.commands import Recorded, Refusal
from services.complaint_commands import AddHead, ComplaintHead, NameSubject, ReceiveComplaint
from services.incident_step_commands import RecordInvestigation
from services.registers import appoint_at_school
from services.scope import Caller, system_caller
from services.sealed_texts import SealedPlace, SealedState, open_texts
from services.staff_breach_commands import NameBreachSubject
from services.store import CommandContext, Work
from tests.services.access import LATER, ON, SCHOOL, Overseen
from tests.support.ledgers import NOW, TODAY, Trust

SOON = NOW + timedelta(minutes=30)


@pytest.fixture
def overseen(trust: Trust) -> Overseen:
    found = Overseen(trust)
    found.appoint(Role.DPO, Role.AUDITOR, Role.TRUST_LEAD)
    return found


def asking(case_id: UUID, person: UUID, role: str, **given: Any) -> GrantAccess:
    return GrantAccess(command_id=uuid4(), case_id=case_id, person=person, role=role, reason="To look.", **given)


def ending(case_id: UUID, grant_id: UUID) -> EndAccess:
    return EndAccess(command_id=uuid4(), case_id=case_id, grant_id=grant_id, reason="It is enough.")


def a_complaint(overseen: Overseen) -> Any:
    heads = (ComplaintHead(about_school=False, about_staff=True),)
    given: dict[str, Any] = {"received_on": ON, "received_by": "HEADTEACHER", "means": "LETTER", "heads": heads}
    return overseen.trust.do(ReceiveComplaint(command_id=uuid4(), school_urn=SCHOOL, **given))


# --- who grants what


def callers(overseen: Overseen) -> dict[str, Caller]:
    at_school = (Role.HEADTEACHER, Role.COORDINATOR, Role.DSL, Role.CHAIR, Role.CLERK)
    trust_wide = (Role.TRUST_LEAD, Role.DPO, Role.HR, Role.AUDITOR)
    return {role.value: overseen.caller(role, SCHOOL) for role in at_school} | {
        role.value: overseen.caller(role) for role in trust_wide
    }


@pytest.mark.parametrize(
    ("kind", "role", "who"),
    [
        ("incident", "WITNESS", {"trust-lead", "headteacher"}),
        ("complaint", "WITNESS", {"trust-lead", "headteacher", "chair"}),
        ("breach", "WITNESS", {"trust-lead", "hr"}),
        ("incident", "EXAMINER", {"trust-lead", "dpo"}),
        ("complaint", "EXAMINER", {"trust-lead", "dpo"}),
        ("breach", "EXAMINER", {"trust-lead", "dpo"}),
    ],
)
def test_who_decides_a_case_lets_people_in_and_overseers_let_auditors_examine(
    overseen: Overseen, kind: str, role: str, who: set[str]
) -> None:
    made: dict[str, Callable[[], UUID]] = {
        "incident": overseen.incident,
        "breach": overseen.breach,
        "complaint": lambda: UUID(str(a_complaint(overseen).id)),
    }
    case_id = made[kind]()
    auditor = overseen.caller(Role.AUDITOR).person_id
    may = set()
    for name, caller in callers(overseen).items():
        person = auditor if role == "EXAMINER" else uuid4()
        given = overseen.trust.give(asking(case_id, person, role, until=LATER), caller)
        if isinstance(given, Recorded):
            may.add(name)
            overseen.trust.do(ending(case_id, list(given.case.access_grants)[-1]))
        elif caller.person_id != person:
            assert str(given.code) in ("NOT_ALLOWED", "NOT_FOUND"), (name, given)

    assert may == who


def test_of_a_case_that_was_routed_past_the_head_those_decide_who_took_it(overseen: Overseen) -> None:
    head, chair = overseen.caller(Role.HEADTEACHER, SCHOOL), overseen.caller(Role.CHAIR, SCHOOL)
    for one in (head, chair):
        appoint_at_school(
            overseen.trust.ledger,
            system_caller(overseen.trust.trust_id),
            urn=SCHOOL,
            role=one.role.value,
            person=one.person_id,
            appointed_on=date(2024, 9, 1),
        )
    case_id = overseen.breach(subject=head.person_id)

    assert overseen.trust.refused(asking(case_id, uuid4(), "WITNESS"), head) == ("NOT_FOUND", ("case_id",))
    assert overseen.grant(case_id, uuid4(), "WITNESS", chair)
    # The officer grants examinations whoever decides.
    auditor = overseen.caller(Role.AUDITOR).person_id
    assert overseen.grant(case_id, auditor, "EXAMINER", overseen.caller(Role.DPO), until=SOON)


@pytest.mark.parametrize("person", ["head", "another"])
def test_only_an_auditor_of_the_trust_examines(overseen: Overseen, person: str) -> None:
    case_id, somebody = overseen.incident(), overseen.caller(Role.HEADTEACHER, SCHOOL, person).person_id
    refused = overseen.trust.refused(asking(case_id, somebody, "EXAMINER", until=SOON), overseen.caller(Role.DPO))
    assert refused == ("ILLEGAL_STATE", ("person",))


def test_nobody_sits_on_a_panel_who_had_to_do_with_what_the_complaint_arose_from(overseen: Overseen) -> None:
    incident, complaint = overseen.incident(), a_complaint(overseen)
    person = uuid4()
    begun = RecordInvestigation(command_id=uuid4(), case_id=incident, started_on=ON, investigator=person)
    assert person in involved_in(overseen.trust.do(begun))
    overseen.trust.do(LinkCase(command_id=uuid4(), case_id=complaint.id, other=incident, kind="AROSE_FROM"))

    refused = overseen.trust.refused(asking(complaint.id, person, "PANEL"))

    assert refused == ("PANEL_INVALID", ("person",))
    assert overseen.grant(complaint.id, uuid4(), "PANEL")


@pytest.mark.parametrize("until", [NOW.replace(tzinfo=None), NOW.replace(year=9999), NOW.replace(year=1)])
def test_what_is_no_instant_is_refused_by_its_field(overseen: Overseen, until: Any) -> None:
    asked = asking(overseen.incident(), uuid4(), "WITNESS", until=until)
    assert overseen.trust.refused(asked) == ("INVALID_INPUT", ("until",))


# --- what a grant opens, and that it ends


def opened(overseen: Overseen, caller: Caller, case_id: UUID) -> SealedState:
    """Whether somebody opens the words with which a case began."""
    place = SealedPlace(case_id, 1, "summary")
    return open_texts(overseen.trust.ledger, caller.visibility, [place])[place].state


def test_an_auditor_sees_the_structure_and_opens_texts_by_a_grant_alone(overseen: Overseen) -> None:
    case_id = overseen.incident(summary="She wrote it again.")
    auditor = overseen.caller(Role.AUDITOR)
    examiner = overseen.inside(auditor.person_id, Role.EXAMINER, case_id)
    ledger = overseen.trust.ledger

    def holds(at: Any) -> bool:
        return holds_in_case(ledger, case_id, auditor.person_id, Role.EXAMINER, at)

    assert not holds(NOW)
    grant_id = overseen.grant(case_id, auditor.person_id, "EXAMINER", overseen.caller(Role.DPO), until=SOON)

    assert (opened(overseen, auditor, case_id), opened(overseen, examiner, case_id)) == (
        SealedState.WITHHELD,
        SealedState.OPEN,
    )
    assert [holds(at) for at in (NOW, SOON - timedelta(seconds=1), SOON)] == [True, True, False]
    # Reads all, changes nothing, and no other case is there.
    assert str(overseen.remark(case_id, examiner).code) == "NOT_ALLOWED"
    assert str(overseen.remark(overseen.incident(), examiner).code) == "NOT_FOUND"

    overseen.trust.do(ending(case_id, grant_id), overseen.caller(Role.DPO))
    assert not holds(NOW)


def test_who_is_no_auditor_any_longer_is_no_examiner_either(overseen: Overseen) -> None:
    case_id, auditor = overseen.incident(), overseen.caller(Role.AUDITOR)
    overseen.grant(case_id, auditor.person_id, "EXAMINER", until=SOON)
    ledger = overseen.trust.ledger
    register: Any = ledger.load(trust_register_id(ledger.trust_id))
    assert isinstance(register, TrustRegister)

    register.revoke_role(role="auditor", person=auditor.person_id, today=TODAY)
    ledger.append([Work(CommandContext(uuid4(), uuid4(), "system", b""), (register,))])

    assert not holds_in_case(ledger, case_id, auditor.person_id, Role.EXAMINER, NOW)


def _names_in_complaint(overseen: Overseen, person: UUID) -> tuple[UUID, Any]:
    case = a_complaint(overseen)
    [head_id] = case.heads
    return case.id, NameSubject(command_id=uuid4(), case_id=case.id, head_id=head_id, person=person)


def _adds_head(overseen: Overseen, person: UUID) -> tuple[UUID, Any]:
    case = a_complaint(overseen)
    head = ComplaintHead(about_school=False, about_staff=True, about=(person,))
    return case.id, AddHead(command_id=uuid4(), case_id=case.id, head=head)


def _names_in_breach(overseen: Overseen, person: UUID) -> tuple[UUID, Any]:
    case_id = overseen.breach()
    return case_id, NameBreachSubject(command_id=uuid4(), case_id=case_id, subject=person)


@pytest.mark.parametrize("road", [_names_in_complaint, _adds_head, _names_in_breach], ids=lambda one: one.__name__)
def test_naming_somebody_takes_away_at_once_what_they_were_granted(overseen: Overseen, road: Any) -> None:
    """Deny beats allow, by the events alone: no read model has to hear of it, and nobody has to end the grant."""
    person = uuid4()
    case_id, naming = road(overseen, person)
    grant_id = overseen.grant(case_id, person, "INVESTIGATOR")
    investigator = overseen.inside(person, Role.INVESTIGATOR, case_id)
    ledger = overseen.trust.ledger
    assert holds_in_case(ledger, case_id, person, Role.INVESTIGATOR, NOW)
    assert isinstance(overseen.remark(case_id, investigator), Recorded)

    overseen.trust.do(naming)

    assert not holds_in_case(ledger, case_id, person, Role.INVESTIGATOR, NOW)
    # The role itself finds nothing either, should anybody have let it through.
    refused = overseen.remark(case_id, investigator)
    assert isinstance(refused, Refusal)
    assert refused == overseen.remark(uuid4(), investigator)
    case: Any = ledger.load(case_id)
    assert case.access_grants[grant_id].ended_at is None


@pytest.mark.parametrize("role", ["INVESTIGATOR", "WITNESS"])
def test_ending_a_grant_acts_on_the_next_thing_that_is_asked(overseen: Overseen, role: str) -> None:
    case_id, person = overseen.incident(), uuid4()
    grant_id = overseen.grant(case_id, person, role)
    held = [holds_in_case(overseen.trust.ledger, case_id, person, Role[role], NOW)]

    overseen.trust.do(ending(case_id, grant_id))

    held.append(holds_in_case(overseen.trust.ledger, case_id, person, Role[role], NOW))
    assert held == [True, False]


def test_in_a_case_that_is_not_there_nobody_holds_anything(overseen: Overseen) -> None:
    ledger = overseen.trust.ledger
    for nothing in (uuid4(), trust_register_id(ledger.trust_id)):
        assert not any(holds_in_case(ledger, nothing, uuid4(), role, NOW) for role in Role)


def test_the_same_grant_given_again_gives_the_first_answer(overseen: Overseen) -> None:
    asked = asking(overseen.incident(), uuid4(), "WITNESS", until=LATER)
    first = overseen.trust.give(asked)
    again = overseen.trust.give(asked)
    assert (first.replayed, again.replayed, again.last_position) == (False, True, first.last_position)
