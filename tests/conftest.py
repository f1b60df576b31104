"""What any test may ask for: a real database of its own module, and a trust."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from hypothesis import settings

from ledger.database import Database
from tests.support import shown
from tests.support.postgres import DatabaseUrls, cloned_databases, running_server

settings.register_profile("untimed", deadline=None)  # no test is timed: a busy machine is no fault
settings.load_profile("untimed")

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.embedded import EmbeddedPostgres


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """One embedded server for the run."""
    own = tmp_path_factory.getbasetemp()
    # The workers of one run have folders of their own side by side.
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with running_server(shared) as server:
        yield server


@pytest.fixture(scope="module")
def database_urls(postgres: EmbeddedPostgres) -> Iterator[DatabaseUrls]:
    """Freshly migrated databases of this module: `main` and `keys` for the application, `admin_main`, `admin_keys`."""
    with cloned_databases(postgres) as urls:
        yield urls


@pytest.fixture(scope="module")
def database(database_urls: DatabaseUrls) -> Iterator[Database]:
    """The ledger's database of this module, as the application's role."""
    database = Database(database_urls.main)
    yield database
    database.close()


@pytest.fixture(scope="module")
def keys_database(database_urls: DatabaseUrls) -> Iterator[Database]:
    """The keys' database of this module, as the application's role."""
    database = Database(database_urls.keys)
    yield database
    database.close()


@pytest.fixture
def trust_id() -> UUID:
    """A trust that no other test uses; nothing is recorded for it yet."""
    return uuid4()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let reports carry the rows that they show where the tests are chosen by them."""
    for mark in shown.asked_for(config):
        shown.note(items, mark)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """List each row with its tests where the tests were chosen by its mark."""
    for mark in shown.asked_for(config):
        terminalreporter.section(f"{mark}s")
        for line in shown.summary(mark, shown.rows(mark), terminalreporter.stats):
            terminalreporter.write_line(line)
