"""People whom a trust's directory provisions: each a person of the registry with an account, switched as it says.

A directory creates people and gives no roles. Whoever it switches off or deletes can do nothing from that instant, and
stays the person who did what they did; whoever it brings back is the same person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from domain.permissions import Task
from domain.refusals import RefusalCode, Refused
from ledger.database import TrustDatabase
from services import people
from services.accounts import bind_account, find_account, switch_account
from services.command_refusals import Contended, NotAllowed
from services.commands import Refusal, Services
from services.directory_names import WORD_LIMIT, key_of_user_name, require_user_name, usual_name
from services.people import NameUse, Person, PersonErased
from services.scope import Caller

__all__ = [
    "AccountNotChanged",
    "Condition",
    "Directory",
    "DirectoryUser",
    "ExternalIdFixed",
    "ExternalIdUnusable",
    "UnknownDirectoryUser",
    "UserNameTaken",
    "UserThere",
    "WantedUser",
    "change_user",
    "create_user",
    "delete_user",
    "find_user",
    "list_users",
]

_ATTEMPTS: Final = 5


class UnknownDirectoryUser(Refused):
    """There is no such user."""

    code = RefusalCode.NOT_FOUND


class UserNameTaken(Refused):
    """This userName belongs to another user of the trust."""

    code = RefusalCode.ILLEGAL_STATE


class UserThere(Refused):
    """The user with this externalId is there already."""

    code = RefusalCode.ILLEGAL_STATE


class ExternalIdFixed(Refused):
    """The externalId of a user cannot be changed: it says whose account it is."""


class ExternalIdUnusable(Refused):
    """An externalId is needed, by which people are known when they sign in; for Entra ID the object id, a UUID."""


class AccountNotChanged(Refused):
    """The account could not be changed; what was asked for is to be sent again."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__()
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Directory:
    """Where a directory's people sign in: the issuer of their tokens and, of Entra ID, the tenant."""

    issuer: str
    tenant: str | None = None

    def subject_of(self, external_id: str) -> str:
        """What the issuer calls somebody: `tenant/objectId` of Entra ID, else the externalId itself.

        Raises ExternalIdUnusable. Where there is a tenant only an object id will do: somebody known by anything else
        could never sign in, and nobody would notice that they were switched off in vain.
        """
        if not external_id.strip() or len(external_id) > WORD_LIMIT or not external_id.isprintable():
            raise ExternalIdUnusable("externalId")
        if self.tenant is None:
            return external_id
        try:
            object_id = UUID(external_id)
        except ValueError:
            raise ExternalIdUnusable("externalId") from None
        if str(object_id) != external_id.lower():
            raise ExternalIdUnusable("externalId")
        return f"{self.tenant}/{object_id}"


@dataclass(frozen=True, slots=True)
class WantedUser:
    """A user as a directory wants them; `attributes` are `name`, `displayName` and `emails`, as SCIM has them."""

    external_id: str | None = field(repr=False)
    user_name: str | None = field(repr=False)
    attributes: Mapping[str, Any] = field(repr=False)
    is_active: bool


@dataclass(frozen=True, slots=True)
class DirectoryUser:
    """A user as the directory left them, and which person that is."""

    user_id: UUID
    person_id: UUID
    external_id: str = field(repr=False)
    user_name: str = field(repr=False)
    attributes: Mapping[str, Any] = field(repr=False)
    is_active: bool
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Condition:
    """That an attribute equals a value: of `user_id`, `external_id`, `user_name` (in any case) or `is_active`."""

    column: str
    value: str | bool = field(repr=False)


def create_user(services: Services, caller: Caller, directory: Directory, wanted: WantedUser) -> DirectoryUser:
    """Register somebody with an account, or bring back the same person. Raises UserThere and UserNameTaken."""
    _require_allowed(caller)
    user_name = require_user_name(wanted.user_name)
    subject = directory.subject_of(wanted.external_id or "")
    trust = services.ledger.trust
    user_id = _place_of(services, directory, subject, user_name, wanted)
    person_id = _person_of(trust, user_id)
    bound = bind_account(
        services, caller, command_id=uuid4(), issuer=directory.issuer, subject=subject, person_id=person_id
    )
    _done(bound)
    at = services.now()
    try:
        with trust.transaction() as connection:
            shown = connection.execute(
                "UPDATE scim_user SET external_id = %s, user_name = %s, user_name_key = %s, attributes = %s,"
                " is_active = %s, created_at = CASE WHEN created_at = changed_at THEN created_at ELSE %s END,"
                " changed_at = %s, deleted_at = NULL WHERE trust_id = %s AND user_id = %s AND deleted_at IS NOT NULL",
                (
                    *(wanted.external_id, user_name, key_of_user_name(user_name), Jsonb(dict(wanted.attributes))),
                    *(wanted.is_active, at, at, trust.trust_id, user_id),
                ),
            ).rowcount
            if shown:
                people.call(connection, trust.trust_id, person_id, usual_name(wanted.attributes))
    except psycopg.errors.UniqueViolation:
        # Another came first by this userName; an account that was on for it must not stay so.
        _settle(services, caller, directory, subject)
        raise UserNameTaken("userName") from None
    if not shown:
        raise UserThere("externalId")
    _settle(services, caller, directory, subject)
    return find_user(services, caller, directory, user_id)


