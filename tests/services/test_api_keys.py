"""Keys by which programs sign in: shown once, held to scopes and schools, followed by others, and gone at once."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.access import CASE_ROLES, SCHOOL_ROLES, Role
from domain.registers import TrustRegister, trust_register_id
from domain.scopes import Scope
from ledger.database import Database
from services.api_key_text import KeyText, _checksum, new_key_text, parse_key
from services.api_keys import (
    ApiKey,
    IssuedSecret,
    KeyIdentity,
    find_key,
    issue_key,
    list_keys,
    revoke_key,
    rotate_key,
    stamp_use,
)
from services.commands import Refusal, Services
from services.people import Person, register
from services.scope import Caller
from tests.support.ledgers import Trust
from tests.support.postgres import DatabaseUrls

MORNING = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
TODAY = date(2026, 11, 20)
# The first instant after a last day; both fall in winter, when England keeps UTC.
A_YEAR_ON = datetime(2027, 11, 21, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = MORNING

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def services(trust: Trust, clock: Clock) -> Services:
    return Services(trust.ledger, now=clock)


@pytest.fixture
def admin(trust: Trust) -> Caller:
    return trust.caller(Role.ADMIN)


def issued(services: Services, admin: Caller, *scopes: str, **given: Any) -> IssuedSecret:
    values: dict[str, Any] = {"command_id": uuid4(), "name": "Arbor sync"} | given
    found = issue_key(services, admin, scopes=scopes or (Scope.CASES_READ,), **values)
    assert isinstance(found, IssuedSecret), found
    return found


def text_of(found: IssuedSecret) -> str:
    assert found.text is not None
    return found.text


def events(services: Services) -> list[tuple[str, dict[str, Any]]]:
    with services.ledger.trust.connection() as connection:
        return connection.execute(
            "SELECT type, convert_from(body, 'UTF8')::json -> 'data' FROM event"
            " WHERE trust_id = %s AND type LIKE 'trust.key%%' ORDER BY position",
            (services.ledger.trust_id,),
        ).fetchall()


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


def test_a_key_works_until_its_last_day_is_over_and_not_an_instant_longer(
    services: Services, admin: Caller, database: Database, clock: Clock
) -> None:
    text = text_of(issued(services, admin, expires_on=date(2027, 6, 30)))
    # In June England is an hour ahead.
    end = datetime(2027, 6, 30, 23, tzinfo=UTC)

    assert [find_key(database, text, at) is not None for at in (end - timedelta(microseconds=1), end)] == [True, False]


def test_a_key_that_is_revoked_works_no_more_from_that_instant(
    services: Services, admin: Caller, database: Database, clock: Clock
) -> None:
    given = issued(services, admin)
    clock.now += timedelta(hours=1)

    done = revoke_key(services, admin, command_id=uuid4(), key_id=given.key.key_id)

    assert done == dataclasses.replace(given.key, is_revoked=True, ends_at=clock.now)
    assert find_key(database, text_of(given), clock.now) is None
    clock.now += timedelta(hours=1)
    assert revoke_key(services, admin, command_id=uuid4(), key_id=given.key.key_id) == done
    assert [name for name, _ in events(services)] == ["trust.key_issued.v1", "trust.key_revoked.v1"]


def test_a_key_ends_although_its_revocation_cannot_be_recorded(
    services: Services, admin: Caller, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = issued(services, admin)

    def unreachable(*_: object, **__: object) -> None:
        raise psycopg.OperationalError

    monkeypatch.setattr(type(services.ledger), "append", unreachable)
    with pytest.raises(psycopg.OperationalError):
        revoke_key(services, admin, command_id=uuid4(), key_id=given.key.key_id)

    assert find_key(database, text_of(given), MORNING) is None


def test_a_key_and_its_successor_work_side_by_side_and_then_the_successor_alone(
    services: Services, admin: Caller, database: Database, clock: Clock
) -> None:
    former = issued(services, admin, "log:import", schools=["900001"])
    clock.now += timedelta(days=300)
    command = uuid4()

    found = rotate_key(services, admin, command_id=command, key_id=former.key.key_id)

    assert isinstance(found, IssuedSecret)
    texts = [text_of(former), text_of(found)]
    day = MORNING + timedelta(days=300)

    def working(at: datetime) -> list[bool]:
        return [find_key(database, text, at) is not None for text in texts]

    over = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=8, hours=-1)  # in September
    assert working(day) == working(over - timedelta(seconds=1)) == [True, True]
    assert working(over) == working(day + timedelta(days=365)) == [False, True]
    assert dataclasses.replace(found.key, key_id=former.key.key_id) == dataclasses.replace(
        former.key, created_at=clock.now, ends_at=found.key.ends_at
    )
    [newer, older] = list_keys(services, admin)
    assert (newer, older.replaced_by, older.ends_at) == (found.key, found.key.key_id, over)
    again = rotate_key(services, admin, command_id=command, key_id=former.key.key_id)
    assert again == IssuedSecret(found.key, None)


@pytest.mark.parametrize(
    ("overlap", "days"), [(0, 0), (1, 1), (30, 30), (31, None), (-1, None)], ids=lambda value: str(value)
)
def test_an_overlap_lasts_from_the_rest_of_today_to_thirty_days(
    services: Services, admin: Caller, overlap: int, days: int | None
) -> None:
    former = issued(services, admin)

    found = rotate_key(services, admin, command_id=uuid4(), key_id=former.key.key_id, overlap_days=overlap)

    if days is None:
        assert isinstance(found, Refusal)
        assert (found.code.value, found.fields) == ("INVALID_INPUT", ("overlap_days",))
    else:
        ends = {key.key_id: key.ends_at for key in list_keys(services, admin)}
        assert ends[former.key.key_id] == datetime(2026, 11, 21, tzinfo=UTC) + timedelta(days=days)


def test_a_key_is_followed_by_one_other_and_none_that_ended_is_followed(
    services: Services, admin: Caller, clock: Clock
) -> None:
    followed, revoked, expired = (issued(services, admin, expires_on=TODAY) for _ in range(3))
    rotate_key(services, admin, command_id=uuid4(), key_id=followed.key.key_id)
    revoke_key(services, admin, command_id=uuid4(), key_id=revoked.key.key_id)
    refused = [rotate_key(services, admin, command_id=uuid4(), key_id=one.key.key_id) for one in (followed, revoked)]
    clock.now += timedelta(days=1)
    refused.append(rotate_key(services, admin, command_id=uuid4(), key_id=expired.key.key_id))
    refused.append(rotate_key(services, admin, command_id=uuid4(), key_id=uuid4()))

    assert [one.code.value for one in refused if isinstance(one, Refusal)] == [*["ILLEGAL_STATE"] * 3, "NOT_FOUND"]


def test_the_last_use_is_noted_once_a_minute(
    services: Services, admin: Caller, database: Database, trust: Trust
) -> None:
    given = issued(services, admin)
    key_id = given.key.key_id

    def used(seconds: int) -> datetime | None:
        at = MORNING + timedelta(seconds=seconds)
        found = find_key(database, text_of(given), at)
        assert found is not None
        if found.is_stamp_due:
            stamp_use(trust.ledger.trust, key_id, at)
        [key] = list_keys(services, admin)
        return key.last_used_at

    assert [used(seconds) for seconds in (0, 30, 59, 60, 100)] == [
        MORNING + timedelta(seconds=stamped) for stamped in (0, 0, 0, 60, 60)
    ]
    # Also where two requests found it due at once.
    stamp_use(trust.ledger.trust, key_id, MORNING + timedelta(seconds=110))
    assert used(111) == MORNING + timedelta(seconds=60)


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
