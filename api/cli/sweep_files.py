"""`caseledger sweep-files`: delete files of evidence that were stored a day ago or more and that no case keeps."""

from __future__ import annotations

import argparse

from api.bootstrap import Runtime
from api.settings import load_settings
from services import clock
from services.evidence import sweep_orphans

__all__ = ["configure", "run"]


def configure(_parser: argparse.ArgumentParser) -> None:
    """Declare the arguments, of which there are none."""


def run(_arguments: argparse.Namespace) -> int:
    """Sweep every trust's files; one line says how many were deleted."""
    with Runtime.open(load_settings()) as runtime:
        swept = sum(
            sweep_orphans(runtime.services(trust_id).ledger, runtime.evidence.store, clock.now())
            for trust_id in runtime.trust_ids()
        )
    print(f"{swept} files deleted that no case keeps")
    return 0
