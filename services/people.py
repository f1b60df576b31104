"""The people registry: who stands behind the opaque ids of the ledger, as they are called today, until they are erased.

Nothing of it goes into the ledger. An id is given outside or derived by whoever registers the person, and never says
anything about them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

import psycopg

from domain.access import Visibility
from domain.actors import PROGRAM
from domain.permissions import Task
from domain.refusals import RefusalCode, Refused
from domain.retention import PersonDates
from domain.vocabulary import require_code
from ledger.database import TrustDatabase
from services.command_refusals import NotAllowed
from services.scope import Caller

# Where it stands who somebody is; the application may rewrite these files.
_HOLDING_NAMES = ("person", "person_name", "person_identifier", "scim_user", "account")


class NameUse(StrEnum):
    """Which of a person's names it is; USUAL is the one shown."""

    USUAL = "USUAL"
    LEGAL = "LEGAL"
    FORMER = "FORMER"


class NameState(StrEnum):
    """What a reader gets of a name."""

    OPEN = "OPEN"
    ERASED = "ERASED"
    WITHHELD = "WITHHELD"
    UNKNOWN = "UNKNOWN"


class UnknownPerson(Refused):
    """There is no such person."""

    code = RefusalCode.NOT_FOUND


class PersonErased(Refused):
    """This person's details were erased; the record stays empty."""

    code = RefusalCode.ILLEGAL_STATE


class IdentifierTaken(Refused):
    """This identifier of that source already belongs to another person."""


class NameMissing(Refused):
    """A name cannot be empty."""


class DatesReversed(Refused):
    """The last day lies before the first."""


@dataclass(frozen=True, slots=True)
class Attendance:
    """That a person belongs to a school, both days included; no last day means to this day."""

    school_urn: str
    first_on: date
    last_on: date | None = None


