"""`caseledger retention [--due-before DATE] [--format text|json]`: how long cases are kept, those to look at first."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from api.bootstrap import Runtime
from api.settings import load_settings
from domain.case import Case
from domain.retention import RetentionState
from services import clock, retention
from services.read_log import ReadEntry, ReadWay, append_read
from services.retention import Keeping
from services.scope import system_caller

__all__ = ["configure", "run"]

_LISTED = (RetentionState.DUE, RetentionState.NOT_COMPUTABLE, RetentionState.ON_HOLD, RetentionState.DISPOSAL_DECIDED)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--due-before",
        type=date.fromisoformat,
        metavar="DATE",
        help="those whose day is earlier than this; unset: what is due, held, decided or cannot be told today",
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print; unset: text")
    parser.add_argument("--trust", type=UUID, help="the trust's id; unset: CASELEDGER_TRUST")


def run(arguments: argparse.Namespace) -> int:
    """Print the list; that it was read is recorded before it leaves."""
    settings = load_settings()
    trust_id = arguments.trust or settings.trust
    with Runtime.open(settings) as runtime:
        ledger = runtime.services(trust_id).ledger
        today = clock.london_date(clock.now())
        listed = [one for one in retention.ended_cases(ledger, today) if _is_listed(one, arguments.due_before)]
        listed.sort(key=lambda one: (_day(one) or date.max, one.case.reference))
        holds = retention.holds_to_review(ledger, today)
        shown = frozenset(str(one.case.id) for one in listed)
        caller = system_caller(trust_id)
        append_read(ledger, ReadEntry(caller, ReadWay.QUERY, "executed", listed=shown, asked=frozenset(("retention",))))
    if arguments.format == "json":
        told = {"cases": [_told(one) for one in listed], "holdsToReview": [str(one.hold_id) for one in holds]}
        json.dump(told, sys.stdout, indent=2)
        print()
        return 0
    for line in _lines(listed):
        print(line)
    for hold in holds:
        print(f"hold {hold.hold_id} ({hold.authority}) was to be looked at again on {hold.review_on}")
    return 0


def _is_listed(one: Keeping, before: date | None) -> bool:
    if before is None:
        return one.state in _LISTED
    day = _day(one)
    return day is not None and day < before


def _day(one: Keeping) -> date | None:
    """The day from which a case is to be looked at: that of its rule, or a later one that was decided, if any."""
    if one.state is RetentionState.DISPOSED:
        return None
    review = one.case.retention_decision
    days = [day for day in (one.due.on if one.due else None, review.keep_until if review else None) if day is not None]
    return max(days, default=None)


def _told(one: Keeping) -> dict[str, Any]:
    case: Case = one.case
    due = one.due
    return {
        "id": str(case.id),
        "reference": case.reference,
        "school": case.school_urn,
        "state": one.state.value,
        "day": _text(_day(one)),
        "rule": due.longest.rule.id if due and due.longest else None,
        "atLeast": _text(due.at_least if due else None),
        "missing": list(due.missing) if due else [],
        "held": one.is_held,
    }


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _lines(listed: list[Keeping]) -> Iterator[str]:
    yield f"{'reference':<18}{'school':<8}{'state':<18}{'day':<12}{'rule or what is not known'}"
    for one in listed:
        told = _told(one)
        why = told["rule"] or ", ".join(told["missing"])
        yield f"{told['reference']:<18}{told['school']:<8}{told['state']:<18}{told['day'] or '-':<12}{why}"
