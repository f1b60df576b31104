"""What erasures took besides keys, so that a restore of the ledger does not bring it back."""

from __future__ import annotations

from alembic import op

from migrations.protection import protect, refuse_changes

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ERASED_PERSON = """
    CREATE TABLE erased_person (
        trust_id   uuid NOT NULL,
        person_id  uuid NOT NULL,
        erasure_id uuid NOT NULL,
        PRIMARY KEY (trust_id, person_id)
    )
"""

ERASED_TEXT = """
    CREATE TABLE erased_text (
        trust_id   uuid NOT NULL,
        stream_id  uuid NOT NULL,
        version    int  NOT NULL,
        part       text COLLATE "C" NOT NULL,
        erasure_id uuid NOT NULL,
        PRIMARY KEY (trust_id, stream_id, version, part)
    )
"""


def upgrade() -> None:
    """Make the tables."""
    for statement, table in ((ERASED_PERSON, "erased_person"), (ERASED_TEXT, "erased_text")):
        op.execute(statement)
        protect(op, table, "SELECT", "INSERT")
        refuse_changes(op, table)


def downgrade() -> None:
    """Refuse: what was erased would come back."""
    raise RuntimeError("Erasures are never taken back.")
