"""What the services' tests share: a key store of their module's keys database."""

from __future__ import annotations

import pytest

from ledger.database import Database
from ledger.key_store import KeyStore
from ledger.keys import LocalKeyFile
from tests.support.ledgers import Trust, a_trust


@pytest.fixture(scope="module")
def keys(keys_database: Database, tmp_path_factory: pytest.TempPathFactory) -> KeyStore:
    """A key store with a key file of its own."""
    return KeyStore(keys_database, LocalKeyFile(tmp_path_factory.mktemp("keys") / "kek.json"))


@pytest.fixture
def trust(database: Database, keys: KeyStore) -> Trust:
    """A trust with two schools and nothing recorded of cases."""
    return a_trust(database, keys)
