"""What the tests of projections ask for: a trust in whose ledger anything can be recorded."""

from __future__ import annotations

import pytest

from ledger.database import Database
from tests.projections.recording import Recording


@pytest.fixture
def recording(database: Database) -> Recording:
    """A new trust; nothing is recorded for it yet."""
    return Recording(database)
