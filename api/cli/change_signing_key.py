"""`caseledger change-signing-key --cause CODE --reason TEXT`: sign checkpoints with a new key from now on."""

from __future__ import annotations

import argparse
import sys
from uuid import UUID

from api.bootstrap import Runtime
from api.settings import load_settings
from domain.refusals import Refused
from domain.vocabulary_of_ledgers import LEDGER_LISTS
from services.ledger_declarations import change_signing_key
from services.scope import system_caller

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    causes = [code.code for code in LEDGER_LISTS["key_change_causes"]]
    parser.add_argument("--cause", choices=causes, required=True, help="why another key is needed")
    parser.add_argument("--reason", required=True, help="what happened, and who decided; recorded, and stored sealed")
    parser.add_argument("--trust", type=UUID, help="the trust's id; unset: CASELEDGER_TRUST")


def run(arguments: argparse.Namespace) -> int:
    """Change it, and print the new public key."""
    settings = load_settings()
    trust_id = arguments.trust or settings.trust
    try:
        with Runtime.open(settings) as runtime:
            signed = change_signing_key(
                runtime.services(trust_id).ledger,
                system_caller(trust_id),
                cause=arguments.cause,
                reason=arguments.reason,
            )
    except Refused as error:
        print(f"caseledger change-signing-key: {error}", file=sys.stderr)
        return 1
    print(signed.verifier_key.text)
    return 0
