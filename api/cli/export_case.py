"""`caseledger export-case CASE [--files] [--output FILE]`: one case as a file that verifies offline."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from api.bootstrap import Runtime
from api.cli.cases import asking, case_named
from api.cli.leaving import write
from api.settings import load_settings
from services.command_refusals import NotFound
from services.commands import Refusal
from services.export import export_case
from services.export_files import ArchiveTooLarge, export_archive
from services.file_views import FileDamagedError
from services.read_log import ReadEntry, ReadWay, append_read
from services.scope import Caller
from services.sealed_texts import SealedPlace

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("case", metavar="CASE", help="the case's id or reference, such as INC-2026-000123")
    parser.add_argument("--output", type=Path, metavar="FILE", help="where to write; unset: standard output")
    parser.add_argument("--continues", type=int, metavar="SIZE", help="the size of a checkpoint that its reader kept")
    parser.add_argument(
        "--without-texts", action="store_true", help="leave sealed texts closed, as an auditor has them"
    )
    parser.add_argument(
        "--files", action="store_true", help="a ZIP that holds the files of evidence, too; that they leave is recorded"
    )
    parser.add_argument("--trust", type=UUID, help="the trust's id; unset: CASELEDGER_TRUST")


def run(arguments: argparse.Namespace) -> int:
    """Export."""
    settings = load_settings()
    trust_id = arguments.trust or settings.trust
    caller = asking(trust_id, without_texts=arguments.without_texts)
    opened: set[SealedPlace] = set()
    kept = () if arguments.continues is None else (arguments.continues,)
    with Runtime.open(settings) as runtime:
        services = runtime.services(trust_id)
        try:
            case_id = case_named(runtime, caller, arguments.case)
            found: Iterable[bytes]
            if arguments.files:
                archive = export_archive(services, caller, runtime.evidence.store, case_id, opened, since=kept)
                if isinstance(archive, Refusal):
                    return _refused(archive.message)
                found = archive.pieces
            else:
                found = (export_case(services.ledger, caller.visibility, case_id, opened, since=kept),)
            append_read(services.ledger, _read(caller, case_id, opened))
            write(found, arguments.output)
        except NotFound as error:
            return _refused(error.args[0])
        except (ArchiveTooLarge, FileDamagedError) as error:
            return _refused(str(error))
    return 0


def _refused(why: str) -> int:
    print(f"caseledger export-case: {why}", file=sys.stderr)
    return 1


def _read(caller: Caller, case_id: UUID, opened: set[SealedPlace]) -> ReadEntry:
    case = frozenset((str(case_id),))
    parts = frozenset((str(place.stream_id), place.version, place.part) for place in opened)
    return ReadEntry(caller, ReadWay.EXPORT, "executed", opened=case, histories=case, parts=parts)