def change_user(
    services: Services,
    caller: Caller,
    directory: Directory,
    user_id: UUID,
    change: Callable[[DirectoryUser], WantedUser],
) -> DirectoryUser:
    """Make of a user what `change` makes of them as they are; it is asked again when another change came between.

    Raises UnknownDirectoryUser, UserNameTaken and ExternalIdFixed.
    """
    _require_allowed(caller)
    trust = services.ledger.trust
    for _ in range(_ATTEMPTS):
        known = find_user(services, caller, directory, user_id)
        wanted = change(known)
        user_name = require_user_name(wanted.user_name)
        subject = directory.subject_of(known.external_id)
        if wanted.external_id is None or directory.subject_of(wanted.external_id) != subject:
            raise ExternalIdFixed("externalId")
        if not wanted.is_active:
            # Access ends first, whatever becomes of the rest.
            _switch_off(services, caller, directory, subject, was_active=known.is_active)
        former, usual = usual_name(known.attributes), usual_name(wanted.attributes)
        try:
            with trust.transaction() as connection:
                changed = connection.execute(
                    "UPDATE scim_user SET user_name = %s, user_name_key = %s, attributes = %s, is_active = %s,"
                    " changed_at = greatest(%s, changed_at + interval '1 microsecond')"
                    " WHERE trust_id = %s AND user_id = %s AND changed_at = %s AND deleted_at IS NULL",
                    (
                        *(user_name, key_of_user_name(user_name), Jsonb(dict(wanted.attributes)), wanted.is_active),
                        *(services.now(), trust.trust_id, user_id, known.changed_at),
                    ),
                ).rowcount
                if changed and usual != former:
                    people.call(connection, trust.trust_id, known.person_id, usual)
        except psycopg.errors.UniqueViolation:
            raise UserNameTaken("userName") from None
        if changed:
            _settle(services, caller, directory, subject)
            return find_user(services, caller, directory, user_id)
    raise Contended


def delete_user(services: Services, caller: Caller, directory: Directory, user_id: UUID) -> None:
    """Take a user out of the directory: the account goes off at once, the person and what they did stays.

    Of what the directory said nothing is kept but whose account it is. Raises UnknownDirectoryUser.
    """
    known = find_user(services, caller, directory, user_id)
    subject = directory.subject_of(known.external_id)
    _switch_off(services, caller, directory, subject, was_active=known.is_active)
    with services.ledger.trust.connection() as connection:
        connection.execute(
            "UPDATE scim_user SET deleted_at = %s, changed_at = %s, is_active = false, external_id = NULL,"
            " user_name = NULL, user_name_key = NULL, attributes = '{}' WHERE trust_id = %s AND user_id = %s",
            (services.now(), services.now(), caller.trust_id, user_id),
        )
    _settle(services, caller, directory, subject)


def find_user(services: Services, caller: Caller, directory: Directory, user_id: UUID) -> DirectoryUser:
    """A user by id. Raises UnknownDirectoryUser, also for one of another directory."""
    found, _ = list_users(services, caller, directory, [Condition("user_id", str(user_id))], offset=0, most=1)
    if not found:
        raise UnknownDirectoryUser("id")
    return found[0]


_CONDITIONS: Final = {
    "user_id": sql.SQL("user_id::text = %s"),
    "external_id": sql.SQL("external_id = %s"),
    "user_name": sql.SQL("user_name_key = %s"),
    "is_active": sql.SQL("is_active = %s"),
}


def list_users(
    services: Services,
    caller: Caller,
    directory: Directory,
    conditions: Sequence[Condition],
    *,
    offset: int,
    most: int,
) -> tuple[Sequence[DirectoryUser], int]:
    """The users of a directory that meet every condition, the oldest first, and how many there are in all."""
    _require_allowed(caller)
    values = [key_of_user_name(str(one.value)) if one.column == "user_name" else one.value for one in conditions]
    chosen = sql.SQL(" AND ").join(
        [
            sql.SQL("FROM scim_user WHERE trust_id = %s AND issuer = %s AND deleted_at IS NULL"),
            # Two tenants of one issuer are two directories.
            sql.SQL("(%s::text IS NULL OR starts_with(subject, %s || '/'))"),
            *(_CONDITIONS[one.column] for one in conditions),
        ]
    )
    bound = (caller.trust_id, directory.issuer, directory.tenant, directory.tenant, *values)
    with services.ledger.trust.connection() as connection:
        [(total,)] = connection.execute(sql.SQL("SELECT count(*) ") + chosen, bound).fetchall()
        rows = connection.execute(
            sql.SQL("SELECT user_id, person_id, external_id, user_name, attributes, is_active, created_at, changed_at ")
            + chosen
            + sql.SQL(" ORDER BY created_at, user_id OFFSET %s LIMIT %s"),
            (*bound, offset, most),
        ).fetchall()
    return [DirectoryUser(*row) for row in rows], total


