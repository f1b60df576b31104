"""`caseledger replay CASE`: one case step by step; `caseledger replay --counts`: figures then and now, and why.

What is told of a case is recorded as a read before it is printed.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from datetime import date
from pathlib import Path
from uuid import UUID

from api.bootstrap import Runtime
from api.cli.cases import asking, case_named
from api.replay.asked import Asked, Form
from api.replay.comparison import Period, compare, comparison_as_csv, comparison_as_json, comparison_as_text
from api.replay.forms import READERS, history_of
from api.replay.moments import moment_of
from api.settings import load_settings
from domain.actors import ActorSort
from domain.refusals import RefusalCode, Refused
from projections.plan.told import Told
from services.read_log import ReadEntry, ReadWay, append_read
from services.scope import Caller
from services.store import TrustLedger

__all__ = ["configure", "run"]

_NARROWEST, _WIDEST = 60, 140


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("case", nargs="?", metavar="CASE", help="the case's id or reference, such as INC-2026-000123")
    parser.add_argument("--type", nargs="+", metavar="NAME", help="only events of these types: incident.closed.v1")
    parser.add_argument("--by", choices=("human", "system"), help="only events that people, or programs, recorded")
    parser.add_argument("--until", metavar="MOMENT", help="up to a position of the ledger, or an instant with its zone")
    parser.add_argument(
        "--knew", choices=("new", "all"), default="new", help="who came to know, or all who knew by then"
    )
    parser.add_argument("--format", choices=[form.value for form in Form], default=Form.TEXT.value, help="unset: text")
    parser.add_argument("--output", type=Path, metavar="FILE", help="where to write; unset: standard output")
    parser.add_argument(
        "--without-texts", action="store_true", help="leave sealed texts closed, as an auditor has them"
    )
    parser.add_argument("--trust", type=UUID, help="the trust's id; unset: CASELEDGER_TRUST")
    counts = parser.add_argument_group("the counts, in place of a case")
    counts.add_argument("--counts", action="store_true", help="the eleven counts as reported and as now known")
    counts.add_argument("--from", dest="first", type=date.fromisoformat, metavar="DAY", help="the first day counted")
    counts.add_argument("--to", dest="last", type=date.fromisoformat, metavar="DAY", help="the last day counted")
    counts.add_argument("--schools", nargs="+", metavar="URN", help="only these schools")
    counts.add_argument("--as-of", metavar="MOMENT", help="when they were reported; unset: the end of the last day")


def run(arguments: argparse.Namespace) -> int:
    """Replay."""
    wrong = _wrong(arguments)
    if wrong is not None:
        print(f"caseledger replay: {wrong}", file=sys.stderr)
        return 2
    settings = load_settings()
    caller = asking(arguments.trust or settings.trust, without_texts=arguments.without_texts)
    with Runtime.open(settings) as runtime:
        try:
            content = _counts(runtime, caller, arguments) if arguments.counts else _case(runtime, caller, arguments)
        except Refused as error:
            print(f"caseledger replay: {error.message}", file=sys.stderr)
            return 2 if error.code is RefusalCode.INVALID_INPUT else 1
    if arguments.output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
    else:
        arguments.output.write_bytes(content)
    return 0


def _wrong(arguments: argparse.Namespace) -> str | None:
    """What is asked for wrongly, if anything is."""
    of_counts = (arguments.first, arguments.last, arguments.schools, arguments.as_of)
    of_case = (arguments.case, arguments.type, arguments.by, arguments.until)
    if not arguments.counts:
        if arguments.case is None:
            return "say which CASE, or --counts"
        return "--from, --to, --schools and --as-of go with --counts" if any(of_counts) else None
    if any(of_case):
        return "--counts goes without a CASE, --type, --by and --until"
    if arguments.first is None or arguments.last is None:
        return "--counts needs --from and --to"
    return "counts are given as text, JSON or CSV" if arguments.format == Form.PDF else None


def _case(runtime: Runtime, caller: Caller, arguments: argparse.Namespace) -> bytes:
    ledger = runtime.services(caller.trust_id).ledger
    asked = Asked(
        types=arguments.type,
        by=None if arguments.by is None else ActorSort(arguments.by.upper()),
        until=None if arguments.until is None else moment_of(arguments.until, "until"),
        all_who_knew=arguments.knew == "all",
    )
    case_id = case_named(runtime, caller, arguments.case)
    width = min(max(shutil.get_terminal_size().columns, _NARROWEST), _WIDEST)
    history = history_of(ledger, caller.visibility, case_id, asked, Form(arguments.format), width=width)
    _record(ledger, caller, ReadWay.EXPORT, history.told, READERS if history.fields else frozenset())
    return history.content


def _counts(runtime: Runtime, caller: Caller, arguments: argparse.Namespace) -> bytes:
    as_of = None if arguments.as_of is None else moment_of(arguments.as_of, "asOf")
    ledger = runtime.services(caller.trust_id).ledger
    period = Period(arguments.first, arguments.last, arguments.schools, as_of)
    found = compare(ledger.trust, caller.visibility, period)
    if found.told.cases:
        _record(ledger, caller, ReadWay.QUERY, found.told, frozenset())
    match Form(arguments.format):
        case Form.JSON:
            return comparison_as_json(found)
        case Form.CSV:
            return comparison_as_csv(found)
        case _:
            return comparison_as_text(found).encode()


def _record(ledger: TrustLedger, caller: Caller, way: ReadWay, told: Told, asked: frozenset[str]) -> None:
    """Record what leaves as a read."""
    append_read(
        ledger,
        ReadEntry(
            caller,
            way,
            "executed",
            opened=told.opened,
            listed=told.listed,
            histories=told.histories,
            parts=told.parts,
            asked=asked,
        ),
    )
