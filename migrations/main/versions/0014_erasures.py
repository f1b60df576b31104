"""What was erased: single texts, which are not missing by a fault, and cases, of which nothing is to be decided."""

from __future__ import annotations

from alembic import op

from migrations.protection import protect, refuse_changes
from migrations.roles import APPLICATION_ROLE

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# Of a text whose key was destroyed the key store says so; this is of those whose key seals others, too.
ERASED_PART = """
    CREATE TABLE erased_part (
        trust_id   uuid NOT NULL,
        stream_id  uuid NOT NULL,
        version    int  NOT NULL,
        part       text COLLATE "C" NOT NULL,
        erasure_id uuid NOT NULL,
        PRIMARY KEY (trust_id, stream_id, version, part)
    )
"""

# The rows that stand there are of another release and derived again beside it.
IS_DISPOSED = "ALTER TABLE case_retention ADD COLUMN is_disposed boolean NOT NULL DEFAULT false"
NO_DEFAULT = "ALTER TABLE case_retention ALTER COLUMN is_disposed DROP DEFAULT"

# A deleted row stays in its file until that is written anew, which an erasure asks for.
REWRITTEN = ("person", "person_name", "person_identifier", "scim_user", "account")


def upgrade() -> None:
    """Make the table and the column, and let the application rewrite those in which names stand."""
    op.execute(ERASED_PART)
    op.execute(IS_DISPOSED)
    op.execute(NO_DEFAULT)
    for table in REWRITTEN:
        op.execute(f"GRANT MAINTAIN ON {table} TO {APPLICATION_ROLE}")
    protect(op, "erased_part", "SELECT", "INSERT")
    refuse_changes(op, "erased_part")


def downgrade() -> None:
    """Refuse: what was erased would seem to be missing."""
    raise RuntimeError("Erasures are never taken back.")
