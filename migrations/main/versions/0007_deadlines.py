"""What falls due on each case, so that what is overdue across schools is found by its instant."""

from __future__ import annotations

from alembic import op

from migrations.protection import protect

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Filled when the program starts: what another release derived is derived again beside it.
DEADLINE = """
    CREATE TABLE deadline (
        trust_id   uuid     NOT NULL,
        generation int      NOT NULL,
        case_id    uuid     NOT NULL,
        ordinal    smallint NOT NULL,
        code       text     COLLATE "C" NOT NULL,
        standing   text     COLLATE "C" NOT NULL,
        due_on     date,
        ends       timestamptz,
        PRIMARY KEY (trust_id, generation, case_id, ordinal)
    )
"""
DEADLINE_ENDS = "CREATE INDEX deadline_ends ON deadline (trust_id, generation, ends)"


def upgrade() -> None:
    """Make the table."""
    op.execute(DEADLINE)
    op.execute(DEADLINE_ENDS)
    protect(op, "deadline", "SELECT", "INSERT", "UPDATE", "DELETE", "MAINTAIN")


def downgrade() -> None:
    """Take it away."""
    op.execute("DROP TABLE deadline")
