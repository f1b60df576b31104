"""The wrapped keys of each trust, in a database of their own."""

from __future__ import annotations

from alembic import op

from migrations.protection import protect, refuse_emptying
from migrations.roles import grant_database, make_application_role

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# One key for each case, and one for each person within a case; once destroyed never made again.
DATA_KEY = """
    CREATE TABLE data_key (
        trust_id     uuid        NOT NULL,
        key_id       uuid        NOT NULL,
        case_id      uuid        NOT NULL,
        person_id    uuid,
        kek_id       text        NOT NULL,
        wrapped      bytea,
        state        text        NOT NULL DEFAULT 'ACTIVE' CHECK (state IN ('ACTIVE', 'DESTROYED')),
        reason       text,
        authority    text,
        created_at   timestamptz NOT NULL DEFAULT now(),
        destroyed_at timestamptz,
        PRIMARY KEY (trust_id, key_id),
        CONSTRAINT data_key_owner_key UNIQUE NULLS NOT DISTINCT (trust_id, case_id, person_id),
        CONSTRAINT data_key_active_is_wrapped CHECK ((state = 'ACTIVE') = (wrapped IS NOT NULL)),
        CONSTRAINT data_key_destroyed_at CHECK ((state = 'DESTROYED') = (destroyed_at IS NOT NULL))
    )
"""

KEPT = """
    CREATE FUNCTION rows_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'rows of % are never removed', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END
    $$
"""

DESTROYED_STAYS_SO = """
    CREATE FUNCTION destroyed_key_stays_so() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.state = 'DESTROYED' AND NEW IS DISTINCT FROM OLD THEN
            RAISE EXCEPTION 'a destroyed key stays destroyed' USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NEW;
    END
    $$
"""


def upgrade() -> None:
    """Make the table of keys."""
    make_application_role(op)
    grant_database(op)
    op.execute(KEPT)
    op.execute(DATA_KEY)
    op.execute(DESTROYED_STAYS_SO)
    op.execute(
        "CREATE TRIGGER destroyed_stays_so BEFORE UPDATE ON data_key "
        "FOR EACH ROW EXECUTE FUNCTION destroyed_key_stays_so()"
    )
    op.execute("CREATE TRIGGER rows_are_kept BEFORE DELETE ON data_key FOR EACH ROW EXECUTE FUNCTION rows_are_kept()")
    refuse_emptying(op, "data_key")
    protect(
        op,
        "data_key",
        "SELECT",
        "INSERT",
        "UPDATE (kek_id, wrapped, state, reason, authority, destroyed_at)",
    )


def downgrade() -> None:
    """Refuse: nothing recorded is ever thrown away."""
    raise RuntimeError("Keys are never taken down: restore a backup instead.")
