"""`caseledger export-period --since INSTANT --until INSTANT`: all recorded then, as a file that verifies offline."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from api.bootstrap import Runtime
from api.settings import load_settings
from domain.access import Role
from domain.refusals import Refused
from services.export_period import export_period
from services.read_log import ReadEntry, ReadWay, append_read
from services.scope import Caller, system_caller
from services.sealed_texts import SealedPlace

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--since", type=_instant, required=True, help="from this instant on, such as 2026-09-01")
    parser.add_argument("--until", type=_instant, required=True, help="before this instant")
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
    caller = system_caller(trust_id)
    if arguments.without_texts:
        caller = Caller(trust_id, caller.person_id, Role.AUDITOR)
    opened: set[SealedPlace] = set()
    shown: set[UUID] = set()
    kept = () if arguments.continues is None else (arguments.continues,)
    try:
        with Runtime.open(settings) as runtime:
            ledger = runtime.services(trust_id).ledger
            bundle = export_period(ledger, caller, arguments.since, arguments.until, opened, shown, kept=kept)
            cases = frozenset(map(str, shown))
            parts = frozenset((str(place.stream_id), place.version, place.part) for place in opened)
            entry = ReadEntry(caller, ReadWay.EXPORT, "executed", opened=cases, histories=cases, parts=parts)
            append_read(ledger, entry)
    except Refused as error:
        print(f"caseledger export-period: {error}", file=sys.stderr)
        return 1
    if arguments.output is None:
        sys.stdout.buffer.write(bundle)
    else:
        arguments.output.write_bytes(bundle)
    return 0


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
