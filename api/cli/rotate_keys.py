"""`caseledger rotate-keys [--drop-former]`: wrap every key anew under a new key-encryption key."""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta

from api.bootstrap import Runtime
from api.settings import load_settings
from ledger.keys import KeysUnavailableError
from services import clock

__all__ = ["configure", "run"]

# A process that began to wrap before the new key was there has long ended by then.
_REST = timedelta(hours=1)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--drop-former",
        action="store_true",
        help="make no new key, but destroy the former ones, an hour or more after the last rotation: backups of the "
        "keys database from before it cannot be opened then",
    )


def run(arguments: argparse.Namespace) -> int:
    """Rotate, or drop the former keys; a line says what was done. Cut short, it is run again."""
    try:
        with Runtime.open(load_settings()) as runtime:
            return _drop(runtime) if arguments.drop_former else _rotate(runtime)
    except KeysUnavailableError as error:
        print(f"caseledger rotate-keys: {error}", file=sys.stderr)
        return 1


def _rotate(runtime: Runtime) -> int:
    name = runtime.key_file.add()
    count = sum(runtime.key_store.wrap_anew(trust_id) for trust_id in runtime.trust_ids())
    print(f"{count} keys are wrapped under {name} now; drop the former with --drop-former in an hour or later")
    return 0


def _drop(runtime: Runtime) -> int:
    former = runtime.key_file.ids[:-1]
    if clock.now() - runtime.key_file.changed_at < _REST:
        print("caseledger rotate-keys: the last rotation was less than an hour ago", file=sys.stderr)
        return 1
    # Whatever was wrapped meanwhile under a former key.
    for trust_id in runtime.trust_ids():
        runtime.key_store.wrap_anew(trust_id)
    used = {kek_id for trust_id in runtime.trust_ids() for kek_id in runtime.key_store.wrapped_under(trust_id)}
    dropped = [name for name in former if name not in used]
    if dropped:
        runtime.key_file.drop(dropped)
    print(f"{len(dropped)} former keys dropped")
    return 0
