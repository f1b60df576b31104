"""`caseledger set-calendar FILE --school URN`: a school's terms, holidays and INSET days of one academic year."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from uuid import UUID

from api.bootstrap import Runtime
from api.settings import load_settings
from domain.refusals import Refused
from services.school_calendars import (
    CalendarFileError,
    CalendarRead,
    enter,
    read_icalendar,
    read_toml,
    with_bank_holidays,
)
from services.scope import system_caller

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the calendar: TOML, or iCalendar if it ends in .ics")
    parser.add_argument("--school", required=True, metavar="URN", help="the school's URN")
    parser.add_argument("--year", help="the academic year to take from an iCalendar, such as 2026-27")
    parser.add_argument("--dry-run", action="store_true", help="print what the file says, and set nothing")
    parser.add_argument("--trust", type=UUID, help="the trust's id; unset: CASELEDGER_TRUST")


def run(arguments: argparse.Namespace) -> int:
    """Read the file, print what it says, and set the calendar; bank holidays in term are added."""
    try:
        read = with_bank_holidays(_read(arguments.file, arguments.year))
        _print(read)
        if arguments.dry_run:
            return 0
        settings = load_settings()
        trust_id = arguments.trust or settings.trust
        with Runtime.open(settings) as runtime:
            enter(runtime.services(trust_id).ledger, system_caller(trust_id), urn=arguments.school, read=read)
    except OSError as error:
        print(f"caseledger set-calendar: {arguments.file}: {error.strerror}", file=sys.stderr)
        return 2
    except (CalendarFileError, UnicodeDecodeError) as error:
        print(f"caseledger set-calendar: {arguments.file}: {error}", file=sys.stderr)
        return 1
    except Refused as refused:
        print(f"caseledger set-calendar: {refused.message}", file=sys.stderr)
        return 1
    return 0


def _read(file: Path, year: str | None) -> CalendarRead:
    if file.suffix.lower() != ".ics":
        return read_toml(file.read_bytes().decode())
    if year is None:
        raise CalendarFileError("holds several years: --year says which one to take")
    return read_icalendar(file.read_bytes(), year)


def _print(read: CalendarRead) -> None:
    """Print what was taken and what was not, for somebody to look at."""
    print(f"academic year {read.academic_year}")
    for term in read.terms:
        print(f"  {term.name.lower()} term  {term.first} to {term.last}")
    for word, runs in (("holiday", read.holidays), ("closure", read.closures)):
        for days in runs:
            print(f"  {word}  {days.first} to {days.last}  {days.label or ''}".rstrip())
    for day in read.inset_days:
        print(f"  INSET day  {day}")
    for title in read.passed_over:
        print(f"  passed over: {title}")
