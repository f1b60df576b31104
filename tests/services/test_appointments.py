"""Who holds which role: given by administrators, recorded, and gone the moment it is taken away."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.access import CASE_ROLES, SCHOOL_ROLES, Role
from domain.registers import TrustRegister, trust_register_id
from services.accounts import Account, AccountMalformed, accounts_of, bind_account, find_account, switch_account
from services.authority import Authority, HeldRole
from services.commands import Refusal, Services
from services.people import Person, register
from services.register_commands import (
    AppointPerson,
    EndRole,
    NoteAccount,
    RegisterCommand,
    RegisterRecorded,
    RevokeRole,
    run_on_register,
)
from services.scope import Caller
from tests.support.ledgers import Trust

SCHOOL = "900001"
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
TODAY = date(2026, 11, 20)
SOMEBODY = UUID(int=4711)


@pytest.fixture
def services(trust: Trust) -> Services:
    return Services(trust.ledger, now=lambda: NOW)


@pytest.fixture
def admin(trust: Trust) -> Caller:
    return trust.caller(Role.ADMIN)


def appointing(role: str = "headteacher", urn: str | None = SCHOOL, **given: Any) -> AppointPerson:
    values: dict[str, Any] = {"command_id": uuid4(), "person": SOMEBODY} | given
    return AppointPerson(role=role, school_urn=urn, **values)


def given(services: Services, caller: Caller, command: RegisterCommand) -> RegisterRecorded:
    outcome = run_on_register(services, caller, command)
    assert isinstance(outcome, RegisterRecorded), outcome
    return outcome


def refused(services: Services, caller: Caller, command: RegisterCommand) -> tuple[str, tuple[str, ...]]:
    before = services.ledger.head()
    outcome = run_on_register(services, caller, command)
    assert isinstance(outcome, Refusal)
    assert services.ledger.head() == before
    return outcome.code.value, outcome.fields


def held(authority: Authority, services: Services, on: date = TODAY) -> list[str]:
    authority.catch_up(services.ledger.trust)
    return [one.token for one in authority.held(services.ledger.trust_id, SOMEBODY, on)]


def test_a_person_holds_what_was_given_from_its_day_to_its_last(services: Services, admin: Caller) -> None:
    authority = Authority()
    assert held(authority, services) == []

    given(services, admin, appointing())
    given(services, admin, appointing("trust-lead", None, appointed_on=TODAY + timedelta(days=1)))
    given(services, admin, appointing("governor", until=TODAY + timedelta(days=7)))

    assert held(authority, services) == ["headteacher:900001", "governor:900001"]
    assert held(authority, services, TODAY - timedelta(days=1)) == []
    week_later = TODAY + timedelta(days=8)
    assert held(authority, services, week_later) == ["trust-lead", "headteacher:900001"]
    ended = EndRole(command_id=uuid4(), person=SOMEBODY, role="headteacher", school_urn=SCHOOL, ended_on=week_later)
    given(services, admin, ended)
    assert held(authority, services, week_later + timedelta(days=1)) == ["trust-lead"]
    assert held(authority, services, week_later) == ["trust-lead", "headteacher:900001"]


def test_a_role_that_is_revoked_gives_nothing_from_that_moment_also_on_its_first_day(
    services: Services, admin: Caller
) -> None:
    authority = Authority()
    given(services, admin, appointing())
    given(services, admin, appointing("coordinator"))
    assert held(authority, services) == ["headteacher:900001", "coordinator:900001"]

    given(services, admin, RevokeRole(command_id=uuid4(), person=SOMEBODY, role="headteacher", school_urn=SCHOOL))

    assert held(authority, services) == ["coordinator:900001"]
    # A process that was not there meanwhile says the same.
    assert held(Authority(), services) == ["coordinator:900001"]
    given(services, admin, appointing())
    assert held(authority, services) == ["coordinator:900001", "headteacher:900001"]


def test_an_appointment_tells_who_gave_it_and_when_it_was_recorded(services: Services, admin: Caller) -> None:
    authority = Authority()
    done = given(services, admin, appointing())
    authority.catch_up(services.ledger.trust)

    [one] = authority.appointments(services.ledger.trust_id)

    at = services.ledger.head()[1]
    assert at is not None
    assert done == RegisterRecorded(services.ledger.head()[0], replayed=False)
    assert one == HeldRole(Role.HEADTEACHER, SCHOOL, TODAY, None, admin.person_id, at)


def test_only_events_of_roles_make_a_process_look_again(services: Services, admin: Caller, trust: Trust) -> None:
    authority = Authority()
    done = given(services, admin, appointing())
    assert not authority.knows(trust.trust_id, done.position or 0)
    authority.catch_up(trust.ledger.trust)
    assert authority.knows(trust.trust_id, done.position or 0)
    assert not authority.knows(uuid4(), 1)


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.ADMIN, Role.SYSTEM)])
def test_nobody_but_an_administrator_gives_or_takes_roles(services: Services, trust: Trust, role: Role) -> None:
    caller = trust.caller(role, SCHOOL if role in SCHOOL_ROLES else None, case=uuid4() if role in CASE_ROLES else None)
    taking = RevokeRole(command_id=uuid4(), person=SOMEBODY, role="headteacher", school_urn=SCHOOL)
    for command in (appointing(), taking):
        assert refused(services, caller, command) == ("NOT_ALLOWED", ())


def test_nobody_gives_a_role_to_themselves(services: Services, admin: Caller) -> None:
    own = appointing("trust-lead", None, person=admin.person_id)
    assert refused(services, admin, own) == ("CONFLICT_OF_INTEREST", ("person",))


@pytest.mark.parametrize(
    ("command", "code", "fields"),
    [
        (appointing("headteacher", None), "INVALID_INPUT", ("school_urn",)),
        (appointing("trust-lead", SCHOOL), "INVALID_INPUT", ("school_urn",)),
        (appointing("investigator", None), "INVALID_INPUT", ("role",)),
        (appointing("system", None), "INVALID_INPUT", ("role",)),
        (appointing("king", None), "INVALID_INPUT", ("role",)),
        (appointing("king"), "INVALID_INPUT", ("role",)),
        (appointing(urn="999999"), "NOT_FOUND", ("school_urn",)),
        (appointing(appointed_on=TODAY, until=TODAY - timedelta(days=1)), "INVALID_INPUT", ("until",)),
        (
            RevokeRole(command_id=uuid4(), person=SOMEBODY, role="headteacher", school_urn=SCHOOL),
            "ILLEGAL_STATE",
            ("role", "person"),
        ),
    ],
)
def test_what_does_not_fit_is_refused_by_name(
    services: Services, admin: Caller, command: RegisterCommand, code: str, fields: tuple[str, ...]
) -> None:
    assert refused(services, admin, command) == (code, fields)


def test_the_same_command_is_carried_out_once(services: Services, admin: Caller, trust: Trust) -> None:
    command = appointing(reason="New head.")
    first = given(services, admin, command)

    again = given(services, admin, command)

    assert again == RegisterRecorded(first.position, replayed=True)
    other = appointing("governor", command_id=command.command_id)
    assert refused(services, admin, other) == ("COMMAND_ID_REUSED", ("command_id",))
    another = trust.caller(Role.ADMIN)
    another = Caller(another.trust_id, uuid4(), Role.ADMIN)
    assert refused(services, another, command) == ("COMMAND_ID_REUSED", ("command_id",))


# --- accounts


@pytest.fixture
def known(trust: Trust) -> UUID:
    """A person of the registry."""
    person = uuid4()
    with trust.ledger.trust.connection() as connection:
        register(connection, trust.trust_id, [Person(person, "STAFF")])
    return person


def binding(services: Services, caller: Caller, person: UUID, subject: str = "t/o", **given: Any) -> Account | Refusal:
    values: dict[str, Any] = {"command_id": uuid4(), "issuer": "entra"} | given
    return bind_account(services, caller, subject=subject, person_id=person, **values)


def noted(services: Services) -> dict[UUID, tuple[UUID, bool]]:
    register = services.ledger.load(trust_register_id(services.ledger.trust_id))
    assert isinstance(register, TrustRegister)
    return register.accounts


def test_an_account_binds_who_signs_in_to_a_person_and_the_ledger_knows_it_by_an_id_alone(
    services: Services, admin: Caller, known: UUID
) -> None:
    account = binding(services, admin, known)

    assert isinstance(account, Account)
    assert find_account(services.ledger.trust, "entra", "t/o") == account
    assert (account.person_id, account.is_active) == (known, True)
    assert noted(services) == {account.account_id: (known, True)}
    position = services.ledger.head()
    # The same again changes nothing.
    assert binding(services, admin, known) == account
    assert services.ledger.head() == position
    assert find_account(services.ledger.trust, "google", "t/o") is None


def test_an_account_that_was_switched_off_stays_what_it_was_and_is_not_given_to_anybody_else(
    services: Services, admin: Caller, known: UUID, trust: Trust
) -> None:
    account = binding(services, admin, known)
    assert isinstance(account, Account)

    off = switch_account(services, admin, command_id=uuid4(), issuer="entra", subject="t/o", is_active=False)

    assert isinstance(off, Account)
    assert find_account(services.ledger.trust, "entra", "t/o") == off
    assert (off.account_id, off.person_id, off.is_active) == (account.account_id, known, False)
    assert noted(services) == {account.account_id: (known, False)}
    # Binding it again does not switch it on, and another person does not get it.
    assert binding(services, admin, known) == off
    other = uuid4()
    with trust.ledger.trust.connection() as connection:
        register(connection, trust.trust_id, [Person(other, "STAFF")])
    answer = binding(services, admin, other)
    assert isinstance(answer, Refusal)
    assert (answer.code, answer.fields) == ("ILLEGAL_STATE", ("person",))
    on = switch_account(services, admin, command_id=uuid4(), issuer="entra", subject="t/o", is_active=True)
    assert on == account
    assert list(accounts_of(services.ledger.trust, known)) == [account]
    assert noted(services) == {account.account_id: (known, True)}


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"subject": ""}, "INVALID_INPUT", "subject"),
        ({"subject": "a\nb"}, "INVALID_INPUT", "subject"),
        ({"issuer": " "}, "INVALID_INPUT", "issuer"),
        ({"issuer": "x" * 513}, "INVALID_INPUT", "issuer"),
    ],
)
def test_an_account_that_cannot_be_one_is_refused_by_name(
    services: Services, admin: Caller, known: UUID, values: dict[str, str], code: str, field: str
) -> None:
    answer = binding(services, admin, known, **values)
    assert isinstance(answer, Refusal)
    assert (answer.code, answer.fields, answer.message) == (code, (field,), AccountMalformed(field).message)


def test_an_account_needs_a_person_of_the_registry_and_an_administrator(
    services: Services, admin: Caller, known: UUID, trust: Trust
) -> None:
    stranger = binding(services, admin, uuid4())
    head = binding(services, trust.caller(Role.HEADTEACHER, SCHOOL), known)
    none = switch_account(services, admin, command_id=uuid4(), issuer="entra", subject="nobody", is_active=False)

    assert isinstance(stranger, Refusal)
    assert isinstance(head, Refusal)
    assert isinstance(none, Refusal)
    assert [(one.code, one.fields) for one in (stranger, head, none)] == [
        ("NOT_FOUND", ("person",)),
        ("NOT_ALLOWED", ()),
        ("NOT_FOUND", ("subject",)),
    ]


def test_who_may_not_keep_accounts_notes_none_either(services: Services, trust: Trust, known: UUID) -> None:
    command = NoteAccount(command_id=uuid4(), account=uuid4(), issuer="entra", person=known, is_active=True)
    assert refused(services, trust.caller(Role.TRUST_LEAD), command) == ("NOT_ALLOWED", ())
