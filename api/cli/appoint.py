"""`caseledger appoint --role ROLE --person ID`: give a person a role in the trust or at a school, from a day on."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from uuid import UUID

from api.bootstrap import Runtime
from api.settings import load_settings
from domain.refusals import Refused
from services.clock import london_date, now
from services.registers import appoint_at_school, appoint_in_trust
from services.scope import system_caller

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--role", required=True, help="such as trust-lead, or headteacher:900003 for one at a school")
    parser.add_argument("--person", required=True, type=UUID, help="the person's id")
    parser.add_argument("--from", dest="begins", type=date.fromisoformat, help="the first day; unset: today")
    parser.add_argument("--trust", type=UUID, help="the trust's id; unset: CASELEDGER_TRUST")


def run(arguments: argparse.Namespace) -> int:
    """Appoint."""
    settings = load_settings()
    trust_id = arguments.trust or settings.trust
    role, _, urn = arguments.role.partition(":")
    begins = arguments.begins or london_date(now())
    caller = system_caller(trust_id)
    with Runtime.open(settings) as runtime:
        ledger = runtime.services(trust_id).ledger
        try:
            if urn:
                appoint_at_school(ledger, caller, urn=urn, role=role, person=arguments.person, appointed_on=begins)
            else:
                appoint_in_trust(ledger, caller, role=role, person=arguments.person, appointed_on=begins)
        except Refused as refused:
            print(f"caseledger appoint: {refused.message}", file=sys.stderr)
            return 1
    return 0
