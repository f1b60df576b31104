"""`caseledger begin-epoch --cause CODE --reason TEXT`: declare that the ledger was put back to an earlier state."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from uuid import UUID

from api.bootstrap import Runtime
from api.settings import load_settings
from domain.refusals import Refused
from domain.vocabulary_of_ledgers import LEDGER_LISTS
from ledger.checkpoint import CheckpointError
from services.erasing_again import erase_again
from services.ledger_declarations import begin_epoch
from services.scope import system_caller

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    causes = [code.code for code in LEDGER_LISTS["epoch_causes"]]
    parser.add_argument("--cause", choices=causes, required=True, help="why it was put back")
    parser.add_argument("--reason", required=True, help="what happened, and who decided; recorded, and stored sealed")
    parser.add_argument(
        "--checkpoint",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a checkpoint kept outside that the ledger does not contain any more; may be given again",
    )
    parser.add_argument("--trust", type=UUID, help="the trust's id; unset: CASELEDGER_TRUST")


def run(arguments: argparse.Namespace) -> int:
    """Declare, and print the first checkpoint of the next epoch."""
    settings = load_settings()
    trust_id = arguments.trust or settings.trust
    try:
        known = [file.read_bytes().decode() for file in arguments.checkpoint]
        with Runtime.open(settings) as runtime:
            services = runtime.services(trust_id)
            signed = begin_epoch(
                services.ledger, system_caller(trust_id), cause=arguments.cause, reason=arguments.reason, known=known
            )
            again = erase_again(services, runtime.evidence.store)
    except (OSError, ValueError, CheckpointError, Refused) as error:
        print(f"caseledger begin-epoch: {error}", file=sys.stderr)
        return 1
    sys.stdout.write(signed.note)
    print(
        f"erased again: {again.keys} keys, {again.texts} single texts, {again.files} files, {again.people} people",
        file=sys.stderr,
    )
    return 0
