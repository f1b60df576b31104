"""The ground that benchmarks stand on: a server of their own, fresh databases, and trusts with schools in them.

Everything is measured as the application's role with row-level security on. The superuser makes databases and nothing
else that is measured.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from uuid import UUID, uuid4

import psycopg

from domain.access import Role
from ledger.database import Database
from ledger.embedded import EmbeddedPostgres
from ledger.key_store import KeyStore
from migrations import migrate
from services.commands import Services
from services.registers import adopt_pack, join_school, open_key_store, register_trust
from services.scope import Caller, system_caller

# One school for each policy pack, as in the demonstration.
SCHOOLS = {
    "900001": "sharp-lane",
    "900002": "westacre",
    "900003": "libra",
    "900004": "rivington",
    "900005": "park-hall",
}


@dataclass(frozen=True, slots=True)
class Ground:
    """A pair of fresh databases and what reaches them."""

    main_url: str
    keys_url: str
    admin_url: str
    key_file: Path
    main: Database
    keys: KeyStore

    def trust(self) -> Services:
        """A new trust with five schools, each on its policy."""
        trust_id = uuid4()
        ledger = register_trust(self.main, self.keys, trust_id, "Measured Trust")
        system = system_caller(trust_id)
        for urn, pack in SCHOOLS.items():
            join_school(ledger, system, urn=urn, name=f"School {urn}", joined_on=date(2020, 9, 1))
            content = (files("policies") / f"{pack}.toml").read_text()
            adopt_pack(ledger, system, urn=urn, content=content, adopted_on=date(2021, 9, 1))
        return Services(ledger)

    def settle(self) -> None:
        """Let the server do now what it would otherwise do while something is measured."""
        with psycopg.connect(self.admin_url, autocommit=True) as admin:
            admin.execute("VACUUM ANALYZE")
            admin.execute("CHECKPOINT")


@contextmanager
def own_server() -> Iterator[EmbeddedPostgres]:
    """A server in a temporary folder on a real disk, with the settings that the application gives it."""
    with tempfile.TemporaryDirectory(prefix="clb-") as folder:
        # Another system user may have to pass through it to its data.
        Path(folder).chmod(0o711)
        with EmbeddedPostgres.attach(Path(folder) / "d") as server:
            yield server


@contextmanager
def fresh_ground(server: EmbeddedPostgres) -> Iterator[Ground]:
    """Migrated databases with nothing in them, dropped at the end."""
    name = f"bench_{uuid4().hex[:12]}"
    main_name, keys_name = f"{name}_main", f"{name}_keys"
    with psycopg.connect(server.admin_url("postgres"), autocommit=True) as admin, ExitStack() as leaving:
        for database in (main_name, keys_name):
            admin.execute(f"CREATE DATABASE {database} TEMPLATE template0".encode())
            leaving.callback(admin.execute, f"DROP DATABASE {database} WITH (FORCE)".encode())
        migrate(server.admin_url(main_name), "main")
        migrate(server.admin_url(keys_name), "keys")
        key_file = Path(leaving.enter_context(tempfile.TemporaryDirectory())) / "kek.json"
        main, keys = Database(server.app_url(main_name)), Database(server.app_url(keys_name))
        leaving.callback(main.close)
        leaving.callback(keys.close)
        yield Ground(
            server.app_url(main_name),
            server.app_url(keys_name),
            server.admin_url(main_name),
            key_file,
            main,
            open_key_store(keys, key_file),
        )


def trust_lead(trust_id: UUID) -> Caller:
    """Somebody who sees every school."""
    return Caller(trust_id, uuid4(), Role.TRUST_LEAD)