@dataclass(frozen=True, slots=True)
class Identifier:
    """How another system calls a person: its name and its identifier."""

    source: str
    identifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Person:
    """A person as the registry knows them; `kind` is a code of the poster roles, or PROGRAM.

    Those who were erased keep id and kind alone.
    """

    person_id: UUID
    kind: str
    names: Mapping[NameUse, str] = field(default_factory=dict, repr=False)
    schools: tuple[Attendance, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    is_erased: bool = False


@dataclass(frozen=True, slots=True)
class KnownName:
    """What a reader is shown for a person's id; `text` is there only when it is OPEN."""

    state: NameState
    text: str | None = field(default=None, repr=False)


def register(connection: psycopg.Connection[Any], trust_id: UUID, people: Sequence[Person]) -> int:
    """Put people into the registry in four statements, however many; returns how many were new.

    Who is there already stays as they are, and who was erased stays erased. Raises UnknownCode, NameMissing,
    DatesReversed, and IdentifierTaken when an identifier belongs to somebody else.
    """
    for person in people:
        if person.kind != PROGRAM:
            require_code("poster_roles", person.kind, "kind")
        if any(not name.strip() for name in person.names.values()):
            raise NameMissing("names")
        for school in person.schools:
            _require_order(school)
    new = {
        row[0]
        for row in connection.execute(
            "INSERT INTO person (trust_id, person_id, kind)"
            " SELECT %s, p.person_id, p.kind FROM unnest(%b::uuid[], %b::text[]) AS p (person_id, kind)"
            " ON CONFLICT DO NOTHING RETURNING person_id",
            (trust_id, [person.person_id for person in people], [person.kind for person in people]),
        )
    }
    added = [person for person in people if person.person_id in new]
    names = [(person.person_id, use.value, name) for person in added for use, name in person.names.items()]
    schools = [
        (person.person_id, school.school_urn, school.first_on, school.last_on)
        for person in added
        for school in person.schools
    ]
    identifiers = [(one.source, one.identifier, person.person_id) for person in added for one in person.identifiers]
    _insert(connection, trust_id, "person_name (trust_id, person_id, use, name)", ("uuid", "text", "text"), names)
    _insert(
        connection,
        trust_id,
        "person_school (trust_id, person_id, school_urn, first_on, last_on)",
        ("uuid", "text", "date", "date"),
        schools,
    )
    try:
        _insert(
            connection,
            trust_id,
            "person_identifier (trust_id, source, identifier, person_id)",
            ("text", "text", "uuid"),
            identifiers,
        )
    except psycopg.errors.UniqueViolation:
        raise IdentifierTaken("identifiers") from None
    return len(new)


def call(connection: psycopg.Connection[Any], trust_id: UUID, person_id: UUID, name: str | None) -> None:
    """Call a person by a usual name that a directory gives; None leaves it as it is. Raises PersonErased."""
    there = connection.execute(
        "SELECT FROM person WHERE trust_id = %s AND person_id = %s AND erased_at IS NULL FOR UPDATE",
        (trust_id, person_id),
    ).fetchone()
    if there is None:
        raise PersonErased("person")
    if name is not None:
        connection.execute(
            "INSERT INTO person_name (trust_id, person_id, use, name) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (trust_id, person_id, use) DO UPDATE SET name = excluded.name",
            (trust_id, person_id, NameUse.USUAL.value, name),
        )


def names(trust: TrustDatabase, reader: Visibility, person_ids: Collection[UUID]) -> dict[UUID, KnownName]:
    """What each person is called today, in one statement, for a reader of cases in which these ids stand.

    Names are personal data: WITHHELD from a reader who may not open sealed texts.
    """
    wanted = set(person_ids)
    if not reader.opens_sealed:
        return dict.fromkeys(wanted, KnownName(NameState.WITHHELD))
    with trust.connection() as connection:
        rows = connection.execute(
            "SELECT p.person_id, p.erased_at IS NOT NULL, n.name"
            " FROM person p LEFT JOIN person_name n"
            " ON n.trust_id = p.trust_id AND n.person_id = p.person_id AND n.use = 'USUAL'"
            " WHERE p.trust_id = %s AND p.person_id = ANY(%s)",
            (trust.trust_id, list(wanted)),
        ).fetchall()
    known = dict.fromkeys(wanted, KnownName(NameState.UNKNOWN))
    for person_id, is_erased, name in rows:
        if is_erased:
            known[person_id] = KnownName(NameState.ERASED)
        elif name is not None:
            known[person_id] = KnownName(NameState.OPEN, name)
    return known


def is_known(trust: TrustDatabase, person_id: UUID) -> bool:
    """Whether the registry has a person and has not forgotten them."""
    return bool(those_known(trust, [person_id]))


def those_known(trust: TrustDatabase, person_ids: Collection[UUID]) -> frozenset[UUID]:
    """Which of these persons the registry has and has not forgotten."""
    with trust.connection() as connection:
        rows = connection.execute(
            "SELECT person_id FROM person WHERE trust_id = %s AND person_id = ANY(%s) AND erased_at IS NULL",
            (trust.trust_id, list(person_ids)),
            binary=True,
        ).fetchall()
    return frozenset(person_id for (person_id,) in rows)


def programs_among(trust: TrustDatabase, person_ids: Collection[UUID]) -> frozenset[UUID]:
    """Which of these act by keys, whether or not they were erased since."""
    with trust.connection() as connection:
        rows = connection.execute(
            "SELECT person_id FROM person WHERE trust_id = %s AND person_id = ANY(%s) AND kind = %s",
            (trust.trust_id, list(person_ids), PROGRAM),
            binary=True,
        ).fetchall()
    return frozenset(person_id for (person_id,) in rows)


def was_registered(trust: TrustDatabase, person_id: UUID) -> bool:
    """Whether the registry has somebody under this id, also one who was erased."""
    return bool(kinds_among(trust, [person_id]))


def kinds_among(trust: TrustDatabase, ids: Collection[UUID]) -> dict[UUID, str]:
    """What each of some ids is that the registry has: a code of the poster roles, or PROGRAM; others are left out."""
    with trust.connection() as connection:
        rows = connection.execute(
            "SELECT person_id, kind FROM person WHERE trust_id = %s AND person_id = ANY(%s)",
            (trust.trust_id, list(ids)),
            binary=True,
        ).fetchall()
    return dict(rows)


def find(trust: TrustDatabase, reader: Visibility, person_id: UUID) -> Person | None:
    """A person with all that the registry knows; None for a reader in whose sight they are not."""
    with trust.connection() as connection:
        return _find(connection, reader, person_id)


def find_by_identifier(trust: TrustDatabase, reader: Visibility, source: str, identifier: str) -> Person | None:
    """The person whom another system calls so, if the reader may see them."""
    with trust.connection() as connection:
        row = connection.execute(
            "SELECT person_id FROM person_identifier WHERE trust_id = %s AND source = %s AND identifier = %s",
            (trust.trust_id, source, identifier),
        ).fetchone()
        return None if row is None else _find(connection, reader, row[0])


def rename(trust: TrustDatabase, caller: Caller, person_id: UUID, use: NameUse, name: str | None) -> None:
    """Set a name of a person, or take it away; every case shows the new usual name from now on."""
    if name is not None and not name.strip():
        raise NameMissing("name")
    with _changing(trust, caller, person_id) as connection:
        key = (trust.trust_id, person_id, use.value)
        if name is None:
            connection.execute("DELETE FROM person_name WHERE trust_id = %s AND person_id = %s AND use = %s", key)
        else:
            connection.execute(
                "INSERT INTO person_name (trust_id, person_id, use, name) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT (trust_id, person_id, use) DO UPDATE SET name = excluded.name",
                (*key, name.strip()),
            )


def set_attendance(trust: TrustDatabase, caller: Caller, person_id: UUID, attendance: Attendance) -> None:
    """Say that a person belongs to a school from a day on; again with a last day when they leave."""
    _require_order(attendance)
    with _changing(trust, caller, person_id) as connection:
        connection.execute(
            "INSERT INTO person_school (trust_id, person_id, school_urn, first_on, last_on) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (trust_id, person_id, school_urn, first_on) DO UPDATE SET last_on = excluded.last_on",
            (trust.trust_id, person_id, attendance.school_urn, attendance.first_on, attendance.last_on),
        )


def add_identifier(trust: TrustDatabase, caller: Caller, person_id: UUID, identifier: Identifier) -> None:
    """Say how another system calls a person; a person may have several. Raises IdentifierTaken."""
    with _changing(trust, caller, person_id) as connection:
        row = connection.execute(
            "INSERT INTO person_identifier (trust_id, source, identifier, person_id) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (trust_id, source, identifier) DO UPDATE SET source = excluded.source RETURNING person_id",
            (trust.trust_id, identifier.source, identifier.identifier, person_id),
        ).fetchone()
        if row is None or row[0] != person_id:
            raise IdentifierTaken("identifier")


def erase(trust: TrustDatabase, caller: Caller, person_id: UUID) -> None:
    """Forget who a person is, for good; the id stays known as one that was erased. Repeating it changes nothing.

    Whoever was erased is nobody with the next request: signing in looks for it, and the keys of a program end here.
    Accounts and keys themselves stay, so that what was done by them is told apart.
    Texts about the person in cases are sealed under keys of their own; destroying those is another step.
    """
    if not caller.decide(Task.ERASE_PERSON).allowed:
        raise NotAllowed
    with trust.transaction() as connection:
        erased = connection.execute(
            "UPDATE person SET erased_at = coalesce(erased_at, clock_timestamp()), pension_on = NULL, left_on = NULL"
            " WHERE trust_id = %s AND person_id = %s",
            (trust.trust_id, person_id),
        )
        if erased.rowcount != 1:
            raise UnknownPerson("personId")
        for table in ("person_name", "person_school", "person_identifier", "scim_user"):
            connection.execute(
                f"DELETE FROM {table} WHERE trust_id = %s AND person_id = %s",  # noqa: S608 - constant names
                (trust.trust_id, person_id),
            )
        connection.execute(
            "UPDATE api_key SET revoked_at = clock_timestamp()"
            " WHERE trust_id = %s AND person_id = %s AND revoked_at IS NULL",
            (trust.trust_id, person_id),
        )


def rewrite(trust: TrustDatabase) -> None:
    """Write the files of the registry anew: until then those who were erased stand in them, as deleted rows.

    Nobody can read the registry meanwhile, which takes about a second for 100,000 people. Raises
    psycopg.errors.LockNotAvailable where others do not let go of it for so long; it is to be done again then.
    """
    with trust.connection() as connection:
        connection.execute("SET lock_timeout = '5s'")
        try:
            for table in _HOLDING_NAMES:
                connection.execute(f"VACUUM (FULL) {table}")
        finally:
            connection.execute("RESET lock_timeout")


def set_employment(trust: TrustDatabase, caller: Caller, person_id: UUID, days: PersonDates) -> None:
    """Set the days of a person's working life by which records about them are kept; None is a day not known.

    They are erased with the person. Raises NotAllowed, UnknownPerson and PersonErased.
    """
    with _changing(trust, caller, person_id, Task.KEEP_EMPLOYMENT) as connection:
        connection.execute(
            "UPDATE person SET pension_on = %s, left_on = %s WHERE trust_id = %s AND person_id = %s",
            (days.pension_on, days.left_on, trust.trust_id, person_id),
        )


def employment_of(trust: TrustDatabase, person_ids: Collection[UUID]) -> dict[UUID, PersonDates]:
    """The same days of those of some persons whom the registry knows; for working out how long records are kept."""
    if not person_ids:
        return {}
    with trust.connection() as connection:
        rows = connection.execute(
            "SELECT person_id, pension_on, left_on FROM person WHERE trust_id = %s AND person_id = ANY(%s)",
            (trust.trust_id, list(person_ids)),
        ).fetchall()
    return {person_id: PersonDates(pension_on, left_on) for person_id, pension_on, left_on in rows}


@contextmanager
def _changing(
    trust: TrustDatabase, caller: Caller, person_id: UUID, task: Task = Task.CHANGE_PERSON
) -> Iterator[psycopg.Connection[Any]]:
    """A transaction on a person whom the caller sees and may change, held against an erasure meanwhile."""
    if not caller.decide(task).allowed:
        raise NotAllowed
    with trust.transaction() as connection:
        connection.execute(
            "SELECT 1 FROM person WHERE trust_id = %s AND person_id = %s FOR UPDATE", (trust.trust_id, person_id)
        )
        person = _find(connection, caller.visibility, person_id)
        if person is None:
            raise UnknownPerson("personId")
        if person.is_erased:
            raise PersonErased("personId")
        yield connection


def _find(connection: psycopg.Connection[Any], reader: Visibility, person_id: UUID) -> Person | None:
    if not reader.opens_sealed or reader.cases is not None:
        return None
    key = (reader.trust_id, person_id)
    row = connection.execute(
        "SELECT kind, erased_at IS NOT NULL FROM person WHERE trust_id = %s AND person_id = %s", key
    ).fetchone()
    if row is None:
        return None
    found_names = connection.execute(
        "SELECT use, name FROM person_name WHERE trust_id = %s AND person_id = %s ORDER BY use", key
    ).fetchall()
    found_schools = connection.execute(
        "SELECT school_urn, first_on, last_on FROM person_school WHERE trust_id = %s AND person_id = %s"
        " ORDER BY first_on, school_urn",
        key,
    ).fetchall()
    found_identifiers = connection.execute(
        "SELECT source, identifier FROM person_identifier WHERE trust_id = %s AND person_id = %s"
        " ORDER BY source, identifier",
        key,
    ).fetchall()
    schools = tuple(Attendance(*found) for found in found_schools)
    if reader.schools is not None and not any(school.school_urn in reader.schools for school in schools):
        return None
    return Person(
        person_id,
        kind=row[0],
        names={NameUse(use): name for use, name in found_names},
        schools=schools,
        identifiers=tuple(Identifier(*found) for found in found_identifiers),
        is_erased=row[1],
    )


def _require_order(attendance: Attendance) -> None:
    if attendance.last_on is not None and attendance.last_on < attendance.first_on:
        raise DatesReversed("lastOn")


def _insert(
    connection: psycopg.Connection[Any],
    trust_id: UUID,
    target: str,
    types: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
) -> None:
    """Insert rows of the trust in one statement; the target and the types are constants of this module."""
    if not rows:
        return
    columns = ", ".join(f"%b::{kind}[]" for kind in types)
    statement = f"INSERT INTO {target} SELECT %s, * FROM unnest({columns})"  # noqa: S608 - constants
    connection.execute(statement.encode(), (trust_id, *(list(column) for column in zip(*rows, strict=True))))
