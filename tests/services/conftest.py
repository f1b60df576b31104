"""What the services' tests share: keys, a trust and who keeps its keys, and where files are handed in."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.access import Role
from ledger.blob_store import FolderBlobs
from ledger.database import Database
from ledger.key_store import KeyStore
from ledger.keys import LocalKeyFile
from services.commands import Services
from services.evidence import Evidence
from services.scope import Caller
from tests.services.access import Overseen
from tests.services.access_worlds import World, world_of
from tests.services.erasers import Eraser
from tests.services.issued_keys import Clock
from tests.support.evidence import Desk
from tests.support.ledgers import Trust, a_trust


@pytest.fixture(scope="module")
def keys(keys_database: Database, tmp_path_factory: pytest.TempPathFactory) -> KeyStore:
    """A key store with a key file of its own."""
    return KeyStore(keys_database, LocalKeyFile(tmp_path_factory.mktemp("keys") / "kek.json"))


@pytest.fixture
def trust(database: Database, keys: KeyStore) -> Trust:
    """A trust with two schools and nothing recorded of cases."""
    return a_trust(database, keys)


@pytest.fixture
def clock() -> Clock:
    """A clock that stands on a morning until a test moves it."""
    return Clock()


@pytest.fixture
def services(trust: Trust, clock: Clock) -> Services:
    """What carries out commands for the trust, by that clock."""
    return Services(trust.ledger, now=clock)


@pytest.fixture
def admin(trust: Trust) -> Caller:
    """An administrator of the trust."""
    return trust.caller(Role.ADMIN)


@pytest.fixture
def store(tmp_path: Path) -> FolderBlobs:
    """A folder in which nothing lies."""
    return FolderBlobs(tmp_path / "evidence")


@pytest.fixture
def desk(trust: Trust, store: FolderBlobs) -> Desk:
    """Where files of the trust are handed in and given out."""
    return Desk(trust.services, Evidence(store))


@pytest.fixture
def world(trust: Trust, desk: Desk) -> World:
    """People in cases of every kind, and those who answer for what is held about them."""
    overseen = Overseen(trust)
    overseen.appoint(Role.DPO, Role.TRUST_LEAD)
    return world_of(overseen, desk)


@pytest.fixture
def officer(world: World) -> Caller:
    """The data protection officer, who has no part in any of them."""
    return world.overseen.caller(Role.DPO)


@pytest.fixture
def lead(trust: Trust) -> Caller:
    """The trust lead."""
    return trust.lead


@pytest.fixture
def overseen(trust: Trust) -> Overseen:
    """A trust whose lead and data protection officer are appointed."""
    found = Overseen(trust)
    found.appoint(Role.TRUST_LEAD, Role.DPO)
    return found


@pytest.fixture
def dpo(overseen: Overseen) -> Caller:
    """The data protection officer."""
    return overseen.caller(Role.DPO)


@pytest.fixture
def eraser(overseen: Overseen, store: FolderBlobs, lead: Caller, dpo: Caller) -> Eraser:
    """Who asks for erasures as the one and approves them as the other."""
    return Eraser(overseen, store, lead, dpo)
