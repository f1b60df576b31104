"""Verbs of the command line, run on the databases of the demonstration."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import pytest

from api.cli import main
from tests.api.client import Client
from tests.support.postgres import DatabaseUrls

Run = Callable[..., tuple[int, str, str]]


def verbs(
    demo: Client, database_urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """What runs a verb there: it gives the exit status, standard output and standard error."""
    variables = {
        "DATA_DIR": str(demo.runtime.settings.data_dir),
        "DATABASE_URL": database_urls.main,
        "KEYS_DATABASE_URL": database_urls.keys,
        "ADMIN_DATABASE_URL": database_urls.admin_main,
        "ADMIN_KEYS_DATABASE_URL": database_urls.admin_keys,
    }
    for name, value in variables.items():
        monkeypatch.setenv(f"CASELEDGER_{name}", value)

    def verb(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        status = main(arguments)
        printed = capfd.readouterr()
        return status, printed.out, printed.err

    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    yield verb
    # A verb that sets up its log lines leaves them on a stream that ends with the test, while the server goes on.
    root.setLevel(level)
    root.handlers[:] = [handler for handler in root.handlers if handler in handlers]
