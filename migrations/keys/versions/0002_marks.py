"""How far each trust's ledger had come, kept apart from it: what shows that it was put back to an earlier state."""

from __future__ import annotations

from alembic import op

from migrations.protection import protect, refuse_changes

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# The keys database has backups of its own, and a restore pairs old events with the newest keys (design D5).
CHECKPOINT_MARK = """
    CREATE TABLE checkpoint_mark (
        trust_id   uuid        NOT NULL,
        epoch      int         NOT NULL,
        size       bigint      NOT NULL,
        note       text        NOT NULL,
        public_key bytea       NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (trust_id, epoch, size)
    )
"""


def upgrade() -> None:
    """Make the table."""
    op.execute(CHECKPOINT_MARK)
    protect(op, "checkpoint_mark", "SELECT", "INSERT")
    refuse_changes(op, "checkpoint_mark")


def downgrade() -> None:
    """Refuse: without it a restore would go unnoticed."""
    raise RuntimeError("Marks are never taken down: restore a backup instead.")
