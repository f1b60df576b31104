"""`caseledger check`: whether this installation can serve: settings, what was packaged, databases, and read models."""

from __future__ import annotations

import argparse
from importlib.resources import files
from pathlib import Path

from api.bootstrap import Runtime
from api.demo.schools import SCHOOLS
from api.identity.issuers import read_issuers
from api.settings import Settings, is_loopback, load_settings
from ledger.checkpoint import parse_origin
from projections.engine import parked
from services.checkpoints import put_back
from services.ledger_audit import audit_ledger

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--projections", action="store_true", help="check the read models alone, as a health check does"
    )
    parser.add_argument(
        "--ledger", action="store_true", help="go through every event, text and hash of every ledger besides"
    )
    parser.add_argument(
        "--checkpoint",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="with --ledger: a checkpoint kept outside, which the ledger has to contain; may be given again",
    )


def run(arguments: argparse.Namespace) -> int:
    """Check, one line for each thing; 1 when something is wrong."""
    settings = load_settings()
    if not arguments.projections:
        missing = _missing_files()
        if missing:
            print(f"WRONG packaged files are missing: {', '.join(missing)}")
            return 1
        print("ok    packaged files")
        read_issuers(settings.issuers, loopback=is_loopback(settings.host))
        print(f"ok    settings: data in {settings.data_dir}, {_where(settings)}")
    with Runtime.open(settings) as runtime:
        print("ok    databases: durable, migrated, and opened as a role that owns nothing")
        standing = parked(runtime.database)
        for projection in standing:
            print(
                f"WRONG the read model {projection.name} of trust {projection.trust_id} stands still before position"
                f" {projection.position}: {projection.failure}"
            )
        wrong = bool(standing) | _wrong_ledgers(runtime, arguments)
    if not standing:
        print("ok    read models")
    return 1 if wrong else 0


def _wrong_ledgers(runtime: Runtime, arguments: argparse.Namespace) -> bool:
    """Check what can be told of the ledgers at once, and with `--ledger` everything; whether something is wrong."""
    kept = [file.read_bytes().decode() for file in arguments.checkpoint]
    wrong = False
    for trust_id in runtime.trust_ids():
        ledger = runtime.services(trust_id).ledger
        found: object = put_back(ledger)
        if found is None and arguments.ledger:
            notes = [note for note in kept if parse_origin(note.partition("\n")[0])[0] == trust_id]
            found = audit_ledger(ledger, notes)
        if found is not None:
            print(f"WRONG the ledger of trust {trust_id}: {found}")
            wrong = True
    if not wrong:
        print(f"ok    ledgers: {'every event, text and hash' if arguments.ledger else 'none was put back'}")
    return wrong


def _where(settings: Settings) -> str:
    return "an embedded database" if settings.embedded else "a database of its own"


def _missing_files() -> list[str]:
    """Return what a wheel could have been built without, of what is read at run time."""
    api, migrations = files("api"), files("migrations")
    wanted = {
        "api/graphql/schema.graphql": api / "graphql" / "schema.graphql",
        "api/static/graphiql/graphiql.min.js": api / "static" / "graphiql" / "graphiql.min.js",
        "api/replay/fonts/DejaVuSans.ttf": api / "replay" / "fonts" / "DejaVuSans.ttf",
        "api/demo/e_safety_log.csv": api / "demo" / "e_safety_log.csv",
        "migrations/main/script.py.mako": migrations / "main" / "script.py.mako",
        "migrations/keys/script.py.mako": migrations / "keys" / "script.py.mako",
        **{f"policies/{school.pack}.toml": files("policies") / f"{school.pack}.toml" for school in SCHOOLS},
    }
    return [name for name, file in wanted.items() if not file.is_file()]
