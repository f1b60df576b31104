"""A directory's changes that cross each other, and those that stop half-way: access never comes back by accident."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from threading import Barrier
from typing import Any
from uuid import UUID

import psycopg
import pytest

from domain.access import Role
from domain.scopes import Scope
from services import directory_users
from services.accounts import Account, find_account, switch_account
from services.commands import Services
from services.directory_users import (
    Directory,
    DirectoryUser,
    ExternalIdUnusable,
    UserThere,
    WantedUser,
    change_user,
    create_user,
    delete_user,
    find_user,
)
from services.scope import Caller
from tests.support.ledgers import Trust

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
DIRECTORY = Directory("https://login.example")
WANTED = WantedUser("somebody", "somebody@westacre.example", {"displayName": "Ada Nowak"}, is_active=True)


@pytest.fixture
def services(trust: Trust) -> Services:
    return Services(trust.ledger, now=lambda: NOW)


@pytest.fixture
def program(trust: Trust) -> Caller:
    return replace(trust.caller(Role.ADMIN), scopes=frozenset({Scope.SCIM}))


def account(services: Services) -> Account:
    found = find_account(services.ledger.trust, DIRECTORY.issuer, "somebody")
    assert found is not None
    return found


def as_wanted(user: DirectoryUser, **changed: Any) -> WantedUser:
    return replace(WantedUser(user.external_id, user.user_name, user.attributes, user.is_active), **changed)


def switched_to(is_active: bool) -> Any:
    return lambda user: as_wanted(user, is_active=is_active)


def states_told(services: Services) -> list[bool]:
    """What the ledger says of the account's state, in order."""
    with services.ledger.trust.connection() as connection:
        rows = connection.execute(
            "SELECT (convert_from(body, 'UTF8')::json #>> '{data,is_active}')::boolean FROM event"
            " WHERE trust_id = %s AND type = 'trust.account_switched.v1' ORDER BY position",
            (services.ledger.trust_id,),
        ).fetchall()
    return [state for (state,) in rows]


def people(services: Services) -> int:
    with services.ledger.trust.connection() as connection:
        [(found,)] = connection.execute(
            "SELECT count(*) FROM person WHERE trust_id = %s", (services.ledger.trust_id,)
        ).fetchall()
    return int(found)


def test_a_change_that_was_read_before_somebody_left_does_not_let_them_in_again(
    services: Services, program: Caller
) -> None:
    user = create_user(services, program, DIRECTORY, WANTED)
    seen: list[bool] = []

    def renaming(known: DirectoryUser) -> WantedUser:
        seen.append(known.is_active)
        if len(seen) == 1:
            change_user(services, program, DIRECTORY, user.user_id, switched_to(False))
        return as_wanted(known, user_name="ada@westacre.example")

    renamed = change_user(services, program, DIRECTORY, user.user_id, renaming)

    assert seen == [True, False]
    assert (renamed.user_name, renamed.is_active) == ("ada@westacre.example", False)
    assert not account(services).is_active


@pytest.mark.parametrize("leaving", ["switched off", "deleted"])
def test_whoever_leaves_while_being_switched_on_is_off(
    services: Services, program: Caller, monkeypatch: pytest.MonkeyPatch, leaving: str
) -> None:
    user = create_user(services, program, DIRECTORY, replace(WANTED, is_active=False))
    calls: list[bool] = []

    def crossed(*given: Any, is_active: bool, **named: Any) -> Any:
        calls.append(is_active)
        if len(calls) == 1:
            # Just before the account is switched on, and after the user was.
            if leaving == "deleted":
                delete_user(services, program, DIRECTORY, user.user_id)
            else:
                change_user(services, program, DIRECTORY, user.user_id, switched_to(False))
        return switch_account(*given, is_active=is_active, **named)

    monkeypatch.setattr(directory_users, "switch_account", crossed)
    if leaving == "deleted":
        with pytest.raises(directory_users.UnknownDirectoryUser):
            change_user(services, program, DIRECTORY, user.user_id, switched_to(True))
    else:
        change_user(services, program, DIRECTORY, user.user_id, switched_to(True))

    assert calls[0] is True
    assert not account(services).is_active


def test_access_ends_although_it_cannot_be_recorded_and_the_next_attempt_records_it(
    services: Services, program: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = create_user(services, program, DIRECTORY, WANTED)

    def unreachable(*_: object, **__: object) -> None:
        raise psycopg.OperationalError

    with monkeypatch.context() as broken:
        broken.setattr(type(services.ledger), "append", unreachable)
        with pytest.raises(psycopg.OperationalError):
            change_user(services, program, DIRECTORY, user.user_id, switched_to(False))
    assert (account(services).is_active, states_told(services)) == (False, [])

    change_user(services, program, DIRECTORY, user.user_id, switched_to(False))

    assert (account(services).is_active, states_told(services)) == (False, [False])
    assert not find_user(services, program, DIRECTORY, user.user_id).is_active


def test_somebody_whose_creation_stopped_half_way_is_created_by_the_next_attempt_as_one_person(
    services: Services, program: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise psycopg.OperationalError

    with monkeypatch.context() as broken:
        broken.setattr(directory_users, "bind_account", unreachable)
        with pytest.raises(psycopg.OperationalError):
            create_user(services, program, DIRECTORY, WANTED)

    user = create_user(services, program, DIRECTORY, WANTED)

    assert (people(services), account(services).person_id) == (1, user.person_id)
    assert account(services).is_active


def test_somebody_who_is_created_several_times_at_once_is_there_once(services: Services, program: Caller) -> None:
    together = Barrier(4)

    def creating(_number: int) -> UUID | None:
        together.wait()
        try:
            return create_user(services, program, DIRECTORY, WANTED).user_id
        except UserThere:
            return None

    with ThreadPoolExecutor(4) as workers:
        created = [found for found in workers.map(creating, range(4)) if found is not None]

    assert (len(created), people(services)) == (1, 1)
    assert account(services).is_active


OBJECT_ID = "5f0c7a56-6a3e-4f6a-9d3b-3b8f1d1c2a01"
TENANT = "6e1c0ffe-0000-4000-8000-0000000000aa"


@pytest.mark.parametrize(
    ("directory", "external_id", "subject"),
    [
        (DIRECTORY, "00u1abcXYZ", "00u1abcXYZ"),
        (
            Directory("i", TENANT),
            "5F0C7A56-6A3E-4F6A-9D3B-3B8F1D1C2A01",
            f"{TENANT}/5f0c7a56-6a3e-4f6a-9d3b-3b8f1d1c2a01",
        ),
        (Directory("i", TENANT), OBJECT_ID.replace("-", ""), None),
        (Directory("i", TENANT), f"{{{OBJECT_ID}}}", None),
        (Directory("i", TENANT), "c.marsden", None),
        (DIRECTORY, " ", None),
        (DIRECTORY, "a\tb", None),
        (DIRECTORY, "a" * 401, None),
    ],
)
def test_whose_account_it_is_follows_from_the_external_id(
    directory: Directory, external_id: str, subject: str | None
) -> None:
    if subject is None:
        with pytest.raises(ExternalIdUnusable):
            directory.subject_of(external_id)
    else:
        assert directory.subject_of(external_id) == subject


def test_nothing_of_a_user_shows_where_one_is_printed(services: Services, program: Caller) -> None:
    user = create_user(services, program, DIRECTORY, WANTED)
    told = repr((user, WANTED, directory_users.Condition("user_name", "somebody")))
    assert [word for word in ("somebody", "westacre", "Ada") if word in told] == []
