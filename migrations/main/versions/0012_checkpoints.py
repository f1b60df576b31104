"""What saves work in signing a ledger: hashes of its tree, the last event of each stream; and what was handed over."""

from __future__ import annotations

from alembic import op

from migrations.protection import protect, refuse_changes

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# The roots of complete subtrees: at level 1 of 256 leaves, at level 2 of 256 of those. They never change.
LEDGER_TILE = """
    CREATE TABLE ledger_tile (
        trust_id uuid   NOT NULL,
        level    int    NOT NULL,
        place    bigint NOT NULL,
        hash     bytea  NOT NULL,
        PRIMARY KEY (trust_id, level, place)
    )
"""

# The heads at the size up to which they are kept, which `ledger_kept` says.
STREAM_HEAD = """
    CREATE TABLE stream_head (
        trust_id  uuid  NOT NULL,
        stream_id uuid  NOT NULL,
        version   int   NOT NULL,
        leaf      bytea NOT NULL,
        PRIMARY KEY (trust_id, stream_id)
    )
"""

LEDGER_KEPT = """
    CREATE TABLE ledger_kept (
        trust_id uuid   NOT NULL PRIMARY KEY,
        size     bigint NOT NULL DEFAULT 0
    )
"""

# The note that a key signed last, over a ledger that names its successor.
CHECKPOINT_HANDOVER = """
    CREATE TABLE checkpoint_handover (
        trust_id   uuid        NOT NULL,
        number     int         NOT NULL,
        size       bigint      NOT NULL,
        note       text        NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (trust_id, number)
    )
"""

# What a sink outside gave for a checkpoint that was handed to it.
CHECKPOINT_ANCHOR = """
    CREATE TABLE checkpoint_anchor (
        trust_id    uuid        NOT NULL,
        size        bigint      NOT NULL,
        sink        text        COLLATE "C" NOT NULL,
        receipt     bytea       NOT NULL,
        anchored_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (trust_id, size, sink)
    )
"""


def upgrade() -> None:
    """Make the tables."""
    op.execute(LEDGER_TILE)
    protect(op, "ledger_tile", "SELECT", "INSERT")
    refuse_changes(op, "ledger_tile")
    op.execute(STREAM_HEAD)
    protect(op, "stream_head", "SELECT", "INSERT", "UPDATE (version, leaf)")
    op.execute(LEDGER_KEPT)
    protect(op, "ledger_kept", "SELECT", "INSERT", "UPDATE (size)")
    op.execute(CHECKPOINT_HANDOVER)
    protect(op, "checkpoint_handover", "SELECT", "INSERT")
    refuse_changes(op, "checkpoint_handover")
    op.execute(CHECKPOINT_ANCHOR)
    op.execute("CREATE INDEX checkpoint_anchor_sink ON checkpoint_anchor (trust_id, sink, size)")
    protect(op, "checkpoint_anchor", "SELECT", "INSERT")
    refuse_changes(op, "checkpoint_anchor")


def downgrade() -> None:
    """Refuse: receipts are nowhere else."""
    raise RuntimeError("Receipts of checkpoints are not thrown away: restore a backup instead.")
