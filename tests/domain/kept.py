"""Cases whose keeping is looked at, and what is given to work it out."""

from __future__ import annotations

from datetime import date
from typing import Any

import policies
from domain.retention import Measured
from domain.retention_rules import RetentionTable, parse_table
from domain.values import CaseKind

SHIPPED = parse_table(policies.retention_table())
TODAY = date(2027, 3, 1)
OPENED, ENDED = date(2026, 10, 5), date(2026, 11, 20)

RULE = {
    "id": '"RULE"',
    "record": '"A record"',
    "kinds": '["COMPLAINT"]',
    "trigger": '"RESOLVED"',
    "number": "3",
    "unit": '"YEARS"',
    "action": '"REVIEW"',
    "source": '"A toolkit"',
    "edition": '"2026"',
    "certainty": '"VERIFIED"',
    "effective_from": "2026-09-01",
}


def content(*rules: dict[str, str], version: str = "1") -> str:
    """A table as TOML, of rules that differ from RULE in what is given; values are written as TOML has them."""
    head = f'format = 1\nid = "invented"\nversion = "{version}"\nname = "A table"\neffective_from = 2026-09-01\n'
    body = "".join(
        "[[rules]]\n" + "".join(f"{key} = {value}\n" for key, value in {**RULE, **rule}.items()) for rule in rules
    )
    return head + body


def table(*rules: dict[str, str]) -> RetentionTable:
    return parse_table(content(*rules))


def case(kind: CaseKind = CaseKind.COMPLAINT, *classes: str, **given: Any) -> Measured:
    """A case that has ended, of some classes."""
    return Measured(
        **{
            "kind": kind,
            "outcome": None,
            "classes": frozenset(classes),
            "opened_on": OPENED,
            "has_ended": True,
            "ended_on": ENDED,
            "sanctioned_on": None,
            "subject": None,
            **given,
        }
    )
