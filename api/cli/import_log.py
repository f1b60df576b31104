"""`caseledger import-log FILE`: a school's e-safety log into the ledger, and a report of what did not go in."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID

from api.bootstrap import Runtime
from api.cli.progress import progress
from api.projecting import ProjectorBeside, bring_up
from api.settings import load_settings
from services.log_import import ImportReport, import_log
from services.scope import system_caller

__all__ = ["configure", "run"]

# A log of so many bytes, some thousands of rows, is worth a projector beside its recording.
_LARGE = 1_000_000


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
    with ExitStack() as open_now:
        open_now.enter_context(file)
        runtime = open_now.enter_context(Runtime.open(settings))
        advance = open_now.enter_context(progress(arguments.file.name))
        beside = None
        if os.fstat(file.fileno()).st_size >= _LARGE:
            beside = open_now.enter_context(ProjectorBeside(runtime.main_url.get_secret_value(), trust_id))

        def project(position: int) -> None:
            if beside is not None:
                beside.finish()
            bring_up(runtime.database, trust_id, position)

        report = import_log(
            runtime.services(trust_id),
            system_caller(trust_id),
            file,
            schools=runtime.school_urns(trust_id),
            project=project,
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
