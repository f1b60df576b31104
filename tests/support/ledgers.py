"""Ledgers for tests: a trust with its head, and nothing recorded yet."""

from __future__ import annotations

from uuid import UUID

from ledger.database import Database, TrustDatabase


def open_ledger(database: Database, trust_id: UUID) -> TrustDatabase:
    """A trust whose ledger is open and empty."""
    trust = database.trust(trust_id)
    with trust.transaction() as connection:
        connection.execute("INSERT INTO trust (trust_id, name) VALUES (%s, %s)", (trust_id, "A trust"))
        connection.execute(
            "INSERT INTO ledger_head (trust_id, position, recorded_at) VALUES (%s, 0, 'epoch')", (trust_id,)
        )
    return trust
