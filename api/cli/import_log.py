"""`caseledger import-log FILE`: a school's e-safety log into the ledger, and a report of what did not go in."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from uuid import UUID

from api.bootstrap import Runtime
from api.cli.progress import progress
from api.projecting import bring_up
from api.settings import load_settings
from services.log_import import ImportReport, import_log
from services.scope import system_caller

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the log, as CSV in UTF-8")
    parser.add_argument("--trust", type=UUID, help="the trust's id; unset: CASELEDGER_TRUST")


def run(arguments: argparse.Namespace) -> int:
    """Import, and print what came of it: 0 when every line is in, 1 when some are not."""
    settings = load_settings()
    trust_id = arguments.trust or settings.trust
    try:
        file = arguments.file.open("rb")
    except OSError as error:
        print(f"caseledger import-log: {arguments.file}: {error.strerror}", file=sys.stderr)
        return 2
    with file, Runtime.open(settings) as runtime, progress(arguments.file.name) as advance:
        report = import_log(
            runtime.services(trust_id),
            system_caller(trust_id),
            file,
            schools=runtime.school_urns(trust_id),
            project=lambda position: bring_up(runtime.database, trust_id, position),
            progress=lambda phase, done, total: advance(done, total, phase),
        )
    print_report(report)
    return 1 if report.bad_lines or report.changed_lines else 0


def print_report(report: ImportReport) -> None:
    """Print figures first, then each line that did not go in."""
    print(
        f"{report.row_count} rows: {report.item_count} recorded in {report.case_count} cases,"
        f" {report.known_count} known from before, {len(report.changed_lines)} changed since,"
        f" {len(report.bad_lines)} not taken"
    )
    for line in (*report.bad_lines, *report.changed_lines):
        print(line)
    if report.last_position is not None:
        print(f"positions {report.first_position} to {report.last_position} of the ledger")
