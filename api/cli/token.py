"""`caseledger token --role ROLE [--person ID]`: a bearer token on standard output, and nothing else."""

from __future__ import annotations

import argparse
import sys
from uuid import UUID

from api.authentication import DevelopmentTokens, NotLoopback, RoleError
from api.settings import load_settings

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--role", required=True, help="such as trust-lead, headteacher:900003 or investigator:CASE")
    parser.add_argument("--person", type=UUID, help="the person's id; unset: a person of that role, always the same")
    parser.add_argument("--trust", type=UUID, help="the trust's id; unset: CASELEDGER_TRUST")
    parser.add_argument("--hours", type=int, help="how long the token is accepted; unset: CASELEDGER_TOKEN_HOURS")


def run(arguments: argparse.Namespace) -> int:
    """Print the token."""
    settings = load_settings()
    try:
        tokens = DevelopmentTokens.load(settings.data_dir, host=settings.host)
        hours = arguments.hours or settings.token_hours
        token = tokens.issue(arguments.trust or settings.trust, arguments.role, hours=hours, person_id=arguments.person)
    except (NotLoopback, RoleError) as error:
        print(f"caseledger token: {error}", file=sys.stderr)
        return 2
    print(token)
    return 0
