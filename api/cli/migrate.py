"""`caseledger migrate`: both databases at this program's tables, whether they are new, older or already there."""

from __future__ import annotations

import argparse

from api.bootstrap import migrate_databases
from api.settings import load_settings

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare nothing: which databases there are is set by variables."""


def run(arguments: argparse.Namespace) -> int:  # noqa: ARG001 - every verb is called in the same way
    """Migrate and print the revisions."""
    main, keys = migrate_databases(load_settings())
    print(f"ledger at {main}, keys at {keys}")
    return 0
