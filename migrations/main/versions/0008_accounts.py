"""Accounts, by which who signs in is found in the people registry, and where events that give or take access stand."""

from __future__ import annotations

from alembic import op

from migrations.protection import protect

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# An account outlives its use: what its person did is told apart by it, so it is switched off and never taken away.
ACCOUNT = """
    CREATE TABLE account (
        trust_id    uuid        NOT NULL,
        issuer      text        COLLATE "C" NOT NULL,
        subject     text        COLLATE "C" NOT NULL,
        person_id   uuid        NOT NULL,
        is_active   boolean     NOT NULL DEFAULT true,
        created_at  timestamptz NOT NULL DEFAULT now(),
        switched_at timestamptz,
        PRIMARY KEY (trust_id, issuer, subject),
        FOREIGN KEY (trust_id, person_id) REFERENCES person
    )
"""

# Every request asks for the last of these. Events that give or take access are named for it: role_..., access_...
EVENT_OF_ACCESS = r"""
    CREATE INDEX event_of_access ON event (trust_id, position)
    WHERE type LIKE '%.role\_%' OR type LIKE '%.access\_%'
"""


def upgrade() -> None:
    """Make the table and the index."""
    op.execute(ACCOUNT)
    op.execute("CREATE INDEX account_person ON account (trust_id, person_id)")
    op.execute("ALTER TABLE account ALTER COLUMN subject SET STATISTICS 0")
    protect(op, "account", "SELECT", "INSERT", "UPDATE (is_active, switched_at)")
    op.execute(EVENT_OF_ACCESS)


def downgrade() -> None:
    """Refuse: who signed in as whom is nowhere else."""
    raise RuntimeError("Accounts are not thrown away: restore a backup instead.")
