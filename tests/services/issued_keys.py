"""Keys issued to programs on a morning, and what the ledger says of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg import RawCursor

from domain.scopes import Scope
from ledger.database import Database, TrustDatabase
from services.api_key_text import parse_key
from services.api_keys import FIND_KEY, STAMP_USE, IssuedSecret, KeyIdentity, issue_key, judge_key
from services.commands import Services
from services.scope import Caller

MORNING = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
TODAY = date(2026, 11, 20)


class Clock:
    def __init__(self) -> None:
        self.now = MORNING

    def __call__(self) -> datetime:
        return self.now


def issued(services: Services, admin: Caller, *scopes: str, **given: Any) -> IssuedSecret:
    values: dict[str, Any] = {"command_id": uuid4(), "name": "Arbor sync"} | given
    found = issue_key(services, admin, scopes=scopes or (Scope.CASES_READ,), **values)
    assert isinstance(found, IssuedSecret), found
    return found


def text_of(found: IssuedSecret) -> str:
    assert found.text is not None
    return found.text


def find_key(database: Database, text: str, now: datetime) -> KeyIdentity | None:
    """Whose key a text is, asked as a server asks."""
    given = parse_key(text)
    if given is None:
        return None
    with database.unscoped() as connection:
        return judge_key(given, RawCursor(connection).execute(FIND_KEY, (given.key_id,)).fetchall(), now)


def stamp_use(trust: TrustDatabase, key_id: UUID, now: datetime) -> None:
    """Note that a key was used, as a server does."""
    with trust.connection() as connection:
        RawCursor(connection).execute(STAMP_USE, (trust.trust_id, key_id, now))


def events(services: Services) -> list[tuple[str, dict[str, Any]]]:
    with services.ledger.trust.connection() as connection:
        return connection.execute(
            "SELECT type, convert_from(body, 'UTF8')::json -> 'data' FROM event"
            " WHERE trust_id = %s AND type LIKE 'trust.key%%' ORDER BY position",
            (services.ledger.trust_id,),
        ).fetchall()
