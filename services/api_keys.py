"""Keys by which programs sign in: issued, followed by others, revoked, and found again with each request.

A key acts as a person of kind PROGRAM, whose appointments say what it may do; its scopes and schools take away from
that. Of the secret a hash is kept, and whoever issued the key is shown it once.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from domain.actors import PROGRAM
from domain.api_keys import DEFAULT_DAYS, DEFAULT_OVERLAP_DAYS, UnknownKey, require_key
from domain.checks import InvalidIdentifier
from domain.permissions import Task
from domain.refusals import Refused
from domain.registers import SchoolRegister, TrustRegister, school_register_id, trust_register_id
from domain.scopes import Scope
from ledger.database import TrustDatabase
from services import people
from services.api_key_text import KeyText, new_key_text
from services.clock import LONDON, london_date
from services.command_refusals import NotAllowed, SchoolNotFound
from services.commands import Refusal, Services, refusal_of
from services.people import NameUse, Person, UnknownPerson
from services.register_commands import NoteKey, NoteRevocation, NoteSuccessor, RegisterCommand, run_on_register
from services.scope import Caller

__all__ = [
    "FIND_KEY",
    "STAMP_USE",
    "ApiKey",
    "DirectoryUnclear",
    "IssuedSecret",
    "KeyIdentity",
    "KeyNameMalformed",
    "issue_key",
    "judge_key",
    "list_keys",
    "revoke_key",
    "rotate_key",
]

_NAME_LIMIT: Final = 100
_WORD_LIMIT: Final = 512
_STAMPED_EVERY: Final = timedelta(minutes=1)
# Compared with where no key is found, so that an unknown id takes as long as a wrong secret.
_NO_SECRET: Final = bytes(32)


class KeyNameMalformed(Refused):
    """What a key is for is said in at most 100 printable characters."""


class DirectoryUnclear(Refused):
    """A key of the scope scim, and no other, says at which issuer the directory's people sign in."""


