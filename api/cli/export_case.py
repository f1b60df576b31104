"""`caseledger export-case CASE [--output FILE]`: one case as a bundle that `caseledger verify` checks offline."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from uuid import UUID

from api.bootstrap import Runtime
from api.cli.cases import asking, case_named
from api.settings import load_settings
from services.command_refusals import NotFound
from services.export import export_case
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
    parser.add_argument("--trust", type=UUID, help="the trust's id; unset: CASELEDGER_TRUST")


def run(arguments: argparse.Namespace) -> int:
    """Export."""
    settings = load_settings()
    trust_id = arguments.trust or settings.trust
    caller = asking(trust_id, without_texts=arguments.without_texts)
    with Runtime.open(settings) as runtime:
        ledger = runtime.services(trust_id).ledger
        try:
            case_id = case_named(runtime, caller, arguments.case)
            opened: set[SealedPlace] = set()
            kept = () if arguments.continues is None else (arguments.continues,)
            bundle = export_case(ledger, caller.visibility, case_id, opened, since=kept)
            append_read(ledger, _read(caller, case_id, opened))
        except NotFound as error:
            print(f"caseledger export-case: {error.args[0]}", file=sys.stderr)
            return 1
    if arguments.output is None:
        sys.stdout.buffer.write(bundle)
    else:
        arguments.output.write_bytes(bundle)
    return 0


def _read(caller: Caller, case_id: UUID, opened: set[SealedPlace]) -> ReadEntry:
    case = frozenset((str(case_id),))
    parts = frozenset((str(place.stream_id), place.version, place.part) for place in opened)
    return ReadEntry(caller, ReadWay.EXPORT, "executed", opened=case, histories=case, parts=parts)
