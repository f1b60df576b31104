"""`caseledger tra-referral CASE [--output FILE]`: a staff breach as a referral to the Teaching Regulation Agency."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from api.bootstrap import Runtime
from api.cli.cases import asking, case_named
from api.settings import load_settings
from domain.refusals import Refused
from services.commands import Refusal
from services.read_log import ReadEntry, ReadWay, append_read
from services.tra_referral import archive_of_referral, tra_referral

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("case", metavar="CASE", help="the case's id or reference, such as SBR-2026-000123")
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="an archive to write, with the files; unset: JSON is printed"
    )
    parser.add_argument("--trust", type=UUID, help="the trust's id; unset: CASELEDGER_TRUST")


def run(arguments: argparse.Namespace) -> int:
    """Fill it in; that it was read is recorded before any of it leaves."""
    settings = load_settings()
    trust_id = arguments.trust or settings.trust
    caller = replace(asking(trust_id, without_texts=False), purpose="LEGAL")
    with Runtime.open(settings) as runtime:
        services = runtime.services(trust_id)
        try:
            case_id = case_named(runtime, caller, arguments.case)
            made = tra_referral(services, caller, case_id, with_files=arguments.output is not None)
        except Refused as error:
            print(f"caseledger tra-referral: {error.args[0]}", file=sys.stderr)
            return 1
        if isinstance(made, Refusal):
            print(f"caseledger tra-referral: {made.message}", file=sys.stderr)
            return 1
        parts = frozenset((str(place.stream_id), place.version, place.part) for place in made.opened)
        cases = frozenset(map(str, made.cases))
        append_read(services.ledger, ReadEntry(caller, ReadWay.EXPORT, "executed", opened=cases, parts=parts))
        if arguments.output is not None:
            with arguments.output.open("wb") as file:
                for piece in archive_of_referral(services.ledger, runtime.evidence.store, made):
                    file.write(piece)
            return 0
    json.dump(made.content, sys.stdout, ensure_ascii=False, indent=1)
    print()
    return 0