@dataclass(frozen=True, slots=True)
class KeyIdentity:
    """The program that a request is from, as its key says: the most that it may do, and until when.

    `issuer` and `tenant` are those at which the people of a directory sign in, for a key that provisions them.
    `is_stamp_due`: it is time to note that the key was used.
    """

    trust_id: UUID
    key_id: UUID
    person_id: UUID
    scopes: frozenset[str]
    schools: tuple[str, ...] | None
    expires_at: datetime
    issuer: str | None = None
    tenant: str | None = None
    is_stamp_due: bool = False


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as administrators see it. It works until `ends_at`, which is over for one that was revoked or expired."""

    key_id: UUID
    person_id: UUID
    name: str
    scopes: tuple[str, ...]
    schools: tuple[str, ...] | None
    created_at: datetime
    ends_at: datetime
    is_revoked: bool
    replaced_by: UUID | None
    last_used_at: datetime | None
    issuer: str | None
    tenant: str | None


@dataclass(frozen=True, slots=True)
class IssuedSecret:
    """A key that was issued. `text` is what its program sends; None where it was shown before: it is kept nowhere."""

    key: ApiKey
    text: str | None = field(repr=False)


# --- each request

FIND_KEY: Final = (
    b"SELECT trust_id, key_id, person_id, scopes, schools, secret_sha256, issuer, tenant,"
    b" least(expires_at, retires_at, revoked_at) AS ends_at, last_used_at FROM api_key WHERE key_id = $1"
)
STAMP_USE: Final = (
    b"UPDATE api_key SET last_used_at = $3 WHERE trust_id = $1 AND key_id = $2"
    b" AND (last_used_at IS NULL OR last_used_at <= $3 - interval '1 minute') RETURNING key_id"
)


def judge_key(given: KeyText, rows: Sequence[tuple[Any, ...]], now: datetime) -> KeyIdentity | None:
    """Whether the rows of `FIND_KEY`, asked with the id of a key that was sent, hold it and it works now.

    `FIND_KEY` is asked of a connection of no trust. Secrets are compared in constant time, and with something also
    where there is no row.
    """
    row = rows[0] if rows else (None,) * 10
    trust_id, key_id, person_id, scopes, schools, kept, issuer, tenant, ends_at, last_used_at = row
    is_genuine = hmac.compare_digest(given.secret_sha256, _NO_SECRET if kept is None else bytes(kept))
    if not is_genuine or ends_at is None or now >= ends_at:
        return None
    return KeyIdentity(
        trust_id=trust_id,
        key_id=key_id,
        person_id=person_id,
        scopes=frozenset(scopes),
        schools=None if schools is None else tuple(schools),
        expires_at=ends_at,
        issuer=issuer,
        tenant=tenant,
        is_stamp_due=last_used_at is None or now - last_used_at >= _STAMPED_EVERY,
    )


# --- what administrators do


def issue_key(
    services: Services,
    caller: Caller,
    *,
    command_id: UUID,
    name: str,
    scopes: Sequence[str],
    schools: Sequence[str] | None = None,
    person_id: UUID | None = None,
    expires_on: date | None = None,
    issuer: str | None = None,
    tenant: str | None = None,
) -> IssuedSecret | Refusal:
    """Give a program a key; without `person_id` for a new program, which has no roles yet.

    `expires_on` is the last day, a year from now if unset. The same command again makes no second key.
    """
    try:
        _require_keeper(caller)
        _require_name(name)
        _require_directory(scopes, issuer, tenant)
        _require_schools(services, schools)
        today = london_date(services.now())
        last = expires_on or today + timedelta(days=DEFAULT_DAYS)
        require_key(tuple(scopes), None if schools is None else tuple(schools), last, today)
        key_id = uuid5(caller.trust_id, f"api-key/{command_id}")
        program = person_id or uuid5(key_id, "program")
        if person_id is None:
            # As somebody of the registry first, so that no key is anybody's of whom nothing is known.
            with services.ledger.trust.transaction() as connection:
                people.register(connection, caller.trust_id, [Person(program, PROGRAM, {NameUse.USUAL: name})])
        _require_program(services.ledger.trust, program)
    except Refused as refused:
        return refusal_of(refused)
    command = NoteKey(
        command_id=command_id,
        key=key_id,
        person=program,
        scopes=tuple(sorted(scopes)),
        schools=None if schools is None else tuple(sorted(schools)),
        expires_on=expires_on,
    )
    noted = _noted(services, caller, command)
    if isinstance(noted, Refusal):
        return noted
    known = noted.keys[key_id]
    given = new_key_text(key_id)
    with services.ledger.trust.connection() as connection:
        added = connection.execute(
            "INSERT INTO api_key (trust_id, key_id, person_id, name, secret_sha256, scopes, schools, issuer, tenant,"
            " created_at, expires_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (
                *(caller.trust_id, key_id, known.person, name.strip(), given.secret_sha256, list(known.scopes)),
                *(None if known.schools is None else list(known.schools), issuer, tenant),
                *(services.now(), _end_of(known.expires_on)),
            ),
        ).rowcount
    return IssuedSecret(_one(services.ledger.trust, key_id), given.text if added else None)


def rotate_key(
    services: Services,
    caller: Caller,
    *,
    command_id: UUID,
    key_id: UUID,
    overlap_days: int = DEFAULT_OVERLAP_DAYS,
    expires_on: date | None = None,
) -> IssuedSecret | Refusal:
    """Issue a key with the same rights in place of one, which works until the last day of the overlap beside it.

    An overlap of 0 days is the rest of today. A key that somebody else may have is to be revoked instead.
    """
    successor = uuid5(caller.trust_id, f"api-key/{command_id}")
    try:
        _require_keeper(caller)
        _require_program(services.ledger.trust, _one(services.ledger.trust, key_id).person_id)
    except Refused as refused:
        return refusal_of(refused)
    command = NoteSuccessor(
        command_id=command_id, key=key_id, successor=successor, overlap_days=overlap_days, expires_on=expires_on
    )
    noted = _noted(services, caller, command)
    if isinstance(noted, Refusal):
        return noted
    works_until = noted.keys[key_id].works_until
    assert works_until is not None
    given = new_key_text(successor)
    with services.ledger.trust.transaction() as connection:
        added = connection.execute(
            "INSERT INTO api_key (trust_id, key_id, person_id, name, secret_sha256, scopes, schools, issuer, tenant,"
            " created_at, expires_at) SELECT trust_id, %s, person_id, name, %s, scopes, schools, issuer, tenant, %s, %s"
            " FROM api_key WHERE trust_id = %s AND key_id = %s ON CONFLICT DO NOTHING",
            (
                *(successor, given.secret_sha256, services.now(), _end_of(noted.keys[successor].expires_on)),
                *(caller.trust_id, key_id),
            ),
        ).rowcount
        connection.execute(
            "UPDATE api_key SET replaced_by = %s, retires_at = %s"
            " WHERE trust_id = %s AND key_id = %s AND replaced_by IS NULL",
            (successor, _end_of(works_until), caller.trust_id, key_id),
        )
    return IssuedSecret(_one(services.ledger.trust, successor), given.text if added else None)


def revoke_key(services: Services, caller: Caller, *, command_id: UUID, key_id: UUID) -> ApiKey | Refusal:
    """Take a key away, which acts at once; one that was taken away stays so."""
    try:
        _require_keeper(caller)
        _one(services.ledger.trust, key_id)
    except Refused as refused:
        return refusal_of(refused)
    # Access ends first, whatever becomes of the record of it; a retry records it.
    with services.ledger.trust.connection() as connection:
        connection.execute(
            "UPDATE api_key SET revoked_at = %s WHERE trust_id = %s AND key_id = %s AND revoked_at IS NULL",
            (services.now(), caller.trust_id, key_id),
        )
    noted = _noted(services, caller, NoteRevocation(command_id=command_id, key=key_id))
    return noted if isinstance(noted, Refusal) else _one(services.ledger.trust, key_id)


def list_keys(services: Services, caller: Caller) -> Sequence[ApiKey]:
    """Every key there is or was, the newest first. Raises NotAllowed."""
    _require_keeper(caller)
    return _read(services.ledger.trust, None)


_COLUMNS: Final = (
    "key_id, person_id, name, scopes, schools, created_at, least(expires_at, retires_at, revoked_at),"
    " revoked_at IS NOT NULL, replaced_by, last_used_at, issuer, tenant"
)


def _one(trust: TrustDatabase, key_id: UUID) -> ApiKey:
    found = _read(trust, key_id)
    if not found:
        raise UnknownKey("key")
    return found[0]


def _read(trust: TrustDatabase, key_id: UUID | None) -> Sequence[ApiKey]:
    with trust.connection() as connection:
        rows = connection.execute(
            f"SELECT {_COLUMNS} FROM api_key WHERE trust_id = %s"  # noqa: S608 - constants
            " AND (%s::uuid IS NULL OR key_id = %s) ORDER BY created_at DESC, key_id",
            (trust.trust_id, key_id, key_id),
        ).fetchall()
    return [
        ApiKey(key, person, name, tuple(scopes), None if schools is None else tuple(schools), *rest)
        for key, person, name, scopes, schools, *rest in rows
    ]


def _noted(services: Services, caller: Caller, command: RegisterCommand) -> TrustRegister | Refusal:
    """The trust's register once a command on it is carried out."""
    outcome = run_on_register(services, caller, command)
    if isinstance(outcome, Refusal):
        return outcome
    register = services.ledger.load(trust_register_id(caller.trust_id))
    assert isinstance(register, TrustRegister)
    return register


