"""Accounts: as which person of a trust somebody acts who signs in at an issuer.

What the issuer calls somebody stands here alone; the ledger knows an account by an id that says nothing. An account is
switched off, never taken away or given to somebody else: what was done by it stays told apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID, uuid5

from domain.permissions import Task
from domain.refusals import RefusalCode, Refused
from domain.registers import AccountOfAnother
from ledger.database import TrustDatabase
from services.command_refusals import NotAllowed
from services.commands import Refusal, Services, refusal_of
from services.people import UnknownPerson, is_known
from services.register_commands import NoteAccount, RegisterRecorded, run_on_register
from services.scope import Caller

_WORD_LIMIT: Final = 512


class AccountMalformed(Refused):
    """An issuer and what it calls somebody are words of at most 512 characters."""


class UnknownAccount(Refused):
    """There is no such account."""

    code = RefusalCode.NOT_FOUND


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who signs in at an issuer, and the person as whom they then act."""

    account_id: UUID
    issuer: str
    subject: str = field(repr=False)
    person_id: UUID
    is_active: bool


def account_id_of(trust_id: UUID, issuer: str, subject: str) -> UUID:
    """The id by which the ledger knows an account."""
    return uuid5(trust_id, f"account/{issuer}\n{subject}")


def bind_account(
    services: Services, caller: Caller, *, command_id: UUID, issuer: str, subject: str, person_id: UUID
) -> Account | Refusal:
    """Say as which person of the registry somebody acts who signs in; the same again changes nothing.

    Refused for somebody who acts as another person already, and for a person whom the registry does not know.
    """
    try:
        _require(caller, issuer, subject)
        _require_person(services.ledger.trust, person_id, "person")
        known = find_account(services.ledger.trust, issuer, subject)
        if known is not None and known.person_id != person_id:
            raise AccountOfAnother("person")
    except Refused as refused:
        return refusal_of(refused)
    is_active = known is None or known.is_active
    account = Account(account_id_of(caller.trust_id, issuer, subject), issuer, subject, person_id, is_active)
    # The ledger first: nobody signs in by an account that it does not know of. A retry does what was not done yet.
    noted = _note(services, caller, command_id, account)
    if isinstance(noted, Refusal):
        return noted
    with services.ledger.trust.connection() as connection:
        connection.execute(
            "INSERT INTO account (trust_id, issuer, subject, person_id) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (caller.trust_id, issuer, subject, person_id),
        )
    return find_account(services.ledger.trust, issuer, subject) or account


def switch_account(
    services: Services, caller: Caller, *, command_id: UUID, issuer: str, subject: str, is_active: bool
) -> Account | Refusal:
    """Switch an account off, which acts at once, or on again, unless its person was erased."""
    try:
        _require(caller, issuer, subject)
        known = find_account(services.ledger.trust, issuer, subject)
        if known is None:
            raise UnknownAccount("subject")
        if is_active:
            _require_person(services.ledger.trust, known.person_id, "subject")
    except Refused as refused:
        return refusal_of(refused)
    account = Account(known.account_id, issuer, subject, known.person_id, is_active)
    if not is_active:
        # Access ends first, whatever becomes of the record of it; a retry records it.
        _switch(services.ledger.trust, account)
    noted = _note(services, caller, command_id, account)
    if isinstance(noted, Refusal):
        return noted
    if is_active:
        _switch(services.ledger.trust, account)
    return account


def find_account(trust: TrustDatabase, issuer: str, subject: str) -> Account | None:
    """The account of somebody who signs in, if there is one."""
    with trust.connection() as connection:
        row = connection.execute(
            "SELECT person_id, is_active FROM account WHERE trust_id = %s AND issuer = %s AND subject = %s",
            (trust.trust_id, issuer, subject),
        ).fetchone()
    return None if row is None else Account(account_id_of(trust.trust_id, issuer, subject), issuer, subject, *row)


def accounts_of(trust: TrustDatabase, person_id: UUID) -> Sequence[Account]:
    """The accounts of a person, in order of issuer and subject."""
    with trust.connection() as connection:
        rows = connection.execute(
            "SELECT issuer, subject, is_active FROM account WHERE trust_id = %s AND person_id = %s"
            " ORDER BY issuer, subject",
            (trust.trust_id, person_id),
        ).fetchall()
    return [
        Account(account_id_of(trust.trust_id, issuer, subject), issuer, subject, person_id, is_active)
        for issuer, subject, is_active in rows
    ]


def _require(caller: Caller, issuer: str, subject: str) -> None:
    if not caller.decide(Task.KEEP_ACCOUNTS).allowed:
        raise NotAllowed
    for name, word in (("issuer", issuer), ("subject", subject)):
        if not word.strip() or len(word) > _WORD_LIMIT or not word.isprintable():
            raise AccountMalformed(name)


def _require_person(trust: TrustDatabase, person_id: UUID, field: str) -> None:
    if not is_known(trust, person_id):
        raise UnknownPerson(field)


def _note(services: Services, caller: Caller, command_id: UUID, account: Account) -> RegisterRecorded | Refusal:
    command = NoteAccount(
        command_id=command_id,
        account=account.account_id,
        issuer=account.issuer,
        person=account.person_id,
        is_active=account.is_active,
    )
    return run_on_register(services, caller, command)


def _switch(trust: TrustDatabase, account: Account) -> None:
    with trust.connection() as connection:
        connection.execute(
            "UPDATE account SET is_active = %s, switched_at = now()"
            " WHERE trust_id = %s AND issuer = %s AND subject = %s AND is_active <> %s",
            (account.is_active, trust.trust_id, account.issuer, account.subject, account.is_active),
        )
