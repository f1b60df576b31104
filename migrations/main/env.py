"""Runs revisions on the connection that `migrations.migrate` opened, within its transaction."""

from __future__ import annotations

from alembic import context

connection = context.config.attributes.get("connection")
if connection is None:
    raise SystemExit("Run `caseledger migrate`: it knows the database and takes the lock.")

context.configure(connection=connection, target_metadata=None)
with context.begin_transaction():
    context.run_migrations()
