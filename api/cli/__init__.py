"""The command line: `caseledger VERB`. Each verb is one file here, imported only when it is asked for.

A verb returns its exit status: 0 done, 1 not done for a reason that was printed, 2 asked for wrongly.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from typing import Protocol, cast

__all__ = ["VERBS", "main"]

# Each verb, its file's name being the verb's with "_" for "-", and what it does.
VERBS = {
    "demo": "start the demonstration trust: five schools, an imported log, a showcase of cases, a query editor",
    "serve": "serve GraphQL, REST and health",
    "migrate": "bring the databases to this program's tables",
    "import-log": "import a school's e-safety log from a CSV file",
    "project": "keep the read models up to date, without serving",
    "rebuild": "build a read model anew from the events, compare it and switch to it",
    "export-case": "write one case as a bundle that can be verified offline",
    "export-period": "write all that was recorded in a period as a bundle",
    "replay": "print a case step by step, or the counts as reported and as now known",
    "verify": "verify a bundle offline",
    "checkpoint": "sign the ledger as it stands and hand the checkpoint out",
    "change-signing-key": "sign checkpoints with a new key",
    "rotate-keys": "wrap the keys that seal texts under a new key-encryption key",
    "begin-epoch": "declare that the ledger was put back to an earlier state",
    "token": "print a bearer token for development",
    "api-key": "issue, rotate, revoke or list the keys by which programs sign in",
    "appoint": "give a person a role in the trust or at a school",
    "set-calendar": "set a school's terms and holidays from TOML or iCalendar",
    "policy": "check policy packs, or tell what differs between two of them",
    "sweep-files": "delete files of evidence that were stored a day ago or more and that no case keeps",
    "retention": "list how long cases are kept, those to be looked at first",
    "tra-referral": "fill in a referral to the Teaching Regulation Agency from a staff breach",
    "check": "check settings, database, tables and what was packaged",
}


class Verb(Protocol):
    """What each file of this folder offers."""

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Declare the arguments."""

    def run(self, arguments: argparse.Namespace) -> int:
        """Do it; return the exit status."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; return the exit status. A reason that an operator can act on is one line on standard error."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] in ("-h", "--help", "help"):
        print(_overview())
        return 0 if words else 2
    if words[0] == "--version":
        from importlib.metadata import version

        print(f"caseledger {version('caseledger')}")
        return 0
    if words[0] not in VERBS:
        print("caseledger: there is no such verb; `caseledger --help` lists them", file=sys.stderr)
        return 2
    if words[0] == "verify":
        # A program of its own, which has to run where there is nothing but a bundle.
        from ledger import verify

        try:
            return verify.main(words[1:])
        except SystemExit as stopped:
            return int(stopped.code or 0)
    verb = cast("Verb", importlib.import_module(f"api.cli.{words[0].replace('-', '_')}"))
    parser = argparse.ArgumentParser(prog=f"caseledger {words[0]}", description=VERBS[words[0]].capitalize() + ".")
    verb.configure(parser)
    try:
        arguments = parser.parse_args(words[1:])
    except SystemExit as stopped:
        return int(stopped.code or 0)
    try:
        return verb.run(arguments)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader went away, as `| head` does.
        sys.stderr.close()
        return 1
    except _reported() as error:
        print(f"caseledger {words[0]}: {error}", file=sys.stderr)
        return 1


def _reported() -> tuple[type[Exception], ...]:
    """Return the errors whose sentence is for the operator, and holds nothing of a case."""
    from api.authentication import NotLoopback
    from api.bootstrap import NotMigrated
    from api.demo.showcase.telling import ShowcaseRefused
    from api.projecting import ProjectionParked
    from api.settings import SettingsError
    from ledger.blob_store import BlobStoreUnavailableError
    from ledger.checks import UnsafeDatabase
    from ledger.embedded import EmbeddedPostgresError
    from ledger.keys import KeysUnavailableError
    from ledger.stored_tree import LedgerContradiction

    return (
        LedgerContradiction,
        SettingsError,
        NotLoopback,
        NotMigrated,
        ProjectionParked,
        ShowcaseRefused,
        UnsafeDatabase,
        EmbeddedPostgresError,
        KeysUnavailableError,
        BlobStoreUnavailableError,
    )


def _overview() -> str:
    width = max(map(len, VERBS)) + 2
    lines = [f"  {name:<{width}}{text}" for name, text in VERBS.items()]
    return "\n".join(["usage: caseledger VERB [...]", "", *lines, "", "`caseledger VERB --help` explains one of them."])
