"""The awkward trust behind the real application, and the oracle that read the same ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid5

import pytest

from tests.api.client import Client, open_runtime
from tests.plan.agreement import Trial
from tests.plan.documents import ORDERS, Pool
from tests.plan.making import a_pool, a_world
from tests.plan.oracle.answers import Oracle
from tests.plan.reading import Unrecorded
from tests.plan.world import TRUST, World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.postgres import DatabaseUrls


@pytest.fixture(scope="module")
def world(database_urls: DatabaseUrls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The trust, recorded and projected; nothing is recorded in it afterwards."""
    data_dir: Path = tmp_path_factory.mktemp("data")
    # Every answer is to be made, also of what was asked before.
    with open_runtime(
        database_urls, data_dir, response_cache_bytes=0, rate_limit_requests=0, rate_limit_cost=0
    ) as runtime:
        yield a_world(runtime)


@pytest.fixture(scope="module")
def trial(world: World) -> Iterator[Trial]:
    """The application and the oracle, and the cursors that lists of all kinds have given."""
    # What is asked here is not recorded: the log of reads would be another for each question about it.
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("api.app.LoggedReads", Unrecorded)
        asked = Client(world.runtime, world.trust_id)
    with asked as client:
        trial = Trial(client, Oracle(world.story(), world.facts))
        for query in LISTS:
            assert trial.differences(world.reader("trust-lead"), query, {}) == []
        trial.cursors.keep()
        yield trial


@pytest.fixture(scope="module")
def pool(world: World, trial: Trial) -> Pool:
    """What there is to ask about."""
    return a_pool(world, trial.oracle.story, trial.cursors.of_lists())


# Whose breaches are several, in the sight of the trust's lead.
_PERSON = uuid5(TRUST, "person/taker")
LISTS = (
    *(f"{{ cases(orderBy: {order}, first: 100) {{ edges {{ cursor }} }} }}" for order in ORDERS),
    *(f"{{ {plural}(first: 100) {{ edges {{ cursor }} }} }}" for plural in ("deadlines", "duties", "retention")),
    "{ cases(first: 5) { nodes { history { edges { cursor } } } } }",
    """{ monitoring(from: "2024-09-01", to: "2027-08-31") { cells {
         contributions { edges { cursor } } cases { edges { cursor } } } } }""",
    "{ readLog(first: 100) { edges { cursor } } cases(first: 3) { nodes { readers { edges { cursor } } } } }",
    "{ ledger { checkpoints { edges { cursor } } } }",
    f'{{ staffPattern(person: "{_PERSON}") {{ cases {{ edges {{ cursor }} }} }} }}',
)
