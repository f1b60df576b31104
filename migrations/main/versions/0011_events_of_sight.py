"""Where the events stand by which somebody may lose sight of a case, which every question asks about."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# Those of them that are not projected yet are looked for by `projections.sight`, which names the same types. Without
# the index the whole ledger is gone through: nothing tells the planner how few are not projected.
EVENT_OF_SIGHT = """
    CREATE INDEX event_of_sight ON event (trust_id, position)
    WHERE type IN (
        'complaint.head_added.v1',
        'complaint.subject_named.v1',
        'staff_breach.subject_named.v1',
        'complaint.received.v1',
        'staff_breach.reported.v1',
        'incident.transferred.v1',
        'incident.school_corrected.v1',
        'complaint.transferred.v1',
        'complaint.school_corrected.v1',
        'staff_breach.transferred.v1',
        'staff_breach.school_corrected.v1'
    )
"""


def upgrade() -> None:
    """Make the index."""
    op.execute(EVENT_OF_SIGHT)


def downgrade() -> None:
    """Take the index away; nothing is lost with it."""
    op.execute("DROP INDEX event_of_sight")