def _end_of(last: date) -> datetime:
    """The instant at which a day is over in England."""
    return datetime.combine(last + timedelta(days=1), time(), LONDON).astimezone(UTC)


def _require_keeper(caller: Caller) -> None:
    if not caller.decide(Task.KEEP_API_KEYS).allowed:
        raise NotAllowed


def _require_name(name: str) -> None:
    if not name.strip() or len(name) > _NAME_LIMIT or not name.isprintable():
        raise KeyNameMalformed("name")


def _require_directory(scopes: Sequence[str], issuer: str | None, tenant: str | None) -> None:
    if (issuer is not None) != (Scope.SCIM in scopes) or (tenant is not None and issuer is None):
        raise DirectoryUnclear("issuer")
    for name, word in (("issuer", issuer), ("tenant", tenant)):
        if word is not None and (not word.strip() or len(word) > _WORD_LIMIT or not word.isprintable()):
            raise InvalidIdentifier(name)


def _require_schools(services: Services, schools: Sequence[str] | None) -> None:
    today = london_date(services.now())
    for urn in schools or ():
        register = services.ledger.load(school_register_id(services.ledger.trust_id, urn))
        if not isinstance(register, SchoolRegister) or not register.is_member(today):
            raise SchoolNotFound("schools")


def _require_program(trust: TrustDatabase, person_id: UUID) -> None:
    with trust.connection() as connection:
        row = connection.execute(
            "SELECT FROM person WHERE trust_id = %s AND person_id = %s AND kind = %s AND erased_at IS NULL",
            (trust.trust_id, person_id, PROGRAM),
        ).fetchone()
    if row is None:
        raise UnknownPerson("person")