def _place_of(services: Services, directory: Directory, subject: str, user_name: str, wanted: WantedUser) -> UUID:
    """The place of somebody who is not there (yet, or any more); a new one is registered with a person."""
    trust = services.ledger.trust
    account = find_account(trust, directory.issuer, subject)
    with trust.transaction() as connection:
        taken = connection.execute(
            "SELECT FROM scim_user WHERE trust_id = %s AND user_name_key = %s AND (issuer, subject) <> (%s, %s)",
            (trust.trust_id, key_of_user_name(user_name), directory.issuer, subject),
        ).fetchone()
        if taken is not None:
            raise UserNameTaken("userName")
        known = _place(connection, trust.trust_id, directory.issuer, subject)
        if known is None:
            person_id = uuid4() if account is None else account.person_id
            name = usual_name(wanted.attributes)
            names = {} if name is None else {NameUse.USUAL: name}
            people.register(connection, trust.trust_id, [Person(person_id, "STAFF", names)])
            at = services.now()
            added = connection.execute(
                "INSERT INTO scim_user (trust_id, user_id, person_id, issuer, subject, is_active, created_at,"
                " changed_at, deleted_at) VALUES (%s, %s, %s, %s, %s, false, %s, %s, %s) ON CONFLICT DO NOTHING",
                (trust.trust_id, uuid4(), person_id, directory.issuer, subject, at, at, at),
            ).rowcount
            if not added:
                # Another request registered them meanwhile; this one's person goes with the transaction.
                raise UserThere("externalId")
            known = _place(connection, trust.trust_id, directory.issuer, subject)
    assert known is not None
    user_id, is_there = known
    if is_there:
        raise UserThere("externalId")
    return user_id


def _place(connection: psycopg.Connection[Any], trust_id: UUID, issuer: str, subject: str) -> tuple[UUID, bool] | None:
    row = connection.execute(
        "SELECT user_id, deleted_at IS NULL FROM scim_user WHERE trust_id = %s AND issuer = %s AND subject = %s",
        (trust_id, issuer, subject),
    ).fetchone()
    return None if row is None else (row[0], row[1])


def _person_of(trust: TrustDatabase, user_id: UUID) -> UUID:
    with trust.connection() as connection:
        row = connection.execute(
            "SELECT person_id, erased_at IS NOT NULL FROM scim_user JOIN person USING (trust_id, person_id)"
            " WHERE trust_id = %s AND user_id = %s",
            (trust.trust_id, user_id),
        ).fetchone()
    if row is None or row[1]:
        raise PersonErased("externalId")
    person_id: UUID = row[0]
    return person_id


def _settle(services: Services, caller: Caller, directory: Directory, subject: str) -> None:
    """Let the account stand as its user does, whichever of several changes at once came last.

    Whoever changed a user does this afterwards: the last of them sees what stands.
    """
    trust = services.ledger.trust
    for _ in range(_ATTEMPTS):
        with trust.connection() as connection:
            row = connection.execute(
                "SELECT is_active FROM scim_user WHERE trust_id = %s AND issuer = %s AND subject = %s",
                (trust.trust_id, directory.issuer, subject),
            ).fetchone()
        wanted = row is not None and bool(row[0])
        account = find_account(trust, directory.issuer, subject)
        if account is None or account.is_active == wanted:
            return
        _done(
            switch_account(
                services, caller, command_id=uuid4(), issuer=directory.issuer, subject=subject, is_active=wanted
            )
        )
    raise Contended


def _switch_off(services: Services, caller: Caller, directory: Directory, subject: str, *, was_active: bool) -> None:
    """End the account's access. Also where it has ended: the record of that may not have been made."""
    account = find_account(services.ledger.trust, directory.issuer, subject)
    if account is not None and (was_active or account.is_active):
        _done(
            switch_account(
                services, caller, command_id=uuid4(), issuer=directory.issuer, subject=subject, is_active=False
            )
        )


def _done(outcome: object) -> None:
    if isinstance(outcome, Refusal):
        raise AccountNotChanged(outcome)


def _require_allowed(caller: Caller) -> None:
    if not caller.decide(Task.KEEP_ACCOUNTS).allowed:
        raise NotAllowed
