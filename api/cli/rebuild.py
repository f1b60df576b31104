"""`caseledger rebuild (NAME | --all) [--verify]`: a read model anew from the events, beside the live one."""

from __future__ import annotations

import argparse
import sys
from uuid import UUID

from api.bootstrap import Runtime
from api.cli.progress import progress
from api.settings import load_settings
from projections.engine import CORE
from projections.generations import RebuildFailed, RebuildOvertaken, Rebuilt, UnknownProjection, rebuild

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("name", nargs="?", metavar="NAME", help=f"the read model: {CORE}")
    which.add_argument("--all", action="store_true", help="every read model")
    parser.add_argument(
        "--verify", action="store_true", help="compare with the live one, and switch only if they agree"
    )
    parser.add_argument("--trust", type=UUID, help="of this trust alone; unset: of every trust")


def run(arguments: argparse.Namespace) -> int:
    """Rebuild: 0 when all are live, 1 when one differs or could not be built."""
    settings = load_settings()
    name = CORE if arguments.all else arguments.name
    failed = False
    with Runtime.open(settings) as runtime:
        for trust_id in [arguments.trust] if arguments.trust else runtime.trust_ids():
            try:
                with progress(f"{name} of trust {trust_id}") as advance:
                    rebuilt = rebuild(runtime.database, trust_id, name, verify=arguments.verify, progress=advance)
            except UnknownProjection as error:
                print(f"caseledger rebuild: {error}", file=sys.stderr)
                return 2
            except (RebuildFailed, RebuildOvertaken) as error:
                print(f"caseledger rebuild: {error}", file=sys.stderr)
                failed = True
                continue
            _print(rebuilt)
            failed = failed or not rebuilt.is_live
    return 1 if failed else 0


def _print(rebuilt: Rebuilt) -> None:
    compared = f", {len(rebuilt.comparison)} tables compared" if rebuilt.comparison else ""
    outcome = "live" if rebuilt.is_live else "NOT live, because it differs from what is"
    print(f"trust {rebuilt.trust_id}: rebuilt through position {rebuilt.position}{compared}: {outcome}")
    for table in rebuilt.differences:
        rows = f"{table.live_rows} rows live, {table.rebuilt_rows} rebuilt"
        print(f"  {table.table}: {rows}, first at {table.first_difference}")
