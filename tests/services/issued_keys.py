"""Keys issued to programs on a morning, and what the ledger says of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from domain.scopes import Scope
from services.api_keys import IssuedSecret, issue_key
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


def events(services: Services) -> list[tuple[str, dict[str, Any]]]:
    with services.ledger.trust.connection() as connection:
        return connection.execute(
            "SELECT type, convert_from(body, 'UTF8')::json -> 'data' FROM event"
            " WHERE trust_id = %s AND type LIKE 'trust.key%%' ORDER BY position",
            (services.ledger.trust_id,),
        ).fetchall()
