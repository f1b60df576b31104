"""`caseledger check`: whether this installation can serve: settings, what was packaged, databases, and read models."""

from __future__ import annotations

import argparse
from importlib.resources import files

from api.bootstrap import Runtime
from api.demo.schools import SCHOOLS
from api.identity.issuers import read_issuers
from api.settings import Settings, is_loopback, load_settings
from projections.engine import parked

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--projections", action="store_true", help="check the read models alone, as a health check does"
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
    if not standing:
        print("ok    read models")
    return 1 if standing else 0


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
