"""Data folders for the tests of the embedded server."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ledger.embedded import EmbeddedPostgres
from tests.support.postgres import quick_folder

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder not made yet, below one that the server's user may pass."""
    above = Path(tempfile.mkdtemp(prefix="cle-", dir=quick_folder()))
    above.chmod(0o711)
    yield above / "d"
    # Whatever a failed test left running ends here.
    if (above / "d" / "pg" / "18" / "postmaster.pid").exists():
        EmbeddedPostgres.attach(above / "d").stop_if_last()
    shutil.rmtree(above)


@pytest.fixture(scope="module")
def shared_folder() -> Iterator[Path]:
    """A cluster made once, for the tests that only start and stop it."""
    above = Path(tempfile.mkdtemp(prefix="cle-", dir=quick_folder()))
    above.chmod(0o711)
    EmbeddedPostgres.attach(above / "d").stop_if_last()
    yield above / "d"
    shutil.rmtree(above)
