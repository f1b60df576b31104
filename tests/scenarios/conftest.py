"""The application behind its real API, once for the scenarios of a file; a trust of its own for each scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from api.cli import main
from tests.api.client import Client, open_runtime
from tests.scenarios.school import Person, School, Trust, Verb, found
from tests.support.postgres import cloned_databases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.embedded import EmbeddedPostgres
    from tests.support.postgres import DatabaseUrls


@pytest.fixture(scope="module")
def scenario_databases(postgres: EmbeddedPostgres) -> Iterator[DatabaseUrls]:
    """Migrated databases that the scenarios of a file share: each trust keeps connections open for as long."""
    with cloned_databases(postgres) as urls:
        yield urls


@pytest.fixture(scope="module")
def application(scenario_databases: DatabaseUrls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """The server; who asks says by the token for which trust."""
    with (
        open_runtime(scenario_databases, tmp_path_factory.mktemp("data")) as runtime,
        Client(runtime, uuid4()) as client,
    ):
        yield client


@pytest.fixture
def caseledger(
    application: Client,
    scenario_databases: DatabaseUrls,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Verb:
    """Run a verb of the command line: its exit status and what it prints."""
    monkeypatch.setenv("CASELEDGER_DATA_DIR", str(application.runtime.settings.data_dir))
    monkeypatch.setenv("CASELEDGER_DATABASE_URL", scenario_databases.main)
    monkeypatch.setenv("CASELEDGER_KEYS_DATABASE_URL", scenario_databases.keys)

    def verb(*words: str) -> tuple[int, str]:
        capfd.readouterr()
        status = main(words)
        printed = capfd.readouterr()
        return status, printed.out + printed.err

    return verb


@pytest.fixture
def trust(application: Client, caseledger: Verb) -> Trust:
    """A trust of five schools in which nothing has happened yet."""
    return found(Trust(application, caseledger))


@pytest.fixture
def lead(trust: Trust) -> Person:
    """The trust lead."""
    return trust.signed_in("trust-lead")


@pytest.fixture
def sharp_lane(trust: Trust) -> School:
    """School 900001, on the policy of Sharp Lane."""
    return trust.school("sharp-lane")


@pytest.fixture
def westacre(trust: Trust) -> School:
    """School 900002, on the policy of Westacre."""
    return trust.school("westacre")


@pytest.fixture
def libra(trust: Trust) -> School:
    """School 900003, on the policy of Libra."""
    return trust.school("libra")


@pytest.fixture
def rivington(trust: Trust) -> School:
    """School 900004, on the policy of Rivington."""
    return trust.school("rivington")


@pytest.fixture
def park_hall(trust: Trust) -> School:
    """School 900005, on the policy of Park Hall."""
    return trust.school("park-hall")
