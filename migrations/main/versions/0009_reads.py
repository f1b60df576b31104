"""The log of reads: who was answered what of which cases, chained and checkpointed apart from the ledger."""

from __future__ import annotations

from alembic import op

from migrations.protection import protect, refuse_changes

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Updated by each append, as the ledger's head is; the leaf is that of the last entry, which the next one names.
READ_HEAD = r"""
    CREATE TABLE read_head (
        trust_id    uuid        NOT NULL PRIMARY KEY,
        position    bigint      NOT NULL DEFAULT 0,
        recorded_at timestamptz,
        leaf        bytea       NOT NULL DEFAULT decode(repeat('00', 32), 'hex')
    ) WITH (fillfactor = 50)
"""

# `actor_id` repeats the body's, so that what one person read is found.
READ_ENTRY = """
    CREATE TABLE read_entry (
        trust_id    uuid        NOT NULL,
        position    bigint      NOT NULL,
        recorded_at timestamptz NOT NULL,
        actor_id    uuid        NOT NULL,
        body        bytea       NOT NULL,
        leaf        bytea       NOT NULL,
        PRIMARY KEY (trust_id, position)
    )
"""

# Which entries tell of a case.
READ_OF_CASE = """
    CREATE TABLE read_of_case (
        trust_id uuid   NOT NULL,
        case_id  uuid   NOT NULL,
        position bigint NOT NULL,
        PRIMARY KEY (trust_id, case_id, position)
    )
"""

# `edge` are the roots of the complete subtrees, the largest first, by which the next checkpoint goes on.
READ_CHECKPOINT = """
    CREATE TABLE read_checkpoint (
        trust_id   uuid        NOT NULL,
        size       bigint      NOT NULL,
        note       text        NOT NULL,
        edge       bytea       NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (trust_id, size)
    )
"""

# One statement of the application, and one transaction. A statement sees what was committed before it began, and what
# another writer commits while it waits for the head it does not see; each statement of a function begins anew. So the
# head is locked first, and position, instant and leaf follow from what it says then.
APPEND_READS = r"""
    CREATE FUNCTION append_reads(of_trust uuid, actors uuid[], bodies bytea[], cases uuid[], places int[])
    RETURNS bigint LANGUAGE plpgsql AS $$
    DECLARE
        head  read_head%ROWTYPE;
        base  bigint;
        place int;
    BEGIN
        SELECT * INTO head FROM read_head WHERE trust_id = of_trust FOR UPDATE;
        IF NOT FOUND THEN
            RETURN NULL;
        END IF;
        base := head.position;
        FOR place IN 1 .. cardinality(bodies) LOOP
            head.position := base + place;
            head.recorded_at := greatest(clock_timestamp(), head.recorded_at + interval '1 microsecond');
            head.leaf := sha256('\x00'::bytea || convert_to(
                'caseledger-read/1 ' || head.position || ' '
                || to_char(head.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || ' '
                || encode(head.leaf, 'hex') || E'\n', 'UTF8') || bodies[place]);
            INSERT INTO read_entry (trust_id, position, recorded_at, actor_id, body, leaf)
            VALUES (of_trust, head.position, head.recorded_at, actors[place], bodies[place], head.leaf);
        END LOOP;
        IF cardinality(cases) > 0 THEN
            INSERT INTO read_of_case (trust_id, case_id, position)
            SELECT of_trust, told.case_id, base + told.place FROM unnest(cases, places) AS told (case_id, place);
        END IF;
        UPDATE read_head SET position = head.position, recorded_at = head.recorded_at, leaf = head.leaf
        WHERE trust_id = of_trust;
        RETURN head.position;
    END
    $$
"""


def upgrade() -> None:
    """Make the tables, and the function that appends."""
    op.execute(READ_HEAD)
    protect(op, "read_head", "SELECT", "INSERT", "UPDATE (position, recorded_at, leaf)")

    op.execute(READ_ENTRY)
    op.execute("CREATE INDEX read_entry_actor ON read_entry (trust_id, actor_id, position)")
    op.execute("CREATE INDEX read_entry_recorded_at ON read_entry (trust_id, recorded_at)")
    protect(op, "read_entry", "SELECT", "INSERT")
    refuse_changes(op, "read_entry")

    op.execute(READ_OF_CASE)
    protect(op, "read_of_case", "SELECT", "INSERT")
    refuse_changes(op, "read_of_case")

    op.execute(READ_CHECKPOINT)
    protect(op, "read_checkpoint", "SELECT", "INSERT")
    refuse_changes(op, "read_checkpoint")

    op.execute(APPEND_READS)


def downgrade() -> None:
    """Refuse: nothing recorded is ever thrown away."""
    raise RuntimeError("The log of reads is never taken down: restore a backup instead.")
