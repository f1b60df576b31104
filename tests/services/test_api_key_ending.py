"""When a key ends: after its last day, at once by revocation, or by a successor; and when it was last used."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from ledger.database import Database
from services.api_keys import IssuedSecret, list_keys, revoke_key, rotate_key
from services.commands import Refusal, Services
from services.scope import Caller
from tests.services.issued_keys import MORNING, TODAY, Clock, events, find_key, issued, stamp_use, text_of
from tests.support.ledgers import Trust


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
