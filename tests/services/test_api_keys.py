"""Keys by which programs sign in: shown once, held to scopes and schools, kept by administrators alone."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.access import CASE_ROLES, SCHOOL_ROLES, Role
from domain.registers import TrustRegister, trust_register_id
from domain.scopes import Scope
from ledger.database import Database
from services.api_key_text import KeyText, _checksum, new_key_text, parse_key
from services.api_keys import ApiKey, IssuedSecret, KeyIdentity, issue_key, list_keys, revoke_key, rotate_key
from services.commands import Refusal, Services
from services.people import Person, register
from services.scope import Caller
from tests.services.issued_keys import MORNING, TODAY, events, find_key, issued, text_of
from tests.support.ledgers import Trust
from tests.support.postgres import DatabaseUrls

# The first instant after a last day; both fall in winter, when England keeps UTC.
A_YEAR_ON = datetime(2027, 11, 21, tzinfo=UTC)


def test_a_key_is_found_by_its_text_with_what_it_may_at_most(
    services: Services, admin: Caller, database: Database
) -> None:
    given = issued(services, admin, "log:import", "cases:read", schools=["900002", "900001"])

    found = find_key(database, text_of(given), MORNING)

    assert found == KeyIdentity(
        trust_id=services.ledger.trust_id,
        key_id=given.key.key_id,
        person_id=given.key.person_id,
        scopes=frozenset({"cases:read", "log:import"}),
        schools=("900001", "900002"),
        expires_at=A_YEAR_ON,
        is_stamp_due=True,
    )
    assert given.key == ApiKey(
        key_id=given.key.key_id,
        person_id=given.key.person_id,
        name="Arbor sync",
        scopes=("cases:read", "log:import"),
        schools=("900001", "900002"),
        created_at=MORNING,
        ends_at=A_YEAR_ON,
        is_revoked=False,
        replaced_by=None,
        last_used_at=None,
        issuer=None,
        tenant=None,
    )
    assert list_keys(services, admin) == [given.key]


def test_the_ledger_says_who_may_what_until_when_and_nothing_that_proves_it(services: Services, admin: Caller) -> None:
    given = issued(services, admin, "figures:read", schools=["900001"])
    followed = rotate_key(services, admin, command_id=uuid4(), key_id=given.key.key_id)
    assert isinstance(followed, IssuedSecret)
    assert isinstance(revoke_key(services, admin, command_id=uuid4(), key_id=given.key.key_id), ApiKey)

    told = {"person": str(given.key.person_id), "scopes": ["figures:read"], "schools": ["900001"]}
    one, other = str(given.key.key_id), str(followed.key.key_id)
    assert events(services) == [
        ("trust.key_issued.v1", {"key": one, "expires_on": "2027-11-20", **told}),
        ("trust.key_issued.v1", {"key": other, "expires_on": "2027-11-20", **told}),
        ("trust.key_replaced.v1", {"key": one, "successor": other, "works_until": "2026-11-27"}),
        ("trust.key_revoked.v1", {"key": one}),
    ]


def test_the_secret_is_shown_once_and_kept_nowhere(
    services: Services, admin: Caller, database_urls: DatabaseUrls
) -> None:
    command = uuid4()
    given = issued(services, admin, command_id=command)
    again = issued(services, admin, command_id=command)
    secret = text_of(given).split("_")[2]

    assert again == dataclasses.replace(given, text=None)
    assert secret not in repr(given)
    assert secret[:43] not in repr(parse_key(text_of(given)))
    with psycopg.connect(database_urls.admin_main) as admin_connection:
        tables = [
            name
            for (name,) in admin_connection.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
            )
        ]
        rows = {table: str(admin_connection.execute(f"SELECT * FROM {table}".encode()).fetchall()) for table in tables}
        [(kept,)] = admin_connection.execute(
            "SELECT secret_sha256 FROM api_key WHERE key_id = %s", (given.key.key_id,)
        ).fetchall()
    assert [table for table, row in rows.items() if secret[:43] in row] == []
    assert kept == hashlib.sha256(secret[:43].encode()).digest()


def test_a_key_whose_row_was_not_written_is_shown_by_the_same_command_again(
    services: Services, admin: Caller, database_urls: DatabaseUrls, database: Database
) -> None:
    command = uuid4()
    lost = issued(services, admin, command_id=command)
    with psycopg.connect(database_urls.admin_main, autocommit=True) as owner:
        owner.execute("DELETE FROM api_key WHERE key_id = %s", (lost.key.key_id,))

    found = issued(services, admin, command_id=command)

    assert (find_key(database, text_of(lost), MORNING), found.key) == (None, lost.key)
    assert find_key(database, text_of(found), MORNING) is not None
    assert len(events(services)) == 1


def wrong_secret(given: KeyText) -> str:
    return new_key_text(given.key_id).text


def unknown_id(given: KeyText) -> str:
    return KeyText(uuid4(), given.secret).text


def typing_error(given: KeyText) -> str:
    text = given.text
    return text[:30] + ("a" if text[30] != "a" else "b") + text[31:]


def too_great_an_id(given: KeyText) -> str:
    body = "clk_" + "z" * 22 + given.text[26:-6]
    return body + _checksum(body)


NO_KEYS: dict[str, Callable[[KeyText], str]] = {
    "another secret": wrong_secret,
    "an id that is none": unknown_id,
    "a typing error": typing_error,
    "a digit less": lambda given: given.text[:-1],
    "a digit more": lambda given: given.text + "0",
    "a line break": lambda given: given.text + "\n",
    "another prefix": lambda given: "clk-" + given.text[4:],
    "too great an id": too_great_an_id,
    "digits of another script": lambda given: given.text.replace(given.text[10], "\u0661"),
    "nothing": lambda given: "",
    "a token": lambda given: "eyJhbGciOiJSUzI1NiJ9.e30.c2ln",
    "a null character": lambda given: given.text[:-1] + "\x00",
}


@pytest.mark.parametrize("fault", NO_KEYS.values(), ids=NO_KEYS)
def test_what_is_no_key_is_nobody(
    services: Services, admin: Caller, database: Database, fault: Callable[[KeyText], str]
) -> None:
    given = parse_key(text_of(issued(services, admin)))
    assert given is not None
    assert find_key(database, given.text, MORNING) is not None

    assert find_key(database, fault(given), MORNING) is None


def test_a_text_of_a_key_is_one_text_and_says_its_id() -> None:
    for key_id in (UUID(int=0), uuid4(), UUID(int=(1 << 128) - 1)):
        one, other = new_key_text(key_id), new_key_text(key_id)
        assert parse_key(one.text) == one
        assert one.text != other.text
        assert len(one.text) == len("clk_") + 22 + 1 + 43 + 6


REFUSED: dict[str, tuple[dict[str, Any], str, tuple[str, ...]]] = {
    "no scope": ({"scopes": ()}, "INVALID_INPUT", ("scopes",)),
    "an unknown scope": ({"scopes": ("cases:delete",)}, "INVALID_INPUT", ("scopes",)),
    "a scope twice": ({"scopes": ("cases:read", "cases:read")}, "INVALID_INPUT", ("scopes",)),
    "no school": ({"schools": ()}, "INVALID_INPUT", ("schools",)),
    "an unknown school": ({"schools": ("999999",)}, "NOT_FOUND", ("schools",)),
    "a school twice": ({"schools": ("900001", "900001")}, "INVALID_INPUT", ("schools",)),
    "a last day before today": ({"expires_on": TODAY - timedelta(days=1)}, "INVALID_INPUT", ("expires_on",)),
    "more than two years": ({"expires_on": TODAY + timedelta(days=731)}, "INVALID_INPUT", ("expires_on",)),
    "no name": ({"name": " "}, "INVALID_INPUT", ("name",)),
    "a long name": ({"name": "x" * 101}, "INVALID_INPUT", ("name",)),
    "a name that cannot be printed": ({"name": "a\nb"}, "INVALID_INPUT", ("name",)),
    "an unknown person": ({"person_id": uuid4()}, "NOT_FOUND", ("person",)),
    "a directory without an issuer": ({"scopes": ("scim",)}, "INVALID_INPUT", ("issuer",)),
    "an issuer without a directory": ({"issuer": "https://login.example"}, "INVALID_INPUT", ("issuer",)),
    "an unprintable issuer": ({"scopes": ("scim",), "issuer": "a\tb"}, "INVALID_INPUT", ("issuer",)),
}


@pytest.mark.parametrize(("given", "code", "fields"), REFUSED.values(), ids=REFUSED)
def test_a_key_that_breaks_a_rule_is_not_issued_and_leaves_nothing(
    services: Services, admin: Caller, given: dict[str, Any], code: str, fields: tuple[str, ...]
) -> None:
    before = services.ledger.head()
    values: dict[str, Any] = {"command_id": uuid4(), "name": "Sync", "scopes": ("cases:read",)} | given

    refused = issue_key(services, admin, **values)

    assert isinstance(refused, Refusal)
    assert (refused.code.value, refused.fields) == (code, fields)
    with services.ledger.trust.connection() as connection:
        [(people,)] = connection.execute(
            "SELECT count(*) FROM person WHERE trust_id = %s", (services.ledger.trust_id,)
        ).fetchall()
    assert (services.ledger.head(), list_keys(services, admin), people) == (before, [], 0)


def test_a_key_is_for_programs_alone(services: Services, admin: Caller) -> None:
    teacher = uuid4()
    with services.ledger.trust.transaction() as connection:
        register(connection, services.ledger.trust_id, [Person(teacher, "STAFF")])

    refused = issue_key(services, admin, command_id=uuid4(), name="Sync", scopes=("cases:read",), person_id=teacher)

    assert isinstance(refused, Refusal)
    assert refused.fields == ("person",)
    program = issued(services, admin).key.person_id
    assert issued(services, admin, person_id=program).key.person_id == program


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.ADMIN, Role.SYSTEM)])
def test_only_administrators_keep_keys(services: Services, trust: Trust, admin: Caller, role: Role) -> None:
    key = issued(services, admin).key
    caller = trust.caller(
        role, "900001" if role in SCHOOL_ROLES else None, case=uuid4() if role in CASE_ROLES else None
    )
    answers: list[Any] = [
        issue_key(services, caller, command_id=uuid4(), name="Sync", scopes=("cases:read",)),
        rotate_key(services, caller, command_id=uuid4(), key_id=key.key_id),
        revoke_key(services, caller, command_id=uuid4(), key_id=key.key_id),
    ]
    assert [answer.code.value for answer in answers] == ["NOT_ALLOWED"] * 3
    assert list_keys(services, admin) == [key]


def test_no_key_keeps_keys_whatever_its_scopes(services: Services, admin: Caller) -> None:
    program = dataclasses.replace(admin, scopes=frozenset(Scope))
    refused = issue_key(services, program, command_id=uuid4(), name="Sync", scopes=("cases:read",))
    assert isinstance(refused, Refusal)
    assert refused.code.value == "NOT_ALLOWED"


def test_a_register_read_from_its_events_knows_its_keys(services: Services, admin: Caller) -> None:
    given = issued(services, admin)
    revoke_key(services, admin, command_id=uuid4(), key_id=given.key.key_id)
    known = services.ledger.load(trust_register_id(services.ledger.trust_id))
    assert isinstance(known, TrustRegister)
    assert known.keys[given.key.key_id].is_revoked


def test_an_unscoped_connection_reads_keys_and_changes_none(
    services: Services, admin: Caller, database: Database
) -> None:
    given = issued(services, admin)
    with database.unscoped() as connection:
        changed = connection.execute(
            "UPDATE api_key SET revoked_at = now() WHERE key_id = %s", (given.key.key_id,)
        ).rowcount
    with database.trust(uuid4()).connection() as connection:
        [(seen,)] = connection.execute("SELECT count(*) FROM api_key").fetchall()
    assert (changed, seen) == (0, 0)
