"""`caseledger export-period --since INSTANT --until INSTANT [--files]`: all recorded then, as a file that verifies."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from api.bootstrap import Runtime
from api.cli.cases import asking
from api.cli.leaving import write
from api.settings import load_settings
from domain.refusals import Refused
from services.commands import Refusal
from services.export_files import export_period_archive
from services.export_period import export_period
from services.file_views import FileDamagedError
from services.read_log import ReadEntry, ReadWay, append_read
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
    parser.add_argument(
        "--files",
        action="store_true",
        help="a ZIP with the files handed in then, too; that they leave is recorded",
    )
    parser.add_argument("--trust", type=UUID, help="the trust's id; unset: CASELEDGER_TRUST")


def run(arguments: argparse.Namespace) -> int:
    """Export."""
    settings = load_settings()
    trust_id = arguments.trust or settings.trust
    caller = asking(trust_id, without_texts=arguments.without_texts)
    since, until = arguments.since, arguments.until
    opened: set[SealedPlace] = set()
    shown: set[UUID] = set()
    kept = () if arguments.continues is None else (arguments.continues,)
    try:
        with Runtime.open(settings) as runtime:
            services = runtime.services(trust_id)
            found: Iterable[bytes]
            if arguments.files:
                store = runtime.evidence.store
                archive = export_period_archive(services, caller, store, since, until, opened, shown, kept=kept)
                if isinstance(archive, Refusal):
                    return _refused(archive.message)
                found = archive.pieces
            else:
                found = (export_period(services.ledger, caller, since, until, opened, shown, kept=kept),)
            cases = frozenset(map(str, shown))
            parts = frozenset((str(place.stream_id), place.version, place.part) for place in opened)
            entry = ReadEntry(caller, ReadWay.EXPORT, "executed", opened=cases, histories=cases, parts=parts)
            append_read(services.ledger, entry)
            write(found, arguments.output)
    except (Refused, FileDamagedError) as error:
        return _refused(str(error))
    return 0


def _refused(why: str) -> int:
    print(f"caseledger export-period: {why}", file=sys.stderr)
    return 1


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
