"""A filled demonstration trust behind the real application, asked over HTTP within the process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.settings import DEMONSTRATION_TRUST
from tests.api.client import Client, demonstration, open_runtime
from tests.api.directories import ENTRA_ISSUER, OKTA_ISSUER, TENANT
from tests.api.provisioning import Provisioning, provisioning
from tests.api.reads import Log
from tests.api.two_trusts import Harvest, case_of_b, harvest_of_a, somebody_of_b
from tests.api.verbs import Run, verbs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from api.bootstrap import Runtime
    from tests.support.postgres import DatabaseUrls


@pytest.fixture(scope="module")
def runtime(database_urls: DatabaseUrls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """The databases of this module, as the program opens them; nothing is in them."""
    data_dir: Path = tmp_path_factory.mktemp("data")
    with open_runtime(database_urls, data_dir) as opened:
        yield opened


@pytest.fixture(scope="module")
def demo(runtime: Runtime) -> Iterator[Client]:
    """The trust with the log alone, filled and projected; tests of a module see what the ones before them wrote."""
    demonstration(runtime)
    with Client(runtime, DEMONSTRATION_TRUST) as client:
        yield client


@pytest.fixture(scope="module")
def shown(runtime: Runtime) -> Iterator[Client]:
    """The demonstration trust as `make demo` shows it, with the showcase."""
    # Every operation is asked with trusts that never were, by one address.
    runtime.settings = runtime.settings.model_copy(update={"rate_limit_failures": 0})
    demonstration(runtime, showcase=True)
    with Client(runtime, DEMONSTRATION_TRUST) as client:
        yield client


@pytest.fixture(scope="module")
def log(shown: Client) -> Log:
    """The log of reads of that trust."""
    return Log(shown)


@pytest.fixture(scope="module")
def case_ids(shown: Client) -> frozenset[str]:
    """Every case of the demonstration."""
    with shown.runtime.database.trust(shown.trust_id).connection() as connection:
        rows = connection.execute(
            "SELECT DISTINCT stream_id::text FROM event WHERE trust_id = %s AND type ~ '^(incident|complaint|staff)'",
            (shown.trust_id,),
        ).fetchall()
    return frozenset(one for (one,) in rows)


@pytest.fixture(scope="module")
def entra(demo: Client) -> Provisioning:
    """A directory of Entra ID that provisions people of the demonstration."""
    return provisioning(demo, ENTRA_ISSUER, TENANT)


@pytest.fixture(scope="module")
def okta(demo: Client) -> Provisioning:
    """A directory of Okta that does."""
    return provisioning(demo, OKTA_ISSUER)


@pytest.fixture(scope="module")
def of_b(shown: Client) -> Client:
    """Somebody of trust B, beside the demonstration."""
    return somebody_of_b(shown)


@pytest.fixture(scope="module")
def own(of_b: Client) -> str:
    """A case of B."""
    return case_of_b(of_b)


@pytest.fixture(scope="module")
def of_a(shown: Client) -> Harvest:
    """What somebody of the demonstration, which is trust A, finds by asking."""
    return harvest_of_a(shown)


@pytest.fixture
def run(
    demo: Client, database_urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """Verbs of the command line on the databases of the demonstration."""
    yield from verbs(demo, database_urls, monkeypatch, capfd)
