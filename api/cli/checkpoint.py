"""`caseledger checkpoint [--output FILE]`: sign the ledger as it stands and hand the note to the places outside."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from uuid import UUID

from api.anchors import sinks_of
from api.bootstrap import Runtime
from api.settings import load_settings
from services.anchoring import anchor_ledger
from services.checkpoints import LedgerEmptyError, make_checkpoint

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--output", type=Path, metavar="FILE", help="where to write the note; unset: standard output")
    parser.add_argument("--no-anchors", action="store_true", help="sign alone, and hand it to nobody")
    parser.add_argument("--public-key", action="store_true", help="print the key that verifies it instead")
    parser.add_argument("--trust", type=UUID, help="the trust's id; unset: CASELEDGER_TRUST")


def run(arguments: argparse.Namespace) -> int:
    """Sign; 1 when a place did not take it."""
    settings = load_settings()
    sinks = () if arguments.no_anchors or arguments.public_key else sinks_of(settings)
    with Runtime.open(settings) as runtime:
        ledger = runtime.services(arguments.trust or settings.trust).ledger
        try:
            checkpoint = make_checkpoint(ledger)
        except LedgerEmptyError as error:
            print(f"caseledger checkpoint: {error}", file=sys.stderr)
            return 1
        anchored = anchor_ledger(ledger, sinks) if sinks else None
    text = f"{checkpoint.verifier_key.text}\n" if arguments.public_key else checkpoint.note
    if arguments.output is None:
        sys.stdout.write(text)
    else:
        arguments.output.write_text(text)
    if anchored is None:
        return 0
    for name in anchored.taken:
        print(f"taken   {name}", file=sys.stderr)
    for name in anchored.had:
        print(f"had it  {name}", file=sys.stderr)
    for name, why in anchored.failed:
        print(f"FAILED  {name}: {why}", file=sys.stderr)
    return 1 if anchored.failed else 0
