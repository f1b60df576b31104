"""A ledger that is put back: a copy of a trust's database as it was, opened with the keys as they are now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ledger.database import Database
from ledger.embedded import EmbeddedPostgres
from services.store import TrustLedger
from tests.support.postgres import DatabaseUrls


@contextmanager
def backup(postgres: EmbeddedPostgres, urls: DatabaseUrls, ledger: TrustLedger) -> Iterator[list[TrustLedger]]:
    """Copy the ledger's database now; the list holds, from the end of the block on, the same trust over the copy."""
    name = f"backup_{uuid4().hex[:12]}"
    source = conninfo_to_dict(urls.main)["dbname"]
    with psycopg.connect(postgres.admin_url("postgres"), autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            (source,),
        )
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"'.encode())
        admin.execute(f'GRANT CONNECT, TEMPORARY ON DATABASE "{name}" TO caseledger_app'.encode())
    database = Database(make_conninfo(urls.main, dbname=name))
    try:
        yield [TrustLedger(database.trust(ledger.trust_id), ledger.keys)]
    finally:
        database.close()
        with psycopg.connect(postgres.admin_url("postgres"), autocommit=True) as admin:
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
