"""The ledger of each trust: its head, events, sealed parts, receipts, references and checkpoints."""

from __future__ import annotations

from alembic import op

from migrations.protection import protect, refuse_changes, refuse_emptying
from migrations.roles import grant_database, make_application_role

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEPT = """
    CREATE FUNCTION rows_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'rows of % are evidence: they are never changed or removed', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END
    $$
"""

# Known before a trust is chosen, and no personal data: the trust's public name.
TRUST = """
    CREATE TABLE trust (
        trust_id   uuid        NOT NULL PRIMARY KEY,
        name       text        NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
    )
"""

# The row is updated by each append; room on the page lets PostgreSQL do so without touching the index.
LEDGER_HEAD = """
    CREATE TABLE ledger_head (
        trust_id    uuid        NOT NULL PRIMARY KEY,
        position    bigint      NOT NULL DEFAULT 0,
        recorded_at timestamptz
    ) WITH (fillfactor = 50)
"""

EVENT = """
    CREATE TABLE event (
        trust_id    uuid        NOT NULL,
        stream_id   uuid        NOT NULL,
        version     int         NOT NULL,
        position    bigint      NOT NULL,
        recorded_at timestamptz NOT NULL,
        type        text        NOT NULL,
        school_urn  text,
        command_id  uuid        NOT NULL,
        ordinal     int         NOT NULL,
        body        bytea       NOT NULL,
        leaf        bytea       NOT NULL,
        PRIMARY KEY (trust_id, stream_id, version),
        CONSTRAINT event_position_key UNIQUE (trust_id, position),
        CONSTRAINT event_command_key UNIQUE (trust_id, command_id, ordinal)
    )
"""

# The ciphertext stands apart from the event, so that it can be taken away while the event stays.
SEALED_PART = """
    CREATE TABLE sealed_part (
        trust_id  uuid  NOT NULL,
        stream_id uuid  NOT NULL,
        version   int   NOT NULL,
        part      text  COLLATE "C" NOT NULL,
        key_id    uuid  NOT NULL,
        blob      bytea,
        PRIMARY KEY (trust_id, stream_id, version, part)
    )
"""

SEALED_PART_ONLY_EMPTIED = """
    CREATE FUNCTION sealed_part_is_only_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND NEW.blob IS NULL
            AND (NEW.trust_id, NEW.stream_id, NEW.version, NEW.part, NEW.key_id)
              = (OLD.trust_id, OLD.stream_id, OLD.version, OLD.part, OLD.key_id) THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'a sealed part is only ever emptied' USING ERRCODE = 'insufficient_privilege';
    END
    $$
"""

# The receipt of each command that recorded something: the same command again is answered from here.
COMMAND = """
    CREATE TABLE command (
        trust_id       uuid  NOT NULL,
        command_id     uuid  NOT NULL,
        actor_id       uuid  NOT NULL,
        input_mac      bytea NOT NULL,
        case_id        uuid,
        first_position bigint,
        last_position  bigint,
        PRIMARY KEY (trust_id, command_id)
    )
"""

REFERENCE_COUNTER = """
    CREATE TABLE reference_counter (
        trust_id uuid   NOT NULL,
        kind     text   COLLATE "C" NOT NULL,
        year     int    NOT NULL,
        last     bigint NOT NULL,
        PRIMARY KEY (trust_id, kind, year)
    )
"""

CHECKPOINT = """
    CREATE TABLE checkpoint (
        trust_id   uuid        NOT NULL,
        size       bigint      NOT NULL,
        note       text        NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (trust_id, size)
    )
"""


def upgrade() -> None:
    """Make the ledger's tables."""
    make_application_role(op)
    grant_database(op)
    op.execute(KEPT)

    op.execute(TRUST)
    protect(op, "trust", "SELECT", "INSERT", "UPDATE (name)", readable_unscoped=True)

    op.execute(LEDGER_HEAD)
    protect(op, "ledger_head", "SELECT", "INSERT", "UPDATE (position, recorded_at)", readable_unscoped=True)

    op.execute(EVENT)
    op.execute("CREATE INDEX event_recorded_at ON event (trust_id, recorded_at)")
    protect(op, "event", "SELECT", "INSERT")
    refuse_changes(op, "event")

    op.execute(SEALED_PART)
    op.execute("CREATE INDEX sealed_part_key ON sealed_part (trust_id, key_id)")
    op.execute(SEALED_PART_ONLY_EMPTIED)
    op.execute(
        "CREATE TRIGGER only_emptied BEFORE UPDATE OR DELETE ON sealed_part "
        "FOR EACH ROW EXECUTE FUNCTION sealed_part_is_only_emptied()"
    )
    protect(op, "sealed_part", "SELECT", "INSERT", "UPDATE (blob)")
    refuse_emptying(op, "sealed_part")

    op.execute(COMMAND)
    protect(op, "command", "SELECT", "INSERT")
    refuse_changes(op, "command")

    op.execute(REFERENCE_COUNTER)
    protect(op, "reference_counter", "SELECT", "INSERT", "UPDATE (last)")

    op.execute(CHECKPOINT)
    protect(op, "checkpoint", "SELECT", "INSERT")
    refuse_changes(op, "checkpoint")


def downgrade() -> None:
    """Refuse: nothing recorded is ever thrown away."""
    raise RuntimeError("The ledger is never taken down: restore a backup instead.")
